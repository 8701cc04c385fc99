"""Who came to a memory and when: each use with its chat, form and length; edits and exports too."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from memos_desktop.memory.access import Access, AccessKind, AccessLog
from memos_desktop.memory.call import Form
from memos_desktop.ui.cubes import journal_words as say
from memos_desktop.ui.cubes import words
from memos_desktop.ui.cubes.scroll_tab import ScrollTab
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID
from memos_desktop.ui.widgets import Picture, Segments, button, label, line

if TYPE_CHECKING:
    from memos_desktop.app.library import CubeDetails

STEP = 100
SIGN = 16
CHOICES = (
    ("all", "All", "Uses, changes and exports"),
    ("used", "Uses", "The answers that read it"),
    ("other", "Changes", "Edits, exports and notes"),
)
SIGNS = {AccessKind.CHANGED: "edit", AccessKind.EXPORTED: "export", AccessKind.NOTED: "info"}


class AccessTab(ScrollTab):
    """Lines, the newest first; read when it is looked at.

    Attributes:
        log: what is shown, or None while it is read.

    """

    def __init__(self, context: Context) -> None:
        super().__init__("Access log")
        self._context = context
        self._cube_id = ""
        self._most = STEP
        self._which = "all"
        self.log: AccessLog | None = None

    def show_details(self, details: "CubeDetails") -> None:
        """Show the log of this cube."""
        if details.cube.id != self._cube_id:
            self._cube_id, self.log, self._most = details.cube.id, None, STEP
        self.when_seen(self._ask)

    def _ask(self) -> None:
        id, most = self._cube_id, self._most

        def show(log: AccessLog) -> None:
            if (id, most) == (self._cube_id, self._most):
                self.log = log
                self._draw()

        bridge, future = self._context.bridge, self._context.workspace.inspection.log(id, most)
        bridge.then(future, show, bridge.unless_gone, receiver=self)

    def _draw(self) -> None:
        log = self.log
        assert log is not None
        place = self.verticalScrollBar().value()
        box = self.fresh()
        box.addWidget(label(_counted(log), "muted", wrap=True))
        which = Segments("Show", CHOICES)
        which.choose(self._which)
        which.chosen.connect(self._choose)
        box.addWidget(which, alignment=Qt.AlignmentFlag.AlignLeft)
        uses = self._which == "used"
        lines = [one for one in log.lines if self._which == "all" or (one.kind is AccessKind.USED) is uses]
        for number, one in enumerate(lines):
            if number:
                box.addWidget(line())
            box.addWidget(self._row(one))
        if not lines:
            box.addWidget(label("Nothing of this kind yet.", "muted", wrap=True))
        if log.total > len(log.lines):
            more = button(f"Show earlier ones ({log.total - len(log.lines):,})", "link")
            more.clicked.connect(self._show_more)
            box.addWidget(more, alignment=Qt.AlignmentFlag.AlignLeft)
        box.addStretch(1)
        self.verticalScrollBar().setValue(place)

    def _choose(self, which: str) -> None:
        self._which = which
        self._draw()

    def _show_more(self) -> None:
        self._most += 5 * STEP
        self._ask()

    def _row(self, one: Access) -> QWidget:
        made = QWidget()
        row = QHBoxLayout(made)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        row.addWidget(self._sign(one), alignment=Qt.AlignmentFlag.AlignTop)
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(label(say.heading(one), wrap=True))
        texts.addWidget(label(_meta(one), "meta", wrap=True))
        if one.kind is AccessKind.USED and one.chat_title is not None:
            jump = button(say.where(one).replace("&", "&&"), "meta", "forward", self._context.icons)
            target = "the answer" if one.message_there else "the chat"
            jump.setToolTip(f"Open {target}")
            jump.setAccessibleName(f"Open {target} in {say.where(one)}, {words.long_date(one.time)}")
            jump.clicked.connect(lambda: self._jump(one))
            texts.addWidget(jump, alignment=Qt.AlignmentFlag.AlignLeft)
        row.addLayout(texts, 1)
        return made

    def _sign(self, one: Access) -> Picture:
        name, token = SIGNS.get(one.kind, "text"), "muted"
        if one.form is Form.KV:
            name, token = "activation", "activation"
        return Picture(self._context.theme, self._context.icons, name, token, SIGN)

    def _jump(self, one: Access) -> None:
        if one.message_there:
            self._context.navigator.message.emit(one.chat_id, one.message_id)
        else:
            self._context.navigator.chat.emit(one.chat_id)


def _counted(log: AccessLog) -> str:
    listed = sum(one.kind is AccessKind.USED for one in log.lines)
    uses = f"Used {words.counted(log.uses, 'time')}"
    gone = log.uses - listed if log.total <= len(log.lines) else 0
    return f"{uses}; the uses of the last 90 days are listed." if gone > 0 else f"{uses}."


def _meta(one: Access) -> str:
    when = words.long_date(one.time)
    if one.kind is AccessKind.USED:
        return when if one.chat_title is not None else f"{when} · {say.where(one)}"
    reason = f": {one.reason}" if one.reason else ""
    return f"{when}, by {words.actor(one.actor)}{reason}"
