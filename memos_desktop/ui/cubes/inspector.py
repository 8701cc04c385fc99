"""The panel beside the views: one memory in six tabs, or what several share and what can be done with them."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QStackedWidget, QTabWidget, QToolButton, QVBoxLayout, QWidget

from memos_desktop.memory.changes import Changes
from memos_desktop.memory.cube import Cube, Kind, is_stale
from memos_desktop.ui.cubes import words
from memos_desktop.ui.cubes.access_tab import AccessTab
from memos_desktop.ui.cubes.actions import CubeActions
from memos_desktop.ui.cubes.content_tab import ContentTab
from memos_desktop.ui.cubes.forms_tab import FormsTab
from memos_desktop.ui.cubes.header_tab import HeaderTab
from memos_desktop.ui.cubes.history_tab import HistoryTab
from memos_desktop.ui.cubes.lineage_tab import LineageTab
from memos_desktop.ui.cubes.many_tab import Gather, ManyTab
from memos_desktop.ui.icons import Icons
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID, HALF, ICON
from memos_desktop.ui.widgets import Card, EmptyState, IconButton, Picture, Skeleton, button, label

if TYPE_CHECKING:
    from memos_desktop.app.library import CubeDetails

BUTTONS = ("pin", "unpin", "freeze", "unfreeze", "migrate", "attach", "split", "archive", "restore", "unbin", "bin")
FOR_MANY = ("confirm", "fuse", "pin", "unpin", "freeze", "unfreeze", "migrate", "attach", "archive", "restore", "renew",
            "export", "unbin", "bin", "forget")  # fmt: skip


class ActionButton(QToolButton):
    """A picture that runs an action, and is there only while the action fits."""

    def __init__(self, action: QAction, icons: Icons) -> None:
        super().__init__()
        self._action = action
        icons.fit(self)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.clicked.connect(action.trigger)
        action.changed.connect(self._follow)
        self._follow()

    def _follow(self) -> None:
        action = self._action
        key = action.shortcut().toString()
        self.setIcon(action.icon())
        self.setToolTip(f"{action.text()}  ({key})" if key else action.text())
        self.setAccessibleName(action.text())
        self.setVisible(action.isVisible())


class CubeInspector(QFrame):
    """Shows details as they arrive; keeps what is being typed.

    Signals:
        closed(): the person wants the table alone.
        cube_wanted(str): open another cube.
        stale(): the details should be read again.
        shown(str): the details of this cube are shown now.
        lineage_wanted(): show this memory in the lineage view.
    """

    closed = Signal()
    cube_wanted = Signal(str)
    stale = Signal()
    shown = Signal(str)
    lineage_wanted = Signal()

    def __init__(self, context: Context, actions: CubeActions) -> None:
        super().__init__()
        self._context = context
        self._actions = actions
        self.details: CubeDetails | None = None
        self.content = ContentTab(context, actions)
        self.header = HeaderTab(context, actions)
        self.forms = FormsTab(context, actions)
        self.lineage = LineageTab(context)
        self.history = HistoryTab(context)
        self.access = AccessTab(context)
        self.tabs = QTabWidget(documentMode=True)
        self.tabs.tabBar().setProperty("look", "dense")
        self.many = ManyTab(context, actions, FOR_MANY)
        self._one = QWidget()
        self._nothing = EmptyState(
            context.theme, context.icons, "memory", "No memory selected", "Select one in the list to see all of it."
        )
        self._loading = Skeleton(context.theme, 8)
        self._stack = QStackedWidget()
        self._title = label("", "heading", wrap=True)
        self._meta = label("", "meta", wrap=True)
        self._kind = Picture(context.theme, context.icons, "plaintext", "plaintext", ICON, filled=True)
        self._proposal = self._make_proposal()
        self._more = IconButton(context.icons, "more", "All that can be done with it")
        self._lay_out()
        self._connect()
        self.setProperty("look", "inspector")
        self.setAccessibleName("Memory")

    def show_details(self, details: "CubeDetails") -> None:
        """Show one cube."""
        self.details = details
        cube = details.cube
        self._title.setText(cube.title)
        state = words.STATES[cube.state] if cube.binned is None else "In the bin"
        source = details.parents[0] if details.parents else None
        old = " · out of date" if cube.kind is Kind.ACTIVATION and is_stale(cube, source) else ""
        self._meta.setText(
            f"{words.TYPES[cube.descriptive.type]} · {state} · recorded {words.short_date(cube.created)}{old}"
        )
        self._kind.set_icon(cube.kind.value, cube.kind.value)
        self._kind.setToolTip(words.KINDS[cube.kind])
        self._proposal.setVisible(cube.governance.proposed and cube.binned is None)
        self.content.show_cube(cube)
        self.header.show_cube(cube)
        self.forms.show_details(details)
        self.lineage.show_details(details)
        self.history.show_details(details)
        self.access.show_details(details)
        self.many.leave()
        self._stack.setCurrentWidget(self._one)
        self.shown.emit(cube.id)

    def show_loading(self) -> None:
        """Another cube is on its way; what is shown stays until then, unless there is nothing."""
        if self.details is None:
            self._stack.setCurrentWidget(self._loading)

    @property
    def unsaved(self) -> bool:
        """Whether something was typed into the memory that is shown, and not saved."""
        return self.content.dirty

    def show_gone(self, cube_id: str) -> bool:
        """A cube was removed for good. Returns whether the panel must stay: something typed into it is not saved."""
        if not self.content.show_gone(cube_id):
            return False
        self._stack.setCurrentWidget(self._one)
        self.tabs.setCurrentWidget(self.content)
        return True

    @property
    def shows_many(self) -> bool:
        """Whether it is about several memories."""
        return self._stack.currentWidget() is self.many

    def show_nothing(self) -> None:
        """No memory is selected."""
        self.details = None
        self.many.leave()
        self._stack.setCurrentWidget(self._nothing)

    def show_many(self, count: int, gather: Gather) -> None:
        """Several memories are selected; `gather` fetches their ids."""
        self.details = None
        self.many.show_many(count, gather)
        self._stack.setCurrentWidget(self.many)

    def focus_text(self) -> None:
        """Put the cursor into the text."""
        self.tabs.setCurrentWidget(self.content)
        self.content.text.setFocus()

    def _restore_version(self, old: Cube) -> None:
        now = self.details.cube if self.details else None
        if now is None or now.id != old.id:
            return
        future = self._context.workspace.library.revise(
            old.id,
            text=old.text,
            title=old.title,
            type=old.descriptive.type,
            expected_version=now.version,
            reason=f"Restored from version {old.version}",
        )
        self._context.bridge.then(future, lambda changes: self._restored(old, changes), receiver=self)

    def _restored(self, old: Cube, changes: Changes) -> None:
        self._actions.say_done(f"Version {old.version} is back, as a new version", changes)

    def _show_menu(self) -> None:
        menu = QMenu(self)
        self._actions.fill_menu(menu)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self._more.mapToGlobal(self._more.rect().bottomLeft()))

    def _decide(self, verb: str) -> None:
        if self.details is not None:
            self._actions.run(verb, [self.details.cube])

    def _make_proposal(self) -> Card:
        card = Card("notice", margin=12)
        card.box.addWidget(label("A rule kept this from what you said. Is it right?", wrap=True))
        row = QHBoxLayout()
        row.setSpacing(GRID)
        keep, remove = button("Keep", "primary"), button("Remove")
        keep.clicked.connect(lambda: self._decide("confirm"))
        remove.clicked.connect(lambda: self._decide("bin"))
        row.addWidget(keep)
        row.addWidget(remove)
        row.addStretch(1)
        card.box.addLayout(row)
        return card

    def _connect(self) -> None:
        self.content.stale.connect(self.stale)
        self.content.kept_apart.connect(self.cube_wanted)
        self.content.given_up.connect(self.closed)
        self.header.cube_wanted.connect(self.cube_wanted)
        self.lineage.cube_wanted.connect(self.cube_wanted)
        self.lineage.view_wanted.connect(self.lineage_wanted)
        self.history.restore_wanted.connect(self._restore_version)
        self._more.clicked.connect(self._show_menu)

    def _lay_out(self) -> None:
        for tab, name, tip in (
            (self.content, "Content", "The text, edited in place"),
            (self.header, "Header", "Everything that is known about this memory, and what governs it"),
            (self.forms, "Forms", "As text, and as KV for which models"),
            (self.lineage, "Lineage", "Where it comes from, and what was made from it"),
            (self.history, "History", "Versions and changes"),
            (self.access, "Access", "Which answers used it, and who changed it"),
        ):
            self.tabs.setTabToolTip(self.tabs.addTab(tab, name), tip)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._stack)
        box = QVBoxLayout(self._one)
        box.setContentsMargins(0, GRID, 0, 0)
        box.setSpacing(GRID)
        head = QVBoxLayout()
        head.setContentsMargins(2 * GRID, 0, 2 * GRID, 0)
        head.setSpacing(HALF)
        head.addLayout(self._buttons())
        head.addLayout(self._heading())
        head.addWidget(self._proposal)
        box.addLayout(head)
        box.addWidget(self.tabs, 1)
        for page in (self._nothing, self._loading, self._one, self.many):
            self._stack.addWidget(page)

    def _heading(self) -> QHBoxLayout:
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(self._title)
        texts.addWidget(self._meta)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        row.addWidget(self._kind, alignment=Qt.AlignmentFlag.AlignTop)
        row.addLayout(texts, 1)
        return row

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(HALF)
        for name in BUTTONS:
            row.addWidget(ActionButton(self._actions.actions[name], self._context.icons))
        row.addWidget(self._more)
        row.addStretch(1)
        close = IconButton(self._context.icons, "close", "Close the inspector")
        close.clicked.connect(self.closed)
        row.addWidget(close)
        return row
