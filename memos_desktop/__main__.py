"""`memos-desktop` and `python -m memos_desktop`: the window, a verb without it, or a helper process."""

import importlib
import multiprocessing
import sys

CHILDREN = {
    "embedder": "memos_desktop.engine.embedder_child",
    "index": "memos_desktop.vault.chroma_child",
    "layout": "memos_desktop.engine.layout_child",
}


def main() -> int:
    """Run what the command line asks for; returns the exit status."""
    multiprocessing.freeze_support()
    arguments = sys.argv[1:]
    if arguments[:1] == ["_child"]:
        return run_child(arguments[1:])
    from memos_desktop.cli.arguments import has_verb

    if not has_verb(arguments):
        from memos_desktop.ui.application import main as open_window

        return open_window(arguments)
    from memos_desktop.cli.main import main as run_verb

    return run_verb(arguments)


def run_child(arguments: list[str]) -> int:
    """Serve as the helper process that `child.Child` started: its name, then its own arguments."""
    importlib.import_module(CHILDREN[arguments[0]]).main(arguments[1:])
    return 0


if __name__ == "__main__":
    sys.exit(main())
