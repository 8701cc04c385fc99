"""Forms of memories on the Memory page: keeping ready, giving back, what is out of date, what is suggested."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from kv_desk import MANUAL, RULES, KvDesk, kv, tiny_model
from page_desk import WAIT_MS, cube, desk, look
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QSplitter

from memos_desktop.app.settings import SchedulerMode
from memos_desktop.ids import now
from memos_desktop.memory.cube import CubeFilter, Kind
from memos_desktop.memory.forms import Readiness
from memos_desktop.ui.cubes.actions import BY_NAME
from memos_desktop.ui.cubes.model import STALE_ROLE, Column
from memos_desktop.ui.cubes.page import MemoryPage

__all__ = ["desk", "kv", "look", "tiny_model"]


@pytest.fixture
def page(kv: KvDesk) -> Iterator[MemoryPage]:
    made = MemoryPage(kv.desk.context)
    window = QSplitter()
    window.addWidget(made)
    window.addWidget(made.inspector())
    kv.desk.qtbot.addWidget(window)
    window.resize(1200, 700)
    with kv.desk.qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    yield made


def opened(page: MemoryPage, kv: KvDesk) -> None:
    with kv.desk.qtbot.waitSignal(page.cubes.settled, timeout=WAIT_MS):
        page.activate()


def show(page: MemoryPage, kv: KvDesk, cube_id: str) -> None:
    with kv.desk.qtbot.waitSignal(page.panel.shown, timeout=WAIT_MS, check_params_cb=lambda shown: shown == cube_id):
        page.open_item(cube_id)


def until(kv: KvDesk, condition: object) -> None:
    assert callable(condition)
    kv.desk.qtbot.waitUntil(condition, timeout=4 * WAIT_MS)


def press(page: MemoryPage, text: str) -> None:
    """Press a button of the Forms tab."""
    found = [one for one in page.panel.forms.widget().findChildren(QPushButton) if one.text().strip() == text]
    assert found, text
    found[0].click()


def test_the_key_opens_the_panel_with_the_cost(page: MemoryPage, kv: KvDesk) -> None:
    id = kv.document("Boat manual")
    opened(page, kv)
    page.table.selectRow(0)
    until(kv, lambda: page.commands.actions["ready"].isEnabled())
    page.table.setFocus()
    QTest.keyClick(page.table, Qt.Key.Key_E)
    until(kv, lambda: page.migrate.isVisible() and bool(page.migrate.paths))
    path = page.migrate.paths[0]
    assert path.cube_id == id and path.possible
    assert "about" in page.migrate.total.text() and "tokens" in page.migrate.total.text()
    assert "What is lost:" in page.migrate.lost.text()
    QTest.keyClick(page.migrate, Qt.Key.Key_Escape)
    assert not page.migrate.isVisible()
    assert kv.rows() == () or all(row.belongs == "start" for row in kv.rows())


def test_keeping_ready_says_what_it_has_made(page: MemoryPage, kv: KvDesk) -> None:
    first, second = kv.document("Boat manual"), kv.document("House rules", RULES)
    opened(page, kv)
    library = kv.workspace.library
    page.commands.run("ready", [kv.desk.result(library.cube(id)) for id in (first, second)])
    until(kv, lambda: page.migrate.run_button.isEnabled())
    page.migrate.run_button.click()
    assert page.migrate.run_button.text() == "Cancel"
    until(kv, lambda: page.migrate.total.text().startswith("2 memories ready:"))
    assert set(page.migrate.says) >= {first, second}
    assert all(said.startswith("Ready: ") for said in page.migrate.says.values())
    until(kv, lambda: not any(path.possible for path in page.migrate.paths))
    assert not page.migrate.run_button.isEnabled() and page.migrate.run_button.text() == "Keep ready"
    assert page.migrate.total.text().startswith("2 memories ready:")  # still there to be read


def test_the_text_comes_back_word_for_word(page: MemoryPage, kv: KvDesk) -> None:
    id = kv.document("Boat manual")
    kv.keep(id)
    kv.desk.result(kv.workspace.library.revise(id, text="Sold."))
    opened(page, kv)
    activation = kv.desk.result(kv.workspace.library.cube(kv.activation_of(id)))
    page.commands.run("ready", [activation])
    until(kv, lambda: page.migrate.run_button.isEnabled())
    assert page.migrate.direction.current() == "plaintext"
    assert page.migrate.run_button.text() == "Give the text back"
    page.migrate.run_button.click()
    until(kv, lambda: page.migrate.total.text() == "1 text given back.")
    made = next(iter(page.migrate.says.values()))
    assert made.startswith("Given back as a new memory")
    texts = {one.text for one in kv.desk.result(kv.workspace.library.page(CubeFilter(kind=Kind.PLAINTEXT), 0, 9)).cubes}
    assert texts == {"Sold.", MANUAL}


def test_what_is_not_possible_says_why(page: MemoryPage, kv: KvDesk) -> None:
    id = kv.document("Boat manual")
    opened(page, kv)
    page.commands.run("ready", [kv.desk.result(kv.workspace.library.cube(id))])
    until(kv, lambda: bool(page.migrate.paths))
    page.migrate.direction.chosen.emit("plaintext")
    until(kv, lambda: [path.target for path in page.migrate.paths] == [Kind.PLAINTEXT])
    assert "already" in page.migrate.paths[0].reason
    assert not page.migrate.run_button.isEnabled()
    assert page.migrate.total.text() == "Nothing to do for this selection."


def test_a_cancelled_migration_says_so_and_can_be_run_again(
    page: MemoryPage, kv: KvDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = kv.document("Boat manual")
    opened(page, kv)
    page.commands.run("ready", [kv.desk.result(kv.workspace.library.cube(id))])
    until(kv, lambda: page.migrate.run_button.isEnabled())
    migrate = kv.workspace.activation.migrate

    def cancelled(ids: object, target: Kind) -> object:
        job = migrate(ids, target)  # type: ignore[arg-type]
        job.cancel()
        return job

    monkeypatch.setattr(kv.workspace.activation, "migrate", cancelled)
    page.migrate.run_button.click()
    until(kv, lambda: "cancelled" in page.migrate.total.text())
    until(kv, lambda: page.migrate.run_button.isEnabled())
    assert page.migrate.run_button.text() == "Keep ready"


def test_the_forms_tab_shows_ready_and_lets_go(page: MemoryPage, kv: KvDesk) -> None:
    id = kv.document("Boat manual")
    kv.keep(id)
    opened(page, kv)
    show(page, kv, id)
    forms = page.panel.forms
    until(kv, lambda: [row.readiness for row in forms.rows] == [Readiness.READY])
    press(page, "Let go")
    until(kv, lambda: forms.rows == ())
    kv.desk.wait_toast("Let go:")
    press(page, "Keep ready as KV…")
    until(kv, lambda: page.migrate.run_button.isEnabled())
    assert page.migrate.isVisible() and page.migrate.paths[0].possible


def test_an_edit_makes_the_form_stale_and_it_is_encoded_again(page: MemoryPage, kv: KvDesk) -> None:
    id = kv.document("Boat manual")
    kv.keep(id)
    opened(page, kv)
    activation = kv.activation_of(id)
    index = page.cubes.index(page.cubes.row_of(activation) or 0, Column.KIND)
    assert index.data() == "Activation" and index.data(STALE_ROLE) is False
    kv.desk.result(kv.workspace.library.revise(id, text=MANUAL + " And one more."))
    until(kv, lambda: activation in page.stale)
    index = page.cubes.index(page.cubes.row_of(activation) or 0, Column.KIND)
    assert "out of date" in index.data() and index.data(STALE_ROLE) is True
    show(page, kv, activation)
    assert "out of date" in page.panel._meta.text()
    until(kv, lambda: [row.readiness for row in page.panel.forms.rows] == [Readiness.STALE])
    press(page, "Encode again…")
    until(kv, lambda: page.migrate.isVisible())
    page.migrate.direction.chosen.emit("activation")
    until(kv, lambda: page.migrate.run_button.isEnabled() and page.migrate.run_button.text() == "Keep ready")
    page.migrate.run_button.click()
    until(kv, lambda: "1 memory ready" in page.migrate.total.text())
    until(kv, lambda: activation not in page.stale)


def test_attach_to_a_chat_hands_the_selection_over(page: MemoryPage, kv: KvDesk) -> None:
    id = kv.document("Boat manual")
    opened(page, kv)
    page.table.selectRow(0)
    until(kv, lambda: page.commands.actions["attach"].isEnabled())
    page.table.setFocus()
    with kv.desk.qtbot.waitSignal(kv.desk.context.navigator.attach) as handed:
        QTest.keyClick(page.table, Qt.Key.Key_C)
    assert [one.id for one in handed.args[0]] == [id]


def test_what_is_in_the_bin_is_neither_attached_nor_kept_ready(kv: KvDesk) -> None:
    binned = replace(cube("Gone"), binned=now())
    assert not BY_NAME["ready"].fits(binned) and not BY_NAME["attach"].fits(binned)
    assert BY_NAME["ready"].fits(cube("Here")) and BY_NAME["attach"].fits(cube("Here"))


# suggestions


def suggested(page: MemoryPage, kv: KvDesk, times: int = 7) -> str:
    id = kv.document("Boat manual", " ".join((MANUAL, RULES)))
    kv.use(id, times)
    opened(page, kv)
    until(kv, lambda: page.suggestions.isVisible())
    return id


def button_of(page: MemoryPage, kv: KvDesk, text: str) -> QPushButton:
    """A button of the first suggestion; rows that were just added are shown a moment later."""

    def found() -> list[QPushButton]:
        buttons = page.suggestions.findChildren(QPushButton)
        return [one for one in buttons if one.accessibleName().startswith(f"{text}:") and one.isVisible()]

    until(kv, lambda: bool(found()))
    return found()[0]


def test_a_suggestion_says_why_and_is_carried_out(page: MemoryPage, kv: KvDesk) -> None:
    id = suggested(page, kv)
    proposal = page.suggestions.proposals[0]
    assert proposal.cube_id == id and "7 times in 7 days" in proposal.reason
    button_of(page, kv, "Keep ready").click()
    kv.desk.wait_toast("Ready as KV: Boat manual")
    until(kv, lambda: page.suggestions.proposals == () and not page.suggestions.isVisible())
    assert kv.activation_of(id)


def test_a_dismissed_suggestion_stays_away(page: MemoryPage, kv: KvDesk) -> None:
    suggested(page, kv)
    button_of(page, kv, "Dismiss").click()
    kv.desk.wait_toast("Not suggested again for a month")
    until(kv, lambda: not page.suggestions.isVisible())
    assert kv.desk.result(kv.workspace.scheduler.proposals()) == ()


def test_nothing_is_suggested_while_the_scheduler_is_off(page: MemoryPage, kv: KvDesk) -> None:
    suggested(page, kv)
    kv.workspace.settings.change(scheduler=SchedulerMode.OFF)
    until(kv, lambda: not page.suggestions.isVisible())
    assert page.suggestions.proposals == ()
    kv.workspace.settings.change(scheduler=SchedulerMode.ASK)
    until(kv, lambda: page.suggestions.isVisible())


def test_the_panel_takes_the_place_of_the_suggestions(page: MemoryPage, kv: KvDesk) -> None:
    id = suggested(page, kv)
    page.commands.run("ready", [kv.desk.result(kv.workspace.library.cube(id))])
    assert page.migrate.isVisible() and not page.suggestions.isVisible()
    page.suggestions.refresh()
    until(kv, lambda: page.migrate.run_button.isEnabled())
    assert not page.suggestions.isVisible()
    page.migrate.close_button.click()
    assert page.suggestions.isVisible()


def test_a_suggestion_opens_its_memory(page: MemoryPage, kv: KvDesk) -> None:
    id = suggested(page, kv)
    with kv.desk.qtbot.waitSignal(page.panel.shown, timeout=WAIT_MS, check_params_cb=lambda shown: shown == id):
        button_of(page, kv, "Open").click()
