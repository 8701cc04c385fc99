"""What the commands of the menus and of the palette do."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl, Slot
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QTextEdit

from memos_desktop import __version__
from memos_desktop.memory.changes import Changes
from memos_desktop.memory.cube import Cube
from memos_desktop.memory.message import Chat
from memos_desktop.ui.actions import COMMANDS, MEMORY, VIEW, plain_text, shortcut_table, shown_key
from memos_desktop.ui.cubes.verbs import VERBS
from memos_desktop.ui.cubes.views import available
from memos_desktop.ui.page import Context
from memos_desktop.ui.palette import Entry

if TYPE_CHECKING:
    from memos_desktop.ui.main_window import MainWindow
    from memos_desktop.ui.transfer.flow import TransferFlow
    from memos_desktop.vault.imports import ImportReport

SCALES = (0.85, 1.0, 1.15, 1.3, 1.5, 1.75, 2.0)
ENTRY_ICONS = {
    "new_chat": "new", "temporary_chat": "temporary", "import_turns": "import", "undo": "undo",
    "import_bundle": "import", "export": "export",
    "redo": "redo", "find": "search", "settings": "settings", "chats": "chats", "memory": "memory",
    "models": "models", "kept": "kept", "attach": "attach", "time_machine": "time-machine", "review": "duplicate",
    **{MEMORY + verb.name: verb.icon for verb in VERBS},
    **{VIEW + spec.name: spec.icon for spec in available()},
    "inspector": "sidebar", "keys": "keyboard", "about": "info", "larger": "text",
    "smaller": "text", "normal": "text", "quit": "cancel",
}  # fmt: skip
NOT_IN_PALETTE = frozenset({"palette", "close"})


class Commands(QObject):
    """Runs commands on the window and its workspace."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._follows_memory = False
        self._bundles: TransferFlow | None = None

    def table(self) -> dict[str, Callable[[], None]]:
        """What each name in `actions.COMMANDS` runs."""
        show = self._window.show_page
        return {
            "new_chat": lambda: self._chat_page("new_chat"),
            "temporary_chat": lambda: self._chat_page("new_temporary_chat"),
            "attach": self.attach,
            "import_turns": self.import_turns,
            "import_bundle": lambda: self._transfer().ask(),
            "export": lambda: self._transfer().export(),
            "close": self.leave,
            "quit": self.leave,
            "undo": self.undo,
            "redo": self.redo,
            "find": self.find,
            "chats": lambda: show("chats"),
            "memory": lambda: show("memory"),
            "models": lambda: show("models"),
            "kept": lambda: show("kept"),
            "settings": lambda: show("settings"),
            "review": self.review,
            **{MEMORY + verb.name: partial(self._on_memories, verb.name) for verb in VERBS},
            **{VIEW + spec.name: partial(self._on_memory_page, "show_view", spec.name) for spec in available()},
            "time_machine": self.time_machine,
            "inspector": self._window.toggle_inspector,
            "larger": lambda: self._scale(1),
            "smaller": lambda: self._scale(-1),
            "normal": lambda: self._scale(0),
            "palette": self.open_palette,
            "keys": self.show_keys,
            "about": self.show_about,
        }

    @property
    def _context(self) -> Context:
        context = self._window.context
        assert context is not None, "the action is disabled until a workspace is attached"
        return context

    def leave(self) -> None:
        """Close the window, and with it the program."""
        self._window.close()

    def show_folder(self) -> None:
        """Open the data folder in the desktop's file manager."""
        self._window.prompter.browse(QUrl.fromLocalFile(str(self._window.folder.root)))

    def find(self) -> None:
        """Put the cursor into the search field of the page."""
        page = self._window.current_page()
        if page is not None:
            page.search()

    # undo and redo: of the text field with the focus, else of the vault

    def undo(self) -> None:
        """Take back the last edit of the focused text, else the last step of the vault's journal."""
        field = _text_field(self._window)
        if field is not None and _can(field, "undo"):
            field.undo()
        else:
            self._context.bridge.then(self._context.workspace.library.undo(), self._undone)

    def redo(self) -> None:
        """Repeat what was taken back."""
        field = _text_field(self._window)
        if field is not None and _can(field, "redo"):
            field.redo()
        else:
            self._context.bridge.then(self._context.workspace.library.redo(), self._redone)

    def refresh_history(self) -> None:
        """Ask what Undo and Redo would do now."""
        self._context.bridge.then(self._context.workspace.library.undo_labels(), self._show_history)

    @Slot(object)
    def _show_history(self, labels: tuple[str | None, str | None]) -> None:
        self._window.actions_by_name.set_history(*labels)

    @Slot(object)
    def _undone(self, changes: Changes | None) -> None:
        if changes is not None:
            self._window.toasts.say(f"Undone: {changes.label}", undo=self.redo, action="Redo")

    @Slot(object)
    def _redone(self, changes: Changes | None) -> None:
        if changes is not None:
            self._window.toasts.say(f"Done again: {changes.label}", undo=self.undo)

    # import

    def import_turns(self) -> None:
        """Ask for a file of conversations and import it as a job."""
        self._window.prompter.open_file(
            self._window, "Import conversations", ["Conversations (*.jsonl)", "All files (*)"], self._import
        )

    def _import(self, path: Path) -> None:
        job = self._context.workspace.library.import_turns(path)
        self._context.bridge.then(job.future, self._imported, lambda _error: None)  # the jobs bar says why

    @Slot(object)
    def _imported(self, report: "ImportReport") -> None:
        skipped = f", {len(report.skipped):,} lines skipped" if report.skipped else ""
        toast = f"Imported {report.imported:,} messages{skipped}."
        if not report.skipped:
            self._window.toasts.say(toast, undo=self.undo)
            return
        lines = "\n".join(f"Line {one.line}: {one.reason}" for one in report.skipped[:1000])
        self._window.toasts.tell(toast, lambda: self._show_skipped(lines), "Show why")

    def _show_skipped(self, lines: str) -> None:
        self._window.prompter.message(
            self._window,
            "Skipped lines",
            "These lines of the file were not imported; all others were.",
            lines,
        )

    # bundles

    def open_bundle(self, path: Path) -> None:
        """Show what a bundle would bring in."""
        self._transfer().show(path)

    def _transfer(self) -> "TransferFlow":
        if self._bundles is None:
            from memos_desktop.ui.transfer.flow import TransferFlow

            self._bundles = TransferFlow(self._window)
        return self._bundles

    # palette and help

    def open_palette(self) -> None:
        """Commands at once, chats as soon as the vault has answered."""
        by_name = self._window.actions_by_name.by_name
        entries = [
            Entry(
                plain_text(by_name[command.name]),
                shown_key(by_name[command.name]),
                ENTRY_ICONS.get(command.name, "next"),
                by_name[command.name].trigger,
            )
            for command in COMMANDS
            if command.name not in NOT_IN_PALETTE and by_name[command.name].isEnabled()
        ]
        self._window.palette_panel.open(entries)
        self._context.bridge.then(self._context.workspace.chats.list(limit=500), self._add_chats)

    @Slot(object)
    def _add_chats(self, chats: tuple[Chat, ...]) -> None:
        self._window.palette_panel.add([self._chat_entry(chat) for chat in chats])

    def _chat_entry(self, chat: Chat) -> Entry:
        return Entry(chat.title or "Untitled chat", "Chat", "chats", lambda: self._context.navigator.chat.emit(chat.id))

    def show_keys(self) -> None:
        """List the keyboard shortcuts."""
        self._window.prompter.message(self._window, "Keyboard shortcuts", shortcut_table())

    def show_about(self) -> None:
        """Name, version, where the data lies."""
        self._window.prompter.message(
            self._window,
            f"MemOS Desktop {__version__}",
            "An assistant that runs on your own computer and remembers across chats.\n\n"
            f"Your data: {self._window.folder.root}",
        )

    def time_machine(self) -> None:
        """Look at the memories as they were; again: back to now."""
        self._window.show_page("memory")
        self._window.pages["memory"].time.toggle()  # type: ignore[attr-defined]

    # memories

    def follow_page(self, name: str) -> None:
        """The verbs on memories work while the Memory page is shown, as far as they fit what is selected there."""
        page = self._window.pages.get("memory")
        if page is not None and not self._follows_memory:
            self._follows_memory = True
            page.commands.offered.connect(self._offer)  # type: ignore[attr-defined]
        self._offer()

    def _offer(self) -> None:
        page = self._window.current_page()
        fitting: frozenset[str] = getattr(getattr(page, "commands", None), "fitting", frozenset())
        self._window.actions_by_name.set_memory(fitting)

    def _on_memories(self, verb: str) -> None:
        self._window.pages["memory"].commands.run_selected(verb)  # type: ignore[attr-defined]

    def review(self) -> None:
        """Open the list of suggestions on the Memory page."""
        self._window.show_page("memory")
        self._window.pages["memory"].operators.open("review")  # type: ignore[attr-defined]

    # helpers

    def attach(self, cubes: tuple[Cube, ...] = ()) -> None:
        """Attach memories to the message that is being written; without any, choose what to attach."""
        self._chat_page("attach", cubes)

    def _on_memory_page(self, method: str, *arguments: object) -> None:
        self._window.show_page("memory")
        getattr(self._window.pages["memory"], method)(*arguments)

    def _chat_page(self, method: str, *arguments: object) -> None:
        self._window.show_page("chats")
        getattr(self._window.pages["chats"], method)(*arguments)

    def _scale(self, step: int) -> None:
        settings = self._context.workspace.settings
        if step == 0:
            settings.change(text_scale=1.0)
            return
        now = settings.value.text_scale
        others = [scale for scale in SCALES if (scale > now if step > 0 else scale < now)]
        if others:
            settings.change(text_scale=others[0] if step > 0 else others[-1])


def _text_field(window: "MainWindow") -> QLineEdit | QPlainTextEdit | QTextEdit | None:
    focused = window.focusWidget()
    return focused if isinstance(focused, QLineEdit | QPlainTextEdit | QTextEdit) else None


def _can(field: QLineEdit | QPlainTextEdit | QTextEdit, what: str) -> bool:
    if isinstance(field, QLineEdit):
        return field.isUndoAvailable() if what == "undo" else field.isRedoAvailable()
    if field.isReadOnly():
        return False
    return field.document().isUndoAvailable() if what == "undo" else field.document().isRedoAvailable()
