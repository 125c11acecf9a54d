"""How what is owed, and what comes of it, is posted to the ledger."""

from collections.abc import Mapping
from datetime import date

from services.payments.ledger import account
from services.payments.ledger import actions as ledger
from services.payments.ledger.entry import Side
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


def post_disputed(uow: UnitOfWork, cause: str, *, before: Obligation, after: Obligation) -> None:
    """Post what of a debt became disputed, or is no more; nothing where that did not change."""
    more_minor = after.disputed_minor - before.disputed_minor
    receivable = account.receivable(after.employer_id, period=after.period)
    disputed = account.disputed(after.employer_id, period=after.period)
    debit, credit = (disputed, receivable) if more_minor > 0 else (receivable, disputed)
    if more_minor:
        ledger.move(uow, cause=cause, debit=debit, credit=credit, amount_minor=abs(more_minor))


def post_relieved(uow: UnitOfWork, *, before: Obligation, after: Obligation) -> None:
    """Post what the fund decided is not owed: each branch gives up its share of it, of what the declaration made due,
    and the last one what rounding left."""
    relieved_minor = after.relieved_minor - before.relieved_minor
    declared = ledger.by_cause(uow, cause(after))
    branches = {each.account: each.amount.amount_minor for each in declared.postings if each.side is Side.CREDIT}
    whole_minor, shares, shared_minor, until_minor = sum(branches.values()), {}, 0, 0
    for code, minor in branches.items():
        until_minor += minor
        shares[code] = relieved_minor * until_minor // whole_minor - shared_minor
        shared_minor += shares[code]
    receivable = account.receivable(after.employer_id, period=after.period)
    post(uow, _relief(after, after.reliefs), debits=shares, credits={receivable: relieved_minor})


def take_back_reliefs(uow: UnitOfWork, owed: Obligation) -> None:
    """Post that the debt itself is gone, and with it what the fund had taken off it."""
    for number in range(1, owed.reliefs + 1):
        ledger.take_back(uow, cause=f"{_relief(owed, number)}:cancelled", of=_relief(owed, number))


def _relief(owed: Obligation, number: int) -> str:
    return f"relief:{owed.declaration_id}:{number}"


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
