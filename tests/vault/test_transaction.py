"""Many rows in one step: the same as one after the other, in order, and given up whole."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vault_values import activation, cube, dump

from memos_desktop.errors import Cancelled, NotFoundError, UserError
from memos_desktop.memory.cube import Governance, State
from memos_desktop.memory.lifecycle import Trigger
from memos_desktop.progress import Progress
from memos_desktop.vault.transaction import PIECE, Touched
from memos_desktop.vault.vault import Vault

COLUMNS = st.fixed_dictionaries({}, optional={
    "pinned": st.integers(0, 1), "state": st.sampled_from(State).map(str), "priority": st.integers(0, 3),
})  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), COLUMNS), max_size=25))
def test_many_at_once_do_what_one_after_the_other_does(plan):
    vaults = Vault.open_in_memory(), Vault.open_in_memory()
    cubes = [cube(f"memory {number}") for number in range(5)]
    for vault in vaults:
        vault.cubes.add_many(cubes)
    together, alone = vaults
    with together.step("Many") as step:
        step.change_many("cubes", ((cubes[number].id, columns, "why") for number, columns in plan))
    with alone.step("Many") as step:
        for number, columns in plan:
            if columns:
                step.change("cubes", cubes[number].id, columns, "why")
    assert dump(together) == dump(alone)
    recorded = [[(c.key, c.before, c.after, c.reason) for c in vault.journal.steps()[0].changes] for vault in vaults]
    assert recorded[0] == recorded[1]
    before = dump(alone)
    for vault in vaults:
        vault.undo()
    assert dump(together) == dump(alone)
    together.redo()
    assert dump(together) == before
    for vault in vaults:
        vault.close()


def test_reports_come_between_pieces_and_may_give_everything_up(vault: Vault) -> None:
    cubes = [cube(f"memory {number}") for number in range(2 * PIECE + 10)]
    vault.cubes.add_many(cubes)
    before = dump(vault)
    seen: list[float] = []
    progress = Progress(lambda state: seen.append(state.done), interval=0)
    vault.cubes.update([one.id for one in cubes], "Pin", pinned=True, progress=progress)
    assert seen == [PIECE, 2 * PIECE, 2 * PIECE + 10]
    vault.undo()
    stopped = Progress(interval=0)

    def stop(state: object) -> None:
        stopped.cancel()

    stopped._report = stop
    with pytest.raises(Cancelled):
        vault.cubes.update([one.id for one in cubes], "Pin", pinned=True, progress=stopped)
    assert dump(vault) == before
    assert vault.journal.undo_label() == f"Add {len(cubes)} memories"


def test_an_unknown_one_among_many_leaves_all_as_they_were(vault: Vault) -> None:
    given = cube("one")
    vault.cubes.add(given)
    before = dump(vault)
    with pytest.raises(NotFoundError):
        vault.cubes.update([given.id, "nowhere0000000000000"], "Pin", pinned=True)
    with pytest.raises(KeyError), vault.step("Change") as step:
        step.change_many("cubes", [(given.id, {"pinned": 1}, ""), ("nowhere", {"pinned": 1}, "")])
    assert dump(vault) == before


def test_only_words_are_searched_again(vault: Vault) -> None:
    touched = Touched()
    touched.note("cubes", "a", {"state": "archived"})
    touched.note("cubes", "b", {"title": "x"})
    touched.note("cubes", "b", {"state": "archived"})
    touched.note("cubes", "c", {"tags": "[]"})
    touched.note("versions", "c@2", None)
    touched.note("cubes", "d", None)
    assert tuple(touched.cubes) == ("a", "b", "c", "d")
    assert touched.words == ("b", "c", "d")
    given = cube("one")
    changes = vault.cubes.add(given)
    assert changes.index
    assert not vault.cubes.transit([given.id], Trigger.ARCHIVE, "Archive").index
    assert vault.cubes.revise(given.id, text="two").index


def test_transit_passes_over_what_is_there_already(vault: Vault) -> None:
    one, two = cube("one"), cube("two", state=State.ARCHIVED)
    vault.cubes.add_many((one, two))
    changes = vault.cubes.transit([one.id, two.id], Trigger.ARCHIVE, "Archive")
    assert changes.cubes == {one.id}
    assert vault.cubes.transit([one.id, two.id], Trigger.ARCHIVE, "Archive").step_id is None
    with pytest.raises(UserError, match="archived"):
        vault.cubes.transit([one.id], Trigger.FUSE, "Fuse")


def test_sources_and_their_activation_cubes_come_back_together_in_any_order(vault: Vault) -> None:
    source = cube("a text that a model has read")
    made = activation(source)
    vault.cubes.add_many((source, made))
    vault.cubes.bin([made.id, source.id])
    assert vault.cubes.count() == 0
    vault.cubes.unbin([made.id, source.id])
    assert vault.cubes.count() == 2


def test_no_cube_descends_from_itself(vault: Vault) -> None:
    one = cube("one")
    two = cube("two", parents=(one.id,))
    three = cube("three", parents=(two.id,))
    vault.cubes.add_many((two, three))  # the first one is gone, or not there yet
    before = dump(vault)
    for parents in ((one.id,), (three.id,)):
        with pytest.raises(UserError, match="made from itself"):
            vault.cubes.add(replace(one, parents=parents))
    assert dump(vault) == before
    vault.cubes.add(one)
    assert [found.id for found in vault.cubes.children(one.id)] == [two.id]


def test_many_are_read_in_the_order_they_are_asked_for(vault: Vault) -> None:
    cubes = [cube(f"memory {number}", governance=Governance(priority=number)) for number in range(1200)]
    vault.cubes.add_many(cubes)
    wanted = [one.id for one in reversed(cubes)]
    assert [found.id for found in vault.cubes.many([*wanted, wanted[0]])] == wanted
    assert vault.cubes.known([cubes[0].id, "nowhere"]) == {cubes[0].id}
    with pytest.raises(NotFoundError):
        list(vault.cubes.many(["nowhere0000000000000"]))
