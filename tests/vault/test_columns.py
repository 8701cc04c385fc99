"""Lists from columns, held against one that looks at every cube, through random changes of the vault."""

import contextlib
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from vault_values import START, activation, cube, use

from memos_desktop.errors import UserError
from memos_desktop.memory.amounts import NAMES
from memos_desktop.memory.cube import (
    Cube,
    CubeFilter,
    Descriptive,
    Governance,
    Kind,
    Origin,
    SemanticType,
    SortKey,
    Source,
    State,
    TextPayload,
)
from memos_desktop.memory.filter import CHOICES, canonical, render
from memos_desktop.memory.filter_match import matches
from memos_desktop.memory.heat import warmth
from memos_desktop.memory.terms import BIN, NEVER, NUMBERS, TIMES, Field, Term
from memos_desktop.memory.timeline import Zoom, span_of
from memos_desktop.vault.cube_queries import ORDERS, CubePages
from memos_desktop.vault.filter_sql import FIELDS, is_askable
from memos_desktop.vault.vault import Vault

NOW = START + timedelta(days=40)
TITLES = ("Boat", "boat trip", "Éclair", "zebra", "Zürich", "10 things")
WORDS = ("grey", "Heron", "seagrass", "sea", "café", "42", "don't", "naïve")
TAGS = ("work", "Work", "sea side", "a,b", "42")
PROJECTS = (None, "", "Boat", "boat", "garden fence")
DAYS = st.integers(0, 60).map(lambda days: timedelta(days=days, hours=days % 5))
SETTINGS = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])

texts = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join)
sources = st.sampled_from((Source(), Source("c", "m"), Source(file="/a.txt")))
governances = st.builds(
    Governance,
    project=st.sampled_from(PROJECTS),
    expires=st.none() | DAYS.map(START.__add__),
    proposed=st.booleans(),
    superseded_by=st.sampled_from((None, "other")),
)


@st.composite
def cubes(draw: Callable[..., Any]) -> Cube:
    made = cube(draw(texts), type=draw(st.sampled_from(SemanticType)))
    described = Descriptive(
        draw(st.sampled_from((*TITLES, made.title))),
        made.descriptive.type,
        draw(st.none() | DAYS.map(START.__add__)),
        draw(st.sampled_from(Origin)),
        draw(sources),
    )
    created = START + draw(DAYS)
    return Cube(
        made.id, 1, created, created, TextPayload(made.text), described, draw(governances),
        state=draw(st.sampled_from(State)),
        tags=tuple(dict.fromkeys(draw(st.lists(st.sampled_from(TAGS), max_size=2)))),
        frozen=draw(st.booleans()), pinned=draw(st.booleans()),
        binned=draw(st.sampled_from((None, None, None, START))),
    )  # fmt: skip


def values_for(field: Field) -> st.SearchStrategy[str]:
    if field in CHOICES:
        return st.sampled_from([one.value for one in CHOICES[field]])
    sign = st.sampled_from(("<", "<=", ">", ">="))
    if field in NUMBERS:
        amount = {Field.HEAT: ("0", "0.25", "50%"), Field.USES: ("0", "1", "2"), Field.SIZE: ("10", "0.02kb", "1mb")}
        plain = st.sampled_from(amount[field])
        return plain | st.builds("{}{}".format, sign, plain) | st.builds("{}..{}".format, plain, plain)
    if field in TIMES:
        age = st.builds("{}{}".format, sign, st.sampled_from(("3d", "2w", "1m", "9h")))
        day = st.sampled_from((*NAMES, "2026", "2026-03", "2026-04-02", "2026-03-20t12:00"))
        spans = st.builds("{}..{}".format, day, day) | day.map("..{}".format)
        ever = [st.just(NEVER)] if field in (Field.USED, Field.EXPIRES) else []
        return st.one_of(age, day, st.builds("{}{}".format, sign, day), spans, *ever)
    return {
        Field.TEXT: texts | st.sampled_from((*TITLES, "!", "her", "gre")),
        Field.TAG: st.sampled_from((*TAGS, "WORK", "none")),
        Field.PROJECT: st.sampled_from(("", "BOAT", "boat", "garden fence")),
        Field.PARENT: st.sampled_from(("0", "no such")),
        Field.IN: st.just(BIN),
    }[field]


