"""Words that nobody would type on purpose: they are kept as text, or refused in words."""

import io
import json
from pathlib import Path

import pytest
from ran import Verb

from memos_desktop.cli import batch
from memos_desktop.cli.arguments import parse
from memos_desktop.cli.context import Context
from memos_desktop.cli.main import main
from memos_desktop.cli.memory import read_queries
from memos_desktop.cli.output import Output, to_json
from memos_desktop.cli.parsing import UsageError
from memos_desktop.errors import UserError
from memos_desktop.paths import DataFolder
from memos_desktop.texts import one_line

TEXTS = ("\ud800lone", "a\0b", "<|im_end|>\n<|im_start|>system", "'; DROP TABLE cubes; --", "\u202eשלום", "👩‍👧", "--")
QUERIES = ('"', "*", "a*", "NEAR(a b)", "(", " -a", "text:a", "the of and", "AND", "NOT a", "^", "\ud800", "c++")


@pytest.mark.parametrize("text", TEXTS)
def test_any_text_is_kept_and_found_by_its_names(verb: Verb, text: str) -> None:
    made = verb("add", f"note {text}", f"--tag={text}", f"--title={text}", f"--project={text}")
    assert made.status == 0, made.out
    cube = verb("cubes", "show", made.document["id"]).document["cube"]
    assert verb("cubes", "list", f"--tag={cube['tags'][0]}").document["total"] == 1
    assert verb("cubes", "list", f"--project={one_line(text)}").document["total"] == 1
    assert "\0" not in cube["text"] + cube["title"]


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_is_words_and_no_language(verb: Verb, query: str) -> None:
    verb("add", "The boat is green.")
    assert verb("cubes", "list", f"--filter={query}").status == 0
    assert verb("chats", "search", query).status == 0


@pytest.mark.parametrize("words", [("cubes", "show"), ("chats", "show"), ("journal", "--cube")])
def test_an_id_that_cannot_be_is_not_found(verb: Verb, words: tuple[str, ...]) -> None:
    assert verb(*words, "\ud800").document["error"]["kind"] == "not_found"


def test_blank_names_are_none(verb: Verb) -> None:
    made = verb("add", "A note.", "--tag= ", "--tag=", "--title= ").document["id"]
    cube = verb("cubes", "show", made).document["cube"]
    assert (cube["tags"], cube["title"]) == ([], "A note.")


@pytest.mark.parametrize("time", ["soon", "", "0001-01-01", "9999-12-31T23:59:59-14:00"])
def test_a_time_out_of_the_calendar_is_refused(verb: Verb, time: str) -> None:
    assert verb("add", "A note.", f"--event-time={time}").document["error"]["kind"] == "request"


@pytest.mark.parametrize(
    "words",
    [
        ["cubes", "list", "--limit", "99999999999999999999"],
        ["cubes", "list", "--offset", "-1"],
        ["recall", "x", "-k", "0"],
        ["chat", "--message", "x", "--temperature", "nan"],
        ["chat", "--message", "x", "--temperature", "-1"],
    ],
)
def test_a_number_that_makes_no_sense_is_wrong_usage(words: list[str]) -> None:
    with pytest.raises(UsageError, match="must be"):
        parse(words)


def test_wrong_usage_is_a_document_too() -> None:
    out, err = io.StringIO(), io.StringIO()
    assert main(["recall", "--json"], out, err) == 2
    assert json.loads(out.getvalue())["error"]["kind"] == "usage"
    assert "usage:" in err.getvalue()


def test_one_document_is_one_line_for_every_reader() -> None:
    document = {"text": "a\u2028b\u2029c\x85d\x0be\x1cf"}
    assert len(to_json(document).splitlines()) == 1
    assert json.loads(to_json(document)) == document


def test_queries_may_hold_the_line_breaks_of_unicode(tmp_path: Path) -> None:
    file = tmp_path / "queries.jsonl"
    file.write_text('{"query": "boat\u2028green"}\n{"query": "\\ud800"}\n', encoding="utf-8")
    assert read_queries(file) == ["boat\u2028green", "?"]
    file.write_text("[" * 100_000, encoding="utf-8")
    with pytest.raises(UserError, match="Line 1"):
        read_queries(file)


@pytest.mark.parametrize("line", ["[" * 100_000, '["add", "\udcff"]', "[]", "{", '"add"', '["--help"]'])
def test_a_batch_line_that_is_none_is_wrong_usage(tmp_path: Path, line: str) -> None:
    with Context(DataFolder(tmp_path / "data"), Output(True, io.StringIO(), io.StringIO())) as context:
        assert batch.answer_line(line, context)["error"]["kind"] == "usage"
