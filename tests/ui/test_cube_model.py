"""The table model on a real vault with 5,000 cubes."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from page_desk import WAIT_MS, Desk, cube, look, opened_desk, without_meaning
from PySide6.QtCore import QItemSelection, QItemSelectionModel, QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from memos_desktop.app.workspace import Workspace
from memos_desktop.ids import now
from memos_desktop.memory.cube import CubeFilter, SortKey
from memos_desktop.paths import DataFolder
from memos_desktop.ui.cubes.columns import HIGHEST_FIRST, NAMES, SORT_KEYS, Column
from memos_desktop.ui.cubes.model import CUBE_ROLE, SKELETON_ROWS, CubeTableModel
from memos_desktop.ui.cubes.pages import KEEP, PAGE, Query
from memos_desktop.ui.icons import Icons
from memos_desktop.ui.theme import Theme

__all__ = ["look"]
MANY = 5000


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed data folder with many cubes, made once."""
    root = tmp_path_factory.mktemp("filled")
    start = now() - timedelta(days=30)
    workspace = Workspace.open(DataFolder(root), embedder=without_meaning())
    notes = [
        cube(f"Note {n:04d}", created=start + timedelta(minutes=n), tags=("even",) if n % 2 == 0 else ())
        for n in range(MANY)
    ]
    workspace._store.apply(lambda vault: vault.cubes.add_many(notes))
    workspace.close()
    return root


@pytest.fixture
def desk(qtbot: QtBot, filled: Path, tmp_path: Path, look: tuple[Theme, Icons]) -> Iterator[Desk]:
    """An open workspace on a copy of that folder."""
    shutil.copytree(filled, tmp_path / "data")
    yield from opened_desk(qtbot, tmp_path / "data", look)


@pytest.fixture
def model(desk: Desk) -> CubeTableModel:
    return CubeTableModel(desk.workspace.library, desk.context.bridge)


def load(desk: Desk, model: CubeTableModel, query: Query | None = None) -> None:
    with desk.qtbot.waitSignal(model.settled, timeout=WAIT_MS):
        model.show(query or Query())


def title(model: CubeTableModel, row: int) -> str | None:
    found = model.index(row, Column.TITLE).data(CUBE_ROLE)
    return found.title if found else None


def test_skeletons_come_first_then_the_newest(desk: Desk, model: CubeTableModel) -> None:
    assert model.rowCount() == SKELETON_ROWS and title(model, 0) is None
    load(desk, model)
    assert model.rowCount() == MANY
    assert title(model, 0) == f"Note {MANY - 1:04d}"


def test_a_page_is_fetched_when_it_is_looked_at(desk: Desk, model: CubeTableModel) -> None:
    load(desk, model)
    row = 17 * PAGE + 3
    assert title(model, row) is None
    with desk.qtbot.waitSignal(model.settled, timeout=WAIT_MS):
        model.cube_at(row)
    assert title(model, row) == f"Note {MANY - 1 - row:04d}"


def test_few_pages_are_kept_however_far_one_scrolls(desk: Desk, model: CubeTableModel) -> None:
    load(desk, model)
    for page in range(20):
        with desk.qtbot.waitSignal(model.settled, timeout=WAIT_MS):
            model.refresh()
            model.cube_at(page * PAGE + 1)
    assert len(list(model.kept())) <= KEEP * PAGE


