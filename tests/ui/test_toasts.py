"""Toasts leave by themselves, but not from under the keyboard."""

import pytest
from page_desk import WAIT_MS, Desk, desk, look
from PySide6.QtWidgets import QApplication, QLineEdit

__all__ = ["desk", "look"]


def test_it_stays_while_the_keyboard_is_in_it_and_leaves_afterwards(desk: Desk) -> None:
    toasts = desk.context.toasts
    host = toasts._host
    field = QLineEdit(host)
    host.resize(600, 400)
    host.show()
    toast = toasts.say("Archived.", undo=lambda: None)
    host.activateWindow()
    toast.action.setFocus()
    desk.qtbot.waitUntil(lambda: QApplication.focusWidget() is toast.action, timeout=WAIT_MS)
    toast._expire()
    assert toast.isVisible()
    field.setFocus()
    assert QApplication.focusWidget() is field
    toast._expire()
    assert not toast.isVisible()


@pytest.mark.parametrize("times", [1, 20])
def test_choices_offered_again_leave_nothing_behind(desk: Desk, times: int) -> None:
    from PySide6.QtGui import QAction

    from memos_desktop.ui.cubes.choices import Choice

    choice = Choice(desk.context.icons, "Tag")
    desk.qtbot.addWidget(choice)
    for number in range(times):
        choice.offer([("work", f"work ({number})", ""), ("home", "home (1)", "")])
    QApplication.sendPostedEvents(None, 52)  # what was to be deleted later
    assert len(choice.findChildren(QAction)) <= 6
