"""The arguments of `cubes`: look at memories, change them, and what operators do with them."""

from memos_desktop.cli.parsing import Groups, Parser, count, group, positive, verb, whole
from memos_desktop.memory.cube import Access, Kind, Scope, SemanticType, Sensitivity, SortKey, State

OFFERS = ("fuse", "archive", "bin", "renew", "keep")


def add(groups: Groups, common: Parser) -> None:
    """Add the verbs of `cubes`."""
    cubes = group(groups, common, "cubes", "look at memories and change them")
    _looking(cubes, common)
    _changing(cubes, common)
    _operators(cubes, common)
    _migrate_and_forget(cubes, common)
    _reviews(groups, common)
    _learned(groups, common)
    _filters(groups, common)
    verb(
        group(groups, common, "map", "the map of memories, by what they mean"),
        common, "arrange", "cube_map.arrange", "lay the map out anew",
    )  # fmt: skip


def _looking(cubes: Groups, common: Parser) -> None:
    listed = verb(cubes, common, "list", "cubes.list_cubes", "memories that pass a filter")
    listed.add_argument(
        "--filter", default="", metavar="TEXT", dest="text", help='words, "phrases", kind:fact tag:work -state:archived'
    )
    listed.add_argument("--saved", metavar="NAME", help="a saved filter; it and the other conditions hold together")
    listed.add_argument("--sort", type=SortKey, choices=list(SortKey), default=SortKey.CREATED)
    listed.add_argument("--ascending", action="store_true", help="the lowest or oldest first")
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
    diff = verb(cubes, common, "diff", "cubes.diff", "what turns one version into another, word by word")
    diff.add_argument("id", metavar="ID")
    diff.add_argument("--from", type=positive, metavar="N", dest="since", help="the one before, if not given")
    diff.add_argument("--to", type=positive, metavar="N", dest="until", help="the latest, if not given")


def _changing(cubes: Groups, common: Parser) -> None:
    edit = verb(cubes, common, "edit", "cubes.edit", "a new version: another text, title, type or time")
    edit.add_argument("id", metavar="ID")
    edit.add_argument("--text", metavar="T")
    edit.add_argument("--title", metavar="T")
    edit.add_argument("--type", type=SemanticType, choices=list(SemanticType))
    edit.add_argument("--time", "--event-time", metavar="T", dest="event_time", help="when it happened, ISO 8601")
    edit.add_argument("--expect-version", type=positive, metavar="N", help="refuse if another one is current by now")
    edit.add_argument("--reason", default="", metavar="R")
    tag = verb(cubes, common, "tag", "cubes.tag", "add (+T) and remove (-T) tags")
    tag.add_argument("ids", nargs="+", metavar="ID +T -T")
    for name, help_text in (
        ("pin", "always in the context"),
        ("unpin", "no longer pinned"),
        ("freeze", "forbid changes"),
        ("unfreeze", "allow changes"),
        ("archive", "keep, but never recall"),
        ("confirm", "agree to what a rule proposed"),
        ("delete", "to the bin, for 30 days"),
    ):
        verb(cubes, common, name, f"cubes.{name}", help_text).add_argument("ids", nargs="+", metavar="ID")
    restore = verb(cubes, common, "restore", "cubes.restore", "back from the archive or the bin, or to an old version")
    restore.add_argument("ids", nargs="+", metavar="ID")
    restore.add_argument("--version", type=positive, metavar="N", help="say again what this version of one memory said")


