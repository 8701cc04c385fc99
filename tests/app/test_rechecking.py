"""Check: what came as KV in an answer, compared with the same text read."""

import pytest
from kept_desk import FIRST, HERONS, SECOND, SURVEY, THIRD, cold_answer, document, ready, say

from memos_desktop.engine.llamacpp.engine import LlamaCppEngine
from memos_desktop.errors import NotFoundError, UserError
from memos_desktop.memory.message import MemoryMode


@pytest.fixture
def survey(keeping):
    cube = document(keeping)
    ready(keeping, cube)
    return cube


@pytest.fixture
def compared(monkeypatch):
    """The prompts that were compared."""
    prompts, compare = [], LlamaCppEngine.compare

    def watched(engine, questions, progress, following=0):
        prompts.extend(prompt for question in questions for prompt in question)
        return compare(engine, questions, progress, following)

    monkeypatch.setattr(LlamaCppEngine, "compare", watched)
    return prompts


def check(workspace, answer):
    return workspace.activation.check(answer.id).future.result(30)


def test_moved_cells_differ_and_it_says_how_much(keeping, survey):
    first = say(keeping)
    fused = say(keeping, SECOND, chat_id=first.chat.id, attach=(survey.id,))
    found = check(keeping, fused.answer)
    assert found.kl > 0
    assert found.fused_tokens == fused.stats.fused_tokens > 0
    assert found.evaluated_tokens > found.fused_tokens
    assert found.exact_ms > 0


def test_cells_in_the_place_they_were_made_for_are_exact(keeping, survey):
    exact = say(keeping, attach=(survey.id,))
    found = check(keeping, exact.answer)
    assert (found.kl, found.same_first, found.fused_tokens) == (0.0, True, 0)


@pytest.mark.parametrize("mode", [MemoryMode.OFF, MemoryMode.ON])
def test_a_later_turn_and_a_recalled_memory_are_checked_too(keeping, survey, compared, mode):
    keeping.library.add("The keeper of Lantern Point is called Agnes.").result(10)
    first = say(keeping, FIRST, memory=mode)
    second = say(keeping, SECOND, chat_id=first.chat.id, attach=(survey.id,), memory=None)
    third = say(keeping, "Who is the keeper of Lantern Point?", chat_id=first.chat.id, memory=None)
    assert (len(third.receipt.injected) > 1) == (mode is MemoryMode.ON)
    for result in (second, third):
        assert check(keeping, result.answer).fused_tokens == result.stats.fused_tokens > 0
        assert len(compared.pop().tokens) == result.stats.prompt_tokens


def test_the_chat_goes_on_after_it_as_if_nothing_had_been(keeping, survey, desk, tmp_path):
    first = say(keeping)
    second = say(keeping, SECOND, chat_id=first.chat.id, attach=(survey.id,))
    check(keeping, second.answer)
    third = say(keeping, THIRD, chat_id=first.chat.id)
    again = say(desk.open(), "", regenerate=third.user.id)
    assert again.answer.text == third.answer.text
    with desk.cold(tmp_path) as cold:
        assert cold_answer(cold.open(), "", regenerate=first.user.id) == first.answer.text


def test_after_a_restart(keeping, survey, desk):
    first = say(keeping)
    fused = say(keeping, SECOND, chat_id=first.chat.id, attach=(survey.id,))
    before = check(keeping, fused.answer)
    after = check(desk.open(), fused.answer)
    assert (after.kl, after.fused_tokens) == (before.kl, before.fused_tokens)


def test_what_used_no_kv_is_refused(keeping, survey):
    first = say(keeping)
    with pytest.raises(UserError, match="nothing to compare"):
        check(keeping, first.answer)
    with pytest.raises(UserError, match="no answer"):
        check(keeping, first.user)
    keeping.models.reset().result(10)
    attached = say(keeping, SECOND, chat_id=first.chat.id, attach=(survey.id,))
    assert attached.stats.fused_tokens > 0
    second = say(keeping, THIRD, chat_id=first.chat.id)
    with pytest.raises(UserError, match="no answer"):
        check(keeping, second.user)


def test_what_used_kv_that_is_gone_is_refused(keeping, survey):
    attached = say(keeping, attach=(survey.id,))
    keeping.library.revise(survey.id, text=HERONS).result(10)
    with pytest.raises(UserError, match="nothing to compare"):
        check(keeping, attached.answer)
    keeping.library.revise(survey.id, text=SURVEY).result(10)
    assert check(keeping, attached.answer).same_first
    [form] = keeping.activation.forms(survey.id).result(10)
    keeping.activation.drop([form.state_id]).result(10)
    with pytest.raises(UserError, match="nothing to compare"):
        check(keeping, attached.answer)


def test_a_message_that_is_not_there(keeping, survey):
    attached = say(keeping, attach=(survey.id,), temporary=True)
    with pytest.raises(NotFoundError):
        check(keeping, attached.answer)
