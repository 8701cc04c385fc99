"""Rules for every test: no deadline by the clock of a shared machine, and no worker thread left behind."""

import threading

import pytest
from hypothesis import settings

settings.register_profile("shared-machine", deadline=None)
settings.load_profile("shared-machine")
WORKERS = frozenset(("vault", "index", "model", "recall", "files", "background", "states", "encoding"))


@pytest.fixture(autouse=True)
def _no_worker_left():
    before = {thread.ident for thread in threading.enumerate()}
    yield
    left = [t.name for t in threading.enumerate() if t.name in WORKERS and t.ident not in before]
    assert not left, f"the test left worker threads running: {left}"
