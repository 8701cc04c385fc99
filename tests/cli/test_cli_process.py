"""What only real processes show: streams, exit statuses, what gets imported, interrupts, batch."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from ran import Verb

IMPORTS = """
import sys
from memos_desktop.cli.main import main
status = main(sys.argv[1:])
heavy = [name for name in ("torch", "chromadb", "llama_cpp", "sentence_transformers", "numpy", "PySide6")
         if name in sys.modules]
print(status, ",".join(heavy), file=sys.stderr)
"""


@pytest.mark.parametrize(
    "words",
    [
        ("cubes", "list"),
        ("cubes", "list", "--filter", "note \"two words\" -grey tag:work project:boat -state:archived"),
        ("filters", "list"),
        ("learned", "list"),
        ("journal",),
        ("chats", "list"),
        ("status",),
        ("add", "Note"),
        ("kv", "list"),
        ("kv", "verify"),
        ("scheduler", "list"),
    ],
)
def test_light_verbs_import_nothing_heavy(tmp_path: Path, words: tuple[str, ...]) -> None:
    command = [sys.executable, "-c", IMPORTS, "--data-dir", str(tmp_path), *words, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    status, heavy = done.stderr.splitlines()[-1].split(" ")
    assert (status, heavy) == ("0", "")
    json.loads(done.stdout)


def test_a_preview_loads_no_model(process: Verb, tmp_path: Path) -> None:
    cube = process("add", "A long note. " * 100, "--type", "document", "--json").document["id"]
    words = ("cubes", "migrate", cube, "--to", "activation", "--preview", "--json")
    command = [sys.executable, "-c", IMPORTS, "--data-dir", str(tmp_path / "data"), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert done.stderr.splitlines()[-1] == "0 "
    assert json.loads(done.stdout)["possible"]


def test_exit_statuses_and_streams(process: Verb) -> None:
    usage = process("cubes", "--json")
    assert (usage.status, usage.document["error"]["kind"]) == (2, "usage")
    assert "usage: memos-desktop" in usage.err
    failed = process("cubes", "show", "nothing-like-this", "--json")
    assert failed.status == 1
    assert failed.document["error"]["kind"] == "not_found"
    helped = process("--help")
    assert helped.status == 0
    assert "import-turns" in helped.out


def test_two_processes_share_no_data_folder(process: Verb, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "memos_desktop", "--data-dir", str(tmp_path / "data"), "batch"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdin
        assert holder.stdout
        holder.stdin.write('["cubes", "list"]\n')
        holder.stdin.flush()
        assert json.loads(holder.stdout.readline())["total"] == 0
        refused = process("cubes", "list", "--json")
        assert refused.status == 1
        assert refused.document["error"]["kind"] == "vault"
        assert str(holder.pid) in refused.document["error"]["message"]
        holder.stdin.close()
        assert holder.wait(30) == 0
    assert process("cubes", "list", "--json").status == 0


def test_batch_answers_each_line_and_goes_on_after_a_failure(process: Verb) -> None:
    lines = [
        '["add", "The bicycle is in the cellar."]',
        "not json",
        '{"verb": "add"}',
        '["cubes", "show", "nothing-like-this"]',
        '["chat"]',
        '["--help"]',
        '["batch"]',
        '["cubes", "list", "--json"]',
        "",
        '["undo"]',
    ]
    ran = process("batch", given="\n".join(lines))
    answers = [json.loads(line) for line in ran.out.splitlines()]
    assert ran.status == 0
    assert [answer.get("error", {}).get("kind", "fine") for answer in answers] == [
        "fine", "usage", "usage", "not_found", "usage", "usage", "usage", "fine", "fine",
    ]  # fmt: skip
    assert answers[7]["total"] == 1


def _listen_to_interrupts() -> None:
    """What a shell starts in the background ignores interrupts, and so does all that it starts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.skipif(os.name == "nt", reason="SIGINT is of POSIX")
def test_an_interrupt_ends_with_130(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "memos_desktop", "--data-dir", str(tmp_path / "data"), "batch"]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=_listen_to_interrupts,
    ) as running:
        assert running.stdin
        assert running.stdout
        running.stdin.write('["add", "Kept."]\n')
        running.stdin.flush()
        assert json.loads(running.stdout.readline())["version"] == 1
        running.send_signal(signal.SIGINT)
        assert running.wait(30) == 130
        assert running.stderr
        assert "Interrupted" in running.stderr.read()


def test_recall_finds_by_meaning_in_a_real_process(process: Verb, tmp_path: Path) -> None:
    process("add", "My cat is called Miso.", "--json")
    process("add", "The bus to the airport leaves at eight.", "--json")
    one = process("recall", "What is the name of my pet?", "-k", "2", "--json").document
    assert one["results"][0]["text"].startswith("My cat is called Miso")
    assert {"id", "ref", "text", "score", "reasons", "source", "time"} <= set(one["results"][0])
    assert one["call"]["query"]
    assert one["ms"] > 0
    queries = tmp_path / "queries.jsonl"
    queries.write_text('{"query": "airport"}\n{"query": "cat"}\n')
    several = process("recall", "--queries", str(queries), "-k", "1", "--json")
    answers = [json.loads(line) for line in several.out.splitlines()]
    assert [answer["query"] for answer in answers] == ["airport", "cat"]
    assert ["bus" in answers[0]["results"][0]["text"], "Miso" in answers[1]["results"][0]["text"]] == [
        True,
        True,
    ]


def test_the_starter_remembers_across_processes(process: Verb) -> None:
    told = process("chat", "--message", "My cat is called Miso.", "--temperature", "0", "--json")
    assert told.status == 0, told.err
    asked = process("chat", "--message", "What is the name of my cat?", "--temperature", "0", "--json").document
    assert asked["chat"] != told.document["chat"]
    assert "Miso" in asked["reply"]
    assert any("Miso" in memory["text"] for memory in asked["receipt"]["injected"])
    assert asked["stats"]["backend"] == "llama.cpp"
