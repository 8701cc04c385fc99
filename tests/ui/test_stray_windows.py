"""What is shown before it has a parent is a window of its own for a moment, and takes the keyboard away."""

from collections.abc import Callable

import pytest
from page_desk import WAIT_MS, Desk, cube, desk, look
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QWidget

from memos_desktop.ui.chat.receipt_card import ReceiptCard
from memos_desktop.ui.cubes.page import MemoryPage
from memos_desktop.ui.models.page import ModelsPage
from memos_desktop.ui.settings.page import SettingsPage
from memos_desktop.ui.widgets.chips import Chip

__all__ = ["desk", "look"]


class Watch(QObject):
    """Notes every widget that is shown without a parent."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.seen.append(f"{type(watched).__name__} {watched.accessibleName()!r}")
        return False


def several(desk: Desk) -> QWidget:
    """The Memory page with two memories selected that have tags."""
    desk.add(cube("One.", tags=("sea",)), cube("Two.", tags=("sea",)))
    page = MemoryPage(desk.context)
    page.activate()
    desk.qtbot.waitUntil(lambda: page.cubes.total == 2 and page.cubes.cube_at(1) is not None, timeout=WAIT_MS)
    page.table.selectAll()
    many = page.panel.many
    desk.qtbot.waitUntil(lambda: many.shared is not None and bool(many.tags.findChildren(Chip)), timeout=WAIT_MS)
    return page


def models(desk: Desk) -> QWidget:
    """With the models of the catalogue."""
    page = ModelsPage(desk.context)
    page.activate()
    desk.qtbot.waitUntil(lambda: len(page.rows) >= 2, timeout=WAIT_MS)
    return page


BUILDERS: dict[str, Callable[[Desk], QWidget]] = {
    "several memories": several,
    "models": models,
    "settings": lambda desk: SettingsPage(desk.context),
    "a receipt": lambda desk: ReceiptCard(desk.context, {"id": "a", "owner": "cube", "text": "Tea is hot."}, 1.0, ""),
}


@pytest.mark.parametrize("name", BUILDERS)
def test_nothing_is_shown_without_a_parent(name: str, desk: Desk) -> None:
    watch, application = Watch(), QApplication.instance()
    assert application is not None
    application.installEventFilter(watch)
    try:
        desk.qtbot.addWidget(BUILDERS[name](desk))
    finally:
        application.removeEventFilter(watch)
    assert watch.seen == []
