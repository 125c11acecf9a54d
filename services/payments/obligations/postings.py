"""How what is owed, and what comes of it, is posted to the ledger."""

from collections.abc import Mapping
from datetime import date

from services.payments.ledger import account
from services.payments.ledger import actions as ledger
from services.payments.obligations.obligation import Obligation
from shared.storage.unit_of_work import UnitOfWork


def by_account(less: Obligation, more: Obligation, *, amount_minor: int) -> dict[str, int]:
    """An amount by the employer's accounts: what of it makes the difference between two states of a debt, of which more
    is paid in the second; the rest is the employer's credit."""
    paid_minor = more.paid_minor - less.paid_minor
    penalty_minor = more.penalty_paid_minor - less.penalty_paid_minor
    return {
        account.receivable(less.employer_id, period=less.period): paid_minor,
        account.penalty(less.employer_id, period=less.period): penalty_minor,
        account.credit(less.employer_id): amount_minor - paid_minor - penalty_minor,
    }


def post_declared(uow: UnitOfWork, opened: Obligation, branches: Mapping[str, int], *, declared_on: date) -> None:
    """Post what a declaration made due, by branch; amounts in minor units."""
    receivable = account.receivable(opened.employer_id, period=opened.period)
    declared = ledger.entry(
        uow,
        cause=cause(opened),
        debits={receivable: opened.due_minor},
        credits={account.contributions(branch): amount for branch, amount in branches.items() if amount},
        value_on=declared_on,
    )
    ledger.post(uow, declared)


def post(
    uow: UnitOfWork,
    cause: str,
    *,
    debits: Mapping[str, int],
    credits: Mapping[str, int],
    value_on: date | None = None,
) -> None:
    """Post an entry of what is not zero."""
    debits, credits = ({code: minor for code, minor in side.items() if minor} for side in (debits, credits))
    ledger.post(uow, ledger.entry(uow, cause=cause, debits=debits, credits=credits, value_on=value_on))


def cause(obligation: Obligation) -> str:
    """What posts it: the declaration, or the assessment that stands for one."""
    made_by = "assessment" if obligation.is_provisional else "declaration"
    return f"{made_by}:{obligation.declaration_id}:{obligation.revision}"
