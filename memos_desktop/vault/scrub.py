"""After a removal: nothing of it may be left in the file, in the log beside it, or in the full-text index."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from memos_desktop.memory.forgetting import pieces, telling_words
from memos_desktop.vault.database import Database
from memos_desktop.vault.keywords import MAX_WORDS, words_of
from memos_desktop.vault.traces import Needles, Trace, traces

FEW = 20
"""Up to so many texts are searched for in all their parts, more of them by their beginning and end."""
FEWEST = 4
FULL_TEXT = ("passages_fts", "passages_words")


@dataclass(frozen=True, slots=True)
class Left:
    """What a search found: rows with the words.

    `remnants` and `logged` say how often words that no row has stand in the file all the same, and in its log.
    """

    rows: tuple[Trace, ...] = ()
    remnants: int = 0
    logged: int = 0


def needles_for(database: Database, texts: Sequence[str]) -> Needles:
    """What to look for: parts of the texts, and words of theirs, that nothing else in the vault says.

    What something else says by right would be found in any case, and tell nothing.
    """
    found = []
    for text in texts:
        parts = pieces(text)
        parts = parts if len(texts) <= FEW else tuple(dict.fromkeys((*parts[:1], *parts[-1:])))
        found += [part for part in (*parts, *telling_words((text,))) if not _said(database, part)]
    return Needles(found)


def _said(database: Database, part: str) -> bool:
    words = words_of(part)
    phrase = " ".join(words[1:-1] if len(words) > FEWEST else words)  # the outer ones may be cut
    sql = "SELECT 1 FROM passages_words WHERE passages_words MATCH ? LIMIT 1"
    return bool(phrase) and database.row(sql, (f'"{phrase}"',)) is not None


def left_in(database: Database, reader: Database, needles: Needles, rewritten: bool = False) -> Left:
    """Search the bytes of the file of `database`, and for what is found there the rows, through `reader`.

    The log must be folded into the file before. In a file that was `rewritten` there is no free room: a single word is
    then part of an index of words that remain, and only whole phrases count.
    """
    file, log = needles.count_in(database.file()), _in_log(database, needles)
    suspected = sorted({*file, *log})
    if not suspected:
        return Left()
    again = Needles(needles.texts[number] for number in suspected)
    rows = tuple(trace for some in traces(reader, again, folded=True) for trace in some)
    known = {needles.texts.index(again.texts[trace.needle]) for trace in rows}
    known |= {number for number in suspected if rewritten and " " not in needles.texts[number]}
    remnants, logged = (
        sum(count for number, count in counted.items() if number not in known) for counted in (file, log)
    )
    return Left(rows, remnants, logged)


def _in_log(database: Database, needles: Needles) -> Counter[int]:
    assert database.path is not None
    try:
        with database.path.with_name(database.path.name + "-wal").open("rb") as log:
            return needles.count_in(log)
    except FileNotFoundError:
        return Counter()


def fold_log(database: Database) -> None:
    """Bring everything from the write-ahead log into the file and empty the log."""
    database.run("PRAGMA wal_checkpoint(TRUNCATE)")


def rewrite(database: Database) -> None:
    """Write the whole file anew: what was left in free room does not come along. Rows keep their numbers."""
    database.run("VACUUM")
    fold_log(database)


def orphans(database: Database, texts: Iterable[str]) -> int:
    """How many rows of the full-text index have words of these texts and no passage."""
    words = list(dict.fromkeys(word for text in texts for word in telling_words((text,))))
    total = 0
    for start in range(0, len(words), MAX_WORDS):
        query = " OR ".join(f'"{word}"' for word in words[start : start + MAX_WORDS])
        for table in FULL_TEXT:
            sql = f"SELECT count(*) FROM {table} WHERE {table} MATCH ? AND rowid NOT IN (SELECT id FROM passages)"
            total += int(database.value(sql, (query,)))
    return total
