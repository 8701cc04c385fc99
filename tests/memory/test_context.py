"""The prompt of one turn."""

from hypothesis import given
from hypothesis import strategies as st
from memory_values import NOW, recalled

from memos_desktop.memory.call import Decision, Form
from memos_desktop.memory.context import Turn, Wording, assemble, head, with_notes
from memos_desktop.memory.message import Message, Role
from memos_desktop.memory.scheduler import capacity_of

EXAMPLE = (("My dog is Rex.",), "Who is my dog?", "Rex.")
WORDING = Wording("You help.", "Notes may come.", "Always:", "Notes:", (EXAMPLE,))
WORDING = Wording("You help.", "Notes may come.", "Always:", "Notes:", (EXAMPLE,))
SMALL, LARGE = capacity_of(135_000_000), capacity_of(8_000_000_000)


def message(number, role, text):
    return Message(f"m{number}", "chat", None, role, "", text, NOW)


def history(exchanges):
    return [
        turn
        for n in range(exchanges)
        for turn in (message(2 * n, Role.USER, f"q{n}"), message(2 * n + 1, Role.ASSISTANT, f"a{n}"))
    ]


def build(past, decisions=(), text="And now?", room=1000):
    prefix = [Turn(Role.SYSTEM, "s")]
    return assemble(prefix, past, decisions, text, WORDING, lambda turn: 10, room)


def test_the_order_is_stable_things_first_and_the_question_last():
    decisions = [Decision(recalled(1), Form.TEXT, "", "I live in Lisbon")]
    turns = build(history(1), decisions).turns
    assert [turn.role for turn in turns] == [Role.SYSTEM, Role.USER, Role.ASSISTANT, Role.USER]
    assert turns[-1].text == "Notes: I live in Lisbon.\n\nAnd now?"


def test_the_best_note_stands_next_to_the_question():
    assert with_notes(["Best.", "Second."], "Q?", WORDING) == "Notes: Second. Best.\n\nQ?"
    assert with_notes([], "Q?", WORDING) == "Q?"


def test_left_out_memories_are_not_injected():
    decisions = [Decision(recalled(1), Form.LEFT_OUT, "", "secret")]
    assert build([], decisions).turns[-1].text == "And now?"


def test_the_head_depends_on_nothing_of_the_turn():
    turns = head("Be brief.", ["Use bullet points."], True, SMALL, WORDING)
    assert turns[0].text == "You help.\nNotes may come.\nBe brief.\nAlways:\n- Use bullet points."
    assert [turn.role for turn in turns[1:]] == [Role.USER, Role.ASSISTANT]
    assert len(head("", [], True, LARGE, WORDING)) == 1


def test_with_memory_off_nothing_speaks_of_it():
    assert head("", [], False, SMALL, WORDING) == (Turn(Role.SYSTEM, "You help."),)


def test_what_fits_is_whole():
    prompt = build(history(5), room=120)
    assert prompt.left_out == 0
    assert len(prompt.turns) == 12


def test_the_oldest_exchanges_go_and_are_counted():
    prompt = build(history(10), room=120)
    assert prompt.left_out > 0
    assert prompt.turns[1].role is Role.USER
    assert len(prompt.turns) + prompt.left_out == 22


def test_the_start_stays_for_several_turns_so_that_the_prefix_stays_cached():
    starts = [build(history(n), room=220).left_out for n in range(10, 30)]
    assert len(set(starts)) < len(starts) / 2
    assert starts == sorted(starts)


@given(st.integers(0, 40), st.integers(-50, 500))
def test_it_keeps_the_room_where_that_is_possible(exchanges, room):
    prompt = build(history(exchanges), room=room)
    kept = len(prompt.turns) - 2
    assert kept + prompt.left_out == 2 * exchanges
    assert 10 * len(prompt.turns) <= room or kept == 0
    assert prompt.turns[-1].text == "And now?"
