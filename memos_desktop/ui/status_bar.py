"""The line at the bottom: that nothing leaves the computer, and how the model is."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout

from memos_desktop.ui.bridge import Bridge
from memos_desktop.ui.icons import Icons
from memos_desktop.ui.theme import GRID
from memos_desktop.ui.widgets import button, label

if TYPE_CHECKING:
    from memos_desktop.app.models import Models, ModelState

PRIVATE = "Nothing leaves this computer"
PRIVATE_TIP = (
    "Chats, memories and models stay in your data folder. "
    "Only a model download that you start yourself uses the network."
)


class StatusBar(QFrame):
    """Privacy at the left, the model at the right.

    Signals:
        model_pressed: the person wants to see the models.
    """

    model_pressed = Signal()

    def __init__(self, icons: Icons, bridge: Bridge) -> None:
        super().__init__()
        self.setProperty("look", "bar")
        self.setAccessibleName("Status")
        self._icons, self._bridge = icons, bridge
        self.private = button(PRIVATE, "meta", "private", icons, PRIVATE_TIP)
        self.private.setIcon(icons.icon("private", "good"))
        icons.fit(self.private, 14)
        self.private.setAccessibleDescription(PRIVATE_TIP)
        self.note = label("", "meta")
        self.model = button("No model", "meta", tip="Show the models (Ctrl+3)")
        icons.fit(self.model, 14)
        self.model.clicked.connect(self.model_pressed)
        self.model.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(GRID, 2, GRID, 2)
        row.setSpacing(GRID)
        row.addWidget(self.private)
        row.addStretch(1)
        row.addWidget(self.note)
        row.addWidget(self.model)

    def attach(self, models: "Models") -> None:
        """Show the state of these models from now on."""
        models.subscribe(self._bridge.relay(self.show_model))
        self.show_model(models.state)

    @Slot(object)
    def show_model(self, state: "ModelState") -> None:
        """Say which model is in use, or why none is."""
        percent = f" {round(state.fraction * 100)} %" if state.fraction else ""
        name = state.name or "the model"
        text, token = {
            "none": ("No model chosen", "warning"),
            "loading": (f"Loading {name}{percent}", "accent"),
            "ready": (name, "good"),
            "failed": (f"{name} did not load", "danger"),
        }[state.status]
        self.model.setText(f" {text}")
        self.model.setAccessibleName(f"Model: {text}")
        self.model.setIcon(self._icons.icon("models", token))
        self.model.setToolTip(self._tip(state))
        self.model.show()

    @staticmethod
    def _tip(state: "ModelState") -> str:
        if state.error is not None:
            return f"{state.error.message} {state.error.hint}".strip()
        if state.info is not None:
            info = state.info
            return f"{info.architecture}, {info.context_length:,} tokens of context, on {info.device}"
        return "Show the models (Ctrl+3)"
