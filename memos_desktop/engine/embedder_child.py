"""The process behind `embedder.PackagedEmbedder`: torch and sentence_transformers live here."""

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from memos_desktop.child import serve

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Answer = tuple[dict[str, Any], list[NDArray[np.float32]]]

FEW = 4  # up to so many texts, handing work between threads costs more than it saves
BATCH = 32


def main(arguments: Sequence[str]) -> None:
    """Answer `embed` {texts} with one array, and `info`, until standard input closes.

    `arguments` has the folder of the model. It is loaded with the first call.
    """
    (folder,) = arguments
    model: list[Any] = []

    def loaded() -> Any:
        if not model:
            model.append(_load(folder))
        return model[0]

    def embed(values: dict[str, Any], _arrays: "list[NDArray[np.float32]]") -> "Answer":
        return {}, [_embed(loaded(), values["texts"])]

    def info(_values: dict[str, Any], _arrays: "list[NDArray[np.float32]]") -> "Answer":
        import sentence_transformers

        dimension = loaded().get_embedding_dimension()
        return {"dimension": dimension, "library": sentence_transformers.__version__}, []

    serve({"embed": embed, "info": info})


def _load(folder: str) -> Any:
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(folder, device="cpu", local_files_only=True)


def _embed(model: Any, texts: list[str]) -> "NDArray[np.float32]":
    import numpy as np
    import torch

    torch.set_num_threads(1 if len(texts) <= FEW else _cores())
    vectors = model.encode(
        texts, batch_size=BATCH, normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=False
    )
    return np.ascontiguousarray(vectors, np.float32)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
