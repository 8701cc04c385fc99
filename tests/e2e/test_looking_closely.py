"""Lineage, the six pathways and an edit in two places at once: on the real window, with mouse and keyboard."""

import sys
from pathlib import Path

import pytest
from operator_person import CTRL, LEFT, NONE, Operator
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from memos_desktop.memory.cube import CubeFilter, Kind, State
from memos_desktop.memory.lineage import Relation
from memos_desktop.paths import DataFolder

sys.path.append(str(Path(__file__).resolve().parents[1] / "engine"))  # for tiny_models

import tiny_models

MANUAL = "The boat is called Lima. " + " ".join(f"Bolt {n} sits {3 * n} cm from the bow." for n in range(15))


@pytest.fixture
def person(qtbot, tmp_path):
    person = Operator(qtbot, DataFolder(tmp_path / "data"))
    yield person
    person.stop()


def button(person, where, words):
    """A button by its words, as soon as it is shown."""

    def found():
        return [one for one in where.findChildren(QPushButton) if one.text().strip() == words and one.isVisible()]

    person.until(lambda: bool(found()))
    return found()[0]


def test_the_lineage_of_a_fused_memory_is_walked(person):
    tea, milk, _other = person.remember("Tea without sugar", "Tea without milk", "The boat is called Lima")
    person.choose(tea, milk)
    person.keys(Qt.Key.Key_U)
    panel = person.panel("fuse")
    person.press(panel.fuse_button)
    person.until(lambda: person.now(tea).state is State.MERGED)
    fused = next(cube for cube in person.shelf().values() if cube.parents)
    person.click(fused)
    person.until(lambda: person.page.selection.ids == (fused.id,))
    QTest.mouseClick(person.page.head.switcher.buttons["lineage"], LEFT)
    view = person.page.views.current()
    person.until(lambda: view.shown is not None and view.shown.center == fused.id)
    assert {edge.relation for edge in view.shown.edges} == {Relation.FUSED}
    graph = view.graph
    QTest.mouseClick(graph.viewport(), LEFT, NONE, graph.mapFromScene(graph.items_by_id[tea.id].middle()))
    person.until(lambda: person.page.panel.details.cube.id == tea.id)
    person.keys(Qt.Key.Key_Down)
    person.until(lambda: person.page.selection.ids == (milk.id,))
    person.keys(Qt.Key.Key_Space)
    person.until(lambda: view.shown.center == milk.id)
    person.keys(Qt.Key.Key_Backspace)
    person.until(lambda: view.shown.center == fused.id)
    person.keys(Qt.Key.Key_P)  # the verbs' keys work on what is selected here too
    person.until(lambda: person.now(fused).pinned)


def test_a_text_is_kept_ready_and_given_back_through_the_panel(person, tmp_path):
    workspace = person.session.workspace
    workspace.models.use(str(tiny_models.dense(tmp_path / "tiny.gguf"))).future.result(60)
    workspace.models.ensure_loaded().future.result(60)
    workspace.activation._states.measured.change(workspace.models.identity.digest, kl=0.01, prefill_tps=90.0)
    (boat,) = person.remember(MANUAL)
    person.choose(boat)
    person.keys(Qt.Key.Key_M)
    person.until(lambda: len(person.page.migrate.rows) == 6)
    rows = person.page.migrate.rows
    there = rows["plaintext→activation"]
    person.until(there.run_button.hasFocus)
    assert "about" in there.total.text() and not rows["activation→plaintext"].run_button.isVisible()
    person.keys(Qt.Key.Key_Space)
    person.until(lambda: there.total.text().startswith("1 memory ready:"))
    person.keys(Qt.Key.Key_Escape)
    person.until(lambda: not person.page.migrate.isVisible())
    kept = person.library.page(CubeFilter(kind=Kind.ACTIVATION), 0, 9).result(20).cubes[0]
    assert kept.parents == (boat.id,)
    person.library.revise(boat.id, text="Sold.").result(20)
    person.click(kept)
    person.until(lambda: person.page.selection.ids == (kept.id,))
    person.menu_bar("Memory", "Migrate…")
    back = rows["activation→plaintext"]
    person.press(back.run_button)
    person.until(lambda: back.total.text() == "1 text given back.")
    assert MANUAL in {cube.text for cube in person.shelf().values() if cube.kind is Kind.PLAINTEXT}


def test_two_edits_at_once_and_the_later_one_decides(person):
    (boat,) = person.remember("The boat is red.")
    person.click(boat)
    person.until(lambda: person.page.panel.details is not None)
    person.keys(Qt.Key.Key_Return)
    content = person.page.panel.content
    person.until(content.text.hasFocus)
    person.keys(Qt.Key.Key_A, CTRL)
    QTest.keyClicks(content.text, "The boat is blue.")
    person.library.revise(boat.id, text="The boat is green.").result(20)
    person.until(lambda: "Version 2 was saved meanwhile" in content.notice.text)
    QTest.keyClick(content.text, Qt.Key.Key_S, CTRL)  # not before it is decided
    assert person.now(boat).version == 2
    person.press(button(person, content, "Keep mine"))
    person.until(lambda: person.now(boat).text == "The boat is blue.")
    texts = [version.text for version in person.library.details(boat.id).result(20).versions]
    assert texts == ["The boat is red.", "The boat is green.", "The boat is blue."]
