"""The window: rail, page, inspector, jobs bar, status bar. It knows pages only by the `Page` interface."""

import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QSettings, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from memos_desktop.errors import MemosError
from memos_desktop.memory.changes import Changes
from memos_desktop.paths import DataFolder
from memos_desktop.ui.actions import VIEW, Actions
from memos_desktop.ui.bridge import Bridge
from memos_desktop.ui.commands import Commands
from memos_desktop.ui.cubes.views import available
from memos_desktop.ui.dropping import Dropping
from memos_desktop.ui.icons import Icons
from memos_desktop.ui.jobs_bar import JobsBar
from memos_desktop.ui.page import Context, Navigator, Page
from memos_desktop.ui.palette import Palette
from memos_desktop.ui.problem import ProblemPage
from memos_desktop.ui.prompter import Prompter
from memos_desktop.ui.rail import Rail
from memos_desktop.ui.status_bar import StatusBar
from memos_desktop.ui.theme import Theme
from memos_desktop.ui.widgets import Skeleton, Toasts

if TYPE_CHECKING:
    from memos_desktop.app.workspace import Workspace

PAGES = {
    "chats": ("memos_desktop.ui.chat.page", "ChatPage"),
    "memory": ("memos_desktop.ui.cubes.page", "MemoryPage"),
    "models": ("memos_desktop.ui.models.page", "ModelsPage"),
    "kept": ("memos_desktop.ui.kept.page", "KeptPage"),
    "settings": ("memos_desktop.ui.settings.page", "SettingsPage"),
}
FIRST_RUN = ("memos_desktop.ui.first_run.page", "FirstRunPage")
INSPECTOR_WIDTH, INSPECTOR_LEAST = 360, 280
SIDE_BY_SIDE = 560
"""Where page and inspector have less room than this, the inspector stands below the page."""
VAULT_COMMANDS = frozenset(
    {"new_chat", "temporary_chat", "import_turns", "undo", "redo", "find", "settings", "chats", "memory",
     "models", "kept", "attach", "review", "import_bundle", "export",
     "time_machine", "inspector", "larger", "smaller", "normal", "palette",
     *(VIEW + spec.name for spec in available())}
)  # fmt: skip


