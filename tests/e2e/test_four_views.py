"""Filter, table, timeline, map and lineage on the real window, with mouse and keyboard."""

import sys
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from hands import draw, drop_down, tab_to
from operator_person import CTRL, LEFT, NONE, Operator
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

sys.path.append(str(Path(__file__).resolve().parents[1] / "ui"))  # for browser_desk

from browser_desk import THEMES, embed

from memos_desktop.memory.cube import State
from memos_desktop.memory.language import content_words
from memos_desktop.paths import DataFolder
from memos_desktop.ui.cubes.columns import Column

ALT = Qt.KeyboardModifier.AltModifier
BOATS, BREADS = THEMES[0].split(), THEMES[1].split()


@pytest.fixture
def person(qtbot, tmp_path):
    person = Operator(qtbot, DataFolder(tmp_path / "data"))
    yield person
    person.stop()


def kept(person, *given):
    """Memories of (text, what else is known); the page shows them."""
    cubes = [person.library.add(text, **known).result(20) for text, known in given]
    person.keys(Qt.Key.Key_2, CTRL)
    person.until(lambda: "memory" in person.window.pages and person.page.cubes.total == len(cubes))
    person.until(lambda: all(person.page.cubes.row_of(cube.id) is not None for cube in cubes))
    return cubes


def themes(person):
    """Four boats with the tag sea and two breads, with vectors; so few are laid out without the helper process."""
    boats = [(f"The {a} and the {b}.", {"tags": ("sea",)}) for a, b in pairwise(BOATS * 2)]
    breads = [(f"The {a} and the {b}.", {}) for a, b in pairwise(BREADS)]
    cubes = kept(person, *boats[:4], *breads[:2])
    embed(person.session)
    return cubes


def say(person, text):
    """Type into the filter field, which has the focus."""
    person.qtbot.keyClicks(person.page.filters.field, text)


def chart(person, count):
    """The map, when it shows so many memories and the regions have their names."""
    view = person.page.views.current()
    person.until(lambda: person.page.views.current_name() == "map" and len(view.canvas._numbers) == count)
    person.until(lambda: view.canvas.picture.drawn > 0 and bool(view._regions))
    return view


def test_a_filter_is_typed_with_completion_saved_and_recalled(person):
    sea = "The seagrass grows off Peniche."
    wanted, *_ = kept(
        person, (sea, {"tags": ("work",)}), ("The seagrass is green.", {}), ("The office is far.", {"tags": ("work",)})
    )
    filters, field = person.page.filters, person.page.filters.field
    person.until(lambda: bool(field.values.tags))
    person.keys(Qt.Key.Key_F, CTRL)
    assert field.hasFocus()
    say(person, "typ")
    person.until(field.popup.isVisible)
    person.keys(Qt.Key.Key_Tab)
    assert field.text() == "type:" and field.hasFocus()
    say(person, "fa")
    person.keys(Qt.Key.Key_Down)
    person.keys(Qt.Key.Key_Return)
    assert field.text().startswith("type:fact")
    say(person, " tag:wo")
    person.keys(Qt.Key.Key_Tab)
    assert "tag:work" in field.text()
    person.until(lambda: person.page.cubes.total == 2)
    say(person, ' "seagrass"')
    person.until(lambda: person.page.cubes.total == 1)
    text = field.text()

    person.prompter.text = "Sea at work"
    person.keys(Qt.Key.Key_S, CTRL)
    person.toast("Saved as “Sea at work”")
    person.press(filters.clear_button)
    person.until(lambda: person.page.cubes.total == 3)
    drop_down(person, filters.saved, "Sea at work")
    person.until(lambda: person.page.cubes.total == 1)
    assert field.text().split() == text.split() and "Sea at work" in filters.saved.accessibleName()
    person.until(lambda: person.page.cubes.row_of(wanted.id) == 0)
    field.setFocus()
    person.keys(Qt.Key.Key_Down)  # into the list
    person.until(lambda: person.page.selection.ids == (wanted.id,))


