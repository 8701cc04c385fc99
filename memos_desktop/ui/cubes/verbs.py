"""What can be done with memories: each verb with its name, key, and the cubes that it fits. Knows nothing of Qt."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from memos_desktop.memory.cube import Cube, Kind, State
from memos_desktop.memory.lifecycle import TRANSITIONS, Trigger

ONE = 1
FEW = 200
MANY = 1_000_000
LIVING = (State.GENERATED, State.ACTIVATED)


@dataclass(frozen=True, slots=True)
class Verb:
    """One verb: when it is offered, and what it says when it is done ({} is "3 memories").

    `least` and `most` bound how many cubes it takes; `group` is where it stands in menus; `bulk` names what
    `operations.bulk` runs for a long selection, with the arguments of the call.
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

    @property
    def usual(self) -> bool:
        """Whether it is shown, of two opposites, where neither fits."""
        return self.name not in OPPOSITES


def _shelf(cube: Cube) -> bool:
    return cube.binned is None


def _open(cube: Cube) -> bool:
    return _shelf(cube) and not cube.frozen


def _text(cube: Cube) -> bool:
    return cube.kind is Kind.PLAINTEXT


def _readable(cube: Cube) -> bool:
    return _shelf(cube) and cube.kind is not Kind.PARAMETRIC


def _living(cube: Cube) -> bool:
    return _open(cube) and cube.state in LIVING


def _restorable(cube: Cube) -> bool:
    return _open(cube) and cube.state not in LIVING


def _expirable(cube: Cube) -> bool:
    return _open(cube) and (cube.state, Trigger.EXPIRE) in TRANSITIONS


VERBS = (
    Verb("confirm", "Keep as proposed", "check", "K", lambda c: _shelf(c) and c.governance.proposed, "Kept: {}", 0,
         bulk="confirm"),
    Verb("pin", "Pin", "pin", "P", lambda c: _open(c) and not c.pinned, "Pinned: {}", 1, bulk="pin"),
    Verb("unpin", "Unpin", "unpin", "P", lambda c: _open(c) and c.pinned, "Unpinned: {}", 1, bulk="unpin"),
    Verb(
        "freeze", "Freeze", "freeze", "F", lambda c: _shelf(c) and not c.frozen, "Frozen against change: {}", 1,
        bulk="freeze",
    ),
    Verb(
        "unfreeze", "Unfreeze", "freeze", "F", lambda c: _shelf(c) and c.frozen, "May be changed again: {}", 1,
        bulk="unfreeze",
    ),
    Verb(
        "archive", "Archive", "archive", "A", _living,
        "Archived, no longer recalled: {}", 1, bulk="archive",
    ),
    Verb("restore", "Restore", "restore", "A", _restorable, "Restored: {}", 1, bulk="restore"),
    Verb("fuse", "Fuse…", "fuse", "U", lambda c: _living(c) and _text(c), "Fused: {}", 2, least=2),
    Verb("split", "Split…", "split", "S", lambda c: _living(c) and _text(c), "", 2, most=ONE),
    Verb("migrate", "Migrate…", "migrate", "M", _shelf, "", 3, most=FEW),
    Verb("ready", "Keep ready as KV…", "activation", "E", _readable, "", 3, most=FEW),
    Verb("attach", "Attach to a chat", "attach", "C", _readable, "", 3, most=FEW),
    Verb("tag", "Edit tags…", "tag", "T", _open, "Tags changed: {}", 4, bulk="tag"),
    Verb("expire", "Expire…", "expired", "X", _expirable, "", 4, bulk="expire"),
    Verb(
        "renew", "Renew", "refresh", "Shift+X",
        lambda c: _open(c) and (c.governance.expires is not None or c.state is State.EXPIRED),
        "No longer expiring: {}", 4, bulk="renew",
    ),
    Verb("export", "Export…", "export", "", _shelf, "", 4),
    Verb("bin", "Move to the bin", "trash", "Del", _open, "Moved to the bin: {}", 5, bulk="bin"),
    Verb("unbin", "Take out of the bin", "restore", "R", lambda c: not _shelf(c), "Taken out of the bin: {}", 5,
         bulk="unbin"),
    Verb("forget", "Forget…", "forget", "Shift+Del", lambda c: not c.frozen, "", 5),
)  # fmt: skip
BY_NAME = {verb.name: verb for verb in VERBS}
OPPOSITES = {"unpin": "pin", "unfreeze": "freeze", "restore": "archive", "unbin": "bin"}
"""Of two verbs on one key only one is offered; for a mixed selection it is the second named here."""
PARTNERS = OPPOSITES | {usual: other for other, usual in OPPOSITES.items()}
PANELS = frozenset({"fuse", "split", "migrate", "ready", "expire", "forget"})
"""Verbs that open a panel, where the person decides."""


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


def split_tags(text: str) -> tuple[str, ...]:
    """Tags from a line: separated by commas, without #, each once."""
    return tuple(dict.fromkeys(tag for part in text.split(",") if (tag := part.strip().lstrip("#").strip())))
