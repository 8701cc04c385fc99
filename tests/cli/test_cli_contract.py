"""What scripts rely on: the fields of what each verb of the memory browser answers, previews and refusals included."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ran import Ran

from memos_desktop.app import workspace
from memos_desktop.app.indexing import MissingEmbedder
from memos_desktop.cli.context import Context
from memos_desktop.cli.main import main
from memos_desktop.errors import IndexUnavailableError

HEADER = {"id", "title", "kind", "state", "frozen", "pinned", "tags", "uses", "heat", "created", "version", "bytes"}
CHANGES = {"changes": {"cubes", "step_id", "label", "left"}}
FUSED = {"id": str, "parents": [str], "conflicts": [{"kind", "words", "values"}], "text": str}
SPLIT = {"id": str, "parents": list, "parts": [{"id", "text"}], "conflicts": list, "text": str}
STEP = {"step": {"id", "label", "action", "cubes"}}
SNAPSHOTS = {"snapshots": [{"id", "name", "time", "step_id", "automatic", "cubes", "note"}]}
DIFF = {"diff": {"since", "until", "counts", "added", "removed", "changed"}}
BUNDLE = {"cubes": int, "blobs": int, "bytes": int, "skipped": list, "conflicts": list}
BACKUPS = {"ok": bool, "problems": list, "repaired": list, "backups": list}
FILTERS = {"filters": [{"name", "filter", "built_in"}]}
TWO = ("{one}", "{two}")

ANSWERS: list[tuple[tuple[str, ...], dict[str, Any]]] = [
    (("add", "A new one."), {"id": str, "version": int, "state": str}),
    (("add", "Clara plays the violin."), {"id": str}),
    (("recall", "Clara"), {"results": [{"id", "text", "score", "reasons", "source"}], "call": dict, "ms": float}),
    (("cubes", "list"), {"cubes": [HEADER], "total": int}),
    (("cubes", "list", "--filter", "clara", "--saved", "Pinned"), {"cubes": list, "total": int}),
    (
        ("cubes", "show", "{one}"),
        {"cube": {*HEADER, "text", "governance", "source", "origin"}, "versions": [{"version", "text", "reason"}],
         "parents": list, "children": list, "journal": [{"id", "time", "actor", "label", "changes"}]},
    ),
    (("cubes", "edit", "{one}", "--text", "Clara is 33."), {**CHANGES, "id": str, "version": int}),
    (("cubes", "diff", "{one}"), {"id": str, "from": int, "to": int, "diff": [{"change", "text"}]}),
    (("cubes", "restore", "{one}", "--version", "1"), {**CHANGES, "id": str, "version": int}),
    (("cubes", "tag", "{one}", "+work"), CHANGES),
    *(
        (("cubes", verb, *TWO), CHANGES)
        for verb in ("pin", "unpin", "freeze", "unfreeze", "archive", "delete", "restore", "confirm", "expire", "renew")
    ),
    (("cubes", "header", "{one}", "--priority", "-3"), CHANGES),
    (("cubes", "fuse", *TWO, "--preview"), FUSED | {"id": type(None), "warnings": list, "similarity": float}),
    (("cubes", "fuse", *TWO), FUSED | CHANGES),
    (("cubes", "split", "{three}", "--preview"), SPLIT),
    (("cubes", "split", "{three}"), SPLIT | CHANGES),
    (
        ("cubes", "migrate", "{one}", "--to", "activation", "--preview"),
        {"id": str, "pathway": str, "cost": {"tokens", "bytes"}, "lost": list, "possible": bool, "reason": str},
    ),
    (("cubes", "forget", "{one}", "--preview"), {"preview": {"cubes", "versions", "derived", "said", "backups"}}),
    (("cubes", "forget", "{one}", "--yes"), {"report": {"removed", "verified", "adapters", "found", "remains"}}),
    (("reviews", "list"), {"reviews": [{"id", "kind", "words", "score", "offers", "cubes"}]}),
    (("reviews", "accept", "{review}", "archive"), {"review": {"id", "kind", "cubes"}, **CHANGES}),
    (("reviews", "dismiss", "{review}"), {"review": {"id", "kind", "cubes"}, **CHANGES}),
    (("learned", "list"), {"learned": list}),
    (("learned", "update", "{one}"), CHANGES),
    (("learned", "keep", "{one}"), CHANGES),
    (("filters", "save", "Birds", "tag:birds"), FILTERS),
    (("filters", "list"), FILTERS),
    (("filters", "rename", "Birds", "Herons"), FILTERS),
    (("filters", "delete", "Herons"), FILTERS),
    (("undo",), STEP),
    (("redo",), STEP),
    (("journal",), {"steps": [{"id", "time", "actor", "label", "reason", "action", "undone", "changes"}]}),
    (("snapshot", "create", "Spring"), SNAPSHOTS),
    (("snapshot", "list"), SNAPSHOTS),
    (("snapshot", "show", "Spring"), {"point": dict, "cubes": [{"id", "title", "text", "since"}], "total": int}),
    (("snapshot", "diff", "Spring"), DIFF),
    (("cubes", "edit", "{one}", "--text", "Clara is 34."), CHANGES),
    (
        ("snapshot", "restore", "Spring"),
        {**CHANGES, **SNAPSHOTS, **DIFF, "restored": int, "binned": int, "left": list},
    ),
    (("snapshot", "rename", "Spring", "March"), SNAPSHOTS),
    (("snapshot", "delete", "March"), SNAPSHOTS),
    (("export", "{folder}/all.memcube"), BUNDLE | {"file": str}),
    (("import", "{folder}/all.memcube", "--preview"), BUNDLE | {"new": int, "same": int, "preview": bool}),
    (("import", "{folder}/all.memcube"), BUNDLE | {"same": int}),
    (("verify", "{folder}/all.memcube"), BUNDLE | {"ok": bool}),
    (("backup", "create"), BACKUPS),
    (("backup", "list"), BACKUPS),
    (("check",), {"ok": bool, "problems": list, "repaired": list}),
    (("tidy",), {"cubes": int, "messages": int, "moved": int, "freed": int}),
]  # fmt: skip
REFUSALS: list[tuple[tuple[str, ...], int, str]] = [
    (("cubes", "show", "nothing-like-this"), 1, "not_found"),
    (("cubes", "list", "--filter", "stat:x"), 1, "request"),
    (("cubes", "list", "--saved", "Nothing"), 1, "not_found"),
    (("cubes", "edit", "{one}", "--text", "x", "--expect-version", "9"), 1, "request"),
    (("cubes", "fuse", "{one}", "{one}"), 1, "request"),
    (("cubes", "split", "{one}"), 1, "request"),
    (("cubes", "forget", "{one}"), 2, "usage"),
    (("cubes", "edit", "{one}"), 2, "usage"),
    (("reviews", "accept", "nothing", "bin"), 1, "not_found"),
    (("snapshot", "restore", "Autumn"), 1, "not_found"),
    (("verify", "{folder}/damaged.memcube"), 1, "bundle"),
    (("import", "{folder}/damaged.memcube"), 1, "bundle"),
    (("import", "{folder}/damaged.memcube", "--preview"), 1, "bundle"),
    (("backup", "restore", "nothing"), 1, "not_found"),
    (("backup", "delete", "nothing"), 1, "not_found"),
]
Run = Callable[..., Ran]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("contract")
    (made / "damaged.memcube").write_bytes(b"PK\x03\x04 no zip")
    return made


@pytest.fixture(scope="module")
def run(folder: Path) -> Iterator[Run]:
    """Runs one verb of the module's data folder; what stands in braces is made for it."""

    def verb(*words: str) -> Ran:
        out, err = io.StringIO(), io.StringIO()
        status = main(["--data-dir", str(folder / "data"), *words, "--json"], out, err)
        return Ran(status, out.getvalue(), err.getvalue())

    names = iter(("Ivo", "Benedita"))

    def suggestion() -> str:
        """One about two new memories."""
        name = next(names)
        made = {verb("add", f"My teacher {name} is {age}.").document["id"] for age in (51, 52)}
        found = verb("reviews", "list").document["reviews"]
        return str(next(one["id"] for one in found if {cube["id"] for cube in one["cubes"]} == made))

    makers: dict[str, Callable[[], str]] = {
        "folder": lambda: str(folder),
        "one": lambda: verb("add", "My sister Clara is 31.").document["id"],
        "two": lambda: verb("add", "My sister Clara is 32.").document["id"],
        "three": lambda: verb("add", "I live in Rome. I like tea.").document["id"],
        "review": suggestion,
    }

    def filled(*words: str) -> Ran:
        made = {name: make() for name, make in makers.items() if any(f"{{{name}}}" in word for word in words)}
        return verb(*(word.format(**made) if "{" in word else word for word in words))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Context, "embed_pending", lambda _self, at_most=None: None)
        patch.setattr(workspace, "_packaged", lambda: MissingEmbedder(IndexUnavailableError("None in this test.")))
        yield filled


