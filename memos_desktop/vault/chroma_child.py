"""The child process that owns Chroma. It gets ids and vectors, never text, and may crash without harm.

Calls: `open`, `query`, `upsert`, `delete`, `count`, `ids`. Only get, query, upsert, delete and count of
Chroma's collection are used, so the same lines would serve a Chroma server.
"""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from memos_desktop.child import serve

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float32]
    Answer = tuple[dict[str, Any], list[Array]]

BATCH = 1000
PROBED = 1000  # damage shows only where a search comes by, so the probe looks far around
# ef_search 100 finds some 99 of the true 100 nearest. The index file is written whole at each sync: rarely is
# better, what is not in it yet is replayed from Chroma's own log.
HNSW = {
    "space": "cosine", "max_neighbors": 16, "ef_construction": 100, "ef_search": 120,
    "batch_size": 500, "sync_threshold": 10_000, "num_threads": max(1, (os.cpu_count() or 2) // 2),
}  # fmt: skip


class ChromaFolder:
    """One Chroma folder with one collection."""

    def __init__(self, folder: Path, name: str) -> None:
        import chromadb
        from chromadb.config import Settings

        folder.mkdir(parents=True, exist_ok=True)
        os.chdir(folder)  # Settings reads a .env of the working directory: never that of the user's shell
        settings = Settings(anonymized_telemetry=False, is_persistent=True, persist_directory=str(folder))
        client = chromadb.PersistentClient(str(folder), settings)
        self._collection = client.get_or_create_collection(
            name, configuration={"hnsw": HNSW}, embedding_function=None
        )

    def open(self, values: dict[str, Any], _arrays: "list[Array]") -> "Answer":
        """Search once, and widely, so that damage shows now. Values: dimension."""
        import numpy as np

        count = self._collection.count()
        if count:
            probe = np.full(values["dimension"], values["dimension"] ** -0.5, dtype=np.float32)
            wanted = min(count, PROBED)
            found, _ = self._nearest(probe, wanted)
            if len(found) < wanted:
                raise RuntimeError(f"the index has {count} vectors and finds {len(found)}")
        return {"count": count}, []

    def query(self, values: dict[str, Any], arrays: "list[Array]") -> "Answer":
        """The `k` nearest ids and, as an array, their cosines."""
        import numpy as np

        # More than there are is no error; to count them first would take three times as long as the query.
        ids, distances = self._nearest(arrays[0], values["k"])
        return {"ids": ids}, [1.0 - np.asarray(distances, dtype=np.float32)]

    def upsert(self, values: dict[str, Any], arrays: "list[Array]") -> "Answer":
        """Add or replace vectors."""
        ids, array = values["ids"], arrays[0]
        for start in range(0, len(ids), BATCH):
            piece = [str(number) for number in ids[start : start + BATCH]]
            self._collection.upsert(ids=piece, embeddings=array[start : start + BATCH])
        return {}, []

    def delete(self, values: dict[str, Any], _arrays: "list[Array]") -> "Answer":
        """Remove vectors; unknown ids are no error."""
        for piece in _pieces(values["ids"]):
            known = self._collection.get(ids=[str(number) for number in piece], include=[])["ids"]
            if known:
                self._collection.delete(ids=known)
        return {}, []

    def count(self, _values: dict[str, Any], _arrays: "list[Array]") -> "Answer":
        """How many vectors there are."""
        return {"count": self._collection.count()}, []

    def ids(self, _values: dict[str, Any], _arrays: "list[Array]") -> "Answer":
        """Every id."""
        return {"ids": [int(name) for name in self._collection.get(include=[])["ids"]]}, []

    def _nearest(self, vector: "Array", k: int) -> tuple[list[int], list[float]]:
        found = self._collection.query(query_embeddings=[vector], n_results=k, include=["distances"])
        return [int(name) for name in found["ids"][0]], found["distances"][0]


def _pieces(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), BATCH):
        yield ids[start : start + BATCH]


def main(arguments: list[str]) -> None:
    """Serve the folder and collection that the arguments name, until standard input closes."""
    folder, name = Path(arguments[0]).absolute(), arguments[1]
    opened: list[ChromaFolder] = []

    def ready() -> ChromaFolder:
        if not opened:
            opened.append(ChromaFolder(folder, name))
        return opened[0]

    serve({
        "open": lambda values, arrays: ready().open(values, arrays),
        "query": lambda values, arrays: ready().query(values, arrays),
        "upsert": lambda values, arrays: ready().upsert(values, arrays),
        "delete": lambda values, arrays: ready().delete(values, arrays),
        "count": lambda values, arrays: ready().count(values, arrays),
        "ids": lambda values, arrays: ready().ids(values, arrays),
    })  # fmt: skip
