"""The documents and questions in `tests/data`: they belong together, and every answer can be read in its document."""

import json
import re
from collections import Counter
from pathlib import Path

DATA = Path(__file__).resolve().parents[1] / "data"


def read(name):
    return [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines()]


DOCUMENTS = read("documents.jsonl")
QUESTIONS = read("document_questions.jsonl")
TEXTS = {document["id"]: document["text"] for document in DOCUMENTS}


def test_there_are_twelve_documents_with_their_own_id_and_title():
    assert len(DOCUMENTS) == len(TEXTS) == 12
    assert all(set(document) == {"id", "title", "text"} for document in DOCUMENTS)
    assert len({document["title"] for document in DOCUMENTS}) == 12


def test_there_are_five_questions_for_every_document():
    assert len(QUESTIONS) == 60
    assert all(set(question) == {"document", "question", "answer", "accept"} for question in QUESTIONS)
    assert Counter(question["document"] for question in QUESTIONS) == dict.fromkeys(TEXTS, 5)


def test_no_question_is_asked_twice():
    assert len({question["question"] for question in QUESTIONS}) == 60


def test_every_text_is_long_enough_and_plain():
    for name, text in TEXTS.items():
        assert 450 <= len(text.split()) <= 650, name
        assert text.isascii() and text == text.strip(), name


def test_every_answer_is_short_and_stands_once_in_its_document_only():
    for question in QUESTIONS:
        answer = question["answer"]
        assert 1 <= len(answer.split()) <= 6, question
        assert answer in TEXTS[question["document"]]
        whole = re.compile(rf"\b{re.escape(answer)}\b")
        found = Counter({name: len(whole.findall(text)) for name, text in TEXTS.items()})
        assert found == Counter({question["document"]: 1}), question


def test_other_wordings_are_few_and_differ_from_the_answer():
    for question in QUESTIONS:
        wordings = [question["answer"], *question["accept"]]
        assert 1 <= len(wordings) <= 4 and all(wordings), question
        assert len(set(wordings)) == len(wordings), question


def test_the_answers_of_a_document_are_spread_from_beginning_to_end():
    for name, text in TEXTS.items():
        places = [text.index(question["answer"]) / len(text) for question in QUESTIONS if question["document"] == name]
        assert min(places) < 0.25, name
        assert any(0.3 < place < 0.7 for place in places), name
        assert max(places) > 0.75, name
