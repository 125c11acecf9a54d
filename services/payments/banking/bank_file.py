"""What a fund and its bank exchange in files: orders to pay and to debit, the bank's verdicts, booked entries.

Pure. How they are written in XML stands in `iso20022/`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol
from unicodedata import category

from shared.kernel.errors import Invalid
from shared.kernel.iban import national_number
from shared.kernel.money import Currency, Money

ID_CHARACTERS_MAX = 35
ACCOUNT_CHARACTERS_MAX = 34
NAME_CHARACTERS_MAX = 140
PURPOSE_CHARACTERS_MAX = 140
TRANSFERS_MAX = 100_000

NOT_PROVIDED = "NOTPROVIDED"
"""What ISO 20022 files carry where a reference is demanded and there is none."""

_NEVER_IN_XML = {"Cc", "Cs", "Cn"}


class TextNotAllowed(Invalid):
    """A text is empty, too long for the message, or holds characters that no XML file may carry."""

    code = "bank-file.text-not-allowed"


class AmountNotPayable(Invalid):
    """A transfer of zero or less."""

    code = "bank-file.amount-not-payable"


class NoTransfers(Invalid):
    """A file without transfers."""

    code = "bank-file.empty"


class TooManyTransfers(Invalid):
    """More transfers than one file may carry."""

    code = "bank-file.too-many-transfers"


class CurrenciesMixed(Invalid):
    """Amounts of several currencies where one is expected: they do not add up to anything."""

    code = "bank-file.currencies-mixed"


@dataclass(frozen=True)
class CreditTransfer:
    """One payment that the fund orders: to whom, how much, and what the creditor will read beside it."""

    end_to_end_id: str
    """The fund's own reference of the payment. It comes back in every answer and on every statement."""
    creditor_name: str
    creditor_account: str
    """As the country writes it, a RIB of 20 or 24 digits: none of the funds' banks asks for an IBAN."""
    amount: Money
    purpose: str

    def __post_init__(self) -> None:
        _allow("end_to_end_id", self.end_to_end_id, characters_max=ID_CHARACTERS_MAX)
        _allow("creditor_name", self.creditor_name, characters_max=NAME_CHARACTERS_MAX)
        _allow("creditor_account", self.creditor_account, characters_max=ACCOUNT_CHARACTERS_MAX)
        _allow("purpose", self.purpose, characters_max=PURPOSE_CHARACTERS_MAX)
        if self.amount.amount_minor <= 0:
            raise AmountNotPayable(end_to_end_id=self.end_to_end_id)


class DebitSequence(StrEnum):
    """Where a debit stands in the series of its mandate (ISO 20022 SequenceType)."""

    FIRST = "FRST"
    RECURRING = "RCUR"


@dataclass(frozen=True)
class DebitOrder:
    """One debit that the fund asks for: whose account, how much, and by which mandate."""

    end_to_end_id: str
    """The fund's own reference of the debit. It comes back in every answer and on every statement."""
    debtor_name: str
    debtor_account: str
    """As the country writes it."""
    debtor_bank: str
    amount: Money
    purpose: str
    mandate_reference: str
    signed_on: date

    def __post_init__(self) -> None:
        _allow("end_to_end_id", self.end_to_end_id, characters_max=ID_CHARACTERS_MAX)
        _allow("debtor_name", self.debtor_name, characters_max=NAME_CHARACTERS_MAX)
        _allow("debtor_account", self.debtor_account, characters_max=ACCOUNT_CHARACTERS_MAX)
        _allow("debtor_bank", self.debtor_bank, characters_max=ID_CHARACTERS_MAX)
        _allow("purpose", self.purpose, characters_max=PURPOSE_CHARACTERS_MAX)
        _allow("mandate_reference", self.mandate_reference, characters_max=ID_CHARACTERS_MAX)
        if self.amount.amount_minor <= 0:
            raise AmountNotPayable(end_to_end_id=self.end_to_end_id)


class FileOrder(Protocol):
    """One line of a file of orders, whatever it orders."""

    @property
    def amount(self) -> Money: ...


@dataclass(frozen=True)
class Totals:
    """The header of a file, by which the bank recognises an incomplete one."""

    count: int
    total: Money

    @classmethod
    def of(cls, orders: Iterable[FileOrder]) -> "Totals":
        """Raises `NoTransfers` or `CurrenciesMixed`."""
        count, amount_minor, currency = 0, 0, None
        for order in orders:
            if currency not in (None, order.amount.currency):
                raise CurrenciesMixed()
            count, currency = count + 1, order.amount.currency
            amount_minor += order.amount.amount_minor
        if currency is None:
            raise NoTransfers()
        return cls(count, Money(amount_minor, currency))

    @classmethod
    def together(cls, blocks: Iterable["Totals"]) -> "Totals":
        """Those of a file, from those of its payment blocks. Raises as `of` does."""
        several = list(blocks)
        currencies = {each.total.currency for each in several}
        if not currencies:
            raise NoTransfers()
        if len(currencies) > 1:
            raise CurrenciesMixed()
        return cls(
            sum(each.count for each in several),
            Money(sum(each.total.amount_minor for each in several), currencies.pop()),
        )


