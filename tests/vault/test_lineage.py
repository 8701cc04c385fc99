"""The search around one cube: both directions, bounded, safe against cycles and against what is no longer there."""

import json
from dataclasses import replace

from vault_values import cube, say

from memos_desktop.ids import new_id
from memos_desktop.memory.cube import Cube, Descriptive, Governance, Origin, Source, State
from memos_desktop.memory.lifecycle import Trigger
from memos_desktop.memory.lineage import NodeKind, Relation, said
from memos_desktop.vault.lineage import MOST_OF_ONE, LineageSearch
from memos_desktop.vault.vault import Vault


def child(text: str, *parents: Cube, origin: Origin = Origin.FUSED) -> Cube:
    made = cube(text, parents=tuple(one.id for one in parents))
    return replace(made, descriptive=replace(made.descriptive, origin=origin))


def around(vault: Vault, center: Cube, depth: int = 6, most: int = 200):
    return LineageSearch(vault.database).around(center.id, depth, most)


def edges(graph) -> set[tuple[str, str, Relation]]:
    names = {node.id: node.title for node in graph.nodes}
    return {(names[edge.earlier], names[edge.later], edge.relation) for edge in graph.edges}


def test_a_memory_without_relatives_is_alone(vault: Vault) -> None:
    one = cube("Alone")
    vault.cubes.add(one)
    graph = around(vault, one)
    assert graph.alone and [node.title for node in graph.nodes] == ["Alone"] and graph.edges == ()


def test_both_directions_with_what_each_edge_means(vault: Vault) -> None:
    chat = vault.chats.create("Kitchen")
    message = say(vault, chat, "I take oat milk. Not soy.")
    source = Source(chat.id, message.id, 0, 16)
    first = replace(cube("Oat", source=source), descriptive=Descriptive("Oat", origin=Origin.SAID, source=source))
    second = cube("Soy", source=Source(file="/home/me/shopping.txt"))
    fused = child("Milks", first, second)
    part = child("Half", fused, origin=Origin.SPLIT)
    kept = child("Kept", fused, origin=Origin.MIGRATED)
    newer = cube("Newer")
    old = cube("Old", governance=Governance(superseded_by=newer.id))
    vault.cubes.add_many((first, second, fused, part, kept, newer, old))
    vault.cubes.transit([first.id], Trigger.FUSE, "Fuse")
    vault.cubes.update([part.id], "Close", governance=Governance(superseded_by=newer.id))
    graph = around(vault, fused)
    assert edges(graph) == {
        ("Oat", "Milks", Relation.FUSED),
        ("Soy", "Milks", Relation.FUSED),
        ("Milks", "Half", Relation.SPLIT),
        ("Milks", "Kept", Relation.MIGRATED),
        ("Half", "Newer", Relation.SUPERSEDED),
        ("Old", "Newer", Relation.SUPERSEDED),
        ("Kitchen", "Oat", Relation.SAID),
        ("shopping.txt", "Soy", Relation.READ),
    }
    by_title = {node.title: node for node in graph.nodes}
    assert by_title["Oat"].state is State.MERGED and by_title["Oat"].distance == 1
    assert by_title["Kitchen"].kind is NodeKind.MESSAGE and by_title["Kitchen"].chat_id == chat.id
    assert by_title["Kitchen"].words == "I take oat milk. Not soy." and by_title["Kitchen"].speaker == "You"
    assert by_title["shopping.txt"].words == "/home/me/shopping.txt"
    assert by_title["Old"].superseded and by_title["Old"].distance == 3
    made = next(edge for edge in graph.edges if edge.relation is Relation.FUSED)
    assert said(made, made.later) == "fused from" and said(made, made.earlier) == "fused into"
    closed = next(edge for edge in graph.edges if edge.relation is Relation.SUPERSEDED)
    assert said(closed, closed.earlier) == "superseded by" and said(closed, closed.later) == "supersedes"


