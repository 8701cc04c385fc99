"""Settings of the look: theme, text size, motion."""

from memos_desktop.app.settings import Settings, SettingsStore
from memos_desktop.ui.icons import Icons
from memos_desktop.ui.settings.rows import Section
from memos_desktop.ui.theme import Theme
from memos_desktop.ui.widgets import Segments
from memos_desktop.ui.widgets.fields import Select, Toggle

SCALES = (0.85, 1.0, 1.15, 1.3, 1.5, 1.75, 2.0)


class AppearanceSection(Section):
    """Takes effect at once, in the whole window."""

    def __init__(self, store: SettingsStore, theme: Theme, icons: Icons) -> None:
        super().__init__("Appearance")
        self.theme = Segments(
            "Theme",
            [
                ("system", "System", "Follow the system"),
                ("light", "Light", "Always light"),
                ("dark", "Dark", "Always dark"),
            ],
        )
        self.scale = Select(icons, "Text size")
        for scale in SCALES:
            self.scale.addItem(f"{scale:.0%}", scale)
        self.motion = Toggle(theme, "Reduce motion")
        self.add("Theme", "", self.theme)
        self.add("Text size", "Also with Ctrl and + or −.", self.scale)
        self.add("Reduce motion", "Nothing slides or fades.", self.motion)
        self.theme.chosen.connect(lambda key: store.change(theme=key))
        self.scale.activated.connect(lambda row: store.change(text_scale=self.scale.itemData(row)))
        self.motion.clicked.connect(lambda on: store.change(reduced_motion=on))

    def show_settings(self, value: Settings) -> None:
        """Show these settings."""
        self.theme.choose(value.theme)
        nearest = min(SCALES, key=lambda scale: abs(scale - value.text_scale))
        self.scale.setCurrentIndex(SCALES.index(nearest))
        self.motion.setChecked(value.reduced_motion)