@dataclass(frozen=True)
class PayoutHeading:
    """The head of a file of payouts: everything that is not a transfer."""

    message_id: str
    """The bank refuses one that it has seen before, so sending a file again after silence is safe."""
    created_at: datetime
    execute_on: date
    debtor_name: str
    debtor_account: str
    debtor_bank: str
    totals: Totals
    charge_bearer: str | None = None
    """Who pays the banks' charges (ChargeBearerType1Code); None leaves it to the bank."""
    is_booked_as_batch: bool | None = None
    """Whether the bank is to book all of the file as one debit; None leaves it to the bank."""

    def __post_init__(self) -> None:
        _allow("message_id", self.message_id, characters_max=ID_CHARACTERS_MAX)
        _allow("debtor_name", self.debtor_name, characters_max=NAME_CHARACTERS_MAX)
        _allow("debtor_account", self.debtor_account, characters_max=ACCOUNT_CHARACTERS_MAX)
        _allow("debtor_bank", self.debtor_bank, characters_max=ID_CHARACTERS_MAX)
        if self.totals.count > TRANSFERS_MAX:
            raise TooManyTransfers(count=self.totals.count, count_max=TRANSFERS_MAX)

    @property
    def currency(self) -> Currency:
        return self.totals.total.currency


@dataclass(frozen=True)
class DebitHeading:
    """The head of a file of direct debits: everything that is not a debit."""

    message: str
    """The version that the bank takes: `pain.008.001.08`."""
    message_id: str
    """The bank refuses one that it has seen before, so sending a file again after silence is safe."""
    created_at: datetime
    creditor_name: str
    creditor_account: str
    creditor_bank: str
    creditor_id: str
    """By which the banks know the fund as one that may debit."""
    totals: Totals
    is_booked_as_batch: bool | None = None
    """Whether the bank is to book each payment block as one credit; None leaves it to the bank."""

    def __post_init__(self) -> None:
        _allow("message_id", self.message_id, characters_max=ID_CHARACTERS_MAX)
        _allow("creditor_name", self.creditor_name, characters_max=NAME_CHARACTERS_MAX)
        _allow("creditor_account", self.creditor_account, characters_max=ACCOUNT_CHARACTERS_MAX)
        _allow("creditor_bank", self.creditor_bank, characters_max=ID_CHARACTERS_MAX)
        _allow("creditor_id", self.creditor_id, characters_max=ID_CHARACTERS_MAX)
        if self.totals.count > TRANSFERS_MAX:
            raise TooManyTransfers(count=self.totals.count, count_max=TRANSFERS_MAX)

    @property
    def currency(self) -> Currency:
        return self.totals.total.currency


@dataclass(frozen=True)
class DebitInstruction:
    """One payment block (PmtInf) of a file: direct debits on one day, in one place of their mandates' series."""

    payment_id: str
    collect_on: date
    sequence: DebitSequence
    debits: Sequence[DebitOrder]

    def __post_init__(self) -> None:
        _allow("payment_id", self.payment_id, characters_max=ID_CHARACTERS_MAX)

    @property
    def totals(self) -> Totals:
        return Totals.of(self.debits)


class Level(StrEnum):
    """What a bank's status is about: the file, a payment block of it, one transfer."""

    GROUP = "group"
    PAYMENT = "payment"
    TRANSFER = "transfer"


class BankVerdict(StrEnum):
    """What a status means for money."""

    EXECUTED = "executed"
    REFUSED = "refused"
    PARTLY = "partly"
    PENDING = "pending"


_VERDICTS = {
    "ACSC": BankVerdict.EXECUTED,
    "ACCC": BankVerdict.EXECUTED,
    "RJCT": BankVerdict.REFUSED,
    "CANC": BankVerdict.REFUSED,
    "PART": BankVerdict.PARTLY,
}


@dataclass(frozen=True)
class BankStatus:
    """The bank's status of a file, a payment or a transfer, by the id that the fund gave it."""

    level: Level
    original_id: str
    status: str
    """The code of ISO 20022 (ExternalPaymentTransactionStatus1Code, ExternalPaymentGroupStatus1Code)."""
    reasons: tuple[str, ...] = ()
    payment_id: str | None = None
    """Of a transfer: the payment block in which the bank speaks of it."""

    @property
    def verdict(self) -> BankVerdict:
        """An unknown code counts as pending: neither accepted nor refused."""
        return _VERDICTS.get(self.status, BankVerdict.PENDING)


