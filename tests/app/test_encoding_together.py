"""Several memories are migrated together: one step with undo and redo, and whatever goes wrong, all of them or none."""

import threading

import pytest
from kept_desk import (
    HERONS,
    SURVEY,
    THIRD,
    document,
    files,
    forms,
    forms_of,
    get,
    owned,
    ready,
    rows,
    say,
    shelf,
    shelve,
    tidied,
)

from memos_desktop.app import encoding
from memos_desktop.engine.llamacpp.engine import LlamaCppEngine
from memos_desktop.errors import Cancelled, NotFoundError, UserError, VaultError
from memos_desktop.memory.cube import ActivationPayload, Kind, TextPayload
from memos_desktop.memory.forms import Readiness

SEALS = " ".join(f"Seal {n} slept on rock {n % 5} until the tide came in." for n in range(14))


@pytest.fixture
def three(keeping):
    return document(keeping), document(keeping, HERONS, "Herons"), document(keeping, SEALS, "Seals")


@pytest.fixture
def readings(monkeypatch):
    """What to do at each reading of a text, in turn: functions that take its progress."""
    things, encode = [], LlamaCppEngine.encode_block

    def watched(engine, lead, text, owner, title, progress):
        if things:
            things.pop(0)(progress)
        return encode(engine, lead, text, owner, title, progress)

    monkeypatch.setattr(LlamaCppEngine, "encode_block", watched)
    return things


def nothing(_progress):
    """The reading goes on."""


def activations(workspace):
    return shelf(workspace, kind=Kind.ACTIVATION)


def blocks(workspace):
    """What is kept of memories; the shared start of chats may stay."""
    return [row for row in rows(workspace) if row.belongs == "cube"]


def labels(workspace):
    return workspace.library.undo_labels().result(10)


def untouched(workspace, count):
    """Nothing was made, nothing is left on the disk, and no step was written."""
    assert (blocks(workspace), activations(workspace), len(shelf(workspace))) == ([], (), count)
    assert not [one for one in files(workspace.folder) if one.name.startswith("incoming-")]
    assert labels(workspace)[0].startswith("Add memory")
    return True


def test_it_is_one_step_that_is_undone_and_made_again(keeping, three):
    made = ready(keeping, *three, three[0])
    assert [one.source_id for one in made] == [cube.id for cube in three]
    [step] = {one.step_id for one in made}
    assert labels(keeping) == ("Keep 3 memories ready as KV", None)
    keeping.library.undo_step(step).result(10)
    assert activations(keeping) == ()
    assert all(forms(keeping, cube) == () for cube in three)
    keeping.library.redo().result(10)
    assert {cube.id for cube in activations(keeping)} == {one.id for one in made}
    assert all([form.readiness for form in forms(keeping, cube)] == [Readiness.READY] for cube in three)
    assert [one.created for one in ready(keeping, *three)] == [False] * 3


def test_a_text_and_what_was_made_of_it_are_read_once(keeping):
    cube = document(keeping)
    [made] = ready(keeping, cube)
    keeping.library.revise(cube.id, text=HERONS).result(10)
    [again] = ready(keeping, cube, get(keeping, made.id))
    assert (again.id, again.created, get(keeping, made.id).version) == (made.id, True, 2)


def test_what_was_undone_can_be_made_again_without_its_files(keeping, three):
    made = ready(keeping, *three)
    keeping.library.undo().result(10)
    assert {row.problem for row in blocks(keeping)} == {"its memory is not there any more"}
    keeping.activation.prune(1 << 30).result(10)
    assert blocks(keeping) == []
    keeping.library.redo().result(10)
    assert [forms(keeping, cube) for cube in three] == [()] * 3
    again = ready(keeping, *three)
    assert [(one.id, one.created, one.step_id) for one in again] == [(one.id, True, None) for one in made]
    assert labels(keeping)[0] == "Keep 3 memories ready as KV"
    [state] = owned(keeping, made[0].id)
    assert state.usable and forms_of(say(keeping, THIRD, attach=(three[0].id,))) == {three[0].id: "kv"}


def test_cancelled_at_the_last_one_it_leaves_nothing(keeping, three, readings):
    begun = threading.Event()

    def wait(progress):
        stopped = threading.Event()
        progress.on_cancel(stopped.set)
        begun.set()
        assert stopped.wait(30), "nobody stopped it"

    readings += [nothing, nothing, wait]
    job = keeping.activation.migrate([cube.id for cube in three], Kind.ACTIVATION)
    assert begun.wait(30)
    assert len(blocks(keeping)) == 2
    assert job.progress.total == 3
    job.cancel()
    with pytest.raises(Cancelled):
        job.future.result(30)
    assert untouched(keeping, 3)
    assert len(ready(keeping, *three)) == 3


def test_one_that_cannot_be_kept_stops_all(keeping, three):
    with pytest.raises(UserError, match=r"“Atlas” has .* tokens, and the context holds 2,048") as failed:
        ready(keeping, *three, document(keeping, "Coast and sea. " * 900, "Atlas"))
    assert failed.value.message.endswith("All 4 memories are as they were.")
    assert untouched(keeping, 4)


