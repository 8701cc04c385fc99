"""The forms of a memory: its text, and for which models it is kept ready as KV."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton

from memos_desktop.errors import MemosError, NotFoundError
from memos_desktop.memory.cube import Cube, Kind
from memos_desktop.memory.forms import Readiness
from memos_desktop.ui.cubes import words
from memos_desktop.ui.cubes.actions import CubeActions
from memos_desktop.ui.cubes.scroll_tab import ScrollTab
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID
from memos_desktop.ui.widgets import Badge, Card, button, label

if TYPE_CHECKING:
    from memos_desktop.app.activation_views import FormRow
    from memos_desktop.app.library import CubeDetails

BADGES = {
    Readiness.READY: ("Ready", "good", "good"),
    Readiness.STALE: ("Out of date", "warning", "stale"),
    Readiness.OTHER_MODEL: ("Another model", "muted", "models"),
}


class FormsTab(ScrollTab):
    """Text and KV states of one cube, read again when states come or go."""

    def __init__(self, context: Context, actions: CubeActions) -> None:
        super().__init__("Forms")
        self._context = context
        self._actions = actions
        self._cube: Cube | None = None
        self._problem = ""
        self.rows: tuple[FormRow, ...] = ()

    def show_details(self, details: "CubeDetails") -> None:
        """Show the forms of this cube."""
        if self._cube is None or self._cube.id != details.cube.id:
            self.rows, self._problem = (), ""
        self._cube = details.cube
        self._build()
        self.refresh()

    def refresh(self) -> None:
        """Ask again which states there are."""
        cube = self._cube
        if cube is not None:
            future = self._context.workspace.activation.forms(cube.id)
            arrived, refused = partial(self._arrived, cube.id), partial(self._refused, cube.id)
            self._context.bridge.then(future, arrived, refused, receiver=self)

    def _arrived(self, cube_id: str, rows: "tuple[FormRow, ...]") -> None:
        if self._cube is not None and self._cube.id == cube_id:
            self.rows, self._problem = rows, ""
            self._build()

    def _refused(self, cube_id: str, error: MemosError) -> None:
        if self._cube is None or self._cube.id != cube_id:
            return
        if isinstance(error, NotFoundError):  # it was removed meanwhile, which the page says
            self._cube, self.rows = None, ()
        else:
            self._problem = f"It could not be read. {error.message} {error.hint}".strip()
            self._build()

    def _build(self) -> None:
        cube = self._cube
        assert cube is not None
        place = self.verticalScrollBar().value()
        box = self.fresh()
        box.addWidget(label("As text", "section"))
        box.addWidget(self._text_card(cube))
        box.addSpacing(2 * GRID)
        box.addWidget(label("As KV: read already, attached in a moment", "section"))
        for row in self.rows:
            box.addWidget(self._kv_card(row))
        if self._problem:
            box.addWidget(label(self._problem, "danger", True))
            again = button("Try again")
            again.clicked.connect(self.refresh)
            box.addWidget(again, alignment=Qt.AlignmentFlag.AlignLeft)
        elif not self.rows:
            box.addWidget(label("No model has read it ahead. Its text is read whenever it is used.", "muted", True))
        stale = any(row.readiness is Readiness.STALE for row in self.rows)
        ready = any(row.readiness is Readiness.READY for row in self.rows)
        if cube.binned is None and cube.kind is not Kind.PARAMETRIC and not (ready and not stale):
            box.addWidget(self._keep_button(cube, stale), alignment=Qt.AlignmentFlag.AlignLeft)
        box.addStretch(1)
        self.verticalScrollBar().setValue(place)

    def _text_card(self, cube: Cube) -> Card:
        card = Card(margin=12)
        characters = words.counted(len(cube.text), "character")
        said = f"{words.counted(len(cube.text.split()), 'word')}, {characters}, version {cube.version}"
        if cube.kind is Kind.ACTIVATION:
            said = f"{words.counted(len(cube.text.split()), 'word')}, {characters}, exactly as the model has read them"
        card.box.addWidget(label(said, wrap=True))
        return card

    def _kv_card(self, row: "FormRow") -> Card:
        card = Card(margin=12)
        said, token, icon = BADGES.get(row.readiness, (row.readiness.value, "muted", "info"))
        head = QHBoxLayout()
        head.setSpacing(GRID)
        head.addWidget(label(row.model, "strong", wrap=True), 1)
        head.addWidget(Badge(self._context.theme, said, token, icon, self._context.icons))
        card.box.addLayout(head)
        used = words.short_date(row.last_used)
        card.box.addWidget(label(f"{row.tokens:,} tokens, {words.size(row.bytes)}, last used {used}", "meta", True))
        if row.reason:
            card.box.addWidget(label(f"{row.reason[:1].upper()}{row.reason[1:]}.", "warning", True))
        go = button("Let go", tip="Remove this state; the text stays")
        go.setAccessibleName(f"Let go: {row.model}")
        go.clicked.connect(lambda: self._let_go(row))
        card.box.addWidget(go, alignment=Qt.AlignmentFlag.AlignLeft)
        return card

    def _keep_button(self, cube: Cube, stale: bool) -> QPushButton:
        text = "Encode again…" if stale else "Keep ready as KV…"
        one = button(text, icon="activation", icons=self._context.icons, tip="See what it costs first (E)")
        one.clicked.connect(lambda: self._actions.run("ready", [cube]))
        return one

    def _let_go(self, row: "FormRow") -> None:
        future = self._context.workspace.activation.drop([row.state_id])
        self._context.bridge.then(future, self._dropped, receiver=self)

    def _dropped(self, freed: int) -> None:
        self._context.toasts.say(f"Let go: {words.size(freed)} are free again. The text stays.")
        self.refresh()
