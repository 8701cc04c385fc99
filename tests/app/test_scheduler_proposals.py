"""What the scheduler proposes from real use, and what it does by itself."""

import os
import threading
from datetime import timedelta

import pytest
from kept_desk import HERONS, SURVEY, document, forms_of, ready, say

from memos_desktop.app.jobs import JobState
from memos_desktop.app.settings import SchedulerMode
from memos_desktop.ids import now
from memos_desktop.memory.call import Form
from memos_desktop.memory.cube import CubeFilter, Kind
from memos_desktop.memory.promotion import Action
from memos_desktop.memory.use import Use

LONG = f"{SURVEY} {HERONS}"


def used(workspace, cube, times=5, days=1, form=Form.TEXT):
    """As if answers had used it."""
    uses = [Use(cube.id, cube.version, now() - timedelta(days=days), form, 300, "chat") for _ in range(times)]
    workspace._store.apply(lambda vault: vault.uses.record(uses, "An answer"))


def proposals(workspace):
    return workspace.scheduler.proposals().result(10)


def activations(workspace):
    return workspace.library.page(CubeFilter(kind=Kind.ACTIVATION), 0, 9).result(10).cubes


def forms(workspace, cube):
    return workspace.activation.forms(cube.id).result(10)


def notes(workspace, cube, actor):
    return [step for step in workspace.library.journal(cube_id=cube.id).result(10) if step.actor == actor]


@pytest.fixture
def often(keeping):
    """A long text that five answers have used."""
    cube = document(keeping, LONG)
    used(keeping, cube)
    return cube


@pytest.fixture
def idle(keeping, desk):
    """A long text that was kept ready 40 days ago and not used since; in a workspace of its own."""
    cube = document(keeping, LONG)
    ready(keeping, cube)
    age(desk)
    desk.open()
    return cube


def age(desk):
    desk.close()
    long_ago = (now() - timedelta(days=40)).timestamp()
    for path in desk.folder.states.iterdir():
        os.utime(path, (long_ago, long_ago))


def done(workspace, count=1):
    """Set when so many jobs have ended."""
    event, ended = threading.Event(), []

    def watch(job):
        if job.state in (JobState.DONE, JobState.FAILED, JobState.CANCELLED):
            ended.append(job)
            if len(ended) >= count:
                event.set()

    workspace.jobs.subscribe(watch)
    return event, ended


def test_what_answers_used_often_is_proposed_and_kept_ready_when_accepted(keeping, often):
    [proposal] = proposals(keeping)
    assert (proposal.action, proposal.cube_id, proposal.title) == (Action.PROMOTE, often.id, "The survey")
    assert proposal.reason.startswith("injected 5 times in 7 days, unchanged")
    assert activations(keeping) == ()
    [made] = keeping.scheduler.accept(proposal).future.result(30)
    assert (made.source_id, made.created) == (often.id, True)
    assert (proposals(keeping), len(forms(keeping, often))) == ((), 1)
    [step] = [s for s in notes(keeping, activations(keeping)[0], "user") if "Keep" in s.label]
    assert step.reason == proposal.reason


def test_real_answers_lead_to_a_proposal(keeping, slow):
    cube = document(keeping, LONG)
    for number in range(5):
        assert proposals(keeping) == ()
        say(keeping, f"{number}?", attach=(cube.id,))
    [proposal] = proposals(keeping)
    assert (proposal.cube_id, proposal.saves_ms > 0) == (cube.id, True)
    assert "sooner each time" in proposal.reason
    assert [use.form for use in keeping.library.uses(cube.id).result(10)] == [Form.TEXT] * 5


def test_use_as_kv_is_no_reason_to_propose_it_again(keeping):
    cube = document(keeping, LONG)
    ready(keeping, cube)
    for number in range(5):
        assert forms_of(say(keeping, f"{number}?", attach=(cube.id,))) == {cube.id: Form.KV}
    assert proposals(keeping) == ()


def test_what_is_longer_than_the_context_is_not_proposed(keeping):
    huge = document(keeping, LONG * 8)
    used(keeping, huge)
    keeping.models.ensure_loaded().future.result(30)
    assert proposals(keeping) == ()


def test_dismissed_it_is_not_proposed_again(keeping, often, desk):
    [proposal] = proposals(keeping)
    keeping.scheduler.dismiss(proposal).result(10)
    assert proposals(keeping) == ()
    assert proposals(desk.open()) == ()


