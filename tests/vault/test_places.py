"""Where cubes lie on the map: kept, true to their texts, and gone with them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from vault_values import START, activation, cube

from memos_desktop.ids import now
from memos_desktop.memory.cube import Cube, CubeFilter, SortKey, State
from memos_desktop.vault.places import ASIDE
from memos_desktop.vault.vault import Vault

EMBEDDER = "test@1"


def embed(vault: Vault, seed: int = 0) -> None:
    chance = np.random.default_rng(seed)
    while rows := vault.search.pending(EMBEDDER, 100):
        vectors = chance.normal(size=(len(rows), 8)).astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        vault.search.store_vectors(EMBEDDER, [number for number, _ in rows], vectors)


def spots(count: int) -> np.ndarray:
    return np.stack([np.arange(count), -np.arange(count)], axis=1).astype(np.float32)


def place_of(vault: Vault, id: str) -> list[float] | None:
    (number,) = vault.numbers.of([id])
    table = vault.places.by_number()
    return None if number >= len(table) or np.isnan(table[number, 0]) else table[number].tolist()


@pytest.fixture
def three(vault: Vault) -> Iterator[tuple[Vault, list[Cube]]]:
    cubes = [cube(f"memory {word}") for word in ("one", "two", "three")]
    vault.cubes.add_many(cubes)
    embed(vault)
    vault.places.arrange([one.id for one in cubes], spots(3), [cubes[0].id, cubes[1].id])
    yield vault, cubes


def test_a_cube_waits_until_all_that_it_says_has_a_vector(vault: Vault) -> None:
    long = cube("word " * 1000)
    vault.cubes.add(long)
    assert vault.places.waiting(9) == []
    rows = vault.search.pending(EMBEDDER, 100)
    assert len(rows) > 2
    vault.search.store_vectors(EMBEDDER, [rows[0][0]], np.eye(1, 8, dtype=np.float32))
    assert vault.places.waiting(9) == vault.places.candidates() == []
    embed(vault)
    assert vault.places.waiting(9) == vault.places.candidates() == [long.id]


def test_the_vector_of_a_cube_is_the_mean_of_its_passages(vault: Vault) -> None:
    long, short = cube("word " * 300), cube("short")
    vault.cubes.add_many([long, short])
    rows = vault.search.pending(EMBEDDER, 100)
    basis = {number: np.eye(8, dtype=np.float32)[place] for place, (number, _) in enumerate(rows)}
    vault.search.store_vectors(EMBEDDER, list(basis), np.stack(list(basis.values())))
    ids, vectors = vault.places.vectors([short.id, "nobody", long.id])
    assert ids == [short.id, long.id]
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1)
    assert sorted(np.round(vectors[1], 3).tolist())[-2:] == pytest.approx([0.707, 0.707], abs=1e-3)


def test_places_are_kept_by_number(three: tuple[Vault, list[Cube]]) -> None:
    vault, cubes = three
    assert [place_of(vault, one.id) for one in cubes] == [[0, 0], [1, -1], [2, -2]]
    ids, where = vault.places.landmarks()
    assert sorted(ids) == sorted(one.id for one in cubes[:2]) and where.shape == (2, 2)
    assert vault.places.waiting(9) == [] and vault.places.placed() == 3


def test_another_text_waits_for_another_place_and_is_no_landmark(three: tuple[Vault, list[Cube]]) -> None:
    vault, cubes = three
    vault.cubes.revise(cubes[0].id, text="something else entirely")
    assert place_of(vault, cubes[0].id) == [0, 0]  # it stays there meanwhile
    assert vault.places.landmarks()[0] == [cubes[1].id]
    assert vault.places.waiting(9) == []  # no vector yet
    embed(vault)
    assert vault.places.waiting(9) == [cubes[0].id]
    vault.places.put([cubes[0].id], np.array([[7, 7]], np.float32))
    assert vault.places.waiting(9) == [] and place_of(vault, cubes[0].id) == [7, 7]


def test_another_tag_changes_nothing(three: tuple[Vault, list[Cube]]) -> None:
    vault, cubes = three
    vault.cubes.retag([cubes[0].id], ("new",), ())
    vault.cubes.bin([cubes[1].id])
    assert vault.places.waiting(9) == [] and len(vault.places.landmarks()[0]) == 2


def test_what_is_removed_for_good_has_no_place(three: tuple[Vault, list[Cube]]) -> None:
    vault, cubes = three
    vault.cubes.bin([cubes[0].id])
    assert place_of(vault, cubes[0].id) == [0, 0]
    vault.cubes.purge_bin(now() + timedelta(days=1))
    assert vault.places.placed() == 2 and vault.places.landmarks()[0] == [cubes[1].id]
    assert vault.database.value("SELECT count(*) FROM places WHERE cube_id = ?", (cubes[0].id,)) == 0
    vault.cubes.add(cube("a new one may get the number"))
    assert int((~np.isnan(vault.places.by_number()[:, 0])).sum()) == 2


def test_undo_and_redo_of_adding(vault: Vault) -> None:
    first = cube("one")
    vault.cubes.add(first)
    embed(vault)
    vault.places.put([first.id], spots(1))
    vault.undo()
    assert vault.places.placed() == 0
    vault.redo()
    embed(vault)
    assert vault.places.waiting(9) == [first.id]


def test_a_cube_that_went_meanwhile_is_left_out(three: tuple[Vault, list[Cube]]) -> None:
    vault, cubes = three
    vault.places.put(["nobody", cubes[2].id], np.array([[5, 5], [6, 6]], np.float32))
    assert vault.places.placed() == 3 and place_of(vault, cubes[2].id) == [6, 6]
    vault.places.arrange(["nobody", cubes[1].id], spots(2), ["nobody", cubes[1].id])
    assert vault.places.placed() == 1 and vault.places.landmarks()[0] == [cubes[1].id]


def test_an_activation_lies_beside_its_text(three: tuple[Vault, list[Cube]]) -> None:
    vault, cubes = three
    ready = activation(cubes[1])
    vault.cubes.add(ready)
    assert place_of(vault, ready.id) == pytest.approx([1 + ASIDE, ASIDE - 1])
    assert vault.places.waiting(9) == [] and ready.id not in vault.places.candidates()


def test_others_join_where_landmarks_are_gone(three: tuple[Vault, list[Cube]]) -> None:
    vault, _ = three
    assert vault.places.promote(64) == 3
    assert vault.places.promote(1) == 3  # none is taken away


def test_looks_and_times_by_number(vault: Vault) -> None:
    old = replace(cube("old"), created=START - timedelta(days=400))
    new = cube("new", state=State.ARCHIVED)
    vault.cubes.add_many([old, new])
    numbers = vault.numbers.of([new.id, old.id])
    assert vault.numbers.ids(numbers) == (new.id, old.id)
    assert [one.id for _, one in vault.numbers.cubes(numbers)] == [new.id, old.id]
    looks = vault.numbers.looks(CubeFilter())
    assert looks.numbers.tolist() == sorted(numbers)
    states = dict(zip(looks.numbers.tolist(), looks.states.tolist(), strict=True))
    assert states[numbers[0]] == list(State).index(State.ARCHIVED)
    assert looks.heat.tolist() == [0, 0]
    order, seconds = vault.numbers.by_time(CubeFilter(), SortKey.CREATED)
    assert order.tolist() == list(numbers) and seconds.tolist()[0] == START.timestamp()
    assert seconds.tolist()[0] - seconds.tolist()[1] == 400 * 86_400
    assert vault.numbers.beginnings([numbers[1], 10**9]) == ("old\nold", "")
