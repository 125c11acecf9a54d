"""What payments does with money that comes by the reference of a self-payer's month: find the month, book it, take it
back."""

from collections.abc import Iterable
from datetime import date

from services.payments.ledger import account
from services.payments.ledger import actions as ledger
from services.payments.self_payers import rules, store
from services.payments.self_payers.self_contribution import SelfContribution
from shared.storage.unit_of_work import UnitOfWork


def by_reference(uow: UnitOfWork, reference: str) -> SelfContribution | None:
    """The month that a payer's reference names, or None."""
    return store.contributions.find_only(uow, reference=reference)


def with_references(uow: UnitOfWork, references: Iterable[str]) -> list[SelfContribution]:
    """The months that these references name; unknown references are left out."""
    return sorted(store.with_references(uow, references), key=lambda each: each.reference)


def receive(uow: UnitOfWork, *, reference: str, entry_id: str, amount_minor: int, into: str, value_on: date) -> bool:
    """Book money that came for a month. Whether it was booked: more than is left is not. Raises
    `SelfContributionUnknown`."""
    known = _load(uow, reference)
    if amount_minor > known.left_minor:
        return False
    currency = uow.fund.currency.value
    outcome = rules.receive(
        known, entry_id=entry_id, amount_minor=amount_minor, currency=currency, on=value_on, at=uow.at
    )
    ledger.move(
        uow,
        cause=_cause(known, entry_id),
        debit=into,
        credit=account.self_payer(known.person_ref, month=known.month),
        amount_minor=amount_minor,
        value_on=value_on,
    )
    store.contributions.save(uow, outcome)
    return True


def take_back(
    uow: UnitOfWork, *, reference: str, entry_id: str, amount_minor: int, out_of: str, value_on: date
) -> bool:
    """Book what the bank took back of a month. Whether it was booked: more than ever came is not. Raises
    `SelfContributionUnknown`."""
    known = _load(uow, reference)
    if amount_minor > known.received_minor:
        return False
    currency = uow.fund.currency.value
    outcome = rules.take_back(
        known, entry_id=entry_id, amount_minor=amount_minor, currency=currency, on=value_on, at=uow.at
    )
    ledger.move(
        uow,
        cause=_cause(known, entry_id),
        debit=account.self_payer(known.person_ref, month=known.month),
        credit=out_of,
        amount_minor=amount_minor,
        value_on=value_on,
    )
    store.contributions.save(uow, outcome)
    return True


def _load(uow: UnitOfWork, reference: str) -> SelfContribution:
    found = by_reference(uow, reference)
    if found is None:
        raise rules.SelfContributionUnknown
    return found


def _cause(known: SelfContribution, entry_id: str) -> str:
    return f"self-contribution:{known.contribution_id}:{entry_id}"
