"""The few pages of a long list that are kept in memory. Knows nothing of Qt."""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field

from memos_desktop.memory.cube import Cube, CubeFilter, SortKey

PAGE = 100
KEEP = 20


@dataclass(frozen=True, slots=True)
class Query:
    """What a list shows, and in which order."""

    filter: CubeFilter = field(default_factory=CubeFilter)
    sort: SortKey = SortKey.CREATED
    descending: bool = True


class PageCache:
    """The pages used last, at most `KEEP`. A page may be stale: shown until a newer one arrives."""

    def __init__(self) -> None:
        self._pages: OrderedDict[int, tuple[Cube, ...]] = OrderedDict()
        self._stale: set[int] = set()

    def clear(self) -> None:
        """Forget everything."""
        self._pages.clear()
        self._stale.clear()

    def put(self, number: int, cubes: tuple[Cube, ...], stale: bool = False) -> None:
        """Keep a page that arrived, and drop the one that was not used for longest."""
        self._pages[number] = cubes
        self._pages.move_to_end(number)
        (self._stale.add if stale else self._stale.discard)(number)
        while len(self._pages) > KEEP:
            dropped, _ = self._pages.popitem(last=False)
            self._stale.discard(dropped)

    def mark_stale(self) -> None:
        """Everything kept is out of date."""
        self._stale = set(self._pages)

    def needs(self, number: int) -> bool:
        """Whether this page is missing or stale."""
        return number not in self._pages or number in self._stale

    def cube(self, row: int) -> Cube | None:
        """The cube at `row`, if its page is kept; counts as use of that page."""
        number, place = divmod(row, PAGE)
        page = self._pages.get(number)
        if page is None:
            return None
        self._pages.move_to_end(number)
        return page[place] if place < len(page) else None

    def rows(self) -> Iterator[tuple[int, Cube]]:
        """Every kept cube with its row."""
        for number, page in self._pages.items():
            for place, cube in enumerate(page):
                yield number * PAGE + place, cube
