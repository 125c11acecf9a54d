"""The bank's webhooks, parsed from a body whose signature was verified. Pure."""

from dataclasses import dataclass
from datetime import MAXYEAR, datetime
from typing import Annotated, Any

import msgspec

from services.payments.banking import amounts
from shared.funds.fund import Fund
from shared.kernel.errors import Invalid

TEXT_CHARACTERS_MAX = 200

Id = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Text = Annotated[str, msgspec.Meta(max_length=TEXT_CHARACTERS_MAX)]


class MessageInvalid(Invalid):
    """The bank's message is not what its kind should be, or it is about another fund."""

    code = "bank.message-invalid"


@dataclass(frozen=True, kw_only=True)
class Credited:
    """A transfer reached an account of the fund; `reference` is the payer's text, whatever it is. `booked_at` is None
    if the bank states none that can be parsed."""

    entry_id: str
    account: str
    debtor_account: str
    amount_minor: int
    reference: str
    booked_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Debited:
    """A payer's card was debited and the fund credited."""

    payment_id: str
    amount_minor: int
    bank_reference: str


@dataclass(frozen=True, kw_only=True)
class Refused:
    """A payer's card was refused."""

    payment_id: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class StatementAvailable:
    """The bank booked something for the fund and wrote it down in a file to be fetched."""

    statement_id: str


@dataclass(frozen=True, kw_only=True)
class MandateAgreed:
    """The payer's bank agrees to be debited; what it leaves out is None."""

    reference: str
    account: str | None
    holder: str | None
    amount_max_minor: int | None
    currency: str | None
    bank_reference: str


@dataclass(frozen=True, kw_only=True)
class MandateDeclined:
    """The payer's bank does not agree to a mandate."""

    reference: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class MandateRevoked:
    """The payer's bank ends a mandate, for its customer or by itself."""

    reference: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class MandateReportAvailable:
    """The bank wrote down what it says of one mandate or several, in a message to be fetched."""

    report_id: str


Fact = (
    Credited
    | Debited
    | Refused
    | StatementAvailable
    | MandateAgreed
    | MandateDeclined
    | MandateRevoked
    | MandateReportAvailable
    | None
)
"""None: a kind of message that payments does not act on."""


class _Outer(msgspec.Struct):
    type: Id
    data: dict[str, Any]


class _Credited(msgspec.Struct):
    fund: Id
    entry_id: Id
    account: Id
    debtor_account: Id
    amount: Id
    currency: Id
    reference: Text
    booked_at: Text | None = None


class _Debited(msgspec.Struct):
    fund: Id
    payment_id: Id
    amount: Id
    currency: Id
    bank_reference: Id


class _Refused(msgspec.Struct):
    fund: Id
    payment_id: Id
    reason: Text = ""


class _Statement(msgspec.Struct):
    fund: Id
    statement_id: Id


class _MandateAgreed(msgspec.Struct):
    fund: Id
    reference: Id
    account: Text | None = None
    holder: Text | None = None
    amount_max: Text | None = None
    currency: Text | None = None
    bank_reference: Text = ""


class _MandateEnded(msgspec.Struct):
    fund: Id
    reference: Id
    reason: Text = ""


class _MandateRevoked(_MandateEnded):
    """The same fields, of a mandate that was agreed to before."""


class _MandateReport(msgspec.Struct):
    fund: Id
    report_id: Id


_Shape = (
    _Credited | _Debited | _Refused | _Statement | _MandateAgreed | _MandateEnded | _MandateRevoked | _MandateReport
)

_SHAPES: dict[str, type[_Shape]] = {
    "payment.credited": _Credited,
    "payment.debited": _Debited,
    "payment.refused": _Refused,
    "statement.available": _Statement,
    "mandate.agreed": _MandateAgreed,
    "mandate.refused": _MandateEnded,
    "mandate.cancelled": _MandateRevoked,
    "mandate.report-available": _MandateReport,
}


def read(body: bytes, *, fund: Fund) -> tuple[str, Fact]:
    """The kind of a message and its fact. Raises `MessageInvalid`."""
    try:
        outer = msgspec.json.decode(body, type=_Outer)
        shape = _SHAPES.get(outer.type)
        parsed = msgspec.convert(outer.data, shape) if shape else None
        if parsed is not None and parsed.fund != fund.fund_id:
            raise ValueError("of another fund")
        return outer.type, _fact(parsed, fund)
    except (ValueError, RecursionError) as broken:
        raise MessageInvalid from broken


def _fact(parsed: _Shape | None, fund: Fund) -> Fact:
    match parsed:
        case _Credited():
            return Credited(
                entry_id=parsed.entry_id,
                account=parsed.account,
                debtor_account=parsed.debtor_account,
                amount_minor=_amount_minor(parsed, fund),
                reference=parsed.reference,
                booked_at=_instant(parsed.booked_at),
            )
        case _Debited():
            return Debited(
                payment_id=parsed.payment_id,
                amount_minor=_amount_minor(parsed, fund),
                bank_reference=parsed.bank_reference,
            )
        case _Refused():
            return Refused(payment_id=parsed.payment_id, reason=parsed.reason)
        case _Statement():
            return StatementAvailable(statement_id=parsed.statement_id)
        case _MandateAgreed():
            return _agreed(parsed, fund)
        case _MandateRevoked():
            return MandateRevoked(reference=parsed.reference, reason=parsed.reason)
        case _MandateEnded():
            return MandateDeclined(reference=parsed.reference, reason=parsed.reason)
        case _MandateReport():
            return MandateReportAvailable(report_id=parsed.report_id)
    return None


def _agreed(parsed: _MandateAgreed, fund: Fund) -> MandateAgreed:
    """A limit in another currency is kept as no amount: its currency says what is wrong with it."""
    is_own = parsed.currency in (None, "", fund.currency.value)
    return MandateAgreed(
        reference=parsed.reference,
        account=parsed.account or None,
        holder=parsed.holder or None,
        amount_max_minor=amounts.read(parsed.amount_max, fund.currency) if parsed.amount_max and is_own else None,
        currency=parsed.currency or None,
        bank_reference=parsed.bank_reference,
    )


def _instant(text: str | None) -> datetime | None:
    """An instant with its zone; anything else is None: no payment is refused for it."""
    try:
        read = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return read if read.tzinfo and 1 < read.year < MAXYEAR else None


def _amount_minor(parsed: _Credited | _Debited, fund: Fund) -> int:
    if parsed.currency != fund.currency:
        raise ValueError("in another currency than the fund's accounts")
    return amounts.read(parsed.amount, fund.currency)
