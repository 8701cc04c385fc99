"""The vault: one data folder, opened by one process. This is the way into the layer.

A `Vault` and its parts are used on one thread at a time (the vault worker). When a method returns, what it
wrote is on the disk.
"""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from memos_desktop.memory.changes import Changes
from memos_desktop.paths import DataFolder
from memos_desktop.vault import backup, migrations
from memos_desktop.vault.blobs import BlobStore
from memos_desktop.vault.conversations import Conversations
from memos_desktop.vault.cube_numbers import CubeNumbers
from memos_desktop.vault.cubes import CubeStore
from memos_desktop.vault.database import Database, shared_address
from memos_desktop.vault.health import left_clean, mark_closed, refuse_damaged, refuse_emptied
from memos_desktop.vault.journal import Journal
from memos_desktop.vault.lock import FolderLock
from memos_desktop.vault.passages import Passages
from memos_desktop.vault.places import Places
from memos_desktop.vault.search import PassageSearch
from memos_desktop.vault.snapshots import Snapshots
from memos_desktop.vault.transaction import Transaction
from memos_desktop.vault.uses import UseLog


class Vault:
    """Where memory lives.

    Attributes:
        cubes: the shelf of MemCubes.
        numbers, places: the same by number, and where they lie on the map.
        uses: which answer used which cube, and what was proposed in vain.
        chats: chats and their messages.
        journal: steps, undo, redo.
        search: candidates for recall, and vectors.
        blobs: files by content hash.
        snapshots: named places in the journal.
        interrupted: how many answers were cut off when the program ended last time.

    """

    def __init__(self, database: Database, blobs: Path, folder: DataFolder | None = None) -> None:
        self.database = database
        self._folder = folder
        self._closing = contextlib.ExitStack()
        passages = Passages(database)
        self.journal = Journal(database, passages.derive)
        self.cubes = CubeStore(database, self.journal)
        self.numbers, self.places = CubeNumbers(database, self.cubes.lists), Places(database)
        self.uses = UseLog(database, self.journal)
        self.chats = Conversations(database, self.journal, passages)
        self.search = PassageSearch(database)
        self.blobs = BlobStore(database, blobs)
        self.snapshots = Snapshots(database)
        self.interrupted = self.chats.repair_interrupted()

    @classmethod
    def open(cls, folder: DataFolder) -> "Vault":
        """Open the vault of a data folder, or make a new one.

        Raises VaultError when the folder is in use by another process, cannot be written, is full, is
        damaged, or was written by a newer version.
        """
        with contextlib.ExitStack() as stack:
            lock = FolderLock(folder.lock)
            stack.callback(lock.release)
            refuse_emptied(folder)
            trusted = left_clean(folder) or not folder.database.is_file()
            database = Database(folder.database)
            stack.callback(database.close)
            if not trusted:
                refuse_damaged(database)
            migrations.migrate(database, lambda: backup.create(folder, "before-migration", database))
            vault = cls(database, folder.blobs, folder)
            vault._closing = stack.pop_all()
            return vault

    @classmethod
    def open_in_memory(cls) -> "Vault":
        """An empty vault that leaves nothing on the disk; its blobs are in a temporary folder."""
        with contextlib.ExitStack() as stack:
            blobs = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="memos-")))
            database = Database(None, shared_address())
            stack.callback(database.close)
            migrations.migrate(database, lambda: None)
            vault = cls(database, blobs)
            vault._closing = stack.pop_all()
            return vault

    @contextlib.contextmanager
    def step(self, label: str, actor: str = "user", reason: str = "") -> Iterator[Transaction]:
        """Make everything written inside one undo step; its `changes` are complete afterwards."""
        with self.journal.step(label, actor, reason) as step:
            yield step

    def undo(self) -> Changes | None:
        """Short for `journal.undo`."""
        return self.journal.undo()

    def redo(self) -> Changes | None:
        """Short for `journal.redo`."""
        return self.journal.redo()

    def close(self) -> None:
        """Close the file and let other processes in. Calling it twice is harmless."""
        self.database.close()
        if self._folder is not None:
            mark_closed(self._folder)
            self._folder = None
        self._closing.close()
