"""Places the nodes of a small directed graph in columns, what was first at the left. Knows nothing of Qt.

The classic four steps (Sugiyama, Tagawa, Toda 1981): turn edges that close a cycle, give each node a column by its
longest path, order each column so that edges cross little (barycentres), and choose heights that pull neighbours
level. The same graph is always placed the same way.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

SWEEPS = 8
Link = tuple[str, str]
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Measures:
    """Lengths in pixels: a card, the room between columns and between cards, the height that a passing edge gets."""

    width: float
    height: float
    across: float
    between: float
    lane: float = 10.0


@dataclass(frozen=True, slots=True)
class Layout:
    """Top left corners by node; for each link the points where it passes other columns; the columns, top to bottom."""

    places: Mapping[str, Point]
    bends: Mapping[Link, tuple[Point, ...]]
    columns: tuple[tuple[str, ...], ...]


@dataclass
class _Grid:
    """The graph with a stand-in node in every column that a long link passes."""

    columns: list[list[str]]
    before: dict[str, list[str]] = field(default_factory=dict)
    after: dict[str, list[str]] = field(default_factory=dict)
    chains: dict[Link, list[str]] = field(default_factory=dict)
    lanes: set[str] = field(default_factory=set)

    def join(self, left: str, right: str) -> None:
        """`right` stands one column after `left`."""
        self.after.setdefault(left, []).append(right)
        self.before.setdefault(right, []).append(left)


def arrange(ids: Sequence[str], links: Iterable[Link], measures: Measures) -> Layout:
    """Place these nodes. Links from a node to itself, or to what is not among `ids`, are left out."""
    known = set(ids)
    plain = list(dict.fromkeys(link for link in links if link[0] != link[1] and set(link) <= known))
    forward = _acyclic(ids, plain)
    ranks = _ranks(ids, forward)
    grid = _grid(ids, forward, ranks)
    _order(grid)
    heights = _heights(grid, measures)
    step = measures.width + measures.across
    places = {id: (ranks[id] * step, heights[id] - measures.height / 2) for id in ids}
    column_of = {id: number for number, column in enumerate(grid.columns) for id in column}
    bends = {}
    for link, chain in grid.chains.items():
        points = [(column_of[one] * step + measures.width / 2, heights[one]) for one in chain]
        bends[link] = tuple(points)
        bends[link[1], link[0]] = tuple(reversed(points))
    columns = tuple(tuple(one for one in column if one not in grid.lanes) for column in grid.columns)
    return Layout(places, {link: bends[link] for link in plain if link in bends}, columns)


def _acyclic(ids: Sequence[str], links: Sequence[Link]) -> list[Link]:
    """The links with those turned round that would close a cycle."""
    after: dict[str, list[str]] = {}
    for left, right in links:
        after.setdefault(left, []).append(right)
    done, open_, back = set[str](), set[str](), set[Link]()
    for root in ids:
        if root in done:
            continue
        path = [(root, iter(after.get(root, ())))]
        open_.add(root)
        while path:
            here, rest = path[-1]
            for other in rest:
                if other in open_:
                    back.add((here, other))
                elif other not in done:
                    open_.add(other)
                    path.append((other, iter(after.get(other, ()))))
                    break
            else:
                path.pop()
                open_.discard(here)
                done.add(here)
    return list(dict.fromkeys((right, left) if (left, right) in back else (left, right) for left, right in links))


def _ranks(ids: Sequence[str], links: Sequence[Link]) -> dict[str, int]:
    """The column of each node: behind all that it comes from. What comes from nothing stands close before its first."""
    before = {id: [left for left, right in links if right == id] for id in ids}
    after = {id: [right for left, right in links if left == id] for id in ids}
    ranks: dict[str, int] = {}
    waiting = list(ids)
    while waiting:
        ready = [id for id in waiting if all(one in ranks for one in before[id])]
        for id in ready:
            ranks[id] = 1 + max((ranks[one] for one in before[id]), default=-1)
        waiting = [id for id in waiting if id not in ranks]
    for id in ids:
        if not before[id] and after[id]:
            ranks[id] = min(ranks[one] for one in after[id]) - 1
    lowest = min(ranks.values(), default=0)
    return {id: rank - lowest for id, rank in ranks.items()}


def _grid(ids: Sequence[str], links: Sequence[Link], ranks: Mapping[str, int]) -> _Grid:
    grid = _Grid([[] for _ in range(max(ranks.values(), default=0) + 1)])
    for id in ids:
        grid.columns[ranks[id]].append(id)
    for number, (left, right) in enumerate(links):
        chain = []
        for rank in range(ranks[left] + 1, ranks[right]):
            lane = f"\0{number}.{rank}"
            grid.lanes.add(lane)
            grid.columns[rank].append(lane)
            chain.append(lane)
        if chain:
            grid.chains[left, right] = chain
        for one, next_ in zip([left, *chain], [*chain, right], strict=True):
            grid.join(one, next_)
    return grid


def _order(grid: _Grid) -> None:
    """Sort the columns by the mean place of their neighbours, from the left and from the right in turn."""
    best, fewest = [list(column) for column in grid.columns], _crossings(grid)
    for sweep in range(SWEEPS):
        rightward = sweep % 2 == 0
        numbers = range(len(grid.columns)) if rightward else reversed(range(len(grid.columns)))
        for number in numbers:
            _sort(grid.columns, number, grid.before if rightward else grid.after, -1 if rightward else 1)
        crossings = _crossings(grid)
        if crossings < fewest:
            best, fewest = [list(column) for column in grid.columns], crossings
    grid.columns[:] = best


def _sort(columns: list[list[str]], number: int, neighbours: Mapping[str, list[str]], side: int) -> None:
    if not 0 <= number + side < len(columns):
        return
    spots = {id: place for place, id in enumerate(columns[number + side])}
    centre = {}
    for place, id in enumerate(columns[number]):
        near = [spots[one] for one in neighbours.get(id, ())]
        centre[id] = sum(near) / len(near) if near else float(place)
    columns[number].sort(key=lambda id: centre[id])


def _crossings(grid: _Grid) -> int:
    """How many pairs of links cross between neighbouring columns."""
    total = 0
    for left, right in pairwise(grid.columns):
        spots = {id: place for place, id in enumerate(right)}
        ends = [sorted(spots[one] for one in grid.after.get(id, ())) for id in left]
        counts = [0] * (len(right) + 1)
        for places in ends:
            total += sum(_above(counts, place) for place in places)
            for place in places:
                _add(counts, place)
    return total


def _add(tree: list[int], place: int) -> None:
    place += 1
    while place < len(tree):
        tree[place] += 1
        place += place & -place


def _above(tree: list[int], place: int) -> int:
    """How many ends noted so far lie below `place` in the column: all, less those up to it (a Fenwick tree)."""
    total, end = 0, len(tree) - 1
    while end > 0:
        total += tree[end]
        end -= end & -end
    upto, place = 0, place + 1
    while place > 0:
        upto += tree[place]
        place -= place & -place
    return total - upto


def _heights(grid: _Grid, measures: Measures) -> dict[str, float]:
    """The middle of each node: near the mean of its neighbours, without touching the next in its column."""
    sizes = {id: measures.lane if id in grid.lanes else measures.height for column in grid.columns for id in column}
    middles: dict[str, float] = {}
    for column in grid.columns:
        top = -sum(sizes[id] + measures.between for id in column) / 2
        for id in column:
            middles[id] = top + sizes[id] / 2
            top += sizes[id] + measures.between
    for sweep in range(SWEEPS):
        for column in grid.columns if sweep % 2 == 0 else reversed(grid.columns):
            wanted = []
            for id in column:
                near = [middles[one] for one in (*grid.before.get(id, ()), *grid.after.get(id, ()))]
                wanted.append(sum(near) / len(near) if near else middles[id])
            gaps = [
                (sizes[one] + sizes[next_]) / 2 + measures.between
                for one, next_ in pairwise(column)
            ]
            middles.update(zip(column, _spread(wanted, gaps), strict=True))
    lowest = min((middles[id] - sizes[id] / 2 for id in middles), default=0.0)
    return {id: middle - lowest for id, middle in middles.items()}


def _spread(wanted: Sequence[float], gaps: Sequence[float]) -> list[float]:
    """The places nearest to `wanted` in the mean square that keep these gaps (pool adjacent violators)."""
    shifts = [0.0]
    for gap in gaps:
        shifts.append(shifts[-1] + gap)
    pools: list[tuple[float, int]] = []  # (sum, count) of wanted places less their shift
    for place, shift in zip(wanted, shifts, strict=False):
        pools.append((place - shift, 1))
        while len(pools) > 1 and pools[-2][0] / pools[-2][1] > pools[-1][0] / pools[-1][1]:
            (total, count), (more, others) = pools.pop(), pools.pop()
            pools.append((total + more, count + others))
    level = [total / count for total, count in pools for _ in range(count)]
    return [one + shift for one, shift in zip(level, shifts, strict=False)]
