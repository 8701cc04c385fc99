"""Every operator in the real window by the ways that test_operators.py leaves out: menus, buttons, panels, lists."""

import sys
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hands import button, say, tab_to
from operator_person import CTRL, LEFT, NONE, SHIFT, Operator
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox

from memos_desktop.app.indexing import Indexing
from memos_desktop.errors import IndexUnavailableError, NotFoundError
from memos_desktop.ids import now
from memos_desktop.memory.cube import CubeFilter, Kind, State
from memos_desktop.paths import DataFolder
from memos_desktop.progress import Progress

sys.path += [str(Path(__file__).resolve().parents[1] / folder) for folder in ("engine", "ui")]  # for what follows

import tiny_models
from kv_desk import MANUAL, RULES, KvDesk
from page_desk import cube as made

BOAT = "The boat is called Lima."
HARBOUR = "The boat lies in the harbour of Peniche."
ENOUGH = 7


@pytest.fixture
def person(qtbot, tmp_path):
    person = Operator(qtbot, DataFolder(tmp_path / "data"))
    yield person
    person.stop()


def put(person, *cubes):
    """Cubes that are as they are by a long history, in the vault and on the page."""
    person.session.workspace._store.apply(lambda vault: vault.cubes.add_many(cubes))
    person.keys(Qt.Key.Key_2, CTRL)
    person.until(lambda: "memory" in person.window.pages and person.page.cubes.total == len(cubes))
    return cubes


def menu(person, way, cube, text, verb):
    """An entry of the context menu, or of the menu bar."""
    person.until(lambda: verb in person.page.commands.fitting)
    if way == "context menu":
        person.context_menu(cube, text)
    else:
        person.menu_bar("Memory", text)


def undone_and_redone(person, holds):
    """What was just done is taken back by Ctrl+Z and made again by Ctrl+Y."""
    person.until(holds)
    person.undo()
    person.until(lambda: not holds())
    person.redo()
    person.until(holds)


def governed(text, **rules):
    one = made(text)
    return replace(one, governance=replace(one.governance, **rules))


OPPOSITES = {
    "restore archived": ("Restore", "restore", Qt.Key.Key_A, NONE,
                         lambda: made("Archived.", state=State.ARCHIVED), lambda cube: cube.state is State.GENERATED),
    "restore merged": ("Restore", "restore", Qt.Key.Key_A, NONE,
                       lambda: made("Merged.", state=State.MERGED), lambda cube: cube.state is State.GENERATED),
    "restore expired": ("Restore", "restore", Qt.Key.Key_A, NONE,
                        lambda: made("Expired.", state=State.EXPIRED), lambda cube: cube.state is State.GENERATED),
    "unfreeze": ("Unfreeze", "unfreeze", Qt.Key.Key_F, NONE,
                 lambda: made("Frozen.", frozen=True), lambda cube: not cube.frozen),
    "unpin": ("Unpin", "unpin", Qt.Key.Key_P, NONE, lambda: made("Pinned.", pinned=True), lambda cube: not cube.pinned),
    "renew": ("Renew", "renew", Qt.Key.Key_X, SHIFT,
              lambda: governed("Expiring.", expires=now() + timedelta(days=3)),
              lambda cube: cube.governance.expires is None),
    "confirm": ("Keep as proposed", "confirm", Qt.Key.Key_K, NONE,
                lambda: governed("Proposed.", proposed=True), lambda cube: not cube.governance.proposed),
    "bin": ("Move to the bin", "bin", Qt.Key.Key_Delete, NONE,
            lambda: made("Binned."), lambda cube: cube.binned is not None),
    "tags": ("Edit tags…", "tag", Qt.Key.Key_T, NONE,
             lambda: made("Tagged."), lambda cube: cube.tags == ("summer",)),
}  # fmt: skip
"""By name: the entry of the menu, the verb, its key, a cube that it fits, and what holds then."""


