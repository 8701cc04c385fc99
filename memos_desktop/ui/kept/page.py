"""The page of kept states: what models have read already and can go on from, how much room it takes, and for whom."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout

from memos_desktop.errors import MemosError
from memos_desktop.memory.changes import Changes
from memos_desktop.ui.cubes.words import counted, size
from memos_desktop.ui.kept import words
from memos_desktop.ui.kept.model import KeptModel
from memos_desktop.ui.kept.room import RoomCard
from memos_desktop.ui.kept.table import KeptTable
from memos_desktop.ui.page import Context, Page
from memos_desktop.ui.theme import GRID, ICON
from memos_desktop.ui.widgets import Card, EmptyState, Picture, Skeleton, button, label

if TYPE_CHECKING:
    from memos_desktop.app.activation_views import KvRow, Usage
    from memos_desktop.engine.kv.report import VerifyReport

EMPTY = "What a model has read of your chats and memories is kept here, so that it need not be read again."
TOGETHER_MS = 300
"""States come and go several at a time; the page is read again once for all of them."""


class KeptPage(Page):
    """Shows and removes kept states. Nothing here is the only copy of anything: texts are read again."""

    title = "Kept states"

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._activation = context.workspace.activation
        self.model = KeptModel()
        self.table = KeptTable(context, self.model)
        self.room = RoomCard()
        self.allows = label("", wrap=True)
        self.verify = button("Verify", icon="check", icons=context.icons, tip="Read every byte and compare checksums")
        self.tidy = button("Remove what cannot be used", tip="Damaged files, and states of another model or version")
        self.delete = button("Delete", icon="trash", icons=context.icons, tip="Delete the selected states (Del)")
        self.empty = EmptyState(
            context.theme, context.icons, "kept", "Nothing is kept yet", EMPTY, "Keep a memory ready", ""
        )
        self.stack = QStackedWidget()
        self._wants_focus = False
        self._again = QTimer(self, singleShot=True, interval=TOGETHER_MS)
        self._again.timeout.connect(self.refresh)
        self._lay_out()
        self._connect()

    def activate(self) -> None:
        """Read what is kept, and take the focus."""
        self._wants_focus = True
        self.refresh()

    def refresh(self) -> None:
        """Read again what is kept, and what the model allows."""
        bridge = self.context.bridge
        bridge.then(self._activation.rows(), self._show_rows)
        bridge.then(self._activation.usage(), self._show_usage)
        self._show_support()

    # what is shown

    def _show_rows(self, rows: "tuple[KvRow, ...]") -> None:
        self.table.show_rows(rows)
        self.stack.setCurrentWidget(self.table if rows else self.empty)
        self.verify.setEnabled(bool(rows))
        self.tidy.setEnabled(bool(rows))
        if self._wants_focus:
            self._wants_focus = False
            (self.table if rows else self.empty.button).setFocus()

    def _show_usage(self, usage: "Usage") -> None:
        self.room.show_usage(usage)

    def _show_support(self) -> None:
        loaded = self.context.workspace.models.state.status == "ready"
        self.allows.setText(words.allows(self._activation.support(), loaded))

    def _on_changes(self, changes: Changes) -> None:
        if not (changes.states or changes.cubes or changes.chats):
            return
        if self.isVisible():  # else the next visit reads it anyway
            self._again.start()

    # what the person does

    def _open(self, row: "KvRow") -> None:
        if row.belongs == "chat":
            self.context.navigator.chat.emit(row.owner_id)
        elif row.belongs == "cube":
            self.context.navigator.cube.emit(row.owner_id)

    def _delete(self) -> None:
        chosen = self.table.selected()
        if chosen:
            self._drop(chosen)

    def _drop(self, rows: "tuple[KvRow, ...]") -> None:
        count = counted(len(rows), "state")
        future = self._activation.drop([row.id for row in rows])
        self.context.bridge.then(future, lambda freed: self._freed(count, freed), receiver=self)

    def _freed(self, what: str, freed: int) -> None:
        self.context.toasts.say(f"Removed {what}; {size(freed)} are free again. The texts stay.")
        self.refresh()

    def _tidy(self) -> None:
        """Ask before removing what another model could still use; what is left over otherwise goes at once."""
        problems = tuple(row for row in self.model.rows if row.problem)
        if not problems:
            self.context.toasts.tell("Everything that is kept can be used.")
            return
        title = f"Remove {counted(len(problems), 'state')} that cannot be used now?"
        self.context.prompter.confirm(
            self.window(), title, words.unusable(problems), "Remove", lambda: self._drop(problems)
        )

    def _verify(self) -> None:
        self.verify.setEnabled(False)
        job = self._activation.verify()
        job.future.add_done_callback(self.context.bridge.relay(self._verify_ended))
        self.context.bridge.then(job.future, self._verified, lambda _error: None)  # the jobs bar says why

    def _verify_ended(self, _future: object) -> None:
        self.verify.setEnabled(True)

    def _verified(self, report: "VerifyReport") -> None:
        said = words.verified(report)
        if report.damaged:
            lines = "\n".join(f"{name}: {reason}" for name, reason in report.damaged)
            self.context.prompter.message(self.window(), "Some kept states are damaged", said, lines)
        else:
            self.context.toasts.say(said)
        self.refresh()

    def _set_budget(self, bytes: int) -> None:
        try:
            future = self._activation.set_budget(bytes)
        except MemosError as error:  # the settings could not be written
            self.context.toasts.error(error)
            return
        self.context.bridge.then(future, lambda _done: self.refresh(), receiver=self)

    # building

    def _connect(self) -> None:
        bridge, workspace = self.context.bridge, self.context.workspace
        self.table.picked.connect(lambda: self.delete.setEnabled(bool(self.table.selected())))
        self.table.opened.connect(self._open)
        self.table.delete_wanted.connect(self._delete)
        self.delete.clicked.connect(self._delete)
        self.tidy.clicked.connect(self._tidy)
        self.verify.clicked.connect(self._verify)
        self.room.budget_chosen.connect(self._set_budget)
        self.empty.pressed.connect(lambda: self.context.navigator.page.emit("memory"))
        workspace.events.subscribe(bridge.relay(self._on_changes))
        workspace.models.subscribe(bridge.relay(self._on_model))

    def _on_model(self, state: object) -> None:
        """Another model: other states can be used."""
        if self.isVisible() and getattr(state, "status", "") != "loading":
            self._again.start()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(GRID)
        head.addWidget(label(self.title, "title"))
        head.addStretch(1)
        for one in (self.verify, self.tidy, self.delete):
            head.addWidget(one)
        self.delete.setEnabled(False)
        about = Card("notice", margin=12)
        row = QHBoxLayout()
        row.setSpacing(GRID)
        row.addWidget(Picture(self.context.theme, self.context.icons, "models", "accent", ICON))
        row.addWidget(label("What this model allows:", "strong"))
        row.addWidget(self.allows, 1)
        about.box.addLayout(row)
        box = QVBoxLayout(self)
        box.setContentsMargins(3 * GRID, 2 * GRID, 3 * GRID, 0)
        box.setSpacing(2 * GRID)
        box.addLayout(head)
        box.addWidget(self.room)
        box.addWidget(about)
        box.addWidget(self.stack, 1)
        for page in (Skeleton(self.context.theme, 6), self.table, self.empty):
            self.stack.addWidget(page)
