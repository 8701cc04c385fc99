"""Ten chats of a vault with 5,000 messages, opened in turn: the first word of an answer, read again and restored.

`--data` names a LoCoMo folder, whose first 5,000 turns are imported; without it the messages are made up. Every chat
is asked once, so that it is kept; then each is opened and asked again, restored from disk; then nothing is kept any
more, and the very same messages are answered again from the beginning.
"""

import argparse
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.common import Say, empty_folder, needed, percentiles, workspace
from benchmarks.sentences import questions, statements
from benchmarks.turning import CONTEXT, Timed, ask, forget_live, greedy, load, middle, settle
from memos_desktop.app.turn_events import SendRequest
from memos_desktop.app.workspace import Workspace
from memos_desktop.memory.message import MemoryMode

MESSAGES, LENGTH, CHATS = 5_000, 20, 10
ANSWER = 16


@dataclass(frozen=True)
class Opening:
    """One chat, opened and asked."""

    open_ms: float
    timed: Timed

    @property
    def wait_ms(self) -> float:
        """What a person waits from choosing the chat to the first word, not counting the typing."""
        return self.open_ms + self.timed.wall_ms


def run(options: argparse.Namespace, say: Say) -> dict[str, Any]:
    """Milliseconds from opening a chat to the first word, cold and restored."""
    with empty_folder() as folder, workspace(folder) as opened:
        imported = fill(opened, options.data, folder.root / "turns.jsonl")
        say(f"{imported} messages imported and embedded")
        load(opened, options.model, CONTEXT)
        chats = chosen(opened)
        restored: list[Opening] = []
        cold: list[Opening] = []
        for number in range(options.repeat or 1):
            asked = questions(2 * CHATS, seed=number)
            for chat_id, text in zip(chats, asked, strict=False):
                open_and_ask(opened, chat_id, SendRequest(text, **how(options, chat_id)))
            pairs = zip(chats, asked[CHATS:], strict=True)
            newest = [open_and_ask(opened, id, SendRequest(text, **how(options, id))) for id, text in pairs]
            restored += newest
            cold += [again(opened, options, chat_id, one) for chat_id, one in zip(chats, newest, strict=True)]
            say(f"restored {figures(restored)['wait_ms']}, cold {figures(cold)['wait_ms']}")
        usage = opened.activation.usage().result()
        return {
            "model": opened.models.state.name,
            "messages": imported,
            "memory": options.memory.value,
            "cold": figures(cold),
            "restored": figures(restored),
            "cold_to_restored": middle((c.wait_ms / r.wait_ms for c, r in zip(cold, restored, strict=True)), 1),
            "kept_mb": round(usage.bytes / 1e6, 1),
        }


def fill(opened: Workspace, data: Path | None, file: Path) -> int:
    """Import the messages and embed them; returns how many."""
    if data is None:
        lines = [json.dumps(turn) for turn in made_up()]
    else:
        turns = needed(data, "a folder that holds turns.jsonl") / "turns.jsonl"
        lines = turns.read_text(encoding="utf-8").splitlines()[:MESSAGES]
    file.write_text("\n".join(lines), encoding="utf-8")
    report = opened.library.import_turns(file).future.result()
    opened.recall.drain().future.result()
    imported: int = report.imported
    return imported


def made_up() -> Iterator[dict[str, str]]:
    """Chats in which somebody tells and the assistant repeats."""
    for number, text in enumerate(statements(MESSAGES)):
        speaker = "Assistant" if number % 2 else "Ada"
        said = f"I see. I will remember this: {text}" if number % 2 else text
        moment = f"2024-01-{1 + number // 1440:02d}T{number // 60 % 24:02d}:{number % 60:02d}:00"
        yield {"chat": f"chat {number // LENGTH}", "speaker": speaker, "text": said, "time": moment}


def chosen(opened: Workspace) -> list[str]:
    """Ten chats of more than a few messages, spread over the list."""
    chats = [chat.id for chat in opened.chats.list(limit=MESSAGES).result() if chat.message_count >= LENGTH // 2]
    return [chats[at * len(chats) // CHATS] for at in range(CHATS)]


def how(options: argparse.Namespace, chat_id: str) -> dict[str, Any]:
    """Greedy, with the memory that was asked for; nothing new is remembered."""
    mode = MemoryMode.READ if options.memory is MemoryMode.ON else options.memory
    return {"chat_id": chat_id, "memory": mode, "sampling": greedy(ANSWER)}


def open_and_ask(opened: Workspace, chat_id: str, request: SendRequest) -> Opening:
    """What the window does: read the messages of the branch, then send one."""
    began = time.perf_counter()
    opened.chats.get(chat_id).result()
    opened.chats.branch(chat_id).result()
    open_ms = (time.perf_counter() - began) * 1000
    timed = ask(opened, request)
    settle(opened)
    return Opening(open_ms, timed)


def again(opened: Workspace, options: argparse.Namespace, chat_id: str, one: Opening) -> Opening:
    """The same message answered once more, with nothing kept on the disk or in the model's memory."""
    opened.activation.prune(0).result()
    forget_live(opened)
    user = one.timed.result.user.id
    return open_and_ask(opened, chat_id, SendRequest("", regenerate=user, **how(options, chat_id)))


def figures(openings: list[Opening]) -> dict[str, Any]:
    """Times, and where the tokens came from."""
    stats = [one.timed.stats for one in openings]
    return {
        "wait_ms": percentiles([one.wait_ms for one in openings], 0.5),
        "open_ms": percentiles([one.open_ms for one in openings], 0.5),
        "ttft_ms": percentiles([one.ttft_ms for one in stats], 0.5),
        "prompt_tokens": middle((one.prompt_tokens for one in stats), 0),
        "evaluated_tokens": middle((one.evaluated_tokens for one in stats), 0),
        "tiers": {tier: sum(one.tier == tier for one in stats) for tier in ("none", "live", "exact", "fused")},
    }
