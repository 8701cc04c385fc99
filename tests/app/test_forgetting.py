"""Forget means gone: after it no byte of the data folder holds the words, and the report says so truly."""

import json
import logging
import os
import shutil
import sqlite3
import threading

import pytest
from app_values import answer_with, send
from forget_desk import LATER, SAID, forget, learned, places, settled_places

from memos_desktop.app import forget_search
from memos_desktop.errors import Cancelled, NotFoundError, UserError, VaultError
from memos_desktop.ids import new_id, now
from memos_desktop.memory.cube import BlobPayload, Cube, CubeFilter, Descriptive, Kind, Origin, TextPayload
from memos_desktop.memory.forgetting import FORGOTTEN
from memos_desktop.memory.message import MemoryMode
from memos_desktop.vault import backup, check, scrub
from memos_desktop.vault.database import Database

GARDEN = "The quincebush behind the shed wants lime in spring."


def from_parent(workspace, text, *parents, origin=Origin.FUSED):
    moment = now()
    made = Cube(
        new_id(), 1, moment, moment, TextPayload(text), Descriptive("Made of others", origin=origin),
        parents=tuple(parent.id for parent in parents),
    )  # fmt: skip
    workspace._store.apply(lambda vault: vault.cubes.add(made))
    return made


def test_what_was_written_down_leaves_no_byte(workspace):
    cube = workspace.library.add(SAID, title="Zanziquella", tags=("Portovaldo",)).result(10)
    workspace.library.revise(cube.id, text=LATER, reason="she moved to Flumenbruck").result(10)
    workspace.library.tag([cube.id], remove=("Portovaldo",)).result(10)
    workspace.library.undo().result(10)
    assert "vault.sqlite3" in places(workspace.folder.root) or "vault.sqlite3-wal" in places(workspace.folder.root)
    report = forget(workspace, cube)
    assert (report.verified, report.remains) == (True, ())
    assert report.removed["memories"] == 1 and report.removed["versions"] == 2 and report.removed["passages"] == 1
    assert set(report.found.values()) == {0}
    with pytest.raises(NotFoundError):
        workspace.library.cube(cube.id).result(10)
    assert places(workspace.folder.root) == []
    assert settled_places(workspace) == []


def test_versions_that_were_undone_go_too(workspace):
    cube = workspace.library.add("A first wording that tells little.").result(10)
    workspace.library.revise(cube.id, text=LATER).result(10)
    workspace.library.undo().result(10)
    assert forget(workspace, cube).verified
    assert settled_places(workspace, "Flumenbruck", "wording") == []


def test_the_message_that_says_it_stays_and_is_named(workspace):
    cube = learned(workspace)
    preview = workspace.forgetting.preview([cube.id]).result(10)
    assert [(said.source, said.text) for said in preview.said] == [(True, SAID)]
    report = forget(workspace, cube)
    assert report.verified
    assert report.found["messages"] > 0 and report.found["memories"] == 0
    assert report.remains == ("One message in the chat “My sister Zanziquella lives in Portovaldo.” still says it.",)
    assert report.removed["receipts"] >= 1
    assert places(workspace.folder.root, "Flumenbruck") == []
    found = workspace.recall.recall("Where does my sister Zanziquella live?").result(10)
    assert not any("Portovaldo" in one.candidate.text or "Flumenbruck" in one.candidate.text for one in found.results)


def test_with_messages_the_words_go_from_the_chats_too(workspace):
    cube = learned(workspace)
    other = send(workspace, f"By the way: {SAID} Nothing else.", memory=MemoryMode.OFF)
    [message] = workspace.forgetting.preview([cube.id]).result(10).said[:1]
    report = forget(workspace, cube, messages=True)
    assert (report.verified, report.remains) == (True, ())
    assert report.removed["messages"] == 2
    assert workspace.chats.get(message.chat_id).result(10).title == FORGOTTEN
    [said, *_] = workspace.chats.branch(other.chat.id).result(10)
    assert said.text == f"By the way: {FORGOTTEN} Nothing else."
    assert settled_places(workspace) == []


def test_a_receipt_still_says_that_a_memory_was_used(workspace):
    cube = learned(workspace)
    answer = workspace.chats.branch(workspace.chats.list().result(10)[0].id).result(10)[-1]
    forget(workspace, cube)
    [after] = [one for one in workspace.chats.branch(answer.chat_id).result(10) if one.id == answer.id]
    [entry] = [one for one in after.receipt["retrieved"] if one["id"] == cube.id]
    assert entry["forgotten"] is True
    assert (entry["text"], entry["title"], entry["reasons"]) == ("", "", {})
    assert answer.receipt["retrieved"][0]["text"] == LATER