class MainWindow(QMainWindow):
    """Built empty and shown at once; `attach` fills it when the workspace is open.

    Attributes:
        context: what pages are built with; None until a workspace is attached.
        pages: the pages that have been visited, by name.

    Signals:
        retry: try to open the data folder again.
        page_shown(str): a page has become visible.
        entered: the pages can be used; heavy things may be loaded now.
        closed: the person closed the window.

    """

    retry = Signal()
    page_shown = Signal(str)
    entered = Signal()
    closed = Signal()

    def __init__(self, theme: Theme, icons: Icons, bridge: Bridge, prompter: Prompter, folder: DataFolder) -> None:
        super().__init__()
        self.setWindowTitle("MemOS Desktop")
        self.setMinimumSize(720, 480)
        self.theme, self.icons, self.bridge, self.prompter, self.folder = (
            theme,
            icons,
            bridge,
            prompter,
            folder,
        )
        self.navigator = Navigator(self)
        self.context: Context | None = None
        self.pages: dict[str, Page] = {}
        self._panels: dict[str, QWidget] = {}
        self._wanted: dict[str, bool] = {}
        self._current = ""
        self._gives_up = False
        self._panel_sized = False
        self._build()
        self.toasts = Toasts(self._body, icons)
        self.toasts.floor = self._floor
        self.toasts.watch(self.stack)
        self.palette_panel = Palette(self._body, theme, icons)
        self.commands = Commands(self)
        self.actions_by_name = Actions(self, self.commands.table())
        self.actions_by_name.fill(self.menuBar())
        self.actions_by_name.set_enabled(VAULT_COMMANDS, False)
        self.actions_by_name.set_memory(frozenset())
        self.dropping = Dropping(self, self._body, theme, icons)
        self._connect()
        self._restore()

    # building

    def _build(self) -> None:
        self.rail = Rail(self.theme, self.icons)
        self.rail.setEnabled(False)
        self.stack = QStackedWidget()
        self.stack.addWidget(Skeleton(self.theme, rows=8))
        self.panel = QStackedWidget()
        self.panel.setAccessibleName("Inspector")
        self.panel.hide()
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setHandleWidth(1)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(self.stack)
        self.splitter.addWidget(self.panel)
        self.splitter.setStretchFactor(0, 1)
        self.splitter.setStretchFactor(1, 0)
        self.theme.changed.connect(self._size_panel)
        self._size_panel()
        self.jobs = JobsBar(self.icons, self.bridge)
        self.status = StatusBar(self.icons, self.bridge)
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(self.rail)
        row.addWidget(self.splitter, 1)
        self._body = QWidget()
        box = QVBoxLayout(self._body)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addLayout(row, 1)
        box.addWidget(self.jobs)
        box.addWidget(self.status)
        self.setCentralWidget(self._body)

    @Slot()
    def _size_panel(self) -> None:
        """Larger text needs a wider panel."""
        self.panel.setMinimumWidth(self.theme.px(INSPECTOR_LEAST))
        self.splitter.setSizes([900, self.theme.px(INSPECTOR_WIDTH)])
        self._turn_splitter()

    def _turn_splitter(self) -> None:
        """Side by side, or one above the other."""
        beside = self.width() - self.rail.width() >= self.theme.px(SIDE_BY_SIDE)
        wanted = Qt.Orientation.Horizontal if beside else Qt.Orientation.Vertical
        if self.splitter.orientation() is not wanted:
            self.splitter.setOrientation(wanted)
            self.splitter.setSizes([900, self.theme.px(INSPECTOR_WIDTH)] if beside else [1, 1])

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The inspector finds its place."""
        super().resizeEvent(event)
        self._turn_splitter()

    def _connect(self) -> None:
        self.rail.chosen.connect(self.show_page)
        self.page_shown.connect(self.commands.follow_page)
        self.status.model_pressed.connect(lambda: self.show_page("models"))
        self.bridge.failed.connect(self.toasts.error)
        self.bridge.bug.connect(self.toasts.bug)
        self.navigator.page.connect(self.show_page)
        self.navigator.cube.connect(lambda cube: self.open_item("memory", cube))
        self.navigator.command.connect(lambda name: self.actions_by_name.by_name[name].trigger())
        self.navigator.attach.connect(self.commands.attach)
        self.dropping.bundle.connect(self.commands.open_bundle)
        self.navigator.chat.connect(lambda chat: self.open_item("chats", chat))
        self.navigator.message.connect(lambda chat, message: self.open_item("chats", chat, message))

    def _restore(self) -> None:
        self.resize(1200, 800)
        geometry = self._store().value("geometry")
        if geometry is not None:
            self.restoreGeometry(geometry)

    def _store(self) -> QSettings:
        return QSettings(str(self.folder.root / "window.ini"), QSettings.Format.IniFormat)

    # the workspace

    def attach(self, workspace: "Workspace") -> None:
        """The data folder is open: show the first page, or the first-run page."""
        self.context = Context(
            workspace, self.bridge, self.prompter, self.theme, self.icons, self.toasts, self.navigator
        )
        self._leave_start_page()
        self.rail.show()
        self.jobs.attach(workspace.jobs)
        self.dropping.attach(self.context)
        self.status.attach(workspace.models)
        workspace.events.subscribe(self.bridge.relay(self._on_changes))
        if workspace.settings.value.first_run_done:
            QTimer.singleShot(0, self._enter)  # in a turn of its own, so that the event loop breathes
        else:
            self._show_first_run(self.context)

    def show_problem(self, error: MemosError) -> None:
        """The data folder could not be opened: say why, and what to do."""
        self._leave_start_page()
        self.rail.hide()
        page = ProblemPage(
            self.theme,
            self.icons,
            error,
            self.folder,
            again=self._try_again,
            show_folder=self.commands.show_folder,
            leave=self.commands.leave,
        )
        self.stack.addWidget(page)
        self.stack.setCurrentWidget(page)
        page.again.setFocus()

    def _try_again(self) -> None:
        self._leave_start_page()
        self.stack.addWidget(Skeleton(self.theme, rows=8))
        self.retry.emit()

    def _leave_start_page(self) -> None:
        while (old := self.stack.widget(0)) is not None:
            self.stack.removeWidget(old)
            old.deleteLater()

    def _show_first_run(self, context: Context) -> None:
        page = _load(*FIRST_RUN)(context)
        self.rail.hide()
        self.stack.addWidget(page)
        page.finished.connect(self._first_run_finished)  # type: ignore[attr-defined]
        page.activate()

    @Slot()
    def _first_run_finished(self) -> None:
        self._leave_start_page()
        self.rail.show()
        self._enter()

    @Slot()
    def _enter(self) -> None:
        self.rail.setEnabled(True)
        self.actions_by_name.set_enabled(VAULT_COMMANDS, True)
        self.commands.refresh_history()
        self.show_page("chats")
        self.entered.emit()

    @Slot(object)
    def _on_changes(self, changes: Changes) -> None:
        assert self.context is not None
        if changes.settings:
            value = self.context.workspace.settings.value
            self.theme.configure(value.theme, value.text_scale, value.reduced_motion)
        if changes.cubes or changes.chats or changes.messages:
            self.commands.refresh_history()

    # pages

    @Slot(str)
    def show_page(self, name: str) -> None:
        """Go to a place; its page is built at the first visit."""
        if self.context is None or name not in PAGES:
            return
        if name not in self.pages:
            self._create(name, self.context)
        page = self.pages[name]
        self._current = name
        self.rail.choose(name)
        self.stack.setCurrentWidget(page)
        self.setWindowTitle(f"{page.title} – MemOS Desktop")
        self._show_panel()
        page.activate()
        self.page_shown.emit(name)

    def current_page(self) -> Page | None:
        """The page that is shown, or None before the workspace is open."""
        return self.pages.get(self._current)

    def open_item(self, name: str, item: str, part: str = "") -> None:
        """Go to a place and show one thing there."""
        self.show_page(name)
        if name in self.pages:
            self.pages[name].open_item(item, part)

    def toggle_inspector(self) -> None:
        """Show or hide the panel on the right, where the page has one."""
        self._want_panel(self._current, not self._wanted.get(self._current, False))

    def _create(self, name: str, context: Context) -> None:
        page = _load(*PAGES[name])(context)
        self.pages[name] = page
        self.stack.addWidget(page)
        panel = page.inspector()
        if panel is not None:
            self._panels[name] = panel
            self.panel.addWidget(panel)
        page.inspector_wanted.connect(lambda on: self._want_panel(name, on))

    def _floor(self) -> int:
        page = self.current_page()
        jobs = self.jobs.height() if self.jobs.isVisible() else 0
        return self.status.height() + jobs + (page.floor() if page is not None else 0)

    def _want_panel(self, name: str, on: bool) -> None:
        self._wanted[name] = on
        if name == self._current:
            self._show_panel()

    def _show_panel(self) -> None:
        panel = self._panels.get(self._current)
        shown = panel is not None and self._wanted.get(self._current, False)
        if panel is not None:
            self.panel.setCurrentWidget(panel)
        self.panel.setVisible(shown)
        if shown and not self._panel_sized:  # before it is shown, the splitter has no size that could be shared out
            self._panel_sized = True
            self._size_panel()
        action = self.actions_by_name.by_name["inspector"]
        action.setEnabled(panel is not None)
        action.setChecked(shown)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Remember where the window was; the application closes the workspace. What is not saved is asked about."""
        unsaved = " ".join(said for page in self.pages.values() if (said := page.unsaved()))
        if unsaved and not self._gives_up:
            event.ignore()
            title, accept = "Close without saving?", "Close without saving"
            self.prompter.confirm(self, title, unsaved, accept, self._give_up, danger=True)
            return
        if self.context is not None:
            self._store().setValue("geometry", self.saveGeometry())
            for page in self.pages.values():
                page.leave()
        super().closeEvent(event)
        self.closed.emit()

    def _give_up(self) -> None:
        self._gives_up = True
        QTimer.singleShot(0, self.close)  # it may still be about the first wish to close


def _load(module: str, name: str) -> "Callable[[Context], Page]":
    made: Callable[[Context], Page] = getattr(importlib.import_module(module), name)
    return made
