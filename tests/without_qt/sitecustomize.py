"""Put on PYTHONPATH, this makes Qt impossible to import, in the process and in all that it starts.

The tests of the four lower layers run so: what passes here needs no window.
"""

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

BLOCKED = frozenset({"PySide6", "shiboken6", "qtawesome", "qtpy"})


class NoQt(MetaPathFinder):
    """Refuses every module of Qt, before any other finder is asked."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Raise for Qt, pass for everything else."""
        if fullname.partition(".")[0] in BLOCKED:
            raise ImportError(f"{fullname} is blocked: this run proves that the lower layers need no Qt")
        return None


sys.meta_path.insert(0, NoQt())
