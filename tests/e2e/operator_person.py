"""Somebody at the real window with mouse and keyboard, on the Memory page; no model is needed."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDrag, QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from memos_desktop.app.indexing import MissingEmbedder
from memos_desktop.app.workspace import Workspace
from memos_desktop.errors import IndexUnavailableError
from memos_desktop.memory.cube import Cube, CubeFilter
from memos_desktop.paths import DataFolder
from memos_desktop.ui.application import Session
from memos_desktop.ui.prompter import Prompter

WAIT_MS = 20_000
LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
NONE, CTRL, SHIFT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
)


class Typing(Prompter):
    """Answers questions for a line of text with `text`: the dialog belongs to the platform."""

    text = ""

    def ask_text(self, parent, title, label, value, then, empty=False) -> None:
        """Type `text` and press Enter."""
        then(self.text)


def open_quietly(folder: DataFolder) -> Workspace:
    """A workspace without embedder and with the first run behind it."""
    workspace = Workspace.open(folder, embedder=MissingEmbedder(IndexUnavailableError("It is left out here.")))
    workspace._indexing._unsubscribe()
    model = folder.root / "test.echo"
    model.touch()
    workspace.settings.change(model=str(model), first_run_done=True, reduced_motion=True)
    return workspace


class Operator:
    """Somebody who works on memories."""

    def __init__(self, qtbot: Any, folder: DataFolder) -> None:
        self.qtbot = qtbot
        self.prompter = Typing()
        self.session = Session(QApplication.instance(), folder, open_quietly, self.prompter)
        self.window = self.session.window
        self.window.resize(1280, 860)
        self.window.show()
        with qtbot.waitActive(self.window):
            self.window.activateWindow()
        self.session.open()
        self.until(lambda: "chats" in self.window.pages)

    def stop(self) -> None:
        """Close the program."""
        self.window.close()
        self.session.close()

    def until(self, condition: Any) -> None:
        """Wait for this."""
        self.qtbot.waitUntil(condition, timeout=WAIT_MS)

    # the vault, only to prepare and to check

    @property
    def library(self) -> Any:
        """What the vault holds."""
        return self.session.workspace.library

    def remember(self, *texts: str) -> list[Cube]:
        """Memories to work on; the page shows them."""
        cubes = [self.library.add(text).result(20) for text in texts]
        self.keys(Qt.Key.Key_2, CTRL)
        self.until(lambda: "memory" in self.window.pages and self.page.cubes.total == len(texts))
        self.until(lambda: all(self.page.cubes.row_of(cube.id) is not None for cube in cubes))
        return cubes

    def now(self, cube: Cube) -> Cube:
        """The same memory as it is now."""
        return self.library.cube(cube.id).result(20)

    def shelf(self) -> dict[str, Cube]:
        """Everything on the shelf, by id."""
        return {cube.id: cube for cube in self.library.page(CubeFilter(), 0, 500).result(20).cubes}

    # mouse and keyboard

    @property
    def page(self) -> Any:
        """The Memory page."""
        return self.window.pages["memory"]

    @property
    def table(self) -> QWidget:
        """The table's viewport."""
        return self.page.table.viewport()

    def keys(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
        """Press a key wherever the focus is."""
        QTest.keyClick(self.window.focusWidget() or self.window, key, modifiers)

    def place(self, cube: Cube) -> QPoint:
        """Where a memory stands in the table."""
        self.until(lambda: self.page.cubes.row_of(cube.id) is not None)
        return self.page.table.visualRect(self.page.cubes.index(self.page.cubes.row_of(cube.id), 1)).center()

    def click(self, cube: Cube, modifiers: Qt.KeyboardModifier = NONE) -> None:
        """Click a row."""
        QTest.mouseClick(self.table, LEFT, modifiers, self.place(cube))

    def choose(self, *cubes: Cube) -> None:
        """Click the first row, and the others with Ctrl."""
        for number, cube in enumerate(cubes):
            self.click(cube, CTRL if number else NONE)
        self.until(lambda: set(self.page.selection.ids) == {cube.id for cube in cubes})

    def press(self, button: QWidget) -> None:
        """Click a button."""
        self.until(lambda: button.isVisible() and button.isEnabled())
        QTest.mouseClick(button, LEFT)

    def context_menu(self, cube: Cube, text: str) -> None:
        """Right click on a row, then click an entry."""
        place = self.place(cube)
        QTest.mouseClick(self.table, RIGHT, NONE, place)
        QApplication.sendEvent(self.table, _menu_event(self.table, place))
        self.pick(text)

    def menu_bar(self, title: str, text: str) -> None:
        """Open a menu of the menu bar, then click an entry."""
        bar = self.window.menuBar()
        action = next(one for one in bar.actions() if one.text().replace("&", "") == title)
        QTest.mouseClick(bar, LEFT, NONE, bar.actionGeometry(action).center())
        self.pick(text)

    def pick(self, text: str) -> None:
        """Click an entry of the open menu."""
        self.until(lambda: isinstance(QApplication.activePopupWidget(), QMenu))
        menu = QApplication.activePopupWidget()
        entry = next(one for one in menu.actions() if one.text().partition("\t")[0].replace("&", "") == text)
        assert entry.isVisible() and entry.isEnabled(), text
        QTest.mouseClick(menu, LEFT, NONE, menu.actionGeometry(entry).center())
        self.until(lambda: QApplication.activePopupWidget() is None)
        self.window.activateWindow()  # the offscreen platform does not give it back by itself
        self.until(self.window.isActiveWindow)

    def drag(self, source: Cube, target: Cube, monkeypatch: Any) -> None:
        """Drag one row on another. The offscreen platform has no drags, so the window gets the events of one here."""
        begin, end = self.place(source), self.place(target)

        def carry(drag: QDrag, *_actions: object) -> Qt.DropAction:
            carried(self.table, drag.mimeData(), end)
            return Qt.DropAction.CopyAction

        monkeypatch.setattr(QDrag, "exec", carry)
        QTest.mousePress(self.table, LEFT, NONE, begin)
        for step in (4, 8, 16, 24):
            QTest.mouseMove(self.table, begin + QPoint(0, step if end.y() > begin.y() else -step))
        QTest.mouseRelease(self.table, LEFT, NONE, end)

    def undo(self) -> None:
        """Ctrl+Z in the list."""
        self.page.table.setFocus()
        self.until(lambda: self.window.actions_by_name.by_name["undo"].isEnabled())
        self.keys(Qt.Key.Key_Z, CTRL)

    def redo(self) -> None:
        """Ctrl+Y in the list."""
        self.page.table.setFocus()
        self.until(lambda: self.window.actions_by_name.by_name["redo"].isEnabled())
        self.keys(Qt.Key.Key_Y, CTRL)

    def toast(self, part: str) -> None:
        """Wait for a toast that says this."""
        self.until(lambda: any(part in toast.text for toast in self.window.toasts.shown))

    def panel(self, verb: str) -> Any:
        """The open panel of a verb, when it shows its preview."""
        self.until(lambda: self.page.slot.panel is not None)
        panel = self.page.operators.panel(verb)
        assert self.page.slot.panel is panel and panel.isVisible()
        if hasattr(panel, "preview"):
            self.until(lambda: panel.preview is not None)
        return panel


def carried(widget: QWidget, data: QMimeData, place: QPoint) -> bool:
    """The events of a drag that ends on this widget; whether it was taken."""
    copy = Qt.DropAction.CopyAction
    enter = QDragEnterEvent(place, copy, data, LEFT, NONE)
    QApplication.sendEvent(widget, enter)
    QApplication.sendEvent(widget, QDragMoveEvent(place, copy, data, LEFT, NONE))
    drop = QDropEvent(QPointF(place), copy, data, LEFT, NONE)
    QApplication.sendEvent(widget, drop)
    return enter.isAccepted() and drop.isAccepted()


def _menu_event(widget: QWidget, place: QPoint) -> Any:
    from PySide6.QtGui import QContextMenuEvent

    return QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, widget.mapToGlobal(place))


def text_file(folder: Path, name: str, text: str) -> Path:
    """A file to drop."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path
