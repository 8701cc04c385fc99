"""The map: laid out once, joined by what is new, rearranged on demand only, true to what is forgotten."""

import itertools

import numpy as np
import pytest
from app_values import WordEmbedder

from memos_desktop.app.regions import LEVELS, SMALLEST, regions
from memos_desktop.engine.layout import MapLayout
from memos_desktop.errors import Cancelled, UserError
from memos_desktop.memory.cube import CubeFilter

THEMES = ("boat harbour sail rope anchor", "bread flour oven dough yeast", "violin concert music orchestra bow")
NUMBERS = itertools.count()


@pytest.fixture
def map_of(workspace):
    """The map of a workspace, and a way to add memories that have vectors."""
    embedder = WordEmbedder()

    def add(theme, count):
        words = THEMES[theme].split()
        texts = [f"{words[n % 5]} {words[(n + 1) % 5]} {words[(n + 3) % 5]} {next(NUMBERS)}" for n in range(count)]
        ids = [workspace.library.add(text).result().id for text in texts]
        embed(workspace, embedder)
        return ids

    return workspace.map, add


def embed(workspace, embedder):
    def work(vault):
        rows = vault.search.pending(embedder.id, 1000)
        if rows:
            vectors = embedder.embed([text for _, text in rows])
            vault.search.store_vectors(embedder.id, [number for number, _ in rows], vectors)

    workspace._store.ask(work)


def places(workspace, wanted=CubeFilter()):
    """Places by id."""
    shown = workspace.map.places(wanted).result()
    ids = workspace.numbers.ids(shown.looks.numbers.tolist()).result()
    return dict(zip(ids, shown.places.tolist(), strict=True))


def test_an_empty_map_says_what_is_missing(workspace):
    assert workspace.map.places(CubeFilter()).result().places.shape == (0, 2)
    state = workspace.map.catch_up().result()
    assert (state.placed, state.landmarks, state.waiting) == (0, 0, 0)
    workspace.library.add("no vector").result()
    with pytest.raises(UserError, match="Nothing was changed"):
        workspace.map.arrange().future.result()
    assert np.isnan(next(iter(places(workspace).values()))).all()


def test_new_memories_never_move_old_ones(workspace, map_of):
    cube_map, add = map_of
    add(0, 6), add(1, 6), add(2, 6)
    assert cube_map.catch_up().result().waiting == 18  # there is no layout yet
    assert cube_map.arrange().future.result().placed == 18
    before = places(workspace)
    fresh = add(0, 5)
    state = cube_map.catch_up().result()
    assert (state.placed, state.waiting, state.fresh) == (23, 0, 5)
    after = places(workspace)
    assert {id: after[id] for id in before} == before
    assert set(after) - set(before) == set(fresh) and not np.isnan([after[id] for id in fresh]).any()
    assert cube_map.catch_up().result().fresh == 0


def test_an_edit_moves_that_memory_only(workspace, map_of):
    cube_map, add = map_of
    boats, breads = add(0, 8), add(1, 8)
    cube_map.arrange().future.result()
    before = places(workspace)
    workspace.library.revise(boats[0], text="bread flour oven dough yeast").result()
    embed(workspace, WordEmbedder())
    assert cube_map.catch_up().result().fresh == 1
    after = places(workspace)
    assert {id for id in before if before[id] != after[id]} == {boats[0]}

    def far(id, others):
        return np.mean([np.hypot(*np.subtract(after[id], after[one])) for one in others])

    assert far(boats[0], breads) < far(boats[0], boats[1:])


def test_what_was_forgotten_leaves_nothing_on_the_map(workspace, map_of):
    cube_map, add = map_of
    ids = add(0, 9)
    cube_map.arrange().future.result()
    workspace._store.apply(lambda vault: vault.cubes.bin([ids[0]]))
    assert ids[0] not in places(workspace)
    workspace._store.apply(lambda vault: vault.cubes.purge_bin(vault.cubes.get(ids[0]).binned.replace(year=2100)))
    left = workspace._store.ask(lambda vault: [row[0] for row in vault.database.rows("SELECT cube_id FROM places")])
    assert set(left) == set(ids[1:])


def test_the_filter_decides_what_is_shown(workspace, map_of):
    cube_map, add = map_of
    ids = add(0, 4)
    cube_map.arrange().future.result()
    workspace.library.tag(ids[:2], add=["mine"]).result()
    assert set(places(workspace, CubeFilter(tag="mine"))) == set(ids[:2])


def test_a_new_layout_is_made_on_demand_and_a_cancel_changes_nothing(workspace, map_of, monkeypatch):
    cube_map, add = map_of
    add(0, 10), add(1, 10)
    cube_map.arrange().future.result()
    before = places(workspace)
    reached = []

    def arrange(self, vectors):
        reached.append(len(vectors))
        workspace.jobs.active()[0].cancel()
        return np.zeros((len(vectors), 2), np.float32)

    monkeypatch.setattr(MapLayout, "arrange", arrange)
    with pytest.raises(Cancelled):
        cube_map.arrange().future.result(30)
    assert reached == [20] and places(workspace) == before


def test_a_map_made_from_few_memories_says_so(workspace, map_of):
    cube_map, add = map_of
    add(0, 2)
    assert not cube_map.arrange().future.result().outgrown
    add(1, 20)
    assert cube_map.fill().future.result().outgrown
    assert not cube_map.arrange().future.result().outgrown


def test_regions_are_named_by_their_own_words(workspace, map_of):
    cube_map, add = map_of
    for theme in range(3):
        add(theme, 20)
    cube_map.arrange().future.result()
    shown = cube_map.places(CubeFilter()).result()
    found = cube_map.regions(shown).result()
    coarse = [region for region in found if region.level == 0]
    assert sorted(np.concatenate([region.members for region in coarse]).tolist()) == list(range(60))
    for region in coarse:
        assert 1 <= len(region.words) <= 3
        assert any(set(region.words) <= set(theme.split()) for theme in THEMES)


def test_the_same_places_always_give_the_same_regions():
    chance = np.random.default_rng(3)
    spots = np.concatenate([chance.normal(middle, 0.05, (400, 2)) for middle in ((0, 0), (1, 0), (0, 1))])
    spots = spots.astype(np.float32)
    spots[5] = np.nan
    numbers = np.arange(1200)

    def texts(wanted):
        return ["apple pear" if n < 400 else "hammer nail" if n < 800 else "moon star" for n in wanted]

    first, second = regions(numbers, spots, texts), regions(numbers, spots, texts)
    assert [(one.level, one.x, one.words) for one in first] == [(one.level, one.x, one.words) for one in second]
    for level in range(len(LEVELS)):
        own = [one for one in first if one.level == level]
        assert 0 < len(own) <= LEVELS[level]
        assert sorted(np.concatenate([one.members for one in own]).tolist()) == [n for n in range(1200) if n != 5]


@pytest.mark.parametrize("count", [0, 1, 2, SMALLEST - 1])
def test_few_memories_are_one_region_or_none(count):
    spots = np.zeros((count, 2), np.float32)
    found = regions(np.arange(count), spots, lambda numbers: ["word"] * len(numbers))
    assert len(found) == min(1, count)
    assert all(len(one.members) == count for one in found)
