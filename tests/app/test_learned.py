"""What a chat has taught, and what becomes of it when its messages are edited or deleted."""

import pytest
from app_values import answer_with, send

from memos_desktop.errors import NotFoundError, UserError
from memos_desktop.memory.call import Form
from memos_desktop.memory.cube import CubeFilter
from memos_desktop.memory.message import MemoryMode
from memos_desktop.memory.sources import SourceChange

PORTO = "I live in Porto near the river."
LISBON = "I live in Lisbon near the river."


@pytest.fixture
def talk(workspace):
    """A turn that taught something."""
    answer_with(workspace, "I see.")
    return send(workspace, PORTO)


def edited(workspace, turn, text, **request):
    return send(workspace, text, chat_id=turn.chat.id, parent_id=turn.user.parent_id or "", **request)


def outdated(workspace, turn):
    return workspace.learned.outdated(turn.chat.id).result(10)


def shelf(workspace):
    return {cube.text for cube in workspace.library.page(CubeFilter(), 0, 50).result(10).cubes}


def test_what_each_message_taught(workspace, talk):
    other = send(workspace, "And what is the capital of Portugal?", chat_id=talk.chat.id)
    found = workspace.learned.of([talk.user.id, other.user.id, "none"]).result(10)
    assert {id: [cube.text for cube in cubes] for id, cubes in found.items()} == {talk.user.id: [PORTO]}
    workspace.library.bin([talk.kept[0].id]).result(10)
    assert workspace.learned.of([talk.user.id]).result(10) == {}


def test_after_an_edit_the_earlier_memory_is_outdated_with_an_offer(workspace, talk):
    edited(workspace, talk, LISBON)
    [one] = outdated(workspace, talk)
    assert (one.cube.id, one.mark.change, one.offer) == (talk.kept[0].id, SourceChange.EDITED, LISBON)


def test_update_gives_it_the_new_words_and_leaves_no_twin(workspace, talk):
    second = edited(workspace, talk, LISBON)
    assert shelf(workspace) == {PORTO, LISBON}
    changes = workspace.learned.update([talk.kept[0].id]).result(10)
    cube = workspace.library.cube(talk.kept[0].id).result(10)
    assert (cube.text, cube.version, cube.title) == (LISBON, 2, LISBON)
    assert (cube.descriptive.source.message_id, cube.governance.superseded_by) == (second.user.id, None)
    assert [one.id for one in workspace.library.page(CubeFilter(), 0, 9).result(10).cubes] == [cube.id]
    assert outdated(workspace, talk) == ()
    workspace.library.undo_step(changes.step_id).result(10)
    assert shelf(workspace) == {PORTO, LISBON}


def test_update_is_refused_whole_where_the_message_says_nothing_in_its_place(workspace, talk):
    edited(workspace, talk, "What is the capital of Portugal?")
    [one] = outdated(workspace, talk)
    assert one.offer == ""
    with pytest.raises(UserError, match="says nothing now in place of"):
        workspace.learned.update([one.cube.id]).result(10)
    assert shelf(workspace) == {PORTO}


def test_a_frozen_memory_is_not_updated(workspace, talk):
    workspace.library.freeze([talk.kept[0].id], True).result(10)
    edited(workspace, talk, LISBON)
    with pytest.raises(UserError, match="frozen"):
        workspace.learned.update([talk.kept[0].id]).result(10)
    assert shelf(workspace) == {PORTO, LISBON}


def test_keep_ends_the_question_until_the_message_changes_again(workspace, talk):
    second = edited(workspace, talk, LISBON, memory=MemoryMode.READ)
    workspace.learned.keep([talk.kept[0].id]).result(10)
    assert outdated(workspace, talk) == ()
    workspace.chats.delete_message(second.user.id).result(10)
    assert outdated(workspace, talk) == ()  # back on the branch
    workspace.chats.delete_message(talk.user.id).result(10)
    assert [one.mark.change for one in outdated(workspace, talk)] == [SourceChange.DELETED]


def test_a_deleted_message_leaves_what_it_taught_and_marks_it(workspace, talk):
    workspace.chats.delete_message(talk.user.id).result(10)
    [one] = outdated(workspace, talk)
    assert (one.cube.text, one.mark.change, one.offer) == (PORTO, SourceChange.DELETED, "")
    workspace.library.undo().result(10)
    assert outdated(workspace, talk) == ()


def test_taking_back_at_once_is_an_undo_and_later_goes_to_the_bin(workspace, talk):
    said = "My cat is called Miso."
    old = send(workspace, said).kept[0]
    new = send(workspace, "My cat is called Luna.").kept[0]
    assert workspace.library.cube(old.id).result(10).governance.superseded_by == new.id
    step = workspace.library.journal(cube_id=new.id).result(10)[0].id
    workspace.library.add("Something else.").result(10)
    workspace.learned.take_back([new.id], step).result(10)
    assert workspace.library.cube(new.id).result(10).binned is not None
    assert workspace.library.cube(old.id).result(10).governance.superseded_by is None
    workspace.library.undo().result(10)
    assert workspace.library.cube(old.id).result(10).governance.superseded_by == new.id
    last = send(workspace, "My dog is called Rex.").kept[0]
    step = next(s.id for s in workspace.library.journal(cube_id=last.id).result(10) if s.label.startswith("Remember"))
    workspace.learned.take_back([last.id], step).result(10)
    with pytest.raises(NotFoundError):
        workspace.library.cube(last.id).result(10)


def test_memories_as_they_stand_now(workspace, talk):
    cube = talk.kept[0]
    workspace.library.pin([cube.id], True).result(10)
    assert workspace.learned.standing([cube.id, "01m85bepa2wcypnm3x1p"]).result(10)[cube.id].pinned
    assert len(workspace.learned.standing([cube.id, "01m85bepa2wcypnm3x1p"]).result(10)) == 1


def test_what_is_excluded_from_a_chat_stays_so_after_a_restart(reopen):
    workspace = reopen()
    answer_with(workspace, "I see.")
    cube = send(workspace, "My cat is called Miso.").kept[0]
    first = send(workspace, "What is my cat called?")
    assert cube.id in {one.recalled.id for one in first.receipt.injected}
    workspace.chats.exclude(first.chat.id, cube.id).result(10)
    workspace.close()
    workspace = reopen()
    again = send(workspace, "What is my cat called, please?", chat_id=first.chat.id)
    assert cube.id not in {one.recalled.id for one in again.receipt.injected}
    elsewhere = send(workspace, "What is my cat called?")
    assert cube.id in {one.recalled.id for one in elsewhere.receipt.injected}
    workspace.chats.exclude(first.chat.id, cube.id, False).result(10)
    third = send(workspace, "So what is my cat called?", chat_id=first.chat.id)
    assert cube.id in {one.recalled.id for one in third.receipt.injected}
    assert all(one.form is not Form.LEFT_OUT for one in third.receipt.injected)


def test_what_was_found_not_relevant_ranks_lower_and_says_so(workspace):
    one = workspace.library.add("Seagrass grows near the old pier.").result(10)
    other = workspace.library.add("Seagrass grows near the new pier.").result(10)
    first = workspace.recall.recall("Where does seagrass grow near a pier?").result(10).results
    best = first[0].id
    workspace.operations.set_header([best], priority=-1).result(10)
    again = workspace.recall.recall("Where does seagrass grow near a pier?").result(10).results
    assert {one.id, other.id} == {found.id for found in again}
    assert again[-1].id == best
    assert "you found it not relevant" in {reason.words for reason in again[-1].reasons}
