"""What claims does when somebody died, an award ended otherwise, or comes to less: rights and awards end with a death,
and what was paid too much is found. Where the death was an error, all of it is undone. And what the person and the
fund's agents do about an overpayment."""

from dataclasses import dataclass

from services.claims.access_journal.accessed import AccessedKind
from services.claims.awards import actions as awards
from services.claims.awards.award import Award
from services.claims.claims.timeline import AppealTerm
from services.claims.deaths import actions as deaths
from services.claims.entitlements import actions as entitlements
from services.claims.overpayments import disputing, repaying, rules, store
from services.claims.overpayments.changing import (
    appeal_term_of,
    look_for,
    recovery_of,
    save,
    settle_account,
    settle_in_account,
    waits_for_dispute,
    way_of,
)
from services.claims.overpayments.overpayment import TO_RECOVER, Overpayment, Repaid, RepaymentWay, Status
from services.claims.overpayments.store import overpayments
from services.claims.runs import store as runs
from shared.events.identity import DeathTakenBack, PersonDied
from shared.events.payments.repayments import RepaymentReceived, RepaymentReversed
from shared.funds.procedure import Recovery
from shared.kernel.actors import NotYours
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
    for award in awards.follow_death(uow, person_ref=event.person_ref, died_on=died_on):
        look_for(uow, award)


def follow_change(uow: UnitOfWork, *, award_id: str, difference_minor: int) -> None:
    """An award that holds comes to another sum: what was granted too much for earlier periods is owed, with what its
    account carries."""
    account = runs.accounts.find(uow, award_id)
    carried_minor = max(-difference_minor, 0) - (account.carry_minor if account else 0)
    look_for(uow, awards.of_id(uow, award_id), carried_minor=carried_minor)


def note_payment(uow: UnitOfWork, *, payment_id: str) -> None:
    """Something became of a payment. Where its award has ended, what is to be recovered is found again: a payment that
    was under way then, or that the bank gave back."""
    payment = runs.payments.load(uow, payment_id)
    look_for(uow, awards.of_id(uow, payment.award_id))


def note_repaid(uow: UnitOfWork, event: RepaymentReceived) -> None:
    """Money of the person came by the reference: it is taken off what they owe, and where it is more than that, the
    rest goes back."""
    known = overpayments.load(uow, event.award_id)
    came = Repaid(entry_id=event.entry_id, amount_minor=event.amount_minor, on=event.received_on, at=event.received_at)
    done = repaying.repay(known, came, by=uow.by.subject, at=uow.at)
    settle_in_account(uow, known, amount_minor=done.of_debt_minor)
    kept = save(uow, known, done.overpayment)
    repaid = repaying.repaid_event(known, kept, came, at=uow.at)
    if repaid is not None:
        uow.publish(repaid, version=kept.version)


def note_repayment_taken_back(uow: UnitOfWork, event: RepaymentReversed) -> None:
    """The bank took back what the person had paid: it is owed again."""
    known = overpayments.load(uow, event.award_id)
    back = Repaid(entry_id=event.entry_id, amount_minor=-event.amount_minor, on=event.reversed_on, at=event.reversed_at)
    done = repaying.take_repayment_back(known, back, by=uow.by.subject, at=uow.at)
    settle_in_account(uow, known, amount_minor=done.of_debt_minor)
    save(uow, known, done.overpayment)


def expect_repayment(uow: UnitOfWork, award_id: str) -> None:
    """Tell payments of what is owed for somebody who died."""
    save(uow, None, overpayments.load(uow, award_id))


def follow_end(uow: UnitOfWork, *, award_id: str) -> None:
    """An award has ended, whatever the reason, or holds again: find what was paid for later periods."""
    look_for(uow, awards.of_id(uow, award_id))


# --- The person -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Repayment:
    """An overpayment as its person is shown it: why, how it is paid back, and how it may be disputed."""

    overpayment: Overpayment
    award: Award
    way: RepaymentWay
    recovery: Recovery | None
    appeal_term: AppealTerm | None
    may_be_disputed: bool

    @property
    def version(self) -> int:
        return self.overpayment.version

    @property
    def is_paused(self) -> bool:
        """Whether nothing is taken while it is disputed, or proposed to be waived."""
        is_owed = self.overpayment.status in TO_RECOVER
        waits = waits_for_dispute(self.recovery)
        return is_owed and not rules.may_be_taken(self.overpayment, waits_for_dispute=waits)


def of_caller(uow: UnitOfWork, *, wanted: PageRequest) -> Page[Repayment]:
    """What was paid too much to the caller, that of the newest award first."""
    if uow.by.person_ref is None:
        return Page([])
    page = store.of_person(uow, uow.by.person_ref, wanted=wanted)
    return Page([_shown(uow, each) for each in page.items], page.next)


def read_own(uow: UnitOfWork, *, award_id: str) -> Repayment:
    """What was paid too much for an award, for the person whose it is and for the fund's agents."""
    found = overpayments.load(uow, award_id)
    uow.by.must_act_for_person(found.person_ref)
    return _shown(uow, found)


