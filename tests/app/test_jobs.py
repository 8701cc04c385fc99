"""Workers and jobs."""

import threading

import pytest

from memos_desktop.app.jobs import Jobs, JobState, SerialWorker, Urgency
from memos_desktop.errors import Cancelled, UserError


@pytest.fixture
def worker():
    worker = SerialWorker("test")
    yield worker
    worker.close()


def test_one_thing_at_a_time_in_order_of_urgency(worker):
    gate, order = threading.Event(), []
    worker.submit(gate.wait)
    wanted = (("idle", Urgency.IDLE), ("soon", Urgency.SOON), ("now", Urgency.NOW), ("late", Urgency.SOON))
    done = [worker.submit(order.append, name, urgency=urgency) for name, urgency in wanted]
    gate.set()
    for future in done:
        future.result(5)
    assert order == ["now", "soon", "late", "idle"]


def test_a_call_from_its_own_thread_runs_at_once(worker):
    assert worker.call(lambda: worker.call(threading.current_thread).name) == "test"


def test_an_error_reaches_who_waits_and_the_worker_goes_on(worker):
    with pytest.raises(ZeroDivisionError):
        worker.call(lambda: 1 / 0)
    assert worker.call(lambda: 5) == 5


def test_close_does_what_is_queued_and_then_refuses():
    worker = SerialWorker("test")
    done = worker.submit(lambda: "done")
    worker.close()
    worker.close()
    assert done.result(0) == "done"
    with pytest.raises(UserError, match="closing"):
        worker.submit(print).result(5)
    late = Jobs().start("Late", worker, print)
    assert (late.state, late.error[:7]) == (JobState.FAILED, "The pro")


def test_a_job_tells_its_progress_and_result(worker):
    jobs, states = Jobs(), []
    jobs.subscribe(lambda job: states.append((job.state, job.progress.fraction)))

    def work(progress):
        progress.update(2, 2)
        return "made"

    job = jobs.start("Work", worker, work)
    assert job.future.result(5) == "made"
    assert states[0] == (JobState.QUEUED, None)
    assert states[-1] == (JobState.DONE, 1.0)
    assert jobs.active() == ()


def test_a_cancelled_job_is_no_failure(worker):
    jobs = Jobs()
    gate = threading.Event()

    def work(progress):
        gate.wait(5)
        progress.check()

    job = jobs.start("Work", worker, work)
    job.cancel()
    gate.set()
    with pytest.raises(Cancelled):
        job.future.result(5)
    assert (job.state, job.error) == (JobState.CANCELLED, "")


def test_a_failed_job_says_why_and_what_to_do(worker):
    def work(progress):
        raise UserError("It is full.", "Make room.")

    job = Jobs().start("Work", worker, work)
    with pytest.raises(UserError):
        job.future.result(5)
    assert (job.state, job.error, job.hint) == (JobState.FAILED, "It is full.", "Make room.")
