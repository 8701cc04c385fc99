"""What goes out in a bundle comes in again: every field, every version, once."""

from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path

import pytest
from bundle_values import changed, export, held, in_order, load, random_chains, read, write
from hypothesis import HealthCheck, given, settings
from vault_values import START, activation, cube, dump

from memos_desktop.memory.bundle import Chain, find_cycle
from memos_desktop.memory.bundle_import import Choice
from memos_desktop.memory.bundle_schema import read_head, read_version
from memos_desktop.memory.bundle_text import digest, lines_of
from memos_desktop.memory.cube import Behaviour, Cube, CubeFilter, Descriptive, Governance, Source
from memos_desktop.progress import Progress
from memos_desktop.vault.bundle_reader import BundleReader
from memos_desktop.vault.vault import Vault

FEW = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])


@pytest.fixture
def others() -> Iterator[Callable[[], Vault]]:
    """More empty vaults."""
    opened: list[Vault] = []

    def another() -> Vault:
        opened.append(Vault.open_in_memory())
        return opened[-1]

    yield another
    for vault in opened:
        vault.close()


def names(kind: type) -> set[str]:
    """The fields of a dataclass."""
    return {field.name for field in fields(kind)}


def test_a_bundle_has_every_field_that_a_cube_has() -> None:
    """A field that is added to a cube must be added to bundles too, or it would be lost in them."""
    lines = lines_of(Chain((cube("x"),)))
    head, version = read_head(lines.head), read_version(lines.versions[0])
    assert set(head["governance"]) == names(Governance)
    assert set(head["behaviour"]) == names(Behaviour)
    assert set(version["descriptive"]) == names(Descriptive)
    assert set(version["descriptive"]["source"]) == names(Source)
    own = (set(head) - {"versions"}) | (set(version) - {"cube"})
    assert own | {"binned"} == names(Cube)  # what is in the bin never travels


@FEW
@given(several=random_chains())
def test_files_give_back_what_was_written(several: list[Chain], tmp_path: Path) -> None:
    path = write(tmp_path / "random.memcube", in_order(several))
    assert read(path) == in_order(several)


@FEW
@given(several=random_chains())
def test_vaults_give_back_what_was_imported(several: list[Chain], tmp_path: Path) -> None:
    path = write(tmp_path / "random.memcube", in_order(several))
    vault = Vault.open_in_memory()
    try:
        done = load(vault, path)
        taken = {chain.id: chain for chain in several if done.plan.writes(chain.id)}
        assert {chain.id: chain for chain in held(vault)} == taken
        assert len(taken) + len(done.plan.skipped) == len(several)
        again = load(vault, export(vault, tmp_path / "again.memcube"))
        assert (again.changes.step_id, set(again.found.same)) == (None, set(taken))
        assert len(vault.journal.steps()) == 1
        before = dump(vault)
        vault.undo()
        assert held(vault) == []
        vault.redo()
        assert dump(vault) == before
    finally:
        vault.close()


@FEW
@given(several=random_chains(4), usual=...)
def test_every_choice_is_idempotent(several: list[Chain], usual: Choice, tmp_path: Path) -> None:
    """The same bundle a second time changes nothing, whatever was chosen."""
    vault = Vault.open_in_memory()
    try:
        load(vault, write(tmp_path / "first.memcube", in_order(several)))
        others = [changed(chain, f"other {chain.id}") if not chain.id.startswith("a") else chain for chain in several]
        second = write(tmp_path / "second.memcube", in_order(others))
        load(vault, second, usual)
        before, steps = dump(vault), len(vault.journal.steps())
        again = load(vault, second, usual)
        assert dump(vault) == before
        assert (again.changes.step_id, len(vault.journal.steps())) == (None, steps)
    finally:
        vault.close()


