"""The strip above the table with what the scheduler suggests, from how memories are really used."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from memos_desktop.memory.changes import Changes
from memos_desktop.memory.promotion import Action, Proposal
from memos_desktop.ui.cubes.strip import Strip
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID
from memos_desktop.ui.widgets import ElidedLabel, button

if TYPE_CHECKING:
    from memos_desktop.app.encoding import Migrated

SHOWN = 3
TOGETHER_MS = 400
ACCEPTS = {Action.PROMOTE: "Keep ready", Action.REFRESH: "Encode again", Action.DEMOTE: "Let go"}


class SuggestionStrip(Strip):
    """The suggestions that save most time; hidden when there is none.

    Signals:
        cube_wanted(str): open this memory in the inspector.
        done(text, changes): one was carried out; said with Undo where there is a step to take back.
    """

    cube_wanted = Signal(str)
    done = Signal(str, object)

    def __init__(self, context: Context) -> None:
        super().__init__(context, "activation", "activation")
        self.setAccessibleName("Suggestions")
        self._all_shown = False
        self._busy: set[Proposal] = set()
        self.proposals: tuple[Proposal, ...] = ()
        self.all_button.clicked.connect(self._show_all)
        self._again = QTimer(self, singleShot=True, interval=TOGETHER_MS)
        self._again.timeout.connect(self.refresh)

    def refresh(self) -> None:
        """Ask the scheduler again."""
        self._context.bridge.then(self._context.workspace.scheduler.proposals(), self._show)

    def on_changes(self, changes: Changes) -> None:
        """Use, states, texts and the switch in the settings decide what is suggested."""
        if changes.usage or changes.states or changes.cubes or changes.settings or changes.models:
            self._again.start()

    def _show(self, proposals: tuple[Proposal, ...]) -> None:
        self.proposals = proposals
        self._build()

    def _show_all(self) -> None:
        self._all_shown = True
        self._build()

    def _build(self) -> None:
        few = len(self.proposals) > SHOWN and not self._all_shown
        more = f" ({SHOWN} of {len(self.proposals)})" if few else ""
        shown = self.proposals[:SHOWN] if few else self.proposals
        self.fill(f"Suggested, from how your memories are used{more}", map(self._row, shown), few)

    def _row(self, proposal: Proposal) -> QWidget:
        widget = QWidget()
        row = QHBoxLayout(widget)
        row.setContentsMargins(0, 2, 0, 2)
        row.setSpacing(GRID)
        name = button(proposal.title.replace("&", "&&"), "link")
        name.setAccessibleName(f"Open: {proposal.title}")
        name.setMaximumWidth(self._context.theme.px(240))
        name.clicked.connect(lambda: self.cube_wanted.emit(proposal.cube_id))
        row.addWidget(name)
        row.addWidget(ElidedLabel(f"{proposal.reason[:1].upper()}{proposal.reason[1:]}"), 1)
        free = proposal not in self._busy
        for text, act in ((ACCEPTS[proposal.action], self._accept), ("Dismiss", self._dismiss)):
            one = button(text)
            one.setAccessibleName(f"{text}: {proposal.title}")
            one.setEnabled(free)
            one.clicked.connect(partial(act, proposal))
            row.addWidget(one)
        return widget

    def _accept(self, proposal: Proposal, _checked: bool = False) -> None:
        self._busy.add(proposal)
        self._build()
        job = self._context.workspace.scheduler.accept(proposal)
        bridge = self._context.bridge
        job.future.add_done_callback(bridge.relay(partial(self._ended, proposal), receiver=self))
        done = partial(self._done, proposal)
        bridge.then(job.future, done, lambda _error: None, receiver=self)  # the jobs bar says why it failed

    def _ended(self, proposal: Proposal, _future: object) -> None:
        self._busy.discard(proposal)
        self.refresh()

    def _done(self, proposal: Proposal, result: "tuple[Migrated, ...] | int") -> None:
        """Letting states go changes no memory, so it has no step: their text is read again when it is wanted."""
        step = result[0].step_id if isinstance(result, tuple) else None
        said = {Action.DEMOTE: "Let go", Action.REFRESH: "Encoded again"}.get(proposal.action, "Ready as KV")
        self.done.emit(f"{said}: {proposal.title}", Changes(step_id=step))

    def _dismiss(self, proposal: Proposal, _checked: bool = False) -> None:
        future = self._context.workspace.scheduler.dismiss(proposal)
        self._context.bridge.then(future, lambda _changes: self._dismissed(proposal), receiver=self)

    def _dismissed(self, proposal: Proposal) -> None:
        self._context.toasts.tell(f"Not suggested again for a month: {proposal.title}")
        self.refresh()
