"""The interface of a partner bank, for any protocol. One adapter per kind of bank is in `banks/`.

A call has one of three outcomes: the bank does what was requested, the bank refuses (`BankRefused`), or the outcome is
unknown (`BankOutcomeUnknown`): no response in time, an error of the bank, an invalid response, or an endless one.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from services.payments.banking.bank_file import (
    BankNotice,
    CreditTransfer,
    DebitHeading,
    DebitInstruction,
    PayoutHeading,
    StatusReport,
)
from shared.funds.fund import Fund
from shared.kernel.errors import Conflict, Unavailable
from shared.kernel.money import Currency


class BankOutcomeUnknown(Unavailable):
    """Whether the bank did what it was asked is not known."""

    code = "bank.silent"


class BankAnswerInvalid(BankOutcomeUnknown):
    """The bank answered something that cannot be an answer to what it was asked."""

    code = "bank.answer-not-believed"


class BankAnswerTooLarge(BankOutcomeUnknown):
    """The bank's answer was given up, unread: it went on past the end of any that it may give."""

    code = "bank.answer-too-large"


class BankRefused(Conflict):
    """The bank refused, with a code of its own, and did nothing."""

    code = "bank.refused"


@dataclass(frozen=True, kw_only=True)
class BankPayment:
    """What the bank knows of a payment: pending, debited, refused or expired. Amounts in minor units."""

    state: str
    amount_minor: int
    bank_reference: str | None


class Bank(Protocol):
    """One bank of a fund. Safe to use from several threads. Any call may raise `BankOutcomeUnknown`.

    A file is known by its message id: handed in again, it is the same file, and nothing is paid or debited twice.
    """

    def open_checkout(
        self, *, payment_id: str, fund_id: str, amount_minor: int, currency: Currency, return_url: str
    ) -> str:
        """The address of the page where the payer enters a card, the same page for the same id. `BankRefused`."""
        ...

    def payment(self, payment_id: str, *, currency: Currency) -> BankPayment | None:
        """What became of a card payment; None where the bank has never seen it."""
        ...

    def close_checkout(self, payment_id: str, *, currency: Currency) -> BankPayment | None:
        """Close the payment page and return the state of the payment. `BankRefused` where it closes no pages."""
        ...

    def write(self, heading: PayoutHeading, transfers: Sequence[CreditTransfer]) -> bytes:
        """A file of payouts in the bank's own format. Raises the errors of `bank_file` where it cannot say them."""
        ...

    def send_file(self, body: bytes, *, message_id: str) -> None:
        """Hand in a file of payouts. `BankRefused` where the bank takes none of it."""
        ...

    def write_debits(self, heading: DebitHeading, instructions: Iterable[DebitInstruction]) -> bytes:
        """A file of direct debits in the bank's own format. `BankRefused` where it takes none."""
        ...

    def send_debits(self, body: bytes, *, message_id: str) -> None:
        """Hand in a file of direct debits. `BankRefused` where the bank takes none of it."""
        ...

    def has_file(self, message_id: str) -> bool:
        """Whether the bank has the file, after nothing was known of handing it in."""
        ...

    def report(self, message_id: str) -> StatusReport | None:
        """The bank's report about a file; None where it has never seen the file. Raises what parsing it raises."""
        ...

    def new_statements(self) -> Sequence[str]:
        """Names of files of booked entries that were not fetched yet, for a bank that does not announce them."""
        ...

    def statement(self, statement_id: str) -> BankNotice | None:
        """The content of a file of booked entries; None where the bank does not have it. Raises what parsing it
        raises."""
        ...

    def is_booked(self, statement_id: str) -> None:
        """The file is booked here and need not be offered again."""
        ...

    def day(self, account: str, *, on: date) -> BankNotice | None:
        """All that was booked on an account on a day (UTC), in case a message was missed; None where the bank does not
        offer it."""
        ...

    def send_mandate_message(self, body: bytes, *, message: str, message_id: str) -> None:
        """Hand in a message about a mandate (`message`: pain.009.001.05, say), known by its id: handed in again, it is
        the same. `BankRefused` where the bank takes none."""
        ...

    def mandate_report(self, report_id: str) -> bytes | None:
        """What the bank says of a message about a mandate, by that message's id, or a report that it announced; None
        where it has not answered."""
        ...


BankOf = Callable[[Fund], Bank]
"""Which bank a fund has."""
