"""Files of chat turns."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from memos_desktop.app.turn_file import read_turns, turns_only
from memos_desktop.errors import UserError
from memos_desktop.vault.imports import ImportedTurn, SkippedLine

GOOD = {"chat": "a", "speaker": "Ann", "text": "Hello", "time": "2024-05-01T10:00:00+00:00"}


def write(path, *lines):
    path.write_bytes(b"\n".join(line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines))
    return path


def test_good_lines(tmp_path):
    found = list(read_turns(write(tmp_path / "t.jsonl", {**GOOD, "ref": "r1", "caption": "a cat"}, b"", GOOD)))
    assert [turn.line for turn in found] == [1, 3]
    assert (found[0].speaker, found[0].ref, found[0].caption) == ("Ann", "r1", "a cat")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{nope", "no JSON"),
        (b"\xff\xfe", "no UTF-8 text"),
        ([1, 2], "no JSON object"),
        ({**GOOD, "text": " "}, "“text” is missing"),
        ({**GOOD, "text": "\0"}, "“text” is missing"),
        ({**GOOD, "speaker": 3}, "“speaker” is missing"),
        ({k: v for k, v in GOOD.items() if k != "chat"}, "“chat” is missing"),
        ({**GOOD, "time": "soon"}, "no ISO 8601 time"),
        ({**GOOD, "ref": 7}, "“ref” is no text"),
        (b"[" * 100_000, "no JSON"),
    ],
)
def test_a_bad_line_is_named_and_the_next_goes_on(tmp_path, line, reason):
    skipped = []
    found = list(turns_only(read_turns(write(tmp_path / "t.jsonl", line, GOOD)), skipped))
    assert len(found) == 1
    assert skipped[0].line == 1
    assert reason in skipped[0].reason


def test_a_missing_file(tmp_path):
    with pytest.raises(UserError, match="cannot be read"):
        list(read_turns(tmp_path / "none.jsonl"))


def test_nul_and_lone_surrogates_are_dropped(tmp_path):
    line = {**GOOD, "text": "a\0b\ud800c", "ref": "\ud800", "caption": "\0x"}
    (turn,) = read_turns(write(tmp_path / "t.jsonl", line))
    assert (turn.text, turn.ref, turn.caption) == ("ab?c", "?", "x")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.binary(max_size=80).filter(lambda b: b"\n" not in b), max_size=5))
def test_no_bytes_break_it(tmp_path, lines):
    found = list(read_turns(write(tmp_path / "t.jsonl", *lines)))
    assert all(isinstance(item, ImportedTurn | SkippedLine) for item in found)
