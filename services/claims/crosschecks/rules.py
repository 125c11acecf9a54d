"""What may happen to a cross-check, and what is known by it on a day. Pure: the fund and the time are handed in.

An answer counts as what it says for its days. `unknown`, an answer whose days are over, one that is disputed and not
decided yet: none of them is ever taken as yes or no.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from services.claims.crosschecks.crosscheck import (
    ANSWERS_MAX,
    MOVES,
    Correction,
    CrossCheck,
    Dispute,
    RegisterAnswer,
    ReliedOn,
    Status,
)
from shared.events.claims.crosschecks import RegisterAnswerDecided, RegisterAnswerDisputed
from shared.funds.fund import Fund
from shared.funds.registers import UNKNOWN, RegisterQuestion
from shared.kernel.errors import Conflict, Invalid, Missing
from shared.kernel.history import with_step
from shared.kernel.moves import moved
from shared.kernel.outcome import Outcome
from shared.kernel.schedule import RetrySchedule

STATUS_CHECK_WAITS = RetrySchedule((60, 300, 900, 3_600))
"""When a register that answers later is looked at again."""
SILENT_AFTER = timedelta(days=7)
"""How long a register that answers later may take; then an operator looks at it."""
DISPUTES_MAX = 20


class CrossCheckUnknown(Missing):
    code = "crosscheck.unknown"


class NothingToDispute(Conflict):
    """The register has not answered yet, has answered that it does not know, or the answer is disputed already."""

    code = "crosscheck.nothing-to-dispute"


class TooManyDisputes(Conflict):
    code = "crosscheck.too-many-disputes"


class NothingToDecide(Conflict):
    """The register has not answered, and nobody disputes anything: there is nothing for an agent to decide."""

    code = "crosscheck.nothing-to-decide"


class ValueUnknown(Invalid):
    """That is not one of the values that may be answered to this question."""

    code = "crosscheck.value-unknown"


class AnswerNotExpected(Invalid):
    """A register answered with a value that the question does not have, or for a day to come: it is not believed."""

    code = "crosscheck.answer-not-expected"


class CrossChecksOpen(Conflict):
    """A register has not answered yet, its answer is too old, or the person disputes it: nothing is granted before."""

    code = "claim.crosschecks-open"


class FactsChanged(Conflict):
    """What a register answers is not what the decision was made with: it goes back and is decided anew."""

    code = "claim.facts-changed"


@dataclass(frozen=True, kw_only=True)
class KnownValue:
    """What counts on a day, and of which day the register's records are."""

    value: str
    as_of: date


# --- Asking and answering ---------------------------------------------------------------------------------------------


def open_check(
    question: RegisterQuestion,
    *,
    check_id: str,
    question_id: str,
    claim_id: str,
    person_ref: str,
    claim_type: str,
    at: datetime,
) -> Outcome[CrossCheck]:
    """A register is asked for a claim."""
    return Outcome(
        CrossCheck(
            check_id=check_id,
            claim_id=claim_id,
            person_ref=person_ref,
            claim_type=claim_type,
            register=question.register,
            field=question.field,
            values=question.values,
            good_days=question.good_days,
            purpose=question.purpose,
            law=question.law.reference,
            status=Status.ASKED,
            question_id=question_id,
            asked_at=at,
            next_look_at=at,
        )
    )


def ask_again(check: CrossCheck, *, question_id: str, at: datetime) -> Outcome[CrossCheck]:
    """The answer is too old, or somebody wants it asked anew: a new question. What was answered stays."""
    again = replace(check, status=moved(MOVES, check.status, to=Status.ASKED))
    return Outcome(replace(again, question_id=question_id, asked_at=at, next_look_at=at))


def wait(check: CrossCheck, *, at: datetime) -> Outcome[CrossCheck]:
    """The register answers later."""
    waited_s = (at - check.asked_at).total_seconds()
    tries = 1
    while tries < STATUS_CHECK_WAITS.tries_max and sum(STATUS_CHECK_WAITS.waits_s[:tries]) <= waited_s:
        tries += 1
    return Outcome(replace(check, next_look_at=STATUS_CHECK_WAITS.next_at(at, tries=tries)))


