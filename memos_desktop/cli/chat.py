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


def chat(arguments: argparse.Namespace, context: Context) -> Answer:
    """Send one message and wait for the answer. An interrupt stops the model and keeps what it said."""
    if arguments.memory is not MemoryMode.OFF:
        context.embed_pending(at_most=500)
    turn = context.workspace.turns.send(_request(arguments, context), _follower(context))
    answered = _wait(turn)
    if not context.output.as_json:
        context.output.note("")
    text = "" if context.output.shows_everything else answered.answer.text
    return Answer(_document(answered, arguments.temporary), text)


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


def _document(answered: "TurnResult", temporary: bool) -> dict[str, Any]:
    return {
        "chat": None if temporary else answered.chat.id,
        "message": None if temporary else answered.answer.id,
        "reply": answered.answer.text,
        "finish": answered.answer.finish.value,
        "receipt": answered.receipt.to_json(),
        "stats": answered.stats.to_json() if answered.stats else {},
        "kept": [{"id": cube.id, "title": cube.title, "pinned": cube.pinned} for cube in answered.kept],
    }
