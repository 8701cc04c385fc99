"""Every verb on the Memory page by its key, with Undo, on one memory, on several, and on more than are looked at."""

from datetime import timedelta

import pytest
from operators_desk import Operating, operating
from page_desk import WAIT_MS, cube, desk, look
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from memos_desktop.ids import now
from memos_desktop.memory.cube import CubeFilter, Governance, Kind, State
from memos_desktop.ui.cubes.chosen import LOOKED_AT
from memos_desktop.ui.cubes.verbs import BY_NAME, VERBS, offered, split_tags

__all__ = ["desk", "look", "operating"]


@pytest.mark.parametrize(
    ("key", "holds"),
    [
        (Qt.Key.Key_P, lambda one: one.pinned),
        (Qt.Key.Key_F, lambda one: one.frozen),
        (Qt.Key.Key_A, lambda one: one.state is State.ARCHIVED),
        (Qt.Key.Key_Delete, lambda one: one.binned is not None),
    ],
)
def test_a_key_does_it_to_all_that_is_selected_and_undo_takes_it_back(operating: Operating, key, holds) -> None:
    cubes = [cube("One."), cube("Two.")]
    operating.opened(*cubes)
    operating.select(*cubes)
    operating.key(key)
    operating.desk.wait_toast("2 memories")
    assert all(holds(operating.now(one)) for one in cubes)
    operating.desk.undo_last()
    operating.until(lambda: not any(holds(operating.now(one)) for one in cubes))


@pytest.mark.parametrize(
    ("before", "key", "holds"),
    [
        ({"pinned": True}, Qt.Key.Key_P, lambda one: not one.pinned),
        ({"frozen": True}, Qt.Key.Key_F, lambda one: not one.frozen),
        ({"state": State.ARCHIVED}, Qt.Key.Key_A, lambda one: one.state is State.GENERATED),
        ({"state": State.MERGED}, Qt.Key.Key_A, lambda one: one.state is State.GENERATED),
    ],
)
def test_the_same_key_takes_it_back(operating: Operating, before, key, holds) -> None:
    one = cube("One.", **before)
    operating.opened(one)
    operating.select(one)
    operating.key(key)
    operating.until(lambda: holds(operating.now(one)))


def test_expire_in_a_week_then_never(operating: Operating) -> None:
    one = cube("The offer ends soon.")
    operating.opened(one)
    operating.select(one)
    operating.key(Qt.Key.Key_X)
    panel = operating.panel("expire")
    assert panel.buttons["week"].hasFocus()
    QTest.keyClick(panel.buttons["week"], Qt.Key.Key_Space)
    operating.desk.wait_toast("Will expire on")
    expires = operating.now(one).governance.expires
    assert expires is not None and timedelta(days=6.9) < expires - now() < timedelta(days=7.1)
    assert operating.page.slot.panel is None
    operating.until(lambda: operating.page.commands.actions["renew"].isEnabled())
    operating.key(Qt.Key.Key_X, Qt.KeyboardModifier.ShiftModifier)
    operating.desk.wait_toast("No longer expiring: 1 memory")
    assert operating.now(one).governance.expires is None


def test_expire_now_and_renew(operating: Operating) -> None:
    one = cube("The offer ends soon.")
    operating.opened(one)
    operating.select(one)
    operating.key(Qt.Key.Key_X)
    operating.panel("expire").buttons["now"].click()
    operating.desk.wait_toast("Expired, no longer recalled: 1 memory")
    assert operating.now(one).state is State.EXPIRED
    operating.until(lambda: operating.page.commands.actions["renew"].isEnabled())
    operating.page.commands.actions["renew"].trigger()
    operating.until(lambda: operating.now(one).state is State.GENERATED)


def test_expire_on_a_date(operating: Operating) -> None:
    one = cube("The offer ends soon.")
    operating.opened(one)
    operating.select(one)
    operating.page.commands.run_selected("expire")
    panel = operating.panel("expire")
    panel.date.setDateTime(panel.date.dateTime().addDays(20))
    panel.buttons["date"].click()
    operating.desk.wait_toast("Will expire on")
    expires = operating.now(one).governance.expires
    assert expires is not None and timedelta(days=20.5) < expires - now() < timedelta(days=21.5)


