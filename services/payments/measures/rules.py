"""What may happen to requests for measures. Pure: the fund's definition and the time are handed in."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from services.payments.measures.measure_request import MOVES, STEPS_MAX, MeasureRequest, RequestStatus, RequestStep
from services.payments.obligations.obligation import Obligation
from shared.funds.arrears import Measure, MeasureProof
from shared.funds.fund import Fund
from shared.kernel.errors import Conflict, Invalid, Missing
from shared.kernel.history import with_step
from shared.kernel.moves import moved


class MeasureUnknown(Missing):
    code = "measure.unknown"


class MeasureRequestUnknown(Missing):
    code = "measure.request-unknown"


class NotOpen(Conflict):
    """It may not be asked for today. `from_on` and `until_on` say when."""

    code = "measure.not-open"


class NotForActivity(Conflict):
    """The measure is for other kinds of business."""

    code = "measure.not-for-activity"


class AlreadyAsked(Conflict):
    code = "measure.already-asked"


class NotDeclared(Invalid):
    """The employer has to say that it fulfils the conditions."""

    code = "measure.not-declared"


class RequestChanged(Conflict):
    """It was changed concurrently. `version` is the current one."""

    code = "measure.request-changed"


@dataclass(frozen=True)
class OfferedMeasure:
    """A measure as an employer sees it, by the fund's code, with its own request; `is_open` where it may ask today."""

    code: str
    measure: Measure
    request: MeasureRequest | None
    is_open: bool


def measure_of(fund: Fund, code: str) -> Measure:
    """The measure of a code. Raises `MeasureUnknown`."""
    found = fund.sections.arrears.measures.get(code) if fund.sections.arrears else None
    if found is None:
        raise MeasureUnknown
    return found


def offered(fund: Fund, *, requests: Iterable[MeasureRequest], activity: str, today: date) -> list[OfferedMeasure]:
    """What an employer may ask for today, and what it asked for before."""
    own = {each.measure: each for each in requests}
    known = fund.sections.arrears.measures if fund.sections.arrears else {}
    found = []
    for code, measure in known.items():
        request = own.get(code)
        may_ask = request is None or request.status is RequestStatus.REFUSED
        is_open = may_ask and _is_open(measure, today) and _is_for(measure, activity)
        if is_open or request is not None:
            found.append(OfferedMeasure(code, measure, request, is_open))
    return found


def ask(
    measure: Measure,
    *,
    code: str,
    before: MeasureRequest | None,
    request_id: str,
    employer_id: str,
    activity: str,
    is_declared: bool,
    by: str,
    today: date,
    at: datetime,
) -> MeasureRequest:
    """An employer asks. Where nothing has to be checked it is granted at once, by the rules alone; else an agent
    decides. Raises `NotOpen`, `NotForActivity`, `NotDeclared`, `AlreadyAsked`."""
    if not _is_open(measure, today):
        raise NotOpen(from_on=measure.ask_from_on, until_on=measure.ask_until_on)
    if not _is_for(measure, activity):
        raise NotForActivity
    if measure.proof is not MeasureProof.NONE and not is_declared:
        raise NotDeclared
    is_checked = measure.proof is MeasureProof.CHECKED
    step = RequestStep(status=RequestStatus.ASKED if is_checked else RequestStatus.GRANTED, at=at, by=by)
    if before is None:
        return MeasureRequest(
            request_id=request_id,
            employer_id=employer_id,
            measure=code,
            is_declared=is_declared,
            status=step.status,
            steps=(step,),
        )
    if before.status is not RequestStatus.REFUSED:
        raise AlreadyAsked
    return replace(_moved(before, step), is_declared=is_declared)


def decide(request: MeasureRequest, *, is_granted: bool, reason: str, by: str, at: datetime) -> MeasureRequest:
    """An agent grants it or refuses it, and tells the employer why."""
    status = RequestStatus.GRANTED if is_granted else RequestStatus.REFUSED
    return _moved(request, RequestStep(status=status, at=at, by=by, reason=reason))


def undo(request: MeasureRequest, *, reason: str, by: str, at: datetime) -> MeasureRequest:
    """The measure was withdrawn: what was granted holds no more."""
    return _moved(request, RequestStep(status=RequestStatus.UNDONE, at=at, by=by, reason=reason))


def concerned(measure: Measure, debts: Iterable[Obligation]) -> list[Obligation]:
    """The debts that a measure is for, whether or not it was withdrawn since."""
    return [each for each in debts if each.form == measure.form and each.period in measure.periods]


def _is_open(measure: Measure, today: date) -> bool:
    return measure.withdrawn is None and measure.ask_from_on <= today <= measure.ask_until_on


def _is_for(measure: Measure, activity: str) -> bool:
    return not measure.activities or activity in measure.activities


def _moved(request: MeasureRequest, step: RequestStep) -> MeasureRequest:
    status = moved(MOVES, request.status, to=step.status)
    return replace(request, status=status, steps=with_step(request.steps, step, limit=STEPS_MAX))
