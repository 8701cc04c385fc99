"""Local days along time, and lists by number."""

import time
from datetime import date

import numpy as np
import pytest

from memos_desktop.app.numbers import local_days
from memos_desktop.ids import parse_time
from memos_desktop.memory.cube import CubeFilter, SortKey
from memos_desktop.memory.timeline import TimeBasis

DAY = 86_400


@pytest.fixture
def zone(monkeypatch):
    """Sets the time zone of this computer."""

    def set_zone(name):
        monkeypatch.setenv("TZ", name)
        time.tzset()

    yield set_zone
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize("name", ["UTC", "Europe/Vienna", "America/New_York", "Asia/Kolkata", "Pacific/Auckland"])
def test_days_are_those_of_the_calendar_also_where_the_clock_is_moved(zone, name):
    zone(name)
    start = int(parse_time("2025-03-29T00:00:00+00:00").timestamp())
    spring, autumn = np.arange(start, start + 3 * DAY, 1801), np.arange(start + 209 * DAY, start + 212 * DAY, 1801)
    moments = np.concatenate([spring, autumn])
    wanted = [(date(*time.localtime(int(moment))[:3]) - date(1970, 1, 1)).days for moment in moments]
    assert local_days(moments).tolist() == wanted


def test_days_before_1970_and_none():
    assert local_days(np.empty(0, np.int64)).tolist() == []
    assert local_days(np.array([-40 * 365 * DAY])).tolist()[0] in (-40 * 365 - 1, -40 * 365)


def test_the_order_of_time_and_the_rows_of_a_list(workspace):
    library, numbers = workspace.library, workspace.numbers
    past = library.add("past", event_time=parse_time("2020-05-01T12:00:00+00:00")).result().id
    latest = library.add("latest").result().id
    by_event = numbers.by_time(CubeFilter(), TimeBasis.EVENT).result()
    assert numbers.ids(by_event.numbers.tolist()).result() == (latest, past)
    assert by_event.days[0] - by_event.days[1] > 365
    recorded = numbers.by_time(CubeFilter(), TimeBasis.RECORDED).result()
    assert recorded.days[0] == recorded.days[1]
    assert numbers.rows(CubeFilter(), SortKey.TITLE, False, [past]).result() == (1,)
    assert numbers.rows(CubeFilter(text="latest"), SortKey.TITLE, False, [past, latest]).result() == (0,)
    assert numbers.of(["nobody"]).result() == ()
