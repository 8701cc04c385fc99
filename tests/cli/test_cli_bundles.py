"""`export`, `import`, `verify` on the command line."""

import json
import sys
from pathlib import Path

import pytest
from ran import Verb

sys.path.append(str(Path(__file__).resolve().parents[1] / "vault"))  # for the makers of bundles

from hostile_bundles import KINDS


@pytest.fixture
def target(tmp_path: Path) -> str:
    """Where the bundle goes."""
    return str(tmp_path / "memories.memcube")


def add(verb: Verb, *texts: str) -> list[str]:
    """Write memories down; their ids."""
    return [verb("add", text).document["id"] for text in texts]


def test_out_and_in_again(verb: Verb, target: str) -> None:
    boat, house = add(verb, "The boat is called Lima.", "The house is blue.")
    out = verb("export", target)
    assert out.status == 0
    assert {"cubes", "blobs", "bytes", "skipped", "conflicts"} <= out.document.keys()
    assert (out.document["cubes"], out.document["skipped"]) == (2, [])
    checked = verb("verify", target).document
    assert (checked["ok"], checked["cubes"], checked["blobs"], checked["conflicts"]) == (True, 2, 0, [])
    verb("cubes", "edit", boat, "--text", "The boat is called Nora.")
    preview = verb("import", target, "--preview").document
    assert (preview["cubes"], preview["new"], preview["same"]) == (2, 0, 1)
    [conflict] = preview["conflicts"]
    assert (conflict["id"], conflict["why"]) == (boat, "here it has newer versions")
    assert {"change": "removed", "text": " Nora."} in conflict["diff"]
    both = verb("import", target, "--on-conflict", "both").document
    assert (both["cubes"], both["copied"], both["same"], both["conflicts"]) == (1, 1, 1, [])
    assert verb("import", target, "--on-conflict", "both").document["step_id"] is None
    verb("undo")
    replaced = verb("import", target, "--on-conflict", "replace").document
    assert (replaced["cubes"], replaced["replaced"]) == (1, 1)
    assert verb("cubes", "show", boat).document["cube"]["text"] == "The boat is called Lima."
    assert verb("cubes", "show", house).status == 0


def test_a_selection(verb: Verb, target: str) -> None:
    boat, _ = add(verb, "The boat is called Lima.", "The house is blue.")
    assert verb("export", target, "--cubes", boat[:12]).document["cubes"] == 1
    assert verb("export", target, "--filter", "house").document["cubes"] == 1
    assert verb("export", target, "--all").document["cubes"] == 2
    missing = verb("export", target, "--cubes", "nobody00")
    assert (missing.status, missing.document["error"]["kind"]) == (1, "not_found")
    assert verb("verify", target).document["cubes"] == 2  # the file is as it was


def test_redacted(verb: Verb, target: str) -> None:
    add(verb, "My sister Nora has the number +351 912 345 678.")
    out = verb("export", target, "--redact")
    assert out.document["redacted"] == {"names": 2, "phone numbers": 2}
    assert "look at the file" in out.err
    assert b"Nora" not in Path(target).read_bytes()
    assert verb("verify", target).document["redacted"] is True


def test_for_people(verb: Verb, target: str) -> None:
    [boat] = add(verb, "The boat is called Lima.")
    assert f"1 memory exported to {target}" in verb("export", target, as_json=False).out
    assert "memories.memcube is sound: 1 memory, 1 versions" in verb("verify", target, as_json=False).out
    verb("cubes", "edit", boat, "--text", "The boat is called Nora.")
    shown = verb("import", target, "--preview", as_json=False).out
    assert "0 new, 0 the same, 1 others; nothing was changed" in shown
    assert "here it has newer versions (-Nora. +Lima.)" in shown
    assert "1 kept as they are here" in verb("import", target, as_json=False).out


@pytest.mark.parametrize(
    "words",
    [
        ("export",),
        ("export", "x.memcube", "--with", "pictures"),
        ("export", "x.memcube", "--all", "--filter", "x"),
        ("import", "x.memcube", "--on-conflict", "ask"),
        ("verify",),
    ],
)
def test_wrong_usage(verb: Verb, words: tuple[str, ...]) -> None:
    assert verb(*words).status == 2


HOSTILE = ("path_traversal", "bomb", "wrong_hash", "later_format", "pickle", "truncated", "pipe")


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files(verb: Verb, tmp_path: Path, name: str) -> None:
    make, _ = KINDS[name]
    path = make(tmp_path / "hostile.memcube")
    for words in (("verify", str(path)), ("import", str(path)), ("import", str(path), "--preview")):
        ran = verb(*words)
        assert ran.status == 1
        error = ran.document["error"]
        assert (error["kind"], error["message"][-20:]) == ("bundle", "Nothing was changed.")
    assert verb("cubes", "list").document["total"] == 0


def test_verify_does_not_open_the_data_folder(verb: Verb, process: Verb, tmp_path: Path, target: str) -> None:
    add(verb, "x")
    verb("export", target)
    ran = process("--data-dir", str(tmp_path / "not there"), "verify", target, "--json")
    assert ran.document["ok"] and not (tmp_path / "not there").exists()


LOADED = """
import json, sys
from memos_desktop.cli.main import main
status = main(sys.argv[1:])
print(json.dumps([status, sorted({"torch", "chromadb", "llama_cpp", "PySide6"} & sys.modules.keys())]))
"""


def test_nothing_heavy_is_loaded(verb: Verb, tmp_path: Path, target: str) -> None:
    import subprocess

    add(verb, "The boat is called Lima.")
    for words in (
        ("export", target, "--with", "kv,adapters"),
        ("import", target),
        ("import", target, "--preview"),
        ("verify", target),
    ):
        command = [sys.executable, "-c", LOADED, "--data-dir", str(tmp_path / "data"), *words, "--json"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
        assert json.loads(done.stdout.splitlines()[-1]) == [0, []]
