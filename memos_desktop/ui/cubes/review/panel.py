"""The review list: every suggestion with its texts side by side. Nothing is changed before a button is pressed."""

from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from memos_desktop.errors import MemosError
from memos_desktop.memory.changes import Changes
from memos_desktop.ui.cubes import words
from memos_desktop.ui.cubes.review import says
from memos_desktop.ui.cubes.review.card import ReviewCard
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID
from memos_desktop.ui.widgets import EmptyState, IconButton, Skeleton, button, label
from memos_desktop.ui.widgets.scroll import ScrollColumn

if TYPE_CHECKING:
    from memos_desktop.app.jobs import Job
    from memos_desktop.app.reviews import Review

AT_ONCE = 20
TOGETHER_MS = 200
DONE = {
    "archive": "Archived, no longer recalled: {}",
    "bin": "Moved to the bin: {}",
    "renew": "No longer expiring: {}",
}


class ReviewPanel(QWidget):
    """Works through the suggestions; each choice ends in a toast with Undo.

    Attributes:
        whole: it takes the room of the views.
        cards: the suggestions that are shown.

    Signals:
        left(): the panel is closed.
        done(str, Changes): it was done; say so, with Undo.
        panel_wanted(str, tuple of str): open another panel, to fuse.
        cube_wanted(str): open this memory.
        shown(int): so many suggestions are there.

    """

    whole = True
    left = Signal()
    done = Signal(str, object)
    panel_wanted = Signal(str, object)
    cube_wanted = Signal(str)
    shown = Signal(int)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.setAccessibleName("Review suggestions")
        self._context = context
        self._reviews: tuple[Review, ...] = ()
        self._most = AT_ONCE
        self._job: Job | None = None
        self.cards: list[ReviewCard] = []
        self.heading = label("", "heading")
        self.again = button("Look again", "", "refresh", context.icons, tip="Search for what repeats or contradicts")
        self.close_button = IconButton(context.icons, "close", "Close the list")
        self._scroll = ScrollColumn("Suggestions")
        self._stack = QStackedWidget()
        self._loading = Skeleton(context.theme, 6)
        self._empty = EmptyState(
            context.theme, context.icons, "good", "Nothing to review",
            "When memories repeat, contradict each other, or go out of date, they are listed here.", "Back",
        )  # fmt: skip
        self._later = QTimer(self, singleShot=True, interval=TOGETHER_MS)
        self._later.timeout.connect(self.refresh)
        self._lay_out()
        self._connect()

    def open(self, _ids: tuple[str, ...] = ()) -> None:
        """Show what there is."""
        self._most = AT_ONCE
        if not self._reviews:
            self._stack.setCurrentWidget(self._loading)
        self.close_button.setFocus()
        self.refresh()

    def refresh(self) -> None:
        """Read the list again."""
        self._context.bridge.then(self._context.workspace.reviews.list(), self._show, receiver=self)

    @Slot()
    def close_panel(self) -> None:
        """Leave the rest as it is."""
        self.left.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes; an arrow goes into the list."""
        if event.key() == Qt.Key.Key_Escape:
            self.close_panel()
        elif event.key() == Qt.Key.Key_Down and self.cards:
            self.cards[0].setFocus()
        else:
            super().keyPressEvent(event)

    def _show(self, reviews: "tuple[Review, ...]") -> None:
        place = next((number for number, card in enumerate(self.cards) if _inside(card)), -1)
        self._reviews = reviews
        self._build()
        if self.cards and (place >= 0 or self.close_button.hasFocus()):
            self.cards[min(max(place, 0), len(self.cards) - 1)].setFocus()
        elif place >= 0:
            self.close_button.setFocus()
        self.shown.emit(len(reviews))

    def _build(self) -> None:
        count = len(self._reviews)
        self.heading.setText(says.heading(count) if count else "Review")
        self._stack.setCurrentWidget(self._scroll if count else self._empty)
        self.cards = []
        for number, review in enumerate(self._reviews[: self._most]):
            card = ReviewCard(self._context, review)
            card.chosen.connect(partial(self._choose, card))
            card.cube_wanted.connect(self._open_cube)
            card.stepped.connect(partial(self._step, number))
            self.cards.append(card)
        more = button(f"Show {min(AT_ONCE, count - self._most)} more of {count - self._most}", "link")
        more.clicked.connect(self._show_more)
        self._scroll.show_all(*self.cards, *([more] if count > self._most else ()))

    def _show_more(self) -> None:
        self._most += AT_ONCE
        self._build()

    def _step(self, number: int, step: int) -> None:
        card = self.cards[max(0, min(len(self.cards) - 1, number + step))]
        card.setFocus()
        self._scroll.ensureWidgetVisible(card)

    def _open_cube(self, cube_id: str) -> None:
        self.close_panel()
        self.cube_wanted.emit(cube_id)

    # choosing

    def _choose(self, card: ReviewCard, name: str) -> None:
        review = card.review
        ids = review.meant(name)
        if name == "fuse":
            self.panel_wanted.emit("fuse", ids)
            return
        card.set_busy(True)
        workspace = self._context.workspace
        calls: dict[str, Callable[[], Future[Changes]]] = {
            "archive": lambda: workspace.library.archive(ids),
            "bin": lambda: workspace.library.bin(ids),
            "renew": lambda: workspace.operations.renew(ids),
            "keep": lambda: workspace.reviews.dismiss(review),
        }
        text = DONE.get(name, "Not suggested again").format(words.memories(len(ids)))
        self._context.bridge.then(calls[name](), partial(self._chosen, text), self._refused, receiver=self)

    def _chosen(self, text: str, changes: Changes) -> None:
        self.done.emit(text, changes)
        self.refresh()

    def _refused(self, error: MemosError) -> None:
        """Something changed meanwhile: say why, and show what is there now."""
        self._context.toasts.error(error)
        self.refresh()

    # searching again

    @Slot()
    def _search(self) -> None:
        if self._job is not None:
            self._job.cancel()
            return
        job = self._job = self._context.workspace.reviews.refresh()
        self.again.setText(" Stop looking")
        job.future.add_done_callback(self._context.bridge.relay(self._searched, receiver=self))

    def _searched(self, _future: object) -> None:
        """Done, cancelled or failed; the jobs bar says why it failed."""
        self._job = None
        self.again.setText(" Look again")
        self.refresh()

    def _on_changes(self, changes: Changes) -> None:
        if self.isVisible() and changes.cubes:
            self._later.start()

    # building

    def _connect(self) -> None:
        self.close_button.clicked.connect(self.close_panel)
        self.again.clicked.connect(self._search)
        self._empty.pressed.connect(self.close_panel)
        self._context.workspace.events.subscribe(self._context.bridge.relay(self._on_changes))

    def _lay_out(self) -> None:
        for one in (self._loading, self._scroll, self._empty):
            self._stack.addWidget(one)
        head = QHBoxLayout()
        head.setSpacing(GRID)
        head.addWidget(self.heading)
        head.addStretch(1)
        head.addWidget(self.again)
        head.addWidget(self.close_button)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 2 * GRID)
        box.setSpacing(GRID)
        box.addLayout(head)
        box.addWidget(self._stack, 1)


def _inside(card: ReviewCard) -> bool:
    focused = card.window().focusWidget()
    return card.hasFocus() or (focused is not None and card.isAncestorOf(focused))
