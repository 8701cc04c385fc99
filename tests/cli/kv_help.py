"""What the tests of kept states ask of the command line."""

import json
from pathlib import Path
from typing import Any

from ran import Verb

FIRST = "Good morning! The tide at Lantern Point was lower than anybody here remembers, and the pier stood dry."
SECOND = "And what came next?"
LONG = " ".join(f"On day {day} of the survey we counted {7 * day} shoots near buoy {day}." for day in range(12))


def say(verb: Verb, text: str, *words: str, chat: str = "", tokens: int = 24) -> dict[str, Any]:
    """One greedy turn with memory off: in a new chat, or going on in one."""
    where = ("--chat", chat) if chat else ()
    given = ("--memory", "off", "--temperature", "0", "--max-tokens", str(tokens))
    ran = verb("chat", "--message", text, *where, *given, *words)
    assert ran.status == 0, ran.out + ran.err
    return ran.document


def kept(verb: Verb, *words: str) -> dict[str, Any]:
    """What `kv list` says."""
    return verb("kv", "list", *words).document


def add_long(verb: Verb, text: str = LONG, title: str = "Survey") -> str:
    """A document in memory; its id."""
    return verb("add", text, "--type", "document", "--title", title).document["id"]


def let_attach(folder: Path) -> None:
    """Say that the model reads attached cells well: random weights do not, and this is measured and obeyed."""
    path = folder / "measured.json"
    figures = {digest: {**one, "kl": 0.0, "agreement": 1.0} for digest, one in json.loads(path.read_text()).items()}
    path.write_text(json.dumps(figures))


def states(folder: Path) -> list[Path]:
    """The files of the kept states."""
    return sorted((folder / "states").glob("*.kv"))
