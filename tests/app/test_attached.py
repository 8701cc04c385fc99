"""Memories that are kept ready as KV, attached to messages: anywhere, in any order, and again in later turns."""

import pytest
import tiny_models
from kept_desk import (
    FIRST,
    HERONS,
    SECOND,
    SURVEY,
    THIRD,
    cold_answer,
    document,
    forms_of,
    held,
    ready,
    reason_of,
    rows,
    say,
    settle,
)

from memos_desktop.app.readings import States
from memos_desktop.app.turn_events import SendRequest
from memos_desktop.engine.base import Sampling
from memos_desktop.errors import UserError
from memos_desktop.memory.call import Form
from memos_desktop.memory.forms import Readiness
from memos_desktop.memory.message import Finish, MemoryMode

EARLIER = "you attached it earlier in this chat"


@pytest.fixture
def survey(keeping):
    """A document that is kept ready."""
    return kept_ready(keeping, document(keeping))


@pytest.fixture
def herons(keeping):
    return kept_ready(keeping, document(keeping, HERONS, "Herons"))


def kept_ready(workspace, cube):
    """Kept ready, and not still in the model's memory from reading it."""
    ready(workspace, cube)
    workspace.models.reset().result(10)
    return cube


def wide(stats, share=0.9):
    """Whether about all cells of one document were attached."""
    return stats.attached_tokens > share * len(SURVEY)


def test_first_in_a_new_chat_it_stands_where_it_was_encoded_and_counts_as_exact(keeping, survey, desk, tmp_path):
    result = say(keeping, attach=(survey.id,))
    assert forms_of(result) == {survey.id: Form.KV}
    assert reason_of(result, survey.id).startswith("you attached it; ready as KV: ")
    stats = result.stats
    assert (wide(stats), stats.fused_tokens, stats.tier) == (True, 0, "fused")
    assert stats.evaluated_tokens == stats.prompt_tokens - stats.attached_tokens
    with desk.cold(tmp_path) as cold:
        assert cold_answer(cold.open(), "", regenerate=result.user.id) == result.answer.text


def test_behind_a_history_its_cells_are_moved(keeping, survey):
    first = say(keeping)
    result = say(keeping, SECOND, chat_id=first.chat.id, attach=(survey.id,))
    assert wide(result.stats)
    assert (result.stats.tier, result.stats.fused_tokens) == ("fused", result.stats.attached_tokens)
    saved = keeping.chats.branch(first.chat.id).result(10)[-1]
    assert saved.stats["kv"]["attached_tokens"] == result.stats.attached_tokens
    assert [(entry["id"], entry["form"]) for entry in saved.receipt["injected"]] == [(survey.id, "kv")]
    assert [one.cube_id for one in result.user.attached] == [survey.id]


@pytest.mark.parametrize("backwards", [False, True])
def test_two_in_any_order(keeping, survey, herons, backwards):
    pair = (herons.id, survey.id) if backwards else (survey.id, herons.id)
    result = say(keeping, attach=pair)
    assert forms_of(result) == dict.fromkeys(pair, Form.KV)
    assert result.stats.attached_tokens > 0.9 * (len(SURVEY) + len(HERONS))
    assert [one.cube_id for one in result.user.attached] == list(pair)
    again = say(keeping, THIRD, chat_id=result.chat.id)
    assert forms_of(again) == dict.fromkeys(pair, Form.KV)


def test_the_activation_cube_itself_can_be_attached(keeping, survey):
    made = keeping.activation.forms(survey.id).result(10)[0]
    [row] = [row for row in rows(keeping) if row.id == made.state_id]
    result = say(keeping, attach=(row.owner_id,))
    assert (forms_of(result), wide(result.stats)) == ({row.owner_id: Form.KV}, True)