def test_one_that_is_in_the_bin_stops_all_before_anything_is_read(keeping, three, readings):
    read = []
    readings += [read.append] * 3
    keeping.library.bin([three[2].id]).result(10)
    with pytest.raises(UserError, match="“Seals” cannot be kept ready as KV"):
        ready(keeping, *three)
    assert (read, blocks(keeping)) == ([], [])


def test_one_that_is_edited_meanwhile_stops_all(keeping, three, readings):
    readings += [nothing, lambda _: keeping.library.revise(three[0].id, text=SURVEY + " Or not.").result(10)]
    with pytest.raises(UserError, match="“The survey” was edited while it was read"):
        ready(keeping, *three)
    assert (blocks(keeping), activations(keeping)) == ([], ())


def test_an_undo_of_what_is_read_again_stops_all(keeping, three, readings):
    ready(keeping, three[0])
    keeping.activation.prune(0).result(10)
    readings += [nothing, lambda _: keeping.library.undo().result(10)]
    with pytest.raises(UserError, match="What is kept of “The survey” was changed while it was read"):
        ready(keeping, *three)
    assert untouched(keeping, 3)


def test_a_frozen_activation_cube_stops_all_before_anything_is_read(keeping, three, readings):
    [made] = ready(keeping, three[0])
    keeping.library.freeze([made.id], True).result(10)
    keeping.library.revise(three[0].id, text=SURVEY + " Or not.").result(10)
    read = []
    readings += [read.append] * 3
    with pytest.raises(UserError, match="“The survey” is frozen"):
        ready(keeping, three[1], three[0])
    assert (read, len(blocks(keeping)), get(keeping, made.id).version) == ([], 1, 1)


def test_a_vault_that_refuses_the_step_leaves_no_file(keeping, three, monkeypatch):
    def refuse(*_):
        raise VaultError("The database could not be written. Nothing was changed.")

    monkeypatch.setattr(encoding, "keep_ready", refuse)
    with pytest.raises(VaultError, match="All 3 memories are as they were"):
        ready(keeping, *three)
    assert untouched(keeping, 3)


def test_without_room_for_all_none_is_kept(keeping, three):
    [made] = ready(keeping, three[0])
    keeping.library.undo().result(10)
    keeping.activation.prune(0).result(10)
    keeping.activation.set_budget(made.bytes * 5 // 2).result(10)
    with pytest.raises(VaultError, match=r"removed before all were there: together they take .* MB") as failed:
        ready(keeping, *three)
    assert "Take fewer memories at once" in failed.value.hint
    assert untouched(keeping, 3)
    assert len(ready(keeping, three[0], three[1])) == 2


def test_tidying_meanwhile_leaves_what_is_not_yet_anybodys(keeping, three, readings):
    readings += [nothing, nothing, lambda _: keeping._kept.tidy(()).result(30)]
    made = ready(keeping, *three)
    assert [len(owned(keeping, one.id)) for one in made] == [1, 1, 1]
    assert keeping._kept.awaited == set()
    keeping.library.undo().result(10)
    tidied(keeping)
    assert blocks(keeping) == []


# back to text


def changed_since(keeping, count):
    """Activation cubes whose sources say something else now."""
    made = []
    for number in range(count):
        source = shelve(keeping, TextPayload(f"Not this, {number}."))
        made.append(shelve(keeping, ActivationPayload(f"Text {number}.", 0, "0" * 64, 1), parents=(source.id,)))
    return made


def give_back(keeping, *cubes):
    return keeping.activation.migrate([cube.id for cube in cubes], Kind.PLAINTEXT).future.result(30)


def test_texts_come_back_as_one_step(keeping):
    cubes = changed_since(keeping, 3)
    given = give_back(keeping, *cubes)
    assert [get(keeping, one.id).text for one in given] == [f"Text {number}." for number in range(3)]
    assert labels(keeping)[0] == "Give the texts of 3 memories back"
    [step] = {one.step_id for one in given}
    keeping.library.undo_step(step).result(10)
    for one in given:
        with pytest.raises(NotFoundError):
            get(keeping, one.id)
    keeping.library.redo().result(10)
    assert get(keeping, given[2].id).text == "Text 2."


def test_one_that_is_no_activation_cube_stops_all(keeping):
    cubes = changed_since(keeping, 2)
    before = len(shelf(keeping))
    with pytest.raises(UserError, match=r"nothing to decode\. All 3 memories are as they were"):
        give_back(keeping, *cubes, document(keeping))
    assert len(shelf(keeping)) == before + 1


def test_giving_back_is_cancelled_as_a_whole(keeping, monkeypatch):
    cubes = changed_since(keeping, 3)
    before, add, jobs = len(shelf(keeping)), type(keeping._store._vault.cubes).add, []
    begun = threading.Event()

    def cancelling(shelf, cube, **values):
        assert begun.wait(30)
        jobs[0].cancel()
        return add(shelf, cube, **values)

    monkeypatch.setattr(type(keeping._store._vault.cubes), "add", cancelling)
    jobs.append(keeping.activation.migrate([cube.id for cube in cubes], Kind.PLAINTEXT))
    begun.set()
    with pytest.raises(Cancelled):
        jobs[0].future.result(30)
    assert len(shelf(keeping)) == before
