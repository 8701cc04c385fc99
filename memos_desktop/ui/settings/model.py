"""Settings of loading a model: context, graphics processor, threads."""

from PySide6.QtCore import Signal

from memos_desktop.app.settings import Settings, SettingsStore
from memos_desktop.ui.settings.rows import Section
from memos_desktop.ui.widgets import button
from memos_desktop.ui.widgets.fields import Number, fill


class ModelSection(Section):
    """Takes effect when the model is loaded next; a button does that now.

    Signals:
        reload_wanted(): load the model again with these settings.
    """

    reload_wanted = Signal()

    def __init__(self, store: SettingsStore) -> None:
        super().__init__("Model")
        self.context_length = Number("Context length", 0, 1_048_576, 1024)
        self.context_length.setSpecialValueText("Automatic")
        self.context_length.setSuffix(" tokens")
        self.gpu_layers = Number("Layers on the graphics processor", -1, 999)
        self.gpu_layers.setSpecialValueText("All that fit")
        self.threads = Number("Threads", 0, 256)
        self.threads.setSpecialValueText("Automatic")
        self.reload = button("Load again now")
        self.add("Context length", "How much the model sees at once. More needs more memory.", self.context_length)
        self.add(
            "Layers on the graphics processor",
            "0 uses the processor only. Without one, this does nothing.",
            self.gpu_layers,
        )
        self.add("Threads", "Automatic uses the physical cores.", self.threads)
        self.add("Apply", "These three take effect when a model is loaded.", self.reload)
        self.context_length.valueChanged.connect(lambda value: store.change(context_length=value))
        self.gpu_layers.valueChanged.connect(lambda value: store.change(gpu_layers=value))
        self.threads.valueChanged.connect(lambda value: store.change(threads=value))
        self.reload.clicked.connect(self.reload_wanted)

    def show_settings(self, value: Settings) -> None:
        """Show these settings."""
        for field, number in (
            (self.context_length, value.context_length),
            (self.gpu_layers, value.gpu_layers),
            (self.threads, value.threads),
        ):
            fill(field, number)
