"""Settings of chats: who you are, standing instructions, sending, and how answers are drawn."""

from dataclasses import replace

from PySide6.QtCore import QTimer

from memos_desktop.app.settings import Settings, SettingsStore
from memos_desktop.engine.base import Sampling
from memos_desktop.memory.message import MemoryMode
from memos_desktop.ui.settings.rows import Section
from memos_desktop.ui.theme import Theme
from memos_desktop.ui.widgets import Segments, button
from memos_desktop.ui.widgets.fields import Decimal, Number, Toggle, fill, line_edit, text_edit

TYPING_MS = 500


class ChatSection(Section):
    """Name, instructions, the Enter key, and the memory switch of new chats."""

    def __init__(self, store: SettingsStore, theme: Theme) -> None:
        super().__init__("Chats")
        self._store = store
        self.name = line_edit("Your name", "Optional")
        self.name.setFixedWidth(theme.px(240))
        self.instructions = text_edit(
            "Standing instructions", "For example: Answer briefly. I am a beginner in Spanish."
        )
        self.instructions.setFixedHeight(theme.px(96))
        self.enter = Toggle(theme, "Enter sends the message")
        self.memory = Segments(
            "Memory in new chats",
            [
                ("on", "On", "Recall, and keep what you say"),
                ("read", "Read only", "Recall, but keep nothing new"),
                ("off", "Off", "Neither recall nor keep"),
            ],
        )
        self.add("Your name", "Stands as the speaker of your messages and of what is kept from them.", self.name)
        self.add(
            "Standing instructions", "Given to the model at the start of every chat.", self.instructions, below=True
        )
        self.add("Enter sends the message", "Otherwise Ctrl+Enter sends, and Enter breaks the line.", self.enter)
        self.add("Memory in new chats", "Each chat has its own switch as well.", self.memory)
        self._typing = QTimer(self, singleShot=True, interval=TYPING_MS)
        self._typing.timeout.connect(self.save_text)
        self.instructions.textChanged.connect(self._typing.start)
        self.name.textEdited.connect(lambda _text: self._typing.start())
        self.name.editingFinished.connect(self.save_text)
        self.enter.clicked.connect(lambda on: store.change(send_with_enter=on))
        self.memory.chosen.connect(lambda key: store.change(memory_mode=MemoryMode(key)))

    def show_settings(self, value: Settings) -> None:
        """Show these settings; a text that is being typed stays."""
        if not self._typing.isActive():
            if self.name.text().strip() != value.user_name:
                self.name.setText(value.user_name)
            if self.instructions.toPlainText().strip() != value.instructions:
                self.instructions.setPlainText(value.instructions)
            self._typing.stop()
        self.enter.setChecked(value.send_with_enter)
        self.memory.choose(value.memory_mode.value)

    def save_text(self) -> None:
        """Save what was typed; called shortly after typing, and when the page is left."""
        self._typing.stop()
        name, instructions = self.name.text().strip(), self.instructions.toPlainText().strip()
        self._store.change(user_name=name, instructions=instructions)


class AnswersSection(Section):
    """How the next word is drawn."""

    def __init__(self, store: SettingsStore) -> None:
        super().__init__("Answers")
        self._store = store
        self.temperature = Decimal("Temperature", 0, 2, 0.1)
        self.top_p = Decimal("Top-p", 0, 1, 0.05)
        self.top_k = Number("Top-k", 0, 1000)
        self.min_p = Decimal("Min-p", 0, 1, 0.05)
        self.penalty = Decimal("Repeat penalty", 1, 2, 0.05)
        self.most = Number("Longest answer", 16, 32768, 64)
        self.most.setSuffix(" tokens")
        self.seed = Number("Seed", -1, 2**31 - 1)
        self.seed.setSpecialValueText("Random")
        self.top_k.setSpecialValueText("Off")
        self.reset = button("Back to defaults")
        self._lay_out()
        for field in (self.temperature, self.top_p, self.min_p, self.penalty):
            field.valueChanged.connect(self._save)
        for number in (self.top_k, self.most, self.seed):
            number.valueChanged.connect(self._save)
        self.reset.clicked.connect(lambda: store.change(sampling=Sampling()))

    def show_settings(self, value: Settings) -> None:
        """Show these settings."""
        now = value.sampling
        for field, number in (
            (self.temperature, now.temperature),
            (self.top_p, now.top_p),
            (self.min_p, now.min_p),
            (self.penalty, now.repeat_penalty),
        ):
            fill(field, number)
        for whole, count in (
            (self.top_k, now.top_k),
            (self.most, now.max_tokens),
            (self.seed, -1 if now.seed is None else now.seed),
        ):
            fill(whole, count)
        self.reset.setEnabled(now != Sampling())

    def _save(self) -> None:
        self._store.change(
            sampling=replace(
                self._store.value.sampling,
                temperature=round(self.temperature.value(), 2),
                top_p=round(self.top_p.value(), 2),
                min_p=round(self.min_p.value(), 2),
                repeat_penalty=round(self.penalty.value(), 2),
                top_k=self.top_k.value(),
                max_tokens=self.most.value(),
                seed=None if self.seed.value() < 0 else self.seed.value(),
            )
        )

    def _lay_out(self) -> None:
        self.add("Temperature", "0 always takes the likeliest word; higher is more varied.", self.temperature)
        self.add("Top-p", "Only the likeliest words that together reach this probability.", self.top_p)
        self.add("Top-k", "Only this many of the likeliest words.", self.top_k)
        self.add("Min-p", "Only words at least this likely, compared with the likeliest.", self.min_p)
        self.add("Repeat penalty", "1 allows repetition; higher discourages it.", self.penalty)
        self.add("Longest answer", "Where an answer is cut off.", self.most)
        self.add("Seed", "A number makes answers repeatable.", self.seed)
        self.add("Defaults", "What suits most models.", self.reset)
