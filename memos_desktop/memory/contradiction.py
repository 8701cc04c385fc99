"""Single-valued statements: a new value closes the old fact instead of standing beside it.

Only what can have one value at a time counts ("I live in", "my cat is called"); anything doubtful is left alone,
and nothing is deleted: the older memory is marked as superseded.
"""

import re

_SUBJECT = r"(?P<subject>my (?:[\w'’-]+ ){0,2}?[\w'’-]+)"
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("name", re.compile(r"^(?:my name is|i am called|i'm called|call me) (?P<value>.+)", re.IGNORECASE)),
    ("home", re.compile(r"^i (?:now |currently )?(?:live|am living) in (?P<value>.+)", re.IGNORECASE)),
    ("home", re.compile(r"^i(?:'ve| have)? (?:just |recently )?moved to (?P<value>.+)", re.IGNORECASE)),
    ("work", re.compile(r"^i (?:now |currently )?work (?P<value>(?:as|at|for) .+)", re.IGNORECASE)),
    ("name of", re.compile(rf"^{_SUBJECT}(?:'s name)? is (?:now )?(?:called|named) (?P<value>.+)", re.IGNORECASE)),
    ("name of", re.compile(rf"^{_SUBJECT}['’]s name is (?:now )?(?P<value>.+)", re.IGNORECASE)),
    ("favourite", re.compile(
        r"^my (?P<subject>favou?rite (?:[\w-]+ ){0,2}?[\w-]+) is (?:now )?(?P<value>.+)", re.IGNORECASE)),
    ("number", re.compile(
        r"^(?P<subject>my (?:[\w'’-]+ )?(?:shoe size|height|weight|age|address|phone number|e-?mail|job|birthday)) "
        r"is (?:now )?(?P<value>.+)", re.IGNORECASE)),
)


def single_value(text: str) -> tuple[str, str] | None:
    """(what it is about, its value) of a single-valued statement, in lower case; None for every other text."""
    plain = " ".join(text.replace("’", "'").split()).strip().rstrip(".!").lower()
    for name, pattern in _PATTERNS:
        match = pattern.match(plain)
        if match:
            subject = match.groupdict().get("subject", "").replace("favorite", "favourite")
            return f"{name} {subject}".strip(), match["value"]
    return None


def supersedes(new: str, old: str) -> bool:
    """Whether statement `new` gives another value to what `old` is about."""
    mine, theirs = single_value(new), single_value(old)
    return bool(mine and theirs and mine[0] == theirs[0] and mine[1] != theirs[1])


def same(text: str, other: str) -> bool:
    """Whether two texts say the same in the same words: case, spaces and closing marks aside."""
    return _normal(text) == _normal(other)


def _normal(text: str) -> str:
    return " ".join(text.lower().split()).strip(" .!…\"'")
