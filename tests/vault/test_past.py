"""The vault as it was: at every step of a random history the tables are what they were, whichever way one comes."""

import itertools
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from history_maker import CHANGES, History, last_step, rows
from hypothesis import given
from hypothesis import strategies as st
from vault_values import activation, begin_answer, cube, say, unit, use

from memos_desktop.errors import NotFoundError
from memos_desktop.ids import now
from memos_desktop.memory.call import MemoryCall
from memos_desktop.memory.cube import CubeFilter, Governance, SortKey, Source, State
from memos_desktop.memory.forgetting import FORGOTTEN
from memos_desktop.memory.snapshot import Fate
from memos_desktop.paths import DataFolder
from memos_desktop.vault import past as past_module
from memos_desktop.vault import past_passages
from memos_desktop.vault.past import Past, diff
from memos_desktop.vault.purge import doomed, remove
from memos_desktop.vault.redaction import quoting
from memos_desktop.vault.vault import Vault


@pytest.fixture
def history(vault: Vault) -> History:
    """Some sixty random changes."""
    made = History(vault, seed=7)
    made.run(60)
    return made


@pytest.fixture
def look(vault: Vault, tmp_path: Path) -> Iterator["object"]:
    """Opens pasts of the vault, which are closed in the end."""
    opened: list[Past] = []

    def look(step_id: int, chats: bool = False) -> Past:
        opened.append(Past(vault.database, tmp_path, step_id, chats=chats))
        return opened[-1]

    yield look
    for one in opened:
        one.close()


def test_every_step_is_as_it_was(history: History, look) -> None:
    assert len(history.then) > 30
    for step, then in history.then.items():
        past = look(step)
        assert rows(past.vault) == then, step
        past.close()


def test_one_past_goes_back_and_forth(history: History, look) -> None:
    steps = sorted(history.then)
    past = look(steps[-1])
    way = [*reversed(steps), *steps, *steps[::7], *reversed(steps[::5]), steps[3], steps[-2], steps[10]]
    for step in way:
        past.move(step)
        assert rows(past.vault) == history.then[step], step


@given(st.lists(st.sampled_from(CHANGES), min_size=3, max_size=25), st.integers(0, 1000), st.data())
def test_any_history_can_be_walked(changes: list[str], seed: int, data: st.DataObject) -> None:
    vault = Vault.open_in_memory()
    try:
        history = History(vault, seed)
        for kind in ("several", "add", *changes):
            history.change(kind)
        steps = sorted(history.then)
        past = Past(vault.database, Path(), steps[-1])
        try:
            for step in data.draw(st.lists(st.sampled_from(steps), min_size=1, max_size=6)):
                past.move(step)
                assert rows(past.vault) == history.then[step]
        finally:
            past.close()
    finally:
        vault.close()


def test_what_is_shown_is_filtered_sorted_and_searched_like_the_present(vault: Vault, look) -> None:
    vault.cubes.add_many([cube("the tulips are red", tags=("garden",)), cube("the boat is blue")])
    [tulips] = vault.cubes.page(CubeFilter(text="tulips"), 0, 10).cubes
    step = last_step(vault)
    vault.cubes.revise(tulips.id, text="the roses are white")
    vault.cubes.retag([tulips.id], ["flowers"], ["garden"])
    past = look(step)
    assert [c.text for c in past.page(CubeFilter(text="tulip"), 0, 10).cubes] == ["the tulips are red"]
    assert past.page(CubeFilter(text="roses"), 0, 10).total == 0
    assert past.page(CubeFilter(tag="garden"), 0, 10).total == 1
    assert past.page(CubeFilter(tag="flowers"), 0, 10).total == 0
    titles = [c.title for c in past.page(CubeFilter(), 0, 10, SortKey.TITLE, descending=False).cubes]
    assert titles == ["the boat is blue", "the tulips are red"]
    past.move(last_step(vault))  # with passages
    assert past.page(CubeFilter(text="roses"), 0, 10).total == 1
    assert past.page(CubeFilter(text="tulip"), 0, 10).total == 0
    past.move(step)
    assert past.page(CubeFilter(text="tulip"), 0, 10).total == 1


