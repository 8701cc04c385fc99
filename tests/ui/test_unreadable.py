"""What could not be read is said to be unreadable, not to be gone; and nothing stays blank without a word."""

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import pytest
from operators_desk import Operating, operating
from page_desk import WAIT_MS, Desk, cube, desk, look
from PySide6.QtWidgets import QLabel, QPushButton

from memos_desktop.errors import VaultError
from memos_desktop.memory.cube import ActivationPayload, Cube
from memos_desktop.ui.cubes.gathering import Gathering
from memos_desktop.ui.cubes.staleness import Staleness

__all__ = ["desk", "look", "operating"]
BUSY = "The disk is busy."


def unreadable(*_arguments: object, **_named: object) -> "Future[Any]":
    """In place of a use case: it cannot read."""
    made: Future[Any] = Future()
    made.set_exception(VaultError(BUSY))
    return made


def pending(*_arguments: object, **_named: object) -> "Future[Any]":
    """In place of a use case: it has not answered yet."""
    return Future()


def texts(widget: Any) -> list[str]:
    return [one.text() for one in widget.findChildren(QLabel)]


@pytest.mark.parametrize(("view", "part", "call"), [("timeline", "numbers", "by_time"), ("map", "map", "places")])
def test_a_view_that_cannot_be_read_says_so_and_is_read_again(
    operating: Operating, monkeypatch: pytest.MonkeyPatch, view: str, part: str, call: str
) -> None:
    operating.opened(cube("One."))
    workspace, page = operating.desk.workspace, operating.page
    with monkeypatch.context() as broken:
        broken.setattr(getattr(workspace, part), call, unreadable)
        page.show_view(view)
        operating.desk.wait_toast(BUSY)
    shown: Any = page.views.current()
    assert shown.failed.isVisible() and "could not be read" in shown.failed.title.text()
    shown.failed.button.click()
    operating.until(lambda: not shown.failed.isVisible())


@pytest.mark.parametrize(("view", "part", "call"), [("timeline", "numbers", "by_time"), ("map", "map", "places")])
def test_grey_bars_stand_where_a_view_is_still_being_read(
    operating: Operating, monkeypatch: pytest.MonkeyPatch, view: str, part: str, call: str
) -> None:
    operating.opened(cube("One."))
    with monkeypatch.context() as slow:
        slow.setattr(getattr(operating.desk.workspace, part), call, pending)
        operating.page.show_view(view)
        shown: Any = operating.page.views.current()
        assert shown.bars.isVisible() and shown.bars.size() == shown.bars.parentWidget().size()
    shown.refresh()
    operating.until(lambda: not shown.bars.isVisible())


def test_an_unreadable_lineage_stays_and_is_read_again(operating: Operating, monkeypatch: pytest.MonkeyPatch) -> None:
    one = cube("One.")
    operating.opened(one, cube("From it.", parents=(one.id,)))
    operating.page.show_view("lineage")
    view: Any = operating.page.views.current()
    with monkeypatch.context() as broken:
        broken.setattr(operating.desk.workspace.lineage, "around", unreadable)
        view.go(one.id)
        operating.desk.wait_toast(BUSY)
    assert view.center == one.id and view.failed.isVisible()
    view.failed.button.click()
    operating.until(lambda: view.graph.isVisible())
    with monkeypatch.context() as broken:
        broken.setattr(operating.desk.workspace.lineage, "around", unreadable)
        before = len(operating.desk.toasts())
        view.refresh()
        operating.until(lambda: len(operating.desk.toasts()) > before)
    assert view.graph.isVisible() and view.center == one.id


def test_unreadable_forms_are_not_said_to_be_none(operating: Operating, monkeypatch: pytest.MonkeyPatch) -> None:
    one = cube("One.")
    operating.opened(one)
    forms = operating.page.panel.forms
    with monkeypatch.context() as broken:
        broken.setattr(operating.desk.workspace.activation, "forms", unreadable)
        operating.page.open_item(one.id)
        operating.until(lambda: any(BUSY in said for said in texts(forms)))
    assert not any("No model has read it" in said for said in texts(forms))
    [again] = [each for each in forms.findChildren(QPushButton) if each.text() == "Try again"]
    again.click()
    operating.until(lambda: any("No model has read it" in said for said in texts(forms)))


def test_a_source_that_cannot_be_read_makes_nothing_out_of_date(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    source = cube("One.")
    desk.add(source)
    read = ActivationPayload("One.", 100, "0" * 64, 1)
    made = cube("One.", payload=read, parents=(source.id,))
    orphan = cube("Two.", payload=read, parents=("01m85pdzan062kpnfpp8",))
    stale = Staleness(desk.context, desk.context.toasts)
    with monkeypatch.context() as broken:
        broken.setattr(desk.workspace.library, "cube", unreadable)
        stale.look([made])
        desk.wait_toast(BUSY)
    assert made.id not in stale
    with desk.qtbot.waitSignal(stale.changed, timeout=WAIT_MS):
        stale.look([orphan])
    assert orphan.id in stale


def gathered(desk: Desk, *ids: str) -> list[tuple[Cube, ...]]:
    found: list[tuple[Cube, ...]] = []
    gathering = Gathering(desk.context, ids, found.append, desk.context.toasts)
    with desk.qtbot.waitSignal(gathering.destroyed, timeout=WAIT_MS):
        pass
    return found


def test_what_is_gone_while_memories_are_gathered_is_counted(desk: Desk) -> None:
    one, two = cube("One."), cube("Two.")
    desk.add(one, two)
    assert gathered(desk, one.id, "01m85pdzan062kpnfpp8", two.id) == [(one, two)]
    assert desk.toasts() == ["1 of these 3 memories was removed meanwhile."]
    assert gathered(desk, "01m85pdzan062kpnfpp8") == []
    assert desk.toasts()[-1] == "This memory was removed meanwhile."


def test_memories_that_cannot_be_read_are_not_left_out(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    one = cube("One.")
    desk.add(one)
    read: Callable[[str], Future[Cube]] = desk.workspace.library.cube
    monkeypatch.setattr(desk.workspace.library, "cube", lambda id: read(id) if id == one.id else unreadable())
    assert gathered(desk, one.id, "other") == []
    assert desk.toasts() == [BUSY]
