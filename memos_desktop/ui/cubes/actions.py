"""What can be done with the selected memories: one set of actions for menus, buttons, keys and the palette.

Each ends in a toast with Undo, which takes back exactly that journal step. A long selection is changed by one job.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu

from memos_desktop.errors import MemosError
from memos_desktop.memory.changes import Changes
from memos_desktop.memory.cube import Cube
from memos_desktop.ui.cubes import words
from memos_desktop.ui.cubes.chosen import Chosen
from memos_desktop.ui.cubes.verbs import BY_NAME, PANELS, VERBS, Verb, offered, split_tags
from memos_desktop.ui.cubes.view_stack import ViewStack
from memos_desktop.ui.page import Context

__all__ = ["BY_NAME", "VERBS", "CubeActions", "Verb", "split_tags"]

Ids = tuple[str, ...]


class CubeActions(QObject):
    """Runs verbs on cubes, by id or on what is selected in the view that is shown.

    Attributes:
        actions: by verb name, with its key; they work while one of the views has the focus.
        fitting: the names of the verbs that fit what is meant now.

    Signals:
        offered(): which actions fit the selection has changed.
        panel_wanted(str, tuple of str): open the panel of this verb for these memories.

    """

    offered = Signal()
    panel_wanted = Signal(str, object)

    def __init__(self, context: Context, host: ViewStack, chosen: Chosen) -> None:
        """`host` holds the views, on which the keys work; `chosen` is what they have selected."""
        super().__init__(host)
        self._context = context
        self._library = context.workspace.library
        self._host = host
        self._chosen = chosen
        self.fitting: frozenset[str] = frozenset()
        self.actions = {verb.name: self._action(verb) for verb in VERBS}
        chosen.changed.connect(self.offer)
        self.offer()

    def set_shown(self, cube: Cube | None) -> None:
        """The cube in the inspector: what is meant where nothing is selected, as when it is not in the list."""
        self._chosen.set_shown(cube)

    def offer(self) -> None:
        """Enable what fits at least one of the cubes that are meant."""
        self.fitting = offered(self._chosen.cubes, self._chosen.count)
        for name, action in self.actions.items():
            action.setEnabled(name in self.fitting)
            action.setVisible(name in self.fitting)
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
        elif name == "attach":
            self._context.navigator.attach.emit(tuple(fitting))
        elif name in PANELS or name == "export":
            self._open(name, ids)
        else:
            self._follow(self._calls()[name](ids), verb, len(ids))

    def run_selected(self, name: str) -> None:
        """Run a verb on all that is selected; a long selection is one job with progress and cancel."""
        self._host.current().flush()
        here = self._chosen.cubes
        if len(here) >= self._chosen.count:
            self.run(name, here)
        else:
            self._chosen.gather(partial(self._run_long, name))

    def fill_menu(self, menu: QMenu) -> None:
        """Add the verbs that fit, in their groups."""
        group = VERBS[0].group
        for verb in VERBS:
            if verb.group != group:
                menu.addSeparator()
                group = verb.group
            menu.addAction(self.actions[verb.name])

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
        undo = None if step is None else partial(self.undo, step)
        self._context.toasts.say(text, undo=undo)

    def undo(self, step: int) -> None:
        """Take this step back, and say so."""
        self._context.bridge.then(self._library.undo_step(step), self._undone)

    # running

    def _calls(self) -> "dict[str, Callable[[Ids], Future[Changes]]]":
        library = self._library
        return {
            "confirm": library.confirm,
            "pin": lambda ids: library.pin(ids, True),
            "unpin": lambda ids: library.pin(ids, False),
            "freeze": lambda ids: library.freeze(ids, True),
            "unfreeze": lambda ids: library.freeze(ids, False),
            "archive": library.archive,
            "restore": library.restore,
            "renew": lambda ids: self._context.workspace.operations.renew(ids),
            "bin": library.bin,
            "unbin": library.unbin,
        }

    def _run_long(self, name: str, ids: Ids) -> None:
        verb = BY_NAME[name]
        if name == "tag":
            self._ask_tags((), ids)
        elif name in PANELS or name == "export":
            self._open(name, ids)
        elif verb.bulk:
            self.bulk(verb, ids)
        else:
            self._follow(self._calls()[name](ids), verb, len(ids))

    def _open(self, name: str, ids: Ids) -> None:
        self.panel_wanted.emit(name, ids)

    def bulk(self, verb: Verb, ids: Ids, **arguments: Any) -> None:
        """Run a verb on many cubes as one job; the jobs bar shows how far it is, and says why it failed."""
        job = self._context.workspace.operations.bulk(verb.bulk, ids, **arguments)
        self._context.bridge.then(job.future, partial(self._bulk_done, verb), _shown_by_the_jobs_bar, receiver=self)

    def _bulk_done(self, verb: Verb, changes: Changes) -> None:
        self.say_done(verb.done.format(words.memories(len(changes.cubes))), changes)

    def _follow(self, future: "Future[Changes]", verb: Verb, count: int) -> None:
        text = verb.done.format(words.memories(count))
        self._context.bridge.then(future, partial(self.say_done, text), receiver=self)

    def _undone(self, changes: Changes) -> None:
        self._context.toasts.tell(f"Undone: {changes.label}")

    # tags

    def _ask_tags(self, cubes: Sequence[Cube], ids: Ids) -> None:
        shared = sorted(set.intersection(*(set(cube.tags) for cube in cubes))) if cubes else []
        which = f"Tags of “{cubes[0].title}”" if len(ids) == 1 else f"Tags that all {words.memories(len(ids))} share"
        self._context.prompter.ask_text(
            self._host.window(),
            which if cubes else f"Tags for {words.memories(len(ids))}",
            "Tags, separated by commas:",
            ", ".join(shared),
            lambda text: self._retag(ids, shared, split_tags(text), known=bool(cubes)),
        )

    def _retag(self, ids: Ids, before: Sequence[str], after: Sequence[str], known: bool) -> None:
        add = tuple(tag for tag in after if tag not in before)
        remove = tuple(tag for tag in before if tag not in after)
        if not (add or remove):
            return
        if known:
            self._follow(self._library.tag(ids, add=add, remove=remove), BY_NAME["tag"], len(ids))
        else:
            self.bulk(BY_NAME["tag"], ids, add=add)

    # building

    def _action(self, verb: Verb) -> QAction:
        action = QAction(self._context.icons.icon(verb.icon), verb.text, self._host)
        if verb.key:
            action.setShortcut(QKeySequence(verb.key))
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        action.triggered.connect(partial(self._triggered, verb.name))
        self._host.addAction(action)
        return action

    def _triggered(self, name: str, _checked: bool = False) -> None:
        self.run_selected(name)


def _shown_by_the_jobs_bar(_error: MemosError) -> None:
    """A failed job stays in the jobs bar with its reason until it is dismissed."""
