"""The command line: every verb of the contract parses, wrong usage is said, tags with a minus stay tags."""

import argparse
import re
from pathlib import Path

import pytest

from memos_desktop.cli.arguments import MINUS, has_verb, parse, parser
from memos_desktop.cli.parsing import UsageError
from memos_desktop.memory.cube import Kind, SemanticType, State
from memos_desktop.memory.message import MemoryMode

ROOT = Path(__file__).resolve().parents[2]
CONTRACT = (
    "status", "models list", "models get", "models use", "add", "import-turns", "recall", "chat",
    "chats list", "chats show", "chats delete", "chats search", "chats exclude", "chats include",
    "cubes list", "cubes show", "cubes edit", "cubes diff", "cubes confirm", "cubes tag",
    "cubes pin", "cubes unpin", "cubes freeze", "cubes unfreeze", "cubes archive",
    "cubes restore", "cubes delete", "cubes migrate",
    "cubes fuse", "cubes split", "cubes expire", "cubes renew", "cubes header", "cubes forget",
    "reviews list", "reviews accept", "reviews dismiss", "learned list", "learned update", "learned keep",
    "filters list", "filters save", "filters rename", "filters delete", "map arrange", "tidy",
    "kv list", "kv verify", "kv prune", "kv drop", "kv check", "kv budget",
    "scheduler list", "scheduler accept", "scheduler dismiss", "scheduler mode", "undo", "redo", "journal", "check",
    "backup create", "backup list", "backup restore", "backup delete",
    "export", "import", "verify",
    "snapshot create", "snapshot list", "snapshot show", "snapshot diff", "snapshot restore", "snapshot rename",
    "snapshot delete",
    "batch", "bench",
)  # fmt: skip


def verbs(level: argparse.ArgumentParser, path: str = "") -> dict[str, argparse.ArgumentParser]:
    """All verbs below a parser with their full names."""
    found: dict[str, argparse.ArgumentParser] = {}
    for action in level._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, below in action.choices.items():
                deeper = verbs(below, f"{path}{name} ")
                found |= deeper or {f"{path}{name}": below}
    return found


def test_the_verbs_are_those_of_the_contract() -> None:
    assert sorted(verbs(parser())) == sorted(CONTRACT)


def test_every_verb_explains_itself() -> None:
    for name, below in verbs(parser()).items():
        assert below.description, name
        assert "--json" in below.format_help(), name
        assert "--data-dir" in below.format_help(), name
    for first in {name.split()[0] for name in CONTRACT}:
        assert re.search(rf"^    {first}\s+\w", parser().format_help(), re.MULTILINE), first


def test_every_handler_exists() -> None:
    import importlib

    for name, below in verbs(parser()).items():
        module, function = below.get_default("handler").split(".")
        assert callable(getattr(importlib.import_module(f"memos_desktop.cli.{module}"), function)), name


def test_the_readme_names_every_verb() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = set(re.findall(r"`([a-z-]+(?: [a-z-]+)?)[^`]*`", readme))
    words = {verb for text in shown for verb in (text, text.split()[0])}
    for name in CONTRACT:
        group, _, verb = name.partition(" ")
        assert group in words, f"README.md does not mention {name}"
        assert re.search(rf"\b{verb or group}\b", readme), f"README.md does not mention {name}"


def unknown(table: str) -> list[str]:
    """What the rows of verbs in the README name that is no verb, no option and no choice of one."""
    known, wrong = verbs(parser()), []
    groups = {name.split()[0] for name in known}
    for row in table.splitlines():
        group = current = ""
        named: list[argparse.ArgumentParser] = []
        options: list[str] = []
        for text in re.findall(r"`([^`]+)`", row.split(" | ")[0]):
            first, *rest = text.split()
            options += re.findall(r"(?<!\S)\[?(--[a-z-]+)", text)
            if first in groups:
                group, current = first, first if first in known else f"{first} {rest[0] if rest else ''}"
            elif f"{group} {first}" in known:
                current = f"{group} {first}"
            elif not first.startswith(("-", "[-")):  # a choice of the verb before it
                actions = known[current]._actions if current in known else []
                wrong += [] if any(first in map(str, one.choices or ()) for one in actions) else [text]
            if current not in known:
                wrong.append(text)
            else:
                named.append(known[current])
        wrong += [one for one in options if not any(one in verb._option_string_actions for verb in named)]
    return wrong


def test_the_readme_names_no_verb_that_there_is_not() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    table = readme.split("## Command line")[1].split("\n## ")[0].split("|---|---|")[1]
    assert table.count("\n| `") > 20
    assert unknown(table) == []


