"""What payments does about debts that are late: say what they cost, charge it once, give back what is owed no more."""

from collections.abc import Iterable
from datetime import datetime

from services.payments.access_journal.accessed import AccessedKind
from services.payments.arrears import notice, rules, store
from services.payments.arrears.notice import PenaltyNotice
from services.payments.arrears.penalty import Penalties, PenaltyForecast
from services.payments.arrears.standing_debts import StandingDebts
from services.payments.collections import debt_changes
from services.payments.measures import actions as measures
from services.payments.obligations import actions as obligations
from services.payments.obligations.obligation import Obligation, ObligationStatus
from shared.funds.arrears import Measure
from shared.jobs import queue
from shared.kernel.outcome import Outcome
from shared.process.access_journal import actions as journal
from shared.process.access_journal.entry import Purpose
from shared.storage.paging import PageRequest
from shared.storage.unit_of_work import UnitOfWork

PUT_OFF_AT_ONCE_MAX = 20
ANNOUNCE = "arrears.announce"
"""The kind of the job that has an employer informed of what was charged; its thing is the employer."""


def assess(uow: UnitOfWork, *, declaration_id: str) -> datetime | None:
    """Charge what a debt costs as of today for coming late, or give back what it no longer costs, and remind of what
    was put off; when more will be owed, or the next reminder is due. Run again, it changes nothing: what is charged is
    held against what is owed, in one transaction.

    It is about the debt: of a declaration that was replaced, about the one that stands in its place. A fund without
    rules charges and gives back nothing.
    """
    owed = obligations.current(uow, declaration_id=declaration_id)
    if uow.fund.sections.arrears is None or owed.status is ObligationStatus.CANCELLED:
        return None
    before = store.accounts.find(uow, owed.debt_id)
    account = rules.account_of(owed, before=before, fund=uow.fund)
    holding = _measures(uow, owed)
    penalties = rules.penalties(owed, fund=uow.fund, as_of=uow.today, measures=holding)
    due = rules.owed_by_reason(penalties, waived=owed.waived)
    if changes := rules.to_charge(account, due):
        account = rules.charged(account, due, on=uow.today)
        owed = debt_changes.charge(
            uow,
            owed,
            by_reason={reason.value: minor for reason, minor in changes.items()},
            cause=f"penalty:{account.debt_id}:{account.charges}",
        )
        _note_charge(uow, owed, amount_minor=sum(changes.values()), due=penalties)
    reminded = rules.remind(account, owed, fund=uow.fund, today=uow.today, measures=holding, at=uow.at)
    if changes or reminded.events or (before is not None and account != before):
        store.accounts.save(uow, reminded)
    return rules.look_next_at(owed, fund=uow.fund, today=uow.today, measures=holding)


def _note_charge(uow: UnitOfWork, owed: Obligation, *, amount_minor: int, due: Penalties) -> None:
    """Have the employer informed of what was charged, with all else that is charged about the same time."""
    before = store.notices.find(uow, owed.employer_id) or PenaltyNotice(employer_id=owed.employer_id)
    noted = notice.with_charge(before, owed, amount_minor=amount_minor, due=due)
    if noted.is_full:
        _announce(uow, noted)
        return
    store.notices.save(uow, Outcome(noted))
    if not before.debts:
        queue.schedule(uow, ANNOUNCE, owed.employer_id, due_at=uow.at + notice.GATHERED_FOR)


def announce(uow: UnitOfWork, *, employer_id: str) -> None:
    """Publish what was charged to an employer and is not announced yet; run again, it changes nothing."""
    noted = store.notices.find(uow, employer_id)
    if noted is not None:
        _announce(uow, noted)


def _announce(uow: UnitOfWork, noted: PenaltyNotice) -> None:
    outcome = notice.announce(noted, currency=uow.fund.currency.value, on=uow.today, at=uow.at)
    if outcome is not None:
        store.notices.save(uow, outcome)


def assess_all(uow: UnitOfWork, *, employer_id: str) -> None:
    """Charge what all debts of an employer cost as of today."""
    for owed in obligations.of_employer(uow, employer_id=employer_id):
        if owed.to_pay_minor or owed.disputed_minor:
            assess(uow, declaration_id=owed.declaration_id)


