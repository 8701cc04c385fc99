"""How an answer was read, in words, and in the real chat page with a real model."""

import pytest
from chat_desk import ChatDesk
from kv_desk import LONG_S, KvDesk, kv, kv_chat, tiny_model
from page_desk import desk, look
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from memos_desktop.engine.base import Comparison, Stats
from memos_desktop.errors import UserError
from memos_desktop.ui.chat import meter
from memos_desktop.ui.chat.meter import Meter, check_words, figures, meta_line, not_read_again

__all__ = ["desk", "kv", "kv_chat", "look", "tiny_model"]


def stats(**changes: object) -> dict[str, object]:
    """The stats of an answer, as they are stored."""
    base = {"model": "Tiny", "ttft_ms": 412.0, "prompt_tokens": 1156, "decode_tps": 42.3}
    return Stats(**{**base, **changes}).to_json()  # type: ignore[arg-type]


def test_the_line_says_what_was_restored_from_disk() -> None:
    said = meta_line(stats(reused_tokens=1136, restored_tokens=1136, tier="exact"))
    assert said == "Tiny · 42 tok/s · first token 412 ms · 1,136 of 1,156 tokens restored from disk"


def test_the_line_says_what_was_still_there() -> None:
    assert meta_line(stats(reused_tokens=812, tier="live")).endswith("812 of 1,156 tokens reused")
    assert meta_line(stats()).endswith("0 of 1,156 tokens reused")


def test_the_line_counts_attached_memories() -> None:
    kept = stats(reused_tokens=1100, attached_tokens=800, tier="fused")
    receipt = {"injected": [{"form": "kv"}, {"form": "text"}, {"form": "kv"}]}
    assert "2 memories attached as KV (800 tokens) · 300 of 1,156 tokens reused" in meta_line(kept, receipt)
    assert "· 800 tokens attached as KV ·" in meta_line(kept)
    assert "1 memory attached" in meta_line(kept, {"injected": [{"form": "kv"}]})


def test_nothing_is_said_of_an_answer_without_figures() -> None:
    assert meta_line({}) == ""
    assert not_read_again(Meter.of({}), 0) == []


def test_stats_of_before_have_no_kv_part() -> None:
    old = Meter.of({"prompt_tokens": 100, "reused_tokens": 40})
    assert (old.tier, old.live, old.evaluated, old.refused) == ("none", 40, 60, ())


def test_the_figures_leave_out_what_is_nothing() -> None:
    kept = stats(reused_tokens=1136, restored_tokens=1136, restored_ms=21.4, evaluated_tokens=20)
    assert dict(figures(Meter.of(kept))) == {
        "Whole prompt": "1,156 tokens",
        "Restored from disk": "1,136 tokens, in 21 ms",
        "Read for this answer": "20 tokens",
        "First token after": "412 ms",
    }


def test_only_moved_cells_can_change_an_answer() -> None:
    moved = Meter.of(stats(tier="fused", attached_tokens=10, fused_tokens=10))
    in_place = Meter.of(stats(tier="fused", attached_tokens=10))
    assert meter.sentence(moved) == meter.MOVED
    assert "is the same" in meter.sentence(in_place)
    assert all(meter.sentence(Meter.of(stats(tier=tier))) for tier in ("none", "live", "exact"))


@pytest.mark.parametrize(
    ("kl", "same", "said"),
    [
        (0.08, True, "The same first word as when the text is read. Divergence 0.08 nats, which is small."),
        (0.01, True, "The same first word as when the text is read. Divergence 0.01 nats, which is hardly any."),
        (2.7, False, "Another first word than when the text is read. Divergence 2.70 nats, which is large."),
    ],
)
def test_a_check_is_said_in_words(kl: float, same: bool, said: str) -> None:
    found = Comparison(
        kl=kl, same_first=same, agreement=1.0, attached_tokens=9, fused_tokens=9, exact_ms=6600, fused_ms=430,
        attach_ms=1, evaluated_tokens=90,
    )  # fmt: skip
    assert check_words(found) == f"{said} 430 ms instead of 6.6 s."


def test_a_chat_that_was_forgotten_is_restored_and_says_so(kv_chat: ChatDesk) -> None:
    kv_chat.say("The harbour is quiet tonight, and the lamps are lit along the pier.")
    workspace = kv_chat.desk.workspace
    workspace.turns.settled().result(LONG_S)
    workspace.models.reset()
    answer = kv_chat.say("Who lit them?")
    assert "tokens restored from disk" in answer.meta.full_text()
    answer.meta.click()
    how = kv_chat.page.how
    assert how.isVisible() and "Restored from disk" in how.facts
    assert not how.check.isVisible()
    QTest.keyClick(how, Qt.Key.Key_Escape)
    assert not how.isVisible()