@pytest.mark.parametrize(("module", "name"), [(past_passages, "MANY"), (past_module, "FAR")])
def test_far_away_it_is_the_same(monkeypatch: pytest.MonkeyPatch, vault: Vault, look, module, name: str) -> None:
    monkeypatch.setattr(module, name, 0.2)
    ids = []
    for number in range(8):
        made = cube(f"memory number{number} of the garden")
        vault.cubes.add(made)
        ids.append(made.id)
    step = last_step(vault)
    for cube_id in ids[:5]:
        vault.cubes.revise(cube_id, text="all in other words")
    past = look(step)
    assert past.page(CubeFilter(text="garden"), 0, 10).total == 8
    assert past.page(CubeFilter(text="number3"), 0, 10).total == 1
    past.move(last_step(vault))
    assert past.page(CubeFilter(text="garden"), 0, 10).total == 3
    past.move(3)
    assert past.page(CubeFilter(text="garden"), 0, 10).total == 3
    past.move(step)
    assert past.page(CubeFilter(text="garden"), 0, 10).total == 8


def test_a_past_that_cannot_begin_again_stays_where_it_was(
    monkeypatch: pytest.MonkeyPatch, history: History, look
) -> None:
    first, *_, last = sorted(history.then)
    past = look(first)
    before = past.page(CubeFilter(), 0, 50)
    monkeypatch.setattr(past_module, "FAR", -1)

    def no_memory(*_arguments: object) -> None:
        raise MemoryError

    with monkeypatch.context() as broken:
        broken.setattr(past_module, "copy_rows", no_memory)
        with pytest.raises(MemoryError):
            past.move(last)
    assert past.page(CubeFilter(), 0, 50) == before
    past.move(last)
    assert rows(past.vault) == history.then[last]


def test_a_past_stays_while_the_vault_goes_on(folder: DataFolder) -> None:
    vault = Vault.open(folder)
    first = cube("the first")
    vault.cubes.add(first)
    past = Past(vault.database, folder.blobs, last_step(vault))
    with vault.step("something long"):  # a write that is not finished yet
        vault.cubes.add(cube("the second"))
        assert past.page(CubeFilter(), 0, 10).total == 1
        past.move(0)
        assert past.page(CubeFilter(), 0, 10).total == 0
    vault.cubes.bin([first.id])
    past.move(1)
    assert past.page(CubeFilter(), 0, 10).total == 1
    assert past.since(10)[0] == {Fate.ADDED: 1, Fate.REMOVED: 1, Fate.CHANGED: 0}
    past.close()
    vault.close()
    vault = Vault.open(folder)  # the copy has left the file alone
    assert vault.cubes.count() == 1
    vault.close()


def test_marks_say_what_happened_since(vault: Vault, look) -> None:
    same, edited, renamed, binned = (cube(text) for text in ("the same", "edited", "renamed", "binned"))
    vault.cubes.add_many([same, edited, renamed, binned])
    step = last_step(vault)
    vault.cubes.revise(edited.id, text="edited again")
    vault.cubes.update([renamed.id], "Pin", pinned=True)
    vault.cubes.bin([binned.id])
    added = cube("added")
    vault.cubes.add(added)
    gone = cube("added and undone")
    vault.cubes.add(gone)
    vault.undo()
    past = look(step)
    fates = past.fates([same.id, edited.id, renamed.id, binned.id, added.id, gone.id])
    assert {id: (one.fate, one.fields) for id, one in fates.items()} == {
        edited.id: (Fate.CHANGED, ("text", "title")),
        renamed.id: (Fate.CHANGED, ("pinned",)),
        binned.id: (Fate.REMOVED, ()),
        added.id: (Fate.ADDED, ()),
    }
    counts, listed = past.since(10)
    assert counts == {Fate.ADDED: 1, Fate.REMOVED: 1, Fate.CHANGED: 2}
    assert [one.title for one in listed] == ["added", "binned", "edited again", "renamed"]


