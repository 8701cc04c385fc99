"""Where texts contradict each other: sentences about the same thing that differ in numbers, names, dates or negation.

Nothing is decided here. What clashes is marked, with its place in each text, for a person to look at.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from memos_desktop.memory.contradiction import single_value
from memos_desktop.memory.language import content_words, sentences, stem, words
from memos_desktop.memory.operators.marks import Mark, Marked, marks

SAME_TOPIC = 0.5
"""Shared stems, of all of two sentences without their marks, from which on they are about the same thing."""
MOST_SENTENCES = 4000
"""Looked at, of all texts together: beyond that only the beginning of each is compared."""
MOST_WITH_A_STEM = 60
"""Sentences that share a stem which is still worth comparing: what stands everywhere says nothing."""
MOST_PAIRS = 40_000
"""Sentences held against each other, those first that share a rare stem: half a second."""
SHOWN = 4

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Conflict:
    """One thing on which texts differ. `kind` is number, name, date or negation.

    `values` and `spans` have one entry for each text, empty where it says nothing of it: the words as they stand there,
    and from where to where. `words` says it in a sentence.
    """

    kind: str
    values: tuple[tuple[str, ...], ...]
    words: str
    spans: tuple[tuple[Span, ...], ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence of one of the texts, as far as comparing needs it. `text` is the number of its text."""

    text: int
    words: str
    topic: frozenset[str]
    about: tuple[str, str] | None
    marked: tuple[Marked, ...]
    start: int

    def of(self, mark: Mark) -> tuple[Marked, ...]:
        """Its marks of one kind."""
        return tuple(each for each in self.marked if each.mark is mark)

    def values(self, mark: Mark) -> frozenset[str]:
        """What they say."""
        return frozenset(each.value for each in self.of(mark))


def differs(text: str, other: str, openings: bool = True) -> tuple[Mark, ...]:
    """In which marks two texts that are otherwise alike differ at all; such texts do not say the same.

    Without `openings` a single word at the start of a sentence is no name: in other words, other ones begin.
    """
    several = (tuple(one for one in marks(each) if openings or not one.opening) for each in (text, other))
    mine, theirs = (
        Statement(0, each, frozenset(), None, marked, 0) for each, marked in zip((text, other), several, strict=True)
    )
    return tuple(mark for mark in Mark if _differ(mine, theirs, mark))


def find_conflicts(texts: Sequence[str]) -> tuple[Conflict, ...]:
    """Every conflict between two or more of `texts`, in the order of the texts."""
    statements = [each for number, text in enumerate(texts) for each in read(number, text, len(texts))]
    found: dict[Mark, dict[int, set[int]]] = {mark: {} for mark in Mark}
    for one, two in _pairs(statements):
        for mark in clashes(statements[one], statements[two]):
            _join(found[mark], one, two)
    conflicts = [
        _conflict(mark, [statements[number] for number in sorted(group)], texts)
        for mark, groups in found.items()
        for group in {id(each): each for each in groups.values()}.values()
    ]
    return tuple(sorted(conflicts, key=lambda each: [spans[:1] for spans in each.spans if spans]))


def read(number: int, text: str, texts: int = 1) -> Iterator[Statement]:
    """The sentences of the text with this number, of so many."""
    for count, sentence in enumerate(sentences(text)):
        if count >= MOST_SENTENCES // texts:
            return
        marked = marks(sentence.text)
        yield Statement(number, sentence.text, _topic(sentence.text, marked), single_value(sentence.text), marked,
                        sentence.start)  # fmt: skip


def clashes(one: Statement, two: Statement) -> tuple[Mark, ...]:
    """In which marks two sentences of different texts contradict each other.

    Numbers, names and dates clash where each side has some that the other has not: one more is only more to know.
    """
    if one.about and two.about and one.about[0] == two.about[0]:
        found = tuple(mark for mark in Mark if _clash(one, two, mark))
        return found or ((Mark.NAME,) if _other_value(one.about[1], two.about[1]) else ())
    if not _same_topic(one.topic, two.topic):
        return ()
    return tuple(mark for mark in Mark if _clash(one, two, mark))


def _other_value(mine: str, theirs: str) -> bool:
    """Whether two values differ, and not only in that one goes on: "Rome" and "Rome since 2019" are one."""
    return not (f"{mine} ".startswith(f"{theirs} ") or f"{theirs} ".startswith(f"{mine} "))


def _clash(one: Statement, two: Statement, mark: Mark) -> bool:
    if mark is Mark.NEGATION:
        return len(one.of(mark)) % 2 != len(two.of(mark)) % 2
    mine, theirs = one.values(mark), two.values(mark)
    return bool(_beyond(mine - theirs, mark, two.words) and _beyond(theirs - mine, mark, one.words))


