"""What the chat page says about answers, dates and modes, in words."""

from datetime import date, datetime, timedelta

from memos_desktop.memory.message import Finish, MemoryMode

MODES = (
    (MemoryMode.ON, "On", "Memories are used, and what you say is kept"),
    (MemoryMode.READ, "Read only", "Memories are used, but nothing new is kept from this chat"),
    (MemoryMode.OFF, "Off", "This chat neither uses nor keeps memories"),
)
ENDINGS = {
    Finish.LENGTH: "The answer reached the length limit.",
    Finish.CANCELLED: "You stopped this answer.",
    Finish.ERROR: "The answer ended with an error.",
    Finish.INTERRUPTED: "The program ended while this was being written; what had arrived was kept.",
}


def memories(count: int) -> str:
    """Like "1 memory", "3 memories"."""
    return "1 memory" if count == 1 else f"{count} memories"


def day_group(moment: datetime, today: date) -> str:
    """The heading under which a chat stands in the list."""
    day = moment.astimezone().date()
    if day >= today:
        return "Today"
    if day == today - timedelta(days=1):
        return "Yesterday"
    if day > today - timedelta(days=7):
        return "Last 7 days"
    if day > today - timedelta(days=30):
        return "Last 30 days"
    return f"{day:%B %Y}" if day.year == today.year else f"{day:%Y}"


def short_time(moment: datetime, now: datetime) -> str:
    """The time for today, else the date."""
    local, here = moment.astimezone(), now.astimezone()
    if local.date() == here.date():
        return f"{local:%H:%M}"
    day = f"{local.day} {local:%b}"
    return day if local.year == here.year else f"{day} {local.year}"


def short_date(moment: datetime) -> str:
    """Like "23 Nov 2026"."""
    local = moment.astimezone()
    return f"{local.day} {local:%b %Y}"


def long_time(moment: datetime) -> str:
    """Like "23 November 2026, 16:43"."""
    local = moment.astimezone()
    return f"{local.day} {local:%B %Y, %H:%M}"
