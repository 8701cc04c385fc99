"""The index of vectors: Chroma in a child process. It holds nothing that cannot be made again from SQLite.

Whatever goes wrong with it, missing folder, truncated file, crash, the state becomes "missing" and
`IndexUnavailableError` is raised; the owner then rebuilds it, and uses `brute` and keyword search until it is
ready.
"""

import re
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from memos_desktop.child import Child, ChildError, Reply
from memos_desktop.errors import IndexUnavailableError
from memos_desktop.progress import Progress

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float32]
    Piece = tuple[Sequence[int], Array]

Values = dict[str, Any]
State = Literal["ready", "rebuilding", "missing"]
BATCH = 1000
BUILDING = ".building"
OLD = ".old"


class VectorIndex:
    """Nearest vectors of one embedder at a time. Used on the index worker; one call at a time.

    `folder` is the place of all indexes; each embedder and dimension has a folder of its own in it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._name = ""
        self._dimension = 0
        self._child: Child | None = None
        self._state: State = "missing"

    @property
    def state(self) -> State:
        """Whether it answers queries, is being made, or has to be made."""
        return self._state

    def open(self, embedder_id: str, dimension: int) -> State:
        """Open the index of this embedder and probe it; returns the state. Never raises for a damaged one."""
        self.close()
        self._name, self._dimension = collection_name(embedder_id, dimension), dimension
        _remove(self._place(BUILDING), self._place(OLD))
        if not (self._place() / "chroma.sqlite3").is_file():  # Chroma would make an empty one in silence
            return self._state
        self._child = Child("index", str(self._place()), self._name)
        try:
            self._call("open", {"dimension": dimension})
        except IndexUnavailableError:
            return self._state
        self._state = "ready"
        return self._state

    def query(self, vector: "Array", k: int) -> list[tuple[int, float]]:
        """The `k` nearest passages with their cosine, nearest first.

        Raises IndexUnavailableError unless ready.
        """
        self._require_ready()
        reply = self._call("query", {"k": k}, (vector,))
        return list(zip(reply.values["ids"], reply.arrays[0].tolist(), strict=True))

    def upsert(self, ids: Sequence[int], array: "Array") -> None:
        """Add or replace the vectors of passages, while it is ready or being made."""
        if self._state == "missing":
            raise _unavailable("it has to be built first")
        for start in range(0, len(ids), BATCH):
            end = start + BATCH
            self._call("upsert", {"ids": list(ids[start:end])}, (array[start:end],))

    def delete(self, ids: Sequence[int]) -> None:
        """Remove passages; unknown ones are no error."""
        if self._state == "missing":
            raise _unavailable("it has to be built first")
        if ids:
            self._call("delete", {"ids": list(ids)})

    def count(self) -> int:
        """How many vectors it holds."""
        return int(self._call("count").values["count"])

    def ids(self) -> list[int]:
        """Which passages it holds, to compare with the vault."""
        return list(self._call("ids").values["ids"])

    def begin_rebuild(self) -> None:
        """Start a new index beside the old one.

        `upsert` then feeds it, and `finish_rebuild` puts it in place.
        """
        if not self._name:
            raise ValueError("open() names the embedder first")
        self.close()
        _remove(self._place(BUILDING))
        if self._folder.is_file():
            _remove(self._folder)
        self._child = Child("index", str(self._place(BUILDING)), self._name)
        self._state = "rebuilding"
        self._call("open", {"dimension": self._dimension})

    def finish_rebuild(self) -> None:
        """Swap the new index for the old one and open it.

        Raises IndexUnavailableError where it cannot be opened.
        """
        if self._state != "rebuilding":
            raise _unavailable("no rebuild is under way")
        self._end_child()
        try:
            _remove(self._place(OLD))
            if self._place().exists():
                self._place().rename(self._place(OLD))
            self._place(BUILDING).rename(self._place())
            _remove(self._place(OLD))
        except OSError as error:
            raise _unavailable(f"its folder could not be replaced: {error}") from error
        self._child = Child("index", str(self._place()), self._name)
        self._call("open", {"dimension": self._dimension})
        self._state = "ready"

    def rebuild(self, pairs: "Iterable[Piece]", progress: Progress | None = None) -> None:
        """Make the index again from pieces of (ids, vectors).

        Raises Cancelled; the state is "missing" then.
        """
        progress = progress or Progress()
        self.begin_rebuild()
        done = 0
        try:
            for ids, array in pairs:
                progress.check()
                self.upsert(ids, array)
                done += len(ids)
                progress.update(done)
            self.finish_rebuild()
        except BaseException:
            self.close()
            raise

    def discard(self) -> int:
        """Remove the folders of all embedders. The state is "missing" then. Returns how many files are left."""
        self.close()
        _remove(self._folder)
        return sum(1 for _ in self._folder.rglob("*")) if self._folder.exists() else 0

    def close(self) -> None:
        """End the child process. The state is "missing" until the next `open`; half an index is removed."""
        half = self._state == "rebuilding"
        self._end_child()
        if half:  # on a full disk it would take the room that the vault needs
            _remove(self._place(BUILDING))

    def _end_child(self) -> None:
        if self._child is not None:
            self._child.close()
            self._child = None
        self._state = "missing"

    @staticmethod
    def brute(vector: "Array", ids: Sequence[int], matrix: "Array", k: int = 100) -> list[tuple[int, float]]:
        """The `k` nearest rows of `matrix` by comparing with all: the way until the index is ready."""
        import numpy as np

        if not len(ids):
            return []
        cosines = matrix @ vector
        best = np.argpartition(-cosines, min(k, len(ids)) - 1)[:k]
        best = best[np.argsort(-cosines[best], kind="stable")]
        return [(int(ids[row]), float(cosines[row])) for row in best]

    def _call(self, method: str, values: Values | None = None, arrays: "Sequence[Array]" = ()) -> Reply:
        if self._child is None:
            raise _unavailable("it is not open")
        try:
            return self._child.call(method, values, arrays)
        except ChildError as error:
            self.close()
            raise _unavailable(error.message) from error

    def _require_ready(self) -> None:
        if self._state != "ready":
            building = self._state == "rebuilding"
            raise _unavailable("it is being rebuilt" if building else "it has to be built first")

    def _place(self, ending: str = "") -> Path:
        return self._folder / (self._name + ending)


def collection_name(embedder_id: str, dimension: int) -> str:
    """A name that Chroma accepts, for this embedder and dimension."""
    plain = re.sub(r"[^a-zA-Z0-9_-]+", "-", embedder_id).strip("-_")[:80]
    return f"v-{plain}-{dimension}"


def _unavailable(reason: str) -> IndexUnavailableError:
    return IndexUnavailableError(
        f"The vector index cannot be used: {reason}. Keyword search goes on and no memory is lost.",
        "It is rebuilt by itself; if it fails again, look at the log.",
    )


def _remove(*folders: Path) -> None:
    for folder in folders:
        if folder.is_file():  # not by us; it stands in the way all the same
            folder.unlink()
        shutil.rmtree(folder, ignore_errors=True)