def look_at_own(uow: UnitOfWork, *, award_id: str, purpose: Purpose) -> Repayment:
    """As `read_own`; what an agent reads enters the access journal."""
    found = read_own(uow, award_id=award_id)
    _note_look(uow, found.overpayment, purpose=purpose)
    return found


def dispute(uow: UnitOfWork, *, award_id: str, statement: str) -> Repayment:
    """The caller does not owe it, they say. Where the fund's data says so nothing is taken before somebody decides."""
    found = overpayments.load(uow, award_id)
    if uow.by.person_ref != found.person_ref:
        raise NotYours
    appeal_term = appeal_term_of(uow, found)
    outcome = disputing.dispute(
        found, statement=statement, until_on=appeal_term.until_on if appeal_term else None, today=uow.today, at=uow.at
    )
    journal.note_act(uow, found.person_ref, done_with=AccessedKind.OVERPAYMENT, reference=found.reference)
    return _shown(uow, overpayments.save(uow, outcome))


def _shown(uow: UnitOfWork, overpayment: Overpayment) -> Repayment:
    appeal_term = appeal_term_of(uow, overpayment)
    until_on = appeal_term.until_on if appeal_term else None
    return Repayment(
        overpayment=overpayment,
        award=awards.of_id(uow, overpayment.award_id),
        way=way_of(uow, overpayment),
        recovery=recovery_of(uow, overpayment),
        appeal_term=appeal_term,
        may_be_disputed=disputing.may_be_disputed(overpayment, until_on=until_on, today=uow.today),
    )


# --- The fund's agents ------------------------------------------------------------------------------------------------


def load(uow: UnitOfWork, *, award_id: str) -> Overpayment:
    return overpayments.load(uow, award_id)


def look_at(uow: UnitOfWork, *, award_id: str, purpose: Purpose) -> Overpayment:
    """One overpayment; who looks enters the access journal."""
    found = overpayments.load(uow, award_id)
    _note_look(uow, found, purpose=purpose)
    return found


def _note_look(uow: UnitOfWork, found: Overpayment, *, purpose: Purpose) -> None:
    journal.note_person(
        uow, found.person_ref, looked_at=AccessedKind.OVERPAYMENT, reference=found.reference, purpose=purpose
    )


def list_for_agent(
    uow: UnitOfWork,
    *,
    status: Status | None,
    is_disputed: bool | None,
    person_ref: str | None,
    reference: str | None,
    purpose: Purpose,
    wanted: PageRequest,
) -> Page[Overpayment]:
    """Overpayments in a state, disputed or not, of a person or of a reference; whose they are enters the access
    journal."""
    page = store.page(
        uow, status=status, is_disputed=is_disputed, person_ref=person_ref, reference=reference, wanted=wanted
    )
    refs = {person_ref} if person_ref else {each.person_ref for each in page.items}
    part_of = status.value if status else reference or Status.OPEN.value
    journal.note_persons(uow, sorted(refs), looked_at=AccessedKind.OVERPAYMENT, purpose=purpose, part_of=part_of)
    return page


def settle(uow: UnitOfWork, *, award_id: str, to: Status, reason: str) -> Overpayment:
    """The caller has recovered it, or proposes to waive it: a second person agrees."""
    known = overpayments.load(uow, award_id)
    settled = rules.settle(known, to=to, reason=reason, by=uow.by.subject, at=uow.at)
    if settled.status is Status.RECOVERED:
        settle_account(uow, known)
    kept = save(uow, known, settled)
    uow.note(kept.status.value, "overpayments", award_id, version=kept.version, why=reason)
    return kept


def decide_waiver(uow: UnitOfWork, *, award_id: str, agrees: bool, reason: str) -> Overpayment:
    """The caller, a second person, agrees that the fund waives it, or does not."""
    known = overpayments.load(uow, award_id)
    decided = rules.decide_waiver(known, agrees=agrees, reason=reason, by=uow.by.subject, at=uow.at)
    if agrees:
        settle_account(uow, known)
    for event in decided.events:
        uow.publish(event, version=known.version + 1)
    kept = save(uow, known, decided.thing)
    uow.note(kept.status.value, "overpayments", award_id, version=kept.version, why=reason)
    return kept


def decide_dispute(uow: UnitOfWork, *, award_id: str, stands: bool, reason: str) -> Overpayment:
    """The caller, who did not end the award, decides what the person disputes: it stands, or a second person is asked
    to agree that it does not."""
    known = overpayments.load(uow, award_id)
    ended_by = awards.of_id(uow, award_id).steps[-1].by
    decided = disputing.decide_dispute(
        known, stands=stands, reason=reason, by=uow.by.subject, ended_by=ended_by, at=uow.at
    )
    kept = overpayments.save(uow, decided)
    uow.note("dispute-decided", "overpayments", award_id, version=kept.version, why=reason)
    return kept
