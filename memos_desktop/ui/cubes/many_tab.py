"""What the inspector shows of several memories: what they share, changed for all at once, and what can be done."""

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QVBoxLayout, QWidget

from memos_desktop.errors import MemosError
from memos_desktop.memory.access import InCommon
from memos_desktop.memory.changes import Changes
from memos_desktop.ui.cubes import words
from memos_desktop.ui.cubes.actions import BY_NAME, CubeActions
from memos_desktop.ui.cubes.governance_fields import GovernanceFields, Governed, same
from memos_desktop.ui.cubes.scroll_tab import ScrollTab
from memos_desktop.ui.cubes.tag_chips import TagFields
from memos_desktop.ui.cubes.views import Ids
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID, HALF
from memos_desktop.ui.widgets import button, label, line
from memos_desktop.ui.widgets.flow import Flow

AT_ONCE = 50
"""More memories than that are changed by a job, with progress and a way to stop."""
PAUSE_MS = 120
"""A selection that is still growing is not looked at."""
Gather = Callable[[Callable[[Ids], None]], None]


class ManyTab(ScrollTab):
    """Tags, scope, project, expiry and sensitivity of a selection, and a button for each verb that fits.

    Attributes:
        ids: the selected memories, once they are known.
        shared: what they have in common, once it is known.

    """

    def __init__(self, context: Context, actions: CubeActions, verbs: tuple[str, ...]) -> None:
        super().__init__("Several memories")
        self._context = context
        self._actions = actions
        self._verbs = verbs
        self._gather: Gather | None = None
        self.ids: Ids = ()
        self.shared: InCommon | None = None
        self.count = label("", "heading", wrap=True)
        self.fixed = label("", "muted", wrap=True)
        self.tags = TagFields(context)
        self.fields = GovernanceFields(context, single=False)
        self._wait = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._wait.timeout.connect(self._collect)
        self.tags.changed.connect(lambda said, wanted: self._change("tag", said, wanted))
        self.fields.changed.connect(lambda said, wanted: self._change("set_header", said, wanted))
        context.workspace.events.subscribe(context.bridge.relay(self._on_changes))
        self._lay_out()

    def show_many(self, count: int, gather: Gather) -> None:
        """Show what these many share; `gather` fetches their ids."""
        self._gather = gather
        said = f"{words.memories(count)} selected"
        if said != self.count.text() or self.shared is None:  # else the same ones, as a rule: nothing need flicker
            self.count.setText(said)
            self.ids, self.shared = (), None
            self._allow(False)
        self._wait.start()

    def leave(self) -> None:
        """Another memory is shown alone."""
        self._wait.stop()
        self._gather, self.ids, self.shared = None, (), None

    def _collect(self) -> None:
        if self._gather is not None:
            self._gather(self._arrived)

    def _arrived(self, ids: Ids) -> None:
        if self._gather is not None:
            self.ids = tuple(ids)
            self._ask()

    def _ask(self) -> None:
        ids = self.ids

        def show(shared: InCommon) -> None:
            if ids == self.ids:
                self._show(shared)

        self._context.bridge.then(self._context.workspace.inspection.in_common(ids), show, receiver=self)

    def _show(self, shared: InCommon) -> None:
        self.shared = shared
        self.tags.show_tags(shared.tags, shared.count)
        values = same(shared.scopes), same(shared.projects), same(shared.expiries), same(shared.sensitivities)
        self._allow(shared.count > 0 and not shared.fixed)
        self.fields.show_values(Governed(*values), shared.count > 0 and not shared.fixed)
        verb = "is" if shared.fixed == 1 else "are"
        said = f"{shared.fixed:,} of them {verb} frozen or in the bin, so tags and rules cannot be changed for all."
        self.fixed.setText(said if shared.fixed else "")
        self.fixed.setVisible(bool(shared.fixed))

    def _allow(self, on: bool) -> None:
        self.tags.setEnabled(on)
        self.fields.setEnabled(on)

    def _change(self, verb: str, said: str, wanted: dict[str, Any]) -> None:
        """Change what is selected now, which may be more or less than what was looked at."""
        if self._gather is not None:
            self._gather(lambda ids: self._run(tuple(ids), verb, said, wanted))

    def _run(self, ids: Ids, verb: str, said: str, wanted: dict[str, Any]) -> None:
        bridge, workspace = self._context.bridge, self._context.workspace
        if not ids:
            self._context.toasts.tell("Nothing is selected any more.")
            self.fields.back()
            return
        done = partial(self._done, said, len(ids))
        if len(ids) > AT_ONCE:
            job = workspace.operations.bulk(verb, ids, **wanted)
            bridge.then(job.future, done, self._shown_by_the_jobs_bar, receiver=self)
        elif verb == "tag":
            bridge.then(workspace.library.tag(ids, **wanted), done, self._refused, receiver=self)
        else:
            bridge.then(workspace.operations.set_header(ids, **wanted), done, self._refused, receiver=self)

    def _done(self, said: str, count: int, changes: Changes) -> None:
        self._actions.say_done(f"{said}, {words.memories(count)}", changes)

    def _refused(self, error: MemosError) -> None:
        self._context.toasts.error(error)
        self.fields.back()

    def _shown_by_the_jobs_bar(self, _error: MemosError) -> None:
        self.fields.back()

    def _on_changes(self, changes: Changes) -> None:
        """Others may have changed what is shown."""
        if self.isVisible() and self.ids and not changes.cubes.isdisjoint(self.ids):
            self._ask()

    def _lay_out(self) -> None:
        box = self.fresh()
        box.addWidget(self.count)
        box.addWidget(label("What you change is changed for all, as one step that can be undone.", "muted", True))
        box.addWidget(self.fixed)
        self.fixed.hide()
        _section(box, "What can be done", None)
        verbs = Flow()
        for name in self._verbs:
            verbs.add(_action_button(self._actions.actions[name], name, self._context))
        box.addWidget(verbs)
        _section(box, "Tags", self.tags)
        _section(box, "What governs them", self.fields)
        box.addStretch(1)


def _section(box: QVBoxLayout, title: str, part: QWidget | None) -> None:
    box.addSpacing(GRID)
    box.addWidget(line())
    box.addSpacing(HALF)
    box.addWidget(label(title, "section"))
    if part is not None:
        box.addWidget(part)


def _action_button(action: QAction, name: str, context: Context) -> QWidget:
    one = button(action.text(), "", BY_NAME[name].icon, context.icons)
    one.clicked.connect(action.trigger)
    action.changed.connect(lambda: one.setVisible(action.isVisible()))
    one.setVisible(action.isVisible())
    return one
