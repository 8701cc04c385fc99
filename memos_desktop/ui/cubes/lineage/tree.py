"""The lineage as a tree: the same nodes and edges in lines, for the keyboard and for screen readers.

Every node stands once, below the one that it was found from. An edge to a node that stands elsewhere is a line that
leads there.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from memos_desktop.memory.lineage import LineageEdge, LineageGraph, LineageNode, NodeKind
from memos_desktop.ui.cubes.lineage import lineage_words as say
from memos_desktop.ui.cubes.lineage.cards import STATE_TOKENS, is_dim
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import HALF, ICON, Theme

NODE_ROLE = int(Qt.ItemDataRole.UserRole) + 1


@dataclass(frozen=True, slots=True)
class Branch:
    """One line: a node, how it belongs to the line above, and what stands below. `again`: it stands elsewhere too."""

    node: LineageNode
    how: str
    below: tuple["Branch", ...] = ()
    again: bool = False


def branches(graph: LineageGraph) -> Branch:
    """The graph as a tree, from the memory in the middle outwards: nearest first, every edge once."""
    nodes = {node.id: node for node in graph.nodes}
    edges: dict[str, list[LineageEdge]] = {id: [] for id in nodes}
    for edge in graph.edges:
        for end in dict.fromkeys((edge.earlier, edge.later)):
            edges[end].append(edge)
    parents: dict[str, LineageEdge] = {}
    order = [graph.center]
    for id in order:  # grows while it is read: nearest first
        for edge in edges[id]:
            other = edge.later if edge.earlier == id else edge.earlier
            if other not in parents and other != graph.center:
                parents[other] = edge
                order.append(other)
    place = {id: number for number, id in enumerate(order)}

    def grow(id: str) -> tuple[Branch, ...]:
        below = []
        for edge in edges[id]:
            other = edge.later if edge.earlier == id else edge.earlier
            how = say.relation(edge, id)
            if parents.get(other) is edge and place[other] > place[id]:
                below.append(Branch(nodes[other], how, grow(other)))
            elif parents.get(id) is not edge and place[other] <= place[id]:
                below.append(Branch(nodes[other], how, again=True))
        return tuple(below)

    return Branch(nodes[graph.center], "", grow(graph.center))


class LineageTree(QTreeWidget):
    """Shows the branches.

    Signals:
        chosen(object): these memories are selected now, a tuple of ids.
        opened(str): Enter, by node id.
        centred(str): a double click or Space: this memory is wanted in the middle.
        menu_wanted(QPoint), left(), back_wanted(): as in the graph.

    """

    chosen = Signal(object)
    opened = Signal(str)
    centred = Signal(str)
    menu_wanted = Signal(QPoint)
    left = Signal()
    back_wanted = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._filling = False
        self._graph: LineageGraph | None = None
        self.setAccessibleName("Lineage as a list")
        self.setHeaderLabels(("Memory", "How it belongs", "State"))
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setUniformRowHeights(True)
        self.setExpandsOnDoubleClick(False)
        self.setIconSize(QSize(context.theme.px(ICON), context.theme.px(ICON)))
        self.setItemDelegate(_Rows(context.theme, self))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(lambda at: self.menu_wanted.emit(self.viewport().mapToGlobal(at)))
        self.itemSelectionChanged.connect(self._tell)
        self.itemDoubleClicked.connect(lambda item, _column: self._enter(_node(item)))

    def show_graph(self, graph: LineageGraph) -> None:
        """Show this graph; what was selected stays so."""
        kept = self.picked()
        self._graph = graph
        self._filling = True
        self.clear()
        self.addTopLevelItem(self._item(branches(graph), at_top=True))
        self.expandAll()
        for column in (0, 1, 2):
            self.resizeColumnToContents(column)
        self.setColumnWidth(0, min(self.columnWidth(0), self._context.theme.px(420)))
        self._filling = False
        self.select(kept)

    def redraw(self) -> None:
        """Colours or sizes are different now."""
        self.setIconSize(QSize(self._context.theme.px(ICON), self._context.theme.px(ICON)))
        if self._graph is not None:
            self.show_graph(self._graph)

    def select(self, ids: Collection[str]) -> None:
        """Show these memories as selected, without a signal."""
        self._filling = True
        self.clearSelection()
        for item in self._all():
            node = _node(item)
            if node.id in ids and not item.data(1, NODE_ROLE):
                item.setSelected(True)
                if self.currentItem() is not item and len(self.selectedItems()) == 1:
                    self.setCurrentItem(item)
        self._filling = False

    def picked(self) -> tuple[str, ...]:
        """The selected memories."""
        nodes = [_node(item) for item in self.selectedItems()]
        return tuple(dict.fromkeys(node.id for node in nodes if node.kind is NodeKind.CUBE and node.there))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """As in the graph; arrows walk the tree."""
        item = self.currentItem()
        node = _node(item) if item is not None else None
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and node is not None:
            self.opened.emit(node.id)
        elif key == Qt.Key.Key_Space and node is not None:
            if node.kind is NodeKind.CUBE and node.there:
                self.centred.emit(node.id)
        elif key == Qt.Key.Key_Escape:
            self.left.emit()
        elif key == Qt.Key.Key_Backspace:
            self.back_wanted.emit()
        elif event.text().isalpha() and not event.modifiers():
            event.ignore()  # the verbs' keys
        else:
            super().keyPressEvent(event)

    def _tell(self) -> None:
        if not self._filling:
            self.chosen.emit(self.picked())

    def _enter(self, node: LineageNode) -> None:
        if node.kind is NodeKind.CUBE and self._graph is not None and node.id != self._graph.center:
            if node.there:
                self.centred.emit(node.id)
        else:
            self.opened.emit(node.id)

    def _item(self, branch: Branch, at_top: bool = False) -> QTreeWidgetItem:
        node = branch.node
        how = "In the middle" if at_top else f"{branch.how} (see above)" if branch.again else branch.how
        states = ", ".join(say.states(node)) or say.about(node)
        more = f", {node.more:,} more not shown" if node.more and not branch.again else ""
        item = QTreeWidgetItem([say.name(node), how, states + more])
        item.setData(0, NODE_ROLE, node)
        item.setData(1, NODE_ROLE, branch.again)
        item.setData(0, Qt.ItemDataRole.AccessibleTextRole, f"{how}: {say.aloud(node)}")
        item.setToolTip(0, say.name(node))
        item.setIcon(0, self._context.icons.icon(*_sign(node), filled=node.form is not None))
        color = self._context.theme.color
        for column in (0, 1, 2):
            item.setForeground(column, QBrush(color("muted" if column or is_dim(node) or branch.again else "text")))
        if node.state is not None and not node.binned:
            item.setIcon(2, self._context.icons.icon(node.state.value, STATE_TOKENS.get(node.state, "muted")))
        for one in branch.below:
            item.addChild(self._item(one))
        return item

    def _all(self) -> Sequence[QTreeWidgetItem]:
        found: list[QTreeWidgetItem] = []
        waiting = [item] if (item := self.topLevelItem(0)) is not None else []
        while waiting:
            here = waiting.pop(0)
            found.append(here)
            children = (here.child(number) for number in range(here.childCount()))
            waiting += [child for child in children if child is not None]
        return found


class _Rows(QStyledItemDelegate):
    """Rows as high as the text asks for."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """A little lower than in the table: a tree has more of them."""
        return QSize(super().sizeHint(option, index).width(), self._theme.row_height() - HALF)


def _node(item: QTreeWidgetItem) -> LineageNode:
    node = item.data(0, NODE_ROLE)
    assert isinstance(node, LineageNode)
    return node


def _sign(node: LineageNode) -> tuple[str, str]:
    if node.form is not None:
        return node.form.value, node.form.value
    return {NodeKind.MESSAGE: "chats", NodeKind.FILE: "file"}.get(node.kind, "memory-off"), "muted"
