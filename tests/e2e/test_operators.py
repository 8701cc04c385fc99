"""Every operator in the real window, by mouse and keyboard, with undo and redo."""

from datetime import timedelta

import pytest
from operator_person import CTRL, SHIFT, Operator, carried, text_file
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl

from memos_desktop.ids import now
from memos_desktop.memory.cube import State
from memos_desktop.paths import DataFolder

BOAT = "The boat is called Lima."
HARBOUR = "The boat lies in the harbour of Peniche."


@pytest.fixture
def person(qtbot, tmp_path):
    person = Operator(qtbot, DataFolder(tmp_path / "data"))
    yield person
    person.stop()


def fused_from(person, parents):
    """The one memory made from these, once it is there."""
    ids = {cube.id for cube in parents}
    person.until(lambda: any(set(cube.parents) == ids for cube in person.shelf().values()))
    return next(cube for cube in person.shelf().values() if set(cube.parents) == ids)


def undone_and_redone(person, holds):
    """What was just done is taken back by Ctrl+Z and made again by Ctrl+Y."""
    person.until(holds)
    person.undo()
    person.until(lambda: not holds())
    person.redo()
    person.until(holds)


def test_fuse_by_key_and_split_brings_them_back(person):
    parents = person.remember(BOAT, HARBOUR)
    person.choose(*parents)
    person.keys(Qt.Key.Key_U)
    panel = person.panel("fuse")
    person.press(panel.fuse_button)
    person.toast("Fused: 2 memories into one")
    made = fused_from(person, parents)
    assert BOAT in made.text and HARBOUR in made.text
    undone_and_redone(person, lambda: all(person.now(cube).state is State.MERGED for cube in parents))

    person.choose(made)
    person.keys(Qt.Key.Key_S)
    panel = person.panel("split")
    assert panel.split_button.text() == "Bring them back"
    person.press(panel.split_button)
    person.toast("2 memories are back")
    undone_and_redone(person, lambda: all(person.now(cube).state is State.GENERATED for cube in parents))
    assert person.now(made).state is State.ARCHIVED


def test_fuse_by_the_context_menu_with_a_conflict_decided(person):
    first, second = person.remember("The insurance costs 240 euros a year.", "The insurance costs 260 euros a year.")
    person.choose(first, second)
    person.context_menu(second, "Fuse…")
    panel = person.panel("fuse")
    (row,) = panel.result.rows
    person.press(next(one for one in row.buttons.values() if one.text() == "260"))
    person.press(panel.fuse_button)
    assert fused_from(person, (first, second)).text == "The insurance costs 260 euros a year."


def test_fuse_by_the_menu_bar_with_the_text_typed(person, qtbot):
    parents = person.remember(BOAT, HARBOUR)
    person.choose(*parents)
    person.menu_bar("Memory", "Fuse…")
    panel = person.panel("fuse")
    panel.result.text.selectAll()
    qtbot.keyClicks(panel.result.text, "Lima lies in Peniche.")
    person.keys(Qt.Key.Key_Return, CTRL)
    assert fused_from(person, parents).text == "Lima lies in Peniche."


def test_fuse_by_dragging_one_row_on_another(person, monkeypatch):
    parents = person.remember(BOAT, HARBOUR, "Nora lives in Porto.")
    person.drag(parents[0], parents[1], monkeypatch)
    panel = person.panel("fuse")
    assert {cube.id for cube in panel.preview.parents} == {parents[0].id, parents[1].id}
    person.press(panel.fuse_button)
    fused_from(person, parents[:2])


def test_split_a_text_into_parts(person):
    (whole,) = person.remember("Nora lives in Porto. She has a dog. The dog is called Faro.")
    person.choose(whole)
    person.keys(Qt.Key.Key_S)
    panel = person.panel("split")
    person.press(panel.parts.cards[1].join)
    person.press(panel.split_button)
    person.toast("Split: 2 memories made")

    def parts():
        return {cube.text for cube in person.shelf().values() if cube.parents == (whole.id,)}

    undone_and_redone(person, lambda: parts() == {"Nora lives in Porto.", "She has a dog. The dog is called Faro."})
    assert person.now(whole).state is State.MERGED


@pytest.mark.parametrize(
    ("key", "text", "holds"),
    [
        (Qt.Key.Key_A, "Archive", lambda cube: cube.state is State.ARCHIVED),
        (Qt.Key.Key_F, "Freeze", lambda cube: cube.frozen),
        (Qt.Key.Key_P, "Pin", lambda cube: cube.pinned),
    ],
)
@pytest.mark.parametrize("way", ["key", "context menu", "menu bar"])
def test_archive_freeze_and_pin(person, key, text, holds, way):
    cubes = person.remember(BOAT, HARBOUR)
    person.choose(*cubes)
    if way == "key":
        person.keys(key)
    elif way == "context menu":
        person.context_menu(cubes[0], text)
    else:
        person.menu_bar("Memory", text)
    undone_and_redone(person, lambda: all(holds(person.now(cube)) for cube in cubes))


@pytest.mark.parametrize(
    ("key", "holds"),
    [
        (Qt.Key.Key_A, lambda cube: cube.state is State.ARCHIVED),
        (Qt.Key.Key_F, lambda cube: cube.frozen),
        (Qt.Key.Key_P, lambda cube: cube.pinned),
    ],
)
def test_the_same_key_brings_it_back(person, key, holds):
    (one,) = person.remember(BOAT)
    person.choose(one)
    person.keys(key)
    person.until(lambda: holds(person.now(one)))
    person.until(lambda: holds(person.page.cubes.cube_at(0)))
    person.keys(key)
    undone_and_redone(person, lambda: not holds(person.now(one)))