@pytest.mark.parametrize("way", ["key", "context menu", "menu bar"])
def test_each_way_back_and_forth(person, way):
    person.prompter.text = "summer"
    cubes = put(person, *(one[4]() for one in OPPOSITES.values()))
    person.until(lambda: person.page.proposals.isVisible())
    for cube, (text, verb, key, modifiers, _, holds) in zip(cubes, OPPOSITES.values(), strict=True):
        assert not holds(person.now(cube)), text
        person.choose(cube)
        if way == "key":
            person.until(lambda verb=verb: verb in person.page.commands.fitting)
            person.keys(key, modifiers)
        else:
            menu(person, way, cube, text, verb)
        undone_and_redone(person, lambda cube=cube, holds=holds: holds(person.now(cube)))


@pytest.mark.parametrize("way", ["context menu", "menu bar"])
def test_out_of_the_bin_by_menu(person, way):
    first, _ = person.remember(BOAT, HARBOUR)
    person.library.bin([first.id]).result(20)
    person.until(lambda: person.page.cubes.total == 1)
    person.press(person.page.filters.bin)
    person.until(lambda: person.page.cubes.row_of(first.id) is not None)
    person.choose(first)
    menu(person, way, first, "Take out of the bin", "unbin")
    undone_and_redone(person, lambda: person.now(first).binned is None)


def test_expire_on_a_date_by_the_context_menu(person):
    (boat,) = person.remember(BOAT)
    person.choose(boat)
    menu(person, "context menu", boat, "Expire…", "expire")
    panel = person.panel("expire")
    tab_to(person, panel.date.hasFocus)
    panel.date.setCurrentSection(panel.date.Section.YearSection)
    person.keys(Qt.Key.Key_Up)
    wanted = panel.date.dateTime().toSecsSinceEpoch()
    person.press(panel.buttons["date"])
    person.toast("Will expire on")
    undone_and_redone(person, lambda: person.now(boat).governance.expires is not None)
    assert person.now(boat).governance.expires.timestamp() == wanted
    assert person.now(boat).governance.expires > now() + timedelta(days=360)


def test_proposals_are_kept_and_removed_in_the_strip(person):
    keep, remove, later = put(person, *(governed(f"Proposed {word}.", proposed=True) for word in ("a", "b", "c")))
    strip = person.page.proposals
    person.press(button(person, strip, f"Keep: {keep.title}"))
    undone_and_redone(person, lambda: not person.now(keep).governance.proposed)
    person.until(lambda: len(strip.cubes) == 2)
    tab_to(person, button(person, strip, f"Remove: {remove.title}").hasFocus)
    person.keys(Qt.Key.Key_Space)
    undone_and_redone(person, lambda: person.now(remove).binned is not None)
    person.until(lambda: [cube.id for cube in strip.cubes] == [later.id])
    assert person.now(later).governance.proposed


@pytest.mark.parametrize("way", ["context menu", "menu bar"])
def test_split_opened_by_menu_and_done_by_key(person, way):
    (whole,) = person.remember("Nora lives in Porto. She has a dog.")
    person.choose(whole)
    menu(person, way, whole, "Split…", "split")
    person.panel("split")
    person.keys(Qt.Key.Key_Return, CTRL)
    undone_and_redone(person, lambda: person.now(whole).state is State.MERGED)
    assert {cube.text for cube in person.shelf().values()} >= {"Nora lives in Porto.", "She has a dog."}


def asleep(*_arguments):
    raise IndexUnavailableError("The index is left out here.")


def test_forget_opened_by_menu_with_what_else_says_it(person, monkeypatch):
    monkeypatch.setattr(Indexing, "nearest", asleep)
    say(person, "My favourite tea is sencha.")
    person.until(lambda: len(person.shelf()) == 1)
    (tea,) = person.shelf().values()
    milk = person.library.add("Milk is white.").result(20)
    person.session.workspace.operations.fuse([(tea.id, 1), (milk.id, 1)], "Sencha without milk.").result(20)
    fused = next(cube for cube in person.shelf().values() if tea.id in cube.parents)
    person.keys(Qt.Key.Key_2, CTRL)
    person.until(lambda: "memory" in person.window.pages and person.page.cubes.row_of(tea.id) is not None)
    person.choose(tea)
    menu(person, "menu bar", tea, "Forget…", "forget")
    panel = person.panel("forget")
    assert set(panel.choices) == {"messages", "derived"}
    QTest.mouseClick(panel.choices["messages"], LEFT)
    tab_to(person, panel.choices["derived"].box.hasFocus)
    person.keys(Qt.Key.Key_Space)
    assert all(choice.isChecked() for choice in panel.choices.values())
    person.press(panel.forget_button)
    person.until(lambda: panel.report is not None)
    assert panel.report.verified
    for gone in (tea, fused):
        with pytest.raises(NotFoundError):
            person.now(gone)
    assert set(person.shelf()) == {milk.id}
    (chat,) = person.session.workspace.chats.list().result(20)
    said = person.session.workspace.chats.branch(chat.id).result(20)
    assert all("sencha" not in message.text for message in said)


