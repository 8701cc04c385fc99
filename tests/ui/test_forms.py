"""Forms of memories on the Memory page: keeping ready, giving back, what is out of date, what is suggested."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from kv_desk import MANUAL, RULES, KvDesk, kv, tiny_model
from page_desk import WAIT_MS, cube, desk, look
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QSplitter

from memos_desktop.app import parametric
from memos_desktop.app.settings import SchedulerMode
from memos_desktop.ids import now
from memos_desktop.memory.cube import CubeFilter, Kind
from memos_desktop.memory.forms import Readiness
from memos_desktop.ui.cubes.actions import BY_NAME
from memos_desktop.ui.cubes.columns import Column
from memos_desktop.ui.cubes.migrate_row import PathwayRow
from memos_desktop.ui.cubes.model import STALE_ROLE
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


TO_KV, TO_TEXT = "plaintext→activation", "activation→plaintext"


def row(page: MemoryPage, name: str = TO_KV) -> PathwayRow:
    return page.migrate.rows[name]


def offered(page: MemoryPage, kv: KvDesk, name: str = TO_KV) -> PathwayRow:
    """The row of a pathway, as soon as it can be run."""
    until(kv, lambda: name in page.migrate.rows and row(page, name).run_button.isEnabled())
    return row(page, name)


def test_the_key_opens_the_panel_with_the_cost(page: MemoryPage, kv: KvDesk) -> None:
    id = kv.document("Boat manual")
    opened(page, kv)
    page.table.selectRow(0)
    until(kv, lambda: page.commands.actions["ready"].isEnabled())
    page.table.setFocus()
    QTest.keyClick(page.table, Qt.Key.Key_E)
    shown = offered(page, kv)
    assert page.migrate.isVisible() and shown.run_button.hasFocus()
    assert [(path.cube_id, path.possible) for path in shown.paths] == [(id, True)]
    assert "about" in shown.total.text() and "tokens" in shown.total.text()
    assert "What is lost: Attached behind other text" in shown.lost.text()
    assert "tiny" in page.migrate.model.text()
    QTest.keyClick(page.migrate, Qt.Key.Key_Escape)
    assert not page.migrate.isVisible() and page.table.isVisible()
    assert kv.rows() == () or all(kept.belongs == "start" for kept in kv.rows())


def test_all_six_pathways_are_shown_with_why_not(page: MemoryPage, kv: KvDesk) -> None:
    id = kv.document("Boat manual")
    opened(page, kv)
    page.commands.run("migrate", [kv.desk.result(kv.workspace.library.cube(id))])
    offered(page, kv)
    kinds = [kind.value for kind in Kind]
    assert set(page.migrate.rows) == {f"{one}→{other}" for one in kinds for other in kinds if one != other}
    said = {name: one.total.text() for name, one in page.migrate.rows.items()}
    assert said[TO_TEXT] == "None of what is selected is KV."
    assert said["plaintext→parametric"] == f"{parametric.obstacle().capitalize()}."
    assert said["parametric→plaintext"] == "None of what is selected is an adapter."
    assert [name for name, one in page.migrate.rows.items() if one.run_button.isEnabled()] == [TO_KV]
    assert all("What is lost: " in one.lost.text() for one in page.migrate.rows.values())


def test_keeping_ready_says_what_it_has_made(page: MemoryPage, kv: KvDesk) -> None:
    first, second = kv.document("Boat manual"), kv.document("House rules", RULES)
    opened(page, kv)
    library = kv.workspace.library
    page.commands.run("ready", [kv.desk.result(library.cube(id)) for id in (first, second)])
    offered(page, kv).run_button.click()
    assert row(page).run_button.text() == "Cancel" and page.migrate.running == TO_KV
    until(kv, lambda: row(page).total.text().startswith("2 memories ready:"))
    until(kv, lambda: set(row(page).says) >= {first, second})
    assert all(said.startswith("Ready: ") for said in row(page).says.values())
    until(kv, lambda: not any(path.possible for path in row(page).paths))
    assert not row(page).run_button.isEnabled() and row(page).run_button.text() == "Keep ready"
    assert row(page).total.text().startswith("2 memories ready:")  # still there to be read
    assert page.migrate.close_button.hasFocus()


def test_the_text_comes_back_word_for_word(page: MemoryPage, kv: KvDesk) -> None:
    id = kv.document("Boat manual")
    kv.keep(id)
    kv.desk.result(kv.workspace.library.revise(id, text="Sold."))
    opened(page, kv)
    activation = kv.desk.result(kv.workspace.library.cube(kv.activation_of(id)))
    page.commands.run("migrate", [activation])
    back = offered(page, kv, TO_TEXT)
    assert back.run_button.text() == "Give the text back"
    back.run_button.click()
    until(kv, lambda: back.total.text() == "1 text given back.")
    until(kv, lambda: bool(back.says))
    assert next(iter(back.says.values())).startswith("Given back as a new memory")
    texts = {one.text for one in kv.desk.result(kv.workspace.library.page(CubeFilter(kind=Kind.PLAINTEXT), 0, 9)).cubes}
    assert texts == {"Sold.", MANUAL}


def test_what_is_ready_already_says_so(page: MemoryPage, kv: KvDesk) -> None:
    id = kv.document("Boat manual")
    kv.keep(id)
    opened(page, kv)
    page.commands.run("ready", [kv.desk.result(kv.workspace.library.cube(id))])
    until(kv, lambda: TO_KV in page.migrate.rows)
    assert row(page).total.text() == "It is ready as KV already."
    assert not row(page).run_button.isEnabled()


def test_a_cancelled_migration_says_so_and_can_be_run_again(
    page: MemoryPage, kv: KvDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = kv.document("Boat manual")
    opened(page, kv)
    page.commands.run("ready", [kv.desk.result(kv.workspace.library.cube(id))])
    offered(page, kv)
    migrate = kv.workspace.activation.migrate

    def cancelled(ids: object, target: Kind) -> object:
        job = migrate(ids, target)  # type: ignore[arg-type]
        job.cancel()
        return job

    monkeypatch.setattr(kv.workspace.activation, "migrate", cancelled)
    row(page).run_button.click()
    until(kv, lambda: row(page).total.text() == "It was cancelled. Nothing was changed.")
    assert offered(page, kv).run_button.text() == "Keep ready"


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
    assert offered(page, kv).paths[0].possible and page.migrate.isVisible()


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
    offered(page, kv).run_button.click()
    until(kv, lambda: "1 memory ready" in row(page).total.text())
    page.migrate.close_panel()  # the table comes into sight again
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
    until(kv, page.migrate.isVisible)
    assert not page.suggestions.isVisible()
    page.suggestions.refresh()
    offered(page, kv)
    assert not page.suggestions.isVisible()
    page.migrate.close_button.click()
    assert page.suggestions.isVisible()


def test_a_suggestion_opens_its_memory(page: MemoryPage, kv: KvDesk) -> None:
    id = suggested(page, kv)
    with kv.desk.qtbot.waitSignal(page.panel.shown, timeout=WAIT_MS, check_params_cb=lambda shown: shown == id):
        button_of(page, kv, "Open").click()


def test_a_migration_that_ends_late_is_not_told_on_the_panel_of_another_memory(page: MemoryPage, kv: KvDesk) -> None:
    first, second = kv.document("Boat manual"), kv.document("House rules", RULES)
    opened(page, kv)
    cubes = {id: kv.desk.result(kv.workspace.library.cube(id)) for id in (first, second)}
    page.commands.run("ready", [cubes[first]])
    offered(page, kv).run_button.click()
    page.migrate.close_panel()
    page.commands.run("ready", [cubes[second]])
    kv.desk.wait_toast("1 memory ready:")
    assert page.migrate.isVisible() and "House rules" in page.migrate.heading.text()
    assert offered(page, kv).run_button.text() == "Keep ready" and not row(page).says
    assert not row(page).total.text().startswith("1 memory ready:")


def test_the_reason_of_a_refusal_goes_when_it_can_be_read_again(page: MemoryPage, kv: KvDesk) -> None:
    id = kv.document("Boat manual")
    opened(page, kv)
    page.commands.run("ready", [kv.desk.result(kv.workspace.library.cube(id))])
    offered(page, kv)
    page.migrate.problem.setText("The disk is busy.")
    page.migrate.problem.show()
    kv.desk.result(kv.workspace.library.pin([id], True))  # it is asked again
    until(kv, lambda: page.migrate.problem.isHidden())
