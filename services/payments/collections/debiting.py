"""What may happen to a collection by direct debit, beside what may happen to every collection. Pure: the mandate, the
fund's definition and the time are handed in.

It is announced to the employer, stands in a file for the bank on the day on which the bank must have it, and from the
moment at which the bank may have the file it ends as the bank says.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from services.payments.collections.collection import Collection, Rail, Status
from services.payments.collections.moving import moved_to
from services.payments.mandates.mandate import Mandate
from services.payments.mandates.rules import may_debit
from shared.events.payments.collections import DebitAnnounced, DebitRefused
from shared.funds.fund import Fund
from shared.kernel.moves import MoveNotAllowed
from shared.kernel.outcome import Outcome

NO_MANDATE = "MD01"
"""ISO 20022: no mandate. Also the reason where the fund itself finds none in force, and nothing goes to the bank."""
NOT_ALLOWED = "AM02"
"""ISO 20022: an amount that is not allowed; here, the mandate in force does not reach to the amount, or to the day."""
REASONS = ("AC01", "AC04", "AC06", "AG01", "AM02", "AM04", "AM05", "MD01", "MD02", "MD06", "MD07", "MS02", "MS03")
"""Those of the bank's reasons that have words of their own for the employer (`debit.reason.…`)."""
MANDATE_INCOMPLETE = "MD02"
"""ISO 20022: something of the mandate is missing; here, what it says cannot be written for the bank."""


@dataclass(frozen=True, kw_only=True)
class DebitTerms:
    """By which mandate a debit is drawn, on which day, on which day the bank must have it, and which refused attempt
    it repeats."""

    mandate_id: str
    debit_on: date
    send_on: date
    repeats: str = ""


def terms(
    mandate: Mandate | None, *, amount_minor: int, not_before: date, fund: Fund, at: datetime, repeats: str = ""
) -> DebitTerms | None:
    """How an amount would be debited from `not_before` on; None where no mandate allows it."""
    debit_on = fund.debit_day(not_before=not_before, at=at)
    if mandate is None or not may_debit(mandate, amount_minor=amount_minor, on=debit_on):
        return None
    return DebitTerms(
        mandate_id=mandate.mandate_id, debit_on=debit_on, send_on=fund.debit_file_day(debit_on), repeats=repeats
    )


def announce(collection: Collection, *, form: str, currency: str, at: datetime) -> Outcome[Collection]:
    """The employer is told the day and the amount, before anything goes to the bank."""
    announced = moved_to(collection, Status.PLANNED, at=at)
    published = DebitAnnounced(
        collection_id=collection.collection_id,
        declaration_id=collection.declaration_id,
        employer_id=collection.employer_id,
        form=form,
        period=collection.period,
        mandate_id=collection.mandate_id,
        amount_minor=collection.amount_minor,
        currency=currency,
        debit_on=_day(collection.debit_on),
        announced_at=at,
        plan_id=collection.plan_id,
    )
    return Outcome(announced, (published,))


def day_of_debit(collection: Collection, *, fund: Fund, at: datetime) -> date:
    """The day on which a file that is written now has it debited: the one that was announced, or the first that the
    bank can still do."""
    return max(_day(collection.debit_on), fund.first_debit_day(at))


def may_be_sent(collection: Collection, mandate: Mandate | None, *, debit_on: date) -> bool:
    """Whether the mandate by which it was announced allows the debit still: asked when its file is written, and again
    at the moment at which the bank is given it (I11)."""
    return (
        mandate is not None
        and mandate.mandate_id == collection.mandate_id
        and may_debit(mandate, amount_minor=collection.amount_minor, on=debit_on)
    )


def reason_against(collection: Collection, mandate: Mandate | None) -> str:
    """Why a debit that may not be sent is refused."""
    return NOT_ALLOWED if mandate is not None and mandate.mandate_id == collection.mandate_id else NO_MANDATE


def put_in_file(collection: Collection, *, block_id: str, debit_on: date, at: datetime) -> Collection:
    """It stands in a payment block of a file."""
    return replace(moved_to(collection, Status.IN_FILE, at=at), batch_id=block_id, debit_on=debit_on)


def take_out(collection: Collection, *, at: datetime) -> Collection:
    """It leaves a file that the bank has never seen, and goes into the next one."""
    in_file = follow_file(collection, to=Status.IN_FILE, at=at)
    return replace(moved_to(in_file, Status.PLANNED, at=at), batch_id="")


def follow_file(collection: Collection, *, to: Status, at: datetime) -> Collection:
    """What is known of the file holds for its debits, except for those of which more is known already."""
    if collection.rail is not Rail.DIRECT_DEBIT or collection.status is to:
        return collection
    try:
        return moved_to(collection, to, at=at)
    except MoveNotAllowed:
        return collection


def repeat_on(collection: Collection, *, reason: str, fund: Fund, at: datetime) -> date | None:
    """From which day a refused debit is tried once more, by itself; None where it is not. Once: what was refused a
    second time is for the employer to pay in another way, and so is an instalment of a settlement plan, before whose
    end another one may be due."""
    agreed = fund.payments.direct_debit
    is_last = bool(collection.repeats or collection.plan_id)
    if agreed is None or agreed.retry is None or is_last or reason not in agreed.retry.reasons:
        return None
    return fund.day_of(at) + timedelta(days=agreed.retry.after_days)


def refuse(
    collection: Collection, *, reason: str, form: str, repeated_on: date | None, currency: str, at: datetime
) -> Outcome[Collection]:
    """Nothing was debited: the bank refused, or the fund has no mandate in force (`reason`, a code of ISO 20022).
    `repeated_on` is the day of the attempt that takes its place."""
    refused = moved_to(collection, Status.REFUSED, at=at, about=reason)
    published = DebitRefused(
        collection_id=collection.collection_id,
        declaration_id=collection.declaration_id,
        employer_id=collection.employer_id,
        form=form,
        period=collection.period,
        mandate_id=collection.mandate_id,
        amount_minor=collection.amount_minor,
        currency=currency,
        reason=reason,
        repeated_on=repeated_on,
        refused_at=at,
        plan_id=collection.plan_id,
    )
    return Outcome(refused, (published,))


def _day(day: date | None) -> date:
    if day is None:
        raise ValueError("a direct debit has its day")
    return day
