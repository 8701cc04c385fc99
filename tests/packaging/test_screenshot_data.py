"""The vault behind the README's pictures: the script that renders them is run by hand, its data must not go stale."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from screenshot_data import EDITS, Prepared, fill

from memos_desktop.app.fusing import parents, preview
from memos_desktop.ids import now
from memos_desktop.memory.cube import Cube, CubeFilter, SortKey, State
from memos_desktop.memory.lineage import NodeKind
from memos_desktop.vault.lineage import LineageSearch
from memos_desktop.vault.sources import changed_sources
from memos_desktop.vault.vault import Vault

Filled = tuple[Vault, Prepared]


@pytest.fixture(scope="module")
def filled() -> Iterator[Filled]:
    vault = Vault.open_in_memory()
    yield vault, fill(vault, now())
    vault.close()


def cubes(vault: Vault, wanted: CubeFilter = CubeFilter()) -> tuple[Cube, ...]:
    return vault.cubes.page(wanted, 0, 1000).cubes


def test_there_is_enough_for_a_map_in_every_state(filled: Filled) -> None:
    vault, prepared = filled
    assert 150 <= vault.cubes.count() <= 250
    assert all(cubes(vault, CubeFilter(state=state)) for state in State)
    assert cubes(vault, CubeFilter(binned=True)) and cubes(vault, CubeFilter(proposed=True))
    assert vault.cubes.get(prepared.cube_id).descriptive.source.message_id


def test_uses_are_counted_and_warm(filled: Filled) -> None:
    vault, _ = filled
    (warmest,) = vault.cubes.page(CubeFilter(), 0, 1, SortKey.USES).cubes
    assert warmest.behaviour.uses == len(vault.uses.of(warmest.id)) > 5
    assert sum(cube.behaviour.heat > 0 for cube in cubes(vault)) > 20


def test_everything_happened_at_its_own_time(filled: Filled) -> None:
    vault, prepared = filled
    times = [step.time for step in vault.journal.steps(limit=1000)]
    assert times == sorted(times, reverse=True)
    assert times[-1] < now() - timedelta(days=120) and times[0] < now()
    versions = vault.cubes.versions(prepared.history_id)
    assert len({version.changed.date() for version in versions}) == len(versions) == 3
    edited = [cube for cube in cubes(vault) if cube.version > 1]
    assert sum(cube.version - 1 for cube in edited) == len(EDITS)


def test_the_pair_contradicts_itself_in_a_number_and_in_yes_or_no(filled: Filled) -> None:
    vault, prepared = filled
    kinds = [conflict.kind for conflict in preview(parents(vault, prepared.fuse_ids), None)[5]]
    assert kinds == ["number", "negation"]


def test_the_lineage_goes_back_to_messages(filled: Filled) -> None:
    vault, prepared = filled
    graph = LineageSearch(vault.database).around(prepared.lineage_id, 4)
    assert sum(node.kind is NodeKind.MESSAGE for node in graph.nodes) == 2
    assert sum(node.state is State.MERGED for node in graph.nodes) == 6


def test_a_memory_was_another_at_the_snapshot(filled: Filled) -> None:
    vault, prepared = filled
    place = vault.snapshots.place(prepared.snapshot)
    assert place.time < now() - timedelta(days=60)
    assert vault.cubes.get(prepared.past_id).changed > place.time


def test_one_message_was_edited_after_a_memory_was_learned_from_it(filled: Filled) -> None:
    vault, _ = filled
    assert len(changed_sources(vault.database)) == 1
