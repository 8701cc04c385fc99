"""The context menu of the Memory page."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu

from memos_desktop.ui.cubes.columns import NAMES

if TYPE_CHECKING:
    from memos_desktop.ui.cubes.page import MemoryPage


def show_menu(page: "MemoryPage", place: QPoint) -> None:
    """What can be done with what is selected; over the table also how it is sorted, and its columns."""
    menu = QMenu(page)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.addAction("Open", page.panel.focus_text)
    menu.addSeparator()
    page.commands.fill_menu(menu)
    if page.views.current_name() == "table":
        menu.addSeparator()
        order = menu.addMenu("Sort by")
        for column, name in NAMES.items():
            order.addAction(name, partial(page.cubes.sort_by, column))
        page.table.columns.fill(menu.addMenu("Columns"))
    menu.popup(place)
