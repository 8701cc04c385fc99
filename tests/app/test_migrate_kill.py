"""kill -9 while memories change their form: afterwards all of them are there or none, and no file is nobody's."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from kept_desk import HERONS, SURVEY, document, files, forms, ready, shelf, tidied
from migrate_writer import PLACES

from memos_desktop.memory.cube import Kind
from memos_desktop.memory.forms import Readiness
from memos_desktop.vault import check

WRITER = Path(__file__).with_name("migrate_writer.py")


def killed_at(folder, place, ids):
    """Let a process migrate until it comes to `place`, and kill it there."""
    environment = {**os.environ, "PYTHONPATH": str(WRITER.parent)}
    command = [sys.executable, str(WRITER), str(folder.root), place, *ids]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, text=True
    ) as process:
        assert process.stdout.readline() == "reached\n"
        process.kill()


def prepared(workspace, target):
    """Two texts; to give texts back, two activation cubes whose sources were changed since."""
    texts = [document(workspace), document(workspace, HERONS, "Herons")]
    if target is Kind.ACTIVATION:
        return texts, [cube.id for cube in texts]
    made = ready(workspace, *texts)
    for cube in texts:
        workspace.library.revise(cube.id, text=f"Nothing of it is left. {cube.title}.").result(10)
    return texts, [one.id for one in made]


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is of POSIX")
@pytest.mark.parametrize("place", PLACES)
def test_killed_anywhere_all_is_there_or_nothing(keeping, desk, place):
    target, *_, done = PLACES[place]
    texts, ids = prepared(keeping, target)
    before = len(shelf(keeping))
    desk.close()
    killed_at(desk.folder, place, ids)
    after = desk.open()
    assert len(shelf(after)) == before + 2 * done
    if target is Kind.PLAINTEXT:
        assert ({SURVEY, HERONS} <= {cube.text for cube in shelf(after, kind=Kind.PLAINTEXT)}) is done
    else:
        tidied(after)
        states = [path for path in files(desk.folder) if path.suffix == ".kv"]
        assert (len(states), files(desk.folder)) == (2 * done, states)
        found = {form.readiness for cube in texts for form in forms(after, cube)}
        assert found == ({Readiness.READY} if done else set())
    label, _ = after.library.undo_labels().result(10)
    assert label.startswith(("Keep 2", "Give the texts of 2")) is done
    desk.close()
    assert check.check(desk.folder).problems == ()