@pytest.mark.parametrize("way", ["keys", "mouse"])
def test_one_selection_and_one_filter_in_all_views(person, way):
    cubes = themes(person)
    boats = cubes[:4]
    chosen = {boats[1].id, boats[3].id}
    page = person.page

    def turn(number, name):
        if way == "keys":
            person.keys(Qt.Key(Qt.Key.Key_0.value + number), ALT)
        else:
            person.press(page.head.switcher.buttons[name])
        person.until(lambda: page.views.current_name() == name and page.views.current().isVisible())
        return page.views.current()

    def carried(view):
        person.until(lambda: set(view.selected()) == chosen)
        assert set(page.selection.ids) == chosen and view.wanted.tag == "sea"
        assert page.head.switcher.buttons[page.views.current_name()].isChecked()

    person.keys(Qt.Key.Key_F, CTRL)
    say(person, "tag:sea ")
    person.until(lambda: page.cubes.total == 4)
    person.choose(boats[1], boats[3])
    timeline = turn(2, "timeline")
    carried(timeline)
    person.until(lambda: timeline.model.order.numbers.size == 4 and timeline.selected_count() == 2)
    turn(3, "map")
    view = chart(person, 4)
    carried(view)
    person.until(lambda: len(view.canvas.selected) == 2)
    lineage = turn(4, "lineage")
    carried(lineage)
    person.until(lambda: lineage.center in chosen)
    turn(1, "table")
    person.until(lambda: {one.id for one in page.table.selected()} == chosen)
    assert page.cubes.total == 4 and page.filters.field.text() == "tag:sea "


