"""Lineage in words: what a card says, what a tree row says, what the whole says. Knows nothing of Qt."""

from memos_desktop.memory.lineage import LineageEdge, LineageGraph, LineageNode, NodeKind, said
from memos_desktop.ui.cubes import words


def alone(node: LineageNode) -> str:
    """What is said of a memory without lineage."""
    origin = words.ORIGINS[node.origin] if node.origin else "Kept"
    return f"{origin}, and nothing was made from it."


def one_line(text: str) -> str:
    """White space as single blanks."""
    return " ".join(text.split())


def name(node: LineageNode) -> str:
    """What a node is called: a memory by its title, a message by its words, a file by its name."""
    if node.kind is NodeKind.MESSAGE and node.there:
        return f"“{one_line(node.words)}”" if node.words.strip() else "Empty message"
    return one_line(node.title)


def about(node: LineageNode) -> str:
    """The small line of a card."""
    if not node.there:
        return "Only its id is left" if node.kind is NodeKind.CUBE else "No longer in its chat"
    if node.kind is NodeKind.MESSAGE:
        return f"{node.speaker or 'Message'} · {one_line(node.title)}"
    if node.kind is NodeKind.FILE:
        return "File"
    said_ = states(node)
    parts = [words.TYPES[node.type]] if node.type and len(said_) < 2 else []  # a card is narrow
    return " · ".join([*parts, *said_])


def states(node: LineageNode) -> list[str]:
    """Where a memory stands: its state, and what else keeps it from being used."""
    said_ = [words.STATES[node.state]] if node.state else []
    said_ += ["In the bin"] if node.binned else []
    said_ += ["Replaced"] if node.superseded else []
    said_ += ["Filtered out"] if node.outside else []
    return said_ + (["Frozen"] if node.frozen else [])


def aloud(node: LineageNode) -> str:
    """A node as a screen reader says it."""
    kind = {NodeKind.MESSAGE: "Message", NodeKind.FILE: "File"}.get(node.kind, "")
    form = words.KINDS[node.form] if node.form else ""
    parts = [kind or form, name(node), about(node)]
    parts += [f"{words.counted(node.more, 'relative')} not shown"] if node.more else []
    return ", ".join(part for part in parts if part)


def relation(edge: LineageEdge, seen_from: str) -> str:
    """An edge read from one of its ends, with a capital: “Fused from”."""
    text = said(edge, seen_from)
    return text[:1].upper() + text[1:]


def summary(graph: LineageGraph) -> str:
    """How much is shown, and how much is not: “7 memories, 2 messages, 31 more left out”."""
    kinds = [node.kind for node in graph.nodes]
    parts = [words.memories(kinds.count(NodeKind.CUBE))]
    parts += [words.counted(n, "message") for n in (kinds.count(NodeKind.MESSAGE),) if n]
    parts += [words.counted(n, "file") for n in (kinds.count(NodeKind.FILE),) if n]
    parts += [f"{graph.left_out:,} more left out"] if graph.left_out else []
    return ", ".join(parts)


def steps(depth: int) -> str:
    """`2 steps`."""
    return words.counted(depth, "step")