def attached_answer(kv_chat: ChatDesk, kv: KvDesk) -> None:
    first, second = kv.document("Manual"), kv.document("Rules", "Shoes off. " * 60)
    kv.keep(first, second)
    library = kv.workspace.library
    kv_chat.page.attach(tuple(kv.desk.result(library.cube(id)) for id in (first, second)))
    kv_chat.say("Where is the third bolt?")


def test_the_check_compares_attached_memories_with_their_text(kv_chat: ChatDesk, kv: KvDesk) -> None:
    attached_answer(kv_chat, kv)
    answer = kv_chat.answer()
    assert "2 memories attached as KV" in answer.meta.full_text()
    kv_chat.page.acts.act("how", answer)
    how = kv_chat.page.how
    assert how.check.isVisible() and "Attached as KV" in how.facts
    how.check.click()
    assert not how.check.isEnabled()
    kv_chat.expect(lambda: "Divergence" in how.result.text())
    assert how.check.isEnabled()
    said = how.result.text()
    how.close()
    kv_chat.page.acts.act("how", answer)
    assert how.result.text() == said  # it is kept
    how.close()


def test_a_temporary_answer_is_not_checked(kv_chat: ChatDesk, kv: KvDesk) -> None:
    kv_chat.page.new_temporary_chat()
    attached_answer(kv_chat, kv)
    kv_chat.page.acts.act("how", kv_chat.answer())
    assert kv_chat.page.how.isVisible() and not kv_chat.page.how.check.isVisible()
    kv_chat.page.how.close()


def test_a_check_that_is_not_possible_says_why(kv_chat: ChatDesk, kv: KvDesk) -> None:
    attached_answer(kv_chat, kv)
    kv.desk.result(kv.workspace.activation.drop([row.id for row in kv.rows()]))
    kv_chat.page.acts.act("how", kv_chat.answer())
    kv_chat.page.how.check.click()
    kv_chat.expect(lambda: "nothing to compare" in kv_chat.page.how.result.text())
    kv_chat.page.how.close()


def test_what_was_kept_and_not_used_is_said(kv_chat: ChatDesk) -> None:
    answer = kv_chat.say("Hello")
    answer.show_stats(stats(refused=("The chat was kept with another model file.",)))
    kv_chat.page.acts.act("how", answer)
    said = [one.text() for one in kv_chat.page.how.findChildren(QLabel) if one.isVisible()]
    assert "The chat was kept with another model file." in said
    kv_chat.page.how.close()


def test_a_cancelled_check_can_be_run_again(kv_chat: ChatDesk, kv: KvDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    attached_answer(kv_chat, kv)
    check = kv.workspace.activation.check
    jobs = []

    def cancelled(message_id: str) -> object:
        job = check(message_id)
        job.cancel()
        jobs.append(job)
        return job

    monkeypatch.setattr(kv.workspace.activation, "check", cancelled)
    kv_chat.page.acts.act("how", kv_chat.answer())
    kv_chat.page.how.check.click()
    kv_chat.expect(lambda: jobs and jobs[0].future.done() and kv_chat.page.how.check.isEnabled())
    kv_chat.page.how.close()


def test_an_unknown_message_is_refused_by_the_check(kv: KvDesk) -> None:
    with pytest.raises(UserError):
        kv.workspace.activation.check("nothing").future.result(LONG_S)


def test_the_line_is_cut_only_where_there_is_no_room(kv_chat: ChatDesk) -> None:
    answer = kv_chat.say("Hello")
    answer.show_stats(stats(reused_tokens=1136, restored_tokens=1136, tier="exact"))
    kv_chat.expect(lambda: answer.meta.text() == answer.meta.full_text())
    kv_chat.page.resize(500, 700)
    kv_chat.expect(lambda: answer.meta.text().endswith("…"))
    assert answer.meta.accessibleName() == answer.meta.full_text()


def test_the_frame_of_a_button_below_an_answer_is_not_clipped(kv_chat: ChatDesk) -> None:
    kv_chat.desk.result(kv_chat.desk.workspace.library.add("Nora's favourite tea is sencha"))
    answer = kv_chat.say("What is Nora's favourite tea?")
    for button in (answer.receipt, answer.meta):
        assert button.isVisible()
        left = button.mapTo(answer, button.rect().topLeft()).x()
        assert left >= 0 and left + button.width() <= answer.width()
