"""What claims does with runs: make, compute, show, approve, tell, and follow what payments and the bank do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.claims.access_journal.accessed import AccessedKind
from services.claims.awards import actions as awards
from services.claims.awards import store as awards_store
from services.claims.awards.award import Award
from services.claims.awards.award import Status as AwardStatus
from services.claims.overpayments.withholding import note_granted, open_debts
from services.claims.runs import computing, granting, rules, store
from services.claims.runs.judging import Judge
from services.claims.runs.run import (
    PAYMENTS_A_PAGE,
    AwardAccount,
    AwardPayment,
    Change,
    PaymentStatus,
    Run,
    RunPage,
    Status,
)
from shared.funds.law import find_in_force
from shared.funds.period import Period
from shared.kernel.outcome import Outcome
from shared.process.access_journal import actions as journal
from shared.process.access_journal.entry import Purpose
from shared.storage.paging import Page, PageRequest
from shared.storage.pending_writes import ChangedMeanwhile
from shared.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class RunShown:
    """A run, and what became of its payments."""

    run: Run
    pages: tuple[RunPage, ...]

    @property
    def version(self) -> int:
        return self.run.version

    def sum_of(self, name: str) -> int:
        """One of the numbers of its pages, added up."""
        return sum(getattr(page, name) for page in self.pages)


@dataclass(frozen=True)
class ComputedPage:
    """A page of a run, computed and not kept yet. `after` is its last award."""

    payments: tuple[AwardPayment, ...]
    after: str
    is_last: bool


# --- The fund's agents ------------------------------------------------------------------------------------------------


def make(uow: UnitOfWork, *, claim_type: str, period: str) -> RunShown:
    """All awards of a benefit are to be computed for a period. Raises `RunUnderWay`, also where somebody else makes one
    at the same moment."""
    outcome = rules.make(
        run_id=uow.new_id(),
        reference=uow.new_reference("RN"),
        claim_type=claim_type,
        period=Period.read(period),
        fund=uow.fund,
        living=store.living(uow, claim_type),
        by=uow.by.subject,
        at=uow.at,
    )
    return RunShown(store.following.save(uow, outcome), ())


def load(uow: UnitOfWork, *, run_id: str) -> Run:
    return store.runs.load(uow, run_id)


def read(uow: UnitOfWork, *, run_id: str) -> RunShown:
    """A run, what it comes to, how it differs from the last one, and what became of it."""
    return RunShown(load(uow, run_id=run_id), tuple(store.pages_of(uow, run_id)))


def list_payments(
    uow: UnitOfWork,
    *,
    run_id: str,
    change: Change | None,
    status: PaymentStatus | None,
    purpose: Purpose,
    wanted: PageRequest,
) -> Page[AwardPayment]:
    """A page of a run's payments; whose they are enters the access journal."""
    run = load(uow, run_id=run_id)
    page = store.payments_of(uow, run.run_id, change=change, status=status, wanted=wanted)
    refs = (payment.person_ref for payment in page.items)
    journal.note_persons(uow, refs, looked_at=AccessedKind.PAYMENT, purpose=purpose, part_of=run.reference)
    return page


def payments_of_award(uow: UnitOfWork, *, award_id: str, purpose: Purpose, wanted: PageRequest) -> Page[AwardPayment]:
    """What is owed or was paid for an award, for the person whose it is and for the fund's agents."""
    award = awards.read(uow, award_id=award_id)
    journal.note_person(
        uow, award.person_ref, looked_at=AccessedKind.PAYMENT, reference=award.reference, purpose=purpose
    )
    return store.payments_of_award(uow, award.award_id, wanted=wanted)


def approve(uow: UnitOfWork, *, run_id: str) -> RunShown:
    """The caller, who is not the one who made it, agrees with a run."""
    outcome = rules.approve(load(uow, run_id=run_id), by=uow.by.subject, at=uow.at)
    kept = store.following.save(uow, outcome)
    uow.note("approved", "runs", kept.run_id, version=kept.version)
    return RunShown(kept, ())


def reject(uow: UnitOfWork, *, run_id: str, reason: str) -> RunShown:
    """The caller does not agree; the benefit may be computed anew."""
    outcome = rules.reject(load(uow, run_id=run_id), reason=reason, by=uow.by.subject, at=uow.at)
    kept = store.following.save(uow, outcome)
    uow.note("rejected", "runs", kept.run_id, version=kept.version, why=reason)
    return RunShown(kept, ())


def make_for_changed_rules(uow: UnitOfWork, *, claim_type: str) -> Run | None:
    """The rules of a benefit are others than those of its last run: a run of the same period computes what they change
    in the past. None where they are the same, or a run is under way, or the period that they pay by now is not over."""
    definition = rules.periodic(uow.fund, claim_type)
    last = store.last(uow, claim_type)
    if store.living(uow, claim_type) is not None or last is None or not rules.wants_arrears_run(definition, last):
        return None
    period = rules.as_paid_now(Period.read(last.period), definition.effect, today=uow.today)
    return None if period is None else make(uow, claim_type=claim_type, period=str(period)).run


