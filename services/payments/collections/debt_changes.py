"""What changes a debt: a declaration, penalties, a settlement plan, the employer's credits. Each change is posted, ends
what asks for more than is left, and is held against the sums of the period."""

from collections.abc import Mapping
from datetime import date

from services.payments.collections import requesting
from services.payments.credits import actions as credits
from services.payments.credits import rules as crediting
from services.payments.credits import store as credits_store
from services.payments.credits.credit import UseKind
from services.payments.ledger import account
from services.payments.ledger import actions as ledger
from services.payments.obligations import actions as obligations
from services.payments.obligations import postings
from services.payments.obligations import rules as owing
from services.payments.obligations import store as obligations_store
from services.payments.obligations.obligation import Obligation
from shared.kernel.outcome import Outcome
from shared.storage.unit_of_work import UnitOfWork


def open_obligation(
    uow: UnitOfWork,
    *,
    declaration_id: str,
    revision: int,
    employer_id: str,
    form: str,
    period: str,
    due_on: date,
    declared_on: date,
    branches: Mapping[str, int],
    sides: Mapping[str, int],
    replaces: str | None = None,
    is_provisional: bool = False,
) -> Obligation:
    """An employer owes the contributions of a declaration from now on; called where the declaration is accepted, in
    the same unit of work.

    `declared_on` is the day on which the declaration came in; `branches` gives the amount in minor units by branch (all
    sides together), `sides` by side; `replaces` names the declaration that
    this one takes the place of: its entry is taken back, what was paid for it counts for this one, and what is being
    collected for it ends where it is more than is left now. What the employer has to its credit pays as much of the
    debt as it can. Raises `ObligationUnknown` where there is no such declaration, `DeclarationReplaced` where it was
    replaced before.
    """
    before = obligations_store.obligations.load(uow, replaces) if replaces else None
    opened, cancelled, surplus_minor = owing.open_obligation(
        Obligation(
            declaration_id=declaration_id,
            revision=revision,
            employer_id=employer_id,
            form=form,
            period=period,
            due_on=due_on,
            due_minor=sum(branches.values()),
            opened_at=uow.at,
            sides=sides,
            is_provisional=is_provisional,
        ),
        declared_on=declared_on,
        before=before,
    )
    if cancelled is not None:
        _cancel(uow, cancelled)
    if opened.due_minor:
        postings.post_declared(uow, opened, branches, declared_on=declared_on)
    if surplus_minor:
        _move_to_credit(uow, opened, surplus_minor)
    if before is not None:
        postings.post_disputed(uow, f"{postings.cause(opened)}:disputed", before=before, after=opened)
    paid = _paid_by_credits(uow, opened)
    published = owing.paid_events(paid, currency=uow.fund.currency.value, at=uow.at)
    kept = obligations_store.save(uow, Outcome(paid, published))
    requesting.end_what_is_too_much(uow, kept)
    obligations.reconcile(uow, employer_id=employer_id, period=period)
    return kept


def lift(uow: UnitOfWork, *, declaration_id: str) -> Obligation:
    """What was assessed provisionally is owed no more; what was paid of it is a credit of the employer. Raises
    `DebtInPlan`."""
    owed = obligations_store.obligations.load(uow, declaration_id)
    lifted, surplus_minor = owing.lift(owed, today=uow.today)
    if owed.due_minor + owed.relieved_minor:
        ledger.take_back(uow, cause=f"{postings.cause(owed)}:cancelled", of=postings.cause(owed))
    postings.take_back_reliefs(uow, owed)
    postings.post_disputed(uow, f"{postings.cause(owed)}:disputed", before=owed, after=lifted)
    if surplus_minor:
        _move_to_credit(uow, lifted, surplus_minor)
    kept = obligations_store.save(uow, Outcome(lifted))
    requesting.end_what_is_too_much(uow, kept)
    obligations.reconcile(uow, employer_id=owed.employer_id, period=owed.period)
    return kept


def _move_to_credit(uow: UnitOfWork, opened: Obligation, surplus_minor: int) -> None:
    """What was paid for the declaration before this one, and this one does not need."""
    credits.open_credit(
        uow, employer_id=opened.employer_id, declaration_id=opened.declaration_id, amount_minor=surplus_minor
    )
    postings.post(
        uow,
        f"{postings.cause(opened)}:surplus",
        debits={account.receivable(opened.employer_id, period=opened.period): surplus_minor},
        credits={account.credit(opened.employer_id): surplus_minor},
    )


def _paid_by_credits(uow: UnitOfWork, opened: Obligation) -> Obligation:
    """The debt and its penalties with what the employer had to its credit taken off. The fund has had that money since
    the credit was opened: from that day on it counts as paid."""
    if not opened.to_pay_minor:
        return opened
    paid = opened
    open_credits = credits_store.open_credits(uow, employer_id=opened.employer_id)
    for each, part_minor in crediting.shared_out(open_credits, amount_minor=opened.to_pay_minor):
        before, cause = paid, crediting.cause(each, declaration_id=opened.declaration_id)
        used = crediting.use(each, kind=UseKind.APPLIED, to=opened.declaration_id, amount_minor=part_minor, at=uow.at)
        credits_store.credits.save(uow, Outcome(used))
        paid = owing.receive(
            before,
            amount_minor=part_minor,
            currency=uow.fund.currency.value,
            on=uow.fund.day_of(each.opened_at),
            at=uow.at,
        ).thing
        postings.post(
            uow,
            cause,
            debits={account.credit(opened.employer_id): part_minor},
            credits=postings.by_account(before, paid, amount_minor=part_minor),
        )
    return paid


