"""What can be done with memories: each verb with its name, key, and the cubes that it fits. Knows nothing of Qt."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from memos_desktop.errors import UserError
from memos_desktop.ids import now
from memos_desktop.memory.changes import Left
from memos_desktop.memory.cube import Cube, State
from memos_desktop.memory.operators.taking_part import already, obstacle, refusal

ONE = 1
FEW = 200
MANY = 1_000_000
LIVING = (State.GENERATED, State.ACTIVATED)


@dataclass(frozen=True, slots=True)
class Verb:
    """One verb: when it is offered, and what it says when it is done ({} is "3 memories").

    `least` and `most` bound how many cubes it takes; `group` is where it stands in menus; `bulk` names what
    `operations.bulk` runs for a long selection, with the arguments of the call. `whole`: all that are selected take
    part, or nothing is done.
    """

    name: str
    text: str
    icon: str
    key: str
    fits: Callable[[Cube], bool]
    done: str
    group: int
    least: int = 1
    most: int = MANY
    bulk: str = ""
    whole: bool = False

    @property
    def usual(self) -> bool:
        """Whether it is shown, of two opposites, where neither fits."""
        return self.name not in OPPOSITES


def _fits(name: str) -> Callable[[Cube], bool]:
    """It can take part, and is not so already."""
    return lambda cube: not already(name, cube) and not obstacle(name, cube, now())


def _living(cube: Cube) -> bool:
    """What is merged could be archived too, but the key that archives brings it back."""
    return _fits("archive")(cube) and cube.state in LIVING


VERBS = (
    Verb("confirm", "Keep as proposed", "check", "K", _fits("confirm"), "Kept: {}", 0, bulk="confirm"),
    Verb("pin", "Pin", "pin", "P", _fits("pin"), "Pinned: {}", 1, bulk="pin"),
    Verb("unpin", "Unpin", "unpin", "P", _fits("unpin"), "Unpinned: {}", 1, bulk="unpin"),
    Verb("freeze", "Freeze", "freeze", "F", _fits("freeze"), "Frozen against change: {}", 1, bulk="freeze"),
    Verb("unfreeze", "Unfreeze", "freeze", "F", _fits("unfreeze"), "May be changed again: {}", 1, bulk="unfreeze"),
    Verb("archive", "Archive", "archive", "A", _living, "Archived, no longer recalled: {}", 1, bulk="archive"),
    Verb("restore", "Restore", "restore", "A", _fits("restore"), "Restored: {}", 1, bulk="restore"),
    Verb("fuse", "Fuse…", "fuse", "U", _fits("fuse"), "Fused: {}", 2, least=2, whole=True),
    Verb("split", "Split…", "split", "S", _fits("split"), "", 2, most=ONE),
    Verb("migrate", "Migrate…", "migrate", "M", _fits("migrate"), "", 3),
    Verb("ready", "Keep ready as KV…", "activation", "E", _fits("ready"), "", 3),
    Verb("attach", "Attach to a chat", "attach", "C", _fits("attach"), "", 3, most=FEW),
    Verb("tag", "Edit tags…", "tag", "T", _fits("tag"), "Tags changed: {}", 4, bulk="tag"),
    Verb("expire", "Expire…", "expired", "X", _fits("expire"), "", 4, bulk="expire"),
    Verb("renew", "Renew", "refresh", "Shift+X", _fits("renew"), "No longer expiring: {}", 4, bulk="renew"),
    Verb("export", "Export…", "export", "", _fits("export"), "", 4),
    Verb("bin", "Move to the bin", "trash", "Del", _fits("bin"), "Moved to the bin: {}", 5, bulk="bin"),
    Verb("unbin", "Take out of the bin", "restore", "R", _fits("unbin"), "Taken out of the bin: {}", 5, bulk="unbin"),
    Verb("forget", "Forget…", "forget", "Shift+Del", _fits("forget"), "", 5),
)
BY_NAME = {verb.name: verb for verb in VERBS}
OPPOSITES = {"unpin": "pin", "unfreeze": "freeze", "restore": "archive", "unbin": "bin"}
"""Of two verbs on one key only one is offered; for a mixed selection it is the second named here."""
PARTNERS = OPPOSITES | {usual: other for other, usual in OPPOSITES.items()}
OPENING = frozenset({"fuse", "split", "migrate", "ready", "expire", "forget", "export", "attach", "tag"})
"""Verbs that ask further: the person decides in a panel, or elsewhere."""


def offered(cubes: Iterable[Cube], count: int) -> frozenset[str]:
    """The verbs that fit at least one of these cubes (`least` of them), of `count` that are selected."""
    here = tuple(cubes)
    beyond = max(0, count - len(here))  # those nobody looked at may fit
    fitting = {verb.name: sum(map(verb.fits, here)) for verb in VERBS}
    found = {
        verb.name
        for verb in VERBS
        if fitting[verb.name] and fitting[verb.name] + beyond >= verb.least and count <= verb.most
    }
    return frozenset(name for name in found if OPPOSITES.get(name) not in found)


def on_key(key: str, cubes: Sequence[Cube]) -> Verb:
    """Of the verbs on this key, of which none fits, the one of which there is more to say."""
    several = [verb for verb in VERBS if verb.key == key]
    hindered = (verb for verb in several if any(obstacle(verb.name, cube, now()) for cube in cubes))
    return next(hindered, several[0])


def why_not(verb: Verb, cubes: Sequence[Cube]) -> UserError:
    """What to say where somebody asks for a verb that does not fit these cubes."""
    count = len(cubes)
    if count < verb.least:
        return UserError(f"This takes {verb.least} memories at least. Nothing was changed.", "Select more.")
    if count > verb.most:
        most = "one memory" if verb.most == ONE else f"{verb.most} memories"
        return UserError(f"This takes {most} at a time, not {count:,}. Nothing was changed.", "Select fewer.")
    reasons = [(cube, obstacle(verb.name, cube, now()) or already(verb.name, cube)) for cube in cubes]
    return refusal(verb.name, [Left(cube.id, cube.title, why) for cube, why in reasons if why], count)


def split_tags(text: str) -> tuple[str, ...]:
    """Tags from a line: separated by commas, without #, each once."""
    return tuple(dict.fromkeys(tag for part in text.split(",") if (tag := part.strip().lstrip("#").strip())))
