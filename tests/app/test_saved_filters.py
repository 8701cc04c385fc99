"""Saved filters: kept over a restart, named once, never the built-in ones."""

from pathlib import Path

import pytest

from memos_desktop.app.events import Broadcast
from memos_desktop.app.saved_filters import BUILT_IN, SavedFilters
from memos_desktop.app.settings import SavedFilter, SettingsStore
from memos_desktop.errors import UserError
from memos_desktop.memory.filter import FilterError, parse, render


@pytest.fixture
def saved(tmp_path: Path) -> SavedFilters:
    return opened(tmp_path)


def opened(folder: Path) -> SavedFilters:
    return SavedFilters(SettingsStore(folder / "settings.json", Broadcast()))


def names(saved: SavedFilters) -> list[str]:
    return [one.name for one in saved.own()]


def test_what_is_saved_is_there_after_a_restart(saved: SavedFilters, tmp_path: Path) -> None:
    saved.save(" Work  things ", "tag:work   heron")
    saved.save("Garden", 'project:"garden fence"')
    assert opened(tmp_path).own() == (
        SavedFilter("Garden", 'project:"garden fence"'),
        SavedFilter("Work things", "heron tag:work"),
    )


def test_a_name_is_there_once(saved: SavedFilters) -> None:
    saved.save("Work", "tag:work")
    saved.save("work", "tag:office")
    assert saved.own() == (SavedFilter("work", "tag:office"),)


def test_a_filter_is_renamed_and_deleted(saved: SavedFilters) -> None:
    saved.save("Work", "tag:work")
    saved.save("Home", "tag:home")
    saved.rename("Work", "Office")
    assert names(saved) == ["Home", "Office"]
    with pytest.raises(UserError, match="already"):
        saved.rename("Office", "home")
    assert saved.delete("office").text == "tag:work"
    assert names(saved) == ["Home"]


@pytest.mark.parametrize("name", ["", "   ", "pinned"])
def test_a_name_that_cannot_be_is_refused(saved: SavedFilters, name: str) -> None:
    with pytest.raises(UserError):
        saved.save(name, "tag:work")
    assert saved.own() == ()


def test_what_is_no_filter_is_not_saved(saved: SavedFilters) -> None:
    with pytest.raises(FilterError):
        saved.save("Odd", "stat:x")
    with pytest.raises(UserError, match="every memory"):
        saved.save("All", "  ")
    with pytest.raises(UserError, match="no saved filter"):
        saved.delete("Odd")
    assert saved.own() == ()


def test_the_built_in_ones_are_filters() -> None:
    for one in BUILT_IN:
        assert render(parse(one.text)) == one.text
