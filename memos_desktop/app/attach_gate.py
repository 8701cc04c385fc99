"""The gate before attached cells: how well a model reads them is measured once, on texts of our own."""

import json
import tempfile
from pathlib import Path
from statistics import mean
from typing import Any

from memos_desktop.app.measured import Figures, Measured
from memos_desktop.app.turn_prompt import PromptMaker
from memos_desktop.engine.base import Block, Comparison, Prompt, PromptTurn
from memos_desktop.engine.kv.state_file import StateFile
from memos_desktop.engine.kv.store import KvStore
from memos_desktop.memory.context import Document
from memos_desktop.memory.message import Role
from memos_desktop.paths import resources
from memos_desktop.progress import Progress

ROOM = 1 << 30
TITLE = "Measuring how well this model reads attached states"


def measure(maker: PromptMaker, start: list[PromptTurn], measured: Measured, progress: Progress) -> Figures:
    """Compare attached cells with the same texts read, in a running chat with two of them, and keep the figures.

    On the model's thread; takes some seconds. Raises Cancelled; nothing is kept then.
    """
    engine = maker.engine
    assert engine.identity is not None
    content = json.loads((resources() / "prompts" / "attach_gate.json").read_text(encoding="utf-8"))
    documents = [Document("", passage["title"], passage["text"]) for passage in content["passages"]]
    with tempfile.TemporaryDirectory(prefix="memos-gate-") as folder:
        store = KvStore(Path(folder), ROOM)
        lead = engine.lead(start)
        states = [_encoded(maker, store, lead, document) for document in documents]
        found = []
        for number, prompt in enumerate(_prompts(maker, start, content, documents, states)):
            progress.update(number, len(documents), TITLE)
            found.append(engine.compare(prompt, Progress()))
            progress.check()
    return measured.change(engine.identity.digest, **_figures(found))


def _encoded(maker: PromptMaker, store: KvStore, lead: Prompt, document: Document) -> StateFile:
    text = maker.written(document)
    snapshot = maker.engine.encode_block(lead, text, f"gate:{document.title}", document.title, Progress())
    return store.keep(snapshot.header, snapshot.payload)


def _prompts(
    maker: PromptMaker, start: list[PromptTurn], content: Any, documents: list[Document], states: list[StateFile]
) -> list[Prompt]:
    """Each passage once behind another one, after an exchange, with a question about it."""
    hello, answer = content["exchange"]
    turns = [*start, PromptTurn(Role.USER, hello), PromptTurn(Role.ASSISTANT, answer)]
    prompts = []
    for second, passage in enumerate(content["passages"]):
        first = (second + 1) % len(documents)
        pair = first, second
        blocks = tuple(Block(maker.written(documents[one]), states[one]) for one in pair)
        question = passage["questions"][second % len(passage["questions"])]
        prompts.append(maker.engine.encode([*turns, PromptTurn(Role.USER, question, blocks)]))
    return prompts


def _figures(found: list[Comparison]) -> dict[str, float]:
    attached = sum(one.attached_tokens for one in found)
    return {
        "kl": round(mean(one.kl for one in found), 4),
        "same_first": round(mean(one.same_first for one in found), 3),
        "attach_ms_per_token": round(sum(one.attach_ms for one in found) / max(1, attached), 4),
    }
