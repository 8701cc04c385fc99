"""The arguments of `cubes`: look at memories, change them, and what operators do with them."""

from memos_desktop.cli.parsing import Groups, Parser, count, group, positive, verb
from memos_desktop.memory.cube import Kind, SemanticType, State


def add(groups: Groups, common: Parser) -> None:
    """Add the verbs of `cubes`."""
    cubes = group(groups, common, "cubes", "look at memories and change them")
    listed = verb(cubes, common, "list", "cubes.list_cubes", "memories that pass a filter, newest first")
    listed.add_argument("--filter", default="", metavar="TEXT", dest="text")
    listed.add_argument("--kind", type=Kind, choices=list(Kind))
    listed.add_argument("--state", type=State, choices=list(State))
    listed.add_argument("--type", type=SemanticType, choices=list(SemanticType))
    listed.add_argument("--tag", metavar="T")
    listed.add_argument("--project", metavar="P")
    listed.add_argument("--bin", action="store_true", help="what was deleted")
    listed.add_argument("--limit", type=positive, default=100, metavar="N")
    listed.add_argument("--offset", type=count, default=0, metavar="N")
    show = verb(cubes, common, "show", "cubes.show", "everything about one memory")
    show.add_argument("id", metavar="ID")
    show.add_argument("--version", type=positive, metavar="N")
    edit = verb(cubes, common, "edit", "cubes.edit", "a new version with another text")
    edit.add_argument("id", metavar="ID")
    edit.add_argument("--text", required=True, metavar="T")
    edit.add_argument("--reason", default="", metavar="R")
    migrate = verb(cubes, common, "migrate", "migrate.migrate", "keep texts ready as KV, or give their text back")
    migrate.add_argument("ids", nargs="+", metavar="ID")
    migrate.add_argument("--to", type=Kind, choices=list(Kind), required=True, dest="target")
    migrate.add_argument("--preview", action="store_true", help="what it would cost and lose; nothing is changed")
    tag = verb(cubes, common, "tag", "cubes.tag", "add (+T) and remove (-T) tags")
    tag.add_argument("ids", nargs="+", metavar="ID +T -T")
    for name, help_text in (
        ("pin", "always in the context"),
        ("unpin", "no longer pinned"),
        ("freeze", "forbid changes"),
        ("unfreeze", "allow changes"),
        ("archive", "keep, but never recall"),
        ("restore", "back from the archive or the bin"),
        ("delete", "to the bin, for 30 days"),
    ):
        verb(cubes, common, name, f"cubes.{name}", help_text).add_argument("ids", nargs="+", metavar="ID")
