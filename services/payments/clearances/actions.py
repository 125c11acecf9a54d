"""What payments does with clearances: say how an employer stands, answer its request, look again while it is valid."""

from services.payments.access_journal.accessed import AccessedKind
from services.payments.arrears import actions as arrears
from services.payments.arrears.penalty import PenaltyForecast
from services.payments.clearances import rules, store
from services.payments.clearances.clearance import Clearance, ClearanceStanding
from services.payments.employers.store import employers
from services.payments.obligations import actions as obligations
from shared.funds.payments import ArrangementKind
from shared.process.access_journal import actions as journal
from shared.process.access_journal.entry import Purpose
from shared.storage.paging import Page, PageRequest
from shared.storage.unit_of_work import UnitOfWork


def standing(uow: UnitOfWork, *, employer_id: str, purpose: Purpose) -> ClearanceStanding:
    """Whether an employer is in order today, and what is in the way; an agent's look enters the access journal."""
    uow.by.must_act_for_employer(employer_id)
    journal.note_employer(uow, employer_id, looked_at=AccessedKind.CLEARANCE, purpose=purpose)
    return _standing(uow, employer_id)


def ask(uow: UnitOfWork, *, employer_id: str, purpose: str, language: str) -> Clearance:
    """The caller, a firm's user, asks for a clearance; the answer is kept, whatever it is."""
    uow.by.must_act_for_employer(employer_id)
    outcome = rules.ask(
        _standing(uow, employer_id),
        clearance_id=uow.new_id(),
        reference=uow.new_reference(rules.REFERENCE_KIND),
        purpose=purpose,
        language=language,
        living=store.living(uow, employer_id=employer_id, on=uow.today),
        by=uow.by.subject,
        fund=uow.fund,
        at=uow.at,
    )
    return store.scheduling.save(uow, outcome)


def look_at(uow: UnitOfWork, *, clearance_id: str, purpose: Purpose) -> Clearance:
    """One clearance, for the employer and the fund's agents, whose look enters the access journal."""
    found = store.clearances.load(uow, clearance_id)
    uow.by.must_act_for_employer(found.employer_id)
    journal.note_employer(
        uow, found.employer_id, looked_at=AccessedKind.CLEARANCE, reference=found.reference, purpose=purpose
    )
    return found


def page(uow: UnitOfWork, *, employer_id: str, wanted: PageRequest, purpose: Purpose) -> Page[Clearance]:
    """What an employer asked for, newest first, for it and the fund's agents, whose look enters the access journal."""
    uow.by.must_act_for_employer(employer_id)
    journal.note_employer(uow, employer_id, looked_at=AccessedKind.CLEARANCE, purpose=purpose)
    return store.page(uow, employer_id=employer_id, wanted=wanted)


def look_again(uow: UnitOfWork, *, clearance_id: str) -> None:
    """Take a clearance back whose holder is in order no more, where the fund says so; else look again tomorrow."""
    found = store.clearances.load(uow, clearance_id)
    outcome = rules.look_again(found, _standing(uow, found.employer_id), fund=uow.fund, at=uow.at)
    store.scheduling.save(uow, outcome)


def _standing(uow: UnitOfWork, employer_id: str) -> ClearanceStanding:
    rules.offered(uow.fund)
    owed = obligations.of_employer(uow, employer_id=employer_id)
    debts = arrears.forecasts(uow, owed, employer_id=employer_id)
    return rules.judge(
        employers.load(uow, employer_id),
        debts,
        declared={(each.form, each.period) for each in owed},
        arrangements=_arrangements(uow, debts),
        fund=uow.fund,
        today=uow.today,
    )


def _arrangements(uow: UnitOfWork, debts: list[PenaltyForecast]) -> rules.Arrangements:
    """For how much of each debt the fund agreed to wait, where that is a part of it. Of a debt that a settlement plan
    holds, which the debt itself says, it is the whole."""
    return {
        ArrangementKind.DEFERRAL: rules.deferrals(debts, today=uow.today),
        ArrangementKind.DISPUTE: rules.disputes(debts),
    }
