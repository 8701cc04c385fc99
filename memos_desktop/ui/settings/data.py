"""Where the data lies, how much there is, and what keeps it safe."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl

from memos_desktop.errors import MemosError
from memos_desktop.memory.changes import Changes
from memos_desktop.ui.cubes.words import counted, memories, path_text, size
from memos_desktop.ui.page import Context
from memos_desktop.ui.settings.rows import Section
from memos_desktop.ui.widgets import button

if TYPE_CHECKING:
    from memos_desktop.app.indexing import IndexStatus
    from memos_desktop.app.library import Counts
    from memos_desktop.vault.backup import Backup
    from memos_desktop.vault.check import CheckReport

INDEX = {
    "ready": "ready",
    "rebuilding": "being built again; search by words works meanwhile",
    "missing": "not built yet; search by words works",
    "off": "asleep; it wakes with the first question",
}


class DataSection(Section):
    """Folder, counts, index, check and backup; what is shown is read again at each visit."""

    def __init__(self, context: Context) -> None:
        super().__init__("Data")
        self._context = context
        workspace = context.workspace
        self.open = button("Open folder", "", "folder", context.icons)
        self.rebuild = button("Build again")
        self.check = button("Check now")
        self.backup = button("Back up now")
        self.counts = self.add("Data folder", f"{path_text(workspace.folder.root)}\n", self.open)
        self.index = self.add("Search by meaning", "…", self.rebuild)
        self.health = self.add(
            "Check", "Reads everything and compares what is derived with what it comes from.", self.check
        )
        self.saved = self.add("Backup", f"Copies go to {path_text(workspace.folder.backups)}", self.backup)
        self.open.clicked.connect(self._open_folder)
        self.rebuild.clicked.connect(self._rebuild)
        self.check.clicked.connect(self._check)
        self.backup.clicked.connect(self._backup)

    def refresh(self) -> None:
        """Read counts and the state of the index."""
        workspace, bridge = self._context.workspace, self._context.bridge
        bridge.then(workspace.library.counts(), self._show_counts)
        bridge.then(workspace.recall.index_state(), self._show_index)

    def on_changes(self, changes: Changes) -> None:
        """Something was written: read again if it is shown here."""
        if changes.index or changes.cubes or changes.messages:
            self.refresh()

    def _show_counts(self, found: "Counts") -> None:
        said = ", ".join((memories(found.cubes), counted(found.chats, "chat"), counted(found.messages, "message")))
        self.counts.setText(f"{path_text(self._context.workspace.folder.root)}\n{said}")

    def _show_index(self, found: "IndexStatus") -> None:
        waiting = f", {found.pending:,} wait to be read" if found.pending else ""
        self.index.setText(
            f"The index is {INDEX.get(found.state, found.state)}. {counted(found.vectors, 'entry', 'entries')}"
            f"{waiting}. {found.engine}, {found.embedder}"
        )

    def _open_folder(self) -> None:
        root = self._context.workspace.folder.root
        self._context.prompter.browse(QUrl.fromLocalFile(str(root)))

    def _rebuild(self) -> None:
        self.rebuild.setEnabled(False)
        job = self._context.workspace.recall.rebuild_index()
        self._context.bridge.then(job.future, self._rebuilt, self._not_rebuilt, receiver=self)

    def _rebuilt(self, _result: object) -> None:
        self.rebuild.setEnabled(True)
        self._context.toasts.say("The index has been built again.")
        self.refresh()

    def _not_rebuilt(self, error: MemosError) -> None:
        self.rebuild.setEnabled(True)
        self._context.toasts.error(error)
        self.refresh()

    def _check(self) -> None:
        self.check.setEnabled(False)
        job = self._context.workspace.check()
        self._context.bridge.then(job.future, self._checked, self._not_checked, receiver=self)

    def _checked(self, report: "CheckReport") -> None:
        self.check.setEnabled(True)
        if report.ok:
            self.health.setText("Everything is in order.")
            return
        self.health.setText(f"{counted(len(report.problems), 'problem')} found.")
        self._context.prompter.message(
            self.window(),
            "The check found problems",
            "Close the program and run “memos-desktop check --repair”: it makes a backup first and then makes "
            "anew what can be derived.",
            "\n".join(report.problems),
        )

    def _not_checked(self, error: MemosError) -> None:
        self.check.setEnabled(True)
        self._context.toasts.error(error)

    def _backup(self) -> None:
        self.backup.setEnabled(False)
        self._context.bridge.then(self._context.workspace.backup(), self._backed_up, self._not_backed_up)

    def _backed_up(self, made: "Backup") -> None:
        self.backup.setEnabled(True)
        self.saved.setText(f"Made just now: {path_text(made.path)} ({size(made.bytes)})")
        self._context.toasts.say(f"Backup made: {made.name}")

    def _not_backed_up(self, error: MemosError) -> None:
        self.backup.setEnabled(True)
        self._context.toasts.error(error)
