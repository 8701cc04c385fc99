"""Activation cubes: one on the shelf for each source, following it into the bin, out of it and away."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vault_values import START, activation, cube, dump, say, use

from memos_desktop.errors import NotFoundError, UserError
from memos_desktop.ids import now
from memos_desktop.memory.call import MemoryCall
from memos_desktop.memory.cube import ActivationPayload, Cube, CubeFilter, Kind, Source, State
from memos_desktop.memory.message import Attachment
from memos_desktop.vault.vault import Vault

LATER = timedelta(days=1)


@pytest.fixture
def source(vault: Vault) -> Cube:
    """A plaintext cube on the shelf."""
    made = cube("The harbour opens at six", tags=("port",))
    vault.cubes.add(made)
    return made


@pytest.fixture
def ready(vault: Vault, source: Cube) -> Cube:
    """Its activation cube."""
    made = activation(source)
    vault.cubes.add(made)
    return made


def on_shelf(vault: Vault) -> set[str]:
    return {found.id for found in vault.cubes.page(CubeFilter(), 0, 99).cubes}


def test_an_activation_cube_comes_back_as_it_was_given(vault: Vault, source: Cube) -> None:
    made = activation(source)
    assert vault.cubes.activation_of(source.id) is None
    vault.cubes.add(made)
    assert vault.cubes.get(made.id) == made
    assert vault.cubes.activation_of(source.id) == made
    assert vault.cubes.activation_of(source.id[:15]) == made
    assert vault.cubes.activation_of(made.id) is None
    assert [found.id for found in vault.cubes.children(source.id)] == [made.id]
    with pytest.raises(NotFoundError):
        vault.cubes.activation_of("nothing-like-it")


def test_an_activation_cube_needs_a_text_on_the_shelf_that_has_none_yet(vault: Vault, source: Cube) -> None:
    made, other = activation(source), cube("another")
    vault.cubes.add_many((other, made))
    vault.cubes.bin((other.id,))
    for wrong, reason in (
        (activation(source), "kept ready already"),
        (activation(made), "no text"),
        (activation(other), "in the bin"),
    ):
        with pytest.raises(UserError, match=reason):
            vault.cubes.add(wrong)
    with pytest.raises(NotFoundError, match="gone"):
        vault.cubes.add(activation(cube("never kept")))
    with pytest.raises(ValueError, match="unpack"):
        vault.cubes.add(activation(source, parents=(source.id, other.id)))
    assert on_shelf(vault) == {source.id, made.id}


def test_encoding_again_is_a_new_version(vault: Vault, source: Cube, ready: Cube) -> None:
    vault.cubes.revise(source.id, text="The harbour opens at seven")
    payload = ActivationPayload("The harbour opens at seven", 8192, "other model", 2)
    described = replace(ready.descriptive, title="The harbour opens at seven")
    vault.cubes.revise(ready.id, payload=payload, descriptive=described, actor="scheduler", reason="its source changed")
    new = vault.cubes.get(ready.id)
    assert (new.version, new.payload, new.title, new.actor) == (2, payload, "The harbour opens at seven", "scheduler")
    assert vault.cubes.get(ready.id, 1).payload == ready.payload
    vault.undo()
    assert vault.cubes.get(ready.id) == ready
    vault.redo()
    assert vault.cubes.get(ready.id) == new
    assert not vault.cubes.revise(ready.id, payload=payload)


def test_a_text_is_edited_at_its_source_only(vault: Vault, source: Cube, ready: Cube) -> None:
    with pytest.raises(UserError, match="another memory") as caught:
        vault.cubes.revise(ready.id, text="The harbour opens at nine")
    assert "Edit its source" in caught.value.hint
    assert not vault.cubes.revise(ready.id, text=ready.text)
    payload = ActivationPayload("x", 1, "m", 1)
    with pytest.raises(UserError, match="is plaintext"):
        vault.cubes.revise(source.id, payload=payload)
    assert vault.cubes.get(source.id) == source
    assert vault.cubes.get(ready.id) == ready


def test_the_source_is_pinned_and_not_the_activation_cube(vault: Vault, source: Cube, ready: Cube) -> None:
    with pytest.raises(UserError, match="not pinned"):
        vault.cubes.update((source.id, ready.id), "Pin", pinned=True)
    assert vault.cubes.pinned() == ()
    vault.cubes.update((ready.id,), "Unpin", pinned=False)


def test_search_and_recall_find_the_source_and_not_its_copy(vault: Vault, source: Cube, ready: Cube) -> None:
    found = vault.search.candidates(MemoryCall("when does the harbour open"), None)
    assert [candidate.owner_id for candidate in found] == [source.id]
    assert vault.database.rows("SELECT id FROM passages WHERE owner_id = ?", (ready.id,)) == []
    assert [text for _, text in vault.search.pending("e", 9)] == [source.text]


def test_the_list_finds_it_by_kind_and_with_its_source_by_words(vault: Vault, source: Cube, ready: Cube) -> None:
    other = cube("Nothing of the kind")
    vault.cubes.add_many((other, activation(other)))
    by_kind = vault.cubes.page(CubeFilter(kind=Kind.ACTIVATION), 0, 9)
    assert (by_kind.total, ready.id in {found.id for found in by_kind.cubes}) == (2, True)
    for words in ("harb six", "port"):  # its text, its tag
        by_words = vault.cubes.page(CubeFilter(text=words, kind=Kind.ACTIVATION), 0, 9)
        assert [found.id for found in by_words.cubes] == [ready.id]
        assert {found.id for found in vault.cubes.page(CubeFilter(text=words), 0, 9).cubes} == {source.id, ready.id}


def test_it_follows_its_source_into_the_bin_and_out_in_one_step(vault: Vault, source: Cube, ready: Cube) -> None:
    changes = vault.cubes.bin((source.id,))
    assert (changes.cubes, changes.label) == ({source.id, ready.id}, "Delete memory")
    assert on_shelf(vault) == set()
    assert vault.cubes.activation_of(source.id) is None
    vault.undo()
    assert on_shelf(vault) == {source.id, ready.id}
    vault.redo()
    vault.cubes.unbin((source.id,))
    assert on_shelf(vault) == {source.id, ready.id}


def test_a_frozen_one_follows_its_source_too(vault: Vault, source: Cube, ready: Cube) -> None:
    vault.cubes.update((ready.id,), "Freeze", frozen=True)
    with pytest.raises(UserError, match="frozen"):
        vault.cubes.bin((ready.id,))
    vault.cubes.bin((source.id,))
    assert on_shelf(vault) == set()


def test_what_was_let_go_before_stays_in_the_bin(vault: Vault, source: Cube, ready: Cube) -> None:
    vault.cubes.bin((ready.id,))
    newer = activation(source)
    vault.cubes.add(newer)
    with pytest.raises(UserError, match="kept ready already"):
        vault.cubes.unbin((ready.id,))
    vault.cubes.bin((source.id, ready.id))
    for one in (ready, newer):
        with pytest.raises(UserError, match="in the bin"):
            vault.cubes.unbin((one.id,))
    vault.cubes.unbin((source.id,))
    assert on_shelf(vault) == {source.id, newer.id}


@pytest.mark.parametrize("turned", [False, True])
def test_source_and_copy_may_be_named_in_any_order(vault: Vault, source: Cube, ready: Cube, turned: bool) -> None:
    ids = (ready.id, source.id) if turned else (source.id, ready.id)
    vault.cubes.bin(ids)
    assert on_shelf(vault) == set()
    vault.cubes.unbin(ids)
    assert on_shelf(vault) == {source.id, ready.id}


def test_what_is_in_the_bin_already_keeps_the_time_it_was_put_there(vault: Vault, source: Cube, ready: Cube) -> None:
    vault.cubes.bin((source.id,))
    before = vault.cubes.get(source.id).binned
    assert not vault.cubes.bin((source.id,))
    assert vault.cubes.get(source.id).binned == vault.cubes.get(ready.id).binned == before
    vault.cubes.unbin((source.id,))
    assert on_shelf(vault) == {source.id, ready.id}


def test_two_that_were_binned_in_the_same_moment_do_not_both_come_back(
    vault: Vault, source: Cube, ready: Cube, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("memos_desktop.vault.cubes.now", lambda: START)  # a coarse clock
    vault.cubes.bin((ready.id,))
    newer = replace(activation(source), created=START + LATER)
    vault.cubes.add(newer)
    vault.cubes.bin((source.id,))
    vault.cubes.unbin((source.id,))
    assert on_shelf(vault) == {source.id, newer.id}


def test_a_purge_of_the_source_takes_every_copy_even_what_was_undone(vault: Vault) -> None:
    secret = cube("The code is swordfish")
    vault.cubes.add(secret)
    vault.cubes.add(activation(secret))
    vault.undo()
    let_go = activation(secret)
    vault.cubes.add(let_go)
    vault.cubes.bin((let_go.id,))
    vault.cubes.revise(secret.id, text="The code is swordfish no more")
    vault.undo()
    kept = activation(secret)
    vault.cubes.add(kept)
    vault.cubes.bin((secret.id,))
    changes = vault.cubes.purge_bin(now() + LATER)
    assert {secret.id, let_go.id, kept.id} < changes.cubes
    assert "swordfish" not in "\n".join(vault.database.connection.iterdump())
    assert vault.undo() is None


def test_a_purge_of_the_copy_alone_leaves_source_and_message_alone(vault: Vault) -> None:
    chat = vault.chats.create()
    said = say(vault, chat, "I live in Rome")
    source = cube("I live in Rome", source=Source(chat.id, said.id))
    vault.cubes.add(source)
    ready = activation(source)
    ready = replace(ready, descriptive=source.descriptive)
    vault.cubes.add(ready)
    vault.cubes.bin((ready.id,))
    assert vault.cubes.purge_bin(now() + LATER).cubes == {ready.id}
    assert on_shelf(vault) == {source.id}
    assert vault.database.rows("SELECT message_id FROM forgotten") == []


def test_an_attachment_outlives_the_cube(vault: Vault, source: Cube, ready: Cube) -> None:
    attached = (Attachment(ready.id, 1), Attachment(source.id, 1))
    said = say(vault, vault.chats.create(), "When does it open?", attached=attached)
    assert vault.chats.message(said.id).attached == attached
    vault.undo()
    vault.redo()
    vault.cubes.bin((source.id,))
    vault.cubes.purge_bin(now() + LATER)
    assert vault.chats.message(said.id).attached == attached
    with pytest.raises(NotFoundError):
        vault.cubes.get(source.id)


OPERATIONS = st.sampled_from(
    ("add", "encode", "encode", "edit", "bin", "bin", "unbin", "unbin", "purge", "use", "undo", "undo", "redo")
)


class Keeper:
    """Does one thing after another to the cubes of a vault."""

    def __init__(self) -> None:
        self.vault = Vault.open_in_memory()
        self.purged: frozenset[str] = frozenset()

    def do(self, operation: str, pick: int) -> None:
        """One operation on the cube, or pair of cubes, that `pick` points at."""
        cubes = self.cubes()
        if operation == "add":
            self.vault.cubes.add(cube(f"text {pick}", state=State.ACTIVATED))
        elif operation == "purge":
            binned = sorted(found.binned for found in cubes if found.binned)
            self.purged = self.vault.cubes.purge_bin(_pick(binned, pick)).cubes if binned else frozenset()
        elif cubes:
            self._do(operation, _pick(cubes, pick), (_pick(cubes, pick).id, _pick(cubes, pick // 3).id)[: 1 + pick % 2])

    def cubes(self) -> list[Cube]:
        """Every cube, on the shelf or in the bin."""
        ids = self.vault.database.rows("SELECT id FROM cubes ORDER BY id")
        return [self.vault.cubes.get(row[0]) for row in ids]

    def _do(self, operation: str, chosen: Cube, ids: tuple[str, ...]) -> None:
        match operation:
            case "encode":
                self._encode(chosen)
            case "edit":
                self.vault.cubes.revise(chosen.id, text=f"{chosen.text} more")
            case "bin":
                self.vault.cubes.bin(ids)
            case "unbin":
                self.vault.cubes.unbin(ids)
            case "use":
                self.vault.uses.record((use(chosen),), "An answer")

    def _encode(self, chosen: Cube) -> None:
        known = self.vault.cubes.activation_of(chosen.id)
        if known is None:
            self.vault.cubes.add(activation(chosen, state=State.ACTIVATED))
        else:
            payload = ActivationPayload(chosen.text, 4096, "model", chosen.version)
            self.vault.cubes.revise(known.id, payload=payload)

    def check(self) -> None:
        """What must hold at any time."""
        cubes = {found.id: found for found in self.cubes()}
        live = [found for found in cubes.values() if found.kind is Kind.ACTIVATION and found.binned is None]
        assert len({found.parents for found in live}) == len(live)
        for found in live:
            [parent] = found.parents
            assert cubes[parent].binned is None
            assert self.vault.cubes.activation_of(parent) == found
        for found in cubes.values():
            assert found.kind is Kind.PLAINTEXT or found.parents[0] in cubes


def _pick(values: list[Any], number: int) -> Any:
    return values[number % len(values)]


def _without(state: dict[str, Any], purged: frozenset[str]) -> dict[str, Any]:
    """A state of the vault as it would be had these cubes never been there."""
    return {table: [row for row in rows if purged.isdisjoint(row)] for table, rows in state.items()}


def _distinct(states: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [state for number, state in enumerate(states) if number == 0 or state != states[number - 1]]


@settings(max_examples=120, deadline=None)
@given(st.lists(st.tuples(OPERATIONS, st.integers(0, 20)), min_size=8, max_size=40))
def test_whatever_is_done_each_source_has_one_copy_and_undo_is_exact(plan: list[tuple[str, int]]) -> None:
    keeper = Keeper()
    vault = keeper.vault
    states, at = [dump(vault)], 0
    for operation, pick in [*plan, *[("undo", 0)] * 45, *[("redo", 0)] * 45]:
        if operation in ("undo", "redo"):
            way = -1 if operation == "undo" else 1
            done = vault.undo() if operation == "undo" else vault.redo()
            assert (done is None) == (not 0 <= at + way < len(states))
            at = min(max(0, at + way), len(states) - 1)
        else:
            try:
                keeper.do(operation, pick)
            except UserError:
                assert dump(vault) == states[at]  # refused means unchanged
        if operation == "purge" and keeper.purged:
            states = _distinct([_without(state, keeper.purged) for state in states[: at + 1]])
            at = len(states) - 1
            left = "\n".join(vault.database.connection.iterdump())
            assert [key for key in keeper.purged if key in left] == []
        elif dump(vault) != states[at]:
            assert operation not in ("undo", "redo")
            states, at = [*states[: at + 1], dump(vault)], at + 1
        assert dump(vault) == states[at]
        keeper.check()
    vault.close()
