"""What hands do at the window beyond rows and menus: choices that drop down, tabs, lists, drags."""

from collections.abc import Callable, Sequence
from typing import Any

from operator_person import LEFT, NONE, RIGHT, Operator
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QTabWidget, QToolButton, QWidget


def button(person: Operator, where: QWidget, words: str) -> QAbstractButton:
    """A button by its words or its name, as soon as it is shown."""

    def found() -> list[QAbstractButton]:
        those = where.findChildren(QAbstractButton)
        return [one for one in those if words in (one.text().strip(), one.accessibleName()) and one.isVisible()]

    person.until(lambda: bool(found()))
    return found()[0]


def drop_down(person: Operator, tool: QToolButton, words: str) -> None:
    """Click a button that opens a menu, then click an entry. The menu has an event loop of its own."""
    picked: list[bool] = []

    def pick() -> None:
        try:
            person.pick(words)
            picked.append(True)
        finally:
            menu = QApplication.activePopupWidget()
            if menu is not None:
                menu.close()  # else a failure would leave its event loop running

    QTimer.singleShot(0, pick)
    QTest.mouseClick(tool, LEFT)
    person.until(lambda: bool(picked))


def choose_value(person: Operator, field: QComboBox, words: str) -> None:
    """Open a choice with the mouse, and click one of its values."""
    person.until(lambda: field.isVisible() and field.isEnabled())
    QTest.mouseClick(field, LEFT)
    view = field.view()
    person.until(view.isVisible)
    row = field.findText(words)
    assert row >= 0, words
    place = view.visualRect(field.model().index(row, 0)).center()
    QTest.mouseMove(view.viewport(), place + QPoint(1, 1))  # a release right after the press belongs to the press
    QTest.mouseMove(view.viewport(), place)
    QTest.mouseClick(view.viewport(), LEFT, NONE, place)
    person.until(lambda: not view.isVisible())
    person.window.activateWindow()
    person.until(person.window.isActiveWindow)


def tab(person: Operator, tabs: QTabWidget, title: str) -> Any:
    """Click a tab; what it shows."""
    number = next(n for n in range(tabs.count()) if tabs.tabText(n) == title)
    QTest.mouseClick(tabs.tabBar(), LEFT, NONE, tabs.tabBar().tabRect(number).center())
    person.until(lambda: tabs.currentIndex() == number)
    return tabs.currentWidget()


def right_click(widget: QWidget, place: QPoint) -> None:
    """The right button, and the event that the platform makes of it."""
    QTest.mouseClick(widget, RIGHT, NONE, place)
    reason = QContextMenuEvent.Reason.Mouse
    QApplication.sendEvent(widget, QContextMenuEvent(reason, place, widget.mapToGlobal(place)))


def draw(widget: QWidget, points: Sequence[QPoint]) -> None:
    """Press the left button at the first point, and draw through the others."""
    QTest.mousePress(widget, LEFT, NONE, points[0])
    for point in points[1:]:
        QTest.mouseMove(widget, point)
    QTest.mouseRelease(widget, LEFT, NONE, points[-1])


def tab_to(person: Operator, reached: Callable[[], bool], most: int = 80) -> None:
    """Press Tab until the focus is where it is wanted."""
    for _ in range(most):
        if reached():
            return
        person.keys(Qt.Key.Key_Tab)
    raise AssertionError("Tab does not come there")


def say(person: Operator, text: str) -> Any:
    """Type into the composer of the chat and press Enter; the answer, when it is whole."""
    page: Any = person.window.pages["chats"]
    before = len(page.column.items)
    page.composer.field.setFocus()
    QTest.keyClicks(page.composer.field, text)
    QTest.keyClick(page.composer.field, Qt.Key.Key_Return)
    person.until(lambda: not page.conversation.runner.running and len(page.column.items) == before + 2)
    return page.column.items[-1]
