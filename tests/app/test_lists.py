"""The library's lists: ids of spans, timelines, and values that are loaded in the background while somebody asks."""

import threading
from concurrent.futures import Future
from datetime import UTC, datetime

import pytest

from memos_desktop.app.jobs import Urgency
from memos_desktop.errors import UserError
from memos_desktop.memory.cube import CubeFilter, SortKey
from memos_desktop.memory.filter import parse
from memos_desktop.memory.timeline import TimeBasis, Zoom

WAIT = 20


@pytest.fixture
def notes(workspace):
    """Six notes, one each year."""
    for year in range(2020, 2026):
        moment = datetime(year, 6, 15, tzinfo=UTC)
        workspace.library.add(f"Note of {year}", tags=("note",), event_time=moment, project="boat").result(WAIT)
    return workspace.library


def test_ids_of_a_list_and_of_spans_of_it(notes):
    page = notes.page(parse("tag:note"), 0, 10, SortKey.TIME, False).result(WAIT)
    ids = notes.ids(parse("tag:note"), None, SortKey.TIME, False).result(WAIT)
    assert ids == tuple(cube.id for cube in page.cubes) and len(ids) == 6
    assert notes.ids(parse("tag:note"), [(1, 2), (5, 1)], SortKey.TIME, False).result(WAIT) == (*ids[1:3], ids[5])


def test_a_timeline_counts_by_what_happened_or_was_recorded(notes):
    happened = notes.timeline(CubeFilter(), TimeBasis.EVENT, Zoom.YEAR).result(WAIT)
    assert [bucket.count for bucket in happened.buckets] == 6 * [1]
    assert happened.first == datetime(2020, 6, 15, tzinfo=UTC) and happened.total == 6
    recorded = notes.timeline(CubeFilter(), TimeBasis.RECORDED, Zoom.YEAR).result(WAIT)
    assert [bucket.count for bucket in recorded.buckets] == [6]
    between = (datetime(2021, 1, 1, tzinfo=UTC), datetime(2023, 1, 1, tzinfo=UTC))
    assert notes.timeline(CubeFilter(), TimeBasis.EVENT, Zoom.MONTH, between).result(WAIT).total == 2


def test_values_come_with_their_counts(notes):
    values = notes.values().result(WAIT)
    assert values.tags == (("note", 6),) and values.projects == (("boat", 6),)


def test_others_get_in_between_while_lists_are_loaded(notes, workspace, monkeypatch):
    """Loading goes piece by piece, behind everything that somebody waits for."""
    monkeypatch.setattr("memos_desktop.vault.columns.PIECE", 1)
    begun, go_on = threading.Event(), threading.Event()
    workspace._store.worker.submit(lambda: (begun.set(), go_on.wait(WAIT)), urgency=Urgency.NOW)
    assert begun.wait(WAIT)
    order: list[str] = []

    def noted(name: str) -> "Future[object]":
        future = notes.values() if name == "values" else notes.page(CubeFilter(), 0, 1)
        future.add_done_callback(lambda _: order.append(name))
        return future

    both = [noted("values"), noted("page")]
    go_on.set()
    for future in both:
        future.result(WAIT)
    assert order == ["page", "values"]


def test_closing_ends_the_loading(notes, workspace):
    workspace.close()
    with pytest.raises(UserError, match="closing"):
        notes.values().result(WAIT)
