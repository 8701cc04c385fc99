"""The panel that forgets memories: what goes, where else it is said, the choices, one red button, then the report."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget

from memos_desktop.errors import MemosError
from memos_desktop.memory.changes import Changes
from memos_desktop.memory.forgetting import UNREACHED, ForgetPreview, ForgetReport, Said
from memos_desktop.ui.cubes import forget_words as say
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID
from memos_desktop.ui.widgets import Card, IconButton, Picture, button, label
from memos_desktop.ui.widgets.choice import Choice
from memos_desktop.ui.widgets.lines import Lines
from memos_desktop.ui.widgets.notice import Notice

if TYPE_CHECKING:
    from memos_desktop.app.jobs import Job

SHOWN = 4
SIGN = 16
HIGHEST = 340
STAGES_TO_STOP = 1
"""While it looks everywhere it can be cancelled; afterwards it goes through."""


class ForgetPanel(Card):
    """Stands above what it is about. Forgetting itself is a job: it goes on when the panel is closed.

    Attributes:
        preview, report: what is shown, or None.
        choices: by "messages" and "derived", where they are offered.

    Signals:
        left(): the panel is closed.
        shown(): a preview, a report or a refusal is shown.

    """

    left = Signal()
    shown = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__("raised", 2 * GRID, GRID)
        self.setAccessibleName("Forget memories")
        self._context = context
        self._ids: tuple[str, ...] = ()
        self._turn = 0
        self._job: Job | None = None
        self.preview: ForgetPreview | None = None
        self.report: ForgetReport | None = None
        self.choices: dict[str, Choice] = {}
        self.heading = label("", "heading", wrap=True)
        self.notice = Notice(context.theme, context.icons)
        self.forget_button = button("Forget", "danger", "forget", context.icons)
        self.cancel_button = button("Cancel")
        self.close_button = IconButton(context.icons, "close", "Close without forgetting")
        self._final = label("", "strong", wrap=True)
        self._lines = Lines("What is removed and what remains", context.theme.px(HIGHEST))
        self._build()
        self.forget_button.clicked.connect(self._forget)
        self.cancel_button.clicked.connect(self._cancel)
        self.close_button.clicked.connect(self.close_panel)
        context.workspace.events.subscribe(context.bridge.relay(self._on_changes, receiver=self))
        context.workspace.jobs.subscribe(context.bridge.relay(self._on_job, receiver=self))

    def open(self, ids: Sequence[str]) -> None:
        """Show what forgetting these would mean."""
        self._ids = tuple(ids)
        self._job = self.report = None
        self.choices = {}
        self.notice.clear()
        self._lines.show_all()
        self.heading.setText("Looking where it is kept and said…")
        self._final.setText("")
        self._ask()
        self.cancel_button.setFocus()

    @Slot()
    def close_panel(self) -> None:
        """Leave; what is being forgotten goes on."""
        self._turn += 1
        self.left.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes."""
        if event.key() == Qt.Key.Key_Escape:
            self.close_panel()
        else:
            super().keyPressEvent(event)

    # before

    def _ask(self) -> None:
        self._turn += 1
        turn = self._turn
        self.preview = None
        self._update_buttons()

        def show(preview: ForgetPreview) -> None:
            if turn == self._turn:
                self._show_preview(preview)

        def refuse(error: MemosError) -> None:
            if turn == self._turn:
                self.heading.setText("Nothing to forget")
                self._refuse(error)

        self._context.bridge.then(self._context.workspace.forgetting.preview(self._ids), show, refuse, receiver=self)

    def _show_preview(self, preview: ForgetPreview) -> None:
        self.preview = preview
        self.heading.setText(say.title(preview))
        chosen = {name for name, choice in self.choices.items() if choice.isChecked()}
        self.choices = {}
        parts = [self._section("What is removed"), *(self._line(text, "trash") for text in say.goes(preview))]
        if preview.said or preview.derived:
            parts.append(self._section("Where else it is said"))
        parts += [self._said(one) for one in preview.said[:SHOWN]]
        if len(preview.said) > SHOWN:
            parts.append(label(f"and {len(preview.said) - SHOWN:,} more messages", "muted"))
        if preview.said:
            parts.append(self._choice("messages", say.messages_choice(preview)))
        if preview.derived:
            parts.append(self._choice("derived", say.derived_choice(preview)))
        parts += [self._line(text, "info") for text in (*say.notes(preview), UNREACHED)]
        for name in chosen & set(self.choices):
            self.choices[name].setChecked(True)
        self._lines.show_all(*parts)
        self._final.setText(say.FINAL)
        if preview.frozen:
            self.notice.warn(f"{say.titles(preview.frozen)}: frozen, so nothing can be forgotten. Unfreeze first.")
        self._update_buttons()
        self.shown.emit()

    # the work

    @Slot()
    def _forget(self) -> None:
        if self.preview is None or self._job is not None:
            return
        chosen = {name for name, choice in self.choices.items() if choice.isChecked()}
        ids = tuple(cube.id for cube in self.preview.cubes)
        if "derived" in chosen:
            ids += tuple(cube.id for cube in self.preview.derived)
        self.notice.clear()
        bridge, turn, title = self._context.bridge, self._turn, say.titles(self.preview.cubes)
        job = self._job = self._context.workspace.forgetting.forget(ids, messages="messages" in chosen)
        self._final.setText("Looking for it everywhere…")
        self._update_buttons()
        job.future.add_done_callback(bridge.relay(partial(self._ended, job), receiver=self))
        bridge.then(job.future, partial(self._done, turn, title), partial(self._not_done, turn), receiver=self)

    def _ended(self, job: "Job", _future: object) -> None:
        """Comes before the result, and alone where it was cancelled."""
        if job is self._job:  # else the panel is about other memories by now
            self._job = None
            self._final.setText("Nothing was forgotten.")
            self._update_buttons()

    def _not_done(self, turn: int, error: MemosError) -> None:
        if turn == self._turn:
            self._refuse(error)
        else:
            self._context.toasts.error(error)

    def _done(self, turn: int, title: str, report: ForgetReport) -> None:
        if turn != self._turn:
            self._context.toasts.say(f"Forgotten: {title}. {say.verdict(report)}.")
            return
        self.report, self.preview = report, None
        self.choices = {}
        self.heading.setText(say.verdict(report))
        self._final.setText("")
        look = "good" if report.verified else "warning"
        parts: list[QWidget] = [self._line(say.removed(report), look, look)]
        for text in report.remains:
            named = [name for name in report.unreadable if name in text]
            parts.append(self._copy(named[0], text) if named else self._line(text, "info"))
        if report.adapters:
            count = say.counted(len(report.adapters), "adapter was", "adapters were")
            parts.append(self._line(f"{count} trained on it and not changed.", "warning", "warning"))
        parts.append(self._line(UNREACHED, "info"))
        self._lines.show_all(*parts)
        self._update_buttons()
        if not self.isVisible():
            self._context.toasts.say(f"Forgotten: {title}. {say.verdict(report)}.")
        focus = QApplication.focusWidget()
        if focus is not None and self.isAncestorOf(focus):  # else somebody works elsewhere
            self.cancel_button.setFocus()
        self.shown.emit()

    def _refuse(self, error: MemosError) -> None:
        self.notice.problem(error)
        if not self.isVisible():
            self._context.toasts.error(error)
        self._update_buttons()
        self.shown.emit()

    @Slot()
    def _cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()
        else:
            self.close_panel()

    def _on_job(self, job: "Job") -> None:
        if job is self._job and job.progress.text:
            self._final.setText(f"{job.progress.text}…")
            self._update_buttons()

    def _on_changes(self, changes: Changes) -> None:
        """What is shown may be something else now."""
        if self.isVisible() and self._job is None and self.preview is not None and changes.cubes & set(self._ids):
            self._ask()

    def _update_buttons(self) -> None:
        job, preview = self._job, self.preview
        ready = preview is not None and not preview.frozen and job is None
        self.forget_button.setVisible(self.report is None)
        if self.forget_button.hasFocus() and not ready:
            self.cancel_button.setFocus()  # else the focus would leave the panel
        self.forget_button.setEnabled(ready)
        self.cancel_button.setText("Done" if self.report is not None else "Cancel")
        self.cancel_button.setEnabled(job is None or job.progress.done < STAGES_TO_STOP)
        for choice in self.choices.values():
            choice.setEnabled(job is None)

    # building

    def _section(self, text: str) -> QWidget:
        return label(text, "section")

    def _line(self, text: str, icon: str, token: str = "muted") -> QWidget:
        row, box = self._row()
        words = label(text, "muted" if icon == "info" else "", wrap=True)
        picture = Picture(self._context.theme, self._context.icons, icon, token, SIGN)
        box.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        box.addWidget(words, 1)
        return row

    def _said(self, one: Said) -> QWidget:
        row, box = self._row()
        go = button("Show", "meta", tip="Show this message in its chat")
        go.setAccessibleName(f"Show the message {say.said(one)}")
        go.clicked.connect(lambda: self._context.navigator.message.emit(one.chat_id, one.message_id))
        picture = Picture(self._context.theme, self._context.icons, "chats", "muted", SIGN)
        box.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        box.addWidget(label(say.said(one), wrap=True), 1)
        box.addWidget(go, 0, Qt.AlignmentFlag.AlignTop)
        return row

    def _copy(self, name: str, text: str) -> QWidget:
        """A copy of the database that could not be cleaned."""
        row, box = self._row()
        delete = button("Delete this copy", tip=name)
        delete.setAccessibleName(f"Delete the copy {name}")
        delete.clicked.connect(partial(self._delete_copy, name, row))
        picture = Picture(self._context.theme, self._context.icons, "warning", "warning", SIGN)
        box.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        box.addWidget(label(text, wrap=True), 1)
        box.addWidget(delete, 0, Qt.AlignmentFlag.AlignTop)
        return row

    def _delete_copy(self, name: str, row: QWidget, _checked: bool = False) -> None:
        def gone(_: None) -> None:
            self.cancel_button.setFocus()
            row.hide()
            self._context.toasts.tell(f"{name} was deleted.")

        deleted = self._context.workspace.forgetting.delete_copy(name)
        self._context.bridge.then(deleted, gone, self._refuse, receiver=self)

    def _choice(self, name: str, text: str) -> QWidget:
        self.choices[name] = Choice(text)
        return self.choices[name]

    def _row(self) -> tuple[QWidget, QHBoxLayout]:
        row = QWidget()
        box = QHBoxLayout(row)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(GRID)
        return row, box

    def _build(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(GRID)
        head.addWidget(self.heading, 1)
        head.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        low = QHBoxLayout()
        low.setSpacing(GRID)
        low.addWidget(self._final, 1)
        low.addWidget(self.cancel_button)
        low.addWidget(self.forget_button)
        self.box.addLayout(head)
        self.box.addWidget(self.notice)
        self.box.addWidget(self._lines)
        self.box.addLayout(low)
