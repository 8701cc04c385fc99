"""Texts and files from outside become memories: one each, and all that come together in one journal step."""

from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from memos_desktop.app.jobs import Job, Jobs
from memos_desktop.app.store import Store
from memos_desktop.app.text_file import read_document
from memos_desktop.errors import UserError
from memos_desktop.ids import new_id, now
from memos_desktop.memory.changes import Changes
from memos_desktop.memory.cube import Cube, Descriptive, Origin, SemanticType, Source, TextPayload, title_of
from memos_desktop.progress import Progress
from memos_desktop.texts import one_line, plain
from memos_desktop.vault.vault import Vault

LONG = 600
"""Characters from which on a text is a document."""
MOST_FILES = 1000


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that was not taken in, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What was kept, and what was not."""

    cubes: tuple[Cube, ...]
    changes: Changes
    refused: tuple[Refused, ...] = ()


class Intake:
    """Use cases on what is dropped into the window, or named on the command line."""

    def __init__(self, store: Store, jobs: Jobs) -> None:
        self._store = store
        self._jobs = jobs

    def texts(self, texts: Sequence[str]) -> "Future[Taken]":
        """Keep each of these texts. Raises UserError where all are empty; blank ones among others are left out."""
        cubes = tuple(_of_text(text) for each in texts if (text := plain(each).strip()))
        if not cubes:
            future: Future[Taken] = Future()
            future.set_exception(UserError("There is no text to keep.", "Choose a text that has words in it."))
            return future

        def work(vault: Vault) -> tuple[Changes, Taken]:
            changes = vault.cubes.add_many(cubes, label=_label(cubes))
            return changes, Taken(cubes, changes)

        return self._store.make(work)

    def files(self, paths: Sequence[Path]) -> Job:
        """Keep the text of each file; the job's result is `Taken`. Cancelled, nothing is kept.

        Files that cannot be read are named in the result. Raises UserError, in the job, where none can.
        """

        def work(progress: Progress) -> Taken:
            if len(paths) > MOST_FILES:
                raise UserError(
                    f"{len(paths):,} files are too many at once; {MOST_FILES:,} are the most. Nothing was added.",
                    "Take fewer at a time.",
                )
            cubes, refused = _read_all(paths, progress)
            if not cubes:
                first = refused[0]
                more = f" The other {len(refused) - 1} could not be read either." if len(refused) > 1 else ""
                raise UserError(f"{first.reason}{more}")
            changes = self._store.apply(lambda vault: vault.cubes.add_many(cubes, label=_label(cubes)))
            return Taken(tuple(cubes), changes, tuple(refused))

        title = f"Adding {paths[0].name}" if len(paths) == 1 else f"Adding {len(paths):,} files"
        return self._jobs.start(title, self._store.background, work)


def _read_all(paths: Sequence[Path], progress: Progress) -> tuple[list[Cube], list[Refused]]:
    cubes: list[Cube] = []
    refused: list[Refused] = []
    for number, path in enumerate(paths):
        progress.update(number, len(paths), path.name)
        try:
            cubes.append(_of_file(path, plain(read_document(path)).strip()))
        except UserError as error:
            refused.append(Refused(path.name, f"{error.message} {error.hint}".strip()))
    return cubes, refused


def _of_text(text: str) -> Cube:
    return _cube(text, title_of(text), Source(), Origin.WRITTEN)


def _of_file(path: Path, text: str) -> Cube:
    """A short file is what it says; a long one is a document with the name of the file."""
    title = one_line(path.stem) if len(text) > LONG else title_of(text)
    return _cube(text, title or title_of(text), Source(file=str(path)), Origin.IMPORTED)


def _cube(text: str, title: str, source: Source, origin: Origin) -> Cube:
    moment = now()
    kind = SemanticType.DOCUMENT if len(text) > LONG else SemanticType.FACT
    described = Descriptive(title, kind, origin=origin, source=source)
    return Cube(new_id(), 1, moment, moment, TextPayload(text), described)


def _label(cubes: Iterable[Cube]) -> str:
    several = tuple(cubes)
    return f"Add memory “{several[0].title}”" if len(several) == 1 else f"Add {len(several)} memories"
