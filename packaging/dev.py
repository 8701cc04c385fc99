#!/usr/bin/env python3
"""The two commands of this repository: open the window, run every check.

    python3 packaging/dev.py run [-- ARGS]    set up what is missing, then open MemOS Desktop
    python3 packaging/dev.py test             set up what is missing, then run all checks and tests

Only Python 3.11 or newer has to be there. Standard library only; the parts are `dev_setup` (the virtual
environment) and `dev_checks` (the checks). Exit status: 0 done, 1 with one sentence, 130 interrupted.
"""

from __future__ import annotations

import argparse
import sys

OLDEST = (3, 11)


def too_old(version: tuple[int, ...]) -> str:
    """The sentence for a Python that is too old, or the empty string."""
    if version[:2] >= OLDEST:
        return ""
    found = ".".join(str(part) for part in version[:2])
    return f"MemOS Desktop needs Python 3.11 or newer, this is {found}: start it with a newer one."


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser(prog="dev.py", description="Set up, then run MemOS Desktop or its checks.")
    verbs = top.add_subparsers(dest="verb", required=True)
    verbs.add_parser("run", help="open the window; arguments after -- go to the program: run -- --help")
    verbs.add_parser("test", help="run ruff, mypy, import-linter, vulture and all tests")
    return top


def split(argv: list[str]) -> tuple[list[str], list[str]]:
    """What is meant for this script, and what stands behind the first `--`."""
    at = argv.index("--") if "--" in argv else len(argv)
    return argv[:at], argv[at + 1 :]


def main(argv: list[str]) -> int:
    """Run one command; returns the exit status."""
    if sentence := too_old(sys.version_info[:3]):
        print(sentence, file=sys.stderr)
        return 1
    own, passed_on = split(argv)
    arguments = parser().parse_args(own)
    if passed_on and arguments.verb != "run":
        parser().error("only run passes arguments on")
    import dev_checks  # only now: a Python that is too old cannot read these
    import dev_setup

    try:
        environment = dev_setup.prepare()
        if arguments.verb == "test":
            return dev_checks.run_all(environment)
        return dev_setup.start(environment, passed_on)
    except dev_setup.SetupError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted; run the same command again and it goes on from here.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
