"""What the filter field offers while one types, and what it puts in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memos_desktop.memory.completion import Completion, Values, applied, complete
from memos_desktop.memory.filter import FilterError, parse
from memos_desktop.memory.terms import Field

VALUES = Values(tags=(("work", 12), ("sea side", 3), ("homework", 1)), projects=(("garden fence", 4),))


def labels(text: str, cursor: int | None = None) -> list[str]:
    return [one.label for one in complete(text, len(text) if cursor is None else cursor, VALUES)]


def put(text: str, label: str, cursor: int | None = None) -> str:
    """The text after this offer was taken, with | for the cursor."""
    place = len(text) if cursor is None else cursor
    chosen = next(one for one in complete(text, place, VALUES) if one.label == label)
    made, end = applied(text, chosen)
    return f"{made[:end]}|{made[end:]}"


def test_nothing_typed_offers_the_fields() -> None:
    assert labels("") == [f"{field}:" for field in Field if field is not Field.TEXT]


def test_a_word_offers_fields_flags_and_tags_that_begin_so() -> None:
    assert labels("st") == ["state:", "is:stale"]
    assert labels("wo") == ["tag:work"]
    assert labels("heron gar") == ["project:\"garden fence\""]
    assert labels("x") == []


def test_values_come_with_their_counts_the_beginning_first() -> None:
    found = complete("tag:wo", 6, VALUES)
    assert [(one.label, one.detail) for one in found] == [("work", "12 memories"), ("homework", "1 memory")]


@pytest.mark.parametrize(
    ("typed", "label", "after"),
    [
        ("st", "state:", "state:|"),
        ("heron -st", "state:", "heron -state:|"),
        ("state:ac", "activated", "state:activated |"),
        ("tag:work,se", "sea side", 'tag:work,"sea side" |'),
        ('tag:"sea', "sea side", 'tag:"sea side" |'),
        ("-is:", "pinned", "-is:pinned |"),
        ("kind:fa", "fact", "kind:fact |"),
        ("used:", "<7d", "used:<7d |"),
        ("in:", "bin", "in:bin |"),
    ],
)
def test_an_offer_takes_the_place_of_what_was_typed(typed: str, label: str, after: str) -> None:
    assert put(typed, label) == after


def test_the_word_at_the_cursor_is_completed_and_the_rest_stays() -> None:
    assert put("sta heron", "state:", 2) == "state:| heron"
    assert put("state:act heron", "activated", 9) == "state:activated | heron".replace(" | ", " |")


def test_what_stands_there_already_is_no_offer() -> None:
    assert "activated" not in labels("state:activated")
    assert labels('"grey he') == [] and labels("stat:x") == []


@given(st.text(alphabet='ktag:",-< wos\\', max_size=14), st.integers(0, 14))
def test_every_offer_fits_where_it_stands(text: str, cursor: int) -> None:
    for offer in complete(text, min(cursor, len(text)), VALUES):
        assert 0 <= offer.start <= offer.end <= len(text)
        made, end = applied(text, offer)
        assert offer.text in made and end <= len(made)


def test_every_finished_offer_is_understood() -> None:
    for text in ("", "ki", "st", "pi", "fa", *labels("")):
        for offer in complete(text, len(text), VALUES):
            made, _ = applied(text, offer)
            if offer.more:
                with pytest.raises(FilterError) as raised:
                    parse(made)
                assert raised.value.unfinished
            else:
                parse(made)


def test_an_offer_is_a_plain_value() -> None:
    assert complete("sta", 3, VALUES)[0] == Completion("state:", 0, 3, "state:", "where in its life it stands", True)