def test_a_verb_that_there_is_not_is_found_in_a_table() -> None:
    assert unknown("| `cubes pin`, `unpin`, `undelete` | x |") == ["undelete"]
    assert unknown("| `cubes melt ID` | x |\n| `cubes list --colour C` | x |") == ["cubes melt ID", "--colour"]
    assert unknown("| `import FILE` with `--on-conflict keep`, `swallow` | x |") == ["swallow"]
    assert unknown("| `kv list`, `kv budget BYTES`; `chat --message T` with `--memory on`, `off` | `x` |") == []


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("--json status", {"handler": "status.status", "json": True}),
        ("status --json", {"handler": "status.status", "json": True}),
        ("cubes --json list", {"handler": "cubes.list_cubes", "json": True}),
        ("status", {"json": False, "data_dir": None}),
        ("--data-dir /x status", {"data_dir": Path("/x")}),
        ("status --data-dir /x", {"data_dir": Path("/x")}),
        ("models use qwen", {"handler": "models.use", "name": "qwen"}),
        ("add Hello --type event --tag a --tag b", {"type": SemanticType.EVENT, "tags": ["a", "b"]}),
        ("recall cat", {"query": "cat", "queries": None, "k": 10}),
        ("recall --queries f.jsonl -k 3", {"query": None, "queries": Path("f.jsonl"), "k": 3}),
        ("chat --message Hi", {"message": "Hi", "new": False, "temporary": False, "memory": None}),
        ("chat --message Hi --memory off --temperature 0", {"memory": MemoryMode.OFF, "temperature": 0.0}),
        ("chat --message Hi --attach a --attach b --seed 3", {"attach": ["a", "b"], "seed": 3}),
        ("cubes list --kind plaintext --state archived", {"kind": Kind.PLAINTEXT, "state": State.ARCHIVED}),
        ("cubes show abc --version 2", {"id": "abc", "version": 2}),
        ("cubes tag abc +x -home -h", {"ids": ["abc", "+x", f"{MINUS}home", f"{MINUS}h"], "json": False}),
        ("cubes tag abc -x --json", {"ids": ["abc", f"{MINUS}x"], "json": True}),
        ("cubes migrate a b --to activation", {"ids": ["a", "b"], "target": Kind.ACTIVATION, "preview": False}),
        ("cubes migrate a --to plaintext --preview", {"target": Kind.PLAINTEXT, "preview": True}),
        ("kv prune", {"to": None, "all": False}),
        ("kv prune --to 1.5MB", {"to": 1_500_000, "all": False}),
        ("kv budget 2GiB", {"bytes": 2 << 30}),
        ("kv budget", {"bytes": None}),
        ("kv check abc", {"handler": "kv.check", "message": "abc"}),
        ("scheduler mode", {"mode": None}),
        ("scheduler mode automatic", {"mode": "automatic"}),
        ("cubes edit a --time 2024 --expect-version 3", {"text": None, "event_time": "2024", "expect_version": 3}),
        ("cubes restore a --version 2", {"ids": ["a"], "version": 2}),
        ("cubes diff a --from 1", {"since": 1, "until": None}),
        ("cubes header a --priority -7", {"priority": -7}),
        ("cubes fuse a b --text-by model", {"text": None, "text_by": "model"}),
        ("learned list", {"chat": None}),
        ("cubes pin a b", {"handler": "cubes.pin", "ids": ["a", "b"]}),
        ("snapshot create Spring --at 12", {"name": "Spring", "at": "12", "note": ""}),
        ("snapshot diff Spring", {"since": "Spring", "until": "now", "limit": 1000}),
        ("snapshot restore Spring --cubes a b", {"point": "Spring", "cubes": ["a", "b"]}),
        ("chat --message Hi --as-of Spring", {"as_of": "Spring", "temporary": False}),
        ("journal --since 2024-01-01 --cube a", {"since": "2024-01-01", "cube": "a"}),
        ("bench recall --data d", {"name": "recall", "data": Path("d")}),
    ],
)
def test_lines_are_understood(line: str, expected: dict[str, object]) -> None:
    found = vars(parse(line.split()))
    assert {name: found[name] for name in expected} == expected


@pytest.mark.parametrize(
    "line",
    [
        "",
        "nonsense",
        "cubes",
        "chat",
        "chat --message",
        "recall",
        "recall x --queries f",
        "add x --type joke",
        "chat --message x --new --temporary",
        "chat --message x --memory maybe",
        "recall x -k 0",
        "status x",
        "bench nothing",
        "cubes list --limit many",
        "stat",
        "kv",
        "kv drop",
        "kv prune --to lots",
        "kv prune --to 1 --all",
        "kv budget 4XB",
        "cubes migrate a",
        "cubes migrate a --to gold",
        "scheduler mode sometimes",
        "cubes edit a --expect-version 0",
        "cubes header a --priority high",
        "cubes fuse a b --text x --text-by model",
        "reviews accept a",
        "reviews accept a explode",
        "filters save a",
    ],
)
def test_wrong_usage_is_said(line: str) -> None:
    with pytest.raises(UsageError, match="usage: memos-desktop"):
        parse(line.split())


def test_only_a_bare_call_opens_the_window() -> None:
    assert not has_verb([])
    assert not has_verb(["--data-dir", "/x"])
    assert not has_verb(["--data-dir=/x"])
    assert has_verb(["status"])
    assert has_verb(["--data-dir", "/x", "status"])
    assert has_verb(["--help"])
    assert has_verb(["--data-dir"])
