"""Lineage, the access log and the six pathways through the workspace."""

import pytest
from app_values import send

from memos_desktop.app import parametric
from memos_desktop.app.pathways import MOST, ROUTES
from memos_desktop.errors import NotFoundError, UnsupportedOperationError
from memos_desktop.memory.access import AccessKind
from memos_desktop.memory.cube import CubeFilter, Kind
from memos_desktop.memory.lineage import NodeKind, Relation


def kept(workspace, text):
    return workspace.library.add(text).result(10)


def test_what_was_said_in_a_chat_leads_back_to_it(workspace):
    send(workspace, "My cat is called Miso.")
    workspace.turns.settled().result(30)
    [cube] = workspace.library.page(CubeFilter(), 0, 9).result(10).cubes
    graph = workspace.lineage.around(cube.id[:12]).result(10)
    [edge] = graph.edges
    assert edge.relation is Relation.SAID and edge.later == cube.id
    message = graph.node(edge.earlier)
    [chat] = workspace.chats.list().result(10)
    assert (message.kind, message.chat_id) == (NodeKind.MESSAGE, chat.id)
    assert message.words == "My cat is called Miso."
    with pytest.raises(NotFoundError):
        workspace.lineage.around("nothing-like-this").result(10)


def test_a_fused_memory_shows_its_parents_and_the_filter_dims(workspace):
    one, two = kept(workspace, "Tea without sugar"), kept(workspace, "Tea without milk")
    preview = workspace.operations.fuse_preview([one.id, two.id]).result(10)
    fused = workspace.operations.fuse(preview.versions, "Tea without sugar and milk").result(10).cube
    graph = workspace.lineage.around(fused.id, 1).result(10)
    assert {edge.relation for edge in graph.edges} == {Relation.FUSED} and len(graph.edges) == 2
    wanted = CubeFilter(text="sugar")
    seen = workspace.lineage.around(fused.id, 1, wanted).result(10)
    assert {node.ref: node.outside for node in seen.nodes} == {fused.id: False, one.id: False, two.id: True}
    starts = workspace.lineage.starts(wanted).result(10)
    assert [start.id for start in starts] == [fused.id, one.id]
    assert workspace.lineage.starts(limit=1).result(10)[0].id == fused.id


def test_an_answer_that_used_a_memory_is_in_its_log(workspace):
    cube = kept(workspace, "My cat is called Miso.")
    send(workspace, "What is my cat called?")
    workspace.turns.settled().result(30)
    log = workspace.inspection.log(cube.id).result(10)
    used = next(line for line in log.lines if line.kind is AccessKind.USED)
    assert used.message_there and used.message_id and used.chat_title is not None
    branch = workspace.chats.branch(used.chat_id).result(10)
    assert branch[-1].id == used.message_id and branch[-1].text


def test_texts_are_compared_on_a_thread_of_their_own(workspace):
    pieces = workspace.inspection.diff("one two three", "one three").result(10)
    assert "".join(piece.text for piece in pieces if piece.change.value != "added") == "one two three"


def test_each_of_the_six_pathways_is_offered_or_says_why_not(workspace):
    cube = kept(workspace, "Tea without sugar. " * 30)
    offers = workspace.pathways.offers([cube.id]).result(10)
    assert [offer.route for offer in offers] == list(ROUTES) and len(ROUTES) == 6
    by_name = {offer.route.name: offer for offer in offers}
    assert [path.cube_id for path in by_name["plaintext→activation"].paths] == [cube.id]
    assert by_name["activation→plaintext"].reason == "none of what is selected is KV"
    assert by_name["plaintext→parametric"].reason == parametric.obstacle()
    assert not any(by_name[name].possible for name in by_name if name != "plaintext→activation")
    with pytest.raises(UnsupportedOperationError, match="training is not part"):
        workspace.pathways.run(by_name["plaintext→parametric"].route, [cube.id])


def test_a_pathway_takes_so_many_at_once(keeping):
    cubes = [kept(keeping, f"Note {number}") for number in range(3)]
    offers = keeping.pathways.offers([cube.id for cube in cubes] * MOST).result(10)
    assert {path.cube_id for path in offers[0].paths} == {cube.id for cube in cubes}
    assert all(path.possible for path in offers[0].paths)


def test_what_was_read_ahead_goes_back_to_text(keeping):
    cube = kept(keeping, "The boat is called Lima. " * 30)
    keeping.pathways.run(ROUTES[0], [cube.id]).future.result(60)
    [activation] = keeping.library.page(CubeFilter(kind=Kind.ACTIVATION), 0, 9).result(10).cubes
    by_name = {offer.route.name: offer for offer in keeping.pathways.offers([activation.id]).result(10)}
    assert by_name["activation→plaintext"].possible and not by_name["plaintext→activation"].possible
    [made] = keeping.pathways.run(by_name["activation→plaintext"].route, [activation.id]).future.result(60)
    assert made.id == cube.id and not made.created