def test_other_memories_are_untouched_and_undo_still_works(workspace):
    cube = workspace.library.add(SAID).result(10)
    kept = workspace.library.add(GARDEN).result(10)
    workspace.library.tag([cube.id, kept.id], add=("both",)).result(10)
    forget(workspace, cube)
    assert workspace.library.cube(kept.id).result(10).text == GARDEN
    workspace.library.undo().result(10)
    assert workspace.library.cube(kept.id).result(10).tags == ()
    workspace.library.undo().result(10)
    with pytest.raises(NotFoundError):
        workspace.library.cube(kept.id).result(10)
    while workspace.library.undo().result(10):
        pass
    assert places(workspace.folder.root) == []
    workspace.close()
    assert check.check(workspace.folder).problems == ()


def test_the_journal_says_that_something_was_forgotten_and_not_what(workspace):
    cube = workspace.library.add(SAID).result(10)
    forget(workspace, cube)
    labels = [step.label for step in workspace.library.journal().result(10)]
    assert labels[0] == "Forget a memory"
    assert not any("Zanziquella" in label for label in labels)


def test_backups_and_replaced_databases_are_cleaned_in_place(workspace):
    cube = learned(workspace)
    workspace.backup().result(10)
    [made] = backup.list_backups(workspace.folder)
    shutil.copy(made.path, workspace.folder.root / "vault-replaced-20260101.sqlite3")
    os.utime(made.path, (1_700_000_000, 1_700_000_000))
    assert workspace.forgetting.preview([cube.id]).result(10).backups == 2
    report = forget(workspace, cube, messages=True)
    assert report.verified and report.removed["backups"] == 2
    assert made.path.stat().st_mtime == 1_700_000_000
    assert settled_places(workspace) == []
    backup.restore(workspace.folder, made.name)
    assert check.check(workspace.folder).problems == ()
    with sqlite3.connect(workspace.folder.database) as restored:
        assert restored.execute("SELECT count(*) FROM chats").fetchone() == (2,)


def test_a_copy_that_cannot_be_opened_is_named_and_can_be_deleted(workspace):
    cube = workspace.library.add(SAID).result(10)
    broken = workspace.folder.backups / "20260101-broken.sqlite3"
    broken.parent.mkdir()
    broken.write_bytes(b"no database, but Zanziquella stands in it" * 200)
    (broken.parent / "20260101-half.partial").write_bytes(b"Zanziquella")
    assert workspace.forgetting.preview([cube.id]).result(10).unreadable == (broken.name,)
    report = forget(workspace, cube)
    assert not report.verified
    assert report.unreadable == (broken.name,)
    assert any(broken.name in line and "Delete it" in line for line in report.remains)
    workspace.forgetting.delete_copy(broken.name).result(10)
    assert settled_places(workspace) == []


def test_a_copy_that_is_not_there_cannot_be_deleted(workspace):
    with pytest.raises(NotFoundError):
        workspace.forgetting.delete_copy("../vault.sqlite3").result(10)


def test_without_backups_they_are_left_as_they_are(workspace):
    cube = workspace.library.add(SAID).result(10)
    workspace.backup().result(10)
    [made] = backup.list_backups(workspace.folder)
    before = made.path.read_bytes()
    report = forget(workspace, cube, backups=False)
    assert report.removed["backups"] == 0
    assert made.path.read_bytes() == before
    assert not report.verified
    assert any("1 copy of the database was left" in line for line in report.remains)


def test_words_in_log_files_are_written_over(workspace):
    cube = workspace.library.add(SAID).result(10)
    log = workspace.folder.logs / "memos.log"
    log.parent.mkdir()
    log.write_text(f"12:00 before\n12:01 {SAID}\n12:02 after\n")
    size = log.stat().st_size
    report = forget(workspace, cube)
    assert report.verified and report.removed["logs"] >= 1
    assert log.read_text().startswith("12:00 before\n12:01 x") and log.read_text().endswith("\n12:02 after\n")
    assert log.stat().st_size == size


def test_words_in_the_settings_are_named_and_not_called_gone(workspace):
    cube = workspace.library.add(SAID).result(10)
    workspace.settings.change(instructions=f"Remember: {SAID}")
    report = forget(workspace, cube)
    assert not report.verified
    assert "Words of it stand in the file settings.json." in report.remains


