"""The Memory page in a window, with memories that have vectors, for the tests of its views."""

import hashlib
from collections.abc import Iterator

import numpy as np
import pytest
from page_desk import WAIT_MS, Desk, cube
from PySide6.QtWidgets import QSplitter

from memos_desktop.memory.cube import Cube
from memos_desktop.memory.language import content_words
from memos_desktop.ui.cubes.page import MemoryPage
from memos_desktop.vault.vault import Vault

EMBEDDER = "words"
THEMES = ("boat harbour sail rope", "bread flour oven dough", "violin concert music orchestra")


def memories(count: int) -> list[Cube]:
    """Memories of three themes, `count` of each."""
    made = []
    for theme in THEMES:
        words = theme.split()
        made += [cube(f"The {words[n % 4]} and the {words[(n + 1) % 4]}, note {n}.") for n in range(count)]
    return made


def embed(desk: Desk) -> None:
    """Give every memory a vector by its words."""

    def vector(text: str) -> np.ndarray:
        found = np.full(64, 0.01, np.float32)
        for word in content_words(text):
            found[hashlib.sha256(word.encode()).digest()[0] % 64] += 1
        return found / np.linalg.norm(found)

    def work(vault: Vault) -> None:
        rows = vault.search.pending(EMBEDDER, 5000)
        if rows:
            array = np.stack([vector(text) for _, text in rows])
            vault.search.store_vectors(EMBEDDER, [number for number, _ in rows], array)

    desk.workspace._store.ask(work)


@pytest.fixture
def page(desk: Desk) -> Iterator[MemoryPage]:
    """The page with its inspector in a window that is active."""
    made = MemoryPage(desk.context)
    window = QSplitter()
    window.addWidget(made)
    window.addWidget(made.inspector())
    made.inspector().hide()
    made.inspector_wanted.connect(made.inspector().setVisible)
    desk.qtbot.addWidget(window)
    window.resize(1280, 800)
    with desk.qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    yield made


def opened(page: MemoryPage, desk: Desk) -> None:
    """Visit the page, and wait for the table."""
    with desk.qtbot.waitSignal(page.cubes.settled, timeout=WAIT_MS):
        page.activate()
