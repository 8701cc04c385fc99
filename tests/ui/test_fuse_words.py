"""Marks and choices of the fuse preview, as plain text."""

from memos_desktop.memory.operators.conflicts import find_conflicts
from memos_desktop.memory.word_diff import Change, DiffPiece, word_diff
from memos_desktop.ui.cubes.fuse.choose import choices, settle, settled
from memos_desktop.ui.cubes.fuse.marks import Conflicting, marked_html, said
from memos_desktop.ui.tokens import LIGHT

OLD = "The insurance costs 240 euros a year."
NEW = "The insurance costs 260 euros a year."
RUNS = "It runs until March."


def test_what_is_lost_is_struck_out_and_what_is_new_underlined() -> None:
    html = marked_html(word_diff("Ana lives in Faro.", "Ana lives in Porto."), (), LIGHT)
    assert "line-through" in html and "Faro." in html
    assert "underline" in html and "Porto." in html


def test_a_conflict_has_a_number_even_where_its_words_are_lost() -> None:
    start = OLD.index("240")
    html = marked_html(word_diff(OLD, NEW), (Conflicting(start, start + 3, 7),), LIGHT)
    assert ">240</span><sup" in html and ">7</sup>" in html
    assert html.count("240") == 1


def test_html_in_a_memory_stays_text() -> None:
    html = marked_html((DiffPiece(Change.SAME, "<b>bold</b>\n& more"),), (), LIGHT)
    assert html == "&lt;b&gt;bold&lt;/b&gt;<br>&amp; more"


def test_long_runs_are_counted() -> None:
    html = marked_html((DiffPiece(Change.SAME, "word " * 400),), (), LIGHT)
    assert "340 words" in html and len(html) < 600


def test_what_changes_is_said() -> None:
    assert said(word_diff("Ana lives in Faro.", "Ana lives in Porto.")) == "left out: Faro.; added: Porto."
    assert said(word_diff("Same.", "Same.")) == "kept whole"


def test_a_word_that_only_moved_behind_what_is_new_is_kept() -> None:
    pieces = word_diff("Prune the roses.", "Sow the beans.\n\nPrune the roses.")
    assert pieces[0] == DiffPiece(Change.REMOVED, "Prune")
    html = marked_html(pieces, (Conflicting(0, 5, 3),), LIGHT)
    assert "line-through" not in html and html.count("Prune") == 1 and "Sow the beans." in html
    assert ">Prune</span><sup" in html
    assert said(pieces) == "added: Sow the beans."
    other = word_diff("Prune the roses.", "I never prune the roses.")
    assert "line-through" in marked_html(other, (), LIGHT)


def test_a_decision_takes_the_other_sentence_out() -> None:
    (conflict,) = find_conflicts([OLD, NEW])
    assert [choice.said for choice in choices(conflict, [OLD, NEW])] == ["240", "260"]
    text = f"{NEW} {OLD} {RUNS}"
    assert settle(text, conflict, [OLD, NEW], 1) == f"{NEW} {RUNS}"
    assert settle(text, conflict, [OLD, NEW], 0) == f"{OLD} {RUNS}"
    assert settled(f"{NEW} {RUNS}", conflict, [OLD, NEW], 1)
    assert not settled(text, conflict, [OLD, NEW], 1)


def test_a_decision_is_put_in_place_where_its_sentence_is_missing() -> None:
    (conflict,) = find_conflicts([OLD, NEW])
    assert settle(f"First. {OLD} {RUNS}", conflict, [OLD, NEW], 1) == f"First. {NEW} {RUNS}"


def test_a_sentence_that_was_rewritten_only_changes_its_value() -> None:
    (conflict,) = find_conflicts([OLD, NEW])
    assert settle("It is 240 euros now.", conflict, [OLD, NEW], 1) == "It is 260 euros now."
    assert settle("It is 2400 euros now.", conflict, [OLD, NEW], 1) == "It is 2400 euros now."


def test_yes_or_no_is_decided_by_the_sentence() -> None:
    texts = ["Ana eats fish.", "Ana does not eat fish."]
    conflict = next(one for one in find_conflicts(texts) if one.kind == "negation")
    found = choices(conflict, texts)
    assert [choice.said for choice in found] == texts
    assert settle(" ".join(texts), conflict, texts, 1) == texts[1]


def test_a_full_stop_that_was_added_goes_too() -> None:
    texts = ["The insurance costs 240 euros a year", NEW]
    (conflict,) = find_conflicts(texts)
    assert settle(f"{NEW} {texts[0]}. {RUNS}", conflict, texts, 1) == f"{NEW} {RUNS}"


def test_three_that_say_two_things_are_two_choices() -> None:
    texts = [OLD, NEW, f"{OLD} {RUNS}"]
    (conflict,) = find_conflicts(texts)
    assert [choice.said for choice in choices(conflict, texts)] == ["240", "260"]
    assert "240" not in settle(" ".join(texts), conflict, texts, 1)
