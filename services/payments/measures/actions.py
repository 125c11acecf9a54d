"""What payments does with requests for measures: offer, take, decide, undo; debts are then looked at anew."""

from services.payments.access_journal.accessed import AccessedKind
from services.payments.employers import actions as employers
from services.payments.measures import rules, store
from services.payments.measures.measure_request import MeasureRequest, RequestStatus
from services.payments.measures.rules import OfferedMeasure
from services.payments.obligations import actions as obligations
from shared.kernel.outcome import Outcome
from shared.process.access_journal import actions as journal
from shared.process.access_journal.entry import Purpose
from shared.process.backfills import Backfill
from shared.storage import operator_acts
from shared.storage.paging import Page, PageRequest
from shared.storage.unit_of_work import UnitOfWork

UNDONE_AT_ONCE_MAX = 20


def offered(uow: UnitOfWork, *, employer_id: str, purpose: Purpose) -> list[OfferedMeasure]:
    """What an employer may ask for today and what it asked for; an agent's look enters the access journal."""
    uow.by.must_act_for_employer(employer_id)
    journal.note_employer(uow, employer_id, looked_at=AccessedKind.MEASURES, purpose=purpose)
    requests = store.of_employer(uow, employer_id)
    return rules.offered(uow.fund, requests=requests, activity=_activity(uow, employer_id), today=uow.today)


def ask(uow: UnitOfWork, *, measure: str, employer_id: str, is_declared: bool) -> MeasureRequest:
    """An employer asks for a measure; where nothing has to be checked its debts are put off at once."""
    uow.by.must_act_for_employer(employer_id)
    definition = rules.measure_of(uow.fund, measure)
    asked = rules.ask(
        definition,
        code=measure,
        before=store.requests.find_only(uow, employer_id=employer_id, measure=measure),
        request_id=uow.new_id(),
        employer_id=employer_id,
        activity=_activity(uow, employer_id),
        is_declared=is_declared,
        by=uow.by.subject,
        today=uow.today,
        at=uow.at,
    )
    return _save(uow, asked)


def read(uow: UnitOfWork, *, request_id: str) -> MeasureRequest:
    """A request, for the employer and the fund's agents."""
    found = store.requests.load(uow, request_id)
    uow.by.must_act_for_employer(found.employer_id)
    return found


def look_at(uow: UnitOfWork, *, request_id: str, purpose: Purpose) -> MeasureRequest:
    """As `read`; what an agent reads enters the access journal."""
    found = read(uow, request_id=request_id)
    journal.note_employer(
        uow, found.employer_id, looked_at=AccessedKind.MEASURES, reference=request_id, purpose=purpose
    )
    return found


def decide(uow: UnitOfWork, *, request_id: str, version: int, is_granted: bool, reason: str) -> MeasureRequest:
    """An agent grants or refuses what an employer asked for. Raises `RequestChanged`."""
    found = read(uow, request_id=request_id)
    if found.version != version:
        raise rules.RequestChanged(version=found.version)
    decided = rules.decide(found, is_granted=is_granted, reason=reason, by=uow.by.subject, at=uow.at)
    operator_acts.record(uow, f"measure-{decided.status}", store.requests.name, request_id, version=version)
    return _save(uow, decided)


def page(uow: UnitOfWork, *, status: RequestStatus, wanted: PageRequest) -> Page[MeasureRequest]:
    """Requests in a state, oldest first, for agents."""
    return store.page(uow, status=status, wanted=wanted)


def granted_to(uow: UnitOfWork, *, employer_id: str) -> list[str]:
    """The measures that hold for an employer, by code."""
    if uow.fund.sections.arrears is None or not uow.fund.arrears.measures:
        return []
    return [each.measure for each in store.of_employer(uow, employer_id) if each.status is RequestStatus.GRANTED]


def withdrawn(uow: UnitOfWork) -> list[str]:
    """Some of the requests that were granted under a measure which the fund's definition has withdrawn since."""
    section = uow.fund.sections.arrears
    codes = [code for code, measure in section.measures.items() if measure.withdrawn is not None] if section else []
    found = [each.request_id for code in codes for each in store.granted_under(uow, code, limit=UNDONE_AT_ONCE_MAX)]
    return found[:UNDONE_AT_ONCE_MAX]


def undo(uow: UnitOfWork, request_id: str) -> None:
    """Take back what a withdrawn measure granted: the debts are charged as if it had never been."""
    found = store.requests.load(uow, request_id)
    measure = rules.measure_of(uow.fund, found.measure)
    reason = measure.withdrawn.reference if measure.withdrawn else ""
    _save(uow, rules.undo(found, reason=reason, by=uow.by.subject, at=uow.at))


backfills = Backfill(name="measures.withdrawn", find=withdrawn, fill=undo)
"""A measure may be undone by decree: what was granted ends once the fund's definition says so."""


def _save(uow: UnitOfWork, request: MeasureRequest) -> MeasureRequest:
    """Keep it, and have the debts that it is for looked at anew."""
    kept = store.requests.save(uow, Outcome(request))
    if kept.status in (RequestStatus.GRANTED, RequestStatus.UNDONE):
        measure = rules.measure_of(uow.fund, kept.measure)
        for debt in rules.concerned(measure, obligations.of_employer(uow, employer_id=kept.employer_id)):
            obligations.schedule_assessment(uow, declaration_id=debt.declaration_id, due_at=uow.at)
    return kept


def _activity(uow: UnitOfWork, employer_id: str) -> str:
    found = employers.find(uow, employer_id)
    return found.sector if found else ""