def test_words_that_came_back_are_no_change(vault: Vault, look) -> None:
    made = cube("first words")
    vault.cubes.add(made)
    step = last_step(vault)
    vault.cubes.revise(made.id, text="other words")
    past = look(step)
    assert past.fates([made.id])[made.id].fields == ("text", "title")
    vault.cubes.revise(made.id, text="first words")
    assert past.fates([made.id]) == {}
    assert diff(vault.database, step, last_step(vault), 9)[1] == ()


def test_use_is_no_change_and_is_as_it_is_now(vault: Vault, look) -> None:
    made = cube("used later")
    vault.cubes.add(made)
    step = last_step(vault)
    vault.cubes.add(cube("another"))
    vault.uses.record([use(made)], "An answer")
    past = look(step)
    assert past.cube(made.id).behaviour.uses == 1
    assert past.cube(made.id).state is State.ACTIVATED
    assert past.fates([made.id]) == {}
    past.move(0)
    past.move(step)
    assert past.cube(made.id).state is State.ACTIVATED  # whichever way it comes
    assert past.fates([made.id]) == {}


@pytest.mark.parametrize("first", [True, False])
def test_a_number_that_undo_gave_away_again_is_another_version(vault: Vault, look, first: bool) -> None:
    made = cube("one")
    vault.cubes.add(made)
    vault.cubes.revise(made.id, text="two")
    step = last_step(vault)
    vault.undo()
    vault.cubes.revise(made.id, text="three")
    past = look(step if first else last_step(vault))
    past.move(step)
    assert past.cube(made.id).text == "two"
    assert past.fates([made.id])[made.id].fields == ("text", "title")
    assert vault.cubes.get(made.id).version == past.cube(made.id).version == 2


def test_the_difference_of_any_two_points(history: History, vault: Vault) -> None:
    steps = sorted(history.then)
    columns = [name for name in _names() if name not in ("id", "binned")]
    for low, high in itertools.combinations(steps[::6], 2):
        counts, listed = diff(vault.database, low, high, 1000)
        here = {one[0]: one for one in history.then[low]["cubes"]}
        there = {one[0]: one for one in history.then[high]["cubes"]}
        wanted = {}
        for id in here.keys() | there.keys():
            before = id in here and _of(here[id], "binned") is None
            after = id in there and _of(there[id], "binned") is None
            differs = before and after and any(_of(here[id], name) != _of(there[id], name) for name in columns)
            if before != after or differs:
                wanted[id] = Fate.CHANGED if before and after else Fate.REMOVED if before else Fate.ADDED
        # A state that use moved is outside the journal; everything else is exact.
        found = {one.id: one.fate for one in listed if one.fields != ("state",) or one.id in wanted}
        assert found == wanted, (low, high)
        assert sum(counts.values()) == len(listed)


def _names() -> list[str]:
    from history_maker import NOT_OF_USE

    return [name.strip() for name in NOT_OF_USE.split(",")]


def _of(row: tuple[object, ...], name: str) -> object:
    return row[_names().index(name)]


def test_the_lists_of_a_difference_are_cut_and_the_counts_are_not(vault: Vault) -> None:
    vault.cubes.add_many([cube(f"memory {number}") for number in range(12)])
    counts, listed = diff(vault.database, 0, last_step(vault), 5)
    assert (counts[Fate.ADDED], len(listed)) == (12, 5)
    assert diff(vault.database, 1, 1, 5) == ({Fate.ADDED: 0, Fate.REMOVED: 0, Fate.CHANGED: 0}, ())


