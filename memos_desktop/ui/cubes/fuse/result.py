"""The new memory as it would be: title, text, the conflicts to decide, and the buttons."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QTextCursor

from memos_desktop.ui.cubes import words
from memos_desktop.ui.cubes.fuse.choose import settle
from memos_desktop.ui.cubes.fuse.conflict_row import ConflictRow
from memos_desktop.ui.cubes.tool_row import ToolRow
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import HALF
from memos_desktop.ui.widgets import Card, button, label
from memos_desktop.ui.widgets.fields import line_edit, text_edit
from memos_desktop.ui.widgets.scroll import ScrollColumn

if TYPE_CHECKING:
    from memos_desktop.app.operations import FusePreview

PAUSE_MS = 300
MOST_CONFLICTS = 20
HIGHEST = 200
LOWEST = 96


class FusedText(Card):
    """What will be kept.

    Attributes:
        title, text: the fields.
        rows: one for each conflict that is shown.

    Signals:
        edited(str): the person changed the text, and paused.

    """

    edited = Signal(str)

    def __init__(self, context: Context) -> None:
        super().__init__(margin=12)
        self._context = context
        self._preview: FusePreview | None = None
        self.title = line_edit("Title of the new memory", "Title")
        self.text = text_edit("Text of the new memory")
        self.text.setMinimumHeight(context.theme.px(LOWEST))
        self.about = label("", "meta", wrap=True)
        self.warning = label("", "warning", wrap=True)
        self.heading = label("", "strong", wrap=True)
        self.rows: list[ConflictRow] = []
        self.write = button("Let the model write it", "", "proposed", context.icons)
        self._conflicts = ScrollColumn("Conflicts", HALF)
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(lambda: self.edited.emit(self.text.toPlainText()))
        self.text.textChanged.connect(self._on_typing)
        self._lay_out()

    def start(self, preview: "FusePreview") -> None:
        """Begin with what is proposed."""
        self.title.setText(preview.title)
        self.text.setPlainText(preview.text)
        self._pause.stop()
        self.show_preview(preview)

    def show_preview(self, preview: "FusePreview") -> None:
        """Conflicts and warnings of the memories; what was typed stays."""
        fresh = self._preview is None or preview.conflicts != self._preview.conflicts
        if self._preview is not None and self.title.text() == self._preview.title:
            self.title.setText(preview.title)  # nobody has written one: it follows the text
        self._preview = preview
        tags = f" · tags {', '.join(preview.tags)}" if preview.tags else ""
        self.about.setText(f"{words.TYPES[preview.type]}{tags}")
        self.warning.setText("\n".join(preview.warnings))
        self.warning.setVisible(bool(preview.warnings))
        if fresh:
            self._build_rows(preview)
        self._mark_choices()

    def replace_text(self, text: str) -> None:
        """Another text, as an edit that Ctrl+Z in the field takes back."""
        cursor = QTextCursor(self.text.document())
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText(text)

    def _on_typing(self) -> None:
        self._pause.start()
        self._mark_choices()

    def _mark_choices(self) -> None:
        text = self.text.toPlainText()
        for row in self.rows:
            row.show_text(text)

    def _settle(self, number: int, parent: int) -> None:
        preview = self._preview
        assert preview is not None
        texts = [cube.text for cube in preview.parents]
        self.replace_text(settle(self.text.toPlainText(), preview.conflicts[number], texts, parent))
        self._mark_choices()

    def _build_rows(self, preview: "FusePreview") -> None:
        texts = [cube.text for cube in preview.parents]
        titles = [cube.title for cube in preview.parents]
        self.rows = []
        for number, conflict in enumerate(preview.conflicts[:MOST_CONFLICTS]):
            row = ConflictRow(self._context, number + 1, conflict, texts, titles)
            row.chosen.connect(lambda parent, number=number: self._settle(number, parent))
            self.rows.append(row)
        holder = self._conflicts.show_all(*self.rows)
        self._say_conflicts(len(preview.conflicts))
        height = holder.sizeHint().height() + HALF
        self._conflicts.setFixedHeight(min(height, self._context.theme.px(HIGHEST)))

    def _say_conflicts(self, count: int) -> None:
        self._conflicts.setVisible(count > 0)
        self.heading.setVisible(count > 0)
        some = f" Here are the first {MOST_CONFLICTS}." if count > MOST_CONFLICTS else ""
        self.heading.setText(
            f"They contradict each other in {words.counted(count, 'place')}. Which is right?{some}"
        )

    def _lay_out(self) -> None:
        self.box.addWidget(ToolRow([label("The new memory", "section")], [self.write]))
        self.box.addWidget(self.title)
        self.box.addWidget(self.text, 1)
        self.box.addWidget(self.about)
        self.box.addWidget(self.heading)
        self.box.addWidget(self._conflicts)
        self.box.addWidget(self.warning)
