"""The head of the Memory page: its name, how many memories the filter lets through, the views, and the ways to add."""

from collections.abc import Sequence

from PySide6.QtWidgets import QHBoxLayout, QWidget

from memos_desktop.ui.cubes.view_stack import ViewSwitcher
from memos_desktop.ui.cubes.views import ViewSpec
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID
from memos_desktop.ui.widgets import button, label

ROOMY = 880
"""Below this width the switcher shows pictures only, and there is room for one button."""
TIGHT = 560
"""Below this one the number is left out, and the button shows its picture only."""
ADD = "Add memory"


class PageHead(QWidget):
    """One line above everything else.

    Attributes:
        switcher: chooses the view.
        add_button, import_button: write a memory; bring chats in.

    """

    def __init__(self, context: Context, title: str, specs: Sequence[ViewSpec]) -> None:
        super().__init__()
        self._theme = context.theme
        self._count = label("", "muted")
        self.switcher = ViewSwitcher(context.icons, specs)
        self.add_button = button(ADD, "primary", "add", context.icons, tip="Write a memory yourself")
        self.import_button = button(
            "Import chats…", "", "import", context.icons, tip="Import chat history from a JSONL file"
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        row.addWidget(label(title, "title"))
        row.addSpacing(GRID)
        row.addWidget(self._count)
        row.addStretch(1)
        row.addWidget(self.switcher)
        row.addSpacing(GRID)
        row.addWidget(self.import_button)
        row.addWidget(self.add_button)

    def say(self, count: str) -> None:
        """How many memories there are, in words."""
        self._count.setText(count)

    def fit(self, width: int) -> None:
        """Where there is little room words are left out; importing is in the File menu too."""
        roomy, tight = width >= self._theme.px(ROOMY), width < self._theme.px(TIGHT)
        self.import_button.setVisible(roomy)
        self.switcher.compact(not roomy)
        self._count.setVisible(not tight)
        self.add_button.setText("" if tight else f" {ADD}")
