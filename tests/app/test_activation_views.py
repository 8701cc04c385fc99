"""What a person sees of activation memory: what is kept, of whom, for which model, and whether it is of use."""

from datetime import timedelta

import tiny_models
from kept_desk import FIRST, SECOND, document, files, ready, rows, say

from memos_desktop.ids import now
from memos_desktop.memory.cube import Kind
from memos_desktop.memory.forms import Readiness


def one(workspace, belongs):
    [row] = [row for row in rows(workspace) if row.belongs == belongs]
    return row


def test_each_row_says_what_it_belongs_to(keeping):
    before = now()
    cube = document(keeping)
    [made] = ready(keeping, cube)
    chat = say(keeping).chat
    found = {row.belongs: row for row in rows(keeping)}
    assert (found["start"].title, found["start"].owner_id) == ("Shared start of every chat", "")
    assert (found["chat"].title, found["chat"].owner_id) == (chat.title, chat.id)
    assert (found["cube"].title, found["cube"].owner_id) == ("The survey", made.id)
    assert [found[name].tier for name in ("start", "chat", "cube")] == ["exact", "exact", "block"]
    for row in found.values():
        assert (row.model, row.usable, row.problem) == ("tiny", True, "")
        assert before - timedelta(seconds=1) < row.created <= row.last_used + timedelta(seconds=1)
        assert row.bytes > row.tokens > 0


def test_a_row_follows_the_title_of_what_it_belongs_to(keeping):
    chat = say(keeping).chat
    keeping.chats.rename(chat.id, "At the pier").result(10)
    assert one(keeping, "chat").title == "At the pier"


def test_what_was_used_last_stands_first(keeping, desk):
    first, second = say(keeping, f"1 {FIRST}").chat, say(keeping, f"2 {FIRST}").chat
    assert rows(keeping)[0].owner_id == second.id
    workspace = desk.open()
    say(workspace, SECOND, chat_id=first.id)
    assert rows(workspace)[0].owner_id == first.id
    assert rows(workspace)[-1].owner_id == second.id


def test_without_a_model_nothing_is_usable_and_nothing_is_wrong(keeping, desk):
    say(keeping)
    workspace = desk.open()
    assert {(row.usable, row.problem) for row in rows(workspace)} == {(False, "")}
    workspace.models.ensure_loaded().future.result(30)
    assert {row.usable for row in rows(workspace)} == {True}
    workspace.models.unload().result(30)
    assert {row.usable for row in rows(workspace)} == {False}


def test_for_another_model_it_says_why_not(keeping, tmp_path):
    cube = document(keeping)
    ready(keeping, cube)
    say(keeping)
    keeping.models.use(str(tiny_models.dense_twin(tmp_path / "twin.gguf"))).future.result(30)
    assert {(row.usable, row.problem) for row in rows(keeping)} == {(False, "made with another model file")}
    [form] = keeping.activation.forms(cube.id).result(10)
    assert (form.readiness, form.reason) == (Readiness.OTHER_MODEL, "made with another model file")


def test_usage_and_pruning(keeping):
    document(keeping)
    usage = keeping.activation.usage().result(10)
    assert (usage.bytes, usage.states, usage.budget, usage.problem) == (0, 0, 4_000_000_000, "")
    say(keeping)
    usage = keeping.activation.usage().result(10)
    assert usage.bytes == sum(path.stat().st_size for path in files(keeping.folder))
    assert keeping.activation.prune(0).result(10) == usage.bytes
    assert keeping.activation.usage().result(10).states == 0
    assert keeping.activation.drop(["nothing"]).result(10) == 0


def test_verify_reads_all_and_tells_its_progress(keeping):
    say(keeping)
    job = keeping.activation.verify()
    report = job.future.result(30)
    assert (report.checked, report.damaged) == (2, ())
    assert report.bytes == keeping.activation.usage().result(10).bytes
    assert job.progress.fraction == 1.0


def test_forms_of_a_text_that_has_none(keeping):
    assert keeping.activation.forms(document(keeping).id).result(10) == ()


def test_a_preview_of_several_keeps_their_order(keeping):
    cubes = [document(keeping, f"{number} {FIRST}", f"Number {number}") for number in range(4)]
    ready(keeping, cubes[2])
    found = keeping.activation.preview([cube.id for cube in cubes], Kind.ACTIVATION).result(10)
    assert [pathway.title for pathway in found] == [cube.title for cube in cubes]
    assert [pathway.possible for pathway in found] == [True, True, False, True]
    assert found[0].bytes > found[0].tokens, "known from what is kept already"


def test_a_preview_says_what_it_gains(keeping, slow):
    cube = document(keeping)
    keeping.models.ensure_loaded().future.result(30)
    [pathway] = keeping.activation.preview([cube.id], Kind.ACTIVATION).result(10)
    assert pathway.seconds == pathway.tokens / 200
    assert pathway.gains == ("read about 720 ms sooner each time",)
