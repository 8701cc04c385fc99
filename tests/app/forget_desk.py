"""What tests of forgetting do: look for words in every byte of a data folder, and kill what forgets."""

import subprocess

from app_values import answer_with, send

WORDS = ("Zanziquella", "Portovaldo", "Flumenbruck")
SAID = "My sister Zanziquella lives in Portovaldo."
LATER = "My sister Zanziquella lives in Flumenbruck now."


def places(root, *words):
    """Names of the files in which `grep` finds any of the words, in upper or lower case."""
    patterns = [part for word in words or WORDS for part in ("-e", word)]
    found = subprocess.run(["grep", "-rlaiF", *patterns, str(root)], capture_output=True, text=True, check=False)
    assert found.returncode in (0, 1), found.stderr
    return sorted(line.rpartition("/")[2] for line in found.stdout.splitlines())


def learned(workspace):
    """A memory with two versions, learned in one chat and used in another; the answers quote nothing."""
    answer_with(workspace, "I see.")
    cube = send(workspace, SAID).kept[0]
    workspace.library.revise(cube.id, text=LATER, reason="Zanziquella moved").result(10)
    used = send(workspace, "Where does my sister live?")
    assert [one.recalled.id for one in used.receipt.injected] == [cube.id]
    return workspace.library.cube(cube.id).result(10)


def forget(workspace, *cubes, **choices):
    """Forget these and wait; the report."""
    return workspace.forgetting.forget([cube.id for cube in cubes], **choices).future.result(60)


def settled_places(workspace, *words):
    """The same as `places`, of a folder that is closed: the log beside the database is folded into it."""
    root = workspace.folder.root
    workspace.close()
    return places(root, *words)
