"""Exports or imports without end and says each time when it begins and ends; killed by test_bundle_kill.py."""

import sys
from collections.abc import Iterator
from pathlib import Path

from bundle_values import held, in_order, write
from vault_values import cube

from memos_desktop.memory.bundle import Chain
from memos_desktop.memory.bundle_import import Decision
from memos_desktop.paths import DataFolder
from memos_desktop.progress import Progress
from memos_desktop.vault.bundle_import import import_bundle
from memos_desktop.vault.bundle_reader import BundleReader
from memos_desktop.vault.vault import Vault


def say(*words: object) -> None:
    """One line to the parent, at once."""
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def exports(folder: Path) -> None:
    """The same file again and again, each time with one memory more."""
    several = [Chain((cube(f"memory {number} " + "word " * 200),)) for number in range(2000)]
    target = folder / "kept.memcube"
    for number in range(1000):
        several.append(Chain((cube(f"one more {number}"),)))
        say("begin", len(several))
        write(target, telling(in_order(several)))
        say("end", len(several))


def telling(several: list[Chain]) -> Iterator[Chain]:
    """The same, saying now and then how far it is."""
    for number, chain in enumerate(several):
        if not number % 200:
            say("at", number)
        yield chain


def imports(folder: Path) -> None:
    """One bundle after another."""
    vault = Vault.open(DataFolder(folder / "data"))
    for number in range(1000):
        several = [Chain((cube(f"{number} {part}"),)) for part in range(400)]
        path = write(folder / "in.memcube", in_order(several))
        say("begin", len(held(vault)))
        progress = Progress(lambda state: say("at", int(state.done)) if not state.done % 50 else None, interval=0)
        with BundleReader(path) as bundle:
            outline = bundle.check(Progress())
            import_bundle(vault, bundle, outline, Decision(), frozenset(), progress)
        say("end", len(held(vault)))


if __name__ == "__main__":
    {"exports": exports, "imports": imports}[sys.argv[2]](Path(sys.argv[1]))
