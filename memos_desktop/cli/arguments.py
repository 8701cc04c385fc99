"""The whole command line. Building it imports nothing but the standard library and the words of a cube."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from memos_desktop import __version__
from memos_desktop.cli.parsing import Groups, Parser, UsageError, count, group, positive, size, temperature, verb
from memos_desktop.memory.cube import Kind, SemanticType, State
from memos_desktop.memory.message import MemoryMode
from memos_desktop.texts import plain

BENCHMARKS = ("engine", "fused", "gap", "latency", "probes", "recall", "reopen", "stall", "start", "ttft")
SCHEDULER_MODES = ("automatic", "ask", "off")
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
        _cube_verbs,
        _kv_verbs,
        _scheduler_verbs,
        _history_verbs,
        _safety_verbs,
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
    add.add_argument("text", metavar="TEXT")
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
    for name, help_text in (("show", "the messages of one"), ("delete", "move one to the bin")):
        verb(chats, common, name, f"chats.{name}", help_text).add_argument("id", metavar="ID")
    verb(chats, common, "search", "chats.search", "find messages by words").add_argument(
        "text", metavar="TEXT"
    )


def _cube_verbs(groups: Groups, common: Parser) -> None:
    cubes = group(groups, common, "cubes", "look at memories and change them")
    listed = verb(cubes, common, "list", "cubes.list_cubes", "memories that pass a filter, newest first")
    listed.add_argument("--filter", default="", metavar="TEXT", dest="text")
    listed.add_argument("--kind", type=Kind, choices=list(Kind))
    listed.add_argument("--state", type=State, choices=list(State))
    listed.add_argument("--type", type=SemanticType, choices=list(SemanticType))
    listed.add_argument("--tag", metavar="T")
    listed.add_argument("--project", metavar="P")
    listed.add_argument("--bin", action="store_true", help="what was deleted")
    listed.add_argument("--limit", type=positive, default=100, metavar="N")
    listed.add_argument("--offset", type=count, default=0, metavar="N")
    show = verb(cubes, common, "show", "cubes.show", "everything about one memory")
    show.add_argument("id", metavar="ID")
    show.add_argument("--version", type=positive, metavar="N")
    edit = verb(cubes, common, "edit", "cubes.edit", "a new version with another text")
    edit.add_argument("id", metavar="ID")
    edit.add_argument("--text", required=True, metavar="T")
    edit.add_argument("--reason", default="", metavar="R")
    migrate = verb(cubes, common, "migrate", "migrate.migrate", "keep texts ready as KV, or give their text back")
    migrate.add_argument("ids", nargs="+", metavar="ID")
    migrate.add_argument("--to", type=Kind, choices=list(Kind), required=True, dest="target")
    migrate.add_argument("--preview", action="store_true", help="what it would cost and lose; nothing is changed")
    tag = verb(cubes, common, "tag", "cubes.tag", "add (+T) and remove (-T) tags")
    tag.add_argument("ids", nargs="+", metavar="ID +T -T")
    for name, help_text in (
        ("pin", "always in the context"),
        ("unpin", "no longer pinned"),
        ("freeze", "forbid changes"),
        ("unfreeze", "allow changes"),
        ("archive", "keep, but never recall"),
        ("restore", "back from the archive or the bin"),
        ("delete", "to the bin, for 30 days"),
    ):
        verb(cubes, common, name, f"cubes.{name}", help_text).add_argument("ids", nargs="+", metavar="ID")


def _kv_verbs(groups: Groups, common: Parser) -> None:
    kv = group(groups, common, "kv", "what the model has read and keeps on the disk, as KV states")
    verb(kv, common, "list", "kv.list_states", "the kept states, used last first")
    verb(kv, common, "verify", "kv.verify", "read every kept state and compare it with its checksum")
    prune = verb(kv, common, "prune", "kv.prune", "remove damaged states, then those used least recently")
    how = prune.add_mutually_exclusive_group()
    how.add_argument("--to", type=size, metavar="BYTES", help="until this much is left; 500MB is understood")
    how.add_argument("--all", action="store_true", help="until nothing is left")
    drop = verb(kv, common, "drop", "kv.drop", "remove single states, and what goes on from them")
    drop.add_argument("ids", nargs="+", metavar="ID")
    check = verb(kv, common, "check", "kv.check", "compare an answer that used KV with the same texts read")
    check.add_argument("message", metavar="MESSAGE")
    budget = verb(kv, common, "budget", "kv.budget", "how much room kept states may take; with BYTES set it")
    budget.add_argument("bytes", nargs="?", type=size, metavar="BYTES", help="4GB is understood")


def _scheduler_verbs(groups: Groups, common: Parser) -> None:
    scheduler = group(groups, common, "scheduler", "proposals to keep memories ready, or to let their states go")
    verb(scheduler, common, "list", "scheduler.list_proposals", "what real use suggests")
    for name, help_text in (("accept", "carry a proposal out"), ("dismiss", "do not propose it for a month")):
        verb(scheduler, common, name, f"scheduler.{name}", help_text).add_argument("id", metavar="ID")
    mode = verb(scheduler, common, "mode", "scheduler.mode", "what it does with its proposals; with MODE set it")
    mode.add_argument("mode", nargs="?", choices=SCHEDULER_MODES, metavar="MODE", help=", ".join(SCHEDULER_MODES))


def _history_verbs(groups: Groups, common: Parser) -> None:
    verb(groups, common, "undo", "history.undo", "take back the latest change")
    verb(groups, common, "redo", "history.redo", "make the change again that was taken back")
    journal = verb(groups, common, "journal", "history.journal", "what was changed, when, by whom and why")
    journal.add_argument("--since", metavar="T", help="ISO 8601")
    journal.add_argument("--cube", metavar="ID")
    journal.add_argument("--limit", type=positive, default=100, metavar="N")


def _safety_verbs(groups: Groups, common: Parser) -> None:
    check = verb(groups, common, "check", "safety.check", "look for damage in the data folder")
    check.add_argument("--repair", action="store_true", help="mend what can be made again")
    backup = group(groups, common, "backup", "copies of the vault")
    verb(backup, common, "create", "safety.create_backup", "make one now")
    verb(backup, common, "list", "safety.list_backups", "the copies, newest first")
    restore = verb(
        backup, common, "restore", "safety.restore_backup", "go back to one; the present state is kept"
    )
    restore.add_argument("name", metavar="NAME")


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
