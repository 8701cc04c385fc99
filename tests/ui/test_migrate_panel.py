"""What the panel of the six pathways says of a run: what was made, Undo, and what is true after that."""

from collections.abc import Iterator

import pytest
from kv_desk import RULES, KvDesk, kv, tiny_model
from page_desk import WAIT_MS, desk, look
from PySide6.QtWidgets import QPushButton, QSplitter

from memos_desktop.memory.cube import CubeFilter, Kind
from memos_desktop.ui.cubes.migrate_row import PathwayRow
from memos_desktop.ui.cubes.page import MemoryPage
from memos_desktop.ui.cubes.verbs import offered
from memos_desktop.ui.widgets import Picture

__all__ = ["desk", "kv", "look", "tiny_model"]

TO_KV, TO_TEXT = "plaintext→activation", "activation→plaintext"


@pytest.fixture
def page(kv: KvDesk) -> Iterator[MemoryPage]:
    made = MemoryPage(kv.desk.context)
    window = QSplitter()
    window.addWidget(made)
    kv.desk.qtbot.addWidget(window)
    window.resize(1200, 700)
    with kv.desk.qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    with kv.desk.qtbot.waitSignal(made.cubes.settled, timeout=WAIT_MS):
        made.activate()
    yield made


def until(kv: KvDesk, condition: object) -> None:
    assert callable(condition)
    kv.desk.qtbot.waitUntil(condition, timeout=4 * WAIT_MS)


def opened(page: MemoryPage, kv: KvDesk, *ids: str, name: str = TO_KV) -> PathwayRow:
    """The row of a pathway in the panel of these memories, when it can be run."""
    page.commands.run("migrate", [kv.desk.result(kv.workspace.library.cube(id)) for id in ids])
    until(kv, lambda: name in page.migrate.rows and page.migrate.rows[name].run_button.isEnabled())
    return page.migrate.rows[name]


def kept(kv: KvDesk) -> int:
    """How many activation cubes there are."""
    return int(kv.desk.result(kv.workspace.library.page(CubeFilter(kind=Kind.ACTIVATION), 0, 9)).total)


def test_undo_takes_all_back_and_the_panel_says_what_is_true(page: MemoryPage, kv: KvDesk) -> None:
    row = opened(page, kv, kv.document("Boat manual"), kv.document("House rules", RULES))
    row.run_button.click()
    kv.desk.wait_toast("2 memories ready:")
    until(kv, lambda: row.total.text().startswith("2 memories ready:"))
    assert kept(kv) == 2
    kv.desk.undo_last()
    kv.desk.wait_toast("Undone: Keep 2 memories ready as KV")
    until(kv, lambda: row.run_button.isEnabled() and row.total.text().startswith("2 memories: about"))
    assert kept(kv) == 0 and not row.says
    kv.desk.result(kv.workspace.library.redo())
    until(kv, lambda: row.total.text() == "It is ready as KV already.")
    assert kept(kv) == 2 and not row.run_button.isEnabled()


def test_a_panel_on_what_is_undone_goes_on_without_it(page: MemoryPage, kv: KvDesk) -> None:
    id = kv.document("Boat manual")
    kv.keep(id)
    back = opened(page, kv, kv.activation_of(id), name=TO_TEXT)
    kv.desk.result(kv.workspace.library.undo())
    until(kv, lambda: back.total.text() == "None of what is selected is KV.")
    assert page.migrate.problem.isHidden()


def test_a_text_given_back_can_be_undone(page: MemoryPage, kv: KvDesk) -> None:
    id = kv.document("Boat manual")
    kv.keep(id)
    kv.desk.result(kv.workspace.library.revise(id, text="Sold."))
    back = opened(page, kv, kv.activation_of(id), name=TO_TEXT)
    back.run_button.click()
    kv.desk.wait_toast("1 text given back.")
    kv.desk.undo_last()
    kv.desk.wait_toast("Undone: Give the text of “Boat manual” back")
    until(kv, lambda: "given back" not in back.total.text())


def test_a_failure_says_that_nothing_was_changed(page: MemoryPage, kv: KvDesk) -> None:
    row = opened(page, kv, kv.document("Boat manual"), kv.document("House rules", RULES))
    kv.workspace.activation.set_budget(2000).result(WAIT_MS / 1000)
    row.run_button.click()
    until(kv, lambda: "All 2 memories are as they were." in row.total.text())
    assert kept(kv) == 0 and not kv.desk.context.toasts.shown


def test_a_long_selection_is_not_cut_silently(
    page: MemoryPage, kv: KvDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [kv.document(f"Manual {number}") for number in range(3)]
    row = opened(page, kv, *ids)
    assert page.migrate.limit.isHidden() and len(row.paths) == 3
    assert {"migrate", "ready"} <= offered([kv.desk.result(kv.workspace.library.cube(ids[0]))], 10_000)
    monkeypatch.setattr(kv.workspace.pathways, "most", 2)
    row = opened(page, kv, *ids)
    until(kv, lambda: len(row.paths) == 2)
    assert page.migrate.limit.isVisible()
    assert page.migrate.limit.text().startswith("The first 2 of 3 memories are looked at: each is read word by word")


def test_a_suggestion_that_was_carried_out_can_be_undone(page: MemoryPage, kv: KvDesk) -> None:
    kv.use(kv.document("Boat manual", RULES * 2), 7)

    def accepts() -> list[QPushButton]:
        buttons = page.suggestions.findChildren(QPushButton)
        return [one for one in buttons if one.accessibleName() == "Keep ready: Boat manual" and one.isVisible()]

    until(kv, lambda: bool(accepts()))
    accepts()[0].click()
    kv.desk.wait_toast("Ready as KV: Boat manual")
    assert kept(kv) == 1
    kv.desk.undo_last()
    kv.desk.wait_toast("Undone: Keep “Boat manual” ready as KV")
    assert kept(kv) == 0
    until(kv, lambda: bool(accepts()))


def test_the_pictures_follow_the_theme(page: MemoryPage, kv: KvDesk) -> None:
    row = opened(page, kv, kv.document("Boat manual"))
    theme = kv.desk.context.theme

    def colours() -> list[str]:
        images = [sign.pixmap().toImage() for sign in row.findChildren(Picture)]
        return [image.pixelColor(image.rect().center()).name() for image in images]

    try:
        theme.configure("light", reduced_motion=True)
        light = colours()
        theme.configure("dark", reduced_motion=True)
        assert len(light) >= 3 and colours()[0] != light[0]
    finally:
        theme.configure("light", reduced_motion=True)
