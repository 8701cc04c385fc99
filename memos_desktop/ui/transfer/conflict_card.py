"""One memory that is here and in the bundle, and other: what differs, and what shall be done."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QVBoxLayout

from memos_desktop.memory.bundle_import import BundleConflict, Choice
from memos_desktop.ui.cubes.diff_label import DiffLabel
from memos_desktop.ui.page import Context
from memos_desktop.ui.transfer import words as say
from memos_desktop.ui.widgets import Card, ElidedLabel, Segments, label

KEYS = {Qt.Key.Key_K: Choice.KEEP, Qt.Key.Key_T: Choice.REPLACE, Qt.Key.Key_B: Choice.BOTH}


class ConflictCard(Card):
    """Takes the focus as a whole: K, T and B choose.

    Signals:
        chosen(str, Choice): what shall be done with this memory.
    """

    chosen = Signal(str, object)

    def __init__(self, context: Context, conflict: BundleConflict, choice: Choice) -> None:
        super().__init__(margin=12, spacing=6)
        self.conflict = conflict
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(f"{conflict.here.title}: {say.differs(conflict)}")
        self.setAccessibleDescription("K keeps yours, T takes theirs, B keeps both")
        self.choices = Segments(f"What to do with {conflict.here.title}", say.CHOICES)
        self.choices.offer(Choice.REPLACE.value, not conflict.fixed)
        self.diff = DiffLabel(context, conflict.here.text, conflict.theirs.text)
        self._lay_out()
        self.show_choice(choice)
        self.choices.chosen.connect(lambda key: self.chosen.emit(conflict.id, Choice(key)))

    def show_choice(self, choice: Choice) -> None:
        """Show what is chosen, without a signal."""
        fixed = choice is Choice.REPLACE and bool(self.conflict.fixed)
        self.choices.choose((Choice.KEEP if fixed else choice).value)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The keys of the choices."""
        choice = KEYS.get(Qt.Key(event.key())) if not event.modifiers() else None
        if choice is None or (choice is Choice.REPLACE and self.conflict.fixed):
            super().keyPressEvent(event)
        else:
            self.show_choice(choice)
            self.chosen.emit(self.conflict.id, choice)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show that the keys are for this one."""
        super().focusInEvent(event)
        self._look("card-focused")

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """As it was."""
        super().focusOutEvent(event)
        self._look("card")

    def _look(self, look: str) -> None:
        self.setProperty("look", look)
        self.style().unpolish(self)
        self.style().polish(self)

    def _lay_out(self) -> None:
        one = self.conflict
        sides = QVBoxLayout()
        sides.setSpacing(0)
        for name, cube in (("Here", one.here), ("Bundle", one.theirs)):
            sides.addWidget(label(say.side(name, cube), "meta", wrap=True))
        self.box.addWidget(ElidedLabel(one.here.title, "strong"))
        self.box.addWidget(label(say.differs(one), "muted", wrap=True))
        self.box.addLayout(sides)
        for said in say.header_lines(one.here, one.theirs):
            self.box.addWidget(label(said, wrap=True))
        self.box.addWidget(self.diff)
        self.diff.setHidden(one.here.text == one.theirs.text == one.here.title)  # it stands there already
        self.box.addWidget(self.choices, 0, Qt.AlignmentFlag.AlignLeft)