def test_later_turns_know_it_and_say_since_when(keeping, survey):
    first = say(keeping, attach=(survey.id,))
    second = say(keeping, SECOND, chat_id=first.chat.id)
    assert forms_of(second) == {survey.id: Form.KV}
    assert reason_of(second, survey.id) == EARLIER
    assert second.stats.prompt_tokens > first.stats.prompt_tokens
    assert second.stats.evaluated_tokens < 0.2 * second.stats.prompt_tokens
    assert keeping.library.cube(survey.id).result(10).behaviour.uses == 2


def test_with_memory_off_the_start_of_the_chat_stays_what_it_was(keeping, survey):
    note = keeping.library.add("The keeper is called Agnes.").result(10)
    for attached in (survey, note):
        first = say(keeping, attach=(attached.id,), memory=MemoryMode.OFF)
        second = say(keeping, SECOND, chat_id=first.chat.id)
        assert second.stats.reused_tokens > 0.6 * second.stats.prompt_tokens
        third = say(keeping, THIRD, chat_id=first.chat.id)
        assert third.stats.reused_tokens > second.stats.prompt_tokens - 16


def test_attached_again_it_is_not_read_twice(keeping, survey):
    first = say(keeping, attach=(survey.id,))
    second = say(keeping, SECOND, chat_id=first.chat.id, attach=(survey.id,))
    assert forms_of(second) == {survey.id: Form.KV}
    assert reason_of(second, survey.id) == EARLIER
    assert second.stats.prompt_tokens < first.stats.prompt_tokens + len(SURVEY) // 2


def test_attached_again_after_an_edit_both_versions_stand_there(keeping, survey):
    first = say(keeping, attach=(survey.id,))
    keeping.library.revise(survey.id, text=SURVEY.replace("buoy", "rock")).result(10)
    ready(keeping, survey)
    second = say(keeping, SECOND, chat_id=first.chat.id, attach=(survey.id,))
    assert forms_of(second) == {survey.id: Form.KV}
    assert second.stats.prompt_tokens > first.stats.prompt_tokens + len(SURVEY) // 2
    assert [(one.cube_id, one.version) for one in second.user.attached] == [(survey.id, 2)]
    third = say(keeping, THIRD, chat_id=first.chat.id)
    assert third.stats.prompt_tokens > second.stats.prompt_tokens


def test_after_a_restart_it_answers_in_another_chat_and_in_the_same(keeping, survey, desk):
    first = say(keeping, attach=(survey.id,))
    same = say(desk.open(), SECOND, chat_id=first.chat.id)
    assert same.stats.restored_tokens >= first.stats.prompt_tokens
    assert forms_of(same) == {survey.id: Form.KV}
    other = say(desk.open(), THIRD, attach=(survey.id,))
    assert (forms_of(other), other.stats.evaluated_tokens < 80) == ({survey.id: Form.KV}, True)
    assert other.stats.tier == "exact", "another chat has begun with the same document"
    workspace = desk.open()
    workspace.chats.delete(first.chat.id).result(10)
    workspace.chats.delete(other.chat.id).result(10)
    assert wide(say(workspace, THIRD, attach=(survey.id,)).stats)


def test_a_chat_with_moved_cells_is_restored_with_them(keeping, survey, desk):
    first = say(keeping)
    second = say(keeping, SECOND, chat_id=first.chat.id, attach=(survey.id,))
    warm = say(keeping, THIRD, chat_id=first.chat.id, temporary=False)
    again = say(desk.open(), "", regenerate=warm.user.id)
    assert again.stats.restored_tokens >= second.stats.prompt_tokens
    assert again.stats.fused_tokens == second.stats.fused_tokens > 0
    assert again.answer.text == warm.answer.text


def test_made_again_an_answer_has_the_same_attachments(keeping, survey):
    first = say(keeping, attach=(survey.id,))
    again = say(keeping, "", regenerate=first.user.id)
    assert (forms_of(again), again.answer.text) == ({survey.id: Form.KV}, first.answer.text)
    assert [one.cube_id for one in keeping.chats.branch(first.chat.id).result(10)[0].attached] == [survey.id]