def _beyond(values: frozenset[str], mark: Mark, text: str) -> frozenset[str]:
    """Those that a text does not say. A capital letter at the start of a sentence makes no name of a word."""
    if mark is not Mark.NAME or not values:
        return values
    said = f" {' '.join(words(text))} "
    return frozenset(value for value in values if f" {value} " not in said)


def _same_topic(mine: frozenset[str], theirs: frozenset[str]) -> bool:
    shared, both = len(mine & theirs), len(mine | theirs)
    return shared > 0 and shared / both >= SAME_TOPIC


def _topic(text: str, marked: Iterable[Marked]) -> frozenset[str]:
    """What a sentence is about, without what it says of it: no numbers, names, dates or negations."""
    kept, end = [], 0
    for each in marked:
        kept.append(text[end : each.start])
        end = each.end
    kept.append(text[end:])
    return frozenset(map(stem, content_words(" ".join(kept))))


def _pairs(statements: Sequence[Statement]) -> Iterator[tuple[int, int]]:
    """Sentences of different texts that share a stem or a subject, each pair once."""
    places: dict[str, list[int]] = defaultdict(list)
    for number, each in enumerate(statements):
        for word in {*each.topic, *([f"={each.about[0]}"] if each.about else [])}:
            places[word].append(number)
    seen: set[tuple[int, int]] = set()
    for word, numbers in sorted(places.items(), key=lambda place: (place[0][0] != "=", len(place[1]))):
        for position, two in enumerate(numbers):
            first = 0 if word.startswith("=") else max(0, position - MOST_WITH_A_STEM)
            for one in numbers[first:position]:
                if statements[one].text != statements[two].text and (one, two) not in seen:
                    seen.add((one, two))
                    yield one, two
                if len(seen) >= MOST_PAIRS:
                    return


def _join(groups: dict[int, set[int]], one: int, two: int) -> None:
    """Put two sentences into one group, with all that stood with either."""
    joined = groups.get(one, {one}) | groups.get(two, {two})
    for number in joined:
        groups[number] = joined


def _conflict(mark: Mark, group: Sequence[Statement], texts: Sequence[str]) -> Conflict:
    spans: list[list[Span]] = [[] for _ in texts]
    shared = frozenset[str]() if mark is Mark.NEGATION else frozenset.intersection(*(s.values(mark) for s in group))
    for statement in group:
        spans[statement.text] += _places(statement, mark, shared)
    values = tuple(tuple(texts[number][start:end] for start, end in each) for number, each in enumerate(spans))
    return Conflict(mark.value, values, _words(mark, group, values), tuple(map(tuple, spans)))


def _places(statement: Statement, mark: Mark, shared: frozenset[str]) -> list[Span]:
    """Where a sentence says what the others do not: its marks, else the value it gives, else all of it."""
    found = [(each.start, each.end) for each in statement.of(mark) if each.value not in shared]
    if not found and statement.about:
        start = " ".join(statement.words.split()).lower().rfind(statement.about[1])
        if start >= 0 and statement.words[start:].lower().startswith(statement.about[1]):
            found = [(start, start + len(statement.about[1]))]
    if not found and (mark is Mark.NEGATION or statement.about):
        found = [(0, len(statement.words))]
    return [(statement.start + start, statement.start + end) for start, end in found]


def _words(mark: Mark, group: Sequence[Statement], values: Iterable[tuple[str, ...]]) -> str:
    if mark is Mark.NEGATION:
        yes = next((each.words for each in group if len(each.of(mark)) % 2 == 0), group[0].words)
        no = next((each.words for each in group if len(each.of(mark)) % 2), group[-1].words)
        return f"One says yes, another no: “{_short(yes).rstrip('.')}” and “{_short(no).rstrip('.')}”."
    several = list(dict.fromkeys(_short(value) for each in values for value in each))
    more = f" and {len(several) - SHOWN} more" if len(several) > SHOWN else ""
    what = f"The {mark.value}s" if any(each.of(mark) for each in group) else "The answers"
    return f"{what} differ: {', '.join(several[:SHOWN])}{more}."


def _short(text: str, limit: int = 60) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= limit else plain[: limit - 1].rstrip() + "…"


def _differ(one: Statement, two: Statement, mark: Mark) -> bool:
    if mark is Mark.NEGATION:
        return len(one.of(mark)) % 2 != len(two.of(mark)) % 2
    mine, theirs = one.values(mark), two.values(mark)
    return bool(_beyond(mine - theirs, mark, two.words) or _beyond(theirs - mine, mark, one.words))
