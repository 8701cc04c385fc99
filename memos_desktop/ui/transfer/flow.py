"""How bundles enter and leave by way of the window: menu, keys, and files dropped on it."""

from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject

from memos_desktop.memory.bundle import SUFFIX
from memos_desktop.ui.transfer.import_panel import ImportPanel

if TYPE_CHECKING:
    from memos_desktop.ui.cubes.page import MemoryPage
    from memos_desktop.ui.main_window import MainWindow
    from memos_desktop.ui.transfer.export_panel import ExportPanel

FILES = [f"MemOS bundles (*{SUFFIX})", "All files (*)"]


class TransferFlow(QObject):
    """Opens the two panels on the Memory page. They are built when they are first wanted."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._import: ImportPanel | None = None

    def export(self) -> None:
        """Offer to export what is selected on the Memory page, or everything."""
        page = self._page()
        panel = cast("ExportPanel", page.operators.panel("export"))
        page.open_panel(panel)
        if page.selection.count:
            page.selection.gather(lambda ids: panel.open(ids, page.filters.wanted))
        else:
            panel.open((), page.filters.wanted)

    def ask(self) -> None:
        """Ask for a bundle, and show what it would bring in."""
        self._window.prompter.open_file(self._window, "Import a bundle", FILES, self.show)

    def show(self, path: Path) -> None:
        """Show what importing this bundle would do."""
        page = self._page()
        if self._import is None:
            self._import = ImportPanel(page.context)
            self._import.imported.connect(self._imported)
        page.open_panel(self._import)
        self._import.open(path)

    def _page(self) -> "MemoryPage":
        self._window.show_page("memory")
        return cast("MemoryPage", self._window.pages["memory"])

    def _imported(self, ids: tuple[str, ...]) -> None:
        """What came in is selected, where the view shows it; whoever went on to another page stays there."""
        cast("MemoryPage", self._window.pages["memory"]).views.select(ids)