def test_a_frozen_one_says_why_it_cannot_expire(operating: Operating) -> None:
    one = cube("Fixed.")
    operating.opened(one)
    operating.select(one)
    operating.key(Qt.Key.Key_X)
    panel = operating.panel("expire")
    operating.desk.result(operating.desk.workspace.library.freeze([one.id], True))
    panel.buttons["week"].click()
    operating.until(lambda: "frozen" in panel.notice.text)
    assert panel.buttons["week"].isEnabled()


def test_ten_thousand_are_changed_by_one_job(operating: Operating) -> None:
    operating.opened(*(cube(f"Note {n}.") for n in range(10_000)))
    jobs: list[tuple[str, str]] = []
    operating.desk.workspace.jobs.subscribe(lambda job: jobs.append((job.title, job.state)))
    operating.page.table.selectAll()
    operating.page.commands.run_selected("archive")
    operating.desk.qtbot.waitUntil(
        lambda: any("10,000 memories" in text for text in operating.desk.toasts()), timeout=12 * WAIT_MS
    )
    archived = operating.desk.result(operating.desk.workspace.library.page(CubeFilter(state=State.ARCHIVED), 0, 1))
    assert archived.total == 10_000
    assert {title for title, _ in jobs} == {"Archiving 10,000 memories"} and jobs[-1][1] == "done"
    steps = operating.desk.result(operating.desk.workspace.library.journal(limit=1))
    assert steps[0].label.startswith("Archive 10,000")


def test_a_cancelled_job_changes_nothing(operating: Operating) -> None:
    operating.opened(*(cube(f"Note {n}.") for n in range(3_000)))
    workspace = operating.desk.workspace
    workspace.jobs.subscribe(lambda job: job.cancel())
    operating.page.table.selectAll()
    operating.page.commands.run_selected("archive")
    operating.until(lambda: not workspace.jobs.active())
    archived = operating.desk.result(workspace.library.page(CubeFilter(state=State.ARCHIVED), 0, 1))
    assert archived.total == 0


@pytest.mark.parametrize("count", [2, LOOKED_AT + 20])
def test_what_cannot_take_part_stays_and_is_named(operating: Operating, count: int) -> None:
    cubes, fixed = [cube(f"Note {n}.") for n in range(count)], cube("Fixed.", frozen=True)
    operating.opened(*cubes, fixed)
    operating.page.table.selectAll()
    operating.page.commands.run_selected("archive")
    operating.desk.wait_toast(f"Archived, no longer recalled: {count} memories. “Fixed.” stays as it is: frozen.")
    assert {operating.now(one).state for one in cubes} == {State.ARCHIVED}
    assert operating.now(fixed).state is State.GENERATED
    operating.desk.undo_last()
    operating.until(lambda: operating.now(cubes[0]).state is State.GENERATED)


@pytest.mark.parametrize("count", [3, LOOKED_AT + 20])
def test_where_none_can_take_part_nothing_is_done_and_the_reasons_are_said(operating: Operating, count: int) -> None:
    cubes = [cube(f"Note {n}.", frozen=True) for n in range(count)]
    operating.opened(*cubes)
    said: list[str] = []
    operating.desk.workspace.jobs.subscribe(lambda job: said.append(job.error) if job.state == "failed" else None)
    operating.page.table.selectAll()
    operating.until(lambda: operating.page.selection.count == count)
    operating.key(Qt.Key.Key_A)
    wanted = f"None of these {count} memories can be archived: {count} are frozen. Nothing was changed."
    operating.until(lambda: any(wanted in text for text in (*said, *operating.desk.toasts())))
    assert operating.desk.result(operating.desk.workspace.library.undo_labels())[0] == f"Add {count} memories"


