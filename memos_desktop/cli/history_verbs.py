"""The arguments of what keeps memory safe: undo, redo and the journal, the check and backups."""

from memos_desktop.cli.parsing import Groups, Parser, group, positive, verb


def add(groups: Groups, common: Parser) -> None:
    """Add the verbs of history and safety."""
    _history(groups, common)
    _safety(groups, common)


def _history(groups: Groups, common: Parser) -> None:
    verb(groups, common, "undo", "history.undo", "take back the latest change")
    verb(groups, common, "redo", "history.redo", "make the change again that was taken back")
    journal = verb(groups, common, "journal", "history.journal", "what was changed, when, by whom and why")
    journal.add_argument("--since", metavar="T", help="ISO 8601")
    journal.add_argument("--cube", metavar="ID")
    journal.add_argument("--limit", type=positive, default=100, metavar="N")


def _safety(groups: Groups, common: Parser) -> None:
    check = verb(groups, common, "check", "safety.check", "look for damage in the data folder")
    check.add_argument("--repair", action="store_true", help="mend what can be made again")
    backup = group(groups, common, "backup", "copies of the vault")
    verb(backup, common, "create", "safety.create_backup", "make one now")
    verb(backup, common, "list", "safety.list_backups", "the copies, newest first")
    restore = verb(
        backup, common, "restore", "safety.restore_backup", "go back to one; the present state is kept"
    )
    restore.add_argument("name", metavar="NAME")
    delete = verb(backup, common, "delete", "safety.delete_backup", "for good, say one that cannot be opened any more")
    delete.add_argument("name", metavar="NAME")
    tidy_text = "empty the bin of what lies there for 30 days, archive what lies unused, a backup and snapshot a day"
    verb(groups, common, "tidy", "tidying.tidy", tidy_text)
