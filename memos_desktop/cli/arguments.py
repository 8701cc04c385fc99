"""The whole command line. Building it imports nothing but the standard library and the words of a cube."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from memos_desktop import __version__
from memos_desktop.cli import bundle_verbs, cube_verbs, history_verbs, kv_verbs, snapshot_verbs
from memos_desktop.cli.parsing import Groups, Parser, UsageError, group, positive, temperature, verb
from memos_desktop.memory.cube import SemanticType
from memos_desktop.memory.message import MemoryMode
from memos_desktop.texts import plain

BENCHMARKS = (
    "browser", "bundles", "engine", "forget", "fused", "gap", "latency", "operations", "probes", "recall", "reopen",
    "stall", "start", "ttft",
)  # fmt: skip
MINUS = "\N{MINUS SIGN}"  # stands for the - of `cubes tag ID -T`, which argparse would take for an option


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """The arguments of one verb. Raises UsageError.

    `handler` names the module and function that does it; `json` and `data_dir` are always there.
    """
    namespace = parser().parse_args(_keep_tags(argv))
    for name, value in vars(namespace).items():
        setattr(namespace, name, _cleaned(value))
    for name, value in (("json", False), ("data_dir", None)):
        if not hasattr(namespace, name):
            setattr(namespace, name, value)
    return namespace


def has_verb(argv: Sequence[str]) -> bool:
    """Whether anything but the data folder is asked for; if not, the window opens."""
    top = Parser(add_help=False)
    top.add_argument("--data-dir")
    try:
        return bool(top.parse_known_args(argv)[1])
    except UsageError:  # --data-dir without a folder: the full parser says so
        return True


def parser() -> Parser:
    """The parser of all verbs."""
    common = Parser(add_help=False)
    common.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="one JSON document")
    common.add_argument(
        "--data-dir",
        type=Path,
        metavar="DIR",
        default=argparse.SUPPRESS,
        help="where memory, chats and models lie",
    )
    top = Parser(
        prog="memos-desktop",
        parents=[common],
        description="A desktop assistant that remembers. Without a verb the window opens.",
        epilog="With --json standard output is JSON only. Exit: 0 done, 1 failed, 2 usage, 130 interrupted.",
    )
    top.add_argument("--version", action="version", version=f"MemOS Desktop {__version__}")
    groups = top.add_subparsers(title="verbs", metavar="VERB", required=True)
    for add in (
        _model_verbs,
        _memory_verbs,
        _chat_verbs,
        cube_verbs.add,
        kv_verbs.add,
        history_verbs.add,
        snapshot_verbs.add,
        bundle_verbs.add,
        _other_verbs,
    ):
        add(groups, common)
    return top


def _model_verbs(groups: Groups, common: Parser) -> None:
    verb(groups, common, "status", "status.status", "versions, data folder, model, counts, index")
    models = group(groups, common, "models", "list, download and choose models")
    verb(models, common, "list", "models.list_models", "the catalogue, and what is here of it")
    get = verb(models, common, "get", "models.get", "download a model and verify it")
    get.add_argument("name", metavar="NAME")
    use = verb(models, common, "use", "models.use", "load a model and make it the one that answers")
    use.add_argument("name", metavar="NAME_OR_PATH")


def _memory_verbs(groups: Groups, common: Parser) -> None:
    add = verb(groups, common, "add", "memory.add", "write down one memory")
    what = add.add_mutually_exclusive_group(required=True)
    what.add_argument("text", metavar="TEXT", nargs="?")
    what.add_argument("--file", action="append", type=Path, metavar="FILE", dest="files", help="one memory for each")
    add.add_argument("--type", type=SemanticType, choices=list(SemanticType), default=SemanticType.FACT)
    add.add_argument("--tag", action="append", default=[], metavar="T", dest="tags")
    add.add_argument("--title", metavar="T")
    add.add_argument("--event-time", metavar="T", help="when it happened, ISO 8601")
    add.add_argument("--project", metavar="P")
    turns = verb(groups, common, "import-turns", "memory.import_turns", "bring in chat history, verbatim")
    turns.add_argument(
        "file", type=Path, metavar="FILE.jsonl", help="chat, speaker, text, time; optional ref, caption"
    )
    recall = verb(groups, common, "recall", "memory.recall", "ranked memory for a query, with reasons")
    what = recall.add_mutually_exclusive_group(required=True)
    what.add_argument("query", nargs="?", metavar="QUERY")
    what.add_argument(
        "--queries", type=Path, metavar="FILE.jsonl", help='lines with "query"; one answer line each'
    )
    recall.add_argument(
        "-k", type=positive, default=10, metavar="N", help="how many results, 10 if not given"
    )
    recall.add_argument("--project", metavar="P")


def _chat_verbs(groups: Groups, common: Parser) -> None:
    chat = verb(groups, common, "chat", "chat.chat", "one turn with the model")
    chat.add_argument("--message", required=True, metavar="TEXT")
    where = chat.add_mutually_exclusive_group()
    where.add_argument("--chat", metavar="ID", help="go on in this chat")
    where.add_argument("--new", action="store_true", help="in a new chat, as without any of the three")
    where.add_argument("--temporary", action="store_true", help="nothing of it is written")
    where.add_argument("--as-of", metavar="POINT", help="temporary, with memory as it was: a snapshot, step or date")
    chat.add_argument(
        "--memory", type=MemoryMode, choices=list(MemoryMode), help="recall and keep, recall, neither"
    )
    chat.add_argument("--max-tokens", type=positive, metavar="N")
    chat.add_argument("--temperature", type=temperature, metavar="X")
    chat.add_argument("--seed", type=int, metavar="N")
    chat.add_argument(
        "--attach", action="append", default=[], metavar="CUBE", help="use this memory in any mode"
    )
    chats = group(groups, common, "chats", "list, show, delete and search conversations")
    listed = verb(chats, common, "list", "chats.list_chats", "the conversations, newest first")
    listed.add_argument("--limit", type=positive, default=200, metavar="N")
    for name, help_text in (("show", "the messages of one"), ("delete", "one, or one message, to the bin")):
        verb(chats, common, name, f"chats.{name}", help_text).add_argument("id", metavar="ID")
    for name, help_text in (
        ("exclude", "do not use a memory in this chat any more"),
        ("include", "use a memory in this chat again"),
    ):
        made = verb(chats, common, name, f"chats.{name}", help_text)
        made.add_argument("chat", metavar="CHAT")
        made.add_argument("id", metavar="ID", help="of the memory")
    verb(chats, common, "search", "chats.search", "find messages by words").add_argument(
        "text", metavar="TEXT"
    )


def _other_verbs(groups: Groups, common: Parser) -> None:
    verb(
        groups,
        common,
        "batch",
        "batch.batch",
        "a JSON array per line of standard input, a JSON answer per line",
    )
    bench = verb(groups, common, "bench", "bench.bench", "measure; from a source checkout")
    bench.add_argument("name", choices=BENCHMARKS, metavar="NAME", help=", ".join(BENCHMARKS))
    bench.add_argument(
        "--data", type=Path, metavar="PATH", help="recall, reopen: LoCoMo folder; probes: JSON lines file"
    )
    bench.add_argument("--model", metavar="NAME_OR_PATH", help="instead of the starter model")
    bench.add_argument(
        "--memory", type=MemoryMode, choices=list(MemoryMode), default=MemoryMode.ON, help="probes"
    )
    bench.add_argument(
        "--sizes", metavar="N,N", help="latency: cubes, 1000,10000,100000 if not given; ttft: tokens of the prefix"
    )
    bench.add_argument("--repeat", type=positive, metavar="N", help="how often to measure")


def _cleaned(value: Any) -> Any:
    """Words that can be stored and shown, whatever bytes they were typed in; a path keeps its own."""
    if type(value) is str:
        return plain(value)
    if isinstance(value, list):
        return [_cleaned(one) for one in value]
    return value


def _keep_tags(argv: Sequence[str]) -> list[str]:
    """`-T` behind `cubes tag` marked as a value, so that argparse does not take it for an option."""
    words = list(argv)
    positions = [at for at in range(len(words) - 1) if words[at : at + 2] == ["cubes", "tag"]]
    if not positions:
        return words
    start = positions[0] + 2
    return words[:start] + [
        MINUS + word[1:] if word.startswith("-") and not word.startswith("--") else word
        for word in words[start:]
    ]
