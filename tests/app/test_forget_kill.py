"""kill -9 while something is being forgotten: afterwards it is there, or it is gone; what was begun ends."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from forget_desk import SAID, learned, places
from forget_writer import PLACES

from memos_desktop.errors import NotFoundError
from memos_desktop.memory.cube import CubeFilter
from memos_desktop.vault import check

WRITER = Path(__file__).with_name("forget_writer.py")


def killed_at(folder, place, *ids):
    """Let a process forget until it comes to `place`, and kill it there."""
    environment = {**os.environ, "PYTHONPATH": str(WRITER.parent)}
    command = [sys.executable, str(WRITER), str(folder.root), place, *ids]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, text=True
    ) as process:
        assert process.stdout.readline() == "reached\n"
        process.kill()


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is of POSIX")
@pytest.mark.parametrize("place", PLACES)
def test_killed_anywhere_it_is_there_or_gone(reopen, place):
    workspace = reopen()
    cube = learned(workspace)
    kept = workspace.library.add("This one stays, whatever happens.").result(10)
    workspace.backup().result(10)
    folder = workspace.folder
    workspace.close()
    killed_at(folder, place, cube.id)
    if place == "before the intent":
        assert reopen().library.cube(cube.id).result(10).text != ""
        return
    assert folder.forgetting.exists()
    assert SAID not in folder.forgetting.read_text()
    after = reopen()
    with pytest.raises(NotFoundError):  # already for the first question
        after.library.cube(cube.id).result(10)
    after.forgetting.close()
    assert [one.id for one in after.library.page(CubeFilter(), 0, 10).result(10).cubes] == [kept.id]
    after.close()
    assert not folder.forgetting.exists()
    assert places(folder.root) == []
    assert check.check(folder).problems == ()
