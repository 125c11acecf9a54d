"""When a job is retried, and what an operator may do with it."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.jobs.job import (
    JOB_MOVES,
    RETRY_WAITS,
    Job,
    JobKind,
    JobStatus,
    failed,
    given_up,
    postponed,
    rescheduled,
    retried,
    taken,
)
from shared.kernel.moves import MoveNotAllowed

AT = datetime(2026, 3, 1, tzinfo=UTC)
KIND = JobKind(name="print", run=lambda context, fund_id, thing_id: None, lease_s=60, attempts_max=3)
JOB = Job(job_id="print:p1", kind="print", thing_id="p1", since_at=AT, due_at=AT)


def test_who_dies_over_a_job_leaves_it_due_when_its_lease_ends() -> None:
    job = taken(JOB, KIND, at=AT)
    assert (job.attempts, job.due_at) == (1, AT + timedelta(seconds=60))


def test_each_attempt_waits_longer_and_the_last_one_is_for_an_operator() -> None:
    job, waits = JOB, []
    while job.status is JobStatus.WAITING:
        job = failed(taken(job, KIND, at=AT), KIND, error="print.refused", at=AT)
        waits.append((job.due_at - AT).total_seconds())
    assert waits == [*RETRY_WAITS.waits_s[: KIND.attempts_max - 1], 0]
    assert (job.status, job.attempts, job.last_error) == (JobStatus.FAILED, 3, "print.refused")


def test_what_is_away_costs_no_attempt() -> None:
    later = AT + timedelta(seconds=5)
    job = postponed(taken(JOB, KIND, at=AT), error="bank.silent", due_at=later)
    assert (job.attempts, job.last_error, job.due_at) == (0, "bank.silent", later)


def test_what_went_well_begins_to_count_anew() -> None:
    later = AT + timedelta(days=1)
    job = rescheduled(failed(taken(JOB, KIND, at=AT), KIND, error="x", at=AT), due_at=later)
    assert (job.attempts, job.last_error, job.due_at) == (0, "", later)


@pytest.mark.parametrize("here", JobStatus)
@pytest.mark.parametrize("to", [JobStatus.WAITING, JobStatus.GIVEN_UP])
def test_what_an_operator_may_do(here: JobStatus, to: JobStatus) -> None:
    job = Job(job_id="print:p1", kind="print", thing_id="p1", status=here, since_at=AT, due_at=AT, attempts=3)

    def act() -> Job:
        return retried(job, at=AT) if to is JobStatus.WAITING else given_up(job, reason="blank page", at=AT)

    if to in JOB_MOVES[here]:
        assert act().status is to
    else:
        with pytest.raises(MoveNotAllowed):
            act()


def test_an_operators_retry_has_all_attempts_again() -> None:
    job = Job(job_id="a", kind="print", thing_id="a", status=JobStatus.FAILED, since_at=AT, due_at=AT, attempts=3)
    assert retried(job, at=AT).attempts == 0