# --- Computing, outside of any transaction ----------------------------------------------------------------------------


def compute_page(uow: UnitOfWork, run: Run, judge: Judge) -> ComputedPage:
    """The next page of a run: what each of the next awards comes to. Nothing is kept by it."""
    definition = rules.periodic(uow.fund, run.claim_type)
    recovery = find_in_force(definition.procedure.recovery, on=uow.today)
    upto = Period.read(run.period)
    found = awards_store.page_of_type(uow, run.claim_type, after=run.after, limit=PAYMENTS_A_PAGE)
    accounts = store.accounts.find_many(uow, [award.award_id for award in found])
    debts = open_debts(uow, found)
    computed = []
    for award in found:
        account = accounts.get(award.award_id) or AwardAccount(award_id=award.award_id)
        periods = computing.periods_of(award, effect=definition.effect, upto=upto)
        paid = computing.compute(
            award,
            account,
            judge(uow, award, periods),
            run=run,
            upto=upto,
            payment_id=uow.new_id(),
            page=run.pages + 1,
            at=uow.at,
            recovery=recovery,
            debts=debts.of(award),
        )
        if paid is not None:
            debts.note(paid)
            computed.append(paid)
    return ComputedPage(
        payments=tuple(computed),
        after=found[-1].award_id if found else run.after,
        is_last=len(found) < PAYMENTS_A_PAGE,
    )


def save_page(uow: UnitOfWork, *, seen: Run, computed: ComputedPage) -> Run:
    """Keep a page and how far the run has come, together. `ChangedMeanwhile` where another worker, or a person who
    rejected the run, was first."""
    if load(uow, run_id=seen.run_id).version != seen.version:
        raise ChangedMeanwhile
    store.payments.save_many(uow, computed.payments, part_of=seen.run_id)
    run = rules.with_page(
        seen, computed.payments, after=computed.after, is_last=computed.is_last, by=uow.by.subject, at=uow.at
    )
    return store.following.save(uow, Outcome(run))


# --- Telling ----------------------------------------------------------------------------------------------------------


def publish_page(uow: UnitOfWork, *, seen: Run) -> Run:
    """The next page of an approved run is owed: written down for each award and told, all of it together or nothing.
    `ChangedMeanwhile` where another worker was first."""
    run = load(uow, run_id=seen.run_id)
    if run.version != seen.version or run.status is not Status.APPROVED:
        raise ChangedMeanwhile
    number = run.told_pages + 1
    payments = store.payments_of_page(uow, run.run_id, number)
    held = awards_store.awards.find_many(uow, [each.award_id for each in payments])
    known = store.accounts.find_many(uow, [each.award_id for each in payments])
    debts = open_debts(uow, list(held.values()))
    published: list[AwardPayment] = []
    accounts: list[AwardAccount] = []
    for payment in payments:
        award = held[payment.award_id]
        if granting.must_be_withheld(payment, award) or granting.takes_too_much(payment, debts.of(award)):
            published.append(granting.withhold(payment, at=uow.at))
            continue
        account = known.get(payment.award_id) or AwardAccount(award_id=payment.award_id)
        granted, after = granting.grant(payment, account, at=uow.at)
        debts.note(granted)
        published.append(granted)
        accounts.append(after)
    store.payments.save_many(uow, published, part_of=run.run_id)
    store.accounts.save_many(uow, accounts, part_of=run.run_id)
    note_granted(uow, published, accounts)
    page = granting.page_of(store.page_id(run.run_id, number), run.run_id, published)
    store.pages.save(uow, Outcome(page))
    _end_awards(uow, published, held)
    for payment in published:
        if payment.status is PaymentStatus.DUE:
            uow.publish(granting.due_event(payment, currency=uow.fund.currency.value, at=uow.at))
    return store.following.save(uow, Outcome(rules.with_published_page(run, by=uow.by.subject, at=uow.at)))


def _end_awards(uow: UnitOfWork, published: Sequence[AwardPayment], held: Mapping[str, Award]) -> None:
    """End the awards that a fact has ended."""
    for payment in published:
        award = held[payment.award_id]
        is_granted = payment.status is not PaymentStatus.WITHHELD
        if payment.ends_on is not None and is_granted and award.status is not AwardStatus.ENDED:
            awards.end_by_fact(uow, award, last_on=payment.ends_on)


# --- Payments ---------------------------------------------------------------------------------------------------------


def note(uow: UnitOfWork, *, payment_id: str, to: PaymentStatus, reason: str = "") -> None:
    """What payments or the bank did with a payment."""
    payment = store.payments.load(uow, payment_id)
    page = store.pages.load(uow, store.page_id(payment.run_id, payment.page))
    outcome, counted = granting.note(payment, page, to=to, currency=uow.fund.currency.value, at=uow.at, reason=reason)
    store.payments.save(uow, outcome)
    if counted != page:
        store.pages.save(uow, Outcome(counted))
