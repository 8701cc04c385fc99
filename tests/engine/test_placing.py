"""Places by landmarks: what is alike lies together, and nothing that is there moves."""

import numpy as np
import pytest

from memos_desktop.engine.layout import HERE, MapLayout
from memos_desktop.engine.placing import FEW, main_directions, normalised, offsets, place, spacing
from memos_desktop.errors import IndexUnavailableError


def unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def themes(count: int, size: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """`size` vectors around each of `count` directions, and which direction each belongs to."""
    chance = np.random.default_rng(seed)
    centres = chance.normal(size=(count, 48))
    own = np.repeat(np.arange(count), size)
    return unit(centres[own] + 0.5 * chance.normal(size=(count * size, 48))), own


def test_the_same_vector_and_id_always_get_the_same_place() -> None:
    vectors, _ = themes(4, 10)
    spots = np.random.default_rng(1).uniform(-1, 1, (40, 2)).astype(np.float32)
    ids = [f"m{n}" for n in range(40)]
    alone = place(vectors[7:8], ids[7:8], vectors, spots)
    among = place(vectors, ids, vectors, spots)
    assert np.allclose(alone[0], among[7], atol=1e-5)


def test_a_memory_lies_among_the_landmarks_that_say_the_same() -> None:
    vectors, own = themes(3, 20)
    corners = np.array([[-1, -1], [1, -1], [0, 1]], np.float32)
    spots = corners[own] + 0.01 * np.random.default_rng(2).normal(size=(60, 2)).astype(np.float32)
    fresh, theirs = themes(3, 5, seed=0)
    places = place(fresh, [str(n) for n in range(15)], vectors, spots)
    nearest = ((places[:, None, :] - corners[None, :, :]) ** 2).sum(axis=2).argmin(axis=1)
    assert (nearest == theirs).all()


def test_a_single_landmark_gathers_everything() -> None:
    vectors, _ = themes(1, 5)
    places = place(vectors, list("abcde"), vectors[:1], np.zeros((1, 2), np.float32))
    assert np.allclose(places, 0)


def test_steps_differ_by_id_and_stay_short() -> None:
    steps = offsets([f"id{n}" for n in range(500)])
    assert len(np.unique(steps, axis=0)) == 500
    assert np.linalg.norm(steps, axis=1).max() < 1.5
    assert np.abs(steps.mean(axis=0)).max() < 0.1


def test_spacing_is_the_usual_distance_of_neighbours() -> None:
    grid = np.stack(np.meshgrid(np.arange(10.0), np.arange(10.0)), axis=-1).reshape(-1, 2).astype(np.float32)
    assert spacing(grid) == pytest.approx(1)
    assert spacing(grid[:1]) == 0
    assert spacing(np.zeros((5, 2), np.float32)) == 0


@pytest.mark.parametrize("count", range(1, FEW))
def test_few_memories_are_laid_out_without_a_process(count: int) -> None:
    vectors, _ = themes(count, 1)
    with MapLayout() as layout:
        places = layout.arrange(vectors)
        assert layout._child._process is None
    assert places.shape == (count, 2) and np.isfinite(places).all()
    assert np.abs(places).max() <= 1 + 1e-6
    assert np.array_equal(places, main_directions(vectors))
    if count > 1:
        assert len(np.unique(places, axis=0)) == count


def test_proportions_are_kept() -> None:
    wide = normalised(np.array([[0, 0], [10, 0], [10, 2]], np.float32))
    assert wide.tolist() == [[-1, pytest.approx(-0.2)], [1, pytest.approx(-0.2)], [1, pytest.approx(0.2)]]
    assert normalised(np.array([[3, 4]], np.float32)).tolist() == [[0, 0]]


def test_the_helper_process_puts_together_what_is_alike() -> None:
    vectors, own = themes(4, 30)
    with MapLayout() as layout:
        spots = layout.arrange(vectors)
        assert np.allclose(layout.arrange(vectors), spots, atol=1e-4)
        many = np.tile(vectors, (HERE // len(vectors) + 1, 1))
        ids = [str(n) for n in range(len(many))]
        there = layout.place(many, ids, vectors, spots)
    assert np.abs(spots).max() == pytest.approx(1, abs=1e-3)
    far = ((spots[:, None, :] - spots[None, :, :]) ** 2).sum(axis=2)
    np.fill_diagonal(far, np.inf)
    assert (own[far.argmin(axis=1)] == own).mean() > 0.95
    assert np.allclose(there, place(many, ids, vectors, spots), atol=1e-4)


def test_a_closed_layout_says_so() -> None:
    layout = MapLayout()
    layout.close()
    with pytest.raises(IndexUnavailableError, match="could not be arranged"):
        layout.arrange(themes(2, FEW)[0])
