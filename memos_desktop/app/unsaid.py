"""What is forgotten while answers are being written: they saw it in their context, and must not write it down again."""

import threading
from collections.abc import Mapping
from typing import Any

from memos_desktop.memory.forgetting import Words


class Unsaid:
    """Tells answers under way what was forgotten since they began. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: set[Ears] = set()

    def listen(self) -> "Ears":
        """Hear what is forgotten from now on, until `close`. Made on the vault's thread, it misses nothing."""
        ears = Ears(self)
        with self._lock:
            self._open.add(ears)
        return ears

    def forget(self, words: Words) -> None:
        """These words are gone, from what was said too."""
        with self._lock:
            for ears in self._open:
                ears.heard += (words,)

    def close(self, ears: "Ears") -> None:
        """It has ended."""
        with self._lock:
            self._open.discard(ears)


class Ears:
    """What one answer heard. Asked on the vault's thread, it is in step with what is removed there.

    Attributes:
        heard: what was forgotten since it began.

    """

    def __init__(self, unsaid: Unsaid) -> None:
        self.heard: tuple[Words, ...] = ()
        self._unsaid = unsaid

    def out_of(self, text: str) -> str:
        """A text without it."""
        for words in self.heard:
            text = words.out_of(text)
        return text

    def out_of_receipt(self, receipt: Mapping[str, Any]) -> dict[str, Any]:
        """A receipt without it."""
        cleaned = dict(receipt)
        for words in self.heard:
            cleaned = words.out_of_receipt(cleaned)
        return cleaned

    def close(self) -> None:
        """Hear no more."""
        self._unsaid.close(self)
