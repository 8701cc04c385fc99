"""`filters`: filters with a name. They are settings, not memories: undo does not take them back."""

import argparse
from typing import TYPE_CHECKING, Any

from memos_desktop.cli.context import Context
from memos_desktop.cli.output import Answer, table

if TYPE_CHECKING:
    from memos_desktop.app.settings import SavedFilter


def list_filters(_arguments: argparse.Namespace, context: Context) -> Answer:
    """Those that are always there, then the person's own by name."""
    saved = context.workspace.saved_filters
    found = [(one, True) for one in saved.built_in()] + [(one, False) for one in saved.own()]
    rows = [(one.name, one.text) for one, _ in found]
    return Answer({"filters": [_document(*one) for one in found]}, table(("NAME", "FILTER"), rows))


def save(arguments: argparse.Namespace, context: Context) -> Answer:
    """Keep a filter under a name, in place of the one that had it."""
    return _answer(context.workspace.saved_filters.save(arguments.name, arguments.text))


def rename(arguments: argparse.Namespace, context: Context) -> Answer:
    """Give a filter another name."""
    return _answer(context.workspace.saved_filters.rename(arguments.name, arguments.new))


def delete(arguments: argparse.Namespace, context: Context) -> Answer:
    """Forget a filter; the answer says what it was."""
    return _answer(context.workspace.saved_filters.delete(arguments.name))


def _answer(one: "SavedFilter") -> Answer:
    return Answer({"filters": [_document(one, False)]}, f"{one.name}: {one.text}")


def _document(one: "SavedFilter", built_in: bool) -> dict[str, Any]:
    return {"name": one.name, "filter": one.text, "built_in": built_in}
