"""Identifiers that sort by time, and the one clock of the program."""

import secrets
import time
from datetime import UTC, datetime

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
ID_LENGTH = 20


def new_id() -> str:
    """A 20-character identifier: 10 characters of milliseconds, 10 of chance, in sortable base 32."""
    number = (time.time_ns() // 1_000_000) << 50 | secrets.randbits(50)
    return "".join(ALPHABET[(number >> shift) & 31] for shift in range(95, -1, -5))


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def parse_time(text: str) -> datetime:
    """An aware UTC moment from ISO 8601; a time without zone is taken as local time.

    Raises ValueError when the text is no ISO 8601 date or time.
    """
    return datetime.fromisoformat(text.strip()).astimezone(UTC)


def format_time(moment: datetime) -> str:
    """ISO 8601 in UTC with microseconds: sorts as text, and comes back equal from `parse_time`."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
