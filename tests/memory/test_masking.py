"""Marks in place of what points at people."""

from dataclasses import replace

import pytest
from memory_values import NOW

from memos_desktop.ids import new_id
from memos_desktop.memory.bundle import Chain
from memos_desktop.memory.cube import ActivationPayload, Cube, Descriptive, Governance, Source, TextPayload
from memos_desktop.memory.masking import Masker, NameFinder


def fact(text: str, title: str = "", speaker: str | None = None) -> Cube:
    return Cube(new_id(), 1, NOW, NOW, TextPayload(text), Descriptive(title or text[:20], speaker=speaker))


def masked(*texts: str) -> list[str]:
    """The texts as they stand in a redacted bundle, titles left aside."""
    names = NameFinder()
    cubes = [fact(text) for text in texts]
    for cube in cubes:
        names.read(cube.title, cube.text, cube.descriptive.speaker)
    masker = Masker(names.found())
    return [masker.text(cube.text) for cube in cubes]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("My sister Nora lives here.", "My sister [name 1] lives here."),
        ("Nora is my sister.", "[name 1] is my sister."),
        ("I met Zbigniew Kowalski twice.", "I met [name 1] twice."),
        ("Dear Mr Gray, the boiler failed.", "Dear Mr [name 1], the boiler failed."),
        ("Nora's brother and nora", "[name 1]'s brother and nora"),
        ("The cat is called Miso.", "The cat is called [name 1]."),
        ("We meet on Monday in May.", "We meet on Monday in May."),
        ("Water is wet.", "Water is wet."),
        ("Meine Schwester heißt Anneliese und mag Kuchen aus dem Ofen.",
         "Meine Schwester heißt [name 1] und mag Kuchen aus dem Ofen."),
        ("Write to nora.gray+boat@mail.example.org please", "Write to [e-mail] please"),
        ("Call +351 912 345 678 now", "Call [phone] now"),
        ("Call (030) 123-4567", "Call [phone]"),
        ("Call 555-123-4567 or 0171/2345678.", "Call [phone] or [phone]."),
        ("IBAN DE89 3704 0044 0532 0130 00, please", "IBAN [IBAN], please"),
        ("GB29NWBK60161331926819", "[IBAN]"),
        ("The card 4111 1111 1111 1111 is blocked", "The card [card] is blocked"),
        ("It was on 2026-01-31 and on 31.01.2026.", "It was on 2026-01-31 and on 31.01.2026."),
        ("It has 1,048,576 cells, 12000 rows and costs 240.50 euros.",
         "It has 1,048,576 cells, 12000 rows and costs 240.50 euros."),
        ("", ""),
    ],
)  # fmt: skip
def test_what_is_replaced(text: str, shown: str) -> None:
    assert masked(text) == [shown]


def test_a_name_is_known_wherever_it_stands() -> None:
    assert masked("My boss is called Xaverio.", "Xaverio pays late.", "Ask Xaverio or Ulla.") == [
        "My boss is called [name 1].",
        "[name 1] pays late.",
        "Ask [name 1] or [name 2].",
    ]


def test_every_text_of_a_cube_is_masked() -> None:
    cube = replace(
        fact("Nora moved.", "Nora's move", speaker="Nora Gray"),
        tags=("Nora", "boat"),
        reason="Nora said so",
        governance=Governance(owner="Nora Gray", project="House of Nora", watermark="for Nora"),
        descriptive=Descriptive("Nora's move", source=Source(file="/home/nora/Nora.txt"), speaker="Nora Gray"),
    )
    other = replace(cube, version=2, payload=ActivationPayload("Nora again.", 9, "m", 1))
    names = NameFinder()
    names.read(cube.title, cube.text, cube.descriptive.speaker)
    masker = Masker(names.found())
    chain = masker.masked(Chain((cube, other)))
    assert "nora" not in repr(chain).casefold() and "gray" not in repr(chain).casefold()
    assert (chain.cube.id, chain.cube.version, chain.cube.tags[1]) == (cube.id, 2, "boat")
    assert masker.counts["names"] >= 12


def test_the_person_and_the_assistant_stay() -> None:
    cube = fact("It rains.", speaker="You")
    assert Masker(frozenset()).masked(Chain((cube,))).cube == cube
