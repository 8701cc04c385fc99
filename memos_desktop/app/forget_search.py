"""The search that proves a removal: rows, free room, log files and states, for every part of the words that went."""

import contextlib
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from memos_desktop.app.kept_states import KeptStates
from memos_desktop.app.store import Store
from memos_desktop.errors import VaultError
from memos_desktop.memory.forgetting import ForgetReport
from memos_desktop.paths import DataFolder
from memos_desktop.vault import scrub
from memos_desktop.vault.copies import Cleaned
from memos_desktop.vault.database import Database
from memos_desktop.vault.holders import Holders, holders
from memos_desktop.vault.mentions import mentions
from memos_desktop.vault.purge import Doomed, take_out
from memos_desktop.vault.redaction import Places, quoting
from memos_desktop.vault.traces import Needles

log = logging.getLogger(__name__)
HEAD = 1 << 16
"""Bytes of the file of a state in which its header lies; its tokens and cells are no text."""
BLANK = b"x"
SHOWN = 5


@dataclass
class Found:
    """What was found after a removal. `holders` are rows that say it, `files` small files of the folder by name."""

    holders: Holders = field(default_factory=Holders)
    remnants: int = 0
    logged: int = 0
    orphans: int = 0
    states: int = 0
    logs: int = 0
    files: Counter[str] = field(default_factory=Counter)


class Search:
    """Looks through the data folder; used on the thread that forgets."""

    def __init__(self, folder: DataFolder, store: Store, kept: KeptStates) -> None:
        self._folder = folder
        self._store = store
        self._kept = kept

    def states(self, ids: Iterable[str], chats: Iterable[str] = ()) -> int:
        """How many kept states are of these cubes or hold them, or are of these chats."""
        owners, gone = {f"chat:{chat}" for chat in chats}, set(ids)

        def of(owner: str, cubes: Sequence[str]) -> bool:
            cube = owner.removeprefix("cube:").partition("@")[0]
            return owner in owners or cube in gone or not gone.isdisjoint(cubes)

        return sum(of(entry.owner, entry.cubes) for entry in self._kept.store.entries())

    def quoting(self, lost: Doomed, check: Callable[[], None]) -> Places:
        """Where messages and the journal quote what is to go. `check` may raise to end it."""
        with self.reader() as reader:
            return quoting(reader, lost.ids, lost.words.texts, check)

    def left(self, lost: Doomed, messages: bool) -> Found:
        """Search everything. What was quoted meanwhile and what stands in free room is cleared first."""
        ask = self._store.ask
        with self.reader() as reader:
            needles = scrub.needles_for(reader, lost.all_texts)
            said = mentions(reader, lost)
        left = self._look(needles)
        messages_with, chats_with = (_keys(left, table) for table in ("messages", "chats"))
        places = Places(messages_with | {one.message_id for one in said.said}, chats_with)
        if places and self._take_out(lost, places, messages):
            left = self._look(needles)
        if left.remnants or left.logged:
            with self._failing("The database could not be written anew"):
                ask(lambda vault: scrub.rewrite(vault.database))
                left = self._look(needles, rewritten=True)
        in_heads = self._in_files(needles, sorted(self._folder.states.glob("*.kv")), HEAD)
        blanked = self._blank_logs(needles)
        with self.reader() as reader:
            return Found(
                holders=holders(reader, left.rows, lost, messages),
                remnants=left.remnants,
                logged=left.logged,
                orphans=scrub.orphans(reader, lost.all_texts),
                states=self.states(lost.ids) + in_heads.total(),
                logs=blanked,
                files=self._in_files(needles, self._small_files()),
            )

    def _take_out(self, lost: Doomed, places: Places, messages: bool) -> bool:
        """Take the words out of what was written since the removal; whether there was anything."""
        changes = self._store.apply(lambda vault: take_out(vault.database, lost.words, places, messages))
        return bool(changes)

    def _look(self, needles: Needles, rewritten: bool = False) -> scrub.Left:
        database = self._store.ask(lambda vault: _folded(vault.database))
        with self.reader() as reader:
            return scrub.left_in(database, reader, needles, rewritten)

    @contextlib.contextmanager
    def reader(self) -> Iterator[Database]:
        """A connection of its own, so that nobody waits for the vault meanwhile."""
        with contextlib.closing(Database(self._folder.database)) as reader:
            yield reader

    @contextlib.contextmanager
    def _failing(self, what: str) -> Iterator[None]:
        """The search that follows tells what is left; the log tells why."""
        try:
            yield
        except VaultError as error:
            log.warning("%s: %s", what, error.message)

    def _small_files(self) -> list[Path]:
        """Every file of the folder but the database and what holds no words: log files, settings, figures."""
        folder = self._folder
        apart = {folder.models, folder.blobs, folder.states, folder.index, folder.backups, folder.lock}
        found: list[Path] = []
        for path in sorted(folder.root.iterdir()):
            if path.is_dir() and path not in apart:
                found += sorted(inner for inner in path.rglob("*") if inner.is_file())
            elif path.is_file() and path not in apart and not path.name.startswith("vault"):
                found.append(path)
        return found

    def _in_files(self, needles: Needles, files: Iterable[Path], length: int | None = None) -> Counter[str]:
        """How often any of the words stands in each file, by name; those without are left out."""
        found: Counter[str] = Counter()
        for path in files:
            with contextlib.suppress(FileNotFoundError), path.open("rb") as file:
                hits = len(needles.find(file.read(length))) if length else needles.count_in(file).total()
                if hits:
                    found[path.name] = hits
        return found

    def _blank_logs(self, needles: Needles) -> int:
        """Write over the words in log files, byte for byte, as somebody may be writing behind them; how many."""
        done = 0
        for path in sorted(self._folder.logs.rglob("*")) if self._folder.logs.is_dir() else ():
            if path.is_file():
                with path.open("r+b") as file:
                    for start, end, _ in needles.find(file.read()):
                        file.seek(start)
                        file.write(BLANK * (end - start))
                        done += 1
        return done


