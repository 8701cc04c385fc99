"""Forgetting while something else happens, or fails: gone all the same, and the report says so truly."""

import logging
import shutil
import sqlite3
import threading
from datetime import timedelta

import pytest
from app_values import answer_with, send
from forget_desk import LATER, SAID, forget, places, settled_places

from memos_desktop.app import bulk, forget_search, housekeeping, indexing, time_machine
from memos_desktop.app import forgetting as forgetting_module
from memos_desktop.app.forget_intent import Intent, Intents
from memos_desktop.app.jobs import Urgency
from memos_desktop.errors import UserError, VaultError
from memos_desktop.ids import new_id, now
from memos_desktop.memory import forgetting as words
from memos_desktop.memory.cube import (
    ActivationPayload,
    BlobPayload,
    Cube,
    CubeFilter,
    Descriptive,
    Origin,
    Source,
    TextPayload,
)
from memos_desktop.memory.forgetting import FORGOTTEN, Words
from memos_desktop.memory.message import MemoryMode, Message, Role
from memos_desktop.ui.cubes import forget_words
from memos_desktop.vault import backup, copies, purge, scrub
from memos_desktop.vault.past import Past

WRITING = "SELECT id FROM messages WHERE finish = 'writing'"
TOM, VEGAN = "My cat is called Tom.", "I'm vegan."


def told(workspace, text, *spans):
    """A message, and a memory of each of these spans of it."""
    made = []

    def work(vault):
        with vault.step("talk") as step:
            chat = vault.chats.create("About me")
            said = Message(new_id(), chat.id, None, Role.USER, "You", text, now())
            vault.chats.add_message(said)
            made.append(said)
            for start, end in spans:
                source = Source(chat.id, said.id, start, end)
                described = Descriptive(f"Note {start}", origin=Origin.SAID, source=source)
                made.append(Cube(new_id(), 1, now(), now(), TextPayload(text[start:end]), described))
                vault.cubes.add(made[-1])
        return step.changes

    workspace._store.apply(work)
    return made


def now_says(workspace, message):
    return workspace._store.ask(lambda vault: vault.chats.message(message.id)).text


def remove_meanwhile(workspace, monkeypatch, work):
    """Do something between the search before a removal and the removal."""
    real = forget_search.quoting

    def quoting(*arguments):
        found = real(*arguments)
        workspace._store.apply(work)
        return found

    monkeypatch.setattr(forget_search, "quoting", quoting)


def test_one_after_the_other_goes_from_the_message_that_said_both(workspace):
    message, tom, vegan = told(workspace, f"{TOM} Nice, right? {VEGAN}", (0, 21), (35, 45))
    assert forget(workspace, tom, messages=True).remains == ()
    span = workspace.library.cube(vegan.id).result(10).descriptive.source
    assert now_says(workspace, message)[span.start : span.end] == VEGAN
    assert forget(workspace, vegan, messages=True).remains == ()
    assert now_says(workspace, message) == f"{FORGOTTEN} Nice, right? {FORGOTTEN}"
    assert settled_places(workspace, "vegan") == []


def test_a_message_that_says_it_all_the_same_is_named(workspace, monkeypatch):
    _, tom = told(workspace, TOM, (0, 21))
    monkeypatch.setattr(Words, "places_in", lambda *_: ())
    assert forget(workspace, tom, messages=True).remains == ("One message in the chat “About me” still says it.",)


def test_what_is_kept_ready_between_looking_and_removing_goes_too(workspace, monkeypatch):
    cube = workspace.library.add(SAID).result(10)
    payload = ActivationPayload(SAID, 4096, "model", 1)
    described = Descriptive(SAID, origin=Origin.MIGRATED)
    ready = Cube(new_id(), 1, now(), now(), payload, described, parents=(cube.id,))
    remove_meanwhile(workspace, monkeypatch, lambda vault: vault.cubes.add(ready))
    report = forget(workspace, cube)
    assert (report.verified, report.remains, report.removed["activations"]) == (True, (), 1)
    assert settled_places(workspace) == []


