"""The panels of bundles: what is chosen, what would come in, what was done."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from page_desk import WAIT_MS, Desk, cube, desk, look
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

sys.path.append(str(Path(__file__).resolve().parents[1] / "vault"))  # for the makers of bundles

from hostile_bundles import KINDS

from memos_desktop.memory.bundle_import import Choice
from memos_desktop.memory.cube import Cube, CubeFilter, Governance, Sensitivity, TextPayload
from memos_desktop.ui.transfer.export_panel import ALL, SELECTED, SHOWN, ExportPanel
from memos_desktop.ui.transfer.import_panel import CARDS, ImportPanel

__all__ = ["desk", "look"]
SECRET = Governance(sensitivity=Sensitivity.SECRET)


@pytest.fixture
def export(desk: Desk, tmp_path: Path) -> Iterator[ExportPanel]:
    panel = ExportPanel(desk.context)
    desk.qtbot.addWidget(panel)
    panel.resize(800, 600)
    panel.show()
    yield panel


@pytest.fixture
def load(desk: Desk) -> Iterator[ImportPanel]:
    panel = ImportPanel(desk.context)
    desk.qtbot.addWidget(panel)
    panel.resize(800, 600)
    panel.show()
    yield panel


def offered(panel: ExportPanel, desk: Desk, ids: tuple[str, ...] = (), wanted: CubeFilter = CubeFilter()) -> None:
    with desk.qtbot.waitSignal(panel.shown, timeout=WAIT_MS):
        panel.open(ids, wanted)


def run(panel: ExportPanel, desk: Desk, path: Path) -> None:
    panel._set_path(path)
    with desk.qtbot.waitSignal(panel.ended, timeout=WAIT_MS):
        panel.run_button.click()


def previewed(panel: ImportPanel, desk: Desk, path: Path) -> None:
    with desk.qtbot.waitSignal(panel.shown, timeout=WAIT_MS):
        panel.open(path)


def written(desk: Desk, path: Path, *cubes: Cube) -> Path:
    """A bundle of these memories, made elsewhere."""
    from bundle_values import in_order, write

    from memos_desktop.memory.bundle import Chain

    return write(path, in_order(Chain((one,)) for one in cubes))


# export


def test_what_is_selected_is_exported(export: ExportPanel, desk: Desk, tmp_path: Path) -> None:
    boat, house = cube("The boat."), cube("The house.")
    desk.add(boat, house)
    offered(export, desk, (boat.id,))
    assert export.what.current() == SELECTED and export.amount.text().startswith("1 memory, about")
    target = tmp_path / "one.memcube"
    with desk.qtbot.waitSignal(export.left, timeout=WAIT_MS):
        run(export, desk, target)
    desk.wait_toast("Exported 1 memory to one.memcube")
    assert target.is_file()
    desk.context.toasts.shown[-1].action.click()
    assert desk.prompter.said[-1] == str(tmp_path)


def test_what_there_is_to_choose(export: ExportPanel, desk: Desk) -> None:
    desk.add(cube("The boat.", tags=("boat",)), cube("The house."))
    offered(export, desk)
    assert export.what.current() == ALL and export.selection() is None
    with desk.qtbot.waitSignal(export.shown, timeout=WAIT_MS):
        export.open((), CubeFilter(tag="boat"))
    with desk.qtbot.waitSignal(export.shown, timeout=WAIT_MS):
        export.what.chosen.emit(SHOWN)
    assert export.selection() == CubeFilter(tag="boat")
    assert export.amount.text().startswith("1 memory")


def test_secret_memories_are_asked_for(export: ExportPanel, desk: Desk, tmp_path: Path) -> None:
    secret = cube("4711", governance=SECRET)
    desk.add(cube("The boat."), secret)
    offered(export, desk)
    assert export.secret.isVisible() and export.amount.text().startswith("1 memory")
    export.secret.toggle.click()
    assert export.amount.text().startswith("2 memories")
    run(export, desk, tmp_path / "all.memcube")
    desk.qtbot.waitUntil(lambda: "One secret memory goes with it" in export.notice.text, timeout=WAIT_MS)
    assert export.isVisible()
    offered(export, desk, (secret.id,))
    export.secret.toggle.setChecked(False)
    assert not export.run_button.isEnabled()
    assert export.amount.text() == "No memory that can be exported."


def test_redacting_says_what_it_is(export: ExportPanel, desk: Desk, tmp_path: Path) -> None:
    desk.add(cube("My sister Nora has the number +351 912 345 678."))
    offered(export, desk)
    assert not export.kv.isVisible() and not export.adapters.isVisible()
    export.redact.toggle.click()
    assert "Rules miss some names" in export.redact.about.text()
    run(export, desk, tmp_path / "masked.memcube")
    desk.qtbot.waitUntil(lambda: "Replaced: 2 phone numbers, 2 names" in export.notice.text, timeout=WAIT_MS)
    assert b"Nora" not in (tmp_path / "masked.memcube").read_bytes()


def test_another_place_is_chosen(export: ExportPanel, desk: Desk, tmp_path: Path) -> None:
    desk.add(cube("x"))
    offered(export, desk)
    assert export.path.suffix == ".memcube" and not export.path.exists()
    desk.prompter.file = tmp_path / "here"
    export.choose_button.click()
    assert export.where.full_text() == str(tmp_path / "here.memcube")


def test_what_went_wrong_is_said(export: ExportPanel, desk: Desk, tmp_path: Path) -> None:
    desk.add(cube("x"))
    offered(export, desk)
    run(export, desk, tmp_path / "missing" / "x.memcube")
    desk.qtbot.waitUntil(lambda: "there is no folder" in export.notice.text, timeout=WAIT_MS)
    assert "Your memories are unchanged" in export.notice.text
    assert export.run_button.isEnabled()


def test_an_export_can_be_cancelled(export: ExportPanel, desk: Desk, tmp_path: Path) -> None:
    desk.add(*(cube(f"memory {number}") for number in range(50)))
    offered(export, desk)
    start = desk.workspace.transfer.export

    def cancelled(*arguments: object, **options: object) -> object:
        job = start(*arguments, **options)  # type: ignore[arg-type]
        job.cancel()
        return job

    desk.workspace.transfer.export = cancelled  # type: ignore[method-assign, assignment]
    run(export, desk, tmp_path / "x.memcube")
    assert "cancelled, and no file was written" in export.notice.text
    assert list(tmp_path.glob("*memcube*")) == []


def test_escape_closes(export: ExportPanel, load: ImportPanel, desk: Desk) -> None:
    for panel in (export, load):
        with desk.qtbot.waitSignal(panel.left, timeout=WAIT_MS):
            QTest.keyClick(panel, Qt.Key.Key_Escape)


@pytest.mark.parametrize(
    ("typed", "becomes", "asked"),
    [
        ("backup", "backup.memcube", True),
        ("Backup 2.0", "Backup 2.0.memcube", False),
        ("backup.memcube", "backup.memcube", False),
        ("backup.MEMCUBE", "backup.MEMCUBE", False),
    ],
)
def test_a_bundle_is_called_one_and_replaces_no_file_unasked(
    export: ExportPanel, desk: Desk, tmp_path: Path, typed: str, becomes: str, asked: bool
) -> None:
    desk.add(cube("The boat."))
    offered(export, desk)
    (tmp_path / "backup.memcube").write_bytes(b"older")
    desk.prompter.file = tmp_path / typed
    export.choose_button.click()
    assert export.path == tmp_path / becomes
    assert ("Replace this file?" in desk.prompter.said) is asked


# import


def test_new_memories_come_in_and_undo_takes_them_back(load: ImportPanel, desk: Desk, tmp_path: Path) -> None:
    desk.add(cube("Here."))
    path = written(desk, tmp_path / "new.memcube", cube("One."), cube("Two."))
    previewed(load, desk, path)
    assert load.cards == [] and load.import_button.hasFocus()
    assert load.outcome.text() == "2 memories added. One step, which Undo takes back."
    assert desk.result(desk.workspace.library.counts()).cubes == 1
    with desk.qtbot.waitSignal(load.imported, timeout=WAIT_MS) as came:
        load.import_button.click()
    assert len(came.args[0]) == 2
    desk.wait_toast("Imported 2 memories from new.memcube.")
    assert desk.result(desk.workspace.library.counts()).cubes == 3
    desk.undo_last()
    desk.wait_toast("Undone: Import 2 memories")
    assert desk.result(desk.workspace.library.counts()).cubes == 1


def test_nothing_new_is_nothing_to_do(load: ImportPanel, desk: Desk, tmp_path: Path) -> None:
    mine = cube("Here.")
    desk.add(mine)
    previewed(load, desk, written(desk, tmp_path / "same.memcube", mine))
    assert load.outcome.text() == "Everything in it is here already."
    assert not load.import_button.isEnabled() and load.cancel_button.hasFocus()


def test_conflicts_are_chosen_for_all_or_for_each(load: ImportPanel, desk: Desk, tmp_path: Path) -> None:
    boat, house, frozen = cube("The boat is Lima."), cube("The house is blue."), cube("Stays.", frozen=True)
    desk.add(boat, house, frozen)
    others = [replace(one, payload=TextPayload(f"Theirs: {one.text}")) for one in (boat, house, frozen)]
    previewed(load, desk, written(desk, tmp_path / "other.memcube", *others))
    assert load.outcome.text() == "Nothing would be changed." and not load.import_button.isEnabled()
    by_id = {card.conflict.id: card for card in load.cards}
    assert by_id[boat.id].diff.accessibleName() == "removed: The; added: Theirs: The"
    load.usual.chosen.emit("replace")
    assert by_id[boat.id].choices.current() == "replace" and by_id[frozen.id].choices.current() == "keep"
    assert load.outcome.text() == "2 replaced, 1 kept as here. One step, which Undo takes back."
    QTest.keyClick(by_id[house.id], Qt.Key.Key_B)
    QTest.keyClick(by_id[frozen.id], Qt.Key.Key_T)  # it cannot be replaced
    assert load.decision().each == {house.id: Choice.BOTH}
    assert load.outcome.text() == "1 replaced, 1 added as a copy, 1 kept as here. One step, which Undo takes back."
    with desk.qtbot.waitSignal(load.imported, timeout=WAIT_MS):
        load.import_button.click()
    texts = {one.text for one in desk.result(desk.workspace.library.page(CubeFilter(), 0, 9)).cubes}
    assert texts == {"Theirs: The boat is Lima.", "The house is blue.", "Theirs: The house is blue.", "Stays."}


def test_very_many_conflicts_have_a_card_each_up_to_a_limit(load: ImportPanel, desk: Desk, tmp_path: Path) -> None:
    mine = [cube(f"memory {number}") for number in range(CARDS + 20)]
    desk.add(*mine)
    others = [replace(one, payload=TextPayload(f"other {one.text}")) for one in mine]
    previewed(load, desk, written(desk, tmp_path / "many.memcube", *others))
    assert len(load.cards) == CARDS
    load.usual.chosen.emit("replace")
    assert load.outcome.text().startswith(f"{CARDS + 20} replaced.")


@pytest.mark.parametrize("name", ["bomb", "path_traversal", "wrong_hash", "truncated"])
def test_a_hostile_bundle_is_refused_in_plain_words(
    load: ImportPanel, desk: Desk, tmp_path: Path, name: str
) -> None:
    make, _ = KINDS[name]
    previewed(load, desk, make(tmp_path / "hostile.memcube"))
    assert load.notice.text.startswith("“hostile.memcube” was refused: ")
    assert "Nothing was changed." in load.notice.text
    assert not load.import_button.isEnabled() and load.cancel_button.hasFocus()
    good = written(desk, tmp_path / "good.memcube", cube("One."))
    previewed(load, desk, good)  # the panel goes on
    assert load.import_button.isEnabled() and not load.notice.isVisible()


def test_a_file_that_changes_after_the_preview(load: ImportPanel, desk: Desk, tmp_path: Path) -> None:
    path = written(desk, tmp_path / "x.memcube", cube("One."))
    previewed(load, desk, path)
    path.write_bytes(b"something else")
    with desk.qtbot.waitSignal(load.shown, timeout=WAIT_MS):
        load.import_button.click()
    assert "it is no bundle" in load.notice.text
    assert desk.result(desk.workspace.library.counts()).cubes == 0


def test_closing_stops_the_reading(load: ImportPanel, desk: Desk, tmp_path: Path) -> None:
    path = written(desk, tmp_path / "x.memcube", cube("One."))
    with desk.qtbot.waitSignal(load.left, timeout=WAIT_MS):
        load.open(path)
        load.close_panel()
    previewed(load, desk, path)
    assert load.preview is not None


def test_a_cancelled_import_changes_nothing(load: ImportPanel, desk: Desk, tmp_path: Path) -> None:
    path = written(desk, tmp_path / "x.memcube", cube("One."))
    previewed(load, desk, path)
    start = desk.workspace.transfer.load

    def cancelled(*arguments: object) -> object:
        job = start(*arguments)  # type: ignore[arg-type]
        job.cancel()
        return job

    desk.workspace.transfer.load = cancelled  # type: ignore[method-assign, assignment]
    load.import_button.click()
    desk.qtbot.waitUntil(lambda: "cancelled. Nothing was changed" in load.notice.text, timeout=WAIT_MS)
    assert desk.result(desk.workspace.library.counts()).cubes == 0
    assert load.import_button.isEnabled()


def test_everything_has_a_name(export: ExportPanel, load: ImportPanel, desk: Desk, tmp_path: Path) -> None:
    mine = cube("Here.")
    desk.add(mine)
    offered(export, desk)
    other = replace(mine, payload=TextPayload("Other."), tags=("new",), pinned=True)
    previewed(load, desk, written(desk, tmp_path / "x.memcube", other))
    from PySide6.QtWidgets import QAbstractButton

    for panel in (export, load):
        for one in panel.findChildren(QAbstractButton):
            assert one.accessibleName() or one.text(), one
    [card] = load.cards
    assert card.accessibleName() == "Here.: Its versions are others here."
    assert load.outcome.text() == "Nothing would be changed."