def test_tags_for_many_are_added(operating: Operating) -> None:
    operating.opened(*(cube(f"Note {n}.", tags=("old",)) for n in range(LOOKED_AT + 20)))
    operating.page.table.selectAll()
    operating.desk.prompter.text = "new"
    operating.page.commands.run_selected("tag")
    operating.desk.wait_toast("Tags changed: 70 memories")
    assert all(set(one.tags) == {"old", "new"} for one in operating.all())


def test_all_tags_can_be_taken_away(operating: Operating) -> None:
    one = cube("One.", tags=("work",))
    operating.opened(one)
    operating.select(one)
    operating.desk.prompter.text = ""
    operating.key(Qt.Key.Key_T)
    operating.until(lambda: operating.now(one).tags == ())


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_every_verb_works_on_more_than_are_looked_at(operating: Operating, name: str) -> None:
    verb = BY_NAME[name]
    if verb.most <= LOOKED_AT:
        return
    moment = now()
    special = {
        "confirm": {"governance": Governance(proposed=True)},
        "unpin": {"pinned": True},
        "unfreeze": {"frozen": True},
        "restore": {"state": State.ARCHIVED},
        "renew": {"governance": Governance(expires=moment + timedelta(days=3))},
        "unbin": {"binned": moment},
    }
    operating.opened(*(cube(f"Note {n}.", **special.get(name, {})) for n in range(LOOKED_AT + 5)))
    if name == "unbin":
        operating.page.filters.set(CubeFilter(binned=True))
        operating.until(lambda: operating.page.cubes.total == LOOKED_AT + 5)
    operating.page.table.selectAll()
    ended: list[str] = []
    navigator, commands = operating.desk.context.navigator, operating.page.commands
    navigator.attach.connect(lambda cubes: ended.append(f"{len(cubes)} attached"))
    commands.panel_wanted.connect(lambda panel, ids: ended.append(f"{panel} {len(ids)}"))
    operating.desk.prompter.text = "new"
    commands.run_selected(name)
    operating.until(lambda: bool(ended or operating.desk.toasts()))
    assert all(str(LOOKED_AT + 5) in said for said in [*ended, *operating.desk.toasts()])


def test_what_fits_is_offered(operating: Operating) -> None:
    one, two, frozen = cube("One."), cube("Two."), cube("Three.", frozen=True)
    operating.opened(one, two, frozen)
    operating.select(one)
    fitting = operating.page.commands.fitting
    assert {"pin", "freeze", "archive", "split", "migrate", "expire", "tag", "bin", "forget"} <= fitting
    assert not {"fuse", "unpin", "restore", "renew", "unbin"} & fitting
    operating.select(one, two)
    assert "fuse" in operating.page.commands.fitting and "split" not in operating.page.commands.fitting
    operating.select(one, frozen)
    assert "fuse" not in operating.page.commands.fitting
    operating.select(frozen)
    assert {"unfreeze"} <= operating.page.commands.fitting
    assert not {"bin", "archive", "forget", "tag", "expire"} & operating.page.commands.fitting


def test_verbs_and_states() -> None:
    gone = cube("x", binned=now())
    assert offered([gone], 1) == {"unbin", "forget"}
    assert "fuse" in offered([cube("x")], 9)  # those that were not looked at may fit
    assert "split" not in offered([cube("x", state=State.ARCHIVED)], 1)
    assert "renew" in offered([cube("x", governance=Governance(expires=now()))], 1)
    assert "expire" not in offered([cube("x", state=State.EXPIRED)], 1)
    assert offered([], 0) == frozenset()
    keys = [verb.key for verb in VERBS if verb.key]
    assert len(set(keys)) == len(keys) - 3  # only opposites share one
    assert BY_NAME["fuse"].fits(cube("x")) and cube("x").kind is Kind.PLAINTEXT
    assert split_tags(" #a, b,, a ") == ("a", "b")


def test_the_menu_has_every_verb_that_fits(operating: Operating) -> None:
    one, two = cube("One."), cube("Two.")
    operating.opened(one, two)
    operating.select(one, two)
    texts = operating.page.commands
    names = {name for name, action in texts.actions.items() if action.isVisible()}
    assert {"fuse", "pin", "archive", "tag", "bin", "migrate", "export"} <= names
