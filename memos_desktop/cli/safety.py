"""`check` and `backup`: they work on a data folder that is closed, so also on one that cannot be opened."""

import argparse
from typing import TYPE_CHECKING, Any

from memos_desktop.app import safety
from memos_desktop.cli.context import Context
from memos_desktop.cli.output import Answer, iso, short_time, size_words, table

if TYPE_CHECKING:
    from memos_desktop.vault.backup import Backup


def check(arguments: argparse.Namespace, context: Context) -> Answer:
    """Look for damage; with --repair make anew what can be."""
    context.close()
    report = safety.check_folder(context.folder, arguments.repair)
    lines = [*(f"problem: {text}" for text in report.problems), *(f"repaired: {text}" for text in report.repaired)]
    document = {"ok": report.ok, "problems": list(report.problems), "repaired": list(report.repaired)}
    return Answer(document, "\n".join([*lines, "The data folder is sound." if report.ok else "It is damaged."]))


def create_backup(_arguments: argparse.Namespace, context: Context) -> Answer:
    """Make a backup now."""
    made = safety.create_backup(context.folder)
    return _answer([made], f"{made.name}, {size_words(made.bytes)}")


def list_backups(_arguments: argparse.Namespace, context: Context) -> Answer:
    """The backups, the newest first."""
    found = safety.backups(context.folder)
    rows = [(one.name, short_time(one.created), size_words(one.bytes)) for one in found]
    return _answer(found, table(("NAME", "MADE", "SIZE"), rows) if rows else "There is no backup yet.")


def restore_backup(arguments: argparse.Namespace, context: Context) -> Answer:
    """Put a backup in place of the database, which is kept beside it."""
    context.close()
    kept = safety.restore_backup(context.folder, arguments.name)
    chosen = [one for one in safety.backups(context.folder) if one.name == arguments.name]
    where = f" What was there before is kept as {kept}." if kept else ""
    return _answer(chosen, f"{arguments.name} is in place.{where}", {"kept": str(kept) if kept else None})


def delete_backup(arguments: argparse.Namespace, context: Context) -> Answer:
    """Delete one copy of the database by its name or file name: a backup, or what a restore has set aside."""
    file = f"{arguments.name.removesuffix('.sqlite3')}.sqlite3"
    context.workspace.forgetting.delete_copy(file).result()
    return _answer(safety.backups(context.folder), f"{arguments.name} is deleted.", {"deleted": arguments.name})


def _answer(found: "list[Backup] | tuple[Backup, ...]", text: str, extra: dict[str, Any] | None = None) -> Answer:
    backups = [
        {"name": one.name, "path": str(one.path), "created": iso(one.created), "bytes": one.bytes} for one in found
    ]
    return Answer({"ok": True, "problems": [], "repaired": [], "backups": backups, **(extra or {})}, text)