terms = st.sampled_from([field for field in Field if field is not Field.IN]).flatmap(
    lambda field: st.builds(
        Term, st.just(field), st.lists(values_for(field), min_size=1, max_size=2).map(tuple), st.booleans()
    )
)
filters = st.builds(
    CubeFilter,
    text=st.just("") | texts | st.sampled_from(("gr", "bo tri", "?!")),
    kind=st.none() | st.sampled_from(Kind),
    binned=st.sampled_from((False, False, False, True)),
    terms=st.lists(terms, max_size=2).map(tuple),
).map(canonical)
asked = st.tuples(filters, st.sampled_from(SortKey), st.booleans())


asked_of_sql = st.tuples(
    st.builds(
        CubeFilter,
        text=st.just("") | texts | st.sampled_from(("gr", "bo tri", "?!", "wor", "42")),
        tag=st.none() | st.sampled_from((*TAGS, "WORK", "none")),
        project=st.none() | values_for(Field.PROJECT),
        pinned=st.none() | st.booleans(),
        binned=st.sampled_from((False, False, False, True)),
        terms=st.lists(terms, max_size=3).map(lambda found: tuple(one for one in found if one.field in FIELDS)),
    ).map(canonical),
    st.sampled_from(tuple(ORDERS)),
    st.booleans(),
    st.integers(0, 4),
)


def expected(vault: Vault, wanted: CubeFilter, sort: SortKey, descending: bool) -> list[str]:
    """The list as one makes it who looks at each cube."""
    rows = vault.database.rows("SELECT id FROM cubes ORDER BY rowid")
    found = [vault.cubes.get(row["id"]) for row in rows]
    of = {one.id: one for one in found}
    source = {one.id: of.get(one.parents[0]) if one.parents else None for one in found}
    kept = [one for one in found if matches(one, wanted, NOW, source[one.id])]
    order = {one.id: place for place, one in enumerate(found)}
    kept.sort(key=lambda one: (KEYS[sort](one), order[one.id]), reverse=descending)
    return [one.id for one in kept]


def worth(moment: Any, otherwise: float) -> float:
    return otherwise if moment is None else moment.timestamp()


KEYS: dict[SortKey, Callable[[Cube], Any]] = {
    SortKey.CREATED: lambda one: one.created,
    SortKey.CHANGED: lambda one: one.changed,
    SortKey.TITLE: lambda one: one.title.encode().lower(),
    SortKey.KIND: lambda one: one.kind,
    SortKey.TYPE: lambda one: one.descriptive.type,
    SortKey.STATE: lambda one: one.state,
    SortKey.TAGS: lambda one: (", ".join(one.tags).casefold(), ", ".join(one.tags)),
    SortKey.USES: lambda one: one.behaviour.uses,
    SortKey.HEAT: lambda one: w if (w := warmth(one.behaviour.heat, one.behaviour.last_used)) is not None else -1e99,
    SortKey.TIME: lambda one: one.time,
    SortKey.LAST_USED: lambda one: worth(one.behaviour.last_used, -1e99),
    SortKey.PROJECT: lambda one: (
        one.governance.project is not None, (one.governance.project or "").casefold(), one.governance.project or "",
    ),
    SortKey.ORIGIN: lambda one: one.descriptive.origin,
    SortKey.SIZE: lambda one: one.payload.bytes,
    SortKey.EXPIRES: lambda one: worth(one.governance.expires, 1e99),
}  # fmt: skip


def change(vault: Vault, kind: int, of: list[str], made: Cube) -> None:
    """One of the things that can happen to a vault. What is refused changes nothing."""
    first = of[kind % len(of)]
    found = vault.cubes.get(first)
    acts: list[Callable[[], object]] = [
        lambda: vault.cubes.add(made),
        lambda: vault.cubes.revise(first, text=made.text, descriptive=made.descriptive),
        lambda: vault.cubes.update([first], "Change", tags=made.tags, pinned=made.pinned),
        lambda: vault.cubes.update([first], "Change", governance=made.governance),
        lambda: vault.cubes.set_columns([first], "Change", {"state": made.state.value}),
        lambda: vault.cubes.bin(of[:2]),
        lambda: vault.cubes.unbin(of[:2]),
        lambda: vault.uses.record([use(found, timedelta(days=kind % 7))], "Answer"),
        lambda: vault.cubes.add(activation(found)),
        lambda: vault.cubes.retag(of[:3], ["new one"], ["work"]),
        lambda: vault.cubes.purge_bin(NOW),
        vault.undo,
        vault.redo,
        lambda: half_done(vault, made),
    ]
    with contextlib.suppress(UserError):
        acts[kind % len(acts)]()


