"""The commands of the window: one action each, with its menu, key and name for the command palette."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenuBar

from memos_desktop.ui.cubes.verbs import PARTNERS, VERBS
from memos_desktop.ui.cubes.views import available

Keys = str | QKeySequence.StandardKey


@dataclass(frozen=True, slots=True)
class Command:
    """One command. `menu` says where it stands.

    `local_key` is a key that works only where the memories are listed; menus and the palette show it.
    """

    name: str
    menu: str
    text: str
    keys: tuple[Keys, ...] = ()
    checkable: bool = False
    starts_group: bool = False
    local_key: str = ""


_STANDARD = QKeySequence.StandardKey


def _memory_commands() -> tuple[Command, ...]:
    """One for each verb on memories; where a group ends a line follows."""
    before = (None, *VERBS)
    return tuple(
        Command(
            f"{MEMORY}{verb.name}", "&Memory", verb.text, local_key=verb.key,
            starts_group=last is None or last.group != verb.group,
        )
        for last, verb in zip(before, VERBS, strict=False)
    )  # fmt: skip


def _view_commands() -> tuple[Command, ...]:
    """One for each view of the Memory page."""
    return tuple(
        Command(f"{VIEW}{spec.name}", "&View", f"Memories as {spec.title}", (f"Alt+{place}",), starts_group=place == 1)
        for place, spec in enumerate(available(), 1)
    )


VIEW = "view_"
"""Begins the names of the commands that show memories in one of the views."""
MEMORY = "memory_"
"""Begins the names of the commands that run a verb on the selected memories."""
COMMANDS = (
    Command("new_chat", "&File", "&New Chat", (_STANDARD.New,)),
    Command("temporary_chat", "&File", "New &Temporary Chat", ("Ctrl+Shift+N",)),
    Command("attach", "&File", "&Attach to Message…", ("Ctrl+Shift+A",), starts_group=True),
    Command("import_turns", "&File", "&Import Conversations…", starts_group=True),
    Command("import_bundle", "&File", "Import &Bundle…", ("Ctrl+Shift+I",)),
    Command("export", "&File", "&Export Memories…", ("Ctrl+Shift+E",)),
    Command("close", "&File", "&Close Window", (_STANDARD.Close,), starts_group=True),
    Command("quit", "&File", "&Quit", (_STANDARD.Quit, "Ctrl+Q")),
    Command("undo", "&Edit", "&Undo", (_STANDARD.Undo,)),
    Command("redo", "&Edit", "&Redo", (_STANDARD.Redo, "Ctrl+Y")),
    Command("find", "&Edit", "&Find…", (_STANDARD.Find,), starts_group=True),
    Command("settings", "&Edit", "&Settings", ("Ctrl+5", "Ctrl+,")),
    Command("chats", "&View", "&Chats", ("Ctrl+1",)),
    Command("memory", "&View", "&Memory", ("Ctrl+2",)),
    Command("models", "&View", "M&odels", ("Ctrl+3",)),
    Command("kept", "&View", "&Kept States", ("Ctrl+4",)),
    *_view_commands(),
    Command("time_machine", "&View", "&Time Machine", ("Ctrl+T",), starts_group=True),
    Command("inspector", "&View", "Show &Inspector", ("Ctrl+I",), checkable=True, starts_group=True),
    Command("larger", "&View", "&Larger Text", (_STANDARD.ZoomIn, "Ctrl+="), starts_group=True),
    Command("smaller", "&View", "&Smaller Text", (_STANDARD.ZoomOut,)),
    Command("normal", "&View", "Normal Text Size", ("Ctrl+0",)),
    Command("review", "&Memory", "&Review Suggestions…", ("Ctrl+Shift+R",)),
    *_memory_commands(),
    Command("palette", "&Help", "Command &Palette…", ("Ctrl+K",)),
    Command("keys", "&Help", "&Keyboard Shortcuts", (_STANDARD.HelpContents,)),
    Command("about", "&Help", "&About MemOS Desktop", starts_group=True),
)


class Actions(QObject):
    """Holds the QAction of every command by its name."""

    def __init__(self, parent: QObject, does: Mapping[str, Callable[[], None]]) -> None:
        """`does` gives what each command runs."""
        super().__init__(parent)
        self.by_name: dict[str, QAction] = {}
        for command in COMMANDS:
            action = QAction(f"{command.text}\t{command.local_key}" if command.local_key else command.text, self)
            action.setShortcuts(_sequences(command.keys))
            action.setCheckable(command.checkable)
            run = does[command.name]
            action.triggered.connect(lambda _checked=False, run=run: run())
            self.by_name[command.name] = action
        self.by_name["quit"].setMenuRole(QAction.MenuRole.QuitRole)
        self.by_name["about"].setMenuRole(QAction.MenuRole.AboutRole)
        self.by_name["settings"].setMenuRole(QAction.MenuRole.PreferencesRole)

    def fill(self, bar: QMenuBar) -> None:
        """Build the menus in the order of COMMANDS."""
        titles = dict.fromkeys(command.menu for command in COMMANDS)
        for title in titles:
            menu = bar.addMenu(title)
            for command in COMMANDS:
                if command.menu == title:
                    if command.starts_group:
                        menu.addSeparator()
                    menu.addAction(self.by_name[command.name])

    def set_enabled(self, names: frozenset[str], on: bool) -> None:
        """Switch commands that need an open vault."""
        for name in names:
            self.by_name[name].setEnabled(on)

    def set_memory(self, fitting: frozenset[str]) -> None:
        """Offer these verbs on memories; of two that are opposites only one stands in the menu."""
        for verb in VERBS:
            action = self.by_name[MEMORY + verb.name]
            action.setEnabled(verb.name in fitting)
            partner = PARTNERS.get(verb.name)
            action.setVisible(partner is None or (verb.name in fitting) or (partner not in fitting and verb.usual))

    def set_history(self, undo: str | None, redo: str | None) -> None:
        """Name what Undo and Redo would do; without a name they are off."""
        for name, word, label in (("undo", "&Undo", undo), ("redo", "&Redo", redo)):
            action = self.by_name[name]
            action.setText(f"{word}: {label}" if label else word)
            action.setEnabled(label is not None)


def _sequences(keys: tuple[Keys, ...]) -> list[QKeySequence]:
    """The platform's own keys for each standard command, then ours; each once."""
    found: dict[str, QKeySequence] = {}
    for key in keys:
        several = [QKeySequence(key)] if isinstance(key, str) else QKeySequence.keyBindings(key)
        found.update({one.toString(): one for one in several if not one.isEmpty()})
    return list(found.values())


def plain_text(action: QAction) -> str:
    """The text of an action without the mark of its access key, and without a key that is shown after it."""
    return action.text().partition("\t")[0].replace("&", "")


def shown_key(action: QAction) -> str:
    """The key that does the same."""
    return action.shortcut().toString() or action.text().partition("\t")[2]


def shortcut_table() -> str:
    """All keys, for the help message."""
    rows = [
        f"{_sequences(command.keys)[0].toString(QKeySequence.SequenceFormat.NativeText)}   {command.text}"
        for command in COMMANDS
        if command.keys
    ]
    rows += [
        "Enter   Send the message",
        "Shift+Enter   New line in the message",
        "Escape   Stop the answer",
        "Up (in an empty message)   Edit your last message",
    ]
    rows += [f"{verb.key} (in the list of memories)   {verb.text}" for verb in VERBS if verb.key]
    return "\n".join(row.replace("&", "").replace("…", "") for row in rows)