def is_silent(check: CrossCheck, *, at: datetime) -> bool:
    """Whether a register that answers later has taken too long."""
    return at - check.asked_at > SILENT_AFTER


def answer(check: CrossCheck, *, value: str, as_of: date, fund: Fund, at: datetime) -> Outcome[CrossCheck]:
    """The register answered. Raises `AnswerNotExpected` for what the question does not allow."""
    today = fund.day_of(at)
    if value not in check.values or as_of > today:
        raise AnswerNotExpected
    good_until = today + timedelta(days=check.good_days)
    new = RegisterAnswer(
        value=value, as_of=as_of, asked_at=check.asked_at, answered_at=at, good_until=max(good_until, today)
    )
    corrections = tuple(
        replace(each, until_at=at) if each.until_at is None and each.of_value != value else each
        for each in check.corrections
    )
    is_moot = check.dispute is not None and check.dispute.value != value
    answered = replace(
        check,
        status=moved(MOVES, check.status, to=Status.ANSWERED),
        answers=with_step(check.answers, new, limit=ANSWERS_MAX),
        corrections=corrections,
        dispute=None if is_moot else check.dispute,
        disputes=(*check.disputes, check.dispute) if is_moot and check.dispute else check.disputes,
        is_disputed=check.is_disputed and not is_moot,
        next_look_at=datetime.combine(good_until + timedelta(days=1), time(), tzinfo=fund.zone),
    )
    return Outcome(answered)


def is_asked(check: CrossCheck) -> bool:
    """Whether its question has no answer yet: a worker, or an operator who wants it tried again, may bring one."""
    return check.status in (Status.ASKED, Status.NOT_ANSWERED)


def note_failed(check: CrossCheck) -> Outcome[CrossCheck]:
    """It was asked in vain as often as is foreseen."""
    return Outcome(replace(check, status=moved(MOVES, check.status, to=Status.NOT_ANSWERED), next_look_at=None))


def give_up(check: CrossCheck) -> Outcome[CrossCheck]:
    """An operator does not want it asked any more: what it asks is not known, and an agent decides."""
    return Outcome(replace(check, status=moved(MOVES, check.status, to=Status.GIVEN_UP), next_look_at=None))


def close(check: CrossCheck) -> Outcome[CrossCheck]:
    """Nothing depends on it any more."""
    return Outcome(replace(check, status=moved(MOVES, check.status, to=Status.CLOSED), next_look_at=None))


# --- Disputed --------------------------------------------------------------------------------------------------------


def dispute(check: CrossCheck, *, statement: str, upload_id: str, at: datetime) -> Outcome[CrossCheck]:
    """The person says that an answer is wrong, with a paper that shows it."""
    last = check.answer
    if last is None or last.value == UNKNOWN or check.is_disputed:
        raise NothingToDispute
    if len(check.disputes) >= DISPUTES_MAX:
        raise TooManyDisputes
    made = Dispute(statement=statement, upload_id=upload_id, at=at, value=last.value)
    return Outcome(replace(check, dispute=made, is_disputed=True))


def decide(check: CrossCheck, *, value: str, upload_id: str, reason: str, by: str, at: datetime) -> Outcome[CrossCheck]:
    """An agent decides by a paper what counts, where the person disputes an answer or the register does not know. The
    register's answer is kept as it was given, beside the decision."""
    last = check.answer
    if last is None or not (check.is_disputed or last.value == UNKNOWN):
        raise NothingToDecide
    if value not in check.values or value == UNKNOWN:
        raise ValueUnknown(value=value[:40])
    made = Correction(
        of_value=last.value,
        value=value,
        upload_id=upload_id,
        reason=reason,
        by=by,
        at=at,
        since_at=_run_since(check),
    )
    ended = tuple(replace(each, until_at=at) if each.until_at is None else each for each in check.corrections)
    return Outcome(
        replace(
            check,
            corrections=(*ended, made),
            dispute=None,
            disputes=(*check.disputes, check.dispute) if check.dispute else check.disputes,
            is_disputed=False,
        )
    )