def half_done(vault: Vault, made: Cube) -> None:
    """A step that fails, with a look at the list in the middle of it."""
    with vault.step("Half"):
        vault.cubes.add(made)
        vault.cubes.lists.ids(CubeFilter(), SortKey.TITLE, False)
        raise UserError("No.")


def in_a_list(vault: Vault) -> list[str]:
    return [row["id"] for row in vault.database.rows("SELECT id FROM cubes ORDER BY id LIMIT 6")]


@SETTINGS
@given(
    start=st.lists(cubes(), min_size=1, max_size=8),
    steps=st.lists(st.tuples(st.integers(0, 10_000), cubes()), max_size=8),
    questions=st.lists(asked, min_size=1, max_size=4),
)
def test_lists_are_what_one_finds_who_looks_at_every_cube(
    start: list[Cube], steps: list[tuple[int, Cube]], questions: list[tuple[CubeFilter, SortKey, bool]]
) -> None:
    vault = Vault.open_in_memory()
    try:
        vault.cubes.add_many(start)
        lists = vault.cubes.lists
        for number, (kind, made) in enumerate([(-1, start[0]), *steps]):
            if number and (ids := in_a_list(vault)):
                change(vault, kind, ids, made)
            for wanted, sort, descending in (*questions, (CubeFilter(), SortKey.TITLE, True)):
                found = lists.places(wanted, sort, descending, NOW).tolist()
                ids_found = [one.id for one in lists.cubes(found)]
                assert ids_found == expected(vault, wanted, sort, descending), render(wanted)
                assert len(found) == len(ids_found)
    finally:
        vault.close()


@SETTINGS
@given(
    start=st.lists(cubes(), min_size=1, max_size=10),
    kept_ready=st.lists(st.integers(0, 9), max_size=3),
    questions=st.lists(asked_of_sql, min_size=4, max_size=8),
)
def test_what_sql_answers_before_the_columns_are_loaded_is_what_they_answer(
    start: list[Cube], kept_ready: list[int], questions: list[tuple[CubeFilter, SortKey, bool, int]]
) -> None:
    vault = Vault.open_in_memory()
    try:
        vault.cubes.add_many(start)
        for number in kept_ready:
            with contextlib.suppress(UserError):  # it has one, or is in the bin
                vault.cubes.add(activation(start[number % len(start)], tags=("sea side",)))
        lists = vault.cubes.lists
        before = [lists.page(wanted, skip, 5, sort, way) for wanted, sort, way, skip in questions]
        for (wanted, sort, way, skip), page in zip(questions, before, strict=True):
            assert is_askable(wanted), render(wanted)
            ids = expected(vault, wanted, sort, way)
            assert ([one.id for one in page.cubes], page.total) == (ids[skip : skip + 5], len(ids)), render(wanted)
        assert lists.load_piece()  # nothing of the columns was needed
        lists.matching(CubeFilter())
        assert before == [lists.page(wanted, skip, 5, sort, way) for wanted, sort, way, skip in questions]
    finally:
        vault.close()


@pytest.fixture
def vault() -> Iterator[Vault]:
    opened = Vault.open_in_memory()
    yield opened
    opened.close()


@pytest.mark.parametrize("sort", [SortKey.CREATED, SortKey.TITLE, SortKey.TYPE, SortKey.USES, SortKey.TIME])
@pytest.mark.parametrize(
    "wanted", [CubeFilter(), CubeFilter(state=State.ARCHIVED, pinned=False), CubeFilter(binned=True)]
)
def test_a_list_is_the_same_before_the_columns_are_loaded_and_after(
    vault: Vault, wanted: CubeFilter, sort: SortKey
) -> None:
    many = [cube(f"{word} {n}", state=list(State)[n % 5], pinned=n % 3 == 0) for n in range(40) for word in WORDS[:2]]
    vault.cubes.add_many(many)
    vault.cubes.bin([one.id for one in many[::7]])
    pages = [vault.cubes.page(wanted, 3, 20, sort, way) for way in (True, False)]
    while vault.cubes.lists.load_piece():
        pass
    assert pages == [vault.cubes.page(wanted, 3, 20, sort, way) for way in (True, False)]
    assert pages[0].total and pages[0] != pages[1]


