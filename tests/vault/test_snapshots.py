"""Snapshots: names for places in the journal, what a point means, and the stops of a slider."""

from datetime import UTC, datetime, timedelta

import pytest
from history_maker import last_step, rows
from hypothesis import given
from hypothesis import strategies as st
from vault_values import cube, say, use

from memos_desktop.errors import NotFoundError, UserError, VaultError
from memos_desktop.memory.snapshot import LONGEST_NAME, checked_name
from memos_desktop.paths import DataFolder
from memos_desktop.vault import journal, moments, snapshots
from memos_desktop.vault.moments import history, neighbour
from memos_desktop.vault.vault import Vault

NOON = datetime(2026, 3, 12, 12, 0, tzinfo=UTC)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The time that journal and snapshots see; a test sets its only element."""
    time = [NOON]
    for module in (journal, snapshots, moments):
        monkeypatch.setattr(module, "now", lambda: time[0])
    return time


def add(vault: Vault, text: str = "a memory") -> int:
    """One more cube; the step that added it."""
    vault.cubes.add(cube(text))
    return last_step(vault)


def test_a_snapshot_names_the_present_and_changes_nothing(vault: Vault) -> None:
    step = add(vault)
    before = rows(vault)
    made = vault.snapshots.create("  Before the\nmove ", "of   house")
    assert (made.name, made.note, made.step_id, made.cubes) == ("Before the move", "of house", step, 1)
    assert not made.automatic
    add(vault)
    assert vault.snapshots.list() == (made,)
    assert vault.undo() is not None  # the memory, not the snapshot
    assert (rows(vault), vault.snapshots.list()) == (before, (made,))


@pytest.mark.parametrize("name", ["", "  \n ", "now", "Now", "n" * (LONGEST_NAME + 1)])
def test_names_that_cannot_be_used(vault: Vault, name: str) -> None:
    with pytest.raises(UserError, match="Nothing was saved"):
        vault.snapshots.create(name)
    assert vault.snapshots.list() == ()


def test_a_name_is_given_once(vault: Vault) -> None:
    first = vault.snapshots.create("Spring")
    with pytest.raises(UserError, match="“spring” already"):
        vault.snapshots.create("spring")
    other = vault.snapshots.create("Summer")
    with pytest.raises(UserError, match="already"):
        vault.snapshots.rename("Summer", "SPRING")
    assert vault.snapshots.rename("spring", "SPRING").name == "SPRING"
    assert vault.snapshots.get("Spring").id == first.id
    assert vault.snapshots.get(other.id[:16]).name == "Summer"


def test_a_deleted_snapshot_can_be_put_back(vault: Vault) -> None:
    made = vault.snapshots.create("Spring", "with a note")
    assert vault.snapshots.delete("spring") == made
    with pytest.raises(NotFoundError, match="no snapshot “Spring”"):
        vault.snapshots.delete("Spring")
    assert vault.snapshots.put_back(made) == vault.snapshots.get("Spring")
    vault.snapshots.delete("Spring")
    vault.snapshots.create("Spring")
    with pytest.raises(UserError, match="already"):
        vault.snapshots.put_back(made)


def test_a_snapshot_of_an_empty_vault(vault: Vault) -> None:
    made = vault.snapshots.create("Nothing")
    assert (made.step_id, made.cubes) == (0, 0)
    assert [m.step_id for m in history(vault.database).moments] == [0]
    step = add(vault)
    assert [(m.step_id, m.snapshot) for m in history(vault.database).moments] == [(0, made), (step, None)]


def test_a_full_disk_leaves_everything_as_it_was(folder: DataFolder) -> None:
    vault = Vault.open(folder)
    add(vault)
    vault.snapshots.create("fits")
    pages = vault.database.value("PRAGMA page_count")
    vault.database.run(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(VaultError, match="is full, so nothing was changed"):
        for number in range(10_000):
            vault.snapshots.create(f"{number} " + "long name " * 7)
    kept = vault.snapshots.list()
    vault.close()
    vault = Vault.open(folder)
    assert vault.snapshots.list() == kept
    assert vault.cubes.count() == 1
    vault.snapshots.create("there is room again")
    vault.close()


def test_what_a_point_means(vault: Vault, clock: list[datetime]) -> None:
    first = add(vault)
    clock[0] += timedelta(days=1)
    vault.snapshots.create("Spring")
    second = add(vault)
    place = vault.snapshots.place
    assert (place("Spring").step_id, place("spring").name) == (first, "Spring")
    assert place("now").step_id == place("NOW").step_id == second
    assert place(first).step_id == place(f"#{first}").step_id == place(str(first)).step_id == first
    assert place(NOON + timedelta(hours=3)).step_id == first
    assert place("2026-03-12T15:00:00+00:00").step_id == first
    assert place(NOON - timedelta(hours=1)).step_id == place(0).step_id == 0
    assert place("2031-01-01").step_id == second
    for unknown in (second + 1, -1, "Autumn", "#99", "12.13.14"):
        with pytest.raises(NotFoundError, match="There is no"):
            place(unknown)


def test_the_snapshot_of_the_day_is_made_when_something_changed(vault: Vault, clock: list[datetime]) -> None:
    assert vault.snapshots.daily() is None  # nothing has ever changed
    add(vault)
    first = vault.snapshots.daily()
    assert first is not None and first.automatic and first.name.startswith("Daily 2026-03-1")
    add(vault)
    assert vault.snapshots.daily() is None  # there is one of this day
    clock[0] += timedelta(days=1)
    second = vault.snapshots.daily()
    assert second is not None and second.name != first.name
    clock[0] += timedelta(days=1)
    assert vault.snapshots.daily() is None  # nothing changed since


def test_before_something_large(vault: Vault, clock: list[datetime]) -> None:
    add(vault)
    assert vault.snapshots.before("pinning", cubes=snapshots.MANY_CUBES) is None
    made = vault.snapshots.before("importing notes.memcube " + "x" * 200)
    assert made is not None and made.automatic and len(made.name) <= LONGEST_NAME
    assert made.name.startswith("Before importing notes.memcube")
    assert vault.snapshots.before("anything", cubes=101) == made  # nothing changed: the same place
    add(vault)
    again = vault.snapshots.before("importing notes.memcube " + "x" * 200)
    assert again is not None and again.name == made.name + " (2)"


def test_the_last_thirty_automatic_ones_stay_and_named_ones_all(vault: Vault, clock: list[datetime]) -> None:
    vault.snapshots.create("mine")
    for _ in range(35):
        clock[0] += timedelta(days=1)
        add(vault)
        vault.snapshots.daily()
    assert vault.snapshots.rename("Daily 2026-03-20", "kept").automatic is False
    add(vault)
    vault.snapshots.before("the last one")
    kept = vault.snapshots.list()
    assert sum(one.automatic for one in kept) == snapshots.AUTOMATIC_KEPT
    assert {"mine", "kept"} <= {one.name for one in kept}
    assert kept[0].name.startswith("Before the last one")


def test_the_slider_stops_where_memories_changed(vault: Vault, clock: list[datetime]) -> None:
    chat = vault.chats.create("talk")
    say(vault, chat, "a message is no stop")
    one = cube("one")
    vault.cubes.add(one)
    first = last_step(vault)
    vault.uses.record([use(one)], "use is no stop")
    say(vault, chat, "nor is this")
    made = vault.snapshots.create("later, at the same place")
    second = add(vault, "two")
    vault.undo()
    found = history(vault.database)
    assert [(m.step_id, m.label) for m in found.moments] == [
        (first, "Add memory “one”"), (second, "Add memory “two”"), (last_step(vault), "Add memory “two”"),
    ]  # fmt: skip
    assert [m.snapshot for m in found.moments] == [made, None, None]
    assert found.steps == 3
    assert neighbour(vault.database, first, later=True).step_id == second
    assert neighbour(vault.database, second, later=False).step_id == first
    assert neighbour(vault.database, first, later=False) is None
    assert neighbour(vault.database, last_step(vault), later=True) is None


@given(st.integers(1, 60), st.integers(10, 40))
def test_of_very_many_stops_a_good_choice_is_offered(changes: int, most: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(moments, "LATEST", 4)
        patch.setattr(moments, "DAYS", 3)
        time = [NOON]
        patch.setattr(journal, "now", lambda: time[0])
        vault = Vault.open_in_memory()
        try:
            steps = []
            for number in range(changes):
                time[0] += timedelta(hours=7)
                steps.append(add(vault))
                if number == changes // 2:
                    vault.snapshots.create("halfway")
            found = history(vault.database, most)
            stops = [m.step_id for m in found.moments]
            assert found.steps == changes
            assert stops == sorted(set(stops))
            assert set(stops) <= set(steps)
            assert stops[0] == steps[0]
            assert stops[-4:] == steps[-4:]  # the latest are all there
            assert any(m.snapshot for m in found.moments)
            assert len(stops) <= most + 3
            if changes <= most:
                assert stops == steps
        finally:
            vault.close()


@given(st.text(max_size=LONGEST_NAME * 2))
def test_a_name_is_one_clean_line_or_refused(name: str) -> None:
    try:
        made = checked_name(name)
    except UserError:
        return
    assert made == " ".join(made.split())
    assert 0 < len(made) <= LONGEST_NAME
    assert checked_name(made) == made
