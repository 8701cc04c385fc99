"""The filter language: what it reads it writes, what it cannot read it names, and nothing makes it fall over."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from memory_values import cube as a_cube

from memos_desktop.errors import UserError
from memos_desktop.memory.amounts import moments, numbers
from memos_desktop.memory.cube import CubeFilter, Kind, SemanticType, State
from memos_desktop.memory.filter import CHOICES, FilterError, canonical, conditions, parse, render, without
from memos_desktop.memory.filter_match import matches
from memos_desktop.memory.terms import Field, Term

NOW = datetime(2026, 7, 15, 12, 0, tzinfo=UTC)
EXAMPLES = {
    Field.USES: (">3", "0", "2..5"),
    Field.HEAT: (">0.5", "<=20%"),
    Field.SIZE: (">10kb", "..1mb"),
    Field.CREATED: ("<7d", ">=2025-01-01", "2025-06", "today", "last-week", "2024..2025-03"),
    Field.EXPIRES: ("<30d", "never", "next-month"),
}
PIECES = ("kind", "tag", "is", ":", '"', ",", "-", " ", "<", ">", "\\", "7d", "fact", "(", "2025-13", "..")
free = st.text(min_size=0, max_size=12)


def values_for(field: Field) -> st.SearchStrategy[str]:
    if field in CHOICES:
        return st.sampled_from([one.value for one in CHOICES[field]])
    if field in (Field.USED, Field.CHANGED, Field.TIME):
        return st.sampled_from(EXAMPLES[Field.CREATED])
    return st.sampled_from(EXAMPLES[field]) if field in EXAMPLES else free


terms = st.sampled_from([field for field in Field if field is not Field.IN]).flatmap(
    lambda field: st.builds(
        Term, st.just(field), st.lists(values_for(field), min_size=1, max_size=3, unique=True).map(tuple), st.booleans()
    )
)
filters = st.builds(
    CubeFilter,
    text=free,
    kind=st.none() | st.sampled_from(Kind),
    type=st.none() | st.sampled_from(SemanticType),
    state=st.none() | st.sampled_from(State),
    tag=st.none() | free,
    project=st.none() | free,
    pinned=st.none() | st.booleans(),
    proposed=st.none() | st.booleans(),
    binned=st.booleans(),
    terms=st.lists(terms, max_size=3).map(tuple),
)


@given(filters)
@example(CubeFilter(text='-x "y kind:fact -'))
@example(CubeFilter(tag='a "b", \\'))
@example(CubeFilter(kind=Kind.PLAINTEXT, terms=(Term(Field.KIND, ("activation",)),)))
@example(CubeFilter(terms=(Term(Field.TEXT, ("",)), Term(Field.TAG, ("",), True))))
def test_what_is_written_is_read_again(wanted: CubeFilter) -> None:
    one_form = canonical(wanted)
    assert parse(render(one_form)) == one_form
    assert canonical(one_form) == one_form


@given(st.text(max_size=60) | st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_nothing_makes_it_fall_over(text: str) -> None:
    try:
        wanted = parse(text)
    except FilterError as error:
        assert error.word in text and error.message and error.hint
        return
    assert parse(render(wanted)) == wanted
    cube = a_cube("A grey heron")
    assert matches(cube, wanted, NOW) in (True, False)


@given(st.text(max_size=20), st.sampled_from((Field.USED, Field.EXPIRES, Field.TIME)))
@example("<999999y", Field.TIME)
@example("0000-00-00", Field.TIME)
@example("9999-12-31", Field.TIME)
@example("..", Field.TIME)
def test_amounts_are_read_or_refused(value: str, field: Field) -> None:
    for read in (lambda: moments(field, value, NOW), lambda: numbers(Field.USES, value)):
        try:
            read()
        except UserError as error:
            assert value in error.message and error.hint


def test_the_words_of_the_issue() -> None:
    wanted = parse('kind:fact state:activated tag:work used:<7d "seagrass"')
    assert wanted == CubeFilter(
        type=SemanticType.FACT,
        state=State.ACTIVATED,
        tag="work",
        terms=(Term(Field.USED, ("<7d",)), Term(Field.TEXT, ("seagrass",))),
    )


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("  grey   heron ", CubeFilter(text="grey heron")),
        ("form:plaintext", CubeFilter(kind=Kind.PLAINTEXT)),
        ("Kind:Activation", CubeFilter(kind=Kind.ACTIVATION)),
        ('tag:"sea side"', CubeFilter(tag="sea side")),
        ('"grey her', CubeFilter(terms=(Term(Field.TEXT, ("grey her",)),))),
        ("-heron", CubeFilter(terms=(Term(Field.TEXT, ("heron",), True),))),
        ("state:generated,activated", CubeFilter(terms=(Term(Field.STATE, ("generated", "activated")),))),
        ("-state:archived", CubeFilter(terms=(Term(Field.STATE, ("archived",), True),))),
        ("is:pinned -is:proposed in:bin", CubeFilter(pinned=True, proposed=False, binned=True)),
        ("is:pinned,frozen", CubeFilter(terms=(Term(Field.IS, ("pinned", "frozen")),))),
        ("at 10:30 -", CubeFilter(text="at 10:30")),
        ("recorded:today event:2025", CubeFilter(terms=(Term(Field.CREATED, ("today",)), Term(Field.TIME, ("2025",))))),
    ],
)
def test_what_is_read(text: str, wanted: CubeFilter) -> None:
    assert parse(text) == wanted


@pytest.mark.parametrize(
    ("text", "word", "said", "offered"),
    [
        ("heron stat:activated", "stat:activated", "no field “stat”", "state:"),
        ("state:activatd", "state:activatd", "no “activatd”", "state:activated"),
        ("is:pined", "is:pined", "no “pined”", "is:pinned"),
        ("kind:fact,plaintext", "kind:fact,plaintext", "is a type", "type:fact"),
        ("used:7d", "used:7d", "less or more", "used:<7d"),
        ("created:never", "created:never", "does not go with created:", "expires:"),
        ("heat:warm", "heat:warm", "is no number", "heat:>0.5"),
        ("uses:>50%", "uses:>50%", "is no number", "uses:>3"),
        ("created:2025-02-30", "created:2025-02-30", "is no time", "2025-06"),
        ("https://x.org", "https://x.org", "no field “https”", '"https://x.org"'),
        ("in:box", "in:box", "in: has no “box”", "bin"),
    ],
)
def test_what_is_not_understood_is_named_and_the_nearest_offered(text: str, word: str, said: str, offered: str) -> None:
    with pytest.raises(FilterError) as raised:
        parse(text)
    assert raised.value.word == word
    assert said in raised.value.message and offered in raised.value.hint and not raised.value.unfinished


@pytest.mark.parametrize("text", ["kind:", "tag:work,", "-state:", "heron used:"])
def test_what_is_still_typed_is_unfinished(text: str) -> None:
    with pytest.raises(FilterError) as raised:
        parse(text)
    assert raised.value.unfinished


def test_a_condition_is_taken_away() -> None:
    wanted = parse("heron kind:fact tag:work used:<7d")
    left = wanted
    for term in conditions(wanted):
        left = without(left, term)
    assert left == CubeFilter(text="heron")


@pytest.mark.parametrize(
    ("value", "inside", "outside"),
    [
        ("<7d", NOW - timedelta(days=6, hours=23), NOW - timedelta(days=7)),
        (">30d", NOW - timedelta(days=31), NOW - timedelta(days=30)),
        (">=2d", NOW - timedelta(days=2), NOW - timedelta(days=1, hours=23)),
        ("2026-06", datetime(2026, 6, 30, 12, tzinfo=UTC), datetime(2026, 7, 2, tzinfo=UTC)),
        (">2026-06", datetime(2026, 7, 2, tzinfo=UTC), datetime(2026, 6, 29, tzinfo=UTC)),
        ("2025..2026-02", datetime(2026, 2, 27, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC)),
        ("today", NOW, NOW - timedelta(days=1)),
        ("yesterday", NOW - timedelta(days=1), NOW),
        ("last-week", datetime(2026, 7, 8, tzinfo=UTC), NOW),
        ("last-month", datetime(2026, 6, 15, tzinfo=UTC), NOW),
        ("this-year", datetime(2026, 1, 5, tzinfo=UTC), datetime(2025, 12, 20, tzinfo=UTC)),
    ],
)
def test_spans_of_time(value: str, inside: datetime, outside: datetime) -> None:
    span = moments(Field.CREATED, value, NOW)
    assert inside in span and outside not in span and None not in span


def test_an_end_is_ahead_and_never_is_no_end() -> None:
    soon = moments(Field.EXPIRES, "<7d", NOW)
    assert NOW + timedelta(days=6) in soon and NOW + timedelta(days=8) not in soon
    assert NOW - timedelta(days=1) not in soon
    assert None in moments(Field.EXPIRES, "never", NOW) and NOW not in moments(Field.EXPIRES, "never", NOW)


@pytest.mark.parametrize(
    ("field", "value", "inside", "outside"),
    [
        (Field.USES, ">3", 4, 3),
        (Field.USES, "3..5", 5, 6),
        (Field.HEAT, ">=50%", 0.5, 0.49),
        (Field.HEAT, "<0.5", 0.49, 0.5),
        (Field.SIZE, ">10kb", 10_001, 10_000),
        (Field.SIZE, "..1mb", 1_000_000, 1_000_001),
    ],
)
def test_spans_of_numbers(field: Field, value: str, inside: float, outside: float) -> None:
    assert inside in numbers(field, value) and outside not in numbers(field, value)
