"""Settings of memory: what happens to memories by itself, and how long they may delay an answer."""

from memos_desktop.app.settings import SchedulerMode, Settings, SettingsStore
from memos_desktop.ui.settings.rows import Section
from memos_desktop.ui.widgets import Segments
from memos_desktop.ui.widgets.fields import Decimal, Number, fill

MODES = {
    SchedulerMode.AUTOMATIC: (
        "Automatic",
        "What is used often is kept ready as KV, and what is no longer used is let go, without asking.",
    ),
    SchedulerMode.ASK: ("Ask", "Suggestions are listed on the Memory page, and nothing happens before you accept one."),
    SchedulerMode.OFF: ("Off", "Nothing is suggested, and nothing changes its form unless you do it yourself."),
}


class MemorySection(Section):
    """The scheduler's switch and its time budget, and when unused memories are archived."""

    def __init__(self, store: SettingsStore) -> None:
        super().__init__("Memory")
        self.scheduler = Segments("Scheduler", [(mode.value, *said) for mode, said in MODES.items()])
        self.seconds = Decimal("Time for memories", 0, 120, 0.5)
        self.seconds.setSuffix(" s")
        self.sentence = self.add("Scheduler", MODES[SchedulerMode.ASK][1], self.scheduler)
        self.add(
            "Time for memories",
            "How long reading what was recalled may delay an answer. What does not fit is left out, and the receipt "
            "says so. What you attach yourself may take its time.",
            self.seconds,
        )
        self.archive_after = Number("Archive unused memories", 0, 3650, 10)
        self.archive_after.setSuffix(" days")
        self.archive_after.setSpecialValueText("Never")
        self.add(
            "Archive unused memories",
            "What was neither used nor changed for so long is archived: shown, but no longer recalled. What is pinned "
            "or frozen stays. It can be restored at any time.",
            self.archive_after,
        )
        self.scheduler.chosen.connect(lambda key: store.change(scheduler=SchedulerMode(key)))
        self.seconds.valueChanged.connect(lambda value: store.change(memory_seconds=round(value, 2)))
        self.archive_after.valueChanged.connect(lambda value: store.change(archive_after_days=value))

    def show_settings(self, value: Settings) -> None:
        """Show these settings."""
        self.scheduler.choose(value.scheduler.value)
        self.sentence.setText(MODES[value.scheduler][1])
        fill(self.seconds, value.memory_seconds)
        fill(self.archive_after, value.archive_after_days)
