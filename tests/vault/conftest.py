"""Vaults, cubes and messages for the tests of this layer."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from memos_desktop.paths import DataFolder
from memos_desktop.vault.vault import Vault


@pytest.fixture
def vault() -> Iterator[Vault]:
    """An empty vault in memory."""
    opened = Vault.open_in_memory()
    yield opened
    opened.close()


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    """A data folder that does not exist yet."""
    return DataFolder(tmp_path / "data")
