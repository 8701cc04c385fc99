"""What a page of the window is, and what it is given."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from memos_desktop.ui.bridge import Bridge
from memos_desktop.ui.icons import Icons
from memos_desktop.ui.prompter import Prompter
from memos_desktop.ui.theme import Theme
from memos_desktop.ui.widgets.toast import Toasts

if TYPE_CHECKING:
    from memos_desktop.app.workspace import Workspace


class Navigator(QObject):
    """How one page leads to another without knowing it. Anybody emits; the main window listens.

    Signals:
        page(name): show "chats", "memory", "models", "kept" or "settings".
        cube(cube_id): open this memory on the Memory page.
        message(chat_id, message_id): open this chat, scrolled to the message.
        chat(chat_id): open this chat.
        command(name): run a command of the menus, as "import_turns".
        attach(tuple of Cube): attach these to the message that is being written.
    """

    page = Signal(str)
    cube = Signal(str)
    message = Signal(str, str)
    chat = Signal(str)
    command = Signal(str)
    attach = Signal(object)


@dataclass(frozen=True, slots=True, eq=False)
class Context:
    """What every page is built with."""

    workspace: "Workspace"
    bridge: Bridge
    prompter: Prompter
    theme: Theme
    icons: Icons
    toasts: Toasts
    navigator: Navigator


class Page(QWidget):
    """One place of the rail. Created at the first visit, kept afterwards.

    Attributes:
        title: for the window title and the screen reader.
        context: what the page works with.

    Signals:
        inspector_wanted(bool): show or hide the panel on the right (only if `inspector()` gives one).

    """

    title = ""
    inspector_wanted = Signal(bool)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.context = context
        self.setAccessibleName(self.title)

    def activate(self) -> None:
        """The page has become visible: refresh what is stale and take the keyboard focus."""
        self.setFocus()

    def floor(self) -> int:
        """Pixels at the lower edge that toasts must not cover."""
        return 0

    def unsaved(self) -> str:
        """What would be lost if the window closed now, in a sentence; nothing as a rule."""
        return ""

    def leave(self) -> None:
        """The window closes: end what runs, take no more input."""
        self.setEnabled(False)

    def inspector(self) -> QWidget | None:
        """The widget for the panel on the right while this page is shown; the window takes it over once."""
        return None

    def search(self) -> None:
        """Ctrl+F: put the cursor into the page's search field; a page without one takes the focus."""
        self.setFocus()

    def open_item(self, item: str, part: str = "") -> None:
        """Show one thing: a cube on the Memory page; a chat, perhaps at one message, on the Chats page."""
        self.activate()