def _keys(left: scrub.Left, table: str) -> frozenset[str]:
    return frozenset(row.key for row in left.rows if row.table == table)


def _folded(database: Database) -> Database:
    scrub.fold_log(database)
    return database


def report(
    found: Found, removed: Mapping[str, int], cleaned: Cleaned, index: int, adapters: tuple[str, ...]
) -> ForgetReport:
    """The result in figures and sentences. What chats and other memories still say was left by choice."""
    said, rows = found.holders, found.holders.others.total()
    counts = {
        "database": rows + found.remnants,
        "log": found.logged,
        "full_text": found.orphans,
        "index": index,
        "states": found.states,
        "backups": cleaned.remnants,
        "files": found.files.total(),
    }
    troubled = any(counts.values()) or bool(cleaned.unreadable or cleaned.failed or cleaned.skipped)
    return ForgetReport(
        removed=removed,
        found={**counts, "messages": len(said.messages) + len(said.chats), "memories": len(said.cubes)},
        verified=not troubled,
        remains=(*_said(said), *_trouble(found, counts, cleaned)),
        adapters=adapters,
        unreadable=(*cleaned.unreadable, *cleaned.failed),
    )


def _said(said: Holders) -> list[str]:
    chats = Counter(said.messages.values())
    lines = [
        f"One message in the chat “{title}” still says it."
        if count == 1
        else f"{count} messages in the chat “{title}” still say it."
        for title, count in chats.most_common(SHOWN)
    ]
    lines += [f"The title of the chat “{title}” says it." for title in said.chats.values() if title not in chats]
    if len(chats) > SHOWN:
        lines.append(f"{len(chats) - SHOWN} more chats still say it.")
    lines += [f"The memory “{title}” says the same words." for title in list(said.cubes.values())[:SHOWN]]
    if len(said.cubes) > SHOWN:
        lines.append(f"{len(said.cubes) - SHOWN} more memories say the same words.")
    return lines


def _trouble(found: Found, counts: Mapping[str, int], cleaned: Cleaned) -> list[str]:
    others = found.holders.others.items()
    lines = [f"Words of it stand in {count} rows of the table {table}." for table, count in others]
    if found.remnants or found.logged:
        lines.append("Words of it stand in free room of the database, which could not be written anew.")
    if counts["full_text"]:
        lines.append("The full-text index still knows words of it.")
    if counts["index"] or counts["states"]:
        lines.append("Files of the index or of kept states could not be removed.")
    if counts["backups"]:
        lines.append("Words of it stand in free room of a copy of the database.")
    lines += [f"Words of it stand in the file {name}." for name in found.files]
    if cleaned.skipped:
        one = cleaned.skipped == 1
        what = "copy of the database was left as it was" if one else "copies of the database were left as they were"
        lines.append(f"{cleaned.skipped} {what}.")
    lines += [f"The copy {name} cannot be opened, so it may hold it. Delete it." for name in cleaned.unreadable]
    lines += [f"The copy {name} could not be changed. The next start tries again." for name in cleaned.failed]
    return lines
