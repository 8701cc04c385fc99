"""Results, errors and events come to the Qt thread, and nowhere else."""

import logging
import threading
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
import shiboken6
from PySide6.QtCore import QObject, Signal, Slot
from pytestqt.qtbot import QtBot

from memos_desktop.errors import Cancelled, MemosError, NotFoundError, UserError, VaultError
from memos_desktop.ui.bridge import Bridge


class Receiver(QObject):
    """Notes what arrives, and on which thread."""

    arrived = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.got: list[object] = []
        self.threads: set[int] = set()

    @Slot(object)
    def take(self, value: object) -> None:
        self.got.append(value)
        self.threads.add(threading.get_ident())
        self.arrived.emit(value)


def test_a_result_arrives_on_the_qt_thread(qtbot: QtBot) -> None:
    bridge, receiver = Bridge(), Receiver()
    with ThreadPoolExecutor(1) as pool, qtbot.waitSignal(receiver.arrived):
        bridge.then(pool.submit(lambda: {"a": (1, None)}), receiver.take)
    assert receiver.got == [{"a": (1, None)}]
    assert receiver.threads == {threading.get_ident()}


def test_a_finished_future_is_delivered_later_and_not_at_once(qtbot: QtBot) -> None:
    bridge, receiver = Bridge(), Receiver()
    future: Future[int] = Future()
    future.set_result(7)
    with qtbot.waitSignal(receiver.arrived):
        bridge.then(future, receiver.take)
        assert receiver.got == []
    assert receiver.got == [7]


def test_nothing_is_delivered_to_a_destroyed_receiver(qtbot: QtBot) -> None:
    bridge, gone, alive = Bridge(), Receiver(), Receiver()
    future: Future[int] = Future()
    taken = gone.got
    bridge.then(future, gone.take)
    bridge.then(future, alive.take)
    shiboken6.delete(gone)
    with qtbot.waitSignal(alive.arrived):
        future.set_result(1)
    assert taken == []


def test_a_known_error_goes_to_its_handler(qtbot: QtBot) -> None:
    bridge, receiver = Bridge(), Receiver()
    future: Future[int] = Future()
    error = UserError("no", "do it otherwise")
    with qtbot.waitSignal(receiver.arrived):
        bridge.then(future, lambda _value: None, receiver.take, receiver=receiver)
        future.set_exception(error)
    assert receiver.got == [error]


def test_a_known_error_without_handler_is_told_to_the_window(qtbot: QtBot) -> None:
    bridge, receiver = Bridge(), Receiver()
    future: Future[int] = Future()
    with qtbot.waitSignal(bridge.failed) as told:
        bridge.then(future, receiver.take)
        future.set_exception(MemosError("no"))
    assert told.args[0].message == "no"
    assert receiver.got == []


def test_anything_else_is_a_bug_and_is_logged(qtbot: QtBot, caplog: pytest.LogCaptureFixture) -> None:
    bridge, receiver = Bridge(), Receiver()
    future: Future[int] = Future()
    with caplog.at_level(logging.ERROR), qtbot.waitSignal(bridge.bug) as told:
        bridge.then(future, receiver.take, receiver.take)
        future.set_exception(ZeroDivisionError("oops"))
    assert isinstance(told.args[0], ZeroDivisionError)
    assert "oops" in caplog.text
    assert receiver.got == []


def test_a_cancel_is_silent(qtbot: QtBot) -> None:
    bridge, receiver, after = Bridge(), Receiver(), Receiver()
    heard: list[object] = []
    bridge.failed.connect(heard.append)
    bridge.bug.connect(heard.append)
    stopped: Future[int] = Future()
    stopped.set_exception(Cancelled())
    withdrawn: Future[int] = Future()
    withdrawn.cancel()
    withdrawn.set_running_or_notify_cancel()
    last: Future[int] = Future()
    last.set_result(0)
    with qtbot.waitSignal(after.arrived):
        bridge.then(stopped, receiver.take)
        bridge.then(withdrawn, receiver.take)
        bridge.then(last, after.take)
    assert receiver.got == [] and heard == []


def test_events_keep_their_order(qtbot: QtBot) -> None:
    bridge, receiver = Bridge(), Receiver()
    post = bridge.relay(receiver.take)
    worker = threading.Thread(target=lambda: [post(number) for number in range(200)])
    worker.start()
    qtbot.waitUntil(lambda: len(receiver.got) == 200)
    worker.join()
    assert receiver.got == list(range(200))
    assert receiver.threads == {threading.get_ident()}


def test_what_is_gone_is_no_failure_and_everything_else_is(qtbot: QtBot) -> None:
    bridge, told = Bridge(), []
    bridge.failed.connect(told.append)
    broken = VaultError("the disk is full")
    bridge.unless_gone(NotFoundError("it was removed"))
    bridge.unless_gone(broken)
    assert told == [broken]