def test_headings_sort_and_the_chooser_shows_a_column(person):
    bread, apples = ("Bread is baked.", {"project": "Kitchen"}), ("Apples are red.", {"project": "Garden"})
    cubes = kept(person, bread, apples, ("Cats sleep.", {}))
    person.window.toggle_inspector()
    table, head = person.page.table, person.page.table.horizontalHeader()

    def click(column):
        place = QPoint(head.sectionViewportPosition(column) + 12, head.height() // 2)
        QTest.mouseClick(head.viewport(), LEFT, NONE, place)

    def order(column):
        model = table.cubes
        return [model.index(row, column).data() for row in range(model.total or 0)]

    click(Column.TITLE)
    person.until(lambda: order(Column.TITLE) == ["Apples are red.", "Bread is baked.", "Cats sleep."])
    click(Column.TITLE)
    person.until(lambda: order(Column.TITLE) == ["Cats sleep.", "Bread is baked.", "Apples are red."])

    assert table.isColumnHidden(Column.PROJECT)
    QTest.mouseClick(table.columns_button, LEFT)
    person.pick("Project")
    person.until(lambda: not table.isColumnHidden(Column.PROJECT))
    click(Column.PROJECT)
    person.until(lambda: [name for name in order(Column.PROJECT) if name] == ["Garden", "Kitchen"])
    person.click(cubes[0])
    person.until(lambda: person.page.selection.ids == (cubes[0].id,))


def test_a_lasso_on_the_map_archives_and_the_list_twin_opens(person):
    cubes = themes(person)
    person.keys(Qt.Key.Key_3, ALT)
    view = chart(person, 6)
    canvas = view.canvas
    spots = canvas.camera.to_view(canvas._places)
    left, top = (int(edge) - 6 for edge in spots.min(axis=0))
    right, bottom = (int(edge) + 6 for edge in spots.max(axis=0))
    person.press(view.lasso)
    corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
    draw(canvas, [QPoint(x, y) for x, y in corners])
    person.until(lambda: set(person.page.selection.ids) == {cube.id for cube in cubes})
    canvas.setFocus()
    person.keys(Qt.Key.Key_A)
    person.until(lambda: all(person.now(cube).state is State.ARCHIVED for cube in cubes))
    person.toast("Archived, no longer recalled: 6 memories")
    person.keys(Qt.Key.Key_Z, CTRL)
    person.until(lambda: all(person.now(cube).state is State.GENERATED for cube in cubes))

    person.keys(Qt.Key.Key_Escape)  # the hand again
    tree = view.tree
    tab_to(person, view.listed.hasFocus)
    person.keys(Qt.Key.Key_Space)
    person.until(tree.isVisible)
    tab_to(person, tree.hasFocus)
    person.keys(Qt.Key.Key_Home)
    person.keys(Qt.Key.Key_Right)
    person.until(lambda: tree.isExpanded(tree.model().index(0, 0)))
    person.keys(Qt.Key.Key_Down)
    person.until(lambda: person.page.selection.count == 1 and len(canvas.selected) == 1)
    (id,) = person.page.selection.ids
    person.until(lambda: person.page.panel.details is not None and person.page.panel.details.cube.id == id)
    person.keys(Qt.Key.Key_Return)
    person.until(person.page.panel.content.text.hasFocus)
    assert person.page.panel.content.text.toPlainText() == person.library.cube(id).result(20).text


def test_the_timeline_is_walked_and_its_strip_jumps_and_zooms(person):
    def at(year, month):
        return {"event_time": datetime(year, month, 5, tzinfo=UTC)}

    texts = [(f"In {year} there was a {BOATS[month % 4]}.", at(year, month)) for year in range(2004, 2024)
             for month in (2, 6, 10)]  # fmt: skip
    cubes = kept(person, *texts)
    person.keys(Qt.Key.Key_2, ALT)
    view = person.page.views.current()
    person.until(lambda: view.model.order.numbers.size == 60)
    rows, strip = view.list, view.strip
    person.until(rows.hasFocus)
    person.keys(Qt.Key.Key_Down)
    person.until(lambda: person.page.selection.ids == (cubes[-1].id,))
    person.keys(Qt.Key.Key_Down)
    person.until(lambda: person.page.selection.ids == (cubes[-2].id,))

    assert strip.whole and not view.zoom_out.isEnabled()
    top = rows.first_row()
    QTest.mouseClick(strip, LEFT, NONE, QPoint(8, 40))  # the oldest end
    person.until(lambda: rows.first_row() > top and rows.last_row() == view.model.rowCount() - 1)
    person.press(view.zoom_in)
    person.until(lambda: not strip.whole and view.zoom_out.isEnabled())
    person.press(view.fit)
    assert strip.whole
    draw(strip, [QPoint(strip.width() // 4, 40), QPoint(strip.width() // 3, 40), QPoint(strip.width() // 2, 40)])
    person.until(lambda: not strip.whole)
    tab_to(person, strip.hasFocus)
    person.keys(Qt.Key.Key_0)
    assert strip.whole
    person.keys(Qt.Key.Key_End)
    person.until(lambda: rows.first_row() <= 1)
    seen = strip.accessibleDescription()
    person.keys(Qt.Key.Key_Left)
    person.until(lambda: strip.accessibleDescription() != seen and rows.first_row() > 1)
    person.keys(Qt.Key.Key_Plus)
    assert not strip.whole


def test_lineage_grows_with_the_slider_and_enter_opens(person):
    a, b, c = kept(person, ("Tea is hot.", {}), ("Tea is green.", {}), ("Milk is white.", {}))
    operations = person.session.workspace.operations
    operations.fuse([(a.id, 1), (b.id, 1)], "Tea is hot and green.").result(20)
    tea = next(cube for cube in person.shelf().values() if set(cube.parents) == {a.id, b.id})
    operations.fuse([(tea.id, 1), (c.id, 1)], "Tea with milk.").result(20)
    both = next(cube for cube in person.shelf().values() if set(cube.parents) == {tea.id, c.id})
    person.choose(both)
    person.keys(Qt.Key.Key_4, ALT)
    view = person.page.views.current()
    person.until(lambda: view.shown is not None and view.shown.center == both.id)
    tab_to(person, view.slider.hasFocus)
    person.keys(Qt.Key.Key_Home)

    def near():
        return {node.ref for node in view.shown.nodes}

    person.until(lambda: near() == {both.id, tea.id, c.id})
    person.keys(Qt.Key.Key_Right)
    person.until(lambda: near() == {both.id, tea.id, c.id, a.id, b.id})
    assert content_words(view.depth_words.text())
    view.graph.setFocus()
    person.keys(Qt.Key.Key_Left)
    person.until(lambda: person.page.selection.count == 1 and person.page.selection.ids != (both.id,))
    (id,) = person.page.selection.ids
    person.keys(Qt.Key.Key_Return)
    person.until(person.page.panel.content.text.hasFocus)
    person.until(lambda: person.page.panel.details.cube.id == id)
    assert id in (tea.id, c.id)
