"""Render the README's pictures: the real window on a prepared vault, offscreen, light and dark.

    .venv/bin/python packaging/screenshots.py [--out resources/screenshots] [--only map fuse] [--scheme dark]

The memories and most chats are invented and written into a temporary vault (`screenshot_data.py`). The chat that is
open in the pictures is made of real turns of the starter model (temperature 0), with their real receipts and figures.
"""

import argparse
import os
import tempfile
from pathlib import Path

from PySide6.QtWidgets import QApplication
from screenshot_data import fill
from screenshot_scenes import Scenes
from screenshot_studio import Studio

from memos_desktop.engine.model_library import ModelLibrary
from memos_desktop.ids import now
from memos_desktop.paths import DataFolder
from memos_desktop.vault.vault import Vault


def _at_home(home: Path) -> DataFolder:
    """A data folder in an invented home, so that no path of this computer is in a picture."""
    os.environ["HOME"] = str(home)
    folder = DataFolder(home / "Documents" / "MemOS")
    starter = ModelLibrary(folder).starter()
    if starter.path is not None:
        folder.models.mkdir(parents=True)
        (folder.models / f"{starter.name}.gguf").symlink_to(starter.path)
    return folder


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Render the README's screenshots.")
    root = Path(__file__).resolve().parent.parent
    parser.add_argument("--out", type=Path, default=root / "resources" / "screenshots")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="these pictures only, such as map or fuse")
    parser.add_argument("--scheme", nargs="+", choices=("light", "dark"), default=("light", "dark"))
    return parser.parse_args()


def main() -> None:
    """Make the pictures."""
    arguments = _arguments()
    arguments.out.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication([])
    with tempfile.TemporaryDirectory() as temporary:
        folder = _at_home(Path(temporary))
        vault = Vault.open(folder)
        prepared = fill(vault, now())
        vault.close()
        studio = Studio(folder, arguments.out)
        try:
            _shoot(Scenes(studio, prepared), studio, arguments)
        finally:
            studio.close()
    application.quit()


def _shoot(scenes: Scenes, studio: Studio, arguments: argparse.Namespace) -> None:
    scenes.prepare()
    if not arguments.only or "first-run" in arguments.only:
        scenes.first_run()
    studio.open()
    for scheme in arguments.scheme:
        studio.dress(scheme)
        for name, show in scenes.all.items():
            if not arguments.only or name in arguments.only:
                show()
                studio.shoot(f"{name}-{scheme}")


if __name__ == "__main__":
    main()
