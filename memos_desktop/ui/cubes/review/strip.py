"""The strip above the views: how many suggestions there are to review."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal

from memos_desktop.memory.changes import Changes
from memos_desktop.ui.cubes.review import says
from memos_desktop.ui.cubes.strip import Strip
from memos_desktop.ui.page import Context
from memos_desktop.ui.widgets import ElidedLabel

if TYPE_CHECKING:
    from memos_desktop.app.reviews import Review

TOGETHER_MS = 600


class ReviewStrip(Strip):
    """One line; hidden when there is nothing to review.

    Attributes:
        reviews: what it counts.

    Signals:
        wanted(): open the list.

    """

    wanted = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__(context, "duplicate", "accent")
        self.setAccessibleName("Suggestions to review")
        self.reviews: tuple[Review, ...] = ()
        self.kinds = ElidedLabel("", "muted")
        self.head.insertWidget(2, self.kinds, 1)
        self.all_button.setText("Review")
        self.all_button.clicked.connect(self.wanted)
        self._again = QTimer(self, singleShot=True, interval=TOGETHER_MS)
        self._again.timeout.connect(self.refresh)

    def refresh(self) -> None:
        """Count again."""
        self._context.bridge.then(self._context.workspace.reviews.list(), self._show, receiver=self)

    def on_changes(self, changes: Changes) -> None:
        """Any memory that is added, changed or removed may end a suggestion or make one."""
        if changes.cubes:
            self._again.start()

    def _show(self, reviews: "tuple[Review, ...]") -> None:
        self.reviews = reviews
        self.heading.setText(says.heading(len(reviews)))
        self.kinds.set_text(says.kinds(reviews))
        self._filled = bool(reviews)
        self.cover(self._covered)
