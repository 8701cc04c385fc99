"""What the inspector asks beyond a cube itself: what was done with it, what several share, how two texts differ."""

from collections.abc import Sequence
from concurrent.futures import Future

from memos_desktop.app.jobs import SerialWorker
from memos_desktop.app.store import Store
from memos_desktop.memory.access import AccessLog, InCommon
from memos_desktop.memory.changes import Step
from memos_desktop.memory.word_diff import DiffPiece, word_diff
from memos_desktop.vault.access import AccessReader


class Inspection:
    """Reads only. Methods return futures."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._comparer: SerialWorker | None = None

    def log(self, id: str, limit: int = 200) -> "Future[AccessLog]":
        """Each use, change and export of a cube, newest first. Raises NotFoundError."""
        return self._store.read(lambda vault: AccessReader(vault.database).log(vault.cubes.resolve(id), limit))

    def steps(self, id: str, limit: int = 100) -> "Future[tuple[Step, ...]]":
        """The steps that changed a cube, newest first, without the notes of its uses. Raises NotFoundError."""
        return self._store.read(lambda vault: AccessReader(vault.database).steps(vault.cubes.resolve(id), limit))

    def in_common(self, ids: Sequence[str]) -> "Future[InCommon]":
        """What these cubes share: tags, scope, project, sensitivity, expiry."""
        return self._store.read(lambda vault: AccessReader(vault.database).in_common(ids))

    def diff(self, old: str, new: str) -> "Future[tuple[DiffPiece, ...]]":
        """What turns one long text into another, on a thread of its own: it may take a second."""
        if self._comparer is None:
            self._comparer = SerialWorker("comparing")
        return self._comparer.submit(word_diff, old, new)

    def close(self) -> None:
        """End the thread, if there is one."""
        if self._comparer is not None:
            self._comparer.close()