def test_what_stands_in_free_room_is_found_and_cleared(workspace, monkeypatch):
    """As an older SQLite, or a file that was written without secure_delete, would leave it."""
    cube = workspace.library.add(SAID).result(10)
    for _ in range(40):
        workspace.library.add(GARDEN * 20).result(10)
    workspace._store.ask(lambda vault: vault.database.run("PRAGMA secure_delete = OFF"))
    rewritten, rewrite = [], scrub.rewrite
    monkeypatch.setattr(scrub, "rewrite", lambda database: (rewritten.append(1), rewrite(database)))
    assert forget(workspace, cube).verified
    assert rewritten == [1]
    assert settled_places(workspace) == []


def test_writing_the_database_anew_keeps_the_numbers_of_its_rows(workspace):
    for number in range(30):
        cube = workspace.library.add(f"{GARDEN} {number}").result(10)
        if number % 3 == 0:
            forget(workspace, cube)

    def numbers(vault):
        return [tuple(row) for table in ("cubes", "messages", "versions", "passages") for row in vault.database.rows(
            f"SELECT '{table}', rowid, id FROM {table} ORDER BY rowid")]

    before = workspace._store.ask(numbers)
    workspace._store.ask(lambda vault: vault.database.run("VACUUM"))
    assert workspace._store.ask(numbers) == before


def test_the_vectors_and_the_index_go(meaning):
    cube = meaning.library.add(SAID).result(10)
    kept = meaning.library.add(GARDEN).result(10)
    meaning.recall.drain().future.result(60)
    [vector] = meaning._store.ask(
        lambda vault: [row["vector"] for row in vault.database.rows(
            "SELECT vector FROM vectors v JOIN passages p ON p.id = v.passage_id WHERE p.owner_id = ?", (cube.id,))]
    )

    def holders():
        files = (path for path in meaning.folder.root.rglob("*") if path.is_file())
        return [path.name for path in files if vector in path.read_bytes()]

    assert holders()
    report = forget(meaning, cube)
    assert report.verified and report.removed["vectors"] == 1
    assert holders() == []
    meaning.recall.drain().future.result(60)
    found = meaning.recall.recall("quincebush in the garden").result(30)
    assert [one.id for one in found.results] == [kept.id]
    assert holders() == []


def test_fused_children_are_named_and_stay_unless_they_are_chosen(workspace):
    one = workspace.library.add(SAID).result(10)
    other = workspace.library.add(GARDEN).result(10)
    child = from_parent(workspace, f"{SAID} {GARDEN}", one, other)
    grandchild = from_parent(workspace, f"{SAID} Twice.", child)
    preview = workspace.forgetting.preview([one.id]).result(10)
    assert {cube.id for cube in preview.derived} == {child.id, grandchild.id}
    assert preview.same == ()
    report = forget(workspace, one)
    assert report.verified
    assert sorted(report.remains) == ["The memory “Made of others” says the same words."] * 2
    assert forget(workspace, child, grandchild).remains == ()
    assert workspace.library.cube(other.id).result(10).text == GARDEN
    assert settled_places(workspace) == []


def test_another_memory_with_the_same_words_is_named(workspace):
    one = workspace.library.add(SAID).result(10)
    twin = workspace.library.add(f"Note: {SAID}").result(10)
    assert [cube.id for cube in workspace.forgetting.preview([one.id]).result(10).same] == [twin.id]
    assert forget(workspace, one).remains == (f"The memory “{twin.title}” says the same words.",)


def test_adapters_trained_on_it_are_named(workspace):
    cube = workspace.library.add(SAID).result(10)
    fused = from_parent(workspace, GARDEN, cube)
    sha256 = workspace._store.ask(lambda vault: vault.blobs.put([b"weights"]))
    moment = now()
    adapter = Cube(
        new_id(), 1, moment, moment, BlobPayload(sha256, 7, "model"), Descriptive("My adapter", origin=Origin.TRAINED),
        parents=(fused.id,),
    )  # fmt: skip
    workspace._store.apply(lambda vault: vault.cubes.add(adapter))
    assert [one.id for one in workspace.forgetting.preview([cube.id]).result(10).adapters] == [adapter.id]
    assert forget(workspace, cube).adapters == (adapter.id,)


