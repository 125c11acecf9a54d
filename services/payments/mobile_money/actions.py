"""What payments does with operators of mobile money: tell them what a reference costs, book what they took."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from services.payments.arrears import actions as arrears
from services.payments.banking import settling
from services.payments.banking import store as entries
from services.payments.banking.bank_entry import EntryStatus
from services.payments.banking.bank_file import Direction
from services.payments.banking.reported_entry import ReportedEntry
from services.payments.collections import actions as collections
from services.payments.collections import requesting
from services.payments.collections.collection import Rail
from services.payments.employers import actions as employers
from services.payments.ledger import account
from services.payments.mobile_money import rules, store
from services.payments.mobile_money.bill import Bill
from services.payments.mobile_money.operator_payment import OperatorPayment, PaymentException, Status, Terms
from services.payments.settlements import actions as settlements
from shared.funds.bindings import MobileOperator
from shared.kernel.outcome import Outcome
from shared.storage.service_context import as_stored
from shared.storage.unit_of_work import UnitOfWork

RECEIPT_KIND = "MR"


@dataclass(frozen=True, kw_only=True)
class StandingPayment:
    """A payment and where its money stands: whether it waits until an agent knows what it was for."""

    payment: OperatorPayment
    is_waiting: bool


def operator_of(uow: UnitOfWork) -> tuple[str, MobileOperator]:
    """The operator that calls, with its code. Raises `NotAnOperator`."""
    for code, operator in uow.fund.bindings.mobile_operators.items():
        if operator.client == uow.by.subject:
            return code, operator
    raise rules.NotAnOperator


def inquire(uow: UnitOfWork, *, reference: str) -> Bill:
    """What a reference costs, before an operator takes money for it. Raises `BillUnknown`."""
    found = find_bill(uow, reference=reference)
    if found is None:
        raise rules.BillUnknown
    return found


def begin(uow: UnitOfWork, *, payment_id: str, reference: str, amount_minor: int) -> StandingPayment:
    """The operator is about to take money; it has the reference to itself for a while. Nothing is booked."""
    code, _ = operator_of(uow)
    before = store.payments.find(uow, rules.payment_key(code, payment_id))
    begun = rules.begin(
        before,
        _bill(uow, reference),
        operator=code,
        payment_id=payment_id,
        terms=Terms(reference=written(uow, reference), amount_minor=amount_minor),
        fund=uow.fund,
        at=uow.at,
    )
    if before is None:
        begun = store.payments.save(uow, Outcome(begun))
        if begun.hold_until is not None:
            collections.hold_reference(
                uow, collection_id=begun.collection_id, by=begun.payment_key, until=begun.hold_until
            )
    return _standing(uow, begun)


def take(uow: UnitOfWork, *, payment_id: str, reference: str, amount_minor: int, taken_at: datetime) -> StandingPayment:
    """The operator took the money: booked to the debt that its reference names, or kept among the entries that wait for
    a person. Said again, it is the payment that was booked."""
    code, _ = operator_of(uow)
    terms = Terms(reference=written(uow, reference), amount_minor=amount_minor, taken_at=taken_at)
    return _standing(uow, book_taken(uow, operator=code, payment_id=payment_id, terms=terms))


def take_as_it_costs(
    uow: UnitOfWork, *, payment_id: str, reference: str, amount_minor: int | None, taken_at: datetime | None
) -> OperatorPayment | PaymentException:
    """As `take`, where the operator need not say how much it took, and when: then it is what the reference costs today.
    What speaks against it where the reference cannot be paid, so that its amount is not known: nothing is booked."""
    code, _ = operator_of(uow)
    found = _bill(uow, reference)
    terms = rules.assumed(
        store.payments.find(uow, rules.payment_key(code, payment_id)),
        found,
        reference=written(uow, reference),
        amount_minor=amount_minor,
        taken_at=taken_at,
        at=uow.at,
    )
    if terms is None:
        return rules.exception(found, amount_minor=0) or PaymentException.REFERENCE_UNKNOWN
    return book_taken(uow, operator=code, payment_id=payment_id, terms=terms)


def find_bill(uow: UnitOfWork, *, reference: str) -> Bill | None:
    """As `inquire`; None where there is no such reference. Raises `NotAnOperator`."""
    operator_of(uow)
    return _bill(uow, reference)


def book_taken(uow: UnitOfWork, *, operator: str, payment_id: str, terms: Terms) -> OperatorPayment:
    """What an operator says that it took, by a call or in its file of the day."""
    if terms.taken_at is not None:  # said again, it is held against what the database keeps of it
        terms = replace(terms, taken_at=as_stored(terms.taken_at.astimezone(UTC)))
    before = store.payments.find(uow, rules.payment_key(operator, payment_id))
    if before is not None and rules.is_same(before, terms):
        return before
    taken = rules.take(
        before,
        _bill(uow, terms.reference),
        operator=operator,
        payment_id=payment_id,
        terms=terms,
        receipt=uow.new_reference(RECEIPT_KIND),
        fund=uow.fund,
        at=uow.at,
    )
    kept = store.payments.save(uow, taken)
    settling.take_in(uow, _entry(uow, kept, direction=Direction.CREDIT), entry_id=kept.entry_id)
    return kept


def cancel(uow: UnitOfWork, *, payment_id: str) -> StandingPayment:
    """The operator will not take the money: another payment of the reference may begin."""
    before = _own(uow, payment_id)
    cancelled = rules.cancel(before, at=uow.at)
    if cancelled != before:
        cancelled = store.payments.save(uow, Outcome(cancelled))
        collections.release_reference(uow, collection_id=cancelled.collection_id, by=cancelled.payment_key)
    return _standing(uow, cancelled)


def reverse(uow: UnitOfWork, *, payment_id: str, reason: str) -> StandingPayment:
    """The operator gave the money back: what it paid is open again, as after a return by a bank. Said again, it changes
    nothing."""
    payment = _own(uow, payment_id)
    return _standing(uow, payment if payment.status is Status.REVERSED else book_reversed(uow, payment, reason=reason))


def book_reversed(uow: UnitOfWork, payment: OperatorPayment, *, reason: str) -> OperatorPayment:
    reversed_ = store.payments.save(uow, Outcome(rules.reverse(payment, reason=reason, at=uow.at)))
    entry_id = rules.entry_id(reversed_.payment_key, "reversed")
    settling.take_in(uow, _entry(uow, reversed_, direction=Direction.DEBIT), entry_id=entry_id)
    return reversed_


def read(uow: UnitOfWork, *, payment_id: str) -> StandingPayment:
    """What became of a payment: for an operator that got no answer."""
    return _standing(uow, _own(uow, payment_id))


def _own(uow: UnitOfWork, payment_id: str) -> OperatorPayment:
    code, _ = operator_of(uow)
    return store.payments.load(uow, rules.payment_key(code, payment_id))


def _standing(uow: UnitOfWork, payment: OperatorPayment) -> StandingPayment:
    entry = entries.entries.find(uow, payment.entry_id) if payment.entry_id else None
    waiting = entry is not None and entry.status in (EntryStatus.WAITING, EntryStatus.PROPOSED)
    return StandingPayment(payment=payment, is_waiting=waiting)


def written(uow: UnitOfWork, reference: str) -> str:
    """A reference as it is kept; one that is none of ours as it was said."""
    return rules.whole_reference(reference, prefix=uow.fund.payments.transfer_prefix) or reference.strip()


def _bill(uow: UnitOfWork, reference: str) -> Bill | None:
    """The bill of a reference; None where there is none to be paid in this way."""
    whole = rules.whole_reference(reference, prefix=uow.fund.payments.transfer_prefix)
    found = collections.by_reference(uow, whole) if whole else None
    if found is None or found.rail is not Rail.MOBILE_MONEY:
        return None
    employer = employers.find(uow, found.employer_id)
    cost = arrears.cost_of(uow, declaration_id=found.declaration_id)
    if found.plan_id:
        cost = rules.cost_of_part(cost, settlements.asked_by(uow, found), collection=found)
    return rules.bill(
        found,
        cost,
        payer=employer.name if employer else "",
        is_replaced=not found.is_live and requesting.is_replaced(uow, found),
        today=uow.today,
    )


def _entry(uow: UnitOfWork, payment: OperatorPayment, *, direction: Direction) -> ReportedEntry:
    """A payment as an entry of what the operator has for the fund: it counts from the day on which it was taken; one
    that is given back, from today on."""
    is_reversal = direction is Direction.DEBIT
    return ReportedEntry(
        bank_reference=payment.payment_id,
        account=account.operator(payment.operator),
        direction=direction,
        amount_minor=payment.terms.amount_minor,
        currency=uow.fund.currency.value,
        booked_on=uow.today if is_reversal else payment.taken_on,
        end_to_end_id=payment.collection_id,
        texts=(payment.terms.reference,),
        return_reason=payment.reason if is_reversal else None,
        is_reversal=is_reversal,
    )
