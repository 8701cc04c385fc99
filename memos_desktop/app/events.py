"""One broadcast of what changed; whoever shows something decides for itself whether it is stale."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Broadcast(Generic[T]):
    """Tells every subscriber. Callbacks run on the thread that publishes."""

    def __init__(self) -> None:
        self._callbacks: list[Callable[[T], None]] = []
        self._lock = threading.Lock()

    def subscribe(self, callback: Callable[[T], None]) -> Callable[[], None]:
        """Call `callback` from now on. Returns the function that ends it."""
        with self._lock:
            self._callbacks.append(callback)

        def unsubscribe() -> None:
            with self._lock:
                if callback in self._callbacks:
                    self._callbacks.remove(callback)

        return unsubscribe

    def publish(self, value: T) -> None:
        """Tell everybody."""
        with self._lock:
            callbacks = tuple(self._callbacks)
        for callback in callbacks:
            callback(value)