def test_a_dragged_scroll_bar_does_not_fetch_what_it_passed(desk: Desk, model: CubeTableModel) -> None:
    load(desk, model)
    asked: list[int] = []
    page = desk.workspace.library.page

    def counting(wanted: CubeFilter, offset: int, *rest: object) -> object:
        asked.append(offset // PAGE)
        return page(wanted, offset, *rest)

    desk.workspace.library.page = counting
    with desk.qtbot.waitSignal(model.settled, timeout=WAIT_MS):
        for row in range(PAGE, MANY, PAGE):
            model.cube_at(row)
    assert len(asked) <= 4
    assert asked[0] == MANY // PAGE - 1  # the one that is looked at now


def test_a_long_selection_does_not_weigh_on_every_page(desk: Desk, model: CubeTableModel) -> None:
    load(desk, model)
    selection = QItemSelectionModel(model)
    rows = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
    selection.select(QItemSelection(model.index(1, 0), model.index(MANY // 2, 0)), rows)
    layouts: list[object] = []
    model.layoutAboutToBeChanged.connect(layouts.append)
    for number in range(1, 6):
        with desk.qtbot.waitSignal(model.settled, timeout=WAIT_MS):
            model.cube_at(number * PAGE)
    assert title(model, 5 * PAGE) is not None
    assert not layouts
    assert len(selection.selectedRows()) == MANY // 2


def test_sorting_goes_through_the_vault(desk: Desk, model: CubeTableModel) -> None:
    load(desk, model)
    with desk.qtbot.waitSignal(model.settled, timeout=WAIT_MS):
        model.sort_by(Column.TITLE)
    assert model.query.sort is SortKey.TITLE and title(model, 0) == "Note 0000"
    assert model.headerData(Column.TITLE, Qt.Orientation.Horizontal).endswith("↑")
    with desk.qtbot.waitSignal(model.settled, timeout=WAIT_MS):
        model.sort_by(Column.TITLE)
    assert title(model, 0) == f"Note {MANY - 1:04d}"


@pytest.mark.parametrize("column", list(Column))
def test_every_column_has_an_order_and_says_so(desk: Desk, model: CubeTableModel, column: Column) -> None:
    load(desk, model, Query(CubeFilter(tag="even"), SORT_KEYS[Column((column + 1) % len(Column))]))
    with desk.qtbot.waitSignal(model.settled, timeout=WAIT_MS):
        model.sort_by(column)
    assert model.query == Query(CubeFilter(tag="even"), SORT_KEYS[column], column in HIGHEST_FIRST)
    assert model.total == MANY // 2
    arrow = "↓" if column in HIGHEST_FIRST else "↑"
    assert model.headerData(column, Qt.Orientation.Horizontal).endswith(arrow)
    assert model.headerData(column, Qt.Orientation.Horizontal, Qt.ItemDataRole.AccessibleTextRole) == NAMES[column]


def test_a_filter_counts_and_shows_what_matches(desk: Desk, model: CubeTableModel) -> None:
    load(desk, model)
    with desk.qtbot.waitSignal(model.counted, timeout=WAIT_MS) as counted:
        model.set_filter(CubeFilter(tag="even"))
    assert counted.args == [MANY // 2]
    assert title(model, 0) == f"Note {MANY - 2:04d}"


def test_only_the_last_of_quick_filters_is_shown(desk: Desk, model: CubeTableModel) -> None:
    load(desk, model)
    with desk.qtbot.waitSignal(model.settled, timeout=WAIT_MS):
        for text in ("Note", "Note 4", "Note 4999"):
            model.set_filter(CubeFilter(text=text))
    assert model.total == 1 and title(model, 0) == "Note 4999"


def test_a_selected_row_follows_its_cube(desk: Desk, model: CubeTableModel) -> None:
    load(desk, model)
    followed = model.cube_at(5)
    assert followed is not None
    index = QPersistentModelIndex(model.index(5, Column.TITLE))
    desk.result(desk.workspace.library.add("Newest of all"))
    with desk.qtbot.waitSignal(model.settled, timeout=WAIT_MS):
        model.refresh()
        model.cube_at(0)
    assert index.row() == 6
    assert index.data(CUBE_ROLE).id == followed.id


def test_a_row_that_is_gone_is_no_longer_selected(desk: Desk, model: CubeTableModel) -> None:
    load(desk, model)
    gone = model.cube_at(5)
    assert gone is not None
    index = QPersistentModelIndex(model.index(5, Column.TITLE))
    desk.result(desk.workspace.library.bin([gone.id]))
    with desk.qtbot.waitSignal(model.settled, timeout=WAIT_MS):
        model.refresh()
        model.cube_at(0)
    assert not index.isValid() and model.rowCount() == MANY - 1


def test_qt_finds_no_fault_with_the_model(desk: Desk, model: CubeTableModel) -> None:
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal, model)
    load(desk, model, Query(CubeFilter(text="Note 000")))
    assert model.rowCount() == 10
    kept = model.cube_at(0)
    assert kept is not None
    desk.result(desk.workspace.library.bin([kept.id]))
    with desk.qtbot.waitSignal(model.settled, timeout=WAIT_MS):
        model.refresh()
        model.cube_at(0)
    assert model.rowCount() == 9
