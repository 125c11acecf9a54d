"""What claims does when somebody died, or an award ended otherwise: rights and awards end with a death, and what was
paid for later periods is found and listed. Where the death was an error, all of it is undone."""

from collections.abc import Iterable

from services.claims.access_journal.accessed import AccessedKind
from services.claims.awards import actions as awards
from services.claims.awards.award import Award, AwardKind
from services.claims.awards.award import Status as AwardStatus
from services.claims.deaths import actions as deaths
from services.claims.entitlements import actions as entitlements
from services.claims.overpayments import rules, store
from services.claims.overpayments.overpayment import PAYMENTS_LOOKED_AT_MAX, Overpayment, Status
from services.claims.overpayments.store import overpayments
from services.claims.runs import store as runs
from shared.events.identity import DeathTakenBack, PersonDied
from shared.kernel.outcome import Outcome
from shared.process.access_journal import actions as journal
from shared.process.access_journal.entry import Purpose
from shared.storage.paging import Page, PageRequest
from shared.storage.unit_of_work import UnitOfWork


def follow_death(uow: UnitOfWork, event: PersonDied | DeathTakenBack) -> None:
    """Do what a death asks for, or undo it; what is known already does nothing."""
    received = deaths.save(uow, event)
    if received is None:
        return
    died_on = deaths.day_of(uow, received)
    entitlements.follow_death(uow, person_ref=event.person_ref, died_on=died_on)
    _look_for(uow, awards.follow_death(uow, person_ref=event.person_ref, died_on=died_on))


def note_payment(uow: UnitOfWork, *, payment_id: str) -> None:
    """Something became of a payment. Where its award has ended, what is to be recovered is found again: a payment that
    was under way then, or that the bank gave back."""
    payment = runs.payments.load(uow, payment_id)
    _look_for(uow, [awards.of_id(uow, payment.award_id)])


def follow_end(uow: UnitOfWork, *, award_id: str) -> None:
    """An award has ended, whatever the reason, or holds again: find what was paid for later periods."""
    _look_for(uow, [awards.of_id(uow, award_id)])


def _look_for(uow: UnitOfWork, ended: Iterable[Award]) -> None:
    for award in ended:
        if award.kind is not AwardKind.PAYMENT:
            continue
        known = overpayments.find(uow, award.award_id)
        if known is None and award.before_death is None and award.status is not AwardStatus.ENDED:
            continue
        payments = runs.last_payments_of(uow, award.award_id, limit=PAYMENTS_LOOKED_AT_MAX)
        currency = uow.fund.currency.value
        found = rules.found(known, award, payments, currency=currency, by=uow.by.subject, at=uow.at)
        if found is not None:
            overpayments.save(uow, Outcome(found))


# --- The fund's agents ------------------------------------------------------------------------------------------------


def load(uow: UnitOfWork, *, award_id: str) -> Overpayment:
    return overpayments.load(uow, award_id)


def look_at(uow: UnitOfWork, *, award_id: str, purpose: Purpose) -> Overpayment:
    """One overpayment; who looks enters the access journal."""
    found = overpayments.load(uow, award_id)
    journal.note_person(
        uow, found.person_ref, looked_at=AccessedKind.OVERPAYMENT, reference=found.reference, purpose=purpose
    )
    return found


def list_for_agent(uow: UnitOfWork, *, status: Status, purpose: Purpose, wanted: PageRequest) -> Page[Overpayment]:
    """Overpayments in a state; whose they are enters the access journal."""
    page = store.with_status(uow, status, wanted=wanted)
    refs = (each.person_ref for each in page.items)
    journal.note_persons(uow, refs, looked_at=AccessedKind.OVERPAYMENT, purpose=purpose, part_of=status.value)
    return page


def settle(uow: UnitOfWork, *, award_id: str, to: Status, reason: str) -> Overpayment:
    """The caller has recovered it, or proposes to waive it: a second person agrees."""
    settled = rules.settle(overpayments.load(uow, award_id), to=to, reason=reason, by=uow.by.subject, at=uow.at)
    kept = overpayments.save(uow, Outcome(settled))
    uow.note(kept.status.value, "overpayments", award_id, version=kept.version, why=reason)
    return kept


def decide_waiver(uow: UnitOfWork, *, award_id: str, agrees: bool, reason: str) -> Overpayment:
    """The caller, a second person, agrees that the fund waives it, or does not."""
    decided = rules.decide_waiver(
        overpayments.load(uow, award_id), agrees=agrees, reason=reason, by=uow.by.subject, at=uow.at
    )
    kept = overpayments.save(uow, Outcome(decided))
    uow.note(kept.status.value, "overpayments", award_id, version=kept.version, why=reason)
    return kept