def test_a_history_travels(vault: Vault, tmp_path: Path, others: Callable[[], Vault]) -> None:
    made = cube("The boat is called Lima.", tags=("boat",))
    vault.cubes.add(made)
    vault.cubes.revise(made.id, text="The boat is called Nora.", reason="It was renamed")
    vault.cubes.update([made.id], "Pin", pinned=True)
    path = export(vault, tmp_path / "one.memcube")
    other = others()
    load(other, path)
    first, second = other.cubes.versions(made.id)
    assert (first.text, second.text, second.reason) == (
        "The boat is called Lima.",
        "The boat is called Nora.",
        "It was renamed",
    )
    assert second.pinned and second.tags == ("boat",)
    [step] = other.journal.steps()
    assert (step.label, step.reason) == ("Import a memory", "From the bundle “one.memcube”")
    assert [one.id for one in other.cubes.page(CubeFilter(text="nora"), 0, 9).cubes] == [made.id]


def test_nothing_in_a_bundle_is_nothing_to_undo(vault: Vault, tmp_path: Path) -> None:
    done = load(vault, write(tmp_path / "empty.memcube", []))
    assert (done.changes.step_id, vault.journal.steps()) == (None, ())


def test_use_since_makes_no_conflict(vault: Vault, tmp_path: Path) -> None:
    made = cube("The boat is called Lima.")
    vault.cubes.add(made)
    path = export(vault, tmp_path / "one.memcube")
    vault.database.run("UPDATE cubes SET uses = 5, heat = 0.5, state = 'activated'")
    done = load(vault, path)
    assert done.found.same == {made.id}
    assert vault.cubes.get(made.id).behaviour.uses == 5


def test_much_of_the_same_is_written_so_that_it_can_be_read(tmp_path: Path) -> None:
    """Repetition beyond what a bundle may unpack to is not compressed."""
    several = [Chain((cube(" " * 3_000_000),)) for _ in range(30)]
    path = write(tmp_path / "blank.memcube", in_order(several))
    with BundleReader(path) as bundle:
        assert len(bundle.check(Progress()).ids) == 30
    assert path.stat().st_size > 70_000_000


def test_the_digest_knows_content_and_not_use() -> None:
    one = cube("x", tags=("a",))
    used = Cube(**{**{name: getattr(one, name) for name in names(Cube)}, "behaviour": Behaviour(9, START, 0.5)})
    other = changed(Chain((one,)), "y")
    assert digest(Chain((one,))) == digest(Chain((used,))) != digest(other)


@pytest.mark.parametrize(
    ("parents", "found"),
    [
        ({"a": ["b"], "b": ["c"], "c": []}, ()),
        ({"a": ["gone"]}, ()),
        ({"a": ["a"]}, ("a",)),
        ({"a": ["b", "c"], "b": ["d"], "c": ["d"], "d": []}, ()),
        ({"x": ["a"], "a": ["b"], "b": ["c"], "c": ["a"]}, ("a", "b", "c")),
    ],
)
def test_cycles(parents: dict[str, list[str]], found: tuple[str, ...]) -> None:
    assert find_cycle(parents) == found


def test_a_long_line_of_ancestors_is_followed() -> None:
    parents = {str(number): [str(number + 1)] for number in range(50_000)}
    assert find_cycle(parents) == ()
    assert len(find_cycle({**parents, "50000": ["0"]})) == 50_001


def test_activation_cubes_travel_with_their_source(
    vault: Vault, tmp_path: Path, others: Callable[[], Vault]
) -> None:
    source = cube("A long manual.")
    ready = activation(source)
    vault.cubes.add_many([source, ready])
    path = export(vault, tmp_path / "both.memcube")
    there = others()
    load(there, path)
    assert there.cubes.activation_of(source.id) == ready
    alone = load(others(), export(vault, tmp_path / "alone.memcube", ready.id))
    assert [skip.reason for skip in alone.plan.skipped] == ["the memory that it was made from is missing"]
    mine = others()
    mine.cubes.add_many([source, activation(source)])
    third = load(mine, path)
    assert [skip.reason for skip in third.plan.skipped] == ["its text is kept ready here already"]