def test_what_is_frozen_meanwhile_is_not_forgotten(person):
    (boat,) = person.remember(BOAT)
    person.choose(boat)
    menu(person, "context menu", boat, "Forget…", "forget")
    panel = person.panel("forget")
    person.until(panel.forget_button.isEnabled)
    person.library.freeze([boat.id], True).result(20)
    person.until(lambda: "frozen" in panel.notice.text)
    assert not panel.forget_button.isEnabled()
    person.press(panel.cancel_button)
    assert person.now(boat).text == BOAT


ALIKE = "The boat is called Lima and lies in the harbour of Peniche from May to October."


def test_the_review_list_by_mouse(person):
    older, newer = person.remember(ALIKE, ALIKE.replace("lies", "is"))
    person.session.workspace.reviews.refresh().future.result(20)
    person.menu_bar("Memory", "Review Suggestions…")
    panel = person.panel("review")
    person.until(lambda: len(panel.cards) == 1)
    person.press(panel.cards[0].buttons["bin"])
    person.toast("Moved to the bin: 1 memory")
    person.until(lambda: person.now(older).binned is not None and not panel.cards)
    person.press(person.window.toasts.shown[-1].action)
    person.until(lambda: person.now(older).binned is None and len(panel.cards) == 1)
    assert person.now(newer).binned is None
    person.press(panel.cards[0].buttons["fuse"])
    fuse = person.panel("fuse")
    assert {cube.id for cube in fuse.preview.parents} == {older.id, newer.id}
    person.press(fuse.fuse_button)
    undone_and_redone(person, lambda: person.now(older).state is person.now(newer).state is State.MERGED)


def test_what_the_scheduler_suggests_is_accepted_and_dismissed(person, tmp_path):
    workspace = person.session.workspace
    workspace.models.use(str(tiny_models.dense(tmp_path / "tiny.gguf"))).future.result(60)
    workspace.models.ensure_loaded().future.result(60)
    workspace.activation._states.measured.change(workspace.models.identity.digest, kl=0.01, prefill_tps=90.0)
    desk = KvDesk(person.session)
    boat, house = (workspace.library.add(f"{MANUAL} {RULES}", title=title).result(20) for title in ("Boat", "House"))
    for one in (boat, house):
        desk.use(one.id, ENOUGH)
    person.keys(Qt.Key.Key_2, CTRL)
    person.until(lambda: "memory" in person.window.pages and person.page.suggestions.isVisible())
    strip = person.page.suggestions
    assert {one.cube_id for one in strip.proposals} == {boat.id, house.id}
    person.press(button(person, strip, "Keep ready: Boat"))
    person.toast("Ready as KV: Boat")
    person.until(lambda: [one.cube_id for one in strip.proposals] == [house.id])
    kept = workspace.library.page(CubeFilter(kind=Kind.ACTIVATION), 0, 9).result(20).cubes
    assert [cube.parents for cube in kept] == [(boat.id,)]
    tab_to(person, lambda: button(person, strip, "Dismiss: House").hasFocus())
    person.keys(Qt.Key.Key_Space)
    person.toast("Not suggested again for a month: House")
    person.until(lambda: not strip.isVisible())
    assert workspace.scheduler.proposals().result(20) == ()


