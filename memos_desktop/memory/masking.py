"""Replaces what points at people by marks: names, e-mail addresses, phone numbers, account and card numbers.

It works by rules and rather takes a word too many: in running text any capitalized word that is no common one counts as
a name, places and products too. What is written in small letters, or not known as a name at the start of a sentence,
can be missed.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from memos_desktop.memory.bundle import Chain
from memos_desktop.memory.cube import ActivationPayload, Cube, Descriptive, Governance, Payload, TextPayload
from memos_desktop.memory.first_names import FIRST_NAMES, NO_NAMES
from memos_desktop.memory.language import STOP_WORDS, sentences

NAMES, MAILS, PHONES, ACCOUNTS, CARDS = "names", "e-mail addresses", "phone numbers", "IBANs", "card numbers"
OWN = frozenset(("me", "you", "memos", "assistant", "user"))
GERMAN = frozenset(
    "aber als am auf aus bei bin das dem den der des die ein eine einen er es für habe hat heißt ich im in ist man mein"
    " meine mit nach nicht noch oder sein seine sich sie sind und uns unser von vor war wenn wer wie wir zu zum".split()
)
"""Where these are more than English ones, nouns are written with a capital letter: then only known names count."""

_ONLY_GERMAN, _ONLY_ENGLISH = GERMAN - STOP_WORDS, STOP_WORDS - GERMAN

_DIGIT = re.compile(r"\d")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_WORDS = re.compile(f"({_WORD.pattern})")
_MAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}\b")
_DIGITS = re.compile(r"(?<![\w.,])(?:\+|\()?\d(?:[ ()/.\-–]{0,2}\d){6,18}(?![\w])")
_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}(?:[ T]?\d.*)?|\d{1,2}[./]\d{1,2}[./]\d{2,4}|\d{4} ?[-–] ?\d{4}")
_TOLD = re.compile(
    r"(?:\b(?:[Mm]r|[Mm]rs|[Mm]s|[Dd]r|[Pp]rof|Herr|Frau|Madame|Monsieur|Señora?|Dear)\b\.?|"
    r"\b(?:called|named|name is|names are|[Ii] am|[Ii]['’]m|heißt|heiße|bin)\b|"
    r"\b(?:sister|brother|mother|father|mum|mom|dad|wife|husband|son|daughter|friend|partner|boss|colleague|neighbour|"
    r"neighbor|aunt|uncle|cousin|grandmother|grandfather|girlfriend|boyfriend|doctor|teacher)\b,?)\s+"
    r"((?:[A-ZÀ-ÖØ-Þ][^\W\d_]+[ -]?){1,3})"
)


class NameFinder:
    """Collects the names in texts. Show it everything first: a name is then known wherever it stands."""

    def __init__(self) -> None:
        self._found: set[str] = set()

    def read(self, title: str, text: str, speaker: str | None) -> None:
        """Look for names in one version of a memory."""
        if speaker and speaker.casefold() not in OWN:
            self._found.update(_WORD.findall(speaker))
        words = _WORD.findall(f"{title} {text}")
        self._found.update(FIRST_NAMES.intersection(words))
        german = _is_german(words)
        for part in (text, title):
            self._read(part, german)

    def found(self) -> frozenset[str]:
        """The words that are names or parts of names."""
        return frozenset(word for word in self._found if word not in NO_NAMES and len(word) > 1)

    def _read(self, text: str, german: bool) -> None:
        for told in _TOLD.finditer(text):
            self._found.update(_WORD.findall(told[1]))
        if not german:
            for sentence in sentences(text):
                inside = _WORD.findall(sentence.text)[1:]
                self._found.update(word for word in inside if not word.islower() and _looks_like_a_name(word))


def _is_german(words: Sequence[str]) -> bool:
    small = [*map(str.casefold, words)]
    return sum(map(_ONLY_GERMAN.__contains__, small)) > sum(map(_ONLY_ENGLISH.__contains__, small))


def _looks_like_a_name(word: str) -> bool:
    return word[0].isupper() and not word.isupper() and word not in NO_NAMES


class Masker:
    """Puts marks in the place of what points at people. One name has one number in everything that it sees.

    Attributes:
        counts: how many were replaced, by kind.

    """

    def __init__(self, names: frozenset[str]) -> None:
        self.counts: Counter[str] = Counter()
        self._numbers: dict[str, int] = {}
        self._names = names

    def masked(self, chain: Chain) -> Chain:
        """The cube with every text in it masked: titles, texts, speakers, tags, files, reasons, rules."""
        return Chain(tuple(map(self._cube, chain.versions)))

    def text(self, text: str) -> str:
        """A text with marks."""
        if "@" in text:  # looking for the rest of an address at every word takes longest of all
            text = _MAIL.sub(lambda _: self._mark(MAILS, "e-mail"), text)
        if _DIGIT.search(text):
            text = _IBAN.sub(self._account, text)
            text = _DIGITS.sub(self._digits, text)
        return self._without_names(text)

    def _cube(self, cube: Cube) -> Cube:
        about, rules = cube.descriptive, cube.governance
        return replace(
            cube,
            payload=self._payload(cube.payload),
            descriptive=self._descriptive(about),
            governance=self._governance(rules),
            tags=tuple(dict.fromkeys(map(self.text, cube.tags))),
            reason=self.text(cube.reason),
        )

    def _payload(self, payload: Payload) -> Payload:
        if isinstance(payload, TextPayload | ActivationPayload):
            return replace(payload, text=self.text(payload.text))
        return payload

    def _descriptive(self, about: Descriptive) -> Descriptive:
        source = about.source
        file = "file" if source.file else source.file  # the name of a file, and of the folders above it, tells much
        speaker = about.speaker
        if speaker and speaker.casefold() not in OWN:
            speaker = self._name(speaker)
        return replace(about, title=self.text(about.title), speaker=speaker, source=replace(source, file=file))

    def _governance(self, rules: Governance) -> Governance:
        return replace(
            rules,
            owner=rules.owner if rules.owner.casefold() in OWN else self._name(rules.owner),
            project=self.text(rules.project) if rules.project else rules.project,
            watermark=self.text(rules.watermark) if rules.watermark else rules.watermark,
        )

    def _without_names(self, text: str) -> str:
        """Names that stand beside each other are one: first and last name."""
        parts = _WORDS.split(text)  # what is between words, a word, and so on
        for first, last in _runs(parts[1::2], parts, self._names):
            place, end = 2 * first + 1, 2 * last + 2
            parts[place:end] = [self._name("".join(parts[place:end])), *[""] * (end - place - 1)]
        return "".join(parts)

    def _name(self, name: str) -> str:
        first = (_WORD.findall(name) or [name])[0]
        number = self._numbers.setdefault(first, len(self._numbers) + 1)
        return self._mark(NAMES, f"name {number}")

    def _account(self, match: re.Match[str]) -> str:
        digits = sum(letter.isdigit() for letter in match[0])
        return self._mark(ACCOUNTS, "IBAN") if digits >= 8 else match[0]

    def _digits(self, match: re.Match[str]) -> str:
        written = match[0]
        digits = "".join(letter for letter in written if letter.isdigit())
        if len(digits) >= 13 and _is_card(digits):
            return self._mark(CARDS, "card")
        if _DATE.fullmatch(written) or not 7 <= len(digits) <= 15:
            return written
        groups = len(re.findall(r"\d+", written))
        if written[0] in "+(0" or groups >= 3 or (groups == 1 and len(digits) >= 9):
            return self._mark(PHONES, "phone")
        return written

    def _mark(self, kind: str, word: str) -> str:
        self.counts[kind] += 1
        return f"[{word}]"


def _runs(words: Sequence[str], parts: Sequence[str], names: frozenset[str]) -> list[list[int]]:
    """Names among the words of a text that was split: the first and the last of those with single blanks between."""
    runs: list[list[int]] = []
    for number, word in enumerate(words):
        # Of a compound, as in "Nora-Sophie", one known part is enough.
        if word not in names and ("-" not in word or names.isdisjoint(word.split("-"))):
            continue
        if runs and runs[-1][1] == number - 1 and parts[2 * number] == " ":
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return runs


def _is_card(digits: str) -> bool:
    """Whether the last digit is the check digit of the others (Luhn)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (1 + place % 2)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0