def test_what_is_reworded_between_looking_and_removing_goes_with_the_new_words(workspace, monkeypatch):
    cube = workspace.library.add(SAID).result(10)
    answer_with(workspace, "I see.")

    def work(vault):
        vault.cubes.revise(cube.id, text=LATER)
        chat = vault.chats.create("")
        return vault.chats.add_message(Message(new_id(), chat.id, None, Role.USER, "You", f"Well. {LATER}", now()))

    remove_meanwhile(workspace, monkeypatch, work)
    report = forget(workspace, cube, messages=True)
    assert (report.verified, report.remains, report.removed["messages"]) == (True, (), 1)
    assert settled_places(workspace) == []


def test_a_memory_frozen_meanwhile_stays(workspace, monkeypatch):
    cube = workspace.library.add(SAID).result(10)
    remove_meanwhile(workspace, monkeypatch, lambda vault: bulk.freeze(vault, [cube.id]))
    with pytest.raises(UserError, match="frozen, so nothing was forgotten"):
        forget(workspace, cube)
    assert workspace.library.cube(cube.id).result(10).text == SAID
    assert not workspace.folder.forgetting.exists()


def test_many_statements_are_not_tried_in_every_receipt(workspace, monkeypatch):
    texts = [f"{SAID} Number {number} of many." for number in range(60)]
    cubes = [Cube(new_id(), 1, now(), now(), TextPayload(text), Descriptive(text[-20:])) for text in texts]

    def work(vault):
        with vault.step("talk") as step:
            vault.cubes.add_many(cubes)
            chat = vault.chats.create("")
            for cube in cubes:
                entry = {"id": cube.id, "owner": "cube", "title": cube.title, "text": cube.text, "reasons": {}}
                vault.chats.add_message(Message(new_id(), chat.id, None, Role.ASSISTANT, "", "I see.", now(),
                                                receipt={"retrieved": [entry], "note": cube.text}))
        return step.changes

    workspace._store.apply(work)
    tried, places_of = [], words._places
    monkeypatch.setattr(words, "_places", lambda *one: (tried.append(one), places_of(*one))[1])
    assert forget(workspace, *cubes).verified
    assert len(tried) < 40 * len(cubes)  # of 60 * 60 * some strings each
    assert settled_places(workspace) == []


def test_what_cannot_be_searched_for_is_asked_for_by_its_id_and_the_report_says_so(workspace):
    cube = workspace.library.add(VEGAN).result(10)
    report = forget(workspace, cube)
    assert (report.verified, report.unsearched, report.remains) == (True, 1, ())
    assert "asked for its id" in forget_words.removed(report)
    assert forget(workspace, workspace.library.add(SAID).result(10)).unsearched == 0


def test_a_row_of_it_that_stays_is_found_by_its_id(workspace, monkeypatch):
    answer_with(workspace, "I see.")
    cube = workspace.library.add("Tea, please.").result(10)
    used = send(workspace, "More tea, please?", memory=MemoryMode.READ)
    assert [one.recalled.id for one in used.receipt.injected] == [cube.id]
    monkeypatch.setattr(purge, "forget_uses", lambda *_: None)
    report = forget(workspace, cube)
    assert not report.verified and report.found["database"] > 0
    assert any("rows of the database are still of it" in line for line in report.remains)
    assert workspace.folder.forgetting.exists()


def test_what_could_not_be_written_anew_is_tried_again_by_the_next_start(reopen, monkeypatch):
    workspace = reopen()
    cube = workspace.library.add(SAID).result(10)
    workspace._store.ask(lambda vault: vault.database.run("PRAGMA secure_delete = OFF"))

    def full(database):
        raise VaultError("The disk is full.")

    monkeypatch.setattr(scrub, "rewrite", full)
    report = forget(workspace, cube)
    assert not report.verified and report.found["database"] > 0
    assert workspace.folder.forgetting.exists()
    monkeypatch.undo()
    again = reopen()
    assert settled_places(again) == []
    assert not again.folder.forgetting.exists()


def test_a_log_that_somebody_reads_is_not_called_gone(reopen):
    workspace = reopen()
    cube = workspace.library.add(SAID).result(10)
    workspace._store.ask(lambda vault: vault.database.run("PRAGMA busy_timeout = 1"))
    with sqlite3.connect(workspace.folder.database) as other:
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM cubes").fetchone()
        report = forget(workspace, cube)
        assert not report.verified and report.found["log"] > 0
        assert workspace.folder.forgetting.exists()
    other.close()
    again = reopen()
    assert settled_places(again) == []
    assert not again.folder.forgetting.exists()