def waive(uow: UnitOfWork, *, declaration_id: str) -> None:
    """A debt's settlement plan is finished: give back what it spared of the penalties."""
    owed = obligations.current(uow, declaration_id=declaration_id)
    account = store.accounts.find(uow, owed.debt_id)
    waived = rules.to_waive(account, amount_minor=owed.spared_minor, before=owed.waived) if account else owed.waived
    debt_changes.waive(uow, owed, waived=waived)
    _assess_now(uow, declaration_id)


def let_go(uow: UnitOfWork, *, declaration_id: str, is_spared: bool) -> None:
    """A debt's settlement plan is broken: charge its penalties as they are owed without it, or but for the months in
    which it held where they are spared."""
    owed = obligations.current(uow, declaration_id=declaration_id)
    debt_changes.let_go(uow, owed, is_spared=is_spared)
    _assess_now(uow, declaration_id)


def _assess_now(uow: UnitOfWork, declaration_id: str) -> None:
    next_at = assess(uow, declaration_id=declaration_id)
    obligations.schedule_assessment(uow, declaration_id=declaration_id, due_at=next_at)


def put_off(uow: UnitOfWork) -> list[str]:
    """Some of the debts that were charged by a last day in time that a decree has put off meanwhile, by id."""
    if uow.fund.sections.declarations is None:
        return []
    found = (
        each.debt_id
        for form, definition in uow.fund.declarations.forms.items()
        for grace in definition.graces
        for each in store.charged_by_earlier_day(
            uow, form=form, periods=grace.periods, due_on=grace.due_on, limit=PUT_OFF_AT_ONCE_MAX
        )
    )
    return sorted(set(found))[:PUT_OFF_AT_ONCE_MAX]


def assess_again(uow: UnitOfWork, debt_id: str) -> None:
    """Charge a debt by the last day in time as it is now, and look at it again when more will be owed."""
    _assess_now(uow, store.accounts.load(uow, debt_id).declaration_id)


def of_declaration(uow: UnitOfWork, *, declaration_id: str, purpose: Purpose) -> PenaltyForecast:
    """What the debt of a declaration costs today and later, for the employer and the fund's agents, whose look enters
    the access journal."""
    owed = obligations.read(uow, declaration_id=declaration_id)
    journal.note_employer(
        uow, owed.employer_id, looked_at=AccessedKind.PENALTIES, reference=declaration_id, purpose=purpose
    )
    return rules.forecast(owed, fund=uow.fund, today=uow.today, measures=_measures(uow, owed))


def cost_of(uow: UnitOfWork, *, declaration_id: str) -> PenaltyForecast:
    """What the debt of a declaration, or of the one that stands in its place by now, costs today and later: for the
    platform itself, which asks nobody's leave."""
    owed = obligations.current(uow, declaration_id=declaration_id)
    return rules.forecast(owed, fund=uow.fund, today=uow.today, measures=_measures(uow, owed))


def of_employer(uow: UnitOfWork, *, employer_id: str, wanted: PageRequest, purpose: Purpose) -> StandingDebts:
    """What an employer has to pay: each debt with what it costs today and later, and what all of them cost."""
    found = debts_of(uow, employer_id=employer_id, purpose=purpose)
    return StandingDebts.of(found, employer_id=employer_id, as_of=uow.today, wanted=wanted)


def debts_of(uow: UnitOfWork, *, employer_id: str, purpose: Purpose) -> list[PenaltyForecast]:
    """All debts of an employer of which something is to be paid or is disputed, for it and the fund's agents. An
    agent's look enters the access journal."""
    uow.by.must_act_for_employer(employer_id)
    journal.note_employer(uow, employer_id, looked_at=AccessedKind.PENALTIES, purpose=purpose)
    return forecasts(uow, obligations.of_employer(uow, employer_id=employer_id), employer_id=employer_id)


def forecasts(uow: UnitOfWork, debts: Iterable[Obligation], *, employer_id: str) -> list[PenaltyForecast]:
    """What each of an employer's debts costs today and later, of which something is to be paid or is disputed: for the
    service itself."""
    owed = [each for each in debts if each.to_pay_minor or each.disputed_minor]
    granted = measures.granted_to(uow, employer_id=employer_id)
    return [
        rules.forecast(
            each,
            fund=uow.fund,
            today=uow.today,
            measures=rules.measures_for(each, fund=uow.fund, granted=granted),
        )
        for each in owed
    ]


def _measures(uow: UnitOfWork, owed: Obligation) -> tuple[Measure, ...]:
    """The measures that hold for a debt."""
    granted = measures.granted_to(uow, employer_id=owed.employer_id)
    return rules.measures_for(owed, fund=uow.fund, granted=granted)
