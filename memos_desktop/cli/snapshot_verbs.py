"""The arguments of `snapshot`: the time machine. A point is a snapshot, a step of the journal, a date, or `now`."""

from memos_desktop.cli.parsing import Groups, Parser, count, group, positive, verb

POINT = "snapshot, journal step, ISO 8601 date, or now"


def add(groups: Groups, common: Parser) -> None:
    """Add the verbs of `snapshot`."""
    snapshot = group(groups, common, "snapshot", "the time machine: name points, look at them, go back")
    create = verb(snapshot, common, "create", "snapshot.create", "name the present, or another point")
    create.add_argument("name", metavar="NAME")
    create.add_argument("--note", default="", metavar="T")
    create.add_argument("--at", default="now", metavar="POINT", help=f"{POINT}; now if not given")
    verb(snapshot, common, "list", "snapshot.list_snapshots", "the snapshots, newest first")
    show = verb(snapshot, common, "show", "snapshot.show", "the memories as they were, and what happened to them since")
    show.add_argument("point", metavar="POINT", help=POINT)
    show.add_argument("--filter", default="", metavar="TEXT", dest="text", help="as in cubes list")
    show.add_argument("--limit", type=positive, default=100, metavar="N")
    show.add_argument("--offset", type=count, default=0, metavar="N")
    diff = verb(snapshot, common, "diff", "snapshot.diff", "what was added, removed and changed from A to B")
    diff.add_argument("since", metavar="A", help=POINT)
    diff.add_argument("until", metavar="B", nargs="?", default="now", help="now if not given")
    diff.add_argument("--limit", type=positive, default=1000, metavar="N", help="memories named of each kind")
    restore = verb(snapshot, common, "restore", "snapshot.restore", "memories as they were, as one step to undo")
    restore.add_argument("point", metavar="NAME", help=POINT)
    restore.add_argument("--cubes", nargs="+", metavar="ID", help="only these; chats always stay as they are")
    rename = verb(snapshot, common, "rename", "snapshot.rename", "another name")
    rename.add_argument("name", metavar="NAME")
    rename.add_argument("new", metavar="NEW")
    delete = verb(snapshot, common, "delete", "snapshot.delete", "let go of the name; no memory is touched")
    delete.add_argument("name", metavar="NAME")
