"""Small values for the tests of this layer."""

from datetime import UTC, datetime

from memos_desktop.memory.call import Candidate, Owner, Recalled
from memos_desktop.memory.cube import Cube, Descriptive, TextPayload

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)


def candidate(number, text="I live in Lisbon.", **values):
    given = {"owner": Owner.CUBE, "owner_id": f"c{number}", "version": 1, "time": NOW, "cosine": 0.5}
    return Candidate(passage_id=number, text=text, **{**given, **values})


def recalled(number, score=1.0, text="I live in Lisbon.", **values):
    return Recalled(candidate(number, text, **values), score)


def cube(text="I live in Lisbon.", **values):
    return Cube("c1", 1, NOW, NOW, TextPayload(text), Descriptive("title"), **values)
