"""What is shown instead of the pages when the data folder cannot be opened."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from memos_desktop.errors import MemosError
from memos_desktop.paths import DataFolder
from memos_desktop.ui.icons import Icons
from memos_desktop.ui.theme import GRID, Theme
from memos_desktop.ui.widgets import Card, Picture, button, label


class ProblemPage(QWidget):
    """What happened, what to do, where the data lies; try again, open the folder, quit."""

    def __init__(
        self,
        theme: Theme,
        icons: Icons,
        error: MemosError,
        folder: DataFolder,
        *,
        again: Callable[[], None],
        show_folder: Callable[[], None],
        leave: Callable[[], None],
    ) -> None:
        super().__init__()
        card = Card(margin=4 * GRID, spacing=2 * GRID)
        card.setFixedWidth(theme.px(520))
        card.setAccessibleName(error.message)
        card.box.addWidget(Picture(theme, icons, "warning", "warning", 40), alignment=Qt.AlignmentFlag.AlignLeft)
        card.box.addWidget(label("Your data could not be opened", "title", wrap=True))
        self.message = label(error.message, wrap=True)
        self.hint = label(error.hint, wrap=True)
        if not error.hint:
            self.hint.hide()
        where = label(f"Data folder: {folder.root}", "meta", wrap=True)
        for text in (self.message, self.hint, where):
            text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            card.box.addWidget(text)
        self.again = button("Try Again", "primary")
        self.again.clicked.connect(lambda: again())
        folder_button = button("Open Data Folder")
        folder_button.clicked.connect(lambda: show_folder())
        quit_button = button("Quit", "plain")
        quit_button.clicked.connect(lambda: leave())
        row = QHBoxLayout()
        row.setSpacing(GRID)
        row.addWidget(self.again)
        row.addWidget(folder_button)
        row.addStretch(1)
        row.addWidget(quit_button)
        card.box.addSpacing(GRID)
        card.box.addLayout(row)
        box = QVBoxLayout(self)
        box.addStretch(2)
        box.addWidget(card, alignment=Qt.AlignmentFlag.AlignHCenter)
        box.addStretch(3)
