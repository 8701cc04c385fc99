"""The process behind `layout.MapLayout`: scikit-learn lives here, and the arithmetic that would hold the window up."""

import contextlib
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from memos_desktop.child import serve
from memos_desktop.engine.placing import main_directions, normalised, place

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Answer = tuple[dict[str, Any], list[NDArray[np.float32]]]

PERPLEXITY = 30
SEED = 1
POLITE = 10


def main(arguments: Sequence[str]) -> None:
    """Answer `arrange` [vectors] with their places, and `place` {ids} [vectors, landmarks, places] with places.

    Runs until standard input closes.
    """
    with contextlib.suppress(OSError, AttributeError):  # chats and the window come first, where the system knows how
        os.nice(POLITE)

    def arrange(_values: dict[str, Any], arrays: "list[NDArray[np.float32]]") -> "Answer":
        return {}, [_arrange(arrays[0])]

    def place_among(values: dict[str, Any], arrays: "list[NDArray[np.float32]]") -> "Answer":
        vectors, landmarks, places = arrays
        return {}, [place(vectors, values["ids"], landmarks, places)]

    serve({"arrange": arrange, "place": place_among})


def _arrange(vectors: "NDArray[np.float32]") -> "NDArray[np.float32]":
    """Neighbours stay neighbours, of at least FEW: t-SNE (van der Maaten, Hinton 2008) from the two main directions."""
    from sklearn.manifold import TSNE

    perplexity = min(PERPLEXITY, (len(vectors) - 1) / 3)
    start = main_directions(vectors) * 1e-4
    made = TSNE(2, perplexity=perplexity, init=start, random_state=SEED, max_iter=500).fit_transform(vectors)
    return normalised(made)
