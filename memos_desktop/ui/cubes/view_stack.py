"""The views, one on top of the other, over one filter and one selection; and the buttons that switch them."""

import importlib
from collections.abc import Sequence

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QSizePolicy, QStackedWidget, QToolButton

from memos_desktop.memory.cube import CubeFilter
from memos_desktop.ui.cubes.choices import Widths, compact
from memos_desktop.ui.cubes.views import CubeView, Selection, ViewSpec, available, remembered
from memos_desktop.ui.icons import Icons
from memos_desktop.ui.page import Context

REMEMBERED = "memory/view"


class ViewSwitcher(QFrame):
    """One button for each view.

    Signals:
        chosen(str): the name of the view that the person wants.
    """

    chosen = Signal(str)

    def __init__(self, icons: Icons, specs: Sequence[ViewSpec]) -> None:
        super().__init__()
        self.setProperty("look", "code")
        self.setAccessibleName("View")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.buttons: dict[str, QToolButton] = {}
        self._widths = Widths()
        self._group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 2, 2, 2)
        row.setSpacing(2)
        for number, spec in enumerate(specs, 1):
            one = QToolButton()
            one.setProperty("look", "segment")
            one.setText(spec.title)
            one.setIcon(icons.icon(spec.icon, "muted", "accent"))
            icons.fit(one)
            one.setToolTip(f"{spec.tip} (Alt+{number})")
            one.setAccessibleName(f"View: {spec.title}")
            one.setCheckable(True)
            one.clicked.connect(lambda _on=False, name=spec.name: self.chosen.emit(name))
            self._group.addButton(one)
            self.buttons[spec.name] = one
            row.addWidget(one)
        self.compact(False)

    def choose(self, name: str) -> None:
        """Show this view as chosen, without a signal; "" for none: something else stands in place of the views."""
        self._group.setExclusive(False)  # of an exclusive group one is always on
        for key, one in self.buttons.items():
            one.setChecked(key == name)
        self._group.setExclusive(True)

    def compact(self, on: bool) -> None:
        """Show the pictures only."""
        for one in self.buttons.values():
            compact(one, on)

    def width_with(self, words: bool) -> int:
        """How wide it is with words, or with pictures only."""
        rest = self.sizeHint().width() - sum(one.sizeHint().width() for one in self.buttons.values())
        return rest + sum(self._widths.of(one, words) for one in self.buttons.values())


class ViewStack(QStackedWidget):
    """Builds each view at its first visit, and keeps filter and selection the same in all.

    Attributes:
        selection: what is selected, whichever view is shown.
        specs: the views that can be shown.

    Signals:
        switched(str): another view is shown.
        opened(str), menu_wanted(QPoint), left(), fuse_wanted(ids): as in CubeView, from the view that is shown.

    """

    switched = Signal(str)
    opened = Signal(str)
    menu_wanted = Signal(QPoint)
    left = Signal()
    fuse_wanted = Signal(object)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.specs = available()
        self.selection = Selection(self)
        self._views: dict[str, CubeView] = {}
        self._filter = CubeFilter()
        self._behind: set[str] = set()
        self._current = ""

    def put(self, name: str, view: CubeView) -> None:
        """A view that is built already."""
        self._views[name] = view
        self._behind.add(name)
        self.addWidget(view)
        view.picked.connect(lambda: self._picked(name))
        view.opened.connect(self.opened)
        view.menu_wanted.connect(self.menu_wanted)
        view.left.connect(self.left)
        view.fuse_wanted.connect(self.fuse_wanted)

    def current(self) -> CubeView:
        """The view that is shown."""
        return self._views[self._current]

    def current_name(self) -> str:
        """The name of the view that is shown."""
        return self._current

    def last_name(self) -> str:
        """The view that was left open the last time, the first one at the beginning."""
        name = str(remembered(self._context).value(REMEMBERED, ""))
        return name if any(spec.name == name for spec in self.specs) else self.specs[0].name

    def view(self, name: str) -> CubeView:
        """A view by its name; it is built if this is the first visit."""
        if name not in self._views:
            spec = next(spec for spec in self.specs if spec.name == name)
            made: CubeView = getattr(importlib.import_module(spec.module), spec.class_name)(self._context)
            self.put(name, made)
        return self._views[name]

    def show_view(self, name: str) -> None:
        """Show this view over the same filter, with the same memories selected."""
        if name == self._current or not any(spec.name == name for spec in self.specs):
            return
        view = self.view(name)
        first = not self._current
        self._current = name
        self._catch_up(name)
        self.setCurrentWidget(view)
        if not first:
            remembered(self._context).setValue(REMEMBERED, name)
            self.selection.gather(lambda ids: self._carry(name, ids))
        self.switched.emit(name)

    def set_filter(self, wanted: CubeFilter) -> None:
        """Another filter for all views; those that are not shown are told at their next visit."""
        self._filter = wanted
        self._fall_behind()
        self.current().set_filter(wanted)

    def refresh(self) -> None:
        """Something in the vault changed."""
        self._fall_behind()
        self.current().refresh()

    def select(self, ids: Sequence[str]) -> None:
        """Select these, as if the person had."""
        self.selection.put(ids)
        self.current().select(ids)

    def clear(self) -> None:
        """Select nothing."""
        self.select(())

    def _fall_behind(self) -> None:
        self._behind = set(self._views) - {self._current}

    def _catch_up(self, name: str) -> None:
        if name in self._behind:
            self._behind.discard(name)
            self._views[name].set_filter(self._filter)

    def _carry(self, name: str, ids: Sequence[str]) -> None:
        if name == self._current:
            self.selection.put(ids)
            self._views[name].select(ids)

    def _picked(self, name: str) -> None:
        if name == self._current:
            self.selection.take(self._views[name])
