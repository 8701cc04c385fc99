"""The fields that govern memories, of one or of several at once. Each change is told at once; there is no Save."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from memos_desktop.memory.cube import Access, Governance, Scope, Sensitivity
from memos_desktop.ui.cubes import words
from memos_desktop.ui.cubes.expiry_field import VARIOUS, ExpiryField, Various, shrinkable
from memos_desktop.ui.cubes.facts import two_columns
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID, HALF
from memos_desktop.ui.widgets import label
from memos_desktop.ui.widgets.fields import Number, Select, fill, line_edit

HIGHEST = 100
PAUSE_MS = 400


@dataclass(frozen=True, slots=True)
class Governed:
    """What the fields show. VARIOUS where several memories differ."""

    scope: Scope | Various
    project: str | Various | None
    expires: datetime | Various | None
    sensitivity: Sensitivity | Various
    priority: int = 0
    access: Access = Access.READ_WRITE

    @classmethod
    def of(cls, rule: Governance) -> "Governed":
        """Of one memory."""
        return cls(rule.scope, rule.project, rule.expires, rule.sensitivity, rule.priority, rule.access)


class GovernanceFields(QWidget):
    """Scope, project, expiry, sensitivity; for a single memory also priority and access.

    Signals:
        changed(str, object): what was changed, in words, and the arguments for `operations.set_header`.
    """

    changed = Signal(str, object)

    def __init__(self, context: Context, single: bool) -> None:
        super().__init__()
        self._shown: Governed | None = None
        self.scope = _select(context, "Who may see it", words.SCOPES)
        self.project = line_edit("Project", "none")
        self.hint = label("Name the project, then press Enter.", "warning", wrap=True)
        self.expiry = ExpiryField(context.icons)
        self.sensitivity = _select(context, "Sensitivity", words.SENSITIVITIES)
        self.access = _select(context, "What may be done", words.ACCESSES)
        self.priority = Number("Priority", -HIGHEST, HIGHEST)
        self._grid = QGridLayout(self)
        self._lay_out(single)
        self.hint.hide()
        self.scope.activated.connect(self._on_scope)
        self.project.editingFinished.connect(self._on_project)
        self.expiry.chosen.connect(self._on_expiry)
        self.sensitivity.activated.connect(lambda _: self._tell(self.sensitivity, "sensitivity", Sensitivity))
        self.access.activated.connect(lambda _: self._tell(self.access, "access", Access))
        self._stepping = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._stepping.timeout.connect(self._on_priority)
        self.priority.valueChanged.connect(lambda _: self._stepping.start())

    def show_values(self, shown: Governed, enabled: bool = True) -> None:
        """Show these; a name that is being typed stays."""
        typing = self.project.hasFocus() and self.project.isModified()
        self._shown = shown
        _choose(self.scope, shown.scope)
        _choose(self.sensitivity, shown.sensitivity)
        _choose(self.access, shown.access)
        if not typing:
            self.hint.hide()
            various = isinstance(shown.project, Various)
            self.project.setPlaceholderText("various" if various else "none")
            self.project.setText("" if isinstance(shown.project, Various) else shown.project or "")
        self.expiry.show_value(shown.expires)
        if not self._stepping.isActive():
            fill(self.priority, shown.priority)
        self.setEnabled(enabled)

    def flush(self) -> None:
        """Tell now what is still to be told: the fields are about to show another memory."""
        if self._stepping.isActive():
            self._stepping.stop()
            self._on_priority()
        self._on_project()

    def back(self) -> None:
        """What was chosen was refused: show again what is."""
        if self._shown is not None:
            self.project.setModified(False)
            self.show_values(self._shown, self.isEnabled())

    def _on_scope(self) -> None:
        """A project's scope needs a project: its name is asked for first."""
        homeless = self.scope.currentData() == Scope.PROJECT and not self.project.text().strip()
        if homeless and (self._shown is None or not isinstance(self._shown.project, Various)):
            self.hint.show()
            self.project.setFocus()
            return
        self.hint.hide()
        self._tell(self.scope, "scope", Scope)

    def _on_project(self) -> None:
        if not self.project.isModified():
            return
        self.project.setModified(False)
        name = self.project.text().strip() or None
        wanted: dict[str, Any] = {"project": name}
        if self.hint.isVisible() and name:
            wanted["scope"] = Scope.PROJECT
        elif name is None and self.scope.currentData() == Scope.PROJECT:
            wanted["scope"] = Scope.PRIVATE
        self.hint.hide()
        self.changed.emit(f"Project: {name or 'none'}", wanted)

    def _on_expiry(self, at: datetime | None) -> None:
        said = f"Expires on {words.long_date(at)}" if at else "Never expires"
        self.changed.emit(said, {"expires": at})

    def _on_priority(self) -> None:
        """Whoever steps from 0 to 5 means 5, not five changes."""
        value = self.priority.value()
        self.changed.emit(f"Priority: {value}", {"priority": value})

    def _tell(self, field: Select, name: str, values: type[Scope] | type[Sensitivity] | type[Access]) -> None:
        value = values(field.currentData())  # Qt keeps plain strings
        if self._shown is not None and getattr(self._shown, name) is not value:
            self.changed.emit(f"{field.accessibleName()}: {field.currentText()}", {name: value})

    def _lay_out(self, single: bool) -> None:
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(2 * GRID)
        self._grid.setVerticalSpacing(GRID)
        two_columns(self._grid)
        project = QWidget()
        column = QVBoxLayout(project)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(HALF)
        column.addWidget(self.project)
        column.addWidget(self.hint)
        rows: list[tuple[str, QWidget]] = [
            ("Who may see it", self.scope),
            ("Project", project),
            ("Expires", self.expiry),
            ("Sensitivity", self.sensitivity),
        ]
        if single:
            rows += [("What may be done", self.access), ("Priority", self.priority)]
        for row, (name, field) in enumerate(rows):
            caption = label(name, "muted", wrap=True)
            caption.setMinimumWidth(1)
            caption.setBuddy(self.project if field is project else field)
            self._grid.addWidget(caption, row, 0, Qt.AlignmentFlag.AlignVCenter)
            left = Qt.AlignmentFlag.AlignLeft if field is self.priority else Qt.AlignmentFlag(0)
            self._grid.addWidget(field, row, 1, left)


def _select(context: Context, name: str, choices: dict[Any, str]) -> Select:
    made = Select(context.icons, name)
    shrinkable(made)
    made.setPlaceholderText("Various")
    for value, text in choices.items():
        made.addItem(text, value)
    return made


def _choose(field: Select, value: object) -> None:
    field.setCurrentIndex(-1 if isinstance(value, Various) else field.findData(value))


def same(values: tuple[tuple[Any, int], ...]) -> Any:
    """The one value that occurs, or VARIOUS."""
    return values[0][0] if len(values) == 1 else VARIOUS


