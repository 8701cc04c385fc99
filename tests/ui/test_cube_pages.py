"""The page cache of the cube table."""

from memos_desktop.ids import new_id, now
from memos_desktop.memory.cube import Cube, Descriptive, TextPayload
from memos_desktop.ui.cubes.pages import KEEP, PAGE, PageCache


def page(first: int, length: int = PAGE) -> tuple[Cube, ...]:
    moment = now()
    return tuple(
        Cube(new_id(), 1, moment, moment, TextPayload(str(number)), Descriptive(str(number)))
        for number in range(first, first + length)
    )


def test_a_row_is_found_on_its_page() -> None:
    cache = PageCache()
    cache.put(3, page(3 * PAGE))
    found = cache.cube(3 * PAGE + 7)
    assert found is not None and found.title == str(3 * PAGE + 7)
    assert cache.cube(0) is None


def test_few_pages_are_kept_and_the_unused_one_goes_first() -> None:
    cache = PageCache()
    for number in range(KEEP):
        cache.put(number, page(number * PAGE, 1))
    assert cache.cube(0) is not None  # a use of page 0
    cache.put(KEEP, page(KEEP * PAGE, 1))
    assert not cache.needs(0)
    assert cache.needs(1)


def test_a_stale_page_is_shown_but_needed() -> None:
    cache = PageCache()
    cache.put(0, page(0, 3))
    assert not cache.needs(0)
    cache.mark_stale()
    assert cache.needs(0) and cache.cube(0) is not None
    cache.put(0, page(0, 3), stale=True)
    assert cache.needs(0)
    cache.put(0, page(0, 3))
    assert not cache.needs(0)


def test_a_short_last_page_has_no_further_rows() -> None:
    cache = PageCache()
    cache.put(0, page(0, 3))
    assert cache.cube(3) is None
    assert [row for row, _ in cache.rows()] == [0, 1, 2]
