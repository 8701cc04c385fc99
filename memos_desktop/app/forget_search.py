"""The search that proves a removal: rows, free room, log files and states, for every part of the words that went."""

import contextlib
import logging
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from memos_desktop.app.kept_states import KeptStates
from memos_desktop.app.store import Store
from memos_desktop.errors import VaultError
from memos_desktop.memory.changes import Changes
from memos_desktop.memory.forgetting import ForgetReport
from memos_desktop.paths import DataFolder
from memos_desktop.vault import scrub
from memos_desktop.vault.copies import Cleaned
from memos_desktop.vault.database import Database
from memos_desktop.vault.holders import Holders, holders
from memos_desktop.vault.mentions import Mentions, mentions
from memos_desktop.vault.needles import Needles
from memos_desktop.vault.purge import Doomed, Removal, counted, take_out
from memos_desktop.vault.redaction import Places, quoting, receipts_saying, still_told
from memos_desktop.vault.vault import Vault

log = logging.getLogger(__name__)
HEAD = 1 << 16
"""Bytes of the file of a state in which its header lies; its tokens and cells are no text."""
BLANK = b"x"
SHOWN = 5


@dataclass
class Found:
    """What was found after a removal. `holders` are rows that say it, `files` small files of the folder by name.

    `by_id` rows are still of the memories, asked by their ids; `unsearched` texts have no words to search for.
    """

    holders: Holders = field(default_factory=Holders)
    by_id: int = 0
    unsearched: int = 0
    remnants: int = 0
    logged: int = 0
    orphans: int = 0
    states: int = 0
    logs: int = 0
    files: Counter[str] = field(default_factory=Counter)

    @property
    def can_be_mended(self) -> bool:
        """Whether there is something that the next start can remove: not what stands in the settings, say."""
        return bool(self.by_id or self.remnants or self.logged or self.orphans or self.states)


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

    def left(self, lost: Doomed, named: Container[str], messages: bool) -> Found:
        """Search everything. What was quoted meanwhile and what stands in free room is cleared first.

        `named` are the ids that receipts and the journal name by right.
        """
        with self.reader() as reader:
            wanted = scrub.sought(reader, lost.words.texts, lost.titles, lost.ids, named)
            left, said, told = self._cleared(reader, wanted, lost, messages)
            if left.remnants or left.logged:
                with self._failing("The database could not be written anew"):
                    self._store.ask(lambda vault: scrub.rewrite(vault.database))
                    left = self._look(reader, wanted, rewritten=True)
            needles = wanted.without_ids()
            in_heads = self._in_files(wanted.needles, sorted(self._folder.states.glob("*.kv")), HEAD)
            blanked = self._blank_logs(needles)
            return Found(
                holders=holders(reader, left.rows, lost, said, messages),
                by_id=sum(counted(reader, lost.ids).values()) + len(told.messages) + len(told.changes),
                remnants=left.remnants,
                logged=left.logged,
                orphans=scrub.orphans(reader, lost.all_texts),
                states=self.states(lost.ids) + in_heads.total(),
                logs=blanked,
                files=self._in_files(needles, self._small_files()),
                unsearched=wanted.unsearched,
            )

    def _cleared(
        self, reader: Database, wanted: scrub.Sought, lost: Doomed, messages: bool
    ) -> tuple[scrub.Left, Mentions, Places]:
        """What is found in the database, after what was written since the removal has been cleaned too."""
        left, said, told = self._look(reader, wanted), mentions(reader, lost), still_told(reader, lost.ids)
        late = receipts_saying(reader, [one.message_id for one in said.said], lost.words)
        late |= {one.message_id for one in said.said if messages and not one.source}
        places = told | Places(_keys(left, "messages") | late, _keys(left, "chats"))
        if not places or not self._take_out(lost, places, messages):
            return left, said, told
        return self._look(reader, wanted), mentions(reader, lost), still_told(reader, lost.ids)

    def _take_out(self, lost: Doomed, places: Places, messages: bool) -> bool:
        """Take the words out of what was written since the removal; whether there was anything."""
        made: list[Removal] = []

        def work(vault: Vault) -> Changes:
            made.append(take_out(vault.database, lost, places, messages))
            return made[0].changes

        changes = self._store.apply(work)
        if made[0].chats:
            self._kept.forget((), tuple(made[0].chats)).result()
        return bool(changes.messages or changes.chats)

    def _look(self, reader: Database, wanted: scrub.Sought, rewritten: bool = False) -> scrub.Left:
        """Search the file. A log that somebody reads all the time cannot be emptied, and counts as found."""
        database, folded = self._store.ask(lambda vault: (vault.database, scrub.fold_log(vault.database)))
        left = scrub.left_in(database, reader, wanted, rewritten)
        return left if folded else replace(left, logged=left.logged + 1)

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


def report(
    found: Found, removed: Mapping[str, int], cleaned: Cleaned, index: int, adapters: tuple[str, ...]
) -> ForgetReport:
    """The result in figures and sentences. What chats and other memories still say was left by choice."""
    said, rows = found.holders, found.holders.others.total()
    counts = {
        "database": rows + found.by_id + found.remnants,
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
        unsearched=found.unsearched,
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
    if found.by_id:
        lines.append(f"{found.by_id} rows of the database are still of it.")
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
