"""`snapshot`: names for points in the history, the vault as it was there, and the way back."""

import argparse
from typing import Any

from memos_desktop.cli.context import Context
from memos_desktop.cli.output import Answer, changes_document, iso, short_time, table
from memos_desktop.memory.filter import parse
from memos_desktop.memory.snapshot import CubeDiff, Fate, Place, Snapshot, VaultDiff

SIGNS = {Fate.ADDED: "+", Fate.REMOVED: "-", Fate.CHANGED: "~", Fate.SAME: " "}


def create(arguments: argparse.Namespace, context: Context) -> Answer:
    """Name the present, or another point."""
    made = context.workspace.time.snapshot(arguments.name, arguments.note, arguments.at).result()
    return _answer(made, f"“{made.name}”: {_memories(made.cubes)}")


def list_snapshots(_arguments: argparse.Namespace, context: Context) -> Answer:
    """The snapshots, newest first."""
    found = context.workspace.time.snapshots().result()
    rows = [(one.name, short_time(one.time), one.cubes, _maker(one), one.note) for one in found]
    text = table(("NAME", "MADE", "MEMORIES", "BY", "NOTE"), rows) if rows else "There is no snapshot yet."
    return Answer({"snapshots": [_document(one) for one in found]}, text)


def rename(arguments: argparse.Namespace, context: Context) -> Answer:
    """Give a snapshot another name."""
    made = context.workspace.time.rename(arguments.name, arguments.new).result()
    return _answer(made, f"It is called “{made.name}” now.")


def delete(arguments: argparse.Namespace, context: Context) -> Answer:
    """Let go of a snapshot."""
    gone = context.workspace.time.delete(arguments.name).result()
    return _answer(gone, f"“{gone.name}” is deleted. No memory was touched.")


def show(arguments: argparse.Namespace, context: Context) -> Answer:
    """One page of the vault as it was."""
    time = context.workspace.time
    wanted = parse(arguments.text)
    opened = time.at(arguments.point).result()
    try:
        shown = opened.page(wanted, arguments.offset, arguments.limit).result()
    finally:
        opened.close()
    cubes = [
        {
            "id": cube.id,
            "version": cube.version,
            "title": cube.title,
            "text": cube.text,
            "kind": cube.kind.value,
            "type": cube.descriptive.type.value,
            "state": cube.state.value,
            "tags": list(cube.tags),
            "pinned": cube.pinned,
            "frozen": cube.frozen,
            "since": fate.fate.value if (fate := shown.fates.get(cube.id)) else Fate.SAME.value,
            "fields": list(fate.fields) if fate else [],
        }
        for cube in shown.page.cubes
    ]
    head = f"{_memories(shown.page.total)} on {short_time(opened.place.time)}"
    rows = [(one["id"], one["state"], one["since"] if one["since"] != "same" else "", one["title"]) for one in cubes]
    text = f"{head}\n{table(('ID', 'STATE', 'SINCE', 'TITLE'), rows)}" if rows else f"{head}."
    return Answer({"point": _place(opened.place), "cubes": cubes, "total": shown.page.total}, text)


def diff(arguments: argparse.Namespace, context: Context) -> Answer:
    """What differs between two points."""
    found = context.workspace.time.diff(arguments.since, arguments.until, arguments.limit).result()
    return Answer({"diff": _diff(found)}, _diff_text(found))


def restore(arguments: argparse.Namespace, context: Context) -> Answer:
    """Bring memories back, as one step; the answer says what that changed, and where it was before."""
    time = context.workspace.time
    known = {one.id for one in time.snapshots().result()}
    done = time.restore(arguments.point, arguments.cubes).result()
    step = done.changes.step_id
    changed = time.diff("now" if step is None else step - 1, "now" if step is None else step).result()
    document = {
        "snapshots": [_document(one) for one in time.snapshots().result() if one.id not in known],
        "diff": _diff(changed),
        "changes": changes_document(done.changes),
        "restored": done.restored,
        "binned": done.binned,
        "left": [{"title": title, "reason": reason} for title, reason in done.left],
    }
    lines = [f"Restored: {_memories(done.restored)}; to the bin: {done.binned}; `undo` takes it back."]
    lines += [f"“{title}” stays: {reason}" for title, reason in done.left]
    nothing = done.changes.step_id is None and not done.left
    return Answer(document, "It is as it was; nothing was changed." if nothing else "\n".join(lines))


def _answer(one: Snapshot, text: str) -> Answer:
    return Answer({"snapshots": [_document(one)]}, text)


def _diff(found: VaultDiff) -> dict[str, Any]:
    return {
        "since": _place(found.since),
        "until": _place(found.until),
        "counts": {fate.value: count for fate, count in found.counts.items()},
        "added": [_named(one) for one in found.added],
        "removed": [_named(one) for one in found.removed],
        "changed": [{**_named(one), "fields": list(one.fields)} for one in found.changed],
    }


def _document(one: Snapshot) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "note": one.note,
        "time": iso(one.time),
        "step_id": one.step_id,
        "automatic": one.automatic,
        "cubes": one.cubes,
    }


def _place(place: Place) -> dict[str, Any]:
    return {"name": place.name, "step_id": place.step_id, "time": iso(place.time)}


def _named(one: CubeDiff) -> dict[str, Any]:
    return {"id": one.id, "title": one.title}


def _diff_text(found: VaultDiff) -> str:
    counts = ", ".join(f"{count} {fate.value}" for fate, count in found.counts.items() if count)
    if not counts:
        return "Nothing differs."
    several = (*found.added, *found.removed, *found.changed)
    lines = [f"{SIGNS[one.fate]} {one.id}  {one.title}{_fields(one)}" for one in several]
    rest = found.total - len(several)
    return "\n".join((counts, *lines, *([f"and {rest} more"] if rest else [])))


def _fields(one: CubeDiff) -> str:
    return f"  ({', '.join(one.fields)})" if one.fields else ""


def _maker(one: Snapshot) -> str:
    return "program" if one.automatic else "you"


def _memories(number: int) -> str:
    return f"{number:,} {'memory' if number == 1 else 'memories'}"
