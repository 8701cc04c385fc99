"""The panels of the operators on the Memory page: each is built when it is first wanted, and opens above the views."""

import importlib
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from memos_desktop.memory.cube import Cube
from memos_desktop.ui.cubes.gathering import Gathering
from memos_desktop.ui.page import Context

if TYPE_CHECKING:
    from memos_desktop.ui.cubes.page import MemoryPage

PANELS = {
    "fuse": ("memos_desktop.ui.cubes.fuse.panel", "FusePanel"),
    "split": ("memos_desktop.ui.cubes.split_panel", "SplitPanel"),
    "expire": ("memos_desktop.ui.cubes.expire_panel", "ExpirePanel"),
    "forget": ("memos_desktop.ui.cubes.forget_panel", "ForgetPanel"),
    "export": ("memos_desktop.ui.transfer.export_panel", "ExportPanel"),
    "review": ("memos_desktop.ui.cubes.review.panel", "ReviewPanel"),
}
"""By verb: the module and the class, which is built with the page's context and has `open(ids)` and a signal `left`.

A panel may have the signals `done(text, changes)`, said with Undo, `made(id)`, a memory to open, `cube_wanted(id)`, and
`panel_wanted(verb, ids)`.
"""


class OperatorPanels(QObject):
    """Opens the panel of a verb for some memories."""

    def __init__(self, context: Context, page: "MemoryPage") -> None:
        super().__init__(page)
        self._context = context
        self._page = page
        self._built: dict[str, QWidget] = {}
        for built in (page.migrate, page.suggestions):
            self._connect(built)
        page.commands.panel_wanted.connect(self.open)
        page.views.fuse_wanted.connect(lambda ids: self.open("fuse", ids))

    def open(self, verb: str, ids: tuple[str, ...] = ()) -> None:
        """Open the panel of this verb."""
        if verb in ("ready", "migrate"):
            most = self._context.workspace.pathways.most
            Gathering(self._context, ids[:most], partial(self._migrate, len(ids)), self)
            return
        panel = self.panel(verb)
        self._page.open_panel(panel)
        cast(Any, panel).open(ids)

    def panel(self, verb: str) -> QWidget:
        """The panel of this verb, built now if it was not."""
        if verb not in self._built:
            module, name = PANELS[verb]
            made: QWidget = getattr(importlib.import_module(module), name)(self._context)
            self._connect(made)
            self._built[verb] = made
        return self._built[verb]

    def _migrate(self, count: int, cubes: tuple[Cube, ...]) -> None:
        self._page.open_panel(self._page.migrate)
        self._page.migrate.open(cubes, count)

    def _connect(self, panel: QWidget) -> None:
        page = self._page
        wants: dict[str, Callable[..., None]] = {
            "done": page.commands.say_done,
            "made": page.open_item,
            "cube_wanted": page.open_item,
            "panel_wanted": self.open,
        }
        for name, slot in wants.items():
            signal = getattr(panel, name, None)
            if signal is not None:
                signal.connect(slot)
