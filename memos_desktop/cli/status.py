"""`status`: versions, data folder, model, counts, index and kept states. Nothing is loaded to tell it."""

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import Any

from memos_desktop import __version__
from memos_desktop.cli.context import Context
from memos_desktop.cli.kv import usage_document
from memos_desktop.cli.output import Answer, fields, size_words
from memos_desktop.errors import MemosError


def status(_arguments: argparse.Namespace, context: Context) -> Answer:
    """What is here, and in which state."""
    workspace = context.workspace
    counts = workspace.library.counts().result()
    index = workspace.recall.index_state().result()
    model = _model(context)
    usage = workspace.activation.usage().result()
    support = workspace.activation.support()
    document = {
        "version": __version__,
        "data_dir": str(workspace.folder.root),
        "model": model,
        "counts": {"cubes": counts.cubes, "chats": counts.chats, "messages": counts.messages},
        "index": {
            "engine": index.engine,
            "vectors": index.vectors,
            "pending": index.pending,
            "embedder": index.embedder,
            "state": index.state,
        },
        "kv": {**usage_document(usage), "support": asdict(support) if support else None},
    }
    text = fields(
        [
            ("version", __version__),
            ("data folder", workspace.folder.root),
            ("model", model.get("problem") or f"{model['name']} ({model['backend']})"),
            ("memories", counts.cubes),
            ("chats", f"{counts.chats} with {counts.messages} messages"),
            ("index", f"{index.vectors} vectors, {index.pending} to come, {index.embedder}"),
            ("kept states", f"{usage.states}, {size_words(usage.bytes)} of {size_words(usage.budget)}"),
        ]
    )
    return Answer(document, text)


def _model(context: Context) -> dict[str, Any]:
    """The model that answers; a file that is gone is told as its `problem`, and is no failure of this verb."""
    models = context.workspace.models
    name = Path(models.chosen).name
    try:
        path, sha256, backend = models.resolve(models.chosen).result()
    except MemosError as error:
        return {"name": name, "path": None, "sha256": None, "backend": None, "problem": error.message}
    return {"name": name, "path": path, "sha256": sha256, "backend": backend}
