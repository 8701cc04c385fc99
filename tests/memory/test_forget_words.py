"""Words are taken out of messages and receipts, and only those."""

from hypothesis import given
from hypothesis import strategies as st

from memos_desktop.memory.forgetting import FORGOTTEN, PIECE, Words, pieces, telling_words, written_forms

CAT = "My cat is called Miso."


def test_a_statement_goes_wherever_it_is_quoted_and_a_word_within_another_stays():
    words = Words(frozenset(), [CAT, "tea"])
    assert words.out_of(f"Well: {CAT} And I steam tea.") == f"Well: {FORGOTTEN} And I steam tea."
    assert words.out_of("My cat is called Miso.txt") == "My cat is called Miso.txt"


def test_of_a_source_message_exactly_the_span_goes():
    words = Words(frozenset(), ["tea"], {"m": [(7, 10)]})
    assert words.out_of_message("m", "I like tea, and steam.") == f"I like {FORGOTTEN}, and steam."
    assert words.out_of_message("other", "I like tea, and steam.") == "I like tea, and steam."


def test_a_source_message_without_a_known_span_goes_whole():
    assert Words(frozenset(), ["Likes cats"], {"m": []}).out_of_message("m", "I do like cats a lot!") == FORGOTTEN


def test_a_receipt_keeps_that_something_was_used_and_loses_what():
    receipt = {
        "call": {"query": CAT, "entities": ["Miso"]},
        "retrieved": [
            {"id": "a", "owner": "cube", "title": "Cat", "text": CAT, "reasons": {"words": {}},
             "source": {"chat_id": "c"}, "score": 1.5, "form": "text", "speaker": "You", "decision": "best"},
            {"id": "b", "owner": "message", "title": "", "text": f"You: {CAT}", "reasons": {}},
        ],
        "injected": [{"id": "a", "owner": "cube", "version": 2, "form": "text", "text": f"- {CAT}", "tokens": 9}],
        "notes": [],
    }  # fmt: skip
    cleaned = Words(frozenset("a"), [CAT]).out_of_receipt(receipt)
    assert CAT not in repr(cleaned) and "Miso" not in repr(cleaned)
    assert cleaned["retrieved"][0]["id"] == "a" and cleaned["retrieved"][0]["score"] == 1.5
    assert cleaned["injected"][0] == {
        "id": "a", "owner": "cube", "version": 2, "form": "text", "text": "", "tokens": 9, "forgotten": True
    }
    assert cleaned["retrieved"][1]["text"] == f"You: {FORGOTTEN}"
    assert receipt["injected"][0]["text"] == f"- {CAT}"


@given(st.text(min_size=1, max_size=3000))
def test_pieces_are_parts_of_the_text_and_fit_a_page(text):
    for piece in pieces(text):
        assert piece in text
        assert len(piece) <= PIECE


def test_pieces_reach_from_the_first_to_the_last_words_of_a_long_text():
    text = " ".join(f"word{number}" for number in range(2000))
    found = pieces(text)
    assert text.startswith(found[0]) and text.endswith(found[-1]) and 5 <= len(found) <= 10


def test_telling_words_are_long_and_mean_something():
    assert telling_words(["Because Zanziquella went yonder with me"]) == ("zanziquella", "yonder")


def test_every_form_in_which_a_file_may_hold_it():
    assert written_forms('a "ü"\n') == ('a "ü"\n'.encode(), b'a \\"\xc3\xbc\\"\\n', b'a \\"\\u00fc\\"\\n')
    assert written_forms("plain") == (b"plain",)
