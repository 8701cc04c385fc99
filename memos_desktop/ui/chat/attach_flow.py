"""What is attached to the next message: chosen in the picker, read from a file, or sent here by the Memory page."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from memos_desktop.memory.cube import Cube, SemanticType, title_of
from memos_desktop.memory.forms import Readiness
from memos_desktop.memory.message import Message
from memos_desktop.ui.chat.attach_file import FILTERS, reading
from memos_desktop.ui.chat.composer import Composer
from memos_desktop.ui.chat.picker import AttachPicker
from memos_desktop.ui.page import Context
from memos_desktop.ui.widgets.chips import Chip

if TYPE_CHECKING:
    from memos_desktop.app.activation_views import FormRow


@dataclass(frozen=True, slots=True)
class Chosen:
    """One thing that is attached; `ready` as KV for the loaded model."""

    id: str
    title: str
    ready: bool = False


class AttachFlow(QObject):
    """Between picker, composer and page."""

    def __init__(self, context: Context, picker: AttachPicker, composer: Composer) -> None:
        super().__init__(composer)
        self._context = context
        self._picker = picker
        self._composer = composer
        self._chosen: tuple[Chosen, ...] = ()
        self._sent: tuple[Chosen, ...] = ()
        self._generation = 0
        composer.attach_wanted.connect(self.toggle)
        picker.chosen.connect(lambda id, title: self._add(Chosen(id, title)))
        picker.file_wanted.connect(self._ask_file)
        picker.closed.connect(composer.field.setFocus)

    @property
    def ids(self) -> tuple[str, ...]:
        """The memories that go with the next message."""
        return tuple(one.id for one in self._chosen)

    @Slot()
    def toggle(self) -> None:
        """Open the picker, or close it."""
        if self._picker.isVisible():
            self._picker.close_panel()
        else:
            self._picker.open()

    def add_cubes(self, cubes: Iterable[Cube]) -> None:
        """Attach these."""
        for cube in cubes:
            self._add(Chosen(cube.id, cube.title))
        self._composer.field.setFocus()

    def add_of(self, message: Message) -> None:
        """Attach what was attached to this message, which is being edited."""
        generation = self._generation
        library = self._context.workspace.library

        def add(cube: Cube) -> None:
            if generation == self._generation:
                self.add_cubes([cube])

        for one in message.attached:  # one that was removed since is left out
            self._context.bridge.then(library.cube(one.cube_id), add, lambda _error: None, receiver=self)

    def take(self) -> tuple[str, ...]:
        """What goes with the message that is sent now; the chips go."""
        self._sent, ids = self._chosen, self.ids
        self.clear()
        return ids

    def give_back(self) -> None:
        """The message was not sent after all."""
        self._set((*self._chosen, *self._sent))

    def clear(self) -> None:
        """Attach nothing."""
        self._generation += 1
        self._picker.hide()
        self._set(())

    def _add(self, one: Chosen) -> None:
        if one.id not in self.ids:
            self._set((*self._chosen, one))
            forms = self._context.workspace.activation.forms(one.id)
            self._context.bridge.then(forms, lambda rows: self._mark(one.id, rows), lambda _error: None, receiver=self)

    def _mark(self, id: str, rows: "tuple[FormRow, ...]") -> None:
        """Show which of them need not be read."""
        if any(row.readiness is Readiness.READY for row in rows):
            self._set(tuple(replace(one, ready=one.ready or one.id == id) for one in self._chosen))

    def _remove(self, id: str) -> None:
        self._set(tuple(one for one in self._chosen if one.id != id))
        self._composer.field.setFocus()

    def _set(self, chosen: tuple[Chosen, ...]) -> None:
        self._chosen = tuple({one.id: one for one in chosen}.values())
        self._composer.show_attached([self._chip(one) for one in self._chosen])

    def _chip(self, one: Chosen) -> Chip:
        kind, token = ("activation", "activation") if one.ready else ("file", "muted")
        chip = Chip(self._context.icons, one.title, kind, token, removable=True)
        chip.opened.connect(lambda: self._context.navigator.cube.emit(one.id))
        chip.removed.connect(lambda: self._remove(one.id))
        return chip

    def add_text(self, text: str) -> None:
        """Keep a text as a document and attach it."""
        self._add_document(text, f"Pasted: {title_of(text, 48)}", self._generation)

    # files

    @Slot()
    def _ask_file(self) -> None:
        self._context.prompter.open_file(self._composer.window(), "Attach a text file", FILTERS, self._read)

    def _read(self, path: Path) -> None:
        generation = self._generation
        self._context.bridge.then(
            reading(path), lambda text: self._add_document(text, path.name, generation), receiver=self
        )

    def _add_document(self, text: str, title: str, generation: int) -> None:
        """Attached only while the message is the one that it was meant for."""

        def add(cube: Cube) -> None:
            if generation == self._generation:
                self.add_cubes([cube])
                self._picker.hide()
            else:
                self._context.toasts.tell(f"“{cube.title}” was added to Memory.")

        kept = self._context.workspace.library.add(text, type=SemanticType.DOCUMENT, title=title)
        self._context.bridge.then(kept, add, receiver=self)
