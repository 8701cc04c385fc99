"""`chat`: one turn with the model, streamed to standard error while it comes."""

import argparse
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from memos_desktop.cli.context import Context
from memos_desktop.cli.output import Answer
from memos_desktop.memory.message import MemoryMode

if TYPE_CHECKING:
    from memos_desktop.app.turn_events import SendRequest, TurnEvent, TurnResult
    from memos_desktop.app.turns import Turn
    from memos_desktop.app.what_if import WhatIf


def chat(arguments: argparse.Namespace, context: Context) -> Answer:
    """Send one message and wait for the answer. An interrupt stops the model and keeps what it said."""
    if arguments.as_of is not None:
        return _ask_the_past(arguments, context)
    if arguments.memory is not MemoryMode.OFF:
        context.embed_pending(at_most=500)
    answered = _wait(context.workspace.turns.send(_request(arguments, context), _follower(context)))
    if not context.output.as_json:
        context.output.note(_meter(answered))
    if not arguments.temporary:
        _keep(context)
    return _answer(answered, arguments.temporary, context)


def _ask_the_past(arguments: argparse.Namespace, context: Context) -> Answer:
    """One turn with memory as it was; nothing of it is written."""
    what_if: WhatIf = context.finish(context.workspace.time.what_if(arguments.as_of))
    try:
        answered = _wait(what_if.send(_request(arguments, context), _follower(context)))
    finally:
        what_if.close()
    if not context.output.as_json:
        context.output.note("\n" + "\n".join(answered.receipt.notes))
    return _answer(answered, True, context)


def _answer(answered: "TurnResult", temporary: bool, context: Context) -> Answer:
    text = "" if context.output.shows_everything else answered.answer.text
    return Answer(_document(answered, temporary), text)


def _request(arguments: argparse.Namespace, context: Context) -> "SendRequest":
    from memos_desktop.app.turn_events import SendRequest

    chosen = {
        "max_tokens": arguments.max_tokens,
        "temperature": arguments.temperature,
        "seed": arguments.seed,
    }
    given = {name: value for name, value in chosen.items() if value is not None}
    library = context.workspace.library
    return SendRequest(
        arguments.message,
        chat_id=arguments.chat,
        temporary=arguments.temporary,
        memory=arguments.memory,
        sampling=replace(context.workspace.settings.value.sampling, **given) if given else None,
        attach=tuple(library.cube(cube).result().id for cube in arguments.attach),
    )


def _follower(context: Context) -> "Any":
    """What is called with each event of the turn, on the model's thread."""
    from memos_desktop.app.turn_events import Piece

    def follow(event: "TurnEvent") -> None:
        if isinstance(event, Piece) and not context.output.as_json:
            context.output.note(event.text, end="")

    return follow


def _wait(turn: "Turn") -> "TurnResult":
    try:
        return turn.future.result()
    except KeyboardInterrupt:
        turn.cancel()
        turn.future.result()  # what was said so far is saved before the process ends
        raise


def _keep(context: Context) -> None:
    """Wait until the chat is kept as KV, so that the next process restores it instead of reading it again."""
    try:
        context.workspace.turns.settled().result()
    except KeyboardInterrupt:  # the answer is complete and saved: only this saving of time is given up
        context.output.note("The chat will be read again next time.")


def _meter(answered: "TurnResult") -> str:
    """What the answer did not have to read, in a line of its own."""
    stats = answered.stats
    if stats is None:
        return ""
    restored = f"restored {stats.restored_tokens:,} of {stats.prompt_tokens:,} tokens from disk"
    parts = [
        restored if stats.restored_tokens else "",
        f"{stats.attached_tokens:,} tokens attached as KV" if stats.attached_tokens else "",
        *stats.refused,
    ]
    line = "; ".join(part for part in parts if part)
    return f"\n[{line}]" if line else ""


def _document(answered: "TurnResult", temporary: bool) -> dict[str, Any]:
    return {
        "chat": None if temporary else answered.chat.id,
        "message": None if temporary else answered.answer.id,
        "reply": answered.answer.text,
        "finish": answered.answer.finish.value,
        "receipt": answered.receipt.to_json(),
        "stats": answered.stats.to_json() if answered.stats else {},
        "attached": [{"id": one.cube_id, "version": one.version} for one in answered.user.attached],
        "kept": [{"id": cube.id, "title": cube.title, "pinned": cube.pinned} for cube in answered.kept],
    }
