"""The cycle collector runs on the Qt thread, and only there."""

import gc
import threading
import weakref

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from memos_desktop.ui.collector import Collector


class Knot:
    def __init__(self):
        self.itself = self


def tie(number):
    return [weakref.ref(Knot()) for _ in range(number)]


def test_workers_collect_nothing_and_the_qt_thread_does(qtbot):
    collector = Collector()
    try:
        threads: list[int] = []
        watch = lambda _phase, _info: threads.append(threading.get_ident())  # noqa: E731
        gc.callbacks.append(watch)
        knots: list[weakref.ref] = []
        worker = threading.Thread(target=lambda: knots.extend(tie(5_000)))
        worker.start()
        worker.join(30)
        assert not threads
        assert all(knot() is not None for knot in knots)
        assert collector.look() is not None
        gc.callbacks.remove(watch)
        assert set(threads) == {threading.get_ident()}
        assert all(knot() is None for knot in knots)
    finally:
        collector.end()
        collector.deleteLater()


def test_what_was_set_aside_is_collected_while_nobody_watches(qtbot):
    collector = Collector()
    try:
        knots = [Knot() for _ in range(10)]
        gone = [weakref.ref(knot) for knot in knots]
        gc.freeze()
        knots.clear()
        gc.collect()
        assert all(knot() is not None for knot in gone)
        QGuiApplication.instance().applicationStateChanged.emit(Qt.ApplicationState.ApplicationInactive)
        assert all(knot() is None for knot in gone)
        assert gc.get_freeze_count() > 0
    finally:
        collector.end()
        collector.deleteLater()


def test_what_survives_a_full_look_is_set_aside(qtbot, monkeypatch):
    collector = Collector()
    try:
        kept = [Knot() for _ in range(10)]
        before = gc.get_freeze_count()
        monkeypatch.setattr(gc, "get_count", lambda: (1000, 100, 100))
        assert collector.look() == 2
        assert gc.get_freeze_count() >= before + len(kept)
    finally:
        collector.end()
        collector.deleteLater()


def test_it_is_given_back(qtbot):
    collector = Collector()
    assert not gc.isenabled()
    collector.end()
    assert gc.isenabled()
    gc.disable()  # as every test with a window has it
    collector.deleteLater()
