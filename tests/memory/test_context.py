"""The prompt of one turn."""

from hypothesis import given
from hypothesis import strategies as st
from memory_values import NOW, recalled

from memos_desktop.memory.call import Decision, Form
from memos_desktop.memory.context import Document, Turn, Wording, assemble, head, with_notes
from memos_desktop.memory.message import Message, Role
from memos_desktop.memory.scheduler import capacity_of

EXAMPLE = (("My dog is Rex.",), "Who is my dog?", "Rex.")
WORDING = Wording("You help.", "Notes may come.", "Always:", "Notes:", (EXAMPLE,), "Document “{title}”:\n{text}\n\n")
SMALL, LARGE = capacity_of(135_000_000), capacity_of(8_000_000_000)


def message(number, role, text):
    return Message(f"m{number}", "chat", None, role, "", text, NOW)


def history(exchanges):
    return [
        turn
        for n in range(exchanges)
        for turn in (message(2 * n, Role.USER, f"q{n}"), message(2 * n + 1, Role.ASSISTANT, f"a{n}"))
    ]


def build(past, decisions=(), text="And now?", room=1000, **documents):
    prefix = [Turn(Role.SYSTEM, "s")]
    return assemble(prefix, past, decisions, text, WORDING, cost, room, **documents)


def cost(turn):
    return 10 + sum(len(document.text) for document in turn.documents)


def document(number, text="Tide tables."):
    return Document(f"c{number}", f"Note {number}", text)


def decision(number, form, text="I live in Lisbon."):
    return Decision(recalled(number, title=f"Note {number}"), form, "", text)


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


def test_a_document_is_written_the_same_wherever_it_stands():
    assert document(1, "High at noon.\n\n").written(WORDING) == "Document “Note 1”:\nHigh at noon.\n\n"
    assert document(1, "{title} {0} %s").written(WORDING) == "Document “Note 1”:\n{title} {0} %s\n\n"


def test_a_recalled_memory_that_is_ready_stands_as_a_document():
    last = build([], [decision(1, Form.KV, "All of it."), decision(2, Form.TEXT)]).turns[-1]
    assert last.documents == (document(1, "All of it."),)
    assert last.text == "Notes: I live in Lisbon.\n\nAnd now?"


def test_attached_documents_come_first_and_in_their_order():
    decisions = [decision(n, Form.KV, "Tide tables.") for n in (4, 2, 3, 1)]
    last = build([], decisions, new=(document(3), document(1))).turns[-1]
    assert last.documents == (document(3), document(1), document(4), document(2))


def test_what_stands_as_a_document_is_not_repeated_as_a_note():
    last = build([], [decision(1, Form.TEXT), decision(2, Form.KV)], new=(document(1), document(2))).turns[-1]
    assert (last.text, last.documents) == ("And now?", (document(1), document(2)))


def test_an_attached_document_that_was_left_out_does_not_stand_there():
    assert build([], [decision(1, Form.LEFT_OUT)], new=(document(1),)).turns[-1].documents == ()


def test_documents_of_earlier_messages_stand_where_they_were_attached():
    turns = build(history(2), documents={"m2": (document(1),)}).turns
    assert [len(turn.documents) for turn in turns] == [0, 0, 0, 1, 0, 0]


def test_a_message_of_documents_alone_is_kept():
    past = [message(0, Role.USER, ""), message(1, Role.ASSISTANT, "a")]
    assert build(past, documents={"m0": (document(1),)}).turns[1] == Turn(Role.USER, "", (document(1),))
    assert [turn.text for turn in build(past).turns] == ["s", "a", "And now?"]


def test_a_recalled_document_that_the_chat_still_holds_is_not_read_again():
    again, other = decision(1, Form.KV, "Tide tables."), decision(2, Form.KV, "Tide tables.")
    earlier = {"m0": (document(1),)}
    assert build(history(1), [again, other], documents=earlier).turns[-1].documents == (document(2),)
    assert build(history(1), [again], documents=earlier, new=(document(1),)).turns[-1].documents == (document(1),)


def test_once_the_chat_has_lost_it_a_recalled_document_is_read_again():
    prompt = build(history(5), [decision(1, Form.KV, "Tide tables.")], room=120, documents={"m0": (document(1),)})
    assert prompt.left_out > 0
    assert [turn.documents for turn in prompt.turns if turn.documents] == [(document(1),)]
    assert prompt.turns[-1].documents == (document(1),)


def test_documents_are_counted_and_go_with_their_message():
    large = {"m0": (document(1, "x" * 60),)}
    assert build(history(5), room=120).left_out == 0
    prompt = build(history(5), room=120, documents=large)
    assert prompt.left_out > 0
    assert not any(turn.documents for turn in prompt.turns)
    assert build(history(5), room=120, new=(document(1, "x" * 60),)).left_out > 0


@given(st.integers(0, 40), st.integers(-50, 500))
def test_it_keeps_the_room_where_that_is_possible(exchanges, room):
    prompt = build(history(exchanges), room=room)
    kept = len(prompt.turns) - 2
    assert kept + prompt.left_out == 2 * exchanges
    assert 10 * len(prompt.turns) <= room or kept == 0
    assert prompt.turns[-1].text == "And now?"


@given(
    st.integers(0, 20),
    st.integers(0, 400),
    st.dictionaries(st.integers(0, 19).map(lambda n: f"m{2 * n}"), st.integers(1, 6).map(lambda n: (document(n),))),
    st.lists(st.integers(1, 6), unique=True),
    st.lists(st.tuples(st.integers(1, 6), st.sampled_from(Form)), unique_by=lambda pair: pair[0]),
)
def test_with_documents_too_it_keeps_the_room_and_says_everything_once(exchanges, room, earlier, new, chosen):
    decisions = [decision(n, form, f"note {n}.") for n, form in chosen]
    prompt = build(history(exchanges), decisions, room=room, documents=earlier, new=tuple(map(document, new)))
    kept = prompt.turns[1:-1]
    assert sum(map(cost, prompt.turns)) <= room or not kept
    assert len(kept) + prompt.left_out == 2 * exchanges
    forms = {f"c{n}": form for n, form in chosen}
    last = [d.cube_id for d in prompt.turns[-1].documents]
    attached = [f"c{n}" for n in new if forms.get(f"c{n}") is not Form.LEFT_OUT]
    assert last[: len(attached)] == attached
    assert len(set(last)) == len(last)
    standing = {d.cube_id for turn in kept for d in turn.documents} | set(last)
    for id, form in forms.items():
        noted = f"note {id[1:]}." in prompt.turns[-1].text
        assert noted == (form is Form.TEXT and id not in attached)
        assert id in standing or form is not Form.KV
        assert id not in last or form is not Form.LEFT_OUT
