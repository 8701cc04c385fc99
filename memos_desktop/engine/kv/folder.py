"""The folder of the kept states: reading what is there, removing, and words for it."""

import logging
import os
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from memos_desktop.engine.kv.header import Header
from memos_desktop.engine.kv.identity import Identity
from memos_desktop.engine.kv.index import Index, Unreadable
from memos_desktop.engine.kv.report import Entry
from memos_desktop.engine.kv.state_file import SUFFIX, TEMPORARY, StateError, StateFile, read
from memos_desktop.errors import VaultError
from memos_desktop.ids import parse_time

log = logging.getLogger(__name__)

STARTED = time.time()  # temporary files from before belong to a process that was killed


def load(folder: Path) -> Index:
    """What is in `folder`; a missing one is empty. Removes what a killed process left unfinished."""
    index = Index()
    try:
        paths = sorted(folder.iterdir())
    except FileNotFoundError:
        return index
    except OSError as error:
        reason = f"the folder cannot be read: {error.strerror or error}"
        index.add_unreadable(folder.name, Unreadable(folder, 0, 0, reason, is_file=False))
        return index
    for path in paths:
        if path.suffix == SUFFIX:
            _take_in(index, path)
        elif path.name.startswith(TEMPORARY[0]) and path.name.endswith(TEMPORARY[1]):
            _remove_unfinished(path)
    return index


def remove(path: Path) -> None:
    """Remove a file that may be gone already. Raises VaultError."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise VaultError(
            f"The kept KV state {path.name} could not be removed: {error.strerror or error}.",
            f"Make the folder {path.parent} writable, or remove the file yourself.",
        ) from error


def stamp(state: StateFile, used_ns: int) -> StateFile:
    """The state with another time of last use, on the disk too."""
    try:
        os.utime(state.path, ns=(used_ns, used_ns))
    except OSError as error:  # it counts for this session; afterwards only the order of removal is another
        log.info("The last use of %s was not noted: %s", state.path.name, error)
    return replace(state, used_ns=used_ns)


def describe(header: Header, identity: Identity) -> str:
    """Why a state cannot be used under `identity`, as a sentence."""
    *others, last = header.identity.differences(identity) or ("another version of the program",)
    differences = f"{', '.join(others)} and {last}" if others else last
    whose = "this chat" if header.owner.startswith("chat:") else "this memory"
    return f"The kept state of {whose} was made with {differences}, so it was not used."


def entry_of(state: StateFile, problem: str) -> Entry:
    """What is to be said of a state."""
    header = state.header
    return Entry(
        id=header.id,
        tier=header.tier,
        model=header.model,
        model_sha256=header.identity.model_sha256,
        owner=header.owner,
        title=header.title,
        cubes=header.cubes,
        tokens=len(header.tokens),
        bytes=state.bytes,
        created=parse_time(header.created),
        last_used=state.last_used,
        identity=header.identity,
        problem=problem,
    )


def entry_of_unreadable(name: str, file: Unreadable) -> Entry:
    """What is to be said of a file that cannot be read."""
    moment = datetime.fromtimestamp(file.used_ns / 1e9, UTC)
    return Entry(name, "", "", "", "", "", (), 0, file.bytes, moment, moment, None, file.reason)


def _take_in(index: Index, path: Path) -> None:
    try:
        index.add(read(path))
    except StateError as error:
        size, used_ns, is_file = _status(path)
        index.add_unreadable(path.stem, Unreadable(path, size, used_ns, error.message, is_file))


def _status(path: Path) -> tuple[int, int, bool]:
    try:
        status = path.stat()
    except OSError:
        return 0, 0, True  # a link to nothing, or gone meanwhile: nothing is known of it, and it can be removed
    is_file = not path.is_dir()
    return status.st_size if is_file else 0, status.st_mtime_ns, is_file


def _remove_unfinished(path: Path) -> None:
    try:
        if path.stat().st_mtime < STARTED:
            path.unlink()
    except OSError as error:
        log.info("The unfinished file %s was not removed: %s", path.name, error)
