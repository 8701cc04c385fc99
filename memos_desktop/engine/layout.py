"""The layout of the map: what must be computed for it, in a child process that is started for it and ended after it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from memos_desktop.child import Child, ChildError
from memos_desktop.engine.placing import FEW, main_directions, place
from memos_desktop.errors import IndexUnavailableError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float32]

HERE = 512
"""Up to so many memories are placed in this process: it takes milliseconds."""
HINT = "The map stays as it was. Start the program again; if that does not help, install it again."


class MapLayout:
    """One helper process for as long as it is open. Usable as a context; one call at a time."""

    def __init__(self) -> None:
        self._child = Child("layout")

    def __enter__(self) -> "MapLayout":
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def arrange(self, vectors: "Array") -> "Array":
        """Places (n, 2) within [-1, 1] for these vectors: what is alike lies together. n ≥ 1; 1,600 take seconds.

        Raises IndexUnavailableError when the helper process fails or is closed.
        """
        if len(vectors) < FEW:
            return main_directions(vectors)
        return self._call("arrange", {}, [vectors])

    def place(self, vectors: "Array", ids: Sequence[str], landmarks: "Array", places: "Array") -> "Array":
        """Places (n, 2) among landmarks, as `placing.place`. Raises IndexUnavailableError."""
        if len(vectors) <= HERE:
            return place(vectors, ids, landmarks, places)
        return self._call("place", {"ids": list(ids)}, [vectors, landmarks, places])

    def close(self) -> None:
        """End the helper process; a call under way fails with IndexUnavailableError."""
        self._child.close()

    def _call(self, method: str, values: dict[str, list[str]], arrays: "list[Array]") -> "Array":
        try:
            return self._child.call(method, values, arrays).arrays[0]
        except ChildError as error:
            raise IndexUnavailableError(f"The map could not be arranged: {error.message}.", HINT) from error
