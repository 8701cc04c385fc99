"""What the person said: plain text in a tinted bubble, below the names of what was attached to it."""

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QWidget

from memos_desktop.errors import MemosError
from memos_desktop.memory.cube import Cube, Kind
from memos_desktop.memory.message import Attachment, Message
from memos_desktop.ui.chat.message_item import MARGIN, MessageItem
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID, HALF
from memos_desktop.ui.widgets.chips import Chip, Chips

FOOT_USER = 24
BUBBLE_MOST = 0.85
USER_CHARACTERS = 6_000
WIDE_TEXT = 1_000
"""Characters that are measured for the width of a bubble; a longer text fills it anyway."""


class UserItem(MessageItem):
    """What the person said: plain text in a tinted bubble on the right."""

    ACTIONS = (
        ("edit", "edit", "Edit and branch"),
        ("copy", "copy", "Copy"),
        ("delete", "trash", "Delete with what is below"),
    )

    def __init__(self, context: Context, message: Message, parent: QWidget) -> None:
        super().__init__(context, message, parent)
        self.setAccessibleName(f"{message.speaker or 'You'}: {message.text[:200]}")
        self.bubble = QFrame(self)
        self.bubble.setProperty("look", "bubble")
        self.text = QLabel(self.bubble)
        self.text.setProperty("look", "body")
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setWordWrap(True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.foot_row.addStretch(1)
        self.attached: Chips | None = None
        self.restyle()
        self._show_attached(message.attached)

    def show_message(self, message: Message) -> None:
        """The message was saved: it has its id now, and what is attached to it. Or it says something else now."""
        before, self.message = self.message, message
        if message.text != before.text:
            self.setAccessibleName(f"{message.speaker or 'You'}: {message.text[:200]}")
            self.restyle()
            self.forget_height()
        if message.attached != before.attached:
            self._show_attached(message.attached)

    def foot_height(self) -> int:
        """A little lower than below an answer: there is only room for actions."""
        return self.context.theme.px(FOOT_USER)

    def restyle(self) -> None:
        """The theme has changed."""
        self.text.setText(_cut(self.message.text))
        self._heights = {}
        self._bubbles: dict[int, QRect] = {}
        if self.attached is not None:
            self.attached.rearrange()

    def _measure(self, width: int) -> int:
        return self._chips_height(width) + self._bubble(width).height() + 2

    def _chips_height(self, width: int) -> int:
        return self.attached.height_for(width) + HALF if self.attached is not None else 0

    def _bubble(self, width: int) -> QRect:
        """Where the bubble stands, kept until the text or its font changes."""
        if width not in self._bubbles:
            self._bubbles = {width: self._measure_bubble(width)}
        return self._bubbles[width]

    def _measure_bubble(self, width: int) -> QRect:
        self.text.ensurePolished()
        side, top = 2 * GRID, 10
        most = round(width * BUBBLE_MOST) - 2 * side
        metrics = self.text.fontMetrics()
        longest = max(metrics.horizontalAdvance(line) for line in self.text.text()[:WIDE_TEXT].split("\n"))
        inner = min(most, longest + 2)
        height = self.text.heightForWidth(inner)
        return QRect(width - inner - 2 * side, 0, inner + 2 * side, height + 2 * top)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """What is attached, the bubble at the right below it, actions below that."""
        width = self.width() - 2 * MARGIN
        top = self._chips_height(width)
        if self.attached is not None:
            self.attached.setGeometry(MARGIN, 0, width, top - HALF)
        area = self._bubble(width).translated(MARGIN, top)
        self.bubble.setGeometry(area)
        self.text.setGeometry(2 * GRID, 10, area.width() - 4 * GRID, area.height() - 20)
        self.foot.setGeometry(MARGIN, area.bottom() + 2, width, self.foot_height())

    # what is attached

    def _show_attached(self, attached: tuple[Attachment, ...]) -> None:
        """A chip for each; their names are asked for and come later."""
        if not attached:  # as almost always
            return
        self.attached = Chips(self.context.theme, self, right=True)
        self.attached.set_chips([self._chip(one) for one in attached])
        self.attached.show()
        self.forget_height()

    def _chip(self, attachment: Attachment) -> Chip:
        chip = Chip(self.context.icons, "…", "attach", "muted")
        chip.opened.connect(lambda: self.context.navigator.cube.emit(attachment.cube_id))

        def show(cube: Cube) -> None:
            kind = "activation" if cube.kind is Kind.ACTIVATION else "file"
            chip.show_name(cube.title, kind, "activation" if cube.kind is Kind.ACTIVATION else "muted")
            self._chip_changed()

        def show_gone(_error: MemosError) -> None:
            chip.show_name("A memory that was removed", "trash", "muted")
            chip.name.setEnabled(False)
            self._chip_changed()

        cube = self.context.workspace.library.cube(attachment.cube_id, attachment.version)
        self.context.bridge.then(cube, show, show_gone, receiver=chip)
        return chip

    def _chip_changed(self) -> None:
        if self.attached is not None:
            self.attached.rearrange()
        self.forget_height()

    def _insert_branches(self, row: QWidget) -> None:
        self.foot_row.addWidget(row)

    def _insert_actions(self, row: QWidget) -> None:
        self.foot_row.insertWidget(1, row)


def _cut(text: str) -> str:
    rest = len(text) - USER_CHARACTERS
    return text if rest <= 0 else f"{text[:USER_CHARACTERS]}\n\n… {rest:,} more characters; Copy gives all of it"
