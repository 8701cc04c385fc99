"""The arguments of `kv` and `scheduler`: what the model keeps of what it has read, and what should be kept."""

from memos_desktop.cli.parsing import Groups, Parser, group, size, verb

SCHEDULER_MODES = ("automatic", "ask", "off")


def add(groups: Groups, common: Parser) -> None:
    """Add the verbs of `kv` and of `scheduler`."""
    _kv(groups, common)
    _scheduler(groups, common)


def _kv(groups: Groups, common: Parser) -> None:
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


def _scheduler(groups: Groups, common: Parser) -> None:
    scheduler = group(groups, common, "scheduler", "proposals to keep memories ready, or to let their states go")
    verb(scheduler, common, "list", "scheduler.list_proposals", "what real use suggests")
    for name, help_text in (("accept", "carry a proposal out"), ("dismiss", "do not propose it for a month")):
        verb(scheduler, common, name, f"scheduler.{name}", help_text).add_argument("id", metavar="ID")
    mode = verb(scheduler, common, "mode", "scheduler.mode", "what it does with its proposals; with MODE set it")
    mode.add_argument("mode", nargs="?", choices=SCHEDULER_MODES, metavar="MODE", help=", ".join(SCHEDULER_MODES))
