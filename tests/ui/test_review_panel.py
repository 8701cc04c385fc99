"""The review list: what is suggested, side by side, and each way to settle it."""

from datetime import timedelta

from operators_desk import Operating, operating
from page_desk import WAIT_MS, cube, desk, look
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from memos_desktop.ids import now
from memos_desktop.memory.cube import Governance, State
from memos_desktop.ui.cubes.review.panel import ReviewPanel
from memos_desktop.ui.cubes.review.says import KINDS, heading, kinds, offers

__all__ = ["desk", "look", "operating"]

OLD = now() - timedelta(days=30)
BOAT = "The boat is called Lima and lies in the harbour of Peniche from May to October."


def twins():
    """Two memories that say the same in nearly the same words; the second is newer."""
    return cube(BOAT, created=OLD, changed=OLD), cube(BOAT.replace("lies", "is"))


def reviewing(operating: Operating, *cubes) -> ReviewPanel:
    """The open list, after a search."""
    operating.opened(*cubes)
    operating.desk.workspace.reviews.refresh().future.result(WAIT_MS / 1000)
    operating.page.operators.open("review")
    panel = operating.panel("review")
    operating.until(lambda: bool(panel.cards))
    return panel


def test_the_strip_counts_and_opens_the_list(operating: Operating) -> None:
    operating.opened(*twins())
    operating.desk.workspace.reviews.refresh().future.result(WAIT_MS / 1000)
    operating.until(lambda: operating.page.reviews.isVisible())
    assert operating.page.reviews.heading.text() == "1 suggestion to review"
    operating.page.reviews.all_button.click()
    panel = operating.panel("review")
    operating.until(lambda: len(panel.cards) == 1)
    assert not operating.page.reviews.isVisible() and panel.isVisible()
    assert panel.cards[0].hasFocus()


def test_a_duplicate_shows_both_texts_with_what_differs(operating: Operating) -> None:
    panel = reviewing(operating, *twins())
    card = panel.cards[0]
    assert card.review.kind == "duplicate" and len(card.texts) == 2
    assert "text-decoration:underline" in card.texts[0].text()
    assert "added: is" in card.texts[0].accessibleName()


def test_the_older_is_binned_and_undo_brings_it_back(operating: Operating) -> None:
    older, newer = twins()
    panel = reviewing(operating, older, newer)
    QTest.keyClick(panel.cards[0], Qt.Key.Key_Delete)
    operating.desk.wait_toast("Moved to the bin: 1 memory")
    assert operating.now(older).binned is not None and operating.now(newer).binned is None
    operating.until(lambda: not panel.cards)
    operating.desk.undo_last()
    operating.until(lambda: len(panel.cards) == 1)


def test_a_contradiction_keeps_the_newer(operating: Operating) -> None:
    older = cube("The insurance of the boat costs 240 euros a year in all.", created=OLD, changed=OLD)
    newer = cube("The insurance of the boat costs 260 euros a year in all.")
    panel = reviewing(operating, older, newer)
    card = panel.cards[0]
    assert card.review.kind == "contradiction"
    card.buttons["archive"].click()
    operating.desk.wait_toast("Archived, no longer recalled: 1 memory")
    assert operating.now(older).state is State.ARCHIVED and operating.now(newer).state is State.GENERATED


def test_fuse_opens_the_preview_of_the_two(operating: Operating) -> None:
    older, newer = twins()
    panel = reviewing(operating, older, newer)
    QTest.keyClick(panel.cards[0], Qt.Key.Key_U)
    fuse = operating.previewed("fuse")
    assert {one.id for one in fuse.preview.parents} == {older.id, newer.id}


def test_keep_both_is_not_suggested_again(operating: Operating) -> None:
    panel = reviewing(operating, *twins())
    panel.cards[0].buttons["keep"].click()
    operating.desk.wait_toast("Not suggested again")
    operating.until(lambda: not panel.cards)
    assert operating.desk.result(operating.desk.workspace.reviews.list()) == ()


def test_what_expires_soon_can_be_kept_for_good(operating: Operating) -> None:
    one = cube("The offer.", governance=Governance(expires=now() + timedelta(days=1)))
    panel = reviewing(operating, one)
    assert panel.cards[0].review.kind == "expiring"
    panel.cards[0].buttons["renew"].click()
    operating.desk.wait_toast("No longer expiring: 1 memory")
    assert operating.now(one).governance.expires is None


def test_arrows_go_from_card_to_card_and_enter_opens(operating: Operating) -> None:
    soon = [cube(f"Offer {n}.", governance=Governance(expires=now() + timedelta(hours=n + 1))) for n in range(3)]
    panel = reviewing(operating, *soon)
    panel.cards[0].setFocus()
    QTest.keyClick(panel.cards[0], Qt.Key.Key_Down)
    assert panel.cards[1].hasFocus()
    QTest.keyClick(panel.cards[1], Qt.Key.Key_Up)
    assert panel.cards[0].hasFocus()
    wanted = panel.cards[0].review.cubes[0].id
    with operating.desk.qtbot.waitSignal(operating.page.panel.shown, check_params_cb=lambda id: id == wanted):
        QTest.keyClick(panel.cards[0], Qt.Key.Key_Return)
    assert operating.page.slot.panel is None


def test_the_focus_goes_to_the_next_when_one_is_settled(operating: Operating) -> None:
    soon = [cube(f"Offer {n}.", governance=Governance(expires=now() + timedelta(hours=n + 1))) for n in range(3)]
    panel = reviewing(operating, *soon)
    panel.cards[1].setFocus()
    QTest.keyClick(panel.cards[1], Qt.Key.Key_K)
    operating.until(lambda: len(panel.cards) == 2)
    operating.until(lambda: panel.cards[1].hasFocus())


def test_look_again_is_a_job(operating: Operating) -> None:
    operating.opened(*twins())
    operating.page.operators.open("review")
    panel = operating.panel("review")
    with operating.desk.qtbot.waitSignal(panel.shown, timeout=WAIT_MS):
        pass
    assert not panel.cards
    panel.again.click()
    operating.until(lambda: len(panel.cards) == 1)
    operating.until(lambda: panel.again.text().strip() == "Look again")


def test_escape_closes(operating: Operating) -> None:
    panel = reviewing(operating, *twins())
    QTest.keyClick(panel.cards[0], Qt.Key.Key_Escape)
    assert operating.page.slot.panel is None


def test_the_words(operating: Operating) -> None:
    panel = reviewing(operating, *twins())
    review = panel.cards[0].review
    assert heading(1) == "1 suggestion to review" and heading(12) == "12 suggestions to review"
    assert kinds([review, review]) == "2 duplicates"
    assert dict(offers(review))["keep"] == "Keep both"
    first, second = review.newest_first
    assert first.changed > second.changed
    assert review.meant("bin") == (second.id,) and set(review.meant("fuse")) == {first.id, second.id}
    assert set(KINDS) == {"duplicate", "contradiction", "stale", "source changed", "expiring"}
