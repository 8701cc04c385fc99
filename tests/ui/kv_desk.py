"""A desk with a tiny real model whose states are kept, for the tests of what the window shows of them."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from chat_desk import ChatDesk, asleep
from page_desk import Desk

from memos_desktop.app.indexing import Indexing
from memos_desktop.app.workspace import Workspace
from memos_desktop.engine.base import Sampling
from memos_desktop.ids import now
from memos_desktop.memory.call import Form
from memos_desktop.memory.changes import Changes
from memos_desktop.memory.cube import CubeFilter, Kind, SemanticType
from memos_desktop.memory.use import Use
from memos_desktop.ui.chat.page import ChatPage
from memos_desktop.vault.vault import Vault

sys.path.append(str(Path(__file__).resolve().parents[1] / "engine"))  # for tiny_models

import tiny_models

LONG_S = 60
MANUAL = "The boat is called Lima. " + " ".join(f"Bolt {n} sits {3 * n} cm from the bow." for n in range(15))
RULES = "Take off your shoes. " + " ".join(f"Room {n} has {n % 4} keys under its pot." for n in range(15))


@dataclass
class KvDesk:
    """A desk, and what makes states on it."""

    desk: Desk

    @property
    def workspace(self) -> Workspace:
        """The open workspace."""
        return self.desk.workspace

    def document(self, title: str, text: str = MANUAL) -> str:
        """Add a document; its id."""
        added = self.workspace.library.add(text, type=SemanticType.DOCUMENT, title=title)
        return str(self.desk.result(added).id)

    def keep(self, *ids: str) -> None:
        """Keep them ready, and wait."""
        self.workspace.activation.migrate(ids, Kind.ACTIVATION).future.result(LONG_S)

    def activation_of(self, cube_id: str) -> str:
        """The id of the activation cube of a document."""
        cubes = self.desk.result(self.workspace.library.page(CubeFilter(kind=Kind.ACTIVATION), 0, 50)).cubes
        return next(cube.id for cube in cubes if cube.parents == (cube_id,))

    def rows(self) -> tuple[Any, ...]:
        """What is kept."""
        return self.desk.result(self.workspace.activation.rows())

    def use(self, cube_id: str, times: int) -> None:
        """Let a memory have been read as text that often within the last days."""
        moments = [now() - timedelta(hours=n + 1) for n in range(times)]

        def work(vault: Vault) -> Changes:
            uses = [Use(cube_id, 1, moment, Form.TEXT, 600, "") for moment in moments]
            return vault.uses.record(uses, "Memory for an answer", "")

        self.workspace._store.apply(work)


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of less than 1 MB that llama.cpp really loads."""
    return tiny_models.dense(tmp_path_factory.mktemp("models") / "tiny.gguf")


@pytest.fixture
def kv(desk: Desk, tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> KvDesk:
    """The tiny model is loaded, and is known to read attached cells well."""
    monkeypatch.setattr(Indexing, "nearest", asleep)
    workspace = desk.workspace
    workspace.settings.change(
        model=str(tiny_model),
        first_run_done=True,
        context_length=2048,
        threads=1,
        sampling=Sampling(temperature=0.0, max_tokens=8),
    )
    workspace.models.ensure_loaded().future.result(LONG_S)
    assert workspace.models.identity is not None
    workspace.activation._states.measured.change(workspace.models.identity.digest, kl=0.01, prefill_tps=90.0)
    return KvDesk(desk)


@pytest.fixture
def kv_chat(kv: KvDesk) -> Iterator[ChatDesk]:
    """A shown chat page on that desk."""
    page = ChatPage(kv.desk.context)
    kv.desk.qtbot.addWidget(page)
    page.resize(1000, 700)
    page.show()
    page.activate()
    yield ChatDesk(kv.desk, page)
    page.leave()
