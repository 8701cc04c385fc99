"""Words are taken out of messages and receipts, and only those."""

from hypothesis import given
from hypothesis import strategies as st

from memos_desktop.memory.forgetting import (
    FORGOTTEN,
    PIECE,
    Learned,
    Words,
    moved,
    pieces,
    telling_words,
    without,
    written_forms,
)

CAT = "My cat is called Miso."


def test_a_statement_goes_wherever_it_is_quoted_and_a_word_within_another_stays():
    words = Words(frozenset(), [CAT, "tea"])
    assert words.out_of(f"Well: {CAT} And I steam tea.") == f"Well: {FORGOTTEN} And I steam tea."
    assert words.out_of("My cat is called Miso.txt") == "My cat is called Miso.txt"


def out_of_message(words, message_id, text):
    return without(text, words.places_in(message_id, text))


def test_of_a_source_message_the_span_goes_and_of_others_no_short_words():
    words = Words(frozenset(), ["tea"], {"m": [Learned("tea", 7, 10)]})
    assert out_of_message(words, "m", "I like tea, and steam.") == f"I like {FORGOTTEN}, and steam."
    assert out_of_message(words, "other", "I like tea, and steam.") == "I like tea, and steam."


def test_a_source_message_without_a_known_span_goes_whole():
    words = Words(frozenset(), ["Likes cats"], {"m": [Learned("Likes cats")]})
    assert out_of_message(words, "m", "I do like cats a lot!") == FORGOTTEN


def test_after_an_earlier_forgetting_short_words_go_all_the_same():
    """The span is of the message as it was: what was cut out before moved the words."""
    words = Words(frozenset(), ["I'm vegan."], {"m": [Learned("I'm vegan.", 35, 45)]})
    assert out_of_message(words, "m", f"{FORGOTTEN} Nice, right? I'm vegan.") == f"{FORGOTTEN} Nice, right? {FORGOTTEN}"


def test_spans_that_overlap_are_cut_out_of_the_text_as_it_was():
    text = "I live in Lyon. My cat is Nora. I owe Tom 300."
    spans = [(16, 31), (0, 46), (0, 15)]
    learned = [Learned(text[start:end], start, end) for start, end in spans]
    assert out_of_message(Words(frozenset(), [one.text for one in learned], {"m": learned}), "m", text) == FORGOTTEN


def test_of_a_reworded_part_only_what_it_was_learned_from_goes():
    text = "I live in Lyon. My cat is Nora. I owe Tom 300."
    words = Words(frozenset(), ["The cat is black."], {"m": [Learned("The cat is black.", 16, 31)]})
    assert out_of_message(words, "m", text) == f"I live in Lyon. {FORGOTTEN} I owe Tom 300."


def test_a_new_wording_of_what_was_said_takes_nothing_else_along():
    text = "Well: I have a cat. And a dog."
    learned = [Learned("I have a cat.", 6, 19), Learned("I had a cat once.", 6, 19)]
    assert out_of_message(Words(frozenset(), [], {"m": learned}), "m", text) == f"Well: {FORGOTTEN} And a dog."


@given(st.text("ab. ", max_size=30), st.lists(st.tuples(st.integers(0, 30), st.integers(1, 8)), max_size=4))
def test_a_place_that_stays_stands_at_the_same_words_afterwards(text, cuts):
    places = [(start, min(start + length, len(text))) for start, length in cuts if start < len(text)]
    after = without(text, places)
    for place, letter in enumerate(text):
        if not any(start <= place < end for start, end in places):
            assert after[moved(place, places)] == letter


def test_whether_a_message_says_it_now():
    words = Words(frozenset(), [CAT], {"m": [Learned("tea", 0, 3)]})
    assert words.stands_in("other", f"Well: {CAT}") and words.stands_in("m", "More tea?")
    assert not words.stands_in("m", "I steam.") and not words.stands_in("other", "More tea?")


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
    assert written_forms('a "ü"\n') == ('a "ü"\n'.encode(), b'a \\"\xc3\xbc\\"\\n', b'a \\"\\u00fc\\"\\n',
                                         b'a \\\\\\"\xc3\xbc\\\\\\"\\\\n')
    assert written_forms("plain") == (b"plain",)
