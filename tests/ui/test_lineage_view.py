"""The lineage view on the Memory page: graph and list, one selection, the middle, depth, message and empty states."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from page_desk import WAIT_MS, Desk, cube, desk, look
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QSplitter

from memos_desktop.ids import new_id, now
from memos_desktop.memory.cube import Cube, CubeFilter, Origin, Source
from memos_desktop.memory.lifecycle import Trigger
from memos_desktop.memory.lineage import LineageEdge, LineageGraph, LineageNode, NodeKind, Relation
from memos_desktop.memory.message import Message, Role
from memos_desktop.ui.cubes.lineage import lineage_words
from memos_desktop.ui.cubes.lineage.tree import Branch, branches
from memos_desktop.ui.cubes.lineage.view import LineageView
from memos_desktop.ui.cubes.page import MemoryPage

__all__ = ["desk", "look"]


@pytest.fixture
def page(desk: Desk) -> Iterator[MemoryPage]:
    made = MemoryPage(desk.context)
    window = QSplitter()
    window.addWidget(made)
    window.addWidget(made.inspector())
    desk.qtbot.addWidget(window)
    window.resize(1300, 760)
    with desk.qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    yield made


def child(text: str, origin: Origin, *parents: Cube) -> Cube:
    made = cube(text, parents=tuple(one.id for one in parents))
    return replace(made, descriptive=replace(made.descriptive, origin=origin))


class Family:
    """A message that gave two facts, which were fused; the whole was split, and one part kept as KV would be here."""

    def __init__(self, desk: Desk) -> None:
        store = desk.workspace._store
        chat = store.ask(lambda vault: vault.chats.create("Kitchen"))
        self.message = Message(new_id(), chat.id, None, Role.USER, "You", "No olives, no meat.", now())
        store.ask(lambda vault: vault.chats.add_message(self.message))
        source = Source(chat.id, self.message.id, 0, 9)
        facts = [cube("No olives"), cube("No meat")]
        self.olives, self.meat = (
            replace(one, descriptive=replace(one.descriptive, origin=Origin.SAID, source=source)) for one in facts
        )
        self.whole = child("No olives, no meat", Origin.FUSED, self.olives, self.meat)
        self.part = child("No olives on Monday", Origin.SPLIT, self.whole)
        self.far = child("Monday", Origin.SPLIT, self.part)
        self.lone = cube("Alone")
        desk.add(self.olives, self.meat, self.whole, self.part, self.far, self.lone)
        store.apply(lambda vault: vault.cubes.transit([self.olives.id], Trigger.FUSE, "Fuse"))


@pytest.fixture
def family(desk: Desk) -> Family:
    return Family(desk)


def opened(page: MemoryPage, desk: Desk) -> LineageView:
    with desk.qtbot.waitSignal(page.cubes.settled, timeout=WAIT_MS):
        page.activate()
    page.show_view("lineage")
    view = page.views.current()
    assert isinstance(view, LineageView)
    return view


def around(page: MemoryPage, desk: Desk, center: Cube) -> LineageView:
    view = opened(page, desk)
    page.open_item(center.id)
    shown(view, desk, center)
    return view


def shown(view: LineageView, desk: Desk, center: Cube) -> None:
    desk.qtbot.waitUntil(lambda: view.shown is not None and view.shown.center == center.id, timeout=WAIT_MS)


def place(view: LineageView, node_id: str) -> QPoint:
    return view.graph.mapFromScene(view.graph.items_by_id[node_id].middle())


def test_without_a_selection_it_offers_where_to_start(page: MemoryPage, desk: Desk, family: Family) -> None:
    view = opened(page, desk)
    desk.qtbot.waitUntil(lambda: bool(view.starts.starts), timeout=WAIT_MS)
    assert view.stack.currentWidget() is view.starts
    assert view.starts.starts[0].id == family.whole.id
    first = view.starts.widget().findChildren(QPushButton)[0]
    with desk.qtbot.waitSignal(page.panel.shown, timeout=WAIT_MS, check_params_cb=lambda id: id == family.whole.id):
        first.click()
    shown(view, desk, family.whole)
    assert page.selection.ids == (family.whole.id,)


def test_cards_say_what_they_are_and_edges_what_they_mean(page: MemoryPage, desk: Desk, family: Family) -> None:
    view = around(page, desk, family.whole)
    kinds = {item.node.kind for item in view.graph.items_by_id.values()}
    assert kinds == {NodeKind.CUBE, NodeKind.MESSAGE}
    olives = view.graph.items_by_id[family.olives.id].node
    assert lineage_words.about(olives) == "Fact · Merged"
    assert sorted(label.text for label in view.graph.labels) == [
        "fused from", "said in", "said in", "split from", "split from",
    ]  # fmt: skip
    assert view.summary.full_text() == "5 memories, 1 message"
    left = view.graph.items_by_id[family.olives.id].x()
    assert left < view.graph.items_by_id[family.whole.id].x() < view.graph.items_by_id[family.part.id].x()


def test_a_click_selects_and_ctrl_adds(page: MemoryPage, desk: Desk, family: Family) -> None:
    view = around(page, desk, family.whole)
    viewport = view.graph.viewport()
    with desk.qtbot.waitSignal(page.panel.shown, timeout=WAIT_MS, check_params_cb=lambda id: id == family.part.id):
        QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=place(view, family.part.id))
    assert page.selection.ids == (family.part.id,) and view.center == family.whole.id
    control = Qt.KeyboardModifier.ControlModifier
    QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, control, place(view, family.meat.id))
    assert page.selection.ids == (family.part.id, family.meat.id)
    lit = {link.edge.later for link in view.graph.links if link.lit}
    assert lit == {family.part.id, family.far.id, family.meat.id, family.whole.id}
    page.show_view("table")
    desk.qtbot.waitUntil(lambda: page.table.selected_count() == 2, timeout=WAIT_MS)


def test_a_double_click_brings_into_the_middle_and_backspace_goes_back(
    page: MemoryPage, desk: Desk, family: Family
) -> None:
    view = around(page, desk, family.whole)
    QTest.mouseDClick(view.graph.viewport(), Qt.MouseButton.LeftButton, pos=place(view, family.part.id))
    shown(view, desk, family.part)
    assert page.selection.ids == (family.part.id,) and view.back.isEnabled()
    view.graph.setFocus()
    QTest.keyClick(view.graph, Qt.Key.Key_Backspace)
    shown(view, desk, family.whole)


def test_the_keyboard_walks_from_card_to_card(page: MemoryPage, desk: Desk, family: Family) -> None:
    view = around(page, desk, family.whole)
    view.graph.setFocus()
    QTest.keyClick(view.graph, Qt.Key.Key_Right)
    assert page.selection.ids == (family.part.id,)
    assert lineage_words.aloud(view.graph.focused()) == view.graph.accessibleDescription()
    QTest.keyClick(view.graph, Qt.Key.Key_Left)
    QTest.keyClick(view.graph, Qt.Key.Key_Left)
    assert page.selection.ids[0] in (family.olives.id, family.meat.id)
    with desk.qtbot.waitSignal(desk.context.navigator.message, timeout=WAIT_MS) as jump:
        QTest.keyClick(view.graph, Qt.Key.Key_Left)
        QTest.keyClick(view.graph, Qt.Key.Key_Return)
    assert jump.args == [family.message.chat_id, family.message.id]
    QTest.keyClick(view.graph, Qt.Key.Key_Right)
    QTest.keyClick(view.graph, Qt.Key.Key_Space)
    desk.qtbot.waitUntil(lambda: view.center == page.selection.ids[0] != family.whole.id, timeout=WAIT_MS)
    with desk.qtbot.waitSignal(view.opened, timeout=WAIT_MS):
        QTest.keyClick(view.graph, Qt.Key.Key_Return)
    with desk.qtbot.waitSignal(page.inspector_wanted, timeout=WAIT_MS, check_params_cb=lambda on: not on):
        QTest.keyClick(view.graph, Qt.Key.Key_Escape)


def test_zoom_by_key_and_button(page: MemoryPage, desk: Desk, family: Family) -> None:
    view = around(page, desk, family.whole)

    def scale() -> float:
        return view.graph.transform().m11()

    before = scale()
    QTest.keyClick(view.graph, Qt.Key.Key_Minus)
    assert scale() < before
    view.closer.click()
    assert scale() == pytest.approx(before)
    view.graph.zoom(100)
    assert scale() == 2.0
    QTest.keyClick(view.graph, Qt.Key.Key_0)
    area = view.graph.mapToScene(view.graph.viewport().rect()).boundingRect()
    assert all(area.contains(item.middle()) for item in view.graph.items_by_id.values())


def test_depth_adds_steps_and_counts_what_lies_beyond(page: MemoryPage, desk: Desk, family: Family) -> None:
    view = around(page, desk, family.whole)
    view.slider.setValue(1)
    desk.qtbot.waitUntil(lambda: view.shown.depth == 1, timeout=WAIT_MS)
    assert set(view.graph.items_by_id) == {family.whole.id, family.olives.id, family.meat.id, family.part.id}
    assert view.shown.node(family.part.id).more == 1
    assert view.depth_words.text() == "1 step"
    view.slider.setFocus()
    QTest.keyClick(view.slider, Qt.Key.Key_Right)
    desk.qtbot.waitUntil(lambda: family.far.id in view.graph.items_by_id, timeout=WAIT_MS)


def test_the_list_says_the_same_and_selects_the_same(page: MemoryPage, desk: Desk, family: Family) -> None:
    view = around(page, desk, family.whole)
    view.shape.choose("list")
    view.shape.chosen.emit("list")
    assert view.stack.currentWidget() is view.tree and view.tree.hasFocus()
    root = view.tree.topLevelItem(0)
    assert (root.text(0), root.text(1)) == ("No olives, no meat", "In the middle")
    assert {(root.child(n).text(1), root.child(n).text(0)) for n in range(root.childCount())} == {
        ("Fused from", "No olives"),
        ("Fused from", "No meat"),
        ("Split into", "No olives on Monday"),
    }
    QTest.keyClick(view.tree, Qt.Key.Key_Down)
    assert len(page.selection.ids) == 1 and page.selection.ids[0] != family.whole.id
    QTest.keyClick(view.tree, Qt.Key.Key_Space)
    desk.qtbot.waitUntil(lambda: view.center == page.selection.ids[0], timeout=WAIT_MS)
    assert view.tree.accessibleName() and root is not None


def test_a_memory_without_relatives_says_so(page: MemoryPage, desk: Desk, family: Family) -> None:
    view = around(page, desk, family.lone)
    assert view.stack.currentWidget() is view.alone
    assert view.alone.sentence.text() == "Written by hand, and nothing was made from it."


def test_what_the_filter_leaves_out_is_dimmed_and_said(page: MemoryPage, desk: Desk, family: Family) -> None:
    view = around(page, desk, family.whole)
    page.filters.set(CubeFilter(text="olives"))
    desk.qtbot.waitUntil(lambda: view.shown.node(family.meat.id).outside, timeout=WAIT_MS)
    assert "Filtered out" in lineage_words.about(view.shown.node(family.meat.id))
    assert not view.shown.node(family.olives.id).outside


def test_a_change_elsewhere_is_read_again_and_the_place_stays(page: MemoryPage, desk: Desk, family: Family) -> None:
    view = around(page, desk, family.whole)
    view.graph.zoom(1.3)
    before = place(view, family.whole.id)
    desk.result(desk.workspace.library.revise(family.part.id, title="Mondays"))
    desk.qtbot.waitUntil(lambda: view.shown.node(family.part.id).title == "Mondays", timeout=WAIT_MS)
    assert (place(view, family.whole.id) - before).manhattanLength() <= 3


def test_a_memory_that_is_forgotten_leads_back_to_the_start(page: MemoryPage, desk: Desk, family: Family) -> None:
    view = around(page, desk, family.lone)
    desk.workspace._store.apply(lambda vault: vault.cubes.bin([family.lone.id]))
    desk.workspace._store.apply(lambda vault: vault.cubes.purge_bin(now()))
    desk.qtbot.waitUntil(lambda: view.stack.currentWidget() is view.starts, timeout=WAIT_MS)


def graph_of(*pairs: tuple[str, str]) -> LineageGraph:
    names = dict.fromkeys(name for pair in pairs for name in pair)
    nodes = tuple(LineageNode(name, NodeKind.CUBE, name, name, 0) for name in names)
    return LineageGraph(nodes[0].id, 2, nodes, tuple(LineageEdge(*pair, Relation.MADE) for pair in pairs))


def lines(branch: Branch) -> list[tuple[str, bool]]:
    return [(branch.node.id, branch.again)] + [line for below in branch.below for line in lines(below)]


def test_the_tree_has_every_edge_once_even_in_a_cycle() -> None:
    graph = graph_of(("a", "b"), ("b", "c"), ("c", "a"), ("a", "c"), ("b", "b"))
    said = lines(branches(graph))
    assert sorted(id for id, again in said if not again) == ["a", "b", "c"]
    assert len(said) == 1 + len(graph.edges)
