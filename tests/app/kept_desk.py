"""What tests of kept states do over and over: open a workspace with a tiny real model, talk, look at the files."""

import contextlib
import os
import shutil
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

from app_values import no_embedder, send

from memos_desktop.app.events import Broadcast
from memos_desktop.app.jobs import Urgency
from memos_desktop.app.measured import Measured
from memos_desktop.app.settings import SettingsStore
from memos_desktop.app.workspace import Workspace
from memos_desktop.engine.base import Sampling
from memos_desktop.ids import new_id, now
from memos_desktop.memory.cube import Cube, CubeFilter, Descriptive, Kind, SemanticType
from memos_desktop.memory.message import MemoryMode
from memos_desktop.paths import DataFolder

GREEDY = Sampling(temperature=0.0, max_tokens=24)
LONGER = Sampling(temperature=0.0, max_tokens=64)
FIRST = "The tide at Lantern Point was lower than anybody here remembers, and the pier stood dry until noon. Why?"
SECOND = "What came after that, when the boats could not leave the harbour any more?"
THIRD = "Who told the keeper?"
SURVEY = " ".join(f"On day {n} we counted {7 * n} shoots near buoy {n}." for n in range(14))
HERONS = " ".join(f"Nest {n} holds {n % 4} eggs and faces the wind." for n in range(14))


class KeptDesk:
    """Opens workspaces on one data folder, one after the other, with a model and figures that let it attach."""

    def __init__(self, folder, model, identity):
        self.folder = folder
        self.model = model
        self.identity = identity
        self._open = None

    def open(self, embedder=None, **settings):
        """A fresh workspace, as the next start of the program has it; the one before is closed."""
        self.close()
        self.folder.root.mkdir(parents=True, exist_ok=True)
        chosen = {"model": str(self.model), "context_length": 2048, "threads": 1, "sampling": GREEDY, **settings}
        SettingsStore(self.folder.settings, Broadcast()).change(**chosen)
        self._open = Workspace.open(self.folder, embedder=embedder or no_embedder())
        return self._open

    def trust(self, kl=0.01):
        """Say how well the model reads attached cells, before a workspace is opened."""
        self.folder.root.mkdir(parents=True, exist_ok=True)
        Measured(self.folder.measured).change(self.identity.digest, kl=kl)

    @contextlib.contextmanager
    def cold(self, tmp_path):
        """The same data without kept states, at the side."""
        self.close()
        copy = DataFolder(tmp_path / "cold")
        shutil.copytree(self.folder.root, copy.root, ignore=shutil.ignore_patterns("states", "lock"))
        cold = KeptDesk(copy, self.model, self.identity)
        try:
            yield cold
        finally:
            cold.close()
            shutil.rmtree(copy.root)

    def close(self):
        if self._open is not None:
            self._open.close()
            self._open = None


def say(workspace, text=FIRST, **request):
    """A turn with memory off, of which everything that can be kept is kept when this returns."""
    result = send(workspace, text, **{"memory": MemoryMode.OFF, **request})
    settle(workspace)
    return result


def settle(workspace):
    workspace.turns.settled().result(30)


def cold_answer(workspace, text=SECOND, **request):
    """The answer of a model that has read nothing yet and finds nothing kept."""
    workspace.activation.prune(0).result(30)
    workspace.models.reset().result(30)
    result = say(workspace, text, **request)
    assert (result.stats.tier, result.stats.reused_tokens) == ("none", 0)
    return result.answer.text


def tidied(workspace):
    """What the program does after it was started, and what follows from that on the thread that removes states."""
    workspace.housekeeping.begin().result(30)
    workspace._kept._writer.call(lambda: None, urgency=Urgency.IDLE)


def grown_older(monkeypatch):
    """From now on the bin was filled a month ago."""
    later = now() + timedelta(days=31)
    monkeypatch.setattr("memos_desktop.app.housekeeping.now", lambda: later)


def files(folder):
    return sorted(folder.states.glob("*"))


def rows(workspace):
    return workspace.activation.rows().result(10)


def owned(workspace, id):
    """What is kept of a chat or a cube."""
    return [row for row in rows(workspace) if row.owner_id == id]


def document(workspace, text=SURVEY, title="The survey"):
    return workspace.library.add(text, type=SemanticType.DOCUMENT, title=title).result(10)


def ready(workspace, *cubes):
    """Keep them ready as KV."""
    return workspace.activation.migrate([cube.id for cube in cubes], Kind.ACTIVATION).future.result(30)


def shelf(workspace, **wanted):
    return workspace.library.page(CubeFilter(**wanted), 0, 100).result(10).cubes


def preview(workspace, *cubes, target=Kind.ACTIVATION):
    return workspace.activation.preview([cube.id for cube in cubes], target).result(10)


def forms(workspace, cube):
    return workspace.activation.forms(cube.id).result(10)


def decode(workspace, cube):
    return workspace.activation.migrate([cube.id], Kind.PLAINTEXT).future.result(30)[0]


def get(workspace, id):
    return workspace.library.cube(id).result(10)


def shelve(workspace, payload, **values):
    """A cube of any kind, as it is."""
    moment = now()
    cube = Cube(new_id(), 1, moment, moment, payload, Descriptive("Shelved"), **values)
    workspace._store.apply(lambda vault: vault.cubes.add(cube))
    return cube


def forms_of(result):
    """In which form each memory came, by id."""
    return {decision.recalled.id: decision.form for decision in result.receipt.injected}


def reason_of(result, id):
    return next(decision.reason for decision in result.receipt.decisions if decision.recalled.id == id)


@contextlib.contextmanager
def held(worker):
    """Keeps a worker busy, so that what is asked of it waits."""
    gate, begun = threading.Event(), threading.Event()

    def wait():
        begun.set()
        gate.wait(30)

    worker.submit(wait, urgency=Urgency.NOW)
    assert begun.wait(30)
    try:
        yield
    finally:
        gate.set()


@contextlib.contextmanager
def run_writer(desk, chat=""):
    """`kept_writer` as a process of its own, on the folder of `desk`."""
    desk.close()
    here = Path(__file__).parent
    environment = {**os.environ, "PYTHONPATH": str(here)}
    command = [sys.executable, str(here / "kept_writer.py"), str(desk.folder.root), chat]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True) as process:
        yield process
