"""What the forget panel says: what goes, where else it is said, and what became of it."""

from memos_desktop.memory.cube import Cube
from memos_desktop.memory.forgetting import ForgetPreview, ForgetReport, Said

TITLES = 3
LONGEST = 140
CHOSEN = ("messages", "memories")
"""Places where it stays by choice."""
FINAL = "This happens at once and cannot be undone."


def title(preview: ForgetPreview) -> str:
    """The question."""
    if len(preview.cubes) == 1:
        return f"Forget “{short(preview.cubes[0].title, 60)}”?"
    return f"Forget {len(preview.cubes):,} memories?"


def goes(preview: ForgetPreview) -> list[str]:
    """What is removed, a line for each kind of thing."""
    one = len(preview.cubes) == 1
    versions = counted(preview.versions, "version", "versions")
    what = "The memory" if one else f"{len(preview.cubes):,} memories"
    lines = [f"{what} with {'its' if one else 'their'} {versions}, every trace in search and history included"]
    if preview.activations or preview.states:
        kept = counted(preview.states, "kept KV state", "kept KV states")
        ready = counted(len(preview.activations), "memory kept ready as KV", "memories kept ready as KV")
        both = ((ready, preview.activations), (kept, preview.states))
        lines.append(" and ".join(part for part, count in both if count))
    if preview.backups:
        lines.append(f"Its place in {counted(preview.backups, 'copy', 'copies')} of the database")
    if preview.snapshots:
        lines.append(f"Its place in {counted(preview.snapshots, 'snapshot', 'snapshots')}")
    return lines


def messages_choice(preview: ForgetPreview) -> str:
    """The choice to take it out of what was said."""
    count = len(preview.said)
    return f"Take it out of {counted(count, 'message', 'messages')} too; “[forgotten]” will stand in its place"


def derived_choice(preview: ForgetPreview) -> str:
    """The choice to forget what was made from it."""
    count = len(preview.derived)
    what = "the memory that was" if count == 1 else f"the {count:,} memories that were"
    return f"Forget {what} made from it too: {titles(preview.derived)}"


def said(one: Said) -> str:
    """One message that says it."""
    return f"“{short(one.chat_title or 'Untitled chat', 40)}”: {short(one.text, LONGEST)}"


def notes(preview: ForgetPreview) -> list[str]:
    """What stays whatever is chosen."""
    lines = []
    if preview.same:
        verb = "says" if len(preview.same) == 1 else "say"
        lines.append(f"{titles(preview.same)} {verb} the same words and stay.")
    if preview.adapters:
        lines.append(f"Adapters were trained on it and keep what they learned: {titles(preview.adapters)}.")
    if preview.unreadable:
        names = ", ".join(preview.unreadable)
        lines.append(f"Copies of the database that cannot be opened may hold it; delete them afterwards: {names}.")
    return lines


def removed(report: ForgetReport) -> str:
    """What went, and how that was made sure where it could not be searched for."""
    names = (
        ("memories", "memory", "memories"),
        ("versions", "version", "versions"),
        ("passages", "place in search", "places in search"),
        ("vectors", "vector", "vectors"),
        ("activations", "memory kept ready", "memories kept ready"),
        ("states", "kept KV state", "kept KV states"),
        ("blobs", "adapter file", "adapter files"),
        ("uses", "recorded use", "recorded uses"),
        ("journal", "record of the history", "records of the history"),
        ("receipts", "receipt, blanked", "receipts, blanked"),
        ("messages", "message, reworded", "messages, reworded"),
        ("backups", "copy of the database, cleaned", "copies of the database, cleaned"),
        ("logs", "place in log files", "places in log files"),
    )
    parts = [counted(count, one, many) for name, one, many in names if (count := report.removed.get(name, 0))]
    said = f"Removed: {', '.join(parts)}."
    if report.verified and report.unsearched:
        said += " Its words stand elsewhere too, or are too short to search for: everything was asked for its id."
    return said


def verdict(report: ForgetReport) -> str:
    """What the search found."""
    if not report.verified:
        left = sum(count for place, count in report.found.items() if place not in CHOSEN)
        return "Some of it was still found" if left else "Removed, but not everything could be searched"
    if report.unsearched:
        return "Gone: nothing here belongs to it any more"
    if report.remains:
        return "Searched everywhere: nothing is left but what you chose to leave"
    return "Searched everywhere: nothing of it is left"


def counted(count: int, one: str, many: str) -> str:
    """Like "1 version", "3 versions"."""
    return f"1 {one}" if count == 1 else f"{count:,} {many}"


def titles(cubes: tuple[Cube, ...]) -> str:
    """The first few titles."""
    shown = ", ".join(f"“{short(cube.title, 50)}”" for cube in cubes[:TITLES])
    return shown if len(cubes) <= TITLES else f"{shown} and {len(cubes) - TITLES:,} more"


def short(text: str, length: int) -> str:
    """One line of at most so many characters."""
    line = " ".join(text.split())
    return line if len(line) <= length else f"{line[: length - 1].rstrip()}…"