def test_a_frozen_memory_is_refused_with_all_that_were_chosen(workspace):
    free = workspace.library.add(GARDEN).result(10)
    frozen = workspace.library.add(SAID).result(10)
    workspace.library.freeze([frozen.id], True).result(10)
    with pytest.raises(UserError, match="frozen, so nothing was forgotten") as caught:
        forget(workspace, free, frozen)
    assert caught.value.hint == "Unfreeze first."
    assert [cube.id for cube in workspace.forgetting.preview([free.id, frozen.id]).result(10).frozen] == [frozen.id]
    assert workspace.library.cube(free.id).result(10).text == GARDEN
    assert not workspace.folder.forgetting.exists()


def test_what_is_in_the_bin_or_archived_can_be_forgotten(workspace):
    binned, archived = (workspace.library.add(f"{SAID} {number}").result(10) for number in range(2))
    workspace.library.bin([binned.id]).result(10)
    workspace.library.archive([archived.id]).result(10)
    assert forget(workspace, binned, archived).verified
    assert settled_places(workspace) == []


def test_what_is_gone_or_unnamed_is_refused(workspace):
    with pytest.raises(NotFoundError):
        workspace.forgetting.forget(["01m85bepa2wcypnm3x1p"]).future.result(10)
    with pytest.raises(UserError, match="No memory was named"):
        workspace.forgetting.forget([]).future.result(10)
    assert not workspace.folder.forgetting.exists()


def test_a_short_memory_is_not_taken_out_of_other_words(workspace):
    answer_with(workspace, "I see.")
    talk = send(workspace, "I drink tea each day, and steam the teapot.", memory=MemoryMode.OFF)
    cube = workspace.library.add("tea").result(10)
    report = forget(workspace, cube, messages=True)
    assert report.removed["messages"] == 0
    assert workspace.chats.branch(talk.chat.id).result(10)[0].text == "I drink tea each day, and steam the teapot."


def test_five_hundred_at_once_with_progress(workspace):
    cubes = [
        Cube(new_id(), 1, now(), now(), TextPayload(f"{SAID} Number {number} of many."), Descriptive(f"Note {number}"))
        for number in range(500)
    ]
    workspace._store.apply(lambda vault: vault.cubes.add_many(cubes))
    kept = workspace.library.add(GARDEN).result(10)
    seen = []
    workspace.jobs.subscribe(lambda job: seen.append(job.progress.text))
    report = forget(workspace, *cubes)
    assert report.verified and report.removed["memories"] == 500
    assert "Looking for it everywhere" in seen
    assert [cube.id for cube in workspace.library.page(CubeFilter(), 0, 10).result(10).cubes] == [kept.id]
    assert settled_places(workspace) == []


@pytest.fixture
def held(workspace):
    """The thread that forgets waits until the returned event is set."""
    gate = threading.Event()
    workspace.forgetting._worker.submit(gate.wait)
    yield gate
    gate.set()


def test_cancelled_before_anything_is_removed_nothing_is_changed(workspace, monkeypatch, held):
    cube = workspace.library.add(SAID).result(10)
    real = forget_search.quoting
    monkeypatch.setattr(forget_search, "quoting", lambda *arguments: (job.cancel(), real(*arguments))[1])
    job = workspace.forgetting.forget([cube.id])
    held.set()
    with pytest.raises(Cancelled):
        job.future.result(10)
    assert workspace.library.cube(cube.id).result(10).text == SAID
    assert not workspace.folder.forgetting.exists()


def test_a_cancel_after_that_comes_too_late(workspace, monkeypatch, held):
    cube = workspace.library.add(SAID).result(10)
    discard = workspace._indexing.discard
    monkeypatch.setattr(workspace._indexing, "discard", lambda: (job.cancel(), discard())[1])
    job = workspace.forgetting.forget([cube.id])
    held.set()
    assert job.future.result(30).verified
    assert settled_places(workspace) == []


def test_a_full_disk_in_the_database_changes_nothing(workspace):
    cube = workspace.library.add(SAID).result(10)
    pages = workspace._store.ask(lambda vault: vault.database.value("PRAGMA page_count"))
    workspace._store.ask(lambda vault: vault.database.run(f"PRAGMA max_page_count = {pages}"))
    workspace._store.ask(lambda vault: vault.database.run("CREATE TEMP TRIGGER full BEFORE DELETE ON main.cubes BEGIN"
                                                          " SELECT RAISE(ABORT, 'database or disk is full'); END"))
    with pytest.raises(Exception, match="full"):
        forget(workspace, cube)
    assert not workspace.folder.forgetting.exists()
    workspace._store.ask(lambda vault: vault.database.run("DROP TRIGGER temp.full"))
    assert workspace.library.cube(cube.id).result(10).text == SAID


