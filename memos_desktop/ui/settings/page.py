"""The Settings page. Everything takes effect when it is changed; there is no Save button."""

from PySide6.QtGui import QHideEvent

from memos_desktop.errors import MemosError
from memos_desktop.memory.changes import Changes
from memos_desktop.ui.page import Context, Page
from memos_desktop.ui.settings.appearance import AppearanceSection
from memos_desktop.ui.settings.chat import AnswersSection, ChatSection
from memos_desktop.ui.settings.data import DataSection
from memos_desktop.ui.settings.memory import MemorySection
from memos_desktop.ui.settings.model import ModelSection
from memos_desktop.ui.theme import GRID
from memos_desktop.ui.widgets import Card, label
from memos_desktop.ui.widgets.column import column

PRIVACY = (
    "Nothing leaves this computer. The network is used for one thing only: to download a model, when you press "
    "its button. There is no account, no telemetry and no update check."
)


class SettingsPage(Page):
    """Sections of settings in one column."""

    title = "Settings"

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        store = context.workspace.settings
        self.appearance = AppearanceSection(store, context.theme, context.icons)
        self.chat = ChatSection(store, context.theme)
        self.answers = AnswersSection(store)
        self.memory = MemorySection(store)
        self.model = ModelSection(store)
        self.data = DataSection(context)
        box = column(self, context.theme, self.title)
        box.setSpacing(3 * GRID)
        box.addWidget(self._privacy())
        for section in (self.appearance, self.chat, self.memory, self.answers, self.model, self.data):
            box.addWidget(section)
        box.addStretch(1)
        self.model.reload_wanted.connect(self._reload_model)
        self._show_settings()
        context.workspace.events.subscribe(context.bridge.relay(self._on_changes))

    def activate(self) -> None:
        """Read again what may have changed elsewhere."""
        self._show_settings()
        self.data.refresh()
        self.appearance.theme.setFocus()

    def hideEvent(self, event: QHideEvent) -> None:
        """Leaving the page saves what is being typed."""
        self.chat.save_text()
        super().hideEvent(event)

    def _on_changes(self, changes: Changes) -> None:
        if changes.settings:
            self._show_settings()
        if self.isVisible():
            self.data.on_changes(changes)

    def _show_settings(self) -> None:
        value = self.context.workspace.settings.value
        for section in (self.appearance, self.chat, self.memory, self.answers, self.model):
            section.show_settings(value)

    def _reload_model(self) -> None:
        models = self.context.workspace.models
        self.model.reload.setEnabled(False)
        job = models.use(models.chosen)
        self.context.bridge.then(job.future, self._reloaded, self._not_reloaded, receiver=self)

    def _reloaded(self, _info: object) -> None:
        self.model.reload.setEnabled(True)
        self.context.toasts.say("The model is loaded with these settings.")

    def _not_reloaded(self, error: MemosError) -> None:
        self.model.reload.setEnabled(True)
        self.context.toasts.error(error)

    def _privacy(self) -> Card:
        card = Card("notice-good", margin=12)
        card.box.addWidget(label(PRIVACY, wrap=True))
        return card