def test_expire_in_a_month_and_renew(person):
    (one,) = person.remember(BOAT)
    person.choose(one)
    person.keys(Qt.Key.Key_X)
    panel = person.panel("expire")
    person.keys(Qt.Key.Key_Right)
    assert panel.buttons["month"].hasFocus()
    person.keys(Qt.Key.Key_Space)
    person.toast("Will expire on")
    undone_and_redone(person, lambda: person.now(one).governance.expires is not None)
    assert person.now(one).governance.expires > now() + timedelta(days=29)
    person.until(lambda: "renew" in person.page.commands.fitting)
    person.keys(Qt.Key.Key_X, SHIFT)
    undone_and_redone(person, lambda: person.now(one).governance.expires is None)


def test_expire_now(person):
    (one,) = person.remember(BOAT)
    person.choose(one)
    person.menu_bar("Memory", "Expire…")
    person.press(person.panel("expire").buttons["now"])
    undone_and_redone(person, lambda: person.now(one).state is State.EXPIRED)


def test_tags_of_several(person):
    cubes = person.remember(BOAT, HARBOUR)
    person.prompter.text = "boat, summer"
    person.choose(*cubes)
    person.keys(Qt.Key.Key_T)
    undone_and_redone(person, lambda: all(set(person.now(cube).tags) == {"boat", "summer"} for cube in cubes))


def test_to_the_bin_and_back(person):
    first, second = person.remember(BOAT, HARBOUR)
    person.choose(first)
    person.keys(Qt.Key.Key_Delete)
    undone_and_redone(person, lambda: person.now(first).binned is not None)
    person.until(lambda: person.page.cubes.total == 1)
    person.press(person.page.filters.bin)
    person.until(lambda: person.page.cubes.row_of(first.id) is not None)
    person.choose(first)
    person.keys(Qt.Key.Key_R)
    undone_and_redone(person, lambda: person.now(first).binned is None)
    assert person.now(second).binned is None


def test_the_toast_takes_it_back(person):
    (one,) = person.remember(BOAT)
    person.choose(one)
    person.keys(Qt.Key.Key_P)
    person.toast("Pinned: 1 memory")
    person.press(person.window.toasts.shown[-1].action)
    person.until(lambda: not person.now(one).pinned)


def test_the_review_list_by_keyboard(person):
    text = "The boat is called Lima and lies in the harbour of Peniche from May to October."
    older, newer = person.remember(text, text.replace("lies", "is"))
    person.session.workspace.reviews.refresh().future.result(20)
    person.keys(Qt.Key.Key_R, CTRL | SHIFT)
    panel = person.panel("review")
    person.until(lambda: len(panel.cards) == 1)
    person.keys(Qt.Key.Key_Down)
    person.until(lambda: panel.cards[0].hasFocus())
    person.keys(Qt.Key.Key_Delete)
    person.until(lambda: person.now(older).binned is not None)
    assert person.now(newer).binned is None


def test_text_dropped_on_the_window_is_remembered(person):
    person.remember(BOAT)
    data = QMimeData()
    data.setText("Rui repairs boats.")
    assert carried(person.table, data, QPoint(100, 40))
    person.toast("Remembered “Rui repairs boats.”")
    undone_and_redone(person, lambda: "Rui repairs boats." in {cube.text for cube in person.shelf().values()})


def test_files_dropped_on_the_window_are_one_step(person, tmp_path):
    person.remember(BOAT)
    short = text_file(tmp_path, "rui.txt", "Rui repairs boats.")
    long = text_file(tmp_path, "manual.md", "Oil the engine every spring. " * 40)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in (short, long)])
    assert carried(person.window, data, QPoint(400, 300))
    person.toast("Remembered 2 memories")
    undone_and_redone(person, lambda: len(person.shelf()) == 3)
    assert {"Rui repairs boats.", "manual"} <= {cube.title for cube in person.shelf().values()}


def test_the_palette_runs_a_verb_on_what_is_selected(person, qtbot):
    (one,) = person.remember(BOAT)
    person.choose(one)
    person.keys(Qt.Key.Key_K, CTRL)
    palette = person.window.palette_panel
    qtbot.keyClicks(palette.field, "freeze")
    person.keys(Qt.Key.Key_Return)
    person.until(lambda: person.now(one).frozen)


def test_forget_for_good(person):
    first, second = person.remember(BOAT, HARBOUR)
    person.choose(first)
    person.keys(Qt.Key.Key_Delete, SHIFT)
    panel = person.panel("forget")
    person.press(panel.forget_button)
    person.until(lambda: panel.report is not None)
    assert panel.report.verified
    assert set(person.shelf()) == {second.id}
    person.keys(Qt.Key.Key_Escape)
    assert person.page.slot.panel is None


def test_export_what_is_selected(person, tmp_path):
    first, _ = person.remember(BOAT, HARBOUR)
    person.choose(first)
    person.keys(Qt.Key.Key_E, CTRL | SHIFT)
    panel = person.panel("export")
    panel.path = tmp_path / "boat.memcube"
    person.until(panel.run_button.isEnabled)
    person.press(panel.run_button)
    person.until(lambda: (tmp_path / "boat.memcube").is_file() and not person.session.workspace.jobs.active())


def test_migrate_shows_the_pathways(person):
    (one,) = person.remember(BOAT)
    person.choose(one)
    person.keys(Qt.Key.Key_M)
    person.until(lambda: person.page.slot.panel is person.page.migrate and bool(person.page.migrate.rows))
    person.keys(Qt.Key.Key_Escape)
    assert person.page.slot.panel is None and person.page.views.isVisible()
