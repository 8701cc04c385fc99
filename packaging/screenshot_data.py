"""The vault that the README's screenshots show: an invented person's memories and chats, and what became of them."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from screenshot_diary import Diary
from screenshot_notes import CHATS, NOTES
from screenshot_phrases import many

from memos_desktop.app import bulk, fusing
from memos_desktop.ids import new_id
from memos_desktop.memory.call import Form
from memos_desktop.memory.cube import Cube, Descriptive, Governance, Origin, SemanticType, Source, TextPayload, title_of
from memos_desktop.memory.message import Message, Role
from memos_desktop.memory.use import Use
from memos_desktop.vault.vault import Vault

SINCE = 152
"""Days over which the notes were written, more of them lately."""
MORNING, WAKING = 8, 14
"""Everything happens between eight and ten: the hour from which on, and how many."""
Edit = tuple[float, str, str, str, str]
EDITS: tuple[Edit, ...] = (
    (118.4, "boiler was serviced on 5 March", " Mr Okafor has the key.", "", "He asked for it"),
    (61.7, "boiler was serviced on 5 March", "5 March", "3 March", "The invoice says the 5th"),
    (9.3, "pressure of 1.2 bar", "1.2 bar", "1.3 bar", "Read off the gauge"),
    (88.3, "launch moved to 14 September", "the launch moved to 14 September", "the launch is on 1 September", "Board"),
    (31, "budget for this year", "60 per cent spent by June", "a third spent by March", "New figures"),
    (47, "Lena writes the firmware", ", Priya runs the tests", "", "Priya joined"),
    (24, "Miso is our cat", "she is four", "she is three", "Her birthday"),
    (12, "oven runs about ten degrees", "ten degrees too hot", "twenty degrees too hot", "Measured"),
)
"""Days ago, of which memory, what it says since, what it said before, and why it was changed."""
ARCHIVED = ("ferry to Naxos", "Lent to Tomás", "concert in December", "Gave up on Middlemarch", "Dinner with Jonas")
EXPIRED = ("Priya is away", "train pass can be cancelled")
BINNED = ("Musicals only", "water butt leaks")
CHANGED = (*ARCHIVED, *EXPIRED, *BINNED, "electricity contract", "Field test of the", "board approved the second")
"""Of what was changed later: written long before."""
SNAPSHOTS = ((128.2, "Before the holiday"), (74.55, "Prototype approved"), (19.1, "Before tidying up"))
DAILY = (101, 40, 5)
TESTED = (
    "Good news and bad news from Priya. The battery of the second prototype lasted 18 hours. "
    "Two of the eight testers heard a hiss in the wind."
)
HISS = "Lena found the hiss. It is the left microphone, and a ring of felt stops it."
FIELD_TEST = (
    "Field test of Heron's second prototype: eight people, one week, led by Priya. The battery lasted 18 hours. "
    "Two of the eight heard a hiss in the wind."
)
LESSONS = (
    "What the field test changed in Heron\n\n"
    "Eight people wore the second prototype for a week. The battery lasted 18 hours, so the cell stays as it is.\n\n"
    "Two of the eight heard a hiss in the wind. It is the left microphone, and a ring of felt stops it; the supplier "
    "in Gothenburg cuts the rings to size."
)


@dataclass(frozen=True, slots=True)
class Prepared:
    """What the pictures point at.

    Attributes:
        cube_id: the memory that is opened in the table.
        history_id: one with several versions.
        fuse_ids: two that contradict each other in a number and in a negation.
        lineage_id: one that was fused of others, which came from messages.
        snapshot: the name of a point in the past.
        past_id: a memory that said something else then.

    """

    cube_id: str
    history_id: str
    fuse_ids: tuple[str, str]
    lineage_id: str
    snapshot: str
    past_id: str


class Story:
    """Tells the vault what happened to it, each thing at its own time."""

    def __init__(self, vault: Vault, moment: datetime) -> None:
        self._vault = vault
        self._moment = moment
        self._diary = Diary()
        self._asked: list[Message] = []
        self._cubes: dict[str, Cube] = {}

    def tell(self) -> Prepared:
        """Everything, in the order of time."""
        for number, (title, question, answer) in enumerate(CHATS):
            self._chat(title, question, answer, 1 + 3 * number)
        ana = self._said(
            "Holiday in April",
            "My sister Ana lives in Lisbon and works as a marine biologist. Could you help me plan a visit?",
            "With pleasure. Four days are enough for the city; shall I start with where to stay?",
            1.6,
            (0, 62),
        )[0]
        self._write_notes(skipped="My sister Ana lives")
        self._edit_message()
        lessons = self._heron()
        self._change()
        self._use()
        self._diary.play()
        boiler, other = self._find("boiler was serviced"), self._find("pressure of 1.2 bar")
        return Prepared(ana.id, boiler.id, (boiler.id, other.id), lessons[-1], SNAPSHOTS[1][1], boiler.id)

    def _write_notes(self, skipped: str) -> None:
        notes = [*NOTES, *many()]
        for number, (type_, tags, text) in enumerate(notes):
            if text.startswith(skipped):
                continue
            edits = [edit for edit in EDITS if edit[1] in text]
            earlier = [edit[0] + 20 for edit in edits] + [40.0 for words in CHANGED if words in text]
            days = max([1.2 + SINCE * (number * 37 % 151 / 151) ** 1.4, *earlier])
            self._note(text, tags, type_, days, sorted(edits))

    def _note(self, text: str, tags: str, type_: SemanticType, days: float, edits: list[Edit]) -> None:
        """Written by the person; `edits`, the latest first, made it what it is now."""
        texts = [text]
        for _, _, new, old, _ in edits:
            texts.append(texts[-1].replace(new, old))
        cube = self._cubes[text] = self._cube(texts[-1], tags, type_, days)
        for said, (ago, _, _, _, reason) in zip(texts, edits, strict=False):
            self._later(ago, partial(self._vault.cubes.revise, cube.id, text=said, reason=reason))

    def _cube(self, text: str, tags: str, type_: SemanticType, days: float, about: Descriptive | None = None) -> Cube:
        when = self._ago(days)
        standing = type_ is SemanticType.PREFERENCE and "style" in tags
        cube = Cube(
            new_id(),
            1,
            when,
            when,
            TextPayload(text),
            about or Descriptive(title_of(text), type_),
            governance=Governance(proposed=standing and "code" in text),
            tags=tuple(tag.strip() for tag in tags.split(",")),
            pinned=standing,
            frozen="passport" in text,
        )
        self._cubes[text] = cube
        self._later(days, partial(self._vault.cubes.add, cube, actor="memos" if about else "user"))
        return cube

    def _said(
        self, title: str, text: str, answer: str, days: float, *spans: tuple[int, int], tags: str = "family"
    ) -> list[Cube]:
        """Memories learned from a message: these spans of it."""
        asked = self._chat(title, text, answer, days)
        made = []
        for start, end in spans:
            words = text[start:end]
            source = Source(asked.chat_id, asked.id, start, end)
            about = Descriptive(title_of(words), SemanticType.FACT, origin=Origin.SAID, source=source, speaker="Sam")
            made.append(self._cube(words, tags, SemanticType.FACT, days - 0.001, about))
        return made

    def _heron(self) -> list[str]:
        """A family: messages, what was learned from them, what is fused of that; gives the list for the fused."""
        tags = "work, heron, prototype"
        first = self._said(
            "What the testers said", TESTED, "That is a good week. Shall I collect what to ask Lena about the hiss?",
            36.4, (TESTED.index("The battery"), TESTED.index(" Two of")), (TESTED.index("Two of"), len(TESTED)),
            tags=tags,
        )  # fmt: skip
        second = self._said(
            "The hiss", HISS, "Then the felt ring belongs on the list for the third prototype.", 27.7,
            (0, len(HISS)), tags=tags,
        )  # fmt: skip
        made: list[str] = []

        def fuse(cubes: list[Cube], text: str) -> None:
            ids = [*made, *(cube.id for cube in cubes)]
            made.append(fusing.fuse(self._vault, fusing.parents(self._vault, ids), text)[0].id)

        self._later(22.3, partial(fuse, [*first, self._find("Field test of the second prototype")], FIELD_TEST))
        self._later(5.6, partial(fuse, [*second, self._find("the board approved the second prototype")], LESSONS))
        return made

    def _edit_message(self) -> None:
        """A message that was put differently after a memory had been learned from it."""
        text = "I want to order a chain. The chain of the blue bike has ten speeds."
        self._said("A new chain", text, "Then a ten-speed chain with 116 links fits.", 4, (25, len(text)), tags="bike")
        edited = text.replace("ten", "eleven")
        message = Message(new_id(), self._asked[-1].chat_id, None, Role.USER, "Sam", edited, self._ago(3.9))
        self._later(3.9, partial(self._vault.chats.add_message, message))

    def _change(self) -> None:
        """Archived, expired, binned, about to expire; and the snapshots."""
        vault = self._vault
        for days, verb, several in ((17, bulk.archive, ARCHIVED), (15, bulk.expire, EXPIRED), (14, bulk.bin, BINNED)):
            for number, words in enumerate(several):
                self._later(days - number / 100, partial(verb, vault, [self._find(words).id]))
        contract = self._find("electricity contract").id
        self._later(11, partial(bulk.set_header, vault, [contract], expires=self._ago(-4)))
        for ago, name in SNAPSHOTS:
            self._later(ago, partial(vault.snapshots.create, name))
        for ago in DAILY:
            self._later(ago, vault.snapshots.daily)

    def _use(self) -> None:
        """Answers that read memories: some often and lately, some long ago, most never."""
        for number, cube in enumerate(self._cubes.values()):
            for use in range(number * 7 % 10 if number % 3 == 0 else 0):
                when = cube.created + (self._moment - cube.created) * ((use + 1) / 11) ** (0.2 + number % 5 / 3)
                chats = [asked.chat_id for asked in self._asked if asked.created < when]
                chat = chats[(number + use) % len(chats)] if chats else ""
                self._diary.note(when, partial(self._used, cube.id, when, chat))

    def _used(self, id: str, when: datetime, chat: str) -> None:
        cube = self._vault.cubes.get(id)
        if cube.binned is None:
            use = Use(id, cube.version, when, Form.TEXT, 0, chat)
            self._vault.uses.record([use], "Memory for an answer: 1 as text")

    def _chat(self, title: str, question: str, answer: str, days: float) -> Message:
        """A chat of one question and one answer; gives the question."""
        chat, when = new_id(), self._ago(days)
        asked = Message(new_id(), chat, None, Role.USER, "Sam", question, when)
        said = Message(new_id(), chat, asked.id, Role.ASSISTANT, "Assistant", answer, when, position=1)
        self._asked.append(asked)

        def write() -> None:
            self._vault.chats.create(title, id=chat)
            self._vault.chats.add_message(asked)
            self._vault.chats.add_message(said)

        self._later(days, write)
        return asked

    def _find(self, words: str) -> Cube:
        return next(cube for text, cube in self._cubes.items() if words in text)

    def _ago(self, days: float) -> datetime:
        back = math.ceil(days)
        morning = (self._moment.astimezone() - timedelta(days=back)).replace(hour=MORNING, minute=7, second=0)
        return (morning + timedelta(hours=WAKING) * (back - days)).astimezone(UTC)

    def _later(self, days: float, act: Callable[[], object]) -> None:
        self._diary.note(self._ago(days), act)


def fill(vault: Vault, moment: datetime) -> Prepared:
    """Write memories and chats into an empty vault, the newest shortly before `moment`."""
    return Story(vault, moment).tell()