def test_in_a_temporary_chat(keeping, survey):
    before = {row.id for row in rows(keeping)}
    first = say(keeping, attach=(survey.id,), temporary=True)
    assert (forms_of(first), wide(first.stats)) == ({survey.id: Form.KV}, True)
    second = say(keeping, SECOND, temporary=True, history=(first.user, first.answer))
    assert reason_of(second, survey.id) == EARLIER
    assert {row.id for row in rows(keeping)} == before
    assert keeping.library.cube(survey.id).result(10).behaviour.uses == 0


@pytest.mark.parametrize("mode", [MemoryMode.OFF, MemoryMode.READ, MemoryMode.ON])
def test_the_memory_switch_does_not_matter_to_what_was_chosen_by_hand(keeping, survey, mode):
    assert forms_of(say(keeping, attach=(survey.id,), memory=mode)) == {survey.id: Form.KV}


def test_excluded_it_is_not_in_the_prompt_any_more(keeping, survey):
    first = say(keeping, attach=(survey.id,))
    second = say(keeping, SECOND, chat_id=first.chat.id, exclude=frozenset([survey.id]))
    assert (forms_of(second), second.stats.fused_tokens) == ({}, 0)
    assert second.stats.prompt_tokens < first.stats.prompt_tokens
    both = say(keeping, attach=(survey.id,), exclude=frozenset([survey.id]))
    assert (forms_of(both), both.stats.attached_tokens) == ({}, 0)
    assert reason_of(both, survey.id) == "you excluded it from this chat"


def test_another_model_reads_the_text_and_says_so(keeping, survey, tmp_path):
    first = say(keeping, attach=(survey.id,))
    keeping.models.use(str(tiny_models.qwen2(tmp_path / "other.gguf"))).future.result(30)
    keeping.activation._states.measured.change(keeping.models.identity.digest, kl=0.01)
    second = say(keeping, SECOND, chat_id=first.chat.id)
    assert (forms_of(second), second.stats.attached_tokens) == ({survey.id: Form.TEXT}, 0)
    new = say(keeping, attach=(survey.id,))
    assert (forms_of(new), new.stats.attached_tokens) == ({survey.id: Form.TEXT}, 0)
    assert "kept as KV for another model" in reason_of(new, survey.id)


def test_a_text_that_is_not_kept_ready_is_read(keeping):
    cube = document(keeping)
    result = say(keeping, attach=(cube.id,))
    assert (forms_of(result), reason_of(result, cube.id)) == ({cube.id: Form.TEXT}, "you attached it")
    assert result.stats.tier == "none"


def test_what_was_read_as_text_stays_when_it_is_kept_ready_later(keeping):
    cube = document(keeping)
    first = say(keeping, attach=(cube.id,))
    ready(keeping, cube)
    second = say(keeping, SECOND, chat_id=first.chat.id)
    assert second.stats.fused_tokens == 0
    assert second.stats.reused_tokens >= first.stats.prompt_tokens


def test_a_state_that_turns_out_damaged_is_read_as_text(keeping, survey, desk, tmp_path):
    first = say(keeping)
    with desk.cold(tmp_path) as cold:
        wanted = cold_answer(cold.open(), chat_id=first.chat.id, attach=(survey.id,))
    [form] = desk.open().activation.forms(survey.id).result(10)
    path = desk.folder.states / f"{form.state_id}.kv"
    content = bytearray(path.read_bytes())
    content[-1000] ^= 1
    path.write_bytes(content)
    result = say(desk.open(), SECOND, chat_id=first.chat.id, attach=(survey.id,))
    assert (result.answer.text, forms_of(result)) == (wanted, {survey.id: Form.TEXT})
    assert "could not be used" in reason_of(result, survey.id)
    assert "damaged" in result.stats.refused[0]


def test_a_state_that_is_removed_between_decision_and_use(keeping, survey, monkeypatch):
    monkeypatch.setattr(States, "readiness", lambda *_: Readiness.READY)
    monkeypatch.setattr(States, "state", lambda *_: None)
    result = say(keeping, attach=(survey.id,))
    assert (forms_of(result), result.stats.attached_tokens) == ({survey.id: Form.TEXT}, 0)
    assert "was removed meanwhile" in reason_of(result, survey.id)


