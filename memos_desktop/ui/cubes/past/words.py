"""The time machine in words. Knows nothing of Qt, so that every sentence can be tested as a string."""

from collections.abc import Mapping
from datetime import datetime

from memos_desktop.ids import now
from memos_desktop.memory.cube import Cube, title_of
from memos_desktop.memory.snapshot import Fate, Moment, Snapshot, VaultDiff
from memos_desktop.ui.cubes import words

MARKS = {
    Fate.ADDED: ("Added since", "added", "good"),
    Fate.REMOVED: ("Removed since", "removed", "danger"),
    Fate.CHANGED: ("Changed since", "changed", "warning"),
}
"""For each fate its word, the icon that is its shape, and the token of its colour."""
SAME = "The same now"
NOTHING_SINCE = "Nothing has changed since."


def day_words(moment: datetime, today: datetime | None = None) -> str:
    """A day below the slider: `Today`, `Yesterday`, `12 Mar`, with the year if it is another one."""
    here, reference = moment.astimezone(), (today or now()).astimezone()
    days = (reference.date() - here.date()).days
    if days in (0, 1):
        return ("Today", "Yesterday")[days]
    return f"{here.day} {here:%b}" if here.year == reference.year else f"{here.day} {here:%b %Y}"


def ago(moment: datetime, today: datetime | None = None) -> str:
    """How long ago in words: `just now`, `5 minutes ago`, `3 days ago`, `2 months ago`."""
    seconds = ((today or now()) - moment).total_seconds()
    for size, name in ((31_557_600, "year"), (2_629_800, "month"), (86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            return f"{words.counted(int(seconds // size), name)} ago"
    return "just now"


def moment_words(moment: Moment, is_now: bool) -> str:
    """The heading of the bar: where in time one is."""
    if is_now:
        return "Now"
    here = moment.time.astimezone()
    return f"{here:%A}, {words.long_date(moment.time)}"


def after_words(moment: Moment, is_now: bool) -> str:
    """The line below it: after which change that is."""
    if is_now:
        return "Move the slider, or use the arrow keys, to see your memories as they were."
    name = f"Snapshot “{moment.snapshot.name}” · " if moment.snapshot else ""
    after = "before the first memory" if moment.step_id == 0 else f"after: {moment.label}"
    return f"{name}{ago(moment.time)}, {after}"


def since_words(diff: VaultDiff) -> str:
    """What has happened since, counted."""
    counts = _counts(diff.counts)
    return f"Since then {counts}" if counts else NOTHING_SINCE


def nothing_words(which: str, history: bool, filtered: bool) -> tuple[str, str]:
    """Title and sentence where a list is empty."""
    if not history:
        return "No history yet", "Every change of a memory is kept. From the first one on you can look back from here."
    if which == "added":
        return "Nothing was added since", "All memories of now were there then."
    if filtered:
        return "No memory fits", "None of the memories that there were then passes the filter."
    return "No memories then", "At this point in time nothing was remembered yet."


def diff_heading(diff: VaultDiff) -> str:
    """The heading of the difference of two points."""
    counts = _counts(diff.counts)
    return f"From {_place(diff.since.name, diff.since.time)} to {_place(diff.until.name, diff.until.time)}: " + (
        counts or "nothing differs"
    )


def restore_question(diff: VaultDiff) -> str:
    """What restoring all would do."""
    back = diff.counts[Fate.REMOVED] + diff.counts[Fate.CHANGED]
    parts = []
    if back:
        parts.append("1 memory will be as it was" if back == 1 else f"{words.memories(back)} will be as they were")
    if added := diff.counts[Fate.ADDED]:
        parts.append(f"{added:,} added since will go to the bin")
    done = "; ".join(parts) or "Nothing differs"
    return f"{done[0].upper()}{done[1:]}. Chats stay as they are. It is one step, which Undo takes back."


def restored_words(restored: int, binned: int, left: tuple[tuple[str, str], ...]) -> str:
    """What restoring did."""
    if not restored and not binned:
        done = "Nothing was changed"
    else:
        parts = [f"Restored {words.memories(restored)}"] if restored else []
        if binned:
            parts.append(f"{binned:,} moved to the bin")
        done = ", ".join(parts)
    if not left:
        return f"{done}."
    title, reason = left[0]
    more = f" and {len(left) - 1:,} more" if len(left) > 1 else ""
    return f"{done}. “{title}”{more} stayed: {reason}."


def snapshot_line(snapshot: Snapshot) -> str:
    """One snapshot below its name."""
    made = "made by the program" if snapshot.automatic else "made by you"
    note = f" · {snapshot.note}" if snapshot.note else ""
    return f"{words.long_date(snapshot.time)} · {words.memories(snapshot.cubes)} · {made}{note}"


def change_lines(then: Cube, now_: Cube) -> tuple[tuple[str, str, str], ...]:
    """What differs in the header: its name, what it was, what it is."""
    before, after = (dict(_header(cube)) for cube in (then, now_))
    if all(cube.title == title_of(cube.text) for cube in (then, now_)):  # the text says it already
        del before["Title"]
    return tuple((name, was, after[name]) for name, was in before.items() if was != after[name])


def _header(cube: Cube) -> tuple[tuple[str, str], ...]:
    rule, about = cube.governance, cube.descriptive
    return (
        ("Title", cube.title),
        ("Type", words.TYPES[about.type]),
        ("State", words.STATES[cube.state]),
        ("Tags", ", ".join(cube.tags) or "none"),
        ("Flags", words.flags(cube)),
        ("Project", rule.project or "none"),
        ("Who may see it", words.SCOPES[rule.scope]),
        ("Access", rule.access.value),
        ("Expires", words.long_date(rule.expires)),
        ("Priority", str(rule.priority)),
        ("Sensitivity", rule.sensitivity.value),
        ("It happened", words.long_date(about.event_time) if about.event_time else "no time known"),
        ("True until", words.long_date(rule.valid_to) if rule.valid_to else "still true"),
    )


def _counts(counts: Mapping[Fate, int]) -> str:
    said = {Fate.ADDED: "added", Fate.REMOVED: "removed", Fate.CHANGED: "changed"}
    return ", ".join(f"{counts[fate]:,} {word}" for fate, word in said.items() if counts.get(fate))


def _place(name: str, time: datetime) -> str:
    return name if name == "now" else f"“{name}”" if name else words.long_date(time)
