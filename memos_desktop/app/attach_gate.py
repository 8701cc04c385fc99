"""The gate before attached cells: how well a model reads them is measured once, on texts of our own."""

import contextlib
import json
import tempfile
from dataclasses import dataclass
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
FOLLOWED = 12
"""Tokens of each answer that are compared: a model may begin alike and then miss what the text says (README)."""
CLOSE = 0.97
"""A model that agrees on this share of the tokens reads attached cells as well as text, and needs no repair."""
WORTH = 0.3
"""Of what it disagrees on, a repair must mend this share to be worth its time: it costs as much as reading them."""
SPARE = 128
"""Tokens for a question and its answer."""
TITLE = "Measuring how well this model reads attached states"


@dataclass(frozen=True, slots=True)
class _Text:
    """A text to be attached, and what is asked about it."""

    document: Document
    questions: tuple[str, ...]


def measure(maker: PromptMaker, start: list[PromptTurn], measured: Measured, progress: Progress) -> Figures:
    """Compare attached cells with the same texts read, in a running chat with two of them, and keep the figures.

    On the model's thread; takes some seconds. Raises Cancelled; nothing is kept then.
    """
    engine = maker.engine
    assert engine.identity is not None
    content = json.loads((resources() / "prompts" / "attach_gate.json").read_text(encoding="utf-8"))
    texts = _texts(maker, start, content)
    inner = Progress()
    forget = progress.on_cancel(inner.cancel)
    with tempfile.TemporaryDirectory(prefix="memos-gate-") as folder, contextlib.ExitStack() as stack:
        stack.callback(forget)
        store = KvStore(Path(folder), ROOM)
        lead = engine.lead(start)
        states = [_encoded(maker, store, lead, text.document, inner) for text in texts]
        found: list[tuple[Comparison, ...]] = []
        cases = _cases(maker, _running(start, content), texts, states)
        for number, questions in enumerate(cases):
            progress.update(number, len(cases), TITLE)
            found += engine.compare(questions, inner, FOLLOWED)
    return measured.change(engine.identity.digest, **_figures(found))


def _encoded(maker: PromptMaker, store: KvStore, lead: Prompt, document: Document, progress: Progress) -> StateFile:
    text = maker.written(document)
    snapshot = maker.engine.encode_block(lead, text, f"gate:{document.title}", document.title, progress)
    return store.keep(snapshot.header, snapshot.payload)


def _running(start: list[PromptTurn], content: Any) -> list[PromptTurn]:
    """A chat after one exchange: in the first message cells would stand where they were made, and be exact."""
    hello, answer = content["exchange"]
    return [*start, PromptTurn(Role.USER, hello), PromptTurn(Role.ASSISTANT, answer)]


def _texts(maker: PromptMaker, start: list[PromptTurn], content: Any) -> list[_Text]:
    """Passages, two in one text where two such texts fit into the context: with longer ones a model errs more."""
    passages = content["passages"]
    joined = [_joined(passages[at : at + 2]) for at in range(0, len(passages), 2)]
    written = "".join(maker.written(text.document) for text in joined)
    prompt = maker.engine.encode([*_running(start, content), PromptTurn(Role.USER, written)])
    fits = len(prompt.tokens) + SPARE <= maker.engine.info.context_length
    return joined if fits else [_joined([passage]) for passage in passages]


def _joined(passages: list[Any]) -> _Text:
    title = "; ".join(passage["title"] for passage in passages)
    text = "\n\n".join(passage["text"] for passage in passages)
    return _Text(Document("", title, text), tuple(one for passage in passages for one in passage["questions"]))


def _cases(
    maker: PromptMaker, turns: list[PromptTurn], texts: list[_Text], states: list[StateFile]
) -> list[list[tuple[Prompt, ...]]]:
    """Each text once behind another one, with every question about it; with each length of repair."""
    cases = []
    for second, text in enumerate(texts):
        pair = (second + 1) % len(texts), second
        ways = [
            tuple(Block(maker.written(texts[one].document), states[one], repair) for one in pair) for repair in REPAIRS
        ]
        cases.append(
            [
                tuple(maker.engine.encode([*turns, PromptTurn(Role.USER, question, blocks)]) for blocks in ways)
                for question in text.questions
            ]
        )
    return cases


def _figures(found: list[tuple[Comparison, ...]]) -> dict[str, float]:
    """Means over the questions for the length of repair that is worth it."""
    columns = [[variants[number] for variants in found] for number in range(len(REPAIRS))]
    missed = [1 - mean(one.agreement for one in column) for column in columns]
    helps = (number for number in range(1, len(REPAIRS)) if missed[number] <= missed[0] * (1 - WORTH))
    best = 0 if missed[0] <= 1 - CLOSE else next(helps, 0)
    chosen, every = columns[best], columns[0]
    attaching = [one for one in chosen if one.attach_ms]
    return {
        "kl": round(mean(one.kl for one in chosen), 4),
        "agreement": round(1 - missed[best], 3),
        "repair": REPAIRS[best],
        "attach_ms_per_token": round(
            sum(one.attach_ms for one in attaching) / max(1, sum(one.attached_tokens for one in attaching)), 4
        ),
        "prefill_tps": round(
            1000 * sum(one.evaluated_tokens for one in every) / sum(one.exact_ms for one in every), 1
        ),
    }