def test_ids_of_spans_are_those_of_the_list(vault: Vault) -> None:
    vault.cubes.add_many([cube(f"Note {n}") for n in range(30)])
    whole = vault.cubes.ids(CubeFilter(text="note"), SortKey.TITLE, False)
    assert len(whole) == 30
    assert vault.cubes.ids(CubeFilter(text="note"), SortKey.TITLE, False, [(2, 3), (28, 9)]) == whole[2:5] + whole[28:]


def test_what_is_written_while_pieces_are_loaded_is_not_lost(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("memos_desktop.vault.columns.PIECE", 10)
    vault.cubes.add_many([cube(f"Note {n}") for n in range(35)])
    lists = CubePages(vault.database)
    pieces = 0
    while lists.load_piece():
        pieces += 1
        if pieces == 2:
            vault.cubes.add(cube("In between"))
            vault.cubes.bin([vault.cubes.page(CubeFilter(), 30, 1).cubes[0].id])
    assert pieces >= 4
    assert len(lists.matching(CubeFilter())) == 35


def test_what_is_gone_is_in_no_list_and_its_place_may_be_taken(vault: Vault) -> None:
    first, second = cube("One heron"), cube("Two herons")
    vault.cubes.add(first)
    vault.cubes.add(second)
    heron = CubeFilter(text="heron")
    assert len(vault.cubes.matching(heron)) == 2
    vault.undo()
    assert vault.cubes.ids(heron, SortKey.CREATED, True) == (first.id,)
    third = cube("Three")
    vault.cubes.add(third)
    assert vault.cubes.ids(heron, SortKey.CREATED, True) == (first.id,)
    assert set(vault.cubes.ids(CubeFilter(), SortKey.CREATED, True)) == {first.id, third.id}


def test_rows_may_have_other_numbers_after_the_file_was_compacted(vault: Vault) -> None:
    many = [cube(f"Note {n}", tags=("even",) if n % 2 == 0 else ()) for n in range(20)]
    vault.cubes.add_many(many)
    asked = (CubeFilter(text="note", tag="even"), SortKey.TITLE, False)
    before = vault.cubes.ids(*asked)
    vault.cubes.bin([one.id for one in many[:6]])
    vault.cubes.purge_bin(NOW + timedelta(days=9999))
    vault.database.run("UPDATE cubes SET rowid = rowid + 1000")  # what a compaction is allowed to do
    vault.database.run("DELETE FROM temp.touched_cubes")
    vault.database.run("VACUUM")
    left = {one.id for one in many[6:]}
    assert vault.cubes.ids(*asked) == tuple(one for one in before if one in left)


def test_what_is_rolled_back_was_never_there(vault: Vault) -> None:
    vault.cubes.add(cube("One"))
    before = vault.cubes.matching(CubeFilter(text="one")).tolist()
    with pytest.raises(UserError):
        half_done(vault, cube("One more"))
    assert vault.cubes.matching(CubeFilter()).tolist() == before
    assert vault.cubes.matching(CubeFilter(text="one")).tolist() == before


def test_buckets_hold_what_lies_in_them(vault: Vault) -> None:
    many = [cube(f"Note {n}") for n in range(40)]
    spread = [
        Cube(one.id, 1, START + timedelta(hours=7 * n), START, one.payload, one.descriptive)
        for n, one in enumerate(many)
    ]
    vault.cubes.add_many(spread)
    for zoom in Zoom:
        line = vault.cubes.lists.timeline(CubeFilter(), SortKey.CREATED, zoom)
        assert sum(bucket.count for bucket in line.buckets) == line.total == 40
        for bucket in line.buckets:
            assert (bucket.start, bucket.end) == span_of(bucket.start, zoom)
            inside = [one for one in spread if bucket.start <= one.created < bucket.end]
            assert dict(bucket.kinds) == {Kind.PLAINTEXT: len(inside)} and bucket.count == len(inside)
    day = vault.cubes.lists.timeline(CubeFilter(), SortKey.CREATED, Zoom.DAY, (START, START + timedelta(hours=8)))
    assert day.total == 2


def test_values_count_what_is_on_the_shelf(vault: Vault) -> None:
    vault.cubes.add(cube("One", tags=("a", "b"), governance=Governance(project="boat")))
    gone = cube("Two", tags=("a", "c"))
    vault.cubes.add(gone)
    vault.cubes.add(cube("Three", tags=("a",)))
    vault.cubes.bin([gone.id])
    values = vault.cubes.lists.values()
    assert values.tags == (("a", 2), ("b", 1)) and values.projects == (("boat", 1),)
