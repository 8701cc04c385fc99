"""Rules for every test: no deadline by the clock of a shared machine, and no worker thread left behind."""

import gc
import threading

import pytest
from hypothesis import settings

settings.register_profile("shared-machine", deadline=None)
settings.load_profile("shared-machine")
WORKERS = frozenset(("vault", "index", "model", "recall", "files", "background", "states", "encoding", "past"))


@pytest.fixture(autouse=True)
def _no_worker_left():
    before = {thread.ident for thread in threading.enumerate()}
    yield
    left = [t.name for t in threading.enumerate() if t.name in WORKERS and t.ident not in before]
    assert not left, f"the test left worker threads running: {left}"


@pytest.fixture(autouse=True)
def _collected_on_the_qt_thread(request):
    """Python's collector runs on whichever thread allocates. Where that is a worker, it hands the widgets of an earlier
    test to the Qt thread to be deleted, which may have deleted them by then: the process ends. So it runs here only."""
    if "qtbot" not in request.fixturenames:
        yield
        return
    gc.disable()
    if not gc.get_freeze_count():  # what is imported by now stays: looking at it after each test took a minute in all
        gc.collect()
        gc.freeze()
    yield
    _delete_windows()
    gc.collect()
    gc.enable()


def _delete_windows():
    """What a test left open would get every new theme after it: with dozens of windows that takes minutes."""
    from PySide6.QtCore import QEvent
    from PySide6.QtWidgets import QApplication

    for window in QApplication.topLevelWidgets():
        if window.parent() is None:
            window.close()
            window.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
