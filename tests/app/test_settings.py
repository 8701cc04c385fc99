"""The settings file."""

from dataclasses import replace

import pytest

from memos_desktop.app.events import Broadcast
from memos_desktop.app.settings import Settings, SettingsStore
from memos_desktop.engine.base import Sampling
from memos_desktop.errors import VaultError
from memos_desktop.memory.message import MemoryMode


def test_what_is_set_is_there_again_and_told_once(tmp_path):
    events, told = Broadcast(), []
    events.subscribe(told.append)
    path = tmp_path / "settings.json"
    store = SettingsStore(path, events)
    changed = store.change(theme="dark", sampling=Sampling(temperature=0), memory_mode=MemoryMode.READ)
    store.change(theme="dark")
    assert SettingsStore(path, Broadcast()).value == changed == replace(
        Settings(), theme="dark", sampling=Sampling(temperature=0), memory_mode=MemoryMode.READ
    )
    assert [change.settings for change in told] == [True]


@pytest.mark.parametrize("text", ["", "[]", '{"theme": ', '{"memory_mode": "loud"}', '{"sampling": 3}'])
def test_an_unreadable_file_starts_afresh(tmp_path, text, caplog):
    path = tmp_path / "settings.json"
    path.write_text(text, encoding="utf-8")
    assert SettingsStore(path, Broadcast()).value == Settings()
    assert "start afresh" in caplog.text


def test_fields_of_another_version_are_ignored(tmp_path):
    path = tmp_path / "settings.json"
    path.write_text('{"theme": "light", "wings": 2, "sampling": {"top_k": 5, "wings": 2}}', encoding="utf-8")
    assert SettingsStore(path, Broadcast()).value == Settings(theme="light", sampling=Sampling(top_k=5))


def test_a_file_that_cannot_be_written_changes_nothing(tmp_path):
    store = SettingsStore(tmp_path / "missing" / "settings.json", Broadcast())
    with pytest.raises(VaultError, match="could not be saved"):
        store.change(theme="dark")
    assert store.value == Settings()
