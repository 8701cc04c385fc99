"""Recall with an embedder, the index kept in step, and faults of either."""

import shutil

import pytest
from app_values import WordEmbedder, send

from memos_desktop.errors import IndexUnavailableError, VaultError
from memos_desktop.memory.cube import CubeFilter
from memos_desktop.vault.search import PassageSearch

FACTS = ("My cat is called Miso.", "I drive a green Volvo.", "My grandma was born in 1931.")


def add(workspace, *texts):
    return [workspace.library.add(text).result(10) for text in texts]


def recalled(workspace, text, k=3):
    return [item.candidate.text for item in workspace.recall.recall(text, k).result(30).results]


def test_meaning_and_words_together(meaning):
    add(meaning, *FACTS)
    meaning.recall.drain().future.result(60)
    answer = meaning.recall.recall("the birth of grandma").result(30)
    assert answer.results[0].candidate.text == FACTS[2]
    assert {"meaning"} <= {reason.name for reason in answer.results[0].reasons}
    status = meaning.recall.index_state().result(30)
    assert (status.vectors, status.pending, status.state) == (3, 0, "ready")


def test_after_a_restart_nothing_is_embedded_twice(meaning, reopen):
    add(meaning, *FACTS)
    meaning.recall.drain().future.result(60)
    embedder = WordEmbedder()
    again = reopen(embedder)
    assert recalled(again, "green volvo")[0] == FACTS[1]
    assert embedder.texts == ["green volvo"]


def test_an_edited_memory_is_embedded_again(meaning):
    cat, *_ = add(meaning, *FACTS)
    meaning.recall.drain().future.result(60)
    meaning.library.revise(cat.id, text="My parrot is called Kiwi.").result(10)
    meaning.recall.drain().future.result(60)
    assert recalled(meaning, "parrot")[0] == "My parrot is called Kiwi."
    assert meaning.recall.index_state().result(30).vectors == 3


def test_a_missing_index_is_made_again_and_search_works_meanwhile(meaning, reopen, folder):
    add(meaning, *FACTS)
    meaning.recall.drain().future.result(60)
    meaning.close()
    shutil.rmtree(folder.index)
    again = reopen(WordEmbedder())
    assert recalled(again, "green volvo")[0] == FACTS[1]
    again.recall.rebuild_index().future.result(60)
    assert again.recall.index_state().result(30).state == "ready"
    assert recalled(again, "green volvo")[0] == FACTS[1]


def test_a_short_run_makes_a_missing_index_again(meaning, reopen, folder):
    add(meaning, *FACTS)
    meaning.recall.drain().future.result(60)
    meaning.close()
    shutil.rmtree(folder.index)
    folder.index.write_text("a file in the way")
    again = reopen(WordEmbedder())
    assert recalled(again, "green volvo")[0] == FACTS[1]
    again.close()
    assert list(folder.index.rglob("chroma.sqlite3"))
    assert not list(folder.index.glob("*.building"))


def test_a_full_disk_leaves_search(meaning, monkeypatch):
    def full(*_):
        raise VaultError("The disk is full.")

    add(meaning, *FACTS)
    monkeypatch.setattr(PassageSearch, "store_vectors", full)
    with pytest.raises(VaultError):
        meaning.recall.drain().future.result(60)
    assert recalled(meaning, "green volvo")[0] == FACTS[1]
    meaning.close()


def test_without_embedder_keywords_find_and_the_answer_says_so(workspace):
    add(workspace, *FACTS)
    answer = workspace.recall.recall("green Volvo").result(30)
    assert answer.results[0].candidate.text == FACTS[1]
    assert "no embedder" in answer.note
    assert send(workspace, "Which Volvo do I drive?").receipt.notes[0].startswith("Found by keywords only")


def test_an_embedder_that_fails_later_is_survived(reopen):
    embedder = WordEmbedder()
    workspace = reopen(embedder)
    add(workspace, *FACTS)
    workspace.recall.drain().future.result(60)
    embedder.error = IndexUnavailableError("it broke")
    assert recalled(workspace, "green volvo")[0] == FACTS[1]
    with pytest.raises(IndexUnavailableError):
        add(workspace, "More.")
        workspace.recall.drain().future.result(60)


@pytest.mark.parametrize(
    "query",
    ['"', "*", "a*", "NEAR(a b)", "(", "-a", "text:a", "", "the of and", "AND", "NOT a", "^", "\ud800", "\0", "c++"],
)
def test_a_query_is_words_and_no_language(workspace, query):
    add(workspace, "The boat is green.")
    assert recalled(workspace, query) == []
    assert recalled(workspace, f"{query} boat") == ["The boat is green."]


def test_projects_do_not_see_each_other(workspace):
    workspace.library.add("The launch code is heron.", project="boat").result(10)
    assert recalled(workspace, "launch code") == []
    inside = workspace.recall.recall("launch code", project="boat").result(30)
    assert [item.candidate.text for item in inside.results] == ["The launch code is heron."]


def test_import_and_recall_by_reference(workspace, tmp_path):
    file = tmp_path / "turns.jsonl"
    line = '{"chat": "a", "speaker": "Ann", "text": "I adopted a heron.", "time": "2024-05-01T10:00:00", "ref": "r1"}'
    file.write_text(line + "\nnonsense\n" + line + "\n", encoding="utf-8")
    report = workspace.library.import_turns(file).future.result(30)
    assert report.imported == 1
    assert [(skip.line, skip.reason[:7]) for skip in report.skipped] == [(2, "no JSON"), (3, "importe")]
    found = workspace.recall.recall("Who adopted a heron?").result(30).results
    assert [item.candidate.ref for item in found] == ["r1"]
    assert workspace.library.page(CubeFilter(), 0, 10).result(10).total == 0
