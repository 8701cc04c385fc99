"""Puts the card "Remembered: …" below every answer on the screen whose message taught something, and keeps it true."""

from collections.abc import Mapping

from PySide6.QtCore import QObject, QTimer, Slot

from memos_desktop.app.turn_events import Kept
from memos_desktop.memory.changes import Changes
from memos_desktop.memory.cube import Cube
from memos_desktop.ui.chat.column import MessageColumn
from memos_desktop.ui.chat.conversation import PENDING, Conversation
from memos_desktop.ui.chat.item import AnswerItem
from memos_desktop.ui.chat.kept import KeptCard
from memos_desktop.ui.page import Context

PAUSE_MS = 30
"""Answers that come onto the screen together are asked for together."""


class LearnedFlow(QObject):
    """Between the column and what is kept: the card is there after scrolling and reopening too."""

    def __init__(self, context: Context, conversation: Conversation) -> None:
        super().__init__(conversation)
        self._context = context
        self._conversation = conversation
        self._column: MessageColumn = conversation.column
        self._steps: dict[str, int] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE_MS)
        self._timer.timeout.connect(self._ask)
        self._column.built.connect(self._built)
        conversation.runner.kept.connect(self._kept)
        self._unsubscribe = context.workspace.events.subscribe(context.bridge.relay(self._on_changes, receiver=self))

    def close(self) -> None:
        """The window closes."""
        self._unsubscribe()
        self._timer.stop()

    @Slot(object)
    def _built(self, item: object) -> None:
        if isinstance(item, AnswerItem) and not self._conversation.open.temporary:
            self._timer.start()

    @Slot(str, object)
    def _kept(self, answer_id: str, event: Kept) -> None:
        """What was kept just now: at once, with the step that undoes it."""
        item = self._column.item(answer_id)
        if event.step_id is not None:
            self._steps.update(dict.fromkeys((cube.id for cube in event.cubes), event.step_id))
        if event.cubes and isinstance(item, AnswerItem):
            item.set_kept(KeptCard(self._context, event.cubes, event.step_id))

    @Slot(object)
    def _on_changes(self, changes: Changes) -> None:
        """Memories that are shown here, or were learned here, may have come or gone."""
        if changes.cubes and not changes.usage:
            self._timer.start()

    @Slot()
    def _ask(self) -> None:
        answers = {item.message.id: item.message.parent_id for item in self._answers()}
        asked = list(dict.fromkeys(parent for parent in answers.values() if parent))
        if not asked or self._conversation.open.temporary:
            return
        found = self._context.workspace.learned.of(asked)
        self._context.bridge.then(found, self._show, receiver=self)

    def _show(self, found: Mapping[str, tuple[Cube, ...]]) -> None:
        for item in self._answers():
            cubes = found.get(item.message.parent_id or "", ())
            if item.kept is not None and item.kept.show_cubes(cubes):
                continue
            if cubes:
                steps = {self._steps.get(cube.id) for cube in cubes}
                item.set_kept(KeptCard(self._context, cubes, steps.pop() if len(steps) == 1 else None))
            elif item.kept is not None:
                item.set_kept(None)

    def _answers(self) -> list[AnswerItem]:
        items = self._column.items
        return [one for one in items if isinstance(one, AnswerItem) and not one.message.id.startswith(PENDING)]