@dataclass(frozen=True)
class StatusReport:
    """A bank's answer to one file. Not every level need be there: a file may be refused as a whole."""

    message_id: str
    original_message_id: str
    original_count: int | None
    original_sum: Decimal | None
    statuses: tuple[BankStatus, ...]

    def refusals(self, blocks: Mapping[str, Iterable[str]]) -> dict[str, list[tuple[str, str]]]:
        """Which of a file's transfers the bank refuses, each with the reason. `blocks` has their EndToEndIds by the
        payment block in which they stand (PmtInfId), and so has what is found.

        A status covers all that stands below it: the file's holds for the block, the block's for each of its transfers,
        unless something is said of these themselves. That a part of them is refused (`PARTLY`) says of none which.
        Transfers and blocks of other files are passed over; a transfer is known by its own id, which is nobody else's,
        whatever the bank calls the block. A block without an id is the only one of a file; of several, nobody knows
        which is meant.
        """
        unnamed = _NO_ID if len(blocks) == 1 else ()
        group = [each for each in self.statuses if each.level is Level.GROUP]
        payments = [each for each in self.statuses if each.level is Level.PAYMENT]
        own = {each.original_id.lower(): each for each in self.statuses if each.level is Level.TRANSFER}
        found: dict[str, list[tuple[str, str]]] = {}
        for payment_id, end_to_end_ids in blocks.items():
            names = (payment_id.lower(), *unnamed)
            above = group + [each for each in payments if each.original_id.lower() in names]
            found[payment_id] = []
            for end_to_end_id in end_to_end_ids:
                said = [*above, own[end_to_end_id.lower()]] if end_to_end_id.lower() in own else above
                if said and said[-1].verdict is BankVerdict.REFUSED:
                    found[payment_id].append((end_to_end_id, _reason(said)))
        return found

    @property
    def is_pending(self) -> bool:
        """Whether the bank may still be processing it: some status is pending, or there is none."""
        return not self.statuses or any(each.verdict is BankVerdict.PENDING for each in self.statuses)


REFUSED_WITHOUT_REASON = "NARR"
_NO_ID = ("", NOT_PROVIDED.lower())


def _reason(said: list[BankStatus]) -> str:
    """The reason nearest to the transfer: some banks give it with the block alone."""
    reasons = (reason for each in reversed(said) for reason in each.reasons)
    return next(reasons, REFUSED_WITHOUT_REASON)


class Direction(StrEnum):
    """Seen from the account's owner, the fund."""

    CREDIT = "credit"
    DEBIT = "debit"


@dataclass(frozen=True)
class BookedEntry:
    """Money that has moved on the fund's account: one payment, also where the bank booked many as one."""

    entry_id: str
    """The bank's reference of the entry; with a batch, that of the payment within it where the bank gives one."""
    account: str
    direction: Direction
    amount: Money
    booked_on: date
    end_to_end_id: str | None
    remittance: str | None
    """The creditor's reference if the bank passes it on in its own field, otherwise the payer's free text."""
    return_reason: str | None
    """Why money that we sent came back (ExternalReturnReason1Code), None where it is no return."""
    _: KW_ONLY
    payment_information_id: str | None = None
    """The id of the payment block (PmtInf) of our file that the payment, or the batch, belongs to."""
    instruction_id: str | None = None
    transaction_id: str | None = None
    mandate_id: str | None = None
    texts: tuple[str, ...] = ()
    """Every text in which the payer or the fund may have written a reference, the likeliest first."""
    is_reversal: bool = False
    """Whether the entry reverses an earlier one, according to the bank."""
    charges: tuple[Money, ...] = ()
    """What the bank kept for itself of this payment, or of the entry where the payment is its first."""
    place: int = 0
    """Where the payment stands within its entry, from 0."""
    count: int = 1
    """How many payments the bank booked as this entry. Where it does not list them, this is all of them."""
    counterparty: str = ""
    """The account of the other side, or its name where no account is given."""
    entry_reference: str = ""
    stated: str = ""
    """The amount as the bank wrote it, `12.001 EUR`, where it is in no currency or cannot be: `amount` is then in
    `Currency.OTHER`, and a person has to look."""
    reference_is_own: bool = True
    """Whether `entry_id` is the payment's own reference; False where all payments of its entry have the same."""


@dataclass(frozen=True)
class ClosingBalance:
    """What an account stood at when a day ended; below zero where it was overdrawn."""

    account: str
    amount: Money
    on: date


@dataclass(frozen=True)
class BankNotice:
    """What a bank booked, as one file reports it."""

    message_id: str
    entries: tuple[BookedEntry, ...]
    balances: tuple[ClosingBalance, ...] = ()
    faults: tuple[Invalid, ...] = ()
    """Why parts of the file could not be read. What stands beside them could."""


def bare_account(written: str) -> str:
    """An account's number without the blanks and dashes that a bank writes into it."""
    return "".join(character for character in written if character.isalnum()).upper()


def is_same_account(written: str, number: str) -> bool:
    """Whether a bank means an account whose national number is `number`: it may write it with blanks or dashes, or as
    the IBAN that holds it, filled up with noughts where the country's IBAN is longer."""
    bare = bare_account(written)
    return number in (bare, national_number(bare, length=len(number)))


def _allow(field: str, text: str, *, characters_max: int) -> None:
    is_writable = not any(category(character) in _NEVER_IN_XML for character in text)
    if not (text.strip() and len(text) <= characters_max and is_writable):
        raise TextNotAllowed(field=field, characters_max=characters_max)
