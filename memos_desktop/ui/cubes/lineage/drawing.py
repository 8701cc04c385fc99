"""Puts a lineage into a scene: cards at their places, curves between them, words where the curves meet a card."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QGraphicsScene

from memos_desktop.memory.lineage import LineageEdge, LineageGraph, Relation
from memos_desktop.ui.cubes.lineage.cards import NodeItem, card_size
from memos_desktop.ui.cubes.lineage.layout import Measures, arrange
from memos_desktop.ui.cubes.lineage.links import LabelItem, LinkItem
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID, Theme

ACROSS, BETWEEN = 104, 16
"""Room between columns (for the words of the edges) and between cards."""
PORT = 15
"""Edges of different meaning meet a card this far from each other."""
MARGIN = 24
Ports = Mapping[tuple[str, str], tuple[float, bool]]
"""By node and words: how far from the middle of the card, and whether at its right side."""
_FORWARD = Relation.SUPERSEDED
"""The one relation that is read from what was there first, so its words stand there."""


@dataclass
class Drawing:
    """What was put into a scene: cards by node id, edges, words, and the columns from left to right."""

    nodes: dict[str, NodeItem] = field(default_factory=dict)
    links: list[LinkItem] = field(default_factory=list)
    labels: list[LabelItem] = field(default_factory=list)
    columns: tuple[tuple[str, ...], ...] = ()


def draw(scene: QGraphicsScene, graph: LineageGraph, context: Context) -> Drawing:
    """Empty the scene and draw this graph."""
    scene.clear()
    drawing, theme = Drawing(), context.theme
    size, px = card_size(theme), theme.px
    measures = Measures(size.width(), size.height(), px(ACROSS), px(BETWEEN), px(10))
    links = [(edge.earlier, edge.later) for edge in graph.edges]
    layout = arrange([node.id for node in graph.nodes], links, measures)
    drawing.columns = layout.columns
    for node in graph.nodes:
        item = NodeItem(node, theme, context.icons)
        item.setPos(*layout.places[node.id])
        drawing.nodes[node.id] = item
        scene.addItem(item)
    ports = _ports(graph)
    for edge in graph.edges:
        if edge.earlier != edge.later:
            bends = layout.bends.get((edge.earlier, edge.later), ())
            link = _link(edge, drawing, ports, measures, bends, theme)
            drawing.links.append(link)
            scene.addItem(link)
    for (id, text), (shift, rightward) in ports.items():
        label = LabelItem(text, theme, rightward)
        side = size.width() + GRID if rightward else -1.75 * GRID
        label.setPos(drawing.nodes[id].pos() + QPointF(side, size.height() / 2 + shift * px(PORT)))
        _step_aside(label, drawing.labels)
        drawing.labels.append(label)
        scene.addItem(label)
    scene.setSceneRect(scene.itemsBoundingRect().adjusted(-px(MARGIN), -px(MARGIN), px(MARGIN), px(MARGIN)))
    return drawing


def _link(
    edge: LineageEdge,
    drawing: Drawing,
    ports: Ports,
    sizes: Measures,
    bends: tuple[tuple[float, float], ...],
    theme: Theme,
) -> LinkItem:
    from_, to = drawing.nodes[edge.earlier], drawing.nodes[edge.later]
    forward = edge.relation is _FORWARD
    here = ports[edge.earlier if forward else edge.later, edge.relation.value][0] * theme.px(PORT)
    begin = from_.pos() + QPointF(sizes.width, sizes.height / 2 + (here if forward else 0))
    end = to.pos() + QPointF(-1, sizes.height / 2 + (0 if forward else here))
    ahead = 1 if end.x() >= begin.x() else -1
    points = [begin]
    for x, y in bends:  # straight through the column that it passes
        points += [QPointF(x - ahead * sizes.width / 2, y), QPointF(x + ahead * sizes.width / 2, y)]
    return LinkItem(edge, theme, [*points, end])


def _step_aside(label: LabelItem, others: list[LabelItem]) -> None:
    """Words of another card may stand there already: go below them."""
    for _ in others:
        hit = next((one for one in others if one.sceneBoundingRect().intersects(label.sceneBoundingRect())), None)
        if hit is None:
            return
        label.moveBy(0, hit.sceneBoundingRect().bottom() - label.sceneBoundingRect().top() + 1)


def _ports(graph: LineageGraph) -> Ports:
    """Where the words of each relation stand at each card.

    At the right side all that came of a card leaves from its middle; what replaced it leaves lower.
    """
    sides: dict[tuple[str, bool], list[str]] = {}
    for edge in graph.edges:
        if edge.earlier != edge.later:
            forward = edge.relation is _FORWARD
            texts = sides.setdefault((edge.earlier if forward else edge.later, forward), [])
            if edge.relation.value not in texts:
                texts.append(edge.relation.value)
    return {
        (id, text): (1.0 if rightward else place - (len(texts) - 1) / 2, rightward)
        for (id, rightward), texts in sides.items()
        for place, text in enumerate(texts)
    }
