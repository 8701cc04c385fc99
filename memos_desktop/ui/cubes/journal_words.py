"""Journal steps and uses of one memory in words. Knows nothing of Qt."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from memos_desktop.ids import parse_time
from memos_desktop.memory.access import Access, AccessKind
from memos_desktop.memory.call import Form
from memos_desktop.memory.changes import RowChange, Step
from memos_desktop.memory.cube import Scope, State
from memos_desktop.ui.cubes import words

FORMS = {Form.TEXT: "read as text", Form.KV: "attached as KV", Form.LEFT_OUT: "left out"}
_FLAGS = {
    "pinned": ("pinned", "unpinned"),
    "frozen": ("frozen", "unfrozen"),
    "proposed": ("proposed", "confirmed"),
    "binned": ("moved to the bin", "taken out of the bin"),
    "superseded_by": ("replaced by another memory", "no longer replaced"),
    "valid_to": ("closed", "open again"),
}
_NAMES = {
    "state": "state",
    "scope": "scope",
    "project": "project",
    "expires": "expires",
    "priority": "priority",
    "sensitivity": "sensitivity",
    "access": "access",
    "watermark": "watermark",
    "type": "type",
}
_SHOWN: dict[str, Callable[[Any], str]] = {
    "state": lambda value: words.STATES[State(value)].lower(),
    "scope": lambda value: words.SCOPES[Scope(value)].lower(),
    "expires": lambda value: words.long_date(parse_time(value)) if value else "never",
    "access": lambda value: str(value).replace("-", " "),
}


def done(step: Step) -> str:
    """What a step did, by its label: "Undone: Pin memory"."""
    prefix = {"undo": "Undone: ", "redo": "Done again: "}.get(step.action, "")
    return f"{prefix}{step.label}{' (undone)' if step.undone else ''}"


def by(step: Step) -> str:
    """When and by whom, and why where that was said."""
    reason = f": {step.reason}" if step.reason else ""
    return f"{words.long_date(step.time)}, by {words.actor(step.actor)}{reason}"


def changed(step: Step) -> str:
    """What a step changed in the header of a memory, one after the other; empty where only the text is another."""
    said: list[str] = []
    for change in step.changes:
        said += _of(change)
    return ", ".join(dict.fromkeys(said))


def used(line: Access) -> str:
    """A use: in which form, which version, how long."""
    form = FORMS[line.form] if line.form else "used"
    tokens = f", {line.tokens:,} tokens" if line.tokens else ""
    return f"{form[:1].upper()}{form[1:]}, version {line.version}{tokens}"


def where(line: Access) -> str:
    """The chat of a use in words."""
    if line.chat_title is not None:
        return line.chat_title.strip() or "Untitled chat"
    return "In a chat that was removed" if line.chat_id else "Outside of chats"


def heading(line: Access) -> str:
    """What a line of the access log is about."""
    return used(line) if line.kind is AccessKind.USED else line.label


def _of(change: RowChange) -> list[str]:
    if change.table != "cubes":
        return []
    if change.before is None:
        return ["created"] if change.after is not None else []
    if change.after is None:
        return ["taken back"]
    before, after = change.before, change.after
    said = [_flag(name, after[name]) for name in after if name in _FLAGS]
    said += [_field(name, before, after) for name in after if name in _NAMES]
    return [*said, *_tags(before, after)] + ([f"version {after['version']}"] if "version" in after else [])


def _flag(name: str, value: object) -> str:
    on, off = _FLAGS[name]
    return on if value else off


def _field(name: str, before: Mapping[str, object], after: Mapping[str, object]) -> str:
    show = _SHOWN.get(name, lambda value: "none" if value in (None, "") else str(value))
    return f"{_NAMES[name]}: {show(before.get(name))} → {show(after[name])}"


def _tags(before: Mapping[str, object], after: Mapping[str, object]) -> list[str]:
    if "tags" not in after:
        return []
    old, new = (list(json.loads(str(row.get("tags") or "[]"))) for row in (before, after))
    added = [f"+{tag}" for tag in new if tag not in old]
    return [f"tags: {' '.join([*added, *(f'−{tag}' for tag in old if tag not in new)]) or 'another order'}"]
