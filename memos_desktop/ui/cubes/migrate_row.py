"""One pathway of the migrate panel: what it does, whether it is possible and what it costs, what it has made."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from memos_desktop.ui.cubes import migrate_words as say
from memos_desktop.ui.cubes import words
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID, HALF, ICON
from memos_desktop.ui.widgets import Badge, Card, ElidedLabel, Fold, Picture, button, label

if TYPE_CHECKING:
    from memos_desktop.app.activation_views import Pathway
    from memos_desktop.app.pathways import Offer, Route

SIGN = 16
AT_MOST = 60
"""Memories that are listed one by one."""


class PathwayRow(Card):
    """Shows an offer, and after a run what came of it.

    Attributes:
        offer: what is shown.
        says: what a run has made, by memory.
        run_button: starts it, and cancels it while it runs.

    Signals:
        wanted(): start, or cancel.

    """

    wanted = Signal()

    def __init__(self, context: Context, route: "Route") -> None:
        super().__init__(margin=12, spacing=6)
        self._context = context
        self.route = route
        self.offer: Offer | None = None
        self.says: Mapping[str, str] = {}
        self.badge = Badge(context.theme, "", "muted", "info", context.icons)
        self.total = label("", "", wrap=True)
        self.lost = label("", "meta", wrap=True)
        self.run_button = button(say.VERBS[route.target], "primary")
        self.run_button.setAccessibleName(f"{say.VERBS[route.target]}: {say.name(route)}")
        self.run_button.clicked.connect(self.wanted)
        self._fold: Fold | None = None
        self._folded = True
        self.setAccessibleName(say.name(route))
        self._lay_out()

    @property
    def paths(self) -> "tuple[Pathway, ...]":
        """The memories that this pathway concerns."""
        return self.offer.paths if self.offer is not None else ()

    def show_offer(self, offer: "Offer", told: str, says: Mapping[str, str], running: bool, free: bool) -> None:
        """Show what is offered; `told` is how the last run went, `says` what it made. `free`: nothing else runs."""
        self.offer, self.says = offer, says
        possible = bool(offer.possible)
        if running:
            self.badge.set_badge("Under way", "accent", "run")
        elif says:
            self.badge.set_badge("Done", "good", "good")
        elif possible:
            self.badge.set_badge("Possible", "good", "good")
        else:
            self.badge.set_badge("Not now", "muted", "memory-off")
        self.total.setText(told or say.verdict(offer))
        self.lost.setText(" ".join(part for part in (f"What is lost: {say.lost(offer)}", _gain(offer)) if part))
        self.lost.setVisible(not says)
        self.run_button.setText("Cancel" if running else say.VERBS[self.route.target])
        self.run_button.setEnabled(running or (possible and free))
        self.run_button.setVisible(running or possible)
        self._set_dull(not possible and not running)
        self._list(offer)

    def _set_dull(self, on: bool) -> None:
        """What is not possible stands back."""
        for one in (self._name, self._does):
            one.setProperty("look", "muted" if on or one is self._does else "strong")
            one.style().unpolish(one)
            one.style().polish(one)

    def _list(self, offer: "Offer") -> None:
        """Each memory with its cost, its reason or its result, where there is more than one."""
        if self._fold is not None:
            self._folded = not self._fold.head.isChecked()
            self.box.removeWidget(self._fold)
            self._fold.hide()
            self._fold.deleteLater()
            self._fold = None
        if len(offer.paths) < 2:
            return
        self._fold = Fold(self._context.icons, f"One by one ({len(offer.paths):,})", opened=not self._folded)
        self._fold.head.setMinimumHeight(self._fold.head.sizeHint().height())  # also before the panel is laid out anew
        self._fold.box.addWidget(self._table(offer))
        self.box.addWidget(self._fold)

    def _table(self, offer: "Offer") -> QWidget:
        holder = QWidget()
        grid = QGridLayout(holder)
        grid.setContentsMargins(GRID, 0, 0, 0)
        grid.setHorizontalSpacing(GRID)
        grid.setVerticalSpacing(HALF)
        grid.setColumnStretch(1, 2)
        grid.setColumnStretch(2, 3)
        for row, path in enumerate(offer.paths[:AT_MOST]):
            made = self.says.get(path.cube_id, "")
            grid.addWidget(self._sign(path, bool(made)), row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(ElidedLabel(path.title), row, 1, Qt.AlignmentFlag.AlignTop)
            said = label(made or say.cost(path), "" if path.possible or made else "muted", wrap=True)
            said.setAccessibleName(f"{path.title}: {made or say.cost(path)}")
            grid.addWidget(said, row, 2)
        if len(offer.paths) > AT_MOST:
            rest = f"and {words.memories(len(offer.paths) - AT_MOST)} more"
            grid.addWidget(label(rest, "muted"), AT_MOST, 1)
        return holder

    def _sign(self, path: "Pathway", made: bool) -> Picture:
        name, token = ("good", "good") if made else ("next", "accent") if path.possible else ("memory-off", "muted")
        return Picture(self._context.theme, self._context.icons, name, token, SIGN)

    def _lay_out(self) -> None:
        self._name = label(say.name(self.route), "strong")
        self._does = label(self.route.does, "muted", wrap=True)
        head = QHBoxLayout()
        head.setSpacing(HALF)
        for kind, name in ((self.route.source, ""), (None, "forward"), (self.route.target, "")):
            icon, token = (name, "muted") if kind is None else (kind.value, kind.value)
            side, filled = (SIGN, False) if kind is None else (ICON, True)
            head.addWidget(Picture(self._context.theme, self._context.icons, icon, token, side, filled))
        head.addSpacing(HALF)
        head.addWidget(self._name)
        head.addSpacing(GRID)
        head.addWidget(self.badge)
        head.addStretch(1)
        texts = QVBoxLayout()
        texts.setSpacing(2)
        for one in (self._does, self.total, self.lost):
            texts.addWidget(one)
        self.box.addLayout(head)
        self.box.addLayout(texts)
        self.box.addWidget(self.run_button, alignment=Qt.AlignmentFlag.AlignLeft)


def _gain(offer: "Offer") -> str:
    won = say.won(offer)
    return f"What is won: {won[:1].lower()}{won[1:]}" if won else ""