def test_out_and_in_by_the_menu_bar(person, tmp_path):
    boat, _ = person.remember(BOAT, HARBOUR)
    target = tmp_path / "all.memcube"
    person.prompter.save_file = lambda _parent, _title, _path, _files, then, *_rest: then(target)
    person.menu_bar("File", "Export Memories…")
    panel = person.panel("export")
    person.until(lambda: panel.amount.text().startswith("2 memories"))
    person.press(panel.choose_button)
    person.press(panel.run_button)
    person.until(lambda: target.is_file() and person.page.slot.panel is None)

    person.library.revise(boat.id, text="The boat is called Nora.").result(20)
    person.prompter.open_file = lambda _parent, _title, _files, then: then(target)
    person.menu_bar("File", "Import Bundle…")
    load = person.page.slot.panel
    person.until(lambda: load.preview is not None and len(load.cards) == 1)
    assert not load.import_button.isEnabled()  # mine is kept, unless somebody says otherwise
    person.press(button(person, load.cards[0], "Take theirs"))
    person.press(load.import_button)
    person.until(lambda: not load.isVisible())
    undone_and_redone(person, lambda: person.now(boat).text == BOAT)

    target.write_bytes(target.read_bytes()[:-200])
    person.menu_bar("File", "Import Bundle…")
    person.until(lambda: load.isVisible() and bool(load.notice.text))
    assert load.preview is None and not load.import_button.isEnabled()
    person.keys(Qt.Key.Key_Escape)
    assert person.page.slot.panel is None and len(person.shelf()) == 2


def test_all_is_restored_and_the_toast_takes_it_back(person):
    lisbon, tea = person.remember("I live in Lisbon.", "Tea is hot.")
    person.session.workspace.time.snapshot("Spring").result(20)
    person.library.revise(lisbon.id, text="I live in Porto.").result(20)
    person.library.bin([tea.id]).result(20)
    person.menu_bar("View", "Time Machine")
    person.until(lambda: person.page.time.view is not None and person.page.time.view.model.total == 1)
    view = person.page.time.view
    person.until(view.bar.slider.hasFocus)
    person.keys(Qt.Key.Key_Left, CTRL)
    person.until(lambda: view.model.total == 2 and view.bar.restore.isEnabled())
    person.press(view.bar.restore)
    person.until(lambda: bool(person.window.findChildren(QMessageBox)))
    (box,) = person.window.findChildren(QMessageBox)
    QTest.mouseClick(next(one for one in box.buttons() if one.text() == "Restore all"), LEFT)
    person.window.activateWindow()  # the offscreen platform does not give it back by itself
    person.until(person.window.isActiveWindow)

    def restored():
        return {one.text for one in person.shelf().values()} == {"I live in Lisbon.", "Tea is hot."}

    person.until(restored)
    person.until(lambda: any(toast.action is not None for toast in person.window.toasts.shown))
    person.press(person.window.toasts.shown[-1].action)
    person.until(lambda: {one.text for one in person.shelf().values()} == {"I live in Porto."})
    person.redo()
    person.until(restored)


def test_two_thousand_are_left_as_they_were_by_cancel(person, monkeypatch):
    count = 2_000
    put(person, *(made(f"Memory number {number}.") for number in range(count)))
    before = person.library.undo_labels().result(20)
    begun, go_on = threading.Event(), threading.Event()
    update = Progress.update

    def waiting(self, done, total=0, text=""):
        if total == count and done:
            begun.set()
            assert go_on.wait(20)
        update(self, done, total, text)

    monkeypatch.setattr(Progress, "update", waiting)
    person.page.table.setFocus()
    person.keys(Qt.Key.Key_A, CTRL)
    person.until(lambda: person.page.selection.count == count)
    person.keys(Qt.Key.Key_F)
    person.until(begun.is_set)
    (row,) = person.window.jobs.rows.values()
    assert row.isVisible() and "2,000 memories" in row.title.text()
    person.press(row.stop)
    go_on.set()
    person.until(lambda: not person.window.jobs.rows and not person.window.jobs.isVisible())
    assert person.library.undo_labels().result(20) == before
    assert not any(cube.frozen for cube in person.shelf().values())
    assert not person.window.toasts.shown and person.page.selection.count == count