def test_switched_off_it_proposes_and_does_nothing(keeping, often):
    keeping.settings.change(scheduler=SchedulerMode.OFF)
    assert proposals(keeping) == ()
    used(keeping, often)
    assert (proposals(keeping), activations(keeping)) == ((), ())


def test_asking_it_does_nothing_by_itself(keeping, often):
    used(keeping, often)
    assert len(proposals(keeping)) == 1
    assert (activations(keeping), keeping.jobs.active()) == ((), ())


def test_by_itself_it_carries_out_once_and_the_journal_says_who(keeping, often):
    keeping.settings.change(scheduler=SchedulerMode.AUTOMATIC)
    event, jobs = done(keeping)
    used(keeping, often, 1)
    assert event.wait(30)
    assert [job.state for job in jobs] == [JobState.DONE]
    [activation] = activations(keeping)
    [step] = [step for step in notes(keeping, activation, "scheduler") if "Keep" in step.label]
    assert "injected 6 times in 7 days" in step.reason
    other = document(keeping, LONG.replace("buoy", "rock"))
    used(keeping, other)
    assert len(proposals(keeping)) == 1, "the next round is ten minutes later"
    assert len(activations(keeping)) == 1
    keeping.library.undo_step(step.id)
    assert keeping.library.cube(often.id).result(10).text == LONG


def test_what_fails_by_itself_is_not_tried_again(desk, monkeypatch):
    desk.trust()
    workspace = desk.open(scheduler=SchedulerMode.AUTOMATIC)
    monkeypatch.setattr("memos_desktop.app.scheduler.PAUSE", timedelta(0))
    huge = document(workspace, LONG * 4)
    event, jobs = done(workspace)
    dismissed = threading.Event()
    used(workspace, huge, 4)
    workspace.events.subscribe(lambda changes: dismissed.set() if changes.cubes == {huge.id} else None)
    used(workspace, huge, 1)
    assert event.wait(30)
    assert "the context holds" in jobs[0].error
    assert dismissed.wait(30)
    assert (proposals(workspace), activations(workspace)) == ((), ())


def test_an_edited_text_is_proposed_to_be_encoded_again(keeping):
    cube = document(keeping, LONG)
    ready(keeping, cube)
    keeping.library.revise(cube.id, text=LONG + " The end.").result(10)
    used(keeping, keeping.library.cube(cube.id).result(10), 1)
    [proposal] = proposals(keeping)
    assert proposal.action is Action.REFRESH
    [made] = keeping.scheduler.accept(proposal).future.result(30)
    assert activations(keeping)[0].version == 2
    assert (made.created, proposals(keeping)) == (True, ())


def test_what_nobody_needs_is_let_go_and_its_text_stays(idle, desk):
    workspace = desk.open()
    [proposal] = proposals(workspace)
    assert (proposal.action, proposal.cube_id) == (Action.DEMOTE, idle.id)
    assert "not used for 40 days" in proposal.reason
    freed = workspace.scheduler.accept(proposal).future.result(30)
    assert freed > 100_000
    assert (forms(workspace, idle), proposals(workspace)) == ((), ())
    assert len(activations(workspace)) == 1
    [step] = [step for step in notes(workspace, idle, "user") if "go" in step.label]
    assert step.reason == proposal.reason
    assert forms_of(say(workspace, attach=(idle.id,))) == {idle.id: Form.TEXT}
    assert ready(workspace, idle)[0].created


def test_by_itself_it_lets_go_too(idle, desk):
    workspace = desk.open(scheduler=SchedulerMode.AUTOMATIC)
    event, jobs = done(workspace)
    used(workspace, document(workspace, "Something short was used."), 1)
    assert event.wait(30)
    assert (jobs[0].state, forms(workspace, idle)) == (JobState.DONE, ())
    assert any("go" in step.label for step in notes(workspace, idle, "scheduler"))


def test_what_was_used_lately_stays(idle, desk):
    workspace = desk.open()
    used(workspace, idle, 1, days=2, form=Form.KV)
    assert proposals(workspace) == ()


def test_a_closed_workspace_starts_nothing(desk, keeping, often):
    keeping.settings.change(scheduler=SchedulerMode.AUTOMATIC)
    keeping.scheduler.close()
    used(keeping, often, 1)
    assert len(proposals(keeping)) == 1
    desk.close()
    assert activations(desk.open()) == ()
