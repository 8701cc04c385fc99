"""The one way from worker threads to the Qt thread: results, errors and events arrive as queued calls.

Workers never touch a widget. A result whose receiver has been destroyed meanwhile is dropped. A known error
(MemosError) that nobody handles is shown to the person; anything else is a bug: it is logged with its
traceback and reported as one. A cancel is neither.
"""

import contextlib
import logging
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from typing import Any, TypeVar

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal, Slot

from memos_desktop.errors import Cancelled, MemosError, NotFoundError

log = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class _Delivery:
    """One call to make on the Qt thread, for as long as `receiver` lives."""

    receiver: QObject | None
    function: Callable[[Any], None]
    value: Any


class Bridge(QObject):
    """Delivers to the thread it was made on, the Qt thread.

    Signals:
        failed(MemosError): a known error that no `on_error` took; show it.
        bug(BaseException): an unexpected error, already logged; say that the program is at fault.
    """

    failed = Signal(object)
    bug = Signal(object)
    _arrived = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._arrived.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def then(
        self,
        future: "Future[T]",
        on_result: Callable[[T], None],
        on_error: Callable[[MemosError], None] | None = None,
        *,
        receiver: QObject | None = None,
    ) -> None:
        """Call `on_result` on the Qt thread when `future` is done, or `on_error` with a known error.

        The receiver is the QObject whose method `on_result` is; name it when a plain function is passed.
        """
        owner = receiver or _owner(on_result)

        def settle(done: "Future[T]") -> None:
            self._settle(done, owner, on_result, on_error)

        future.add_done_callback(lambda done: self._post(_Delivery(owner, settle, done)))

    def relay(self, slot: Callable[[T], None], *, receiver: QObject | None = None) -> Callable[[T], None]:
        """A function that any thread may call; `slot` is then called with the value on the Qt thread."""
        owner = receiver or _owner(slot)
        return lambda value: self._post(_Delivery(owner, slot, value))

    def _settle(
        self,
        future: "Future[T]",
        owner: QObject | None,
        on_result: Callable[[T], None],
        on_error: Callable[[MemosError], None] | None,
    ) -> None:
        try:
            result = future.result()
        except (Cancelled, CancelledError):
            return
        except MemosError as error:
            (on_error or self.failed.emit)(error)
        except Exception as error:
            self.report_bug(error)
        else:
            on_result(result)

    def unless_gone(self, error: MemosError) -> None:
        """An `on_error` for what may be removed meanwhile: who shows it hears of that anyway. The rest is told."""
        if not isinstance(error, NotFoundError):
            self.failed.emit(error)

    def report_bug(self, error: BaseException) -> None:
        """Log an unexpected error with its traceback and tell the window."""
        log.error("unexpected error", exc_info=error)
        self.bug.emit(error)

    def _post(self, delivery: _Delivery) -> None:
        with contextlib.suppress(RuntimeError):  # the window is gone: there is nobody left to tell
            self._arrived.emit(delivery)

    @Slot(object)
    def _deliver(self, delivery: _Delivery) -> None:
        if delivery.receiver is None or shiboken6.isValid(delivery.receiver):
            delivery.function(delivery.value)


def _owner(function: Callable[..., None]) -> QObject | None:
    owner = getattr(function, "__self__", None)
    return owner if isinstance(owner, QObject) else None
