"""After a removal: nothing of it may be left in the file, in the log beside it, or in the full-text index."""

import json
from collections import Counter
from collections.abc import Collection, Container, Iterable, Sequence
from dataclasses import dataclass

from memos_desktop.memory.cube import Kind, Origin, Scope, SemanticType, Sensitivity, State
from memos_desktop.memory.forgetting import pieces, telling_words
from memos_desktop.vault.database import Database
from memos_desktop.vault.keywords import MAX_WORDS, WORD, words_of
from memos_desktop.vault.needles import Needles
from memos_desktop.vault.traces import Trace, some_of, traces

FEW = 20
"""Up to so many texts are searched for in all their parts, more of them by their beginning and end."""
FEWEST = 4
# Words that stand in the file whatever is forgotten: names of columns and tags, and labels without what they quote.
SPOKEN = (
    "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL",
    "SELECT DISTINCT tag FROM cube_tags",
    "SELECT DISTINCT CASE WHEN instr(label, '“') THEN substr(label, 1, instr(label, '“') - 1) ELSE label END"
    " FROM journal_steps",
)
FULL_TEXT = ("passages_fts", "passages_words")


@dataclass(frozen=True, slots=True)
class Sought:
    """What is looked for after a removal.

    `words` are needles that are single words, `ids` those that are ids of cubes. `unsearched` texts have no words of
    their own: they are too short, or something else says them by right.
    """

    needles: Needles
    words: frozenset[str] = frozenset()
    ids: frozenset[str] = frozenset()
    unsearched: int = 0

    def without_ids(self) -> Needles:
        """What tells something of the memories: for files that may name them, like the one of what is to be done."""
        return Needles(text for text in self.needles.texts if text not in self.ids)


@dataclass(frozen=True, slots=True)
class Left:
    """What a search found: rows with the words.

    `remnants` and `logged` say how often words or ids that no row has stand in the file all the same, and in its log.
    """

    rows: tuple[Trace, ...] = ()
    remnants: int = 0
    logged: int = 0


def sought(
    database: Database, texts: Collection[str], titles: Iterable[str], ids: Sequence[str], named: Container[str]
) -> Sought:
    """What to look for: parts of the texts, words of theirs, and ids, that nothing else in the vault says.

    What something else says by right would be found in any case, and tell nothing; so would the ids that are `named`
    in receipts, and those of the parents of what stays.
    """
    said, words, found = _Said(database), set[str](), list[str]()
    unsearched, many, stated = 0, len(texts) > FEW, frozenset(texts)
    for text in dict.fromkeys((*texts, *titles)):
        parts, telling = pieces(text), telling_words((text,))
        parts = tuple(dict.fromkeys((*parts[:1], *parts[-1:]))) if many else parts
        own = [part for part in (*parts, *telling) if not said(part)]
        words.update(part for part in own if part in telling)
        found += own
        unsearched += not own and text in stated
    sql = "SELECT DISTINCT parent_id FROM cube_parents WHERE parent_id IN (SELECT value FROM json_each(?))"
    parents = {str(row["parent_id"]) for row in database.rows(sql, (json.dumps(ids),))}
    own_ids = [id for id in ids if id not in named and id not in parents]
    return Sought(Needles((*found, *own_ids), some_of(database)), frozenset(words), frozenset(own_ids), unsearched)


class _Said:
    """Whether anything in the vault says a part of a text: a passage, or what the program itself calls things."""

    def __init__(self, database: Database) -> None:
        self._database = database
        names = (value.value for values in (Kind, State, SemanticType, Origin, Scope, Sensitivity) for value in values)
        spoken = (str(row[0]) for sql in SPOKEN for row in database.rows(sql))
        self._words = dict.fromkeys((word for text in (*names, *spoken) for word in words_of(text)), True)

    def __call__(self, part: str) -> bool:
        words = [match.group().casefold() for match in WORD.finditer(part)]
        inner = words[1:-1] if len(words) > FEWEST else words  # the outer ones may be cut
        return bool(inner) and all(map(self._word, inner)) and (len(inner) == 1 or self._phrase(" ".join(inner)))

    def _word(self, word: str) -> bool:
        if word not in self._words:
            self._words[word] = self._phrase(word)
        return self._words[word]

    def _phrase(self, phrase: str) -> bool:
        sql = "SELECT 1 FROM passages_words WHERE passages_words MATCH ? LIMIT 1"
        return self._database.row(sql, (f'"{phrase}"',)) is not None


def left_in(database: Database, reader: Database, wanted: Sought, rewritten: bool = False) -> Left:
    """Search the bytes of the file of `database`, and for what is found there the rows, through `reader`.

    The log must be folded into the file before. In a file that was `rewritten` there is no free room: a single word is
    then part of an index of words that remain, and only phrases and ids count.
    """
    needles = wanted.needles
    file, log = needles.count_in(database.file()), _in_log(database, needles)
    suspected = sorted({*file, *log})
    if not suspected:
        return Left()
    again = Needles(needles.texts[number] for number in suspected)
    folded = not wanted.words.isdisjoint(again.texts)  # only single words are looked for in any case
    rows = tuple(trace for some in traces(reader, again, folded=folded) for trace in some)
    said = {again.texts[trace.needle] for trace in rows}
    known = {number for number in suspected if needles.texts[number] in said}
    known |= {number for number in suspected if rewritten and needles.texts[number] in wanted.words}
    remnants, logged = (
        sum(count for number, count in counted.items() if number not in known) for counted in (file, log)
    )
    # A row that names an id says nothing of its words; whether the tables have it is asked by themselves.
    rows = tuple(trace for trace in rows if again.texts[trace.needle] not in wanted.ids)
    return Left(rows, remnants, logged)


def _in_log(database: Database, needles: Needles) -> Counter[int]:
    assert database.path is not None
    try:
        with database.path.with_name(database.path.name + "-wal").open("rb") as log:
            return needles.count_in(log)
    except FileNotFoundError:
        return Counter()


def fold_log(database: Database) -> bool:
    """Bring everything from the write-ahead log into the file and empty the log. False where somebody reads it."""
    return not database.value("PRAGMA wal_checkpoint(TRUNCATE)")


def merge(database: Database) -> None:
    """Take what was deleted out of the full-text index: a word stays in its parts until they are merged."""
    for table in FULL_TEXT:
        database.run(f"INSERT INTO {table} ({table}) VALUES ('optimize')")


def rewrite(database: Database) -> bool:
    """Write the whole file anew: what was left in free room does not come along. Rows keep their numbers.

    False where somebody reads the log, so that it is not in the file yet.
    """
    database.run("VACUUM")
    return fold_log(database)


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
