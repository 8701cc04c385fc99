"""What can be done with the selected memories: one set of actions for menus, buttons, keys and the palette.

Each ends in a toast with Undo, which takes back exactly that journal step. A long selection is changed by one job.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import QMenu

from memos_desktop.errors import MemosError
from memos_desktop.ids import now
from memos_desktop.memory.changes import Changes
from memos_desktop.memory.cube import Cube
from memos_desktop.memory.operators.taking_part import Part, already, part, refusal, stayed
from memos_desktop.ui.cubes import words
from memos_desktop.ui.cubes.chosen import Chosen
from memos_desktop.ui.cubes.gathering import Gathering
from memos_desktop.ui.cubes.verbs import BY_NAME, OPENING, VERBS, Verb, offered, on_key, split_tags, why_not
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
        self._suspended = False
        self.fitting: frozenset[str] = frozenset()
        self.actions = {verb.name: self._action(verb) for verb in VERBS}
        self._refusing = {key: self._shortcut(key) for key in {verb.key for verb in VERBS if verb.key}}
        chosen.changed.connect(self.offer)
        self.offer()

    def set_shown(self, cube: Cube | None) -> None:
        """The cube in the inspector: what is meant where nothing is selected, as when it is not in the list."""
        self._chosen.set_shown(cube)

    def offer(self) -> None:
        """Enable what fits at least one of the cubes that are meant."""
        self.fitting = frozenset() if self._suspended else offered(self._chosen.cubes, self._chosen.count)
        for name, action in self.actions.items():
            action.setEnabled(name in self.fitting)
            action.setVisible(name in self.fitting)
        here = {BY_NAME[name].key for name in self.fitting}
        for key, shortcut in self._refusing.items():
            shortcut.setEnabled(self._chosen.count > 0 and key not in here)
        self.offered.emit()

    def suspend(self, on: bool) -> None:
        """Offer nothing as long as what they would be done with is not shown."""
        self._suspended = on
        self.offer()

    def run(self, name: str, cubes: Sequence[Cube]) -> None:
        """Run a verb on those of `cubes` that can take part; the others stay, and it says why."""
        verb = BY_NAME[name]
        meant = [cube for cube in cubes if not already(name, cube)]
        if name in OPENING:
            self._take(verb, meant, part(name, meant, now()))
        elif meant:
            self._follow(self._calls()[name](tuple(cube.id for cube in meant)), verb, len(meant))

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

    def say_done(self, text: str, changes: Changes) -> None:
        """A toast, with Undo where there is a step to take back; it names what stayed."""
        if changes.left:
            text = f"{text}. {stayed(changes.left)}"
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
        if name in OPENING:
            future = self._context.workspace.operations.taking_part(name, ids)
            self._context.bridge.then(future, partial(self._take, verb, ()), receiver=self)
        elif verb.bulk:
            self.bulk(verb, ids)
        else:
            self._follow(self._calls()[name](ids), verb, len(ids))

    def _take(self, verb: Verb, known: Sequence[Cube], part: Part) -> None:
        """Ask the person further about those that take part; of these the cubes may be `known`."""
        if part.left and (verb.whole or not part.ids):
            self._context.toasts.error(refusal(verb.name, part.left, len(part.ids) + len(part.left)))
            return
        if part.left:
            self._context.toasts.tell(stayed(part.left))
        cubes = tuple(cube for cube in known if cube.id in set(part.ids))
        if verb.name == "tag":
            self._ask_tags(cubes, part.ids)
        elif verb.name != "attach":
            self.panel_wanted.emit(verb.name, part.ids)
        elif cubes:
            self._context.navigator.attach.emit(cubes)
        else:
            Gathering(self._context, part.ids, self._context.navigator.attach.emit, self)

    def _refuse(self, key: str) -> None:
        """Say why none of the verbs on this key fits; of a long selection those nobody looked at may fit."""
        cubes = self._chosen.cubes
        verb = on_key(key, cubes)
        if self._chosen.count > len(cubes) and self._chosen.count <= verb.most:
            self.run_selected(verb.name)
        elif cubes:
            self._context.toasts.error(why_not(verb, cubes))

    def bulk(self, verb: Verb, ids: Ids, **arguments: Any) -> None:
        """Run a verb on many cubes as one job; the jobs bar shows how far it is, and says why it failed."""
        job = self._context.workspace.operations.bulk(verb.bulk, ids, **arguments)
        done = partial(self._done, verb, len(ids))
        self._context.bridge.then(job.future, done, _shown_by_the_jobs_bar, receiver=self)

    def _done(self, verb: Verb, count: int, changes: Changes) -> None:
        self.say_done(verb.done.format(words.memories(count - len(changes.left))), changes)

    def _follow(self, future: "Future[Changes]", verb: Verb, count: int) -> None:
        self._context.bridge.then(future, partial(self._done, verb, count), receiver=self)

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
            empty=True,
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

    def _shortcut(self, key: str) -> QShortcut:
        """What a key does while no verb on it fits: it says why, for a key that does nothing seems broken."""
        one = QShortcut(QKeySequence(key), self._host, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
        one.activated.connect(partial(self._refuse, key))
        return one

    def _triggered(self, name: str, _checked: bool = False) -> None:
        self.run_selected(name)


def _shown_by_the_jobs_bar(_error: MemosError) -> None:
    """A failed job stays in the jobs bar with its reason until it is dismissed."""