def disputed_event(check: CrossCheck, *, reference: str, at: datetime) -> RegisterAnswerDisputed:
    """That a person disputes an answer for the claim of this number."""
    return RegisterAnswerDisputed(
        check_id=check.check_id,
        claim_id=check.claim_id,
        reference=reference,
        person_ref=check.person_ref,
        claim_type=check.claim_type,
        disputed_at=at,
    )


def decided_event(check: CrossCheck, *, reference: str, at: datetime) -> RegisterAnswerDecided:
    """What the last decision of an agent about an answer says."""
    made = check.corrections[-1]
    return RegisterAnswerDecided(
        check_id=check.check_id,
        claim_id=check.claim_id,
        reference=reference,
        person_ref=check.person_ref,
        claim_type=check.claim_type,
        is_confirmed=made.value == made.of_value,
        decided_at=at,
    )


def _run_since(check: CrossCheck) -> datetime:
    """Since when the register goes on saying what it said last."""
    since = check.answers[-1]
    for each in reversed(check.answers):
        if each.value != since.value:
            break
        since = each
    return since.answered_at


# --- What is known ----------------------------------------------------------------------------------------------------


def known_on(check: CrossCheck, *, on: date, fund: Fund) -> KnownValue | None:
    """What counts on a day by the register's answers and what agents decided about them; None where it is not known.

    The answer that was the last one then. A day before the first answer is judged by the first; one between the end of
    an answer and the next question by both, where they agree.
    """
    if not check.answers:
        return None
    before = [each for each in check.answers if fund.day_of(each.answered_at) <= on]
    current = before[-1] if before else check.answers[0]
    value = _counted(check, current)
    if value is None:
        return None
    if on > current.good_until:
        later = check.answers[len(before)] if len(before) < len(check.answers) else None
        if later is None or _counted(check, later) != value:
            return None
    return KnownValue(value=value, as_of=current.as_of)


def _counted(check: CrossCheck, given: RegisterAnswer) -> str | None:
    """What an answer counts as: what an agent decided about it, or itself; None where it is not known."""
    for each in reversed(check.corrections):
        is_of_run = each.since_at <= given.answered_at and (each.until_at is None or given.answered_at < each.until_at)
        if each.of_value == given.value and is_of_run:
            return each.value
    if given.value == UNKNOWN:
        return None
    is_disputed = check.dispute is not None and check.dispute.value == given.value
    is_relied_on = check.relied_on is not None and check.relied_on.value == given.value
    return None if is_disputed and not is_relied_on else given.value


def is_open(check: CrossCheck, *, on: date) -> bool:
    """Whether a decision has to wait: for the register, for a fresh answer, or for an agent to decide a dispute. What
    an operator gave up, or what was asked in vain, is not waited for: it is not known."""
    if check.is_disputed or check.status is Status.ASKED:
        return True
    last = check.answer
    return check.status is Status.ANSWERED and last is not None and last.good_until < on


def rely(check: CrossCheck, *, on: date, fund: Fund, at: datetime) -> Outcome[CrossCheck]:
    """A decision is made with what is known on a day: from now on it is held against what the register answers."""
    known = known_on(check, on=on, fund=fund)
    return Outcome(replace(check, relied_on=ReliedOn(value=None if known is None else known.value, at=at)))


def has_changed(check: CrossCheck, *, on: date, fund: Fund) -> bool:
    """Whether something else is known than what the decision was made with."""
    if check.relied_on is None:
        return False
    known = known_on(check, on=on, fund=fund)
    return known is not None and known.value != check.relied_on.value


def is_lost(check: CrossCheck, *, on: date, fund: Fund) -> bool:
    """Whether the register answered that it no longer knows what the decision was made with."""
    relied_on = check.relied_on is not None and check.relied_on.value is not None
    is_answered = check.status is Status.ANSWERED and check.answer is not None and check.answer.value == UNKNOWN
    return relied_on and is_answered and known_on(check, on=on, fund=fund) is None
