"""What can be done with the selected memories: one set of actions for buttons, keys and the context menu.

Each ends in a toast with Undo, which takes back exactly that journal step.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from memos_desktop.memory.changes import Changes
from memos_desktop.memory.cube import Cube, CubePage, Kind, State
from memos_desktop.ui.cubes import words
from memos_desktop.ui.cubes.table import CubeTable
from memos_desktop.ui.page import Context

Ids = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verb:
    """One action: when it is offered, and what it says when it is done ({} is "3 memories")."""

    name: str
    text: str
    icon: str
    key: str
    fits: Callable[[Cube], bool]
    done: str


def _shelf(cube: Cube) -> bool:
    return cube.binned is None


VERBS = (
    Verb("confirm", "Keep as proposed", "check", "K", lambda c: _shelf(c) and c.governance.proposed, "Kept: {}"),
    Verb("pin", "Pin", "pin", "P", lambda c: _shelf(c) and not c.pinned and not c.frozen, "Pinned: {}"),
    Verb("unpin", "Unpin", "unpin", "P", lambda c: _shelf(c) and c.pinned and not c.frozen, "Unpinned: {}"),
    Verb("freeze", "Freeze", "freeze", "F", lambda c: _shelf(c) and not c.frozen, "Frozen against change: {}"),
    Verb("unfreeze", "Unfreeze", "freeze", "F", lambda c: _shelf(c) and c.frozen, "May be changed again: {}"),
    Verb(
        "archive",
        "Archive",
        "archive",
        "A",
        lambda c: _shelf(c) and not c.frozen and c.state != State.ARCHIVED,
        "Archived, no longer recalled: {}",
    ),
    Verb(
        "restore",
        "Restore from the archive",
        "restore",
        "A",
        lambda c: _shelf(c) and not c.frozen and c.state == State.ARCHIVED,
        "Restored: {}",
    ),
    Verb("ready", "Keep ready as KV…", "activation", "E", lambda c: _shelf(c) and c.kind != Kind.PARAMETRIC, ""),
    Verb("attach", "Attach to a chat", "attach", "C", lambda c: _shelf(c) and c.kind != Kind.PARAMETRIC, ""),
    Verb("tag", "Edit tags…", "tag", "T", lambda c: _shelf(c) and not c.frozen, "Tags changed: {}"),
    Verb("bin", "Move to the bin", "trash", "Del", lambda c: _shelf(c) and not c.frozen, "Moved to the bin: {}"),
    Verb("unbin", "Take out of the bin", "restore", "R", lambda c: not _shelf(c), "Taken out of the bin: {}"),
)
BY_NAME = {verb.name: verb for verb in VERBS}
OPPOSITES = {"unpin": "pin", "unfreeze": "freeze", "restore": "archive"}
"""Of two verbs on one key only one is offered; for a mixed selection it is the second named here."""


class CubeActions(QObject):
    """Runs verbs on cubes, by id or on what is selected in the table.

    Attributes:
        actions: by verb name, with its key; they work while the table has the focus.

    Signals:
        offered(): which actions fit the selection has changed.
        migrate_wanted(tuple of Cube): show what other forms of these would cost.

    """

    offered = Signal()
    migrate_wanted = Signal(object)

    def __init__(self, context: Context, table: CubeTable) -> None:
        super().__init__(table)
        self._context = context
        self._library = context.workspace.library
        self._table = table
        self._shown: Cube | None = None
        self.actions = {verb.name: self._action(verb) for verb in VERBS}
        table.picked.connect(self.offer)
        self.offer()

    def set_shown(self, cube: Cube | None) -> None:
        """The cube in the inspector: what is meant where no row is selected, as when it is not in the list."""
        self._shown = cube
        self.offer()

    def offer(self) -> None:
        """Enable what fits at least one of the cubes that are meant."""
        cubes = self._meant()
        for verb in VERBS:
            other = OPPOSITES.get(verb.name)
            taken = other is not None and self.actions[other].isEnabled()
            fits = not taken and any(verb.fits(cube) for cube in cubes)
            self.actions[verb.name].setEnabled(fits)
            self.actions[verb.name].setVisible(fits)
        self.offered.emit()

    def run(self, name: str, cubes: Sequence[Cube]) -> None:
        """Run a verb on those of `cubes` that it fits."""
        verb = BY_NAME[name]
        fitting = [cube for cube in cubes if verb.fits(cube)]
        if not fitting:
            return
        ids = tuple(cube.id for cube in fitting)
        if name == "tag":
            self._ask_tags(fitting, ids)
            return
        if name == "ready":
            self.migrate_wanted.emit(tuple(fitting))
            return
        if name == "attach":
            self._context.navigator.attach.emit(tuple(fitting))
            return
        self._follow(self._calls()[name](ids), verb, len(ids))

    def run_selected(self, name: str) -> None:
        """Run a verb on all selected rows; cubes of rows that are not here are fetched first."""
        here = self._meant()
        spans = self._table.selected_spans()
        if len(here) >= self._table.selected_count():
            self.run(name, here)
            return
        gathered: list[Cube] = []

        def next_span(page: CubePage | None = None) -> None:
            gathered.extend(page.cubes if page else ())
            if not spans:
                self.run(name, gathered)
                return
            first, count = spans.pop(0)
            query = self._table.cubes.query
            wanted = self._library.page(query.filter, first, count, query.sort, query.descending)
            self._context.bridge.then(wanted, next_span, receiver=self)

        next_span()

    def set_tags(self, cubes: Sequence[Cube], tags: Sequence[str]) -> None:
        """Give these cubes exactly these tags."""
        old = {tag for cube in cubes for tag in cube.tags}
        ids = tuple(cube.id for cube in cubes)
        add, remove = tuple(tags), tuple(sorted(old - set(tags)))
        if any(set(cube.tags) != set(tags) for cube in cubes):
            self._follow(self._library.tag(ids, add=add, remove=remove), BY_NAME["tag"], len(ids))

    def say_done(self, text: str, changes: Changes) -> None:
        """A toast, with Undo where there is a step to take back."""
        step = changes.step_id
        undo = None if step is None else partial(self._undo, step)
        self._context.toasts.say(text, undo=undo)

    def _meant(self) -> tuple[Cube, ...]:
        if not self._table.selected_count() and self._shown is not None:
            return (self._shown,)
        return self._table.selected()

    def _calls(self) -> dict[str, Callable[[Ids], "Future[Changes]"]]:
        library = self._library
        return {
            "confirm": library.confirm,
            "pin": lambda ids: library.pin(ids, True),
            "unpin": lambda ids: library.pin(ids, False),
            "freeze": lambda ids: library.freeze(ids, True),
            "unfreeze": lambda ids: library.freeze(ids, False),
            "archive": library.archive,
            "restore": library.restore,
            "bin": library.bin,
            "unbin": library.unbin,
        }

    def _follow(self, future: "Future[Changes]", verb: Verb, count: int) -> None:
        text = verb.done.format(words.memories(count))
        self._context.bridge.then(future, partial(self.say_done, text), receiver=self)

    def _undo(self, step: int) -> None:
        self._context.bridge.then(self._library.undo_step(step), self._undone)

    def _undone(self, changes: Changes) -> None:
        self._context.toasts.tell(f"Undone: {changes.label}")

    def _ask_tags(self, cubes: Sequence[Cube], ids: Ids) -> None:
        shared = sorted(set.intersection(*(set(cube.tags) for cube in cubes)))
        which = f"Tags of “{cubes[0].title}”" if len(ids) == 1 else f"Tags that all {words.memories(len(ids))} share"
        self._context.prompter.ask_text(
            _window(self._table),
            which,
            "Tags, separated by commas:",
            ", ".join(shared),
            lambda text: self._retag(ids, shared, split_tags(text)),
        )

    def _retag(self, ids: Ids, before: Sequence[str], after: Sequence[str]) -> None:
        add = tuple(tag for tag in after if tag not in before)
        remove = tuple(tag for tag in before if tag not in after)
        if add or remove:
            self._follow(self._library.tag(ids, add=add, remove=remove), BY_NAME["tag"], len(ids))

    def _action(self, verb: Verb) -> QAction:
        action = QAction(self._context.icons.icon(verb.icon), verb.text, self._table)
        action.setShortcut(QKeySequence(verb.key))
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.triggered.connect(partial(self._triggered, verb.name))
        self._table.addAction(action)
        return action

    def _triggered(self, name: str, _checked: bool = False) -> None:
        self.run_selected(name)


def split_tags(text: str) -> tuple[str, ...]:
    """Tags from a line: separated by commas, without #, each once."""
    return tuple(dict.fromkeys(tag for part in text.split(",") if (tag := part.strip().lstrip("#").strip())))


def _window(widget: QWidget) -> QWidget:
    return widget.window()
