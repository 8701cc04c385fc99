"""The tags of several memories: which all have, which some; a click gives a tag to all, the cross takes it away."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from memos_desktop.ui.cubes import words
from memos_desktop.ui.cubes.verbs import split_tags
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID
from memos_desktop.ui.widgets import label
from memos_desktop.ui.widgets.chips import Chip, Chips
from memos_desktop.ui.widgets.fields import line_edit

MOST = 40


class TagChip(Chip):
    """One tag. `count` of `total` memories have it."""

    def __init__(self, context: Context, tag: str, count: int, total: int) -> None:
        super().__init__(context.icons, tag, "tag", "muted", removable=True)
        self.tag, self.everywhere = tag, count == total
        text = tag if self.everywhere else f"{tag} · {count:,} of {total:,}"
        some = f"{count:,} of {total:,} have “{tag}”; click to give it to all"
        tip = f"All have the tag “{tag}”" if self.everywhere else some
        self.show_name(text, "check" if self.everywhere else "tag", "accent" if self.everywhere else "muted", tip)
        self.name.setAccessibleName(tip)
        self.cross.set_name(f"Take the tag “{tag}” away from all")


class TagFields(QWidget):
    """Chips, and a field for tags that are to be added.

    Signals:
        changed(str, object): what is to be done, in words, and the arguments `add` and `remove`.
    """

    changed = Signal(str, object)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._shown: tuple[tuple[tuple[str, int], ...], int] | None = None
        self.chips = Chips(context.theme)
        self.field = line_edit("Add tags to all", "Add tags, separated by commas")
        self.none = label("None has a tag yet.", "muted", wrap=True)
        self.rest = label("", "muted", wrap=True)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(GRID)
        for one in (self.chips, self.none, self.rest, self.field):
            box.addWidget(one)
        self.field.returnPressed.connect(self._add)
        context.theme.changed.connect(self.chips.rearrange)

    def show_tags(self, tags: Sequence[tuple[str, int]], total: int) -> None:
        """Show these tags, each with how many of `total` memories have it."""
        if (shown := (tuple(tags), total)) == self._shown:
            return  # asked after every change, and a few dozen chips take a while to make
        self._shown = shown
        made = [self._chip(tag, count, total) for tag, count in tags[:MOST]]
        self.chips.set_chips(made)
        self.chips.setVisible(bool(made))
        self.none.setVisible(not made)
        self.rest.setVisible(len(tags) > MOST)
        self.rest.setText(f"and {words.counted(len(tags) - MOST, 'rarer tag')}")

    def _chip(self, tag: str, count: int, total: int) -> TagChip:
        chip = TagChip(self._context, tag, count, total)
        chip.removed.connect(lambda: self.changed.emit(f"Tag “{tag}” taken away", {"remove": (tag,)}))
        if not chip.everywhere:
            chip.opened.connect(lambda: self.changed.emit(f"Tag “{tag}” given", {"add": (tag,)}))
        return chip

    def _add(self) -> None:
        tags = split_tags(self.field.text())
        self.field.clear()
        if tags:
            self.changed.emit(f"{'Tag' if len(tags) == 1 else 'Tags'} added", {"add": tags})
