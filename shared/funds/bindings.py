"""With whom a fund works and where it is found: its bank, senders, registers, paper signer and addresses, by name.
Addresses and secrets are settings of the installation, never data."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from shared.funds.calendar import Weekday
from shared.funds.faults import refuse
from shared.funds.law import Law
from shared.funds.texts import Texts
from shared.kernel.money import Money

DEBIT_MESSAGES = ("pain.008.001.02", "pain.008.001.08")
LEAD_DAYS_MAX = 10
DEBITS_PER_FILE_MAX = 50_000
DEBITS_PER_BLOCK_MAX = 200
"""What one transaction gathers, lets go or books."""


def _name_faults(name: str, *, such_as: str) -> Iterator[str]:
    if not re.fullmatch("[A-Z][A-Z0-9_]{0,39}", name, re.ASCII):
        yield f"settings is the beginning of names of settings, in capital letters, such as {such_as}"


@dataclass(frozen=True, kw_only=True)
class BankBinding:
    """The fund's bank. `adapter` is how it is spoken to (payments, `banking/banks`); the settings with its address and
    its secrets begin with `settings`: `BANK` is BANK_URL, BANK_API_KEY and so on. Funds may share a bank.

    `layout` is the table of its files, where the adapter needs one. Without `takes_cards` employers pay by transfer.
    """

    adapter: str = "iso-http"
    settings: str = "BANK"
    layout: str | None = None
    takes_cards: bool = True
    mandate_messages: str | None = None
    """The version of ISO 20022's mandate messages that the bank takes (pain.009 to pain.011): `001.05`. Where it takes
    none, it answers by the partner API or on the form."""
    waits_for_working_days: bool = False
    """Whether payouts are to be executed on a day on which the bank works; else on the day of the file."""
    weekend: tuple[Weekday, ...] | None = None
    """Where the bank does not have the fund's; its holidays are the fund's."""
    cut_off: str | None = None
    """The hour and minute where the fund is (`14:30`) after which a file is executed on the next day."""
    takes_debits: bool = False
    """Whether it takes files of direct debits; what was agreed about them is in `payments.direct_debit`."""
    debit_message: str = "pain.008.001.08"
    """The version of ISO 20022 in which it takes them: `pain.008.001.02` or `pain.008.001.08`."""
    debit_lead_days: int = 1
    """How many of its working days before the day of the debit it must have the file."""
    debits_per_file_max: int = 200
    """How many debits it takes in one file (GrpHdr/NbOfTxs); above `debits_per_block_max` a file has several payment
    blocks, which it books one by one."""
    debits_per_block_max: int = 200
    """How many it takes in one payment block (PmtInf/NbOfTxs)."""

    def __post_init__(self) -> None:
        refuse(self._faults())

    def _faults(self) -> Iterator[str]:
        if self.cut_off is not None and not re.fullmatch("([01][0-9]|2[0-3]):[0-5][0-9]", self.cut_off, re.ASCII):
            yield "cut_off is an hour and a minute, such as 14:30"
        if self.debit_message not in DEBIT_MESSAGES:
            yield f"debit_message is one of {', '.join(DEBIT_MESSAGES)}"
        if not 0 <= self.debit_lead_days <= LEAD_DAYS_MAX:
            yield f"debit_lead_days is 0 to {LEAD_DAYS_MAX}"
        if not 1 <= self.debits_per_block_max <= DEBITS_PER_BLOCK_MAX:
            yield f"debits_per_block_max is 1 to {DEBITS_PER_BLOCK_MAX}"
        if not self.debits_per_block_max <= self.debits_per_file_max <= DEBITS_PER_FILE_MAX:
            yield f"debits_per_file_max is debits_per_block_max to {DEBITS_PER_FILE_MAX}"
        if set(self.weekend or ()) == set(Weekday):
            yield "weekend leaves the bank no day to work"
        yield from _name_faults(self.settings, such_as="BANK")


USUAL_BANK = BankBinding()


_MAIL_FROM = re.compile(r"[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", re.ASCII)
_SMS_NAME = re.compile(r"[A-Za-z][A-Za-z0-9 ]{0,10}|\+?[0-9]{3,15}", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Senders:
    """As whom the fund's messages leave; the settings `MAIL_FROM` and `SMS_SENDER` where it says nothing. The providers
    must know the address's domain and the name: they refuse others."""

    mail_from: str | None = None
    sms_name: str | None = None
    """At most eleven letters, the first of them a letter, or a number."""

    def __post_init__(self) -> None:
        refuse(self._faults())

    def _faults(self) -> Iterator[str]:
        if self.mail_from is not None and not _MAIL_FROM.fullmatch(self.mail_from):
            yield "mail_from is a mail address, such as no-reply@fund.example"
        if self.sms_name is not None and not _SMS_NAME.fullmatch(self.sms_name):
            yield "sms_name is a name of at most eleven letters, or a number"


