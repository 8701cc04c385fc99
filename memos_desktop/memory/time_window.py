"""Spans of time that a person names in words: "yesterday", "last week", "in June", "on 3 December 2025"."""

import re
from datetime import datetime, timedelta

from memos_desktop.memory.call import TimeWindow

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_DATE = re.compile(
    rf"\b(?:{_DAY}(?: of)? {_MONTH}(?:,? {_YEAR})?)\b|\b(?:{_MONTH.replace('month', 'month2')} "
    rf"{_DAY.replace('day', 'day2')}\b(?:,? {_YEAR.replace('year', 'year2')})?)",
    re.IGNORECASE,
)
_MONTH_ONLY = re.compile(rf"\b(?:in|during|since|last|this) {_MONTH}(?: {_YEAR})?\b", re.IGNORECASE)
_YEAR_ONLY = re.compile(rf"\b(?:in|during|since) {_YEAR}\b", re.IGNORECASE)
_RELATIVE = re.compile(
    r"\b(today|yesterday|this week|last week|this month|last month|this year|last year|"
    r"(\d{1,3}) (day|week|month|year)s? ago)\b",
    re.IGNORECASE,
)
_LENGTH = {"day": 1, "week": 7, "month": 30, "year": 365}


def find_window(text: str, now: datetime) -> TimeWindow | None:
    """The first span of time that `text` names, seen from `now`; None when it names none."""
    for find in (_relative, _date, _month, _year):
        window = find(text, now)
        if window:
            return window
    return None


def find_date(text: str, now: datetime) -> datetime | None:
    """The first day that `text` names by its date ("14 June"); None for words such as "tomorrow"."""
    window = _date(text, now)
    return window.start if window else None


def _day(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _month_number(name: str) -> int:
    return next(number for number, month in enumerate(_MONTHS, 1) if month == name.lower()[:3])


def _relative(text: str, now: datetime) -> TimeWindow | None:
    match = _RELATIVE.search(text)
    if not match:
        return None
    words, today = match.group(1).lower(), _day(now)
    if match.group(2):
        days = int(match.group(2)) * _LENGTH[match.group(3).lower()]
        slack = timedelta(days=max(1, days // 4))
        middle = today - timedelta(days=days)
        return TimeWindow(middle - slack, middle + slack + timedelta(days=1), words)
    starts = {
        "today": today,
        "yesterday": today - timedelta(days=1),
        "this week": today - timedelta(days=today.weekday()),
        "last week": today - timedelta(days=today.weekday() + 7),
        "this month": today.replace(day=1),
        "last month": (today.replace(day=1) - timedelta(days=1)).replace(day=1),
        "this year": today.replace(month=1, day=1),
        "last year": today.replace(year=today.year - 1, month=1, day=1),
    }
    ends = {"yesterday": "today", "last week": "this week", "last month": "this month", "last year": "this year"}
    end = starts[ends[words]] if words in ends else now
    return TimeWindow(starts[words], end, words)


def _date(text: str, now: datetime) -> TimeWindow | None:
    match = _DATE.search(text)
    if not match:
        return None
    found = match.groupdict()
    month = _month_number(found["month"] or found["month2"])
    year = int(found["year"] or found["year2"] or now.year)
    try:
        start = _day(now).replace(year=year, month=month, day=int(found["day"] or found["day2"]))
    except ValueError:  # "31 June" names no day
        return None
    return TimeWindow(start, start + timedelta(days=1), match.group())


def _month(text: str, now: datetime) -> TimeWindow | None:
    match = _MONTH_ONLY.search(text)
    if not match:
        return None
    month = _month_number(match["month"])
    year = int(match["year"]) if match["year"] else now.year - (month > now.month and "last" in match.group().lower())
    start = _day(now).replace(year=year, month=month, day=1)
    end = start.replace(year=year + month // 12, month=month % 12 + 1)
    return TimeWindow(start, None if match.group().lower().startswith("since") else end, match.group())


def _year(text: str, now: datetime) -> TimeWindow | None:
    match = _YEAR_ONLY.search(text)
    if not match:
        return None
    start = _day(now).replace(year=int(match["year"]), month=1, day=1)
    end = None if match.group().lower().startswith("since") else start.replace(year=start.year + 1)
    return TimeWindow(start, end, match.group())
