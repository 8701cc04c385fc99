"""`status` and `models`: what is here, what can be had, which model answers. Nothing is loaded to tell it."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from memos_desktop.cli.context import Context
from memos_desktop.cli.output import Answer, size_words, table

if TYPE_CHECKING:
    from memos_desktop.engine.model_library import ModelEntry


def list_models(_arguments: argparse.Namespace, context: Context) -> Answer:
    """The catalogue with what is already on this computer."""
    return _answer(context.workspace.models.catalogue().result())


def get(arguments: argparse.Namespace, context: Context) -> Answer:
    """Download one model of the catalogue and verify its hash."""
    context.finish(context.workspace.models.download(arguments.name))
    entries = context.workspace.models.catalogue().result()
    return _answer([entry for entry in entries if entry.name == arguments.name])


def use(arguments: argparse.Namespace, context: Context) -> Answer:
    """Load a model and remember it as the one that answers."""
    models = context.workspace.models
    entries = models.catalogue().result()
    name = arguments.name
    path = Path(name).expanduser()
    if name not in {entry.name for entry in entries} and path.exists():
        name = str(path.absolute())  # it is remembered, so it must hold in every folder
    info = context.finish(models.use(name))
    shown = {
        "name": info.name,
        "path": info.path,
        "sha256": info.sha256,
        "size": info.size,
        "state": "ready",
        "backend": info.backend,
        "license": "",
        "context_length": info.context_length,
        "device": info.device,
    }
    known = [_row(entry) for entry in entries if entry.sha256 == info.sha256]
    return Answer({"models": [{**shown, **(known[0] if known else {})}]}, f"{info.name} answers from now on.")


def _answer(entries: "list[ModelEntry] | tuple[ModelEntry, ...]") -> Answer:
    rows = [
        (entry.name, entry.state, size_words(entry.size), entry.license, entry.title) for entry in entries
    ]
    text = table(("NAME", "STATE", "SIZE", "LICENCE", "TITLE"), rows)
    return Answer({"models": [_row(entry) for entry in entries]}, text)


def _row(entry: "ModelEntry") -> dict[str, Any]:
    return {
        "name": entry.name,
        "title": entry.title,
        "size": entry.size,
        "sha256": entry.sha256,
        "state": entry.state,
        "path": str(entry.path) if entry.path else None,
        "backend": entry.backend,
        "license": entry.license,
    }