USUAL_SENDERS = Senders()


@dataclass(frozen=True, kw_only=True)
class RegisterBinding:
    """A register of another administration that answers the fund's questions about persons. `adapter` is how it is
    spoken to (claims, `crosschecks/registers`); the settings with its address and its secret begin with `settings`.

    `may_ask` is all that the agreement with it (`law`) allows to be asked, by its codes; `layout` the table of its
    files, where the adapter needs one.
    """

    names: Texts
    settings: str
    may_ask: tuple[str, ...]
    law: Law
    adapter: str = "signed-http"
    layout: str | None = None

    def __post_init__(self) -> None:
        refuse(_name_faults(self.settings, such_as="TAX_REGISTER"))


@dataclass(frozen=True, kw_only=True)
class SignerBinding:
    """With what the fund signs its papers: `PAPER` is the key of PAPER_SIGNING_KEY_FILE with the certificates of
    PAPER_CERTIFICATE_FILE. The setting PAPER_SIGNERS lists the names. Funds may share a signer."""

    settings: str = "PAPER"

    def __post_init__(self) -> None:
        refuse(_name_faults(self.settings, such_as="PAPER"))


USUAL_SIGNER = SignerBinding()


@dataclass(frozen=True, kw_only=True)
class SiteBinding:
    """Under which public addresses the fund is found: of `IPM`, IPM_PUBLIC_URL is that of the page that verifies its
    papers, which stands in their QR codes, and IPM_PORTAL_URL that of the portal where its links lead. The setting
    SITES lists the names."""

    settings: str

    def __post_init__(self) -> None:
        refuse(_name_faults(self.settings, such_as="IPM"))


_OPERATOR = re.compile("[a-z][a-z0-9-]{0,29}", re.ASCII)
OPERATOR_FEE_PERCENT_MAX = 10
DAY_FILE_ENCODINGS = ("utf-8", "windows-1252")


@dataclass(frozen=True, kw_only=True)
class DayFileLayout:
    """What an operator's file of a day is like: lines of text under a head, which names the columns. The column with
    the fee may be missing: then the fee is what was agreed."""

    payment: str
    """The head of the column with the operator's own id of the payment."""
    reference: str
    amount: str
    """Major units."""
    taken_at: str
    """An instant of ISO 8601; one without an offset is of the fund's time."""
    fee: str | None = None
    separator: str = ";"
    decimal_mark: str = "."
    encoding: str = "utf-8"

    def __post_init__(self) -> None:
        refuse(self._faults())

    def _faults(self) -> Iterator[str]:
        heads = [each for each in (self.payment, self.reference, self.amount, self.taken_at, self.fee) if each]
        if len(set(heads)) < len(heads) or not all(head == head.strip() for head in heads):
            yield "payment, reference, amount, taken_at and fee are heads of columns, each its own"
        if self.separator not in (";", ",", "\t", "|"):
            yield "separator is a semicolon, a comma, a tabulator or a bar"
        if self.decimal_mark not in (".", ",") or self.decimal_mark == self.separator:
            yield "decimal_mark is a point or a comma, and not the separator"
        if self.encoding not in DAY_FILE_ENCODINGS:
            yield f"encoding is one of {', '.join(DAY_FILE_ENCODINGS)}"


