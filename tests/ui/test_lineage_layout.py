"""Placing a lineage: columns follow the edges, nothing overlaps, whatever the graph is."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from memos_desktop.ui.cubes.lineage.layout import Measures, arrange

SIZES = Measures(width=100, height=40, across=60, between=10)


def column(layout, id: str) -> int:
    return next(number for number, ids in enumerate(layout.columns) if id in ids)


def test_what_came_first_stands_left() -> None:
    layout = arrange(["c", "a", "b", "d"], [("a", "c"), ("b", "c"), ("c", "d")], SIZES)
    assert [column(layout, id) for id in "abcd"] == [0, 0, 1, 2]
    assert layout.places["c"][0] == 160 and layout.places["a"][0] == 0


def test_a_source_stands_close_to_what_came_of_it() -> None:
    layout = arrange(["x", "y", "z", "note"], [("x", "y"), ("y", "z"), ("note", "z")], SIZES)
    assert column(layout, "note") == column(layout, "y")


def test_a_long_link_bends_round_what_it_passes() -> None:
    layout = arrange(["a", "b", "c"], [("a", "b"), ("b", "c"), ("a", "c")], SIZES)
    [bend] = layout.bends["a", "c"]
    top = layout.places["b"][1]
    assert bend[0] == layout.places["b"][0] + SIZES.width / 2
    assert not top <= bend[1] <= top + SIZES.height


def test_a_cycle_is_placed_too() -> None:
    layout = arrange(["a", "b", "c"], [("a", "b"), ("b", "c"), ("c", "a"), ("a", "a")], SIZES)
    assert sorted(column(layout, id) for id in "abc") == [0, 1, 2]


def test_edges_that_need_not_cross_do_not() -> None:
    layout = arrange(["p", "q", "r", "z", "y", "x"], [("p", "x"), ("q", "y"), ("r", "z")], SIZES)
    left = sorted("pqr", key=lambda id: layout.places[id][1])
    right = sorted("xyz", key=lambda id: layout.places[id][1])
    assert [dict(zip("pqr", "xyz", strict=True))[id] for id in left] == right


def test_an_only_child_stands_level_with_its_parent() -> None:
    layout = arrange(["a", "b", "c", "d"], [("a", "c"), ("b", "d")], SIZES)
    assert layout.places["a"][1] == layout.places["c"][1]


@given(st.integers(1, 25).flatmap(lambda n: st.tuples(
    st.just(n), st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), max_size=60)
)))
def test_any_graph_is_placed_without_overlap(graph: tuple[int, list[tuple[int, int]]]) -> None:
    count, pairs = graph
    ids = [str(number) for number in range(count)]
    links = [(str(left), str(right)) for left, right in pairs]
    layout = arrange(ids, links, SIZES)
    assert layout == arrange(ids, links, SIZES)
    assert sorted(id for one in layout.columns for id in one) == sorted(ids)
    for one in layout.columns:
        tops = [layout.places[id][1] for id in one]
        least = SIZES.height + SIZES.between - 1e-6
        assert all(lower - upper >= least for upper, lower in pairwise(tops))
    assert min(y for _, y in layout.places.values()) >= -1e-6
