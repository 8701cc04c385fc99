"""The README's map is true: every module has a line in it, and every picture and file that it names is there."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_module_has_a_line_in_the_map():
    modules = {path.name for path in (ROOT / "memos_desktop").rglob("*.py")} - {"__init__.py"}
    named = set(re.findall(r"^\| `(\w+\.py)` \|", README, re.MULTILINE))
    assert modules <= named
    everywhere = {path.name for top in ("memos_desktop", "packaging", "tests") for path in (ROOT / top).rglob("*.py")}
    assert named <= everywhere


def test_every_picture_is_there():
    pictures = re.findall(r"\]\((resources/[^)]+)\)", README)
    assert len(pictures) >= 5
    assert all((ROOT / picture).is_file() for picture in pictures)