_CODED = "[!-~]{1,%d}"
PAYER_FI_CHARACTERS_MAX = 20
BILLER_CHARACTERS_MAX = 10


@dataclass(frozen=True, kw_only=True)
class GovStackTerms:
    """What was agreed with an operator that uses the bill payment API (P2G) of GovStack's Payments building block."""

    payer_fi_id: str
    """The operator's id in the header `PayerFI-Id`: at most 20 characters."""
    biller_id: str
    """The fund's id as a biller: at most 10 characters."""
    biller_name: str
    """As which payers see the fund: at most 10 characters."""

    def __post_init__(self) -> None:
        refuse(self._faults())

    def _faults(self) -> Iterator[str]:
        if not re.fullmatch(_CODED % PAYER_FI_CHARACTERS_MAX, self.payer_fi_id, re.ASCII):
            yield f"payer_fi_id is 1 to {PAYER_FI_CHARACTERS_MAX} letters and digits"
        if not re.fullmatch(_CODED % BILLER_CHARACTERS_MAX, self.biller_id, re.ASCII):
            yield f"biller_id is 1 to {BILLER_CHARACTERS_MAX} letters and digits"
        if not 1 <= len(self.biller_name) <= BILLER_CHARACTERS_MAX:
            yield f"biller_name is 1 to {BILLER_CHARACTERS_MAX} characters"


@dataclass(frozen=True, kw_only=True)
class MobileOperator:
    """An operator of mobile money that takes contributions for the fund and pays them into its account later, less its
    fees."""

    client: str
    """The id of the client as which it gets its tokens."""
    names: Texts
    day_file: DayFileLayout
    law: Law
    fee_percent: Decimal = Decimal(0)
    """Of each payment, rounded up to the minor unit."""
    fee_each: Money | None = None
    """For each payment, beside the percentage."""
    govstack: GovStackTerms | None = None
    """Where the operator may use GovStack's bill payment API too; without, it is refused there."""

    def __post_init__(self) -> None:
        refuse(self._faults())

    def _faults(self) -> Iterator[str]:
        if not 0 <= self.fee_percent <= OPERATOR_FEE_PERCENT_MAX:
            yield f"fee_percent is from 0 to {OPERATOR_FEE_PERCENT_MAX}"
        if self.fee_each is not None and self.fee_each.amount_minor <= 0:
            yield "fee_each is above zero, or left out"
        if not self.client:
            yield "client is empty"


_TERMINAL = re.compile("[A-Za-z0-9-]{1,20}", re.ASCII)


DAY_FORMATS = ("%Y-%m-%d", "%Y%m%d", "%d/%m/%Y", "%d/%m/%y", "%d-%m-%Y", "%d.%m.%Y", "%m/%d/%Y")


@dataclass(frozen=True, kw_only=True)
class AcquirerFileLayout:
    """What an acquirer's file of a day's card payments is like: lines of text below a head, which names the columns.
    A payment is known by its batch and ticket where both are there, else by its authorisation."""

    terminal: str
    """The head of the column with the terminal's number."""
    amount: str
    """Major units; what was given back may have a sign."""
    day: str
    authorisation: str | None = None
    batch: str | None = None
    ticket: str | None = None
    kind: str | None = None
    reversals: tuple[str, ...] = ()
    """What stands in the column `kind` of a payment that was given back."""
    fee: str | None = None
    day_format: str = "%d/%m/%Y"
    separator: str = ";"
    decimal_mark: str = ","
    encoding: str = "utf-8"

    def __post_init__(self) -> None:
        refuse(self._faults())

    @property
    def heads(self) -> tuple[str, ...]:
        """The heads that a file has to have."""
        named = (self.terminal, self.amount, self.day, self.authorisation, self.batch, self.ticket, self.kind, self.fee)
        return tuple(each for each in named if each is not None)

    def _faults(self) -> Iterator[str]:
        if len(set(self.heads)) < len(self.heads) or not all(head and head == head.strip() for head in self.heads):
            yield "terminal, amount, day and the others are heads of columns, each its own"
        if self.authorisation is None and (self.batch is None or self.ticket is None):
            yield "batch and ticket, or authorisation, say which payment it is"
        if bool(self.reversals) != (self.kind is not None):
            yield "kind and reversals belong together"
        if self.day_format not in DAY_FORMATS:
            yield f"day_format is one of {', '.join(DAY_FORMATS)}"
        if self.separator not in (";", ",", "\t", "|"):
            yield "separator is a semicolon, a comma, a tabulator or a bar"
        if self.decimal_mark not in (".", ","):
            yield "decimal_mark is a point or a comma"
        if self.encoding not in DAY_FILE_ENCODINGS:
            yield f"encoding is one of {', '.join(DAY_FILE_ENCODINGS)}"


