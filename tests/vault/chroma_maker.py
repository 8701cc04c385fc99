"""Makes an index folder whose HNSW files are on the disk: Chroma writes them only now and then."""

import sys

import chromadb
from chromadb.config import Settings
from vault_values import random_units

from memos_desktop.vault.vector_index import collection_name

WIDTH, COUNT, EMBEDDER = 8, 120, "mini@1"


def main(folder: str) -> None:
    """One collection with COUNT vectors, synced at every 50."""
    name = collection_name(EMBEDDER, WIDTH)
    client = chromadb.PersistentClient(f"{folder}/{name}", Settings(anonymized_telemetry=False))
    settings = {"hnsw": {"space": "cosine", "sync_threshold": 50, "batch_size": 10}}
    collection = client.create_collection(name, configuration=settings, embedding_function=None)
    vectors = random_units(COUNT, WIDTH)
    for start in range(0, COUNT, 60):
        ids = [str(number + 1) for number in range(start, start + 60)]
        collection.upsert(ids=ids, embeddings=vectors[start : start + 60])


if __name__ == "__main__":
    main(sys.argv[1])
