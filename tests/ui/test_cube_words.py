"""Cubes in words, and the word diff."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memos_desktop.ids import new_id, now
from memos_desktop.memory.cube import ActivationPayload, Cube, Descriptive, Governance, SemanticType, TextPayload
from memos_desktop.memory.word_diff import Change, word_diff
from memos_desktop.ui.cubes import words


def cube(text: str = "Tea without sugar", title: str = "Tea") -> Cube:
    moment = now()
    return Cube(new_id(), 1, moment, moment, TextPayload(text), Descriptive(title, SemanticType.PREFERENCE))


@pytest.mark.parametrize(
    ("count", "said"),
    [(0, "0 B"), (812, "812 B"), (14_234, "14.2 kB"), (145_000_000, "145 MB"), (1.44e9, "1.4 GB")],
)
def test_sizes(count: float, said: str) -> None:
    assert words.size(int(count)) == said


def test_the_home_folder_is_written_short(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert words.path_text(tmp_path / "models" / "a.gguf") == str(Path("~/models/a.gguf"))
    assert words.path_text(Path("/elsewhere/a.gguf")) == str(Path("/elsewhere/a.gguf"))


def test_short_dates_get_shorter_the_nearer_they_are() -> None:
    today = datetime(2026, 3, 12, 15, 0).astimezone()
    assert words.short_date(today - timedelta(hours=1), today) == "14:00"
    assert words.short_date(today - timedelta(days=1), today) == "Yesterday"
    assert words.short_date(today - timedelta(days=40), today) == "31 Jan"
    assert words.short_date(today - timedelta(days=400), today) == "5 Feb 2025"


def test_a_row_does_not_say_the_title_twice() -> None:
    assert words.row_text(cube("Tea without sugar", "Tea")) == ("Tea", "without sugar")
    assert words.row_text(cube("I like tea", "Tea")) == ("Tea", "I like tea")
    assert words.row_text(cube("Long first\nline and more", "Long first line…")) == (
        "Long first line",
        "and more",
    )


def test_the_payload_in_one_line() -> None:
    assert words.payload_words(cube()) == "3 words, 17 B"
    state = replace(cube(), payload=ActivationPayload("Tea without sugar", 14_234, "0123456789abcdef", 1))
    assert words.payload_words(state) == "14.2 kB, made for model 0123456789ab"


def test_header_lines_name_every_field() -> None:
    plain = cube()
    full = replace(
        plain,
        pinned=True,
        frozen=True,
        tags=("food", "drink"),
        governance=Governance(proposed=True, valid_to=now(), superseded_by="abc", watermark="w1"),
    )
    said = {label: value for _, lines in words.header_lines(full) for label, value in lines}
    assert said["Flags"] == "pinned, frozen, proposed"
    assert said["Tags"] == "food, drink"
    assert said["Replaced by"] == "abc"
    assert said["Watermark"] == "w1"
    assert said["Type"] == "Preference"
    assert said["What may be done"] == "read and write"
    assert "Replaced by" not in {label for _, lines in words.header_lines(plain) for label, _ in lines}


@given(st.text(max_size=80), st.text(max_size=80))
def test_both_texts_come_back_from_their_diff(old: str, new: str) -> None:
    runs = word_diff(old, new)
    assert "".join(run.text for run in runs if run.change is not Change.REMOVED) == new
    assert "".join(run.text for run in runs if run.change is not Change.ADDED) == old


def test_diff_marks_the_words_that_changed() -> None:
    runs = word_diff("I have two cats", "I have three cats")
    assert [(run.change, run.text.strip()) for run in runs if run.change is not Change.SAME] == [
        (Change.REMOVED, "two"),
        (Change.ADDED, "three"),
    ]


def test_a_very_long_diff_goes_by_lines() -> None:
    old = "\n".join(f"line {number} of a long note" for number in range(2000))
    new = old.replace("line 900 ", "row 900 ")
    changed = [run for run in word_diff(old, new) if run.change is not Change.SAME]
    assert [run.text for run in changed] == ["line 900 of a long note\n", "row 900 of a long note\n"]