@dataclass(frozen=True, kw_only=True)
class CardTerminal:
    """A card terminal at a counter of the fund."""

    place: Texts
    """Where it stands, as payers know the place."""


@dataclass(frozen=True, kw_only=True)
class Acquirer:
    """The bank behind card terminals of the fund: it takes what is paid at them for the fund, and pays what each close
    of a terminal comes to into the fund's account, less its fees."""

    names: Texts
    terminals: Mapping[str, CardTerminal]
    """By the number that stands on the terminal and on its tickets."""
    law: Law
    fee_percent: Decimal = Decimal(0)
    """Of what a close comes to, rounded up to the minor unit."""
    fee_each: Money | None = None
    """For each payment of a close, beside the percentage."""
    totals_are_net: bool = False
    """Whether the total and the count on a close leave out what was cancelled; else they have it, and what was
    cancelled stands beside them."""
    day_file: AcquirerFileLayout | None = None
    """The file of a day's payments, where it sends one."""

    def __post_init__(self) -> None:
        refuse(self._faults())

    def _faults(self) -> Iterator[str]:
        if not self.terminals or not all(_TERMINAL.fullmatch(number) for number in self.terminals):
            yield "terminals: one at least, each by up to 20 letters, digits and dashes"
        if not 0 <= self.fee_percent <= OPERATOR_FEE_PERCENT_MAX:
            yield f"fee_percent is from 0 to {OPERATOR_FEE_PERCENT_MAX}"
        if self.fee_each is not None and self.fee_each.amount_minor <= 0:
            yield "fee_each is above zero, or left out"


@dataclass(frozen=True, kw_only=True)
class Bindings:
    """The section `bindings` of a fund: with whom it works, and where it is found."""

    bank: BankBinding = USUAL_BANK
    senders: Senders = USUAL_SENDERS
    registers: Mapping[str, RegisterBinding] = field(default_factory=dict)
    """By the name under which the pages of `benefits` ask them."""
    signer: SignerBinding = USUAL_SIGNER
    site: SiteBinding | None = None
    """The installation's own addresses (`PUBLIC_URL`, `PORTAL_URL`) where it says nothing."""
    mobile_operators: Mapping[str, MobileOperator] = field(default_factory=dict)
    """By the code under which the ledger has what each of them owes the fund."""
    acquirers: Mapping[str, Acquirer] = field(default_factory=dict)
    """By the code under which the ledger has what each of them owes the fund; no operator has the same."""

    def __post_init__(self) -> None:
        refuse(self.faults())

    def faults(self, unread: Collection[str] = ()) -> Iterator[str]:
        """What does not fit together in the file."""
        if not all(_OPERATOR.fullmatch(code) for code in self.mobile_operators):
            yield "mobile_operators: a code is up to 30 small letters, digits and dashes"
        if not all(_OPERATOR.fullmatch(code) for code in self.acquirers):
            yield "acquirers: a code is up to 30 small letters, digits and dashes"
        if twice := set(self.mobile_operators) & set(self.acquirers):
            yield f"{', '.join(sorted(twice))}: an operator and an acquirer have the same code"
        numbers = [number for each in self.acquirers.values() for number in each.terminals]
        if len(set(numbers)) < len(numbers):
            yield "acquirers: two terminals have the same number"
        clients = [each.client for each in self.mobile_operators.values()]
        if len(set(clients)) < len(clients):
            yield "mobile_operators: two have the same client"


USUAL = Bindings()
"""Where a fund's definition says nothing."""