def charge(uow: UnitOfWork, owed: Obligation, *, by_reason: Mapping[str, int], cause: str) -> Obligation:
    """Charge penalties for a debt, by what they are for, or give them back where an amount is below zero (minor units).

    They are booked beside the debt, never in it. What the employer has to its credit pays them; what had been paid of
    those that are given back is to its credit again. Whoever calls this knows when they are to be looked at next.
    """
    more = {reason: minor for reason, minor in by_reason.items() if minor > 0}
    less = {reason: -minor for reason, minor in by_reason.items() if minor < 0}
    penalty = account.penalty(owed.employer_id, period=owed.period)
    postings.post(
        uow,
        cause,
        debits={penalty: sum(more.values()), **{account.penalties(reason): minor for reason, minor in less.items()}},
        credits={penalty: sum(less.values()), **{account.penalties(reason): minor for reason, minor in more.items()}},
    )
    charged, surplus_minor = owing.charge(owed, change_minor=sum(by_reason.values()))
    if surplus_minor:
        credits.open_credit(
            uow, employer_id=owed.employer_id, declaration_id=owed.declaration_id, amount_minor=surplus_minor
        )
        credit = account.credit(owed.employer_id)
        postings.post(uow, f"{cause}:surplus", debits={penalty: surplus_minor}, credits={credit: surplus_minor})
    paid = _paid_by_credits(uow, charged)
    is_newly_paid = paid.paid_minor > charged.paid_minor
    published = owing.paid_events(paid, currency=uow.fund.currency.value, at=uow.at) if is_newly_paid else ()
    kept = obligations_store.obligations.save(uow, Outcome(paid, published))
    requesting.end_what_is_too_much(uow, kept)
    obligations.reconcile(uow, employer_id=owed.employer_id, period=owed.period)
    return kept


def hold(uow: UnitOfWork, owed: Obligation, *, plan_id: str, spared_minor: int) -> Obligation:
    """A settlement plan holds for a debt from now on. What is being collected of it and is more than that ends."""
    return _keep_standing(uow, owing.hold(owed, plan_id=plan_id, spared_minor=spared_minor, today=uow.today))


def waive(uow: UnitOfWork, owed: Obligation, *, waived: Mapping[str, int]) -> Obligation:
    """A debt's plan is finished. Whoever calls this has the penalties given back."""
    return _keep_standing(uow, owing.waive(owed, waived=waived, today=uow.today))


def let_go(uow: UnitOfWork, owed: Obligation, *, is_spared: bool) -> Obligation:
    """A debt's plan is broken. Whoever calls this has the penalties charged anew."""
    return _keep_standing(uow, owing.let_go(owed, is_spared=is_spared, today=uow.today))


def _keep_standing(uow: UnitOfWork, changed: Obligation) -> Obligation:
    kept = obligations_store.obligations.save(uow, Outcome(changed))
    requesting.end_what_is_too_much(uow, kept)
    obligations.reconcile(uow, employer_id=kept.employer_id, period=kept.period)
    return kept


def dispute(uow: UnitOfWork, owed: Obligation, *, dispute_id: str, amount_minor: int, is_paused: bool) -> Obligation:
    """The employer disputes so much of a debt: what is being collected of it and is more than the rest ends."""
    disputed = owing.dispute(
        owed, dispute_id=dispute_id, amount_minor=amount_minor, is_paused=is_paused, today=uow.today
    )
    postings.post_disputed(uow, f"dispute:{dispute_id}", before=owed, after=disputed)
    kept = obligations_store.save(uow, Outcome(disputed))
    requesting.end_what_is_too_much(uow, kept)
    obligations.reconcile(uow, employer_id=kept.employer_id, period=kept.period)
    return kept


def end_dispute(
    uow: UnitOfWork, owed: Obligation, *, dispute_id: str, relieved_minor: int, is_spared: bool
) -> Obligation:
    """A dispute is over: so much of it is not owed, and what the employer has to its credit pays of the rest what it
    can."""
    ended = owing.end_dispute(owed, relieved_minor=relieved_minor, is_spared=is_spared, today=uow.today)
    postings.post_disputed(uow, f"dispute:{dispute_id}:ended", before=owed, after=ended)
    if relieved_minor:
        postings.post_relieved(uow, before=owed, after=ended)
    paid = _paid_by_credits(uow, ended)
    is_newly_paid = paid.status is not owed.status
    published = owing.paid_events(paid, currency=uow.fund.currency.value, at=uow.at) if is_newly_paid else ()
    kept = obligations_store.save(uow, Outcome(paid, published))
    requesting.end_what_is_too_much(uow, kept)
    obligations.reconcile(uow, employer_id=kept.employer_id, period=kept.period)
    return kept


def use_credits(uow: UnitOfWork, owed: Obligation) -> Obligation:
    """Pay a debt with what the employer has to its credit: of money that came for a plan and went beyond its first
    debt, the others are paid."""
    paid = _paid_by_credits(uow, owed)
    if paid == owed:
        return owed
    is_newly_paid = paid.paid_minor > owed.paid_minor
    published = owing.paid_events(paid, currency=uow.fund.currency.value, at=uow.at) if is_newly_paid else ()
    kept = obligations_store.save(uow, Outcome(paid, published))
    requesting.end_what_is_too_much(uow, kept)
    obligations.reconcile(uow, employer_id=kept.employer_id, period=kept.period)
    return kept


def _cancel(uow: UnitOfWork, cancelled: Obligation) -> None:
    obligations_store.save(uow, Outcome(cancelled))
    if cancelled.due_minor + cancelled.relieved_minor:
        cause = postings.cause(cancelled)
        ledger.take_back(uow, cause=f"{cause}:cancelled", of=cause)
    postings.take_back_reliefs(uow, cancelled)