# Recalled, not attached

def test_a_recalled_document_comes_as_kv_where_it_is_ready_and_as_a_passage_where_not(keeping, slow):
    cube = document(keeping, SURVEY + " " + HERONS)
    question = "How many shoots near the buoy did we count on day nine?"
    asked = {"memory": MemoryMode.READ, "temporary": True}
    passage = say(keeping, question, **asked)
    assert forms_of(passage) == {cube.id: Form.TEXT}
    kept_ready(keeping, cube)
    whole = say(keeping, question, **asked)
    assert forms_of(whole) == {cube.id: Form.KV}
    assert "ready as KV" in reason_of(whole, cube.id)
    assert whole.stats.attached_tokens > 0.9 * len(cube.text)
    assert forms_of(say(keeping, question, memory=MemoryMode.OFF)) == {}


def test_a_recalled_document_that_would_take_too_long_to_read_is_left_out_and_said(keeping, slow):
    keeping.settings.change(memory_seconds=1.0)
    cube = document(keeping)
    result = say(keeping, "How many shoots near the buoy did we count on day nine?", memory=MemoryMode.READ)
    assert forms_of(result) == {}
    assert "keep it ready as KV to use it" in reason_of(result, cube.id)
    assert forms_of(say(keeping, attach=(cube.id,))) == {cube.id: Form.TEXT}, "what is chosen by hand may take its time"


def test_recalled_where_it_stands_already_it_is_not_injected_again(keeping, survey):
    first = say(keeping, memory=MemoryMode.READ, attach=(survey.id,))
    second = say(keeping, "How many shoots near the buoy on day nine?", chat_id=first.chat.id, memory=None)
    assert [d.reason for d in second.receipt.decisions if d.recalled.id == survey.id] == [EARLIER]


# No room


def test_more_than_fits_is_left_out_and_said(keeping):
    large = [document(keeping, f"{number} {SURVEY} {HERONS}", f"Large {number}") for number in range(2)]
    ready(keeping, *large)
    result = say(keeping, attach=tuple(cube.id for cube in large))
    assert len(forms_of(result)) == 1
    [left_out] = [d for d in result.receipt.decisions if d.form is Form.LEFT_OUT]
    assert "tokens do not fit" in left_out.reason
    assert say(keeping, SECOND, chat_id=result.chat.id).answer.text


def test_a_text_longer_than_the_context(keeping):
    huge = document(keeping, SURVEY * 9)
    result = say(keeping, attach=(huge.id,))
    assert forms_of(result) == {}
    assert "do not fit into the context of this model" in reason_of(result, huge.id)


def test_a_chat_that_outgrows_the_context_with_what_is_attached(keeping, survey, herons):
    room = Sampling(temperature=0.0, max_tokens=256)
    chat = say(keeping, attach=(survey.id,), sampling=room).chat.id
    for number in range(5):
        attached = (herons.id,) if number == 2 else ()
        result = say(keeping, f"{number} {FIRST}", chat_id=chat, attach=attached, sampling=room)
        assert result.answer.finish is Finish.LENGTH
        assert forms_of(result).get(herons.id) is Form.KV or number != 2
    assert any("left out" in note for note in result.receipt.notes)
    with pytest.raises(UserError, match="context holds"):
        say(keeping, "word " * 500, chat_id=chat)
    assert say(keeping, "Still there?", chat_id=chat).answer.text


def test_a_chat_is_left_alone_while_documents_are_attached_in_two_at_once(keeping, survey, herons):
    with held(keeping.models.worker):
        turns = [keeping.turns.send(SendRequest(FIRST, attach=(cube.id,))) for cube in (survey, herons)]
    first, second = [turn.future.result(30) for turn in turns]
    assert forms_of(first) == {survey.id: Form.KV}
    assert forms_of(second) == {herons.id: Form.KV}
    settle(keeping)
    assert keeping.activation.verify().future.result(30).damaged == ()
