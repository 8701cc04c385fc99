"""From what a person typed to a full-text query: which words count, and which are too common for it."""

import re

from memos_desktop.vault.database import Database

WORD = re.compile(r"\w+", re.UNICODE)
MAX_WORDS = 40
# So many passages are scored at most, the rarest words first; a word beyond is dropped, if it is not the only
# one. Scoring takes some 2 ms for 1,000 passages, so this bounds the time in a vault of any size.
MOST_SCORED = 3000
NOTHING = '""'

STOP_WORDS = frozenset(
    word
    for line in (
        "a about above after again against all also am an and any are aren as at be because been before",
        "being below between both but by can cannot could couldn d did didn do does doesn doing don down",
        "during each else ever few for from further get got had hadn has hasn have haven having he her here",
        "hers herself him himself his how i if in into is isn it its itself just let ll m me might mightn",
        "more most must mustn my myself need no nor not now of off on once only or other our ours ourselves",
        "out over own please re s same shall shan she should shouldn so some such t tell than that the",
        "their theirs them themselves then there these they this those through to too under until up us ve",
        "very was wasn we were weren what when where whether which while who whom whose why will with would",
        "wouldn you your yours yourself yourselves",
    )
    for word in line.split()
)


def words_of(text: str) -> list[str]:
    """The words of `text`, lower case, each once, in order."""
    return list(dict.fromkeys(match.group().casefold() for match in WORD.finditer(text)))


def prefix_query(text: str) -> str:
    """A full-text query for passages that have every word of `text`, or words that begin so."""
    return " ".join(f'"{word}"*' for word in words_of(text)[:MAX_WORDS]) or NOTHING


class KeywordQuery:
    """Makes recall queries: any of the words, without stop words and without words that are everywhere.

    A common word costs milliseconds in a large vault and tells little. How common a word is, is asked of the
    full-text index itself; its stems are had by letting a small table with the same tokenizer read the words.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        database.run(
            "CREATE VIRTUAL TABLE temp.query_words"
            " USING fts5(word, tokenize='porter unicode61 remove_diacritics 2')"
        )
        database.run(
            "CREATE VIRTUAL TABLE temp.query_stems USING fts5vocab('temp', 'query_words', 'instance')"
        )

    def build(self, text: str) -> str | None:
        """The MATCH expression, or None where no word tells anything or is in any passage."""
        words = [word for word in words_of(text) if word not in STOP_WORDS]
        counts = self._counts(words[:MAX_WORDS])
        if not counts:
            return None
        kept: list[str] = []
        scored = 0
        for word in sorted(counts, key=counts.__getitem__):
            scored += counts[word]
            if kept and scored > MOST_SCORED:
                break
            kept.append(word)
        return " OR ".join(f'"{word}"' for word in kept)

    def _counts(self, words: list[str]) -> dict[str, int]:
        """How many passages have each word; words with one stem count as one, absent ones are left out."""
        with self._database.transaction():
            self._database.run("DELETE FROM temp.query_words")
            self._database.run_many(
                "INSERT INTO temp.query_words (rowid, word) VALUES (?, ?)", list(enumerate(words))
            )
            sql = (
                "SELECT s.doc AS number, t.doc AS count FROM temp.query_stems s"
                " CROSS JOIN main.passages_terms t ON t.term = s.term GROUP BY s.term"
            )
            return {words[row["number"]]: row["count"] for row in self._database.rows(sql)}
