"""The gate before attached cells: how well a model reads them is measured once, on texts of our own."""

import contextlib
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
REPAIRS = (0, 16, 32)
"""First tokens of each text that are tried to be evaluated all the same (EPIC, arXiv 2410.15332, calls it so)."""
CLOSE = 0.1
"""Nats. A model that diverges less reads attached cells as well as text, and needs no repair (README)."""
WORTH = 0.3
"""By this share the divergence must fall for a repair to be worth its time: it costs as much as reading them."""
TITLE = "Measuring how well this model reads attached states"


def measure(maker: PromptMaker, start: list[PromptTurn], measured: Measured, progress: Progress) -> Figures:
    """Compare attached cells with the same texts read, in a running chat with two of them, and keep the figures.

    On the model's thread; takes some seconds. Raises Cancelled; nothing is kept then.
    """
    engine = maker.engine
    assert engine.identity is not None
    content = json.loads((resources() / "prompts" / "attach_gate.json").read_text(encoding="utf-8"))
    documents = [Document("", passage["title"], passage["text"]) for passage in content["passages"]]
    inner = Progress()
    forget = progress.on_cancel(inner.cancel)
    with tempfile.TemporaryDirectory(prefix="memos-gate-") as folder, contextlib.ExitStack() as stack:
        stack.callback(forget)
        store = KvStore(Path(folder), ROOM)
        lead = engine.lead(start)
        states = [_encoded(maker, store, lead, document, inner) for document in documents]
        found: list[tuple[Comparison, ...]] = []
        cases = _prompts(maker, start, content, documents, states)
        for number, variants in enumerate(cases):
            progress.update(number, len(cases), TITLE)
            found.append(engine.compare(variants, inner))
    return measured.change(engine.identity.digest, **_figures(found))


def _encoded(maker: PromptMaker, store: KvStore, lead: Prompt, document: Document, progress: Progress) -> StateFile:
    text = maker.written(document)
    snapshot = maker.engine.encode_block(lead, text, f"gate:{document.title}", document.title, progress)
    return store.keep(snapshot.header, snapshot.payload)


def _prompts(
    maker: PromptMaker, start: list[PromptTurn], content: Any, documents: list[Document], states: list[StateFile]
) -> list[tuple[Prompt, ...]]:
    """Each passage once behind another one, after an exchange, with a question about it; with each length of repair."""
    hello, answer = content["exchange"]
    turns = [*start, PromptTurn(Role.USER, hello), PromptTurn(Role.ASSISTANT, answer)]
    cases = []
    for second, passage in enumerate(content["passages"]):
        pair = (second + 1) % len(documents), second
        question = passage["questions"][second % len(passage["questions"])]
        variants = []
        for repair in REPAIRS:
            blocks = tuple(Block(maker.written(documents[one]), states[one], repair) for one in pair)
            variants.append(maker.engine.encode([*turns, PromptTurn(Role.USER, question, blocks)]))
        cases.append(tuple(variants))
    return cases


def _figures(found: list[tuple[Comparison, ...]]) -> dict[str, float]:
    """Means over the cases for the length of repair that is worth it."""
    columns = [[variants[number] for variants in found] for number in range(len(REPAIRS))]
    means = [mean(one.kl for one in column) for column in columns]
    helps = (number for number in range(1, len(REPAIRS)) if means[number] <= means[0] * (1 - WORTH))
    best = 0 if means[0] <= CLOSE else next(helps, 0)
    chosen, every = columns[best], columns[0]
    milliseconds = sum(one.exact_ms for one in every)
    attached = max(1, sum(one.attached_tokens for one in chosen))
    return {
        "kl": round(means[best], 4),
        "same_first": round(mean(one.same_first for one in chosen), 3),
        "repair": REPAIRS[best],
        "attach_ms_per_token": round(sum(one.attach_ms for one in chosen) / attached, 4),
        "prefill_tps": round(1000 * sum(one.evaluated_tokens for one in every) / milliseconds, 1),
    }