def test_depth_bounds_the_search_and_says_what_lies_beyond(vault: Vault) -> None:
    chain = [cube("0")]
    for number in range(1, 9):
        chain.append(child(str(number), chain[-1], origin=Origin.SPLIT))
    vault.cubes.add_many(chain)
    graph = around(vault, chain[4], depth=2)
    assert {node.title for node in graph.nodes} == {"2", "3", "4", "5", "6"}
    more = {node.title: node.more for node in graph.nodes}
    assert more == {"2": 1, "3": 0, "4": 0, "5": 0, "6": 1} and graph.left_out == 0
    assert len(around(vault, chain[4], depth=99).nodes) == 9  # six steps reach both ends
    assert len(around(vault, chain[0], depth=99).nodes) == 7
    assert len(around(vault, chain[0], depth=-3).nodes) == 2


def test_a_cycle_ends(vault: Vault) -> None:
    first, second = cube("A"), cube("B")
    vault.cubes.add_many((first, second))
    for one, parents in ((first, (second.id, first.id)), (second, (first.id,))):  # no verb does this; a file might
        vault.database.run("UPDATE cubes SET parents = ? WHERE id = ?", (json.dumps(parents), one.id))
    graph = around(vault, first)
    assert {node.title for node in graph.nodes} == {"A", "B"}
    assert edges(graph) == {("B", "A", Relation.MADE), ("A", "B", Relation.MADE), ("A", "A", Relation.MADE)}
    assert all(node.more == 0 for node in graph.nodes)


def test_the_number_is_bounded_and_the_rest_counted(vault: Vault) -> None:
    root = cube("Root")
    vault.cubes.add_many((root, *(child(f"C{n}", root, origin=Origin.SPLIT) for n in range(30))))
    graph = around(vault, root, depth=1, most=11)
    assert len(graph.nodes) == 11 and graph.left_out == 20 and graph.nodes[0].more == 20


def test_a_crowd_does_not_push_out_the_rest(vault: Vault) -> None:
    source = Source(file="/notes/all.md")
    facts = [cube(f"Fact {n}", source=source) for n in range(500)]
    fused = child("Both", facts[499], facts[498])
    vault.cubes.add_many((*facts, fused))
    graph = around(vault, facts[499], depth=4)
    titles = {node.title for node in graph.nodes}
    assert {"Fact 499", "Fact 498", "Both", "all.md"} <= titles and len(titles) <= MOST_OF_ONE + 4
    crowd = next(node for node in graph.nodes if node.kind is NodeKind.FILE)
    assert graph.left_out == crowd.more == 500 - (len(titles) - 2)


def test_what_was_forgotten_stays_as_an_end(vault: Vault) -> None:
    chat = vault.chats.create("Kitchen")
    orphan = cube("Orphan", parents=(new_id(),), source=Source(chat.id, new_id(), 0, 3))
    vault.cubes.add(orphan)
    graph = around(vault, orphan)
    gone = {node.kind: node for node in graph.nodes if not node.there}
    assert gone[NodeKind.CUBE].title == "Forgotten memory" and gone[NodeKind.MESSAGE].title == "Removed message"


def test_where_to_start(vault: Vault) -> None:
    parents = [cube(f"P{n}") for n in range(4)]
    hub = child("Hub", *parents)
    newer = cube("Newer")
    closed = [cube(f"O{n}", governance=Governance(superseded_by=newer.id)) for n in range(2)]
    vault.cubes.add_many((*parents, hub, newer, *closed, cube("Lone")))
    starts = LineageSearch(vault.database).starts(2)
    assert [(one.title, one.relatives) for one in starts] == [("Hub", 4), ("Newer", 2)]


def test_a_large_vault_costs_no_more(vault: Vault) -> None:
    """Every step is an indexed look-up: no table is read from end to end."""
    for sql in LineageSearch.__init__.__globals__["_FROM"].values():
        for part in sql:
            plan = [row["detail"] for row in vault.database.rows(f"EXPLAIN QUERY PLAN {part}", {"id": "x"})]
            assert not [line for line in plan if line.startswith("SCAN")], plan