def test_what_was_forgotten_is_gone_from_the_past(vault: Vault, look) -> None:
    secret, other = cube("the secret"), cube("another")
    vault.cubes.add_many([secret, other])
    vault.cubes.add(activation(secret))
    vault.cubes.revise(secret.id, text="the secret in other words")
    step = last_step(vault)
    past = look(step)
    assert past.page(CubeFilter(text="secret"), 0, 10).total == 2
    vault.cubes.bin([secret.id])
    changes = vault.cubes.purge_bin(now() + timedelta(days=1))
    past.forget(changes.cubes)
    assert [c.title for c in past.page(CubeFilter(), 0, 10).cubes] == ["another"]
    assert past.page(CubeFilter(text="secret"), 0, 10).total == 0
    with pytest.raises(NotFoundError):
        past.cube(secret.id)
    fresh = look(step)
    assert [c.title for c in fresh.page(CubeFilter(), 0, 10).cubes] == ["another"]
    everything = " ".join(map(repr, fresh.vault.database.rows("SELECT * FROM versions"))) + repr(rows(fresh.vault))
    assert "secret" not in everything


def test_words_that_went_from_chats_are_gone_from_the_past(vault: Vault, look) -> None:
    chat = vault.chats.create("The quincebush")
    said = say(vault, chat, "The quincebush is ill.", caption="a picture of The quincebush is ill.")
    known = cube("The quincebush is ill.", source=Source(chat.id, said.id, 0, 22))
    vault.cubes.add(known)
    vault.chats.rename(chat.id, "The quincebush is ill.")
    past = look(last_step(vault), chats=True)
    lost = doomed(vault.database, [known.id])
    places = quoting(vault.database, lost.ids, lost.words.texts)
    changes = remove(vault.database, vault.journal, lost, places, messages=True).changes
    past.forget(changes.cubes, changes.messages)
    then = past.vault.chats
    assert then.get(chat.id).title == FORGOTTEN
    assert (then.message(said.id).text, then.message(said.id).caption) == (FORGOTTEN, f"a picture of {FORGOTTEN}")


def test_the_past_can_be_recalled_from_and_not_written(vault: Vault, look) -> None:
    chat = vault.chats.create("old")
    before = say(vault, chat, "The kettle whistles at dawn.")
    boat = cube("My boat is called Petrel.")
    vault.cubes.add(boat)
    pending = vault.search.pending("words", 10)
    vault.search.store_vectors("words", [number for number, _ in pending], unit(*([1.0, 0.5],) * len(pending)))
    step, moment = last_step(vault), now()
    vault.cubes.revise(boat.id, text="My boat is called Sparrow.")
    say(vault, chat, "The kettle is broken.")
    begin_answer(vault, chat)
    past = look(step, chats=True)
    past.prepare_question(moment)
    found = past.vault.search.candidates(MemoryCall("What is my boat called, and the kettle?"), unit([1.0, 0.0])[0])
    texts = {one.text: one.cosine for one in found}
    assert set(texts) == {"My boat is called Petrel.", "The kettle whistles at dawn."}
    assert texts["The kettle whistles at dawn."] == pytest.approx(0.894, abs=0.01)  # its vector is still known
    assert before.text in texts
    with pytest.raises(sqlite3.IntegrityError, match="the past cannot be changed"):
        past.vault.cubes.add(cube("written into the past"))
    assert [c.text for c in vault.cubes.page(CubeFilter(), 0, 10).cubes] == ["My boat is called Sparrow."]


def test_what_expired_since_had_not_expired_then(vault: Vault, look) -> None:
    soon = now() + timedelta(milliseconds=1)
    vault.cubes.add(cube("My locker is number 12.", governance=Governance(expires=soon)))
    step, then = last_step(vault), now() - timedelta(minutes=1)
    while now() <= soon:
        continue
    past = look(step, chats=True)
    past.prepare_question(then)
    assert [one.text for one in past.vault.search.candidates(MemoryCall("locker"), None)] == ["My locker is number 12."]
    later = look(step, chats=True)
    later.prepare_question(now())
    assert later.vault.search.candidates(MemoryCall("locker"), None) == ()