def _operators(cubes: Groups, common: Parser) -> None:
    fuse = verb(cubes, common, "fuse", "operators.fuse", "make one memory of several; they stay, merged")
    fuse.add_argument("ids", nargs="+", metavar="ID")
    text = fuse.add_mutually_exclusive_group()
    text.add_argument("--text", metavar="T", help="instead of the one put together by rule")
    text.add_argument(
        "--text-by", choices=("rule", "model"), default="rule", help="who writes it; a small model refuses"
    )
    fuse.add_argument("--title", metavar="T")
    fuse.add_argument("--preview", action="store_true", help="the text and what contradicts; nothing is changed")
    split = verb(cubes, common, "split", "operators.split", "a fused memory into its parents, another into parts")
    split.add_argument("id", metavar="ID")
    split.add_argument("--part", action="append", metavar="T", dest="parts", help="a part; twice or more")
    split.add_argument("--preview", action="store_true", help="what would come of it; nothing is changed")
    expire = verb(cubes, common, "expire", "operators.expire", "no longer recalled, now or from a given time on")
    expire.add_argument("ids", nargs="+", metavar="ID")
    expire.add_argument("--at", metavar="T", help="when, ISO 8601; now if not given")
    renew = verb(cubes, common, "renew", "operators.renew", "take the expiry away; what has expired comes back")
    renew.add_argument("ids", nargs="+", metavar="ID")
    header = verb(cubes, common, "header", "operators.header", "change scope, project, sensitivity, priority, access")
    header.add_argument("ids", nargs="+", metavar="ID")
    header.add_argument("--scope", type=Scope, choices=list(Scope))
    header.add_argument("--project", metavar="P", help='"" for none')
    header.add_argument("--sensitivity", type=Sensitivity, choices=list(Sensitivity))
    header.add_argument("--priority", type=whole, metavar="N", help="0 for most; below 0 it comes later")
    header.add_argument("--access", type=Access, choices=list(Access))


def _migrate_and_forget(cubes: Groups, common: Parser) -> None:
    migrate = verb(cubes, common, "migrate", "migrate.migrate", "keep texts ready as KV, or give their text back")
    migrate.add_argument("ids", nargs="+", metavar="ID")
    migrate.add_argument("--to", type=Kind, choices=list(Kind), required=True, dest="target")
    migrate.add_argument("--preview", action="store_true", help="what it would cost and lose; nothing is changed")
    forget = verb(cubes, common, "forget", "forgetting.forget", "remove for good, and verify by searching")
    forget.add_argument("ids", nargs="+", metavar="ID")
    forget.add_argument("--yes", action="store_true", help="do it; it cannot be undone")
    forget.add_argument("--preview", action="store_true", help="what would go, and where else it is said")
    forget.add_argument("--messages", action="store_true", help="also what messages say of it")
    forget.add_argument("--derived", action="store_true", help="also memories that were made from it")
    forget.add_argument("--keep-backups", action="store_true", help="leave the copies of the database as they are")


def _reviews(groups: Groups, common: Parser) -> None:
    reviews = group(groups, common, "reviews", "suggestions: what repeats, contradicts, is stale or expires soon")
    listed = verb(reviews, common, "list", "operators.list_reviews", "search all memories and list the suggestions")
    listed.add_argument("--limit", type=positive, default=200, metavar="N")
    dismiss = verb(reviews, common, "dismiss", "operators.dismiss", "do not suggest this again")
    dismiss.add_argument("id", metavar="ID")
    accept = verb(reviews, common, "accept", "operators.accept", "do what a suggestion offers")
    accept.add_argument("id", metavar="ID")
    accept.add_argument("offer", choices=OFFERS, metavar="WHAT", help=f"{', '.join(OFFERS)}: one that it offers")


def _learned(groups: Groups, common: Parser) -> None:
    learned = group(groups, common, "learned", "what was kept of messages that were changed since")
    listed = verb(learned, common, "list", "learned.list_learned", "such memories, and what the message says now")
    listed.add_argument("chat", nargs="?", metavar="CHAT", help="of this chat only")
    for name, help_text in (
        ("update", "take over what the message says now, as a new version"),
        ("keep", "keep them as they are, and do not ask again"),
    ):
        verb(learned, common, name, f"learned.{name}", help_text).add_argument("ids", nargs="+", metavar="ID")


def _filters(groups: Groups, common: Parser) -> None:
    filters = group(groups, common, "filters", "filters with a name; cubes list --saved NAME uses one")
    verb(filters, common, "list", "filters.list_filters", "those that are always there, and your own")
    save = verb(filters, common, "save", "filters.save", "keep a filter under a name, or another one under the same")
    save.add_argument("name", metavar="NAME")
    save.add_argument("text", metavar="FILTER", help="as in cubes list --filter")
    rename = verb(filters, common, "rename", "filters.rename", "another name")
    rename.add_argument("name", metavar="NAME")
    rename.add_argument("new", metavar="NEW")
    delete = verb(filters, common, "delete", "filters.delete", "let go of the name; no memory is touched")
    delete.add_argument("name", metavar="NAME")