def test_a_copy_that_cannot_be_written_now_is_cleaned_by_the_next_start(reopen, monkeypatch):
    workspace = reopen()
    cube = workspace.library.add(SAID).result(10)
    workspace.backup().result(10)
    full = sqlite3.OperationalError("database or disk is full")
    full.sqlite_errorcode = sqlite3.SQLITE_FULL
    fold = Database.run

    def run(self, sql, parameters=()):
        if "backups" in str(self.path) and sql == "BEGIN IMMEDIATE":
            raise VaultError("The disk is full.") from full
        return fold(self, sql, parameters)

    monkeypatch.setattr(Database, "run", run)
    report = forget(workspace, cube)
    assert not report.verified
    assert any("The next start tries again" in line for line in report.remains)
    assert json.loads(workspace.folder.forgetting.read_text())[0]["ids"] == [cube.id]
    assert places(workspace.folder.root) != []
    monkeypatch.undo()
    again = reopen()
    assert settled_places(again) == []
    assert not again.folder.forgetting.exists()


def test_an_answer_under_way_does_not_bring_it_back(workspace, monkeypatch):
    cube = workspace.library.add(SAID).result(10)
    answer_with(workspace, "I see.")
    finish = workspace._store.apply
    reports = []

    def apply(function):
        if not reports and "finish_message" in function.__code__.co_names:
            reports.append(workspace.forgetting.forget([cube.id]).future.result(30))
        return finish(function)

    monkeypatch.setattr(workspace._store, "apply", apply)
    used = send(workspace, "Where does my sister live?")
    assert [one.recalled.id for one in used.receipt.injected] == [cube.id]
    assert reports[0].verified
    assert settled_places(workspace, "Zanziquella", "Portovaldo") == []


def test_a_file_of_intents_that_makes_no_sense_stops_nothing(reopen, caplog):
    workspace = reopen()
    workspace.close()
    workspace.folder.forgetting.write_text("not json")
    with caplog.at_level(logging.WARNING):
        workspace = reopen()
    assert workspace.library.counts().result(10).cubes == 0
    assert "makes no sense" in caplog.text


def test_activation_cubes_and_states_of_chats_go(keeping):
    document = keeping.library.add(f"{SAID} " * 40, title="Zanziquella").result(10)
    keeping.activation.migrate([document.id], Kind.ACTIVATION).future.result(60)
    attached = send(keeping, "What does it say?", attach=(document.id,), memory=MemoryMode.OFF)
    other = send(keeping, "Tell me of boats.", memory=MemoryMode.OFF)
    keeping.turns.settled().result(60)
    preview = keeping.forgetting.preview([document.id]).result(10)
    assert len(preview.activations) == 1 and preview.states >= 2
    report = forget(keeping, document)
    assert report.verified and report.removed["activations"] == 1 and report.removed["states"] == preview.states
    owners = {entry.owner for entry in keeping._kept.store.entries()}
    assert f"chat:{attached.chat.id}" not in owners and f"chat:{other.chat.id}" in owners
    assert not any(owner.startswith("cube:") for owner in owners)
    assert settled_places(keeping) == []


def test_states_of_a_chat_that_only_recalled_it_go_too(keeping):
    cube = keeping.library.add(SAID).result(10)
    used = send(keeping, "Where does my sister Zanziquella live?", memory=MemoryMode.READ)
    assert [one.recalled.id for one in used.receipt.injected] == [cube.id]
    keeping.turns.settled().result(60)
    assert f"chat:{used.chat.id}" in {entry.owner for entry in keeping._kept.store.entries()}
    forget(keeping, cube)
    assert f"chat:{used.chat.id}" not in {entry.owner for entry in keeping._kept.store.entries()}


def test_a_view_of_the_past_that_is_open_loses_it_too_and_a_restore_does_not_bring_it_back(workspace):
    cube = workspace.library.add(SAID).result(10)
    kept = workspace.library.add(GARDEN).result(10)
    workspace.time.snapshot("Spring").result(10)
    past = workspace.time.at("Spring").result(10)
    assert past.cube(cube.id).result(10).text == SAID
    assert workspace.forgetting.preview([cube.id]).result(10).snapshots == 1
    assert forget(workspace, cube).verified
    for view in (past, workspace.time.at("Spring").result(10)):
        assert [one.id for one in view.page(CubeFilter(), 0, 10).result(10).page.cubes] == [kept.id]
        view.close()
    assert workspace.time.restore("Spring").result(10).restored == 0
    with pytest.raises(NotFoundError):
        workspace.time.restore("Spring", [cube.id]).result(10)
    assert settled_places(workspace) == []