def test_a_listener_that_fails_does_not_end_what_was_begun(workspace, caplog):
    cube = workspace.library.add(SAID).result(10)

    def fail(changes):
        if cube.id in changes.cubes:
            raise RuntimeError("a listener of the test")

    workspace.events.subscribe(fail)
    assert forget(workspace, cube).verified
    assert "not taken up everywhere" in caplog.text
    assert not workspace.folder.forgetting.exists()
    assert settled_places(workspace) == []


def test_an_answer_under_way_does_not_say_it_again(workspace, monkeypatch):
    cube = workspace.library.add(SAID).result(10)
    answer_with(workspace, f"You said: {SAID} Fine.")
    apply, reports = workspace._store.apply, []

    def meanwhile(function):
        if not reports and "finish_message" in function.__code__.co_names:
            (workspace.folder.root / "said.echo").write_text("")
            [writing] = workspace._store.ask(lambda vault: vault.database.rows(WRITING))
            workspace._store.ask(lambda vault: vault.chats.write_draft(writing["id"], f"You said: {SAID}"))
            reports.append(forget(workspace, cube, messages=True))
        return apply(function)

    monkeypatch.setattr(workspace._store, "apply", meanwhile)
    used = send(workspace, "Where does my sister live?")
    assert reports[0].verified and used.answer.text == f"You said: {FORGOTTEN} Fine."
    assert settled_places(workspace, "Zanziquella", "Portovaldo") == []


def test_a_folder_that_refuses_after_a_crash_is_logged_and_tried_again(reopen, monkeypatch, caplog):
    workspace = reopen()
    cube = workspace.library.add(SAID).result(10)
    Intents(workspace.folder.forgetting).begin(Intent((cube.id,), False, True))
    workspace.close()

    def refuse(folder):
        raise PermissionError("held by another program")

    with monkeypatch.context() as patch, caplog.at_level(logging.WARNING):
        patch.setattr(copies, "drop_unfinished", refuse)
        reopen().forgetting.close()
    assert "not carried through: held by another program" in caplog.text
    assert workspace.folder.forgetting.exists()
    reopen().forgetting.close()
    assert not workspace.folder.forgetting.exists()


def test_a_file_of_intents_that_makes_no_sense_does_not_stop_forgetting(workspace):
    cube = workspace.library.add(SAID).result(10)
    workspace.folder.forgetting.write_text("not json")
    assert forget(workspace, cube).verified
    assert not workspace.folder.forgetting.exists()
    assert workspace.folder.forgetting.with_suffix(".broken").read_text() == "not json"


def test_a_file_of_intents_that_is_deleted_meanwhile_is_no_error(workspace, monkeypatch):
    cube = workspace.library.add(SAID).result(10)
    clean = copies.clean
    monkeypatch.setattr(copies, "clean", lambda *one: (workspace.folder.forgetting.unlink(), clean(*one))[1])
    assert forget(workspace, cube).verified


def test_a_copy_that_another_process_is_making_is_waited_for_and_cleaned(workspace, monkeypatch):
    cube = workspace.library.add(SAID).result(10)
    workspace.backup().result(10)
    [made] = backup.list_backups(workspace.folder)
    cleaning, collect = threading.Event(), forgetting_module._collect
    monkeypatch.setattr(forgetting_module, "_collect", lambda vault: (cleaning.set(), collect(vault))[1])
    with backup.making(workspace.folder):
        job = workspace.forgetting.forget([cube.id])
        partial = workspace.folder.backups / "20260101-late.partial"
        shutil.copy(made.path, partial)
        assert cleaning.wait(10)
        partial.replace(partial.with_suffix(".sqlite3"))
    report = job.future.result(30)
    assert report.verified and report.removed["backups"] == 2
    assert settled_places(workspace) == []


def test_unfinished_copies_are_removed_where_copies_are_made(workspace, monkeypatch):
    threads, drop = [], copies.drop_unfinished

    def noted(folder):
        threads.append(threading.current_thread().name)
        return drop(folder)

    monkeypatch.setattr(copies, "drop_unfinished", noted)
    forget(workspace, workspace.library.add(SAID).result(10))
    assert threads == ["vault"]


