"""`kv`: the states that the model keeps of what it has read. All of it is derived, so nothing here loses a word."""

import argparse
from typing import TYPE_CHECKING, Any

from memos_desktop.cli.context import Context
from memos_desktop.cli.output import Answer, iso, short_time, size_words, table

if TYPE_CHECKING:
    from memos_desktop.app.activation_views import KvRow, Usage
    from memos_desktop.engine.base import Comparison
    from memos_desktop.engine.kv.report import VerifyReport


def list_states(_arguments: argparse.Namespace, context: Context) -> Answer:
    """Every kept state, what it belongs to, and whether the loaded model can use it."""
    activation = context.workspace.activation
    states = activation.rows().result()
    usage = activation.usage().result()
    asked = activation.support() is not None
    rows = [
        (one.id[:12], one.tier, one.tokens, size_words(one.bytes), short_time(one.last_used), one.model,
         f"{one.title} ({one.problem})" if one.problem else one.title)
        for one in states
    ]  # fmt: skip
    shown = table(("ID", "TIER", "TOKENS", "SIZE", "USED", "MODEL", "OF"), rows) if rows else "Nothing is kept."
    document = {"states": [_row(one, asked) for one in states], "bytes": usage.bytes, "budget": usage.budget}
    return Answer(document, f"{shown}\n{_room(usage)}")


def verify(_arguments: argparse.Namespace, context: Context) -> Answer:
    """Read every byte. What is damaged is not used any more; `kv prune` removes it."""
    report: VerifyReport = context.finish(context.workspace.activation.verify())
    document = {
        "checked": report.checked,
        "damaged": [{"name": name, "reason": reason} for name, reason in report.damaged],
        "bytes": report.bytes,
        "ok": not report.damaged,
    }
    lines = [f"damaged: {name}: {reason}" for name, reason in report.damaged]
    end = "They are not used; kv prune removes them." if lines else "All are sound."
    return Answer(document, "\n".join([*lines, f"{report.checked} states, {size_words(report.bytes)} read. {end}"]))


def prune(arguments: argparse.Namespace, context: Context) -> Answer:
    """Remove what is damaged, then what was used least recently: down to the budget, to a size, or all."""
    activation = context.workspace.activation
    wanted = 0 if arguments.all else arguments.to
    if wanted is None:
        wanted = activation.usage().result().budget
    return _freed(activation.prune(wanted).result(), context)


def drop(arguments: argparse.Namespace, context: Context) -> Answer:
    """Remove single states, named as `kv list` shows them. Raises NotFoundError for an unknown one."""
    activation = context.workspace.activation
    known = [one.id for one in activation.rows().result()]
    return _freed(activation.drop([_whole(id, known) for id in arguments.ids]).result(), context)


def check(arguments: argparse.Namespace, context: Context) -> Answer:
    """Compare the next word after an answer's prompt: with KV attached, and with the same texts read."""
    found: Comparison = context.finish(context.workspace.activation.check(arguments.message))
    document = {
        "kl": round(found.kl, 6),
        "same_first": found.same_first,
        "fused_tokens": found.fused_tokens,
        "attached_tokens": found.attached_tokens,
        "exact_ms": round(found.exact_ms, 1),
        "fused_ms": round(found.fused_ms, 1),
        "attach_ms": round(found.attach_ms, 1),
    }
    word = "the same first word" if found.same_first else "another first word"
    text = (
        f"{max(found.attached_tokens, found.fused_tokens):,} tokens as KV: {word}, divergence {found.kl:.3f} nats,"
        f" {found.fused_ms:,.0f} ms instead of {found.exact_ms:,.0f} ms"
    )
    return Answer(document, text)


def budget(arguments: argparse.Namespace, context: Context) -> Answer:
    """How much room kept states may take; another size removes what is too much."""
    activation = context.workspace.activation
    if arguments.bytes is not None:
        activation.set_budget(arguments.bytes).result()
    usage = activation.usage().result()
    return Answer(usage_document(usage), _room(usage))


def usage_document(usage: "Usage") -> dict[str, Any]:
    """The JSON of how much room is taken; `problem` says why the last state could not be kept."""
    return {"states": usage.states, "bytes": usage.bytes, "budget": usage.budget, "problem": usage.problem}


def _row(state: "KvRow", asked: bool) -> dict[str, Any]:
    """`usable` is null while no model is loaded, unless no model could use the file."""
    return {
        "id": state.id,
        "tier": state.tier,
        "title": state.title,
        "belongs": state.belongs,
        "owner": state.owner_id,
        "model": state.model,
        "tokens": state.tokens,
        "bytes": state.bytes,
        "created": iso(state.created),
        "last_used": iso(state.last_used),
        "usable": state.usable if asked or state.problem else None,
        "problem": state.problem,
    }


def _whole(beginning: str, known: list[str]) -> str:
    """The id that begins like this. Raises NotFoundError where it is none, or not one."""
    from memos_desktop.errors import NotFoundError

    found = [id for id in known if id == beginning] or [id for id in known if id.startswith(beginning)]
    if not beginning or len(found) != 1:
        problem = "Several kept states begin" if len(found) > 1 else "No kept state begins"
        raise NotFoundError(f"{problem} with “{beginning}”.", "Copy the id from kv list.")
    return found[0]


def _freed(freed: int, context: Context) -> Answer:
    usage = context.workspace.activation.usage().result()
    text = f"{size_words(freed)} freed, {size_words(usage.bytes)} left."
    return Answer({"freed": freed, "bytes": usage.bytes}, text)


def _room(usage: "Usage") -> str:
    line = f"{usage.states} states, {size_words(usage.bytes)} of {size_words(usage.budget)}"
    return f"{line}\n{usage.problem}" if usage.problem else line
