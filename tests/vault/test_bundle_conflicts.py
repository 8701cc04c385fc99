"""A memory that is here and in the bundle, and other: keep, replace, both."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from bundle_values import changed, export, held, in_order, load, write
from vault_values import activation, cube, dump

from memos_desktop.errors import Cancelled, VaultError
from memos_desktop.memory.bundle import Chain
from memos_desktop.memory.bundle_import import Choice, Clash, Decision
from memos_desktop.memory.cube import Access, Cube, Governance, State
from memos_desktop.paths import DataFolder
from memos_desktop.progress import Progress
from memos_desktop.vault.bundle_compare import compared
from memos_desktop.vault.bundle_import import Imported, import_bundle
from memos_desktop.vault.bundle_reader import BundleReader
from memos_desktop.vault.vault import Vault


@pytest.fixture
def family(vault: Vault) -> tuple[Cube, Cube]:
    """A memory and one that was made from it, here and in the bundle of `theirs`."""
    parent = cube("The boat is called Lima.")
    child = cube("The boat lies in Peniche.", parents=(parent.id,), governance=Governance(superseded_by=parent.id))
    vault.cubes.add_many([parent, child])
    return parent, child


@pytest.fixture
def theirs(vault: Vault, family: tuple[Cube, Cube], tmp_path: Path) -> Iterator[Path]:
    """Both were changed on another computer; one is new."""
    parent, child = map(Chain, ((one,) for one in family))
    new = Chain((cube("New, and made from the boat.", parents=(parent.id,)),))
    several = [changed(parent, "Their boat."), changed(child, "Their place."), new]
    yield write(tmp_path / "theirs.memcube", in_order(several))


def texts(vault: Vault) -> set[str]:
    """What is on the shelf."""
    return {chain.cube.text for chain in held(vault) if not chain.cube.binned}


def test_keep_leaves_what_is_here(vault: Vault, family: tuple[Cube, Cube], theirs: Path) -> None:
    done = load(vault, theirs)
    assert texts(vault) == {"The boat is called Lima.", "The boat lies in Peniche.", "New, and made from the boat."}
    assert {(one.clash, one.here.text, one.theirs.text) for one in done.plan.kept} == {
        (Clash.DIVERGED, "The boat is called Lima.", "Their boat."),
        (Clash.DIVERGED, "The boat lies in Peniche.", "Their place."),
    }


def test_replace_puts_theirs_in_place_and_undo_takes_it_back(
    vault: Vault, family: tuple[Cube, Cube], theirs: Path
) -> None:
    vault.database.run("UPDATE cubes SET uses = 7")
    before = dump(vault)
    load(vault, theirs, Choice.REPLACE)
    assert texts(vault) == {"Their boat.", "Their place.", "New, and made from the boat."}
    assert vault.cubes.get(family[0].id).behaviour.uses == 7  # counted here
    vault.undo()
    assert dump(vault) == before
    vault.redo()
    assert vault.cubes.get(family[1].id).text == "Their place."


def test_both_makes_copies_whose_family_stays_together(
    vault: Vault, family: tuple[Cube, Cube], theirs: Path
) -> None:
    parent, child = family
    done = load(vault, theirs, Choice.BOTH)
    names = done.plan.names
    assert set(names) == {parent.id, child.id}
    copy, second = vault.cubes.get(names[parent.id]), vault.cubes.get(names[child.id])
    assert (copy.text, second.text) == ("Their boat.", "Their place.")
    assert second.parents == (copy.id,) and second.governance.superseded_by == copy.id
    [new] = [chain.cube for chain in held(vault) if chain.cube.text.startswith("New")]
    assert new.parents == (copy.id,)  # in the bundle it was made from theirs
    assert vault.cubes.get(child.id) == child


def test_each_can_be_chosen_by_itself(vault: Vault, family: tuple[Cube, Cube], theirs: Path) -> None:
    parent, child = family
    done = load(vault, theirs, Choice.KEEP, **{child.id: Choice.BOTH})
    assert vault.cubes.get(parent.id).text == "The boat is called Lima."
    assert vault.cubes.get(done.plan.names[child.id]).parents == (parent.id,)


def test_a_copy_that_was_changed_is_not_made_again(vault: Vault, family: tuple[Cube, Cube], theirs: Path) -> None:
    done = load(vault, theirs, Choice.BOTH)
    vault.cubes.revise(done.plan.names[family[0].id], text="Edited here.")
    again = load(vault, theirs, Choice.BOTH)
    assert again.changes.step_id is None
    assert [skip.reason for skip in again.plan.skipped] == [
        "its copy from an earlier import is here, and was changed since"
    ]


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"frozen": True}, "it is frozen here"),
        ({"governance": Governance(access=Access.READ_ONLY)}, "it is read only here"),
    ],
)
def test_what_may_not_be_changed_is_not_replaced(
    vault: Vault, tmp_path: Path, fields: dict[str, Any], says: str
) -> None:
    made = cube("Stays.", **fields)
    vault.cubes.add(made)
    path = write(tmp_path / "other.memcube", [changed(Chain((made,)), "Goes.")])
    done = load(vault, path, Choice.REPLACE)
    assert [(skip.id, skip.reason) for skip in done.plan.skipped] == [(made.id, says)]
    assert vault.cubes.get(made.id) == made
    assert load(vault, path, Choice.BOTH).versions == 1


def test_an_activation_cube_is_kept(vault: Vault, tmp_path: Path) -> None:
    """Its states are of the text that it has here."""
    source = cube("A long manual.")
    ready = activation(source)
    vault.cubes.add_many([source, ready])
    other = Chain((replace(ready, payload=replace(ready.payload, text="Another text.")),))
    path = write(tmp_path / "other.memcube", in_order([Chain((source,)), other]))
    done = load(vault, path, Choice.REPLACE)
    assert "keep that ready again" in done.plan.skipped[0].reason
    assert load(vault, path, Choice.BOTH).plan.skipped[0].reason == "its text is kept ready here already"
    assert vault.cubes.get(ready.id) == ready


def clash_of(vault: Vault, path: Path) -> list[Clash]:
    """How the cubes of a bundle differ from those here."""
    with BundleReader(path) as bundle:
        found = compared(vault.database, bundle, bundle.check(Progress()), Progress())
        return [conflict.clash for conflict in found.conflicts.values()]


def test_how_they_differ_is_said(vault: Vault, tmp_path: Path) -> None:
    made = cube("First.", tags=("a",))
    vault.cubes.add(made)
    old = export(vault, tmp_path / "old.memcube")
    vault.cubes.revise(made.id, text="Second.")
    new = export(vault, tmp_path / "new.memcube")
    assert clash_of(vault, old) == [Clash.OLDER]
    vault.undo()
    assert clash_of(vault, new) == [Clash.NEWER]
    vault.cubes.retag([made.id], ["b"])
    assert clash_of(vault, old) == [Clash.HEADER]
    vault.undo()
    vault.cubes.bin([made.id])
    assert clash_of(vault, old) == [Clash.BINNED]
    load(vault, old, Choice.REPLACE)
    assert vault.cubes.get(made.id).binned is None


def test_a_newer_history_only_adds_versions(vault: Vault, tmp_path: Path) -> None:
    made = cube("First.")
    vault.cubes.add(made)
    vault.cubes.revise(made.id, text="Second.")
    path = export(vault, tmp_path / "new.memcube")
    vault.undo()
    load(vault, path, Choice.REPLACE)
    assert [one.text for one in vault.cubes.versions(made.id)] == ["First.", "Second."]
    [step] = vault.journal.steps(limit=1)
    assert {change.table for change in step.changes if change.before is None} == {"versions"}


def test_a_state_by_use_is_no_difference_and_another_one_is(vault: Vault, tmp_path: Path) -> None:
    made = cube("x")
    vault.cubes.add(made)
    path = export(vault, tmp_path / "x.memcube")
    vault.database.run("UPDATE cubes SET state = ?", (State.ACTIVATED.value,))
    assert clash_of(vault, path) == []
    vault.database.run("UPDATE cubes SET state = ?", (State.ARCHIVED.value,))
    assert clash_of(vault, path) == [Clash.HEADER]


def cancelling(after: int) -> Progress:
    """Progress that is cancelled when so many cubes are written."""
    progress = Progress(lambda state: progress.cancel() if state.done >= after else None, interval=0)
    return progress


def test_a_cancelled_import_changes_nothing(vault: Vault, tmp_path: Path) -> None:
    several = [Chain((cube(f"memory {number}"),)) for number in range(1500)]
    path = write(tmp_path / "many.memcube", in_order(several))
    before = dump(vault)
    with BundleReader(path) as bundle:
        outline = bundle.check(Progress())
        with pytest.raises(Cancelled):
            import_bundle(vault, bundle, outline, Decision(), frozenset(), cancelling(1200))
    assert dump(vault) == before
    assert vault.journal.steps() == ()
    assert isinstance(load(vault, path), Imported)


def test_a_full_disk_changes_nothing(tmp_path: Path) -> None:
    vault = Vault.open(DataFolder(tmp_path / "data"))
    several = [Chain((cube(f"{number} " + "x" * 3000),)) for number in range(300)]
    path = write(tmp_path / "many.memcube", in_order(several))
    pages = vault.database.value("PRAGMA page_count")
    vault.database.run(f"PRAGMA max_page_count = {pages + 20}")
    with pytest.raises(VaultError, match="is full"):
        load(vault, path)
    assert (vault.cubes.count(), vault.journal.steps()) == (0, ())
    vault.database.run("PRAGMA max_page_count = 1000000")
    load(vault, path)
    assert vault.cubes.count() == 300
    vault.close()
