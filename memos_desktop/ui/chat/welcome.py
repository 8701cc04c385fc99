"""What an empty chat shows: an invitation with three examples, and how the model is."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID
from memos_desktop.ui.widgets import Picture, button, label

EXAMPLES = (
    ("Tell it something about you", "I'm vegetarian, and my sister Nora lives in Porto."),
    ("Ask what it knows", "What do you remember about me?"),
    ("Think something through", "Help me plan a quiet weekend that fits what I like."),
)
USUAL = (
    "What would you like to talk about?",
    "What you say here is remembered on this computer. Every answer shows the memories that it used.",
)
TEMPORARY = (
    "A chat that leaves nothing behind",
    "It may use your memories, but no message is saved and nothing is kept. Leaving the chat forgets it.",
)


class Welcome(QWidget):
    """Shown while a chat has no messages.

    Signals:
        chosen(str): put this example into the composer.
    """

    chosen = Signal(str)

    def __init__(self, context: Context) -> None:
        super().__init__()
        box = QVBoxLayout(self)
        box.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 3 * GRID)
        box.setSpacing(GRID)
        box.addStretch(2)
        self._usual = Picture(context.theme, context.icons, "memory", "accent", 44)
        self._ghost = Picture(context.theme, context.icons, "temporary", "warning", 44)
        self.title = label("", "title", wrap=True)
        self.sentence = label("", "muted", wrap=True)
        for widget in (self._usual, self._ghost):
            box.addWidget(widget, alignment=Qt.AlignmentFlag.AlignHCenter)
        for words in (self.title, self.sentence):
            words.setAlignment(Qt.AlignmentFlag.AlignCenter)
            box.addWidget(words)
        box.addSpacing(2 * GRID)
        self.examples = QWidget()
        self.examples.setMaximumWidth(480)
        column = QVBoxLayout(self.examples)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        for _name, text in EXAMPLES:
            one = button(text, "suggestion")
            one.clicked.connect(lambda _on=False, text=text: self.chosen.emit(text))
            column.addWidget(one)
        box.addWidget(self.examples)
        box.setAlignment(self.examples, Qt.AlignmentFlag.AlignHCenter)
        box.addStretch(3)
        self.set_temporary(False)

    def set_temporary(self, on: bool) -> None:
        """Invite to a usual chat, or say what a temporary one is."""
        title, sentence = TEMPORARY if on else USUAL
        self.title.setText(title)
        self.sentence.setText(sentence)
        self._usual.setVisible(not on)
        self._ghost.setVisible(on)
        self.examples.setVisible(not on)
