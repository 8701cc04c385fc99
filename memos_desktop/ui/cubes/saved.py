"""The menu of saved filters: those that are always there, the person's own, and ways to keep and change them."""

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QToolButton

from memos_desktop.app.settings import SavedFilter
from memos_desktop.errors import UserError
from memos_desktop.ui.page import Context


class SavedButton(QToolButton):
    """Opens the menu; lit while the filter is one of those in it.

    Signals:
        chosen(str): a saved filter, as text.
    """

    chosen = Signal(str)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._saved = context.workspace.saved_filters
        self._text = ""
        self.setProperty("look", "filter")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        context.icons.fit(self)
        self._menu = QMenu(self)
        self._menu.aboutToShow.connect(self._fill)
        self.setMenu(self._menu)
        self.show_for("")

    def show_for(self, text: str) -> None:
        """Take note of the present filter, as text."""
        self._text = text
        name = next((one.name for one in self._all() if text and one.text == text), "")
        self.setProperty("active", bool(name))
        self.setIcon(self._context.icons.icon("bookmark", "accent" if name else "muted", filled=bool(name)))
        said = f"Saved filters: {name}" if name else "Saved filters"
        self.setAccessibleName(said)
        self.setToolTip(said)
        self.style().polish(self)

    def save(self) -> None:
        """Ask for a name and keep the present filter under it."""
        text = self._text
        if not text:
            self._context.toasts.say("There is no filter to save: every memory is shown")
            return
        known = next((one.name for one in self._saved.own() if one.text == text), "")
        self._context.prompter.ask_text(self, "Save filter", f"A name for “{text}”", known, partial(self._keep, text))

    def _all(self) -> tuple[SavedFilter, ...]:
        return (*self._saved.built_in(), *self._saved.own())

    def _fill(self) -> None:
        """The menu as it is now: it is small, and made anew each time."""
        self._menu.clear()
        for one in self._saved.built_in():
            self._offer(one)
        own = self._saved.own()
        if own:
            self._menu.addSection("Yours")
        for one in own:
            self._offer(one)
        self._menu.addSeparator()
        keep = self._menu.addAction("Save this filter…\tCtrl+S", self.save)
        keep.setEnabled(bool(self._text))
        if own:
            rename, delete = self._menu.addMenu("Rename"), self._menu.addMenu("Delete")
            for one in own:
                rename.addAction(_shown(one.name) + "…", partial(self._ask_name, one))
                delete.addAction(_shown(one.name), partial(self._delete, one))

    def _offer(self, one: SavedFilter) -> None:
        action = QAction(_shown(one.name), self._menu, checkable=True)
        action.setChecked(one.text == self._text)
        action.setToolTip(one.text)
        action.triggered.connect(lambda: self.chosen.emit(one.text))
        self._menu.addAction(action)

    def _keep(self, text: str, name: str) -> None:
        try:
            made = self._saved.save(name, text)
        except UserError as error:
            self._context.toasts.error(error)
            return
        self._context.toasts.say(f"Saved as “{made.name}”")
        self.show_for(self._text)

    def _ask_name(self, one: SavedFilter) -> None:
        self._context.prompter.ask_text(self, "Rename filter", "Its new name", one.name, partial(self._rename, one))

    def _rename(self, one: SavedFilter, name: str) -> None:
        try:
            self._saved.rename(one.name, name)
        except UserError as error:
            self._context.toasts.error(error)
        self.show_for(self._text)

    def _delete(self, one: SavedFilter) -> None:
        self._saved.delete(one.name)
        self.show_for(self._text)
        self._context.toasts.say(f"“{one.name}” was deleted", undo=partial(self._keep, one.text, one.name))


def _shown(name: str) -> str:
    """A name in a menu, where & would mark a key."""
    return name.replace("&", "&&")
