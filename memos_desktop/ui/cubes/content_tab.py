"""The text of a memory, edited in place: saving makes a new version and never overwrites one by others."""

from concurrent.futures import Future
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QVBoxLayout, QWidget

from memos_desktop.errors import MemosError
from memos_desktop.ids import now
from memos_desktop.memory.changes import Changes
from memos_desktop.memory.cube import Cube
from memos_desktop.ui.cubes import words
from memos_desktop.ui.cubes.actions import CubeActions, split_tags
from memos_desktop.ui.cubes.content_fields import ContentFields, Draft
from memos_desktop.ui.cubes.edit_notice import BothTexts, Way
from memos_desktop.ui.cubes.meanwhile import Event, Meanwhile, is_expired, meanwhile, obstacle
from memos_desktop.ui.page import Context

LONGEST_WAIT_S = 24 * 3600
"""An expiry farther away is not waited for; the memory will have been opened again by then."""



class ContentTab(QWidget):
    """Title, type, text and tags of one cube.

    Signals:
        stale(): the cube changed meanwhile; its newest state is wanted.
        kept_apart(str): what was typed into a memory that is gone was kept as this new one.
        given_up(): the memory is gone, and what was typed into it is not wanted.
    """

    stale = Signal()
    kept_apart = Signal(str)
    given_up = Signal()

    def __init__(self, context: Context, actions: CubeActions) -> None:
        super().__init__()
        self._context = context
        self._actions = actions
        self._cube: Cube | None = None
        self._newest: Cube | None = None
        self._saving: set[str] = set()
        self._refusal = ""
        self._own: tuple[str, int] | None = None
        self._gone = False
        self._drafts: dict[str, Draft] = {}
        self._expiry = QTimer(self, singleShot=True)
        self._expiry.timeout.connect(self._on_expiry)
        fields = self._fields = ContentFields(context)
        self.title, self.type, self.text, self.tags = fields.title, fields.type, fields.text, fields.tags
        self.reason, self.save_button, self.discard_button = fields.reason, fields.save_button, fields.discard_button
        self.notice = fields.notice
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(fields)
        self._connect()

    @property
    def dirty(self) -> bool:
        """Whether something was typed that is not saved."""
        cube = self._cube
        return cube is not None and (
            self.text.toPlainText() != cube.text
            or self.title.text().strip() != cube.title
            or self.type.currentData() != cube.descriptive.type
            or split_tags(self.tags.text()) != cube.tags
        )

    def unsaved(self) -> tuple[str, ...]:
        """The titles of the memories into which something was typed that is neither saved nor about to be."""
        titles = {id: draft.base.title for id, draft in self._drafts.items()}
        if self._cube is not None and self.dirty:
            titles[self._cube.id] = self._cube.title
        return tuple(title for id, title in titles.items() if id not in self._saving)

    def show_cube(self, cube: Cube) -> None:
        """Show a cube; what is typed into the same cube stays, with a notice of what happened to it."""
        self._gone = False
        self._await_expiry(cube)
        if self._cube is not None and self._cube.id == cube.id and self.dirty:
            if (cube.id, cube.version) == self._own:  # what was saved from here a moment ago; since then more was typed
                self._cube = cube
            self._newest = cube
            if cube.id not in self._saving:
                self._notice_change(self._cube, cube)
            return
        self._put_aside()
        self._fill(cube)
        if draft := self._drafts.pop(cube.id, None):
            self._take_up(draft)

    def show_gone(self, cube_id: str) -> bool:
        """A cube was removed for good. Returns whether something was typed into it, which is kept here then."""
        if self._cube is None or self._cube.id != cube_id or not self.dirty:
            return False
        self._gone = True
        self._on_typing()
        self.notice.say(
            "This memory was removed for good meanwhile. What you typed is still here.",
            "danger",
            ("Keep mine as a new memory", self._keep_apart),
            ("Copy mine", self._copy),
            ("Discard mine", self._give_up),
        )
        return True

    def save(self) -> None:
        """Save what was typed: a new version for title, type and text; tags change in place."""
        cube = self._cube
        if cube is None or self._blocked() or not self.dirty:
            return
        self.save_button.setEnabled(False)
        self._refusal = ""
        bridge, tagged = self._context.bridge, self._tag(cube)
        sent, refused = self._fields.draft(cube), partial(self._refused, cube)
        text, title, kind = self.text.toPlainText(), self.title.text().strip(), self.type.currentData()
        if (text, title, kind) != (cube.text, cube.title, cube.descriptive.type):
            future = self._context.workspace.library.revise(
                cube.id,
                text=text if text != cube.text else None,
                title=title if title != cube.title else None,
                type=kind if kind != cube.descriptive.type else None,
                expected_version=cube.version,
                reason=self.reason.text().strip(),
            )
            bridge.then(future, partial(self._saved, sent), refused, receiver=self)
            if tagged is not None:
                bridge.then(tagged, self._say_tagged, receiver=self)
        elif tagged is not None:
            bridge.then(tagged, partial(self._tagged, sent), refused, receiver=self)
        else:  # the same tags in another order
            self._fill(cube)
            return
        self._saving.add(cube.id)

    def discard(self) -> None:
        """Back to what is saved."""
        if newest := self._newest or self._cube:
            self._fill(newest)

    # one memory after the other

    def _put_aside(self) -> None:
        """Another cube is shown: what was typed into this one waits until it is shown again."""
        cube = self._cube
        if cube is not None and self.dirty and not self._gone:
            self._drafts[cube.id] = self._fields.draft(cube)
            if cube.id not in self._saving:
                self._say_waiting(cube)

    def _say_waiting(self, cube: Cube) -> None:
        self._context.toasts.tell(f"What you typed into “{cube.title}” is not saved yet, and waits there.")

    def _take_up(self, draft: Draft) -> None:
        newest, self._cube = self._cube, draft.base
        self._fields.take_up(draft)
        self._on_typing()
        if newest is not None:
            self.show_cube(newest)

    def _fill(self, cube: Cube) -> None:
        self._cube = None  # what follows is no typing
        self._newest = None
        self._refusal = ""
        self._fields.fill(cube)
        self._cube = cube
        self._allow(cube)
        self._on_typing()

    def _allow(self, cube: Cube) -> None:
        why = obstacle(cube)
        if not why and is_expired(cube, now()):
            self._say_expired(cube)
        else:
            self.notice.say(why)
        self._fields.allow(not why)

    def _say_expired(self, cube: Cube) -> None:
        when = f" on {words.long_date(cube.governance.expires)}" if cube.governance.expires else ""
        said = f"This memory expired{when}: it is kept, but no longer recalled."
        self.notice.say(said, "warning", ("Renew", partial(self._run, "renew")))

    # saving

    def _tag(self, cube: Cube) -> "Future[Changes] | None":
        """What was added and taken away, and nothing else: others may have changed tags too."""
        tags = split_tags(self.tags.text())
        add = tuple(tag for tag in tags if tag not in cube.tags)
        remove = tuple(tag for tag in cube.tags if tag not in tags)
        return self._context.workspace.library.tag([cube.id], add=add, remove=remove) if add or remove else None

    def _say_tagged(self, changes: Changes) -> None:
        self._actions.say_done("Tags changed: 1 memory", changes)

    def _tagged(self, sent: Draft, changes: Changes) -> None:
        self._say_tagged(changes)
        self._saved(sent, changes)

    def _saved(self, sent: Draft, _changes: Changes) -> None:
        """It is saved. Another memory may be shown by now, or more may have been typed."""
        cube = sent.base
        self._saving.discard(cube.id)
        if self._cube is None or self._cube.id != cube.id:
            if self._drafts.get(cube.id) == sent:
                del self._drafts[cube.id]
            return
        if self._fields.draft(self._cube) == sent:
            self._cube = None
        else:
            self._own = cube.id, cube.version + 1
        self.stale.emit()

    def _refused(self, cube: Cube, error: MemosError) -> None:
        self._saving.discard(cube.id)
        if self._cube is None or self._cube.id != cube.id:
            self._context.toasts.error(error)
            self._say_waiting(cube)
            return
        self._refusal = f"{error.message} {error.hint}".strip()
        self.save_button.setEnabled(True)
        self.notice.say(self._refusal, "warning")
        self.stale.emit()

    # what happens meanwhile

    def _notice_change(self, base: Cube, newest: Cube) -> None:
        found = meanwhile(base, newest, now())
        if found is None:
            why = obstacle(newest)
            ways = (("Discard mine", self.discard), ("Copy mine", self._copy)) if why else ()
            self.notice.say(f"{why} What you typed is still here." if why else self._refusal, "warning", *ways)
            self._on_typing()
            return
        body = None
        if Event.CHANGED in found.events:
            body = BothTexts(self._context, newest, self.title.text().strip(), self.text.toPlainText())
        self.notice.say(found.words, "warning", *self._ways(found), body=body)
        self._on_typing()

    def _ways(self, found: Meanwhile) -> tuple[Way, ...]:
        ways: list[Way] = []
        if Event.BINNED in found.events:
            ways.append(("Take it out of the bin", partial(self._run, "unbin")))
        elif Event.FROZEN in found.events:
            ways.append(("Unfreeze", partial(self._run, "unfreeze")))
        elif Event.CHANGED in found.events:
            ways.append(("Keep mine", self._keep_mine))
        elif Event.EXPIRED in found.events:
            ways.append(("Renew", partial(self._run, "renew")))
        else:
            ways.append(("Restore", partial(self._run, "restore")))
        theirs = "Take theirs" if Event.CHANGED in found.events else "Discard mine"
        return (*ways, (theirs, self.discard), ("Copy mine", self._copy))

    def _keep_mine(self) -> None:
        """Save on top of the newest version: both stay in the history. Tags are added to those of the others."""
        base, newest = self._cube, self._newest
        if base is None or newest is None:
            return
        mine = split_tags(self.tags.text())
        kept = [tag for tag in newest.tags if tag in mine or tag not in base.tags]
        self.tags.setText(", ".join([*kept, *(tag for tag in mine if tag not in base.tags and tag not in kept)]))
        self._cube, self._newest = newest, None
        self.notice.say("")
        self._on_typing()
        if self.dirty:
            self.save()
        else:
            self._fill(newest)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text.toPlainText())
        self._context.toasts.tell("What you typed is in the clipboard.")

    def _run(self, verb: str) -> None:
        if cube := self._newest or self._cube:
            self._actions.run(verb, [cube])

    def _keep_apart(self) -> None:
        future = self._context.workspace.library.add(
            self.text.toPlainText(),
            type=self.type.currentData(),
            title=self.title.text().strip(),
            tags=split_tags(self.tags.text()),
        )
        self._context.bridge.then(future, self._kept, receiver=self)

    def _kept(self, cube: Cube) -> None:
        self._cube = self._newest = None
        self.kept_apart.emit(cube.id)

    def _give_up(self) -> None:
        self._cube = self._newest = None
        self.notice.say("")
        self.given_up.emit()

    def _await_expiry(self, cube: Cube) -> None:
        expires = cube.governance.expires
        left = (expires - now()).total_seconds() if expires is not None else -1.0
        if 0 < left < LONGEST_WAIT_S:
            self._expiry.start(round(left * 1000) + 50)
        else:
            self._expiry.stop()

    def _on_expiry(self) -> None:
        """Its time has come, whether or not somebody has swept: show it as it is now."""
        self.stale.emit()

    # typing

    def _edited(self) -> None:
        if self._refusal and self._cube is not None:  # it was about what has been typed until now
            self._refusal = ""
            self.notice.say("")
        self._on_typing()

    def _on_typing(self) -> None:
        dirty = self.dirty
        self.save_button.setEnabled(dirty and not self._blocked() and bool(self.text.toPlainText().strip()))
        for widget in (self.reason, self.save_button, self.discard_button):
            widget.setVisible(dirty and not self._blocked())

    def _blocked(self) -> bool:
        """Whether the person must first say what is to become of it."""
        if self._gone or self._cube is None or self._newest is None:
            return self._gone
        found = meanwhile(self._cube, self._newest, now())
        return found is not None and found.blocks

    def _connect(self) -> None:
        for signal in (self.text.textChanged, self.title.textChanged, self.tags.textChanged):
            signal.connect(self._edited)
        self.type.currentIndexChanged.connect(self._edited)
        self.save_button.clicked.connect(self.save)
        self.discard_button.clicked.connect(self.discard)
        for keys in (QKeySequence.StandardKey.Save, QKeySequence("Ctrl+Return")):
            shortcut = QShortcut(QKeySequence(keys), self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(self.save)