def misses(found: Any, wanted: Any) -> str:
    """What of the shape is not there: a type, the keys of an object, or a list of things of one shape, not empty."""
    if isinstance(wanted, type):
        return "" if isinstance(found, wanted) or (wanted is float and type(found) is int) else f"no {wanted.__name__}"
    if isinstance(wanted, list):
        if not isinstance(found, list) or not found:
            return "no list with something in it"
        return next((miss for one in found if (miss := misses(one, wanted[0]))), "")
    if not isinstance(found, dict):
        return "no object"
    absent = set(wanted) - set(found)
    if absent or isinstance(wanted, set):
        return f"without {sorted(absent)}" if absent else ""
    return next((f"{name}: {miss}" for name, shape in wanted.items() if (miss := misses(found[name], shape))), "")


@pytest.mark.parametrize(("words", "shape"), ANSWERS, ids=[" ".join(words) for words, _ in ANSWERS])
def test_what_a_verb_answers(run: Run, words: tuple[str, ...], shape: dict[str, Any]) -> None:
    ran = run(*words)
    assert ran.status == 0, ran.out
    assert misses(ran.document, shape) == "", ran.out


@pytest.mark.parametrize(("words", "status", "kind"), REFUSALS, ids=[" ".join(words) for words, *_ in REFUSALS])
def test_what_a_refusal_says(run: Run, words: tuple[str, ...], status: int, kind: str) -> None:
    ran = run(*words)
    assert (ran.status, ran.document["error"]["kind"]) == (status, kind), ran.out
    assert ran.document["error"].keys() == {"kind", "message", "hint"} and ran.document["error"]["message"]


def test_a_shape_that_is_not_there_is_seen() -> None:
    assert misses({"id": 1}, {"id": str}) == "id: no str"
    assert misses({"cubes": []}, {"cubes": [{"id"}]}) == "cubes: no list with something in it"
    assert misses({"cubes": [{"id": 1}, {}]}, {"cubes": [{"id"}]}) == "cubes: without ['id']"
    assert misses({}, CHANGES) == "without ['changes']"
