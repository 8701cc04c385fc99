"""Kept states that are damaged, foreign or of another model: never a crash, and the same answer as without them."""

import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import tiny_models
from kv_help import FIRST, SECOND, add_long, kept, let_attach, say, states
from ran import Verb

STOPS = Path(__file__).with_name("chat_that_stops.py")
Fault = Callable[[list[Path]], None]


def flip(at: int) -> Fault:
    """Turns one bit of each file over; a position below 0 counts from the end."""

    def fault(files: list[Path]) -> None:
        for path in files:
            content = bytearray(path.read_bytes())
            content[at] ^= 1
            path.write_bytes(content)

    return fault


def truncate(files: list[Path]) -> None:
    for path in files:
        path.write_bytes(path.read_bytes()[:-100])


def empty(files: list[Path]) -> None:
    for path in files:
        path.write_bytes(b"")


def foreign(files: list[Path]) -> None:
    for path in files:
        path.write_bytes(b"GGUF, or anything else" * 1000)


def swap(files: list[Path]) -> None:
    contents = [path.read_bytes() for path in files]
    for path, content in zip(files, [*contents[1:], contents[0]], strict=True):
        path.write_bytes(content)


def rename(files: list[Path]) -> None:
    for path in files:
        path.rename(path.with_name("f" * 64 + ".kv" if path == files[0] else f"my {path.name}"))


def folders(files: list[Path]) -> None:
    for path in files:
        path.unlink()
        path.mkdir()


FAULTS: dict[str, Fault] = {
    "flipped payload": flip(-1), "flipped header": flip(40), "truncated": truncate, "empty": empty,
    "foreign": foreign, "swapped": swap, "renamed": rename, "folders": folders,
}  # fmt: skip


def without_states(verb: Verb, folder: Path, *words: str, chat: str) -> str:
    """The greedy answer of the same chat in a copy of the data folder where nothing is kept."""
    copy = folder.with_name("copy")
    shutil.copytree(folder, copy)
    assert verb("kv", "prune", "--all", "--data-dir", str(copy)).document["bytes"] == 0
    answer = say(verb, SECOND, *words, "--data-dir", str(copy), chat=chat)
    assert answer["stats"]["kv"]["tier"] == "none"
    return answer["reply"]


@pytest.mark.parametrize("name", FAULTS)
def test_a_damaged_state_changes_no_answer(keeping: Verb, tmp_path: Path, name: str) -> None:
    folder = tmp_path / "data"
    chat = say(keeping, FIRST)["chat"]
    wanted = without_states(keeping, folder, chat=chat)
    FAULTS[name](states(folder))
    report = keeping("kv", "verify").document
    assert not report["ok"]
    assert len(report["damaged"]) == report["checked"] > 0
    assert all(one["reason"] for one in report["damaged"])
    answer = say(keeping, SECOND, chat=chat)
    assert answer["reply"] == wanted
    assert answer["stats"]["kv"]["restored_tokens"] == 0
    assert keeping("chats", "show", chat).status == 0
    assert keeping("kv", "prune").status == 0
    if name == "folders":  # nothing but files is ever removed
        assert kept(keeping)["states"]
        return
    assert {one["problem"] for one in kept(keeping)["states"]} == {""}
    assert say(keeping, "More?", chat=chat)["stats"]["kv"]["tier"] == "exact", "it was kept again"


def test_a_flipped_bit_is_named_in_the_answer(keeping: Verb, tmp_path: Path) -> None:
    chat = say(keeping, FIRST)["chat"]
    wanted = without_states(keeping, tmp_path / "data", chat=chat)
    flip(-1)(states(tmp_path / "data"))
    answer = say(keeping, SECOND, chat=chat)
    assert answer["reply"] == wanted
    assert any("checksum" in reason for reason in answer["stats"]["kv"]["refused"])


def test_a_flipped_bit_in_an_attached_memory_changes_no_answer(keeping: Verb, tmp_path: Path) -> None:
    cube = add_long(keeping)
    keeping("cubes", "migrate", cube, "--to", "activation")
    let_attach(tmp_path / "data")
    chat = say(keeping, FIRST)["chat"]
    wanted = without_states(keeping, tmp_path / "data", "--attach", cube, chat=chat)
    flip(-1)(states(tmp_path / "data"))
    answer = say(keeping, SECOND, "--attach", cube, chat=chat)
    assert answer["reply"] == wanted
    assert [one["form"] for one in answer["receipt"]["injected"]] == ["text"]
    assert any("checksum" in reason for reason in answer["stats"]["kv"]["refused"])


def test_another_model_of_the_same_shape_and_name_is_noticed(keeping: Verb, tmp_path: Path, tiny_model: Path) -> None:
    chat = say(keeping, FIRST)["chat"]
    tiny_models.dense_twin(tiny_model)
    wanted = without_states(keeping, tmp_path / "data", chat=chat)
    answer = say(keeping, SECOND, chat=chat)
    assert answer["reply"] == wanted
    assert answer["stats"]["kv"]["tier"] == "none"
    assert any("another model file" in reason for reason in answer["stats"]["kv"]["refused"])
    again = say(keeping, "More?", chat=chat)
    assert (again["stats"]["kv"]["tier"], again["stats"]["kv"]["refused"]) == ("exact", [])


@pytest.mark.parametrize("kind", ["recurrent", "hybrid", "sliding", "mrope", "yarn"])
def test_models_that_keep_their_state_otherwise_restore_exactly_too(
    verb: Verb, tmp_path: Path, kind: str
) -> None:
    verb("models", "use", str(tiny_models.KINDS[kind](tmp_path / "tiny.gguf")))
    chat = say(verb, FIRST)["chat"]
    wanted = without_states(verb, tmp_path / "data", chat=chat)
    answer = say(verb, SECOND, chat=chat)
    assert answer["reply"] == wanted
    assert answer["stats"]["kv"]["tier"] == "exact"


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is of POSIX")
def test_a_process_killed_while_it_saves_loses_nothing(process: Verb, tmp_path: Path, tiny_model: Path) -> None:
    folder = tmp_path / "data"
    process("models", "use", str(tiny_model), "--json")
    words = ("--memory", "off", "--temperature", "0", "--max-tokens", "24", "--json")
    command = [sys.executable, str(STOPS), "--data-dir", str(folder), "chat", "--message", FIRST, *words]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as saving:
        assert saving.stderr
        assert any(line == "saving\n" for line in saving.stderr)
        saving.send_signal(signal.SIGKILL)
        assert saving.wait(30) == -signal.SIGKILL
    assert list((folder / "states").iterdir()), "the half of a state"
    (chat,) = process("chats", "list", "--json").document["chats"]
    assert process("check", "--json").document["ok"]
    assert process("kv", "verify", "--json").document == {"checked": 0, "damaged": [], "bytes": 0, "ok": True}
    shown = process("chats", "show", chat["id"], "--json").document["messages"]
    assert [one["finish"] for one in shown] == ["stop", "length"], "the answer was saved before"
    wanted = without_states(process_json(process), folder, chat=chat["id"])
    answer = process("chat", "--chat", chat["id"], "--message", SECOND, *words).document
    assert answer["reply"] == wanted
    later = process("chat", "--chat", chat["id"], "--message", "More?", *words).document
    assert later["stats"]["kv"]["tier"] == "exact"
    assert {path.suffix for path in (folder / "states").iterdir()} == {".kv"}


def process_json(process: Verb) -> Verb:
    """Real processes that answer in JSON."""
    return lambda *words: process(*words, "--json")