def test_what_is_said_after_the_removal_is_cleared_like_the_rest(workspace, monkeypatch):
    cube = workspace.library.add(SAID).result(10)
    discard, late, dropped = workspace._indexing.discard, [], []

    def meanwhile():
        late.append(send(workspace, f"Well. {SAID} Indeed.", memory=MemoryMode.OFF))
        return discard()

    monkeypatch.setattr(workspace._indexing, "discard", meanwhile)
    drop = workspace._kept.forget
    monkeypatch.setattr(workspace._kept, "forget", lambda *one: (dropped.append(one), drop(*one))[1])
    report = forget(workspace, cube, messages=True)
    assert report.verified and report.remains == ()
    assert dropped[-1] == ((), (late[0].chat.id,))
    workspace._store.ask(lambda vault: scrub.fold_log(vault.database))
    assert places(workspace.folder.root) == []


@pytest.mark.parametrize("way", ["forgotten", "emptied from the bin"])
def test_the_file_of_an_adapter_goes_with_its_memory(workspace, monkeypatch, way):
    sha256 = workspace._store.ask(lambda vault: vault.blobs.put([b"weights"]))
    payload, described = BlobPayload(sha256, 7, "model"), Descriptive("My adapter", origin=Origin.TRAINED)
    adapter = Cube(new_id(), 1, now(), now(), payload, described)
    workspace._store.apply(lambda vault: vault.cubes.add(adapter))
    assert (workspace.folder.blobs / sha256).exists()
    if way == "forgotten":
        assert forget(workspace, adapter).removed["blobs"] == 1
    else:
        workspace.library.bin([adapter.id]).result(10)
        monkeypatch.setattr(housekeeping, "BIN_DAYS", timedelta(days=-1))
        workspace.housekeeping.begin().result(30)
    assert not (workspace.folder.blobs / sha256).exists()


def test_a_view_of_the_past_that_is_being_opened_loses_it_too(workspace, monkeypatch):
    cube = workspace.library.add(SAID).result(10)
    kept = workspace.library.add("The quincebush wants lime.").result(10)
    workspace.time.snapshot("Spring").result(10)
    reports = []

    def slow(*arguments, **choices):
        opened = Past(*arguments, **choices)
        reports.append(forget(workspace, cube))
        return opened

    monkeypatch.setattr(time_machine, "Past", slow)
    view = workspace.time.at("Spring").result(30)
    assert reports[0].verified
    assert [one.id for one in view.page(CubeFilter(), 0, 10).result(10).page.cubes] == [kept.id]
    view.close()


class MadeAgain:
    """Stands for an index whose files are there or not, and are made again piece by piece."""

    def __init__(self):
        self.state, self.held = "missing", set()

    def open(self, name, dimension):
        return self.state

    def begin_rebuild(self):
        self.state, self.held = "rebuilding", set()

    def upsert(self, ids, array):
        self.held.update(ids)

    def delete(self, ids):
        self.held.difference_update(ids)

    def ids(self):
        return sorted(self.held)

    def finish_rebuild(self):
        self.state = "ready"

    def discard(self):
        self.close()
        return 0

    def close(self):
        self.state = "missing"


def test_search_by_meaning_goes_on_while_the_index_is_made_again(meaning, monkeypatch):
    monkeypatch.setattr(indexing, "PIECE", 1)
    monkeypatch.setattr(indexing, "COMPARED", 2)
    index = meaning._indexing._index = MadeAgain()
    cube = meaning.library.add(SAID).result(10)
    for number in range(5):
        meaning.library.add(f"The quincebush number {number} wants lime.").result(10)
    meaning.recall.drain().future.result(60)
    assert (index.state, len(index.held)) == ("ready", 6)
    happened, asked, copy = [], [], meaning._indexing._copy

    def copying(ids):
        happened.append("copied")
        if not asked:
            asked.append(meaning._indexing.worker.submit(meaning._indexing._nearest, "quincebush", 10))
            asked[0].add_done_callback(lambda _: happened.append("answered"))
        copy(ids)

    monkeypatch.setattr(meaning._indexing, "_copy", copying)
    assert forget(meaning, cube).verified
    for _ in range(6):
        meaning._indexing.worker.submit(lambda: None, urgency=Urgency.IDLE).result(30)
    assert len(asked[0].result(10)[1]) == 5
    assert happened == ["copied", "answered", *["copied"] * 4]
    assert (index.state, len(index.held)) == ("ready", 5)
