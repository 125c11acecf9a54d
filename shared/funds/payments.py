"""How money comes to a fund and leaves it, as data: its accounts, references, limits and files."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from shared.funds.accounting import Accounting
from shared.funds.faults import refuse
from shared.funds.identifiers import AccountRule, IdentifierRule, is_account, read_account
from shared.funds.law import Law
from shared.funds.texts import Texts
from shared.kernel.money import Money

NOTICE_DAYS_MAX = 60
RETRY_DAYS_MAX = 60
WAITING_DAYS_MAX = 60
VALID_DAYS_MAX = 366
HOLD_MINUTES_MAX = 24 * 60
PURPOSES_MAX = 20
DECLARED_PERIODS_MAX = 60


@dataclass(frozen=True, kw_only=True)
class FundAccount:
    """A bank account of the fund."""

    number: str
    holder: str
    bank: str
    rule: AccountRule

    def __post_init__(self) -> None:
        if not is_account(self.number, rule=self.rule):
            raise ValueError(f"number does not have the key of {self.rule.value}")


@dataclass(frozen=True, kw_only=True)
class Limit:
    """An amount up to which something is allowed."""

    amount: Money
    law: Law


class BankCharacters(StrEnum):
    """What a bank's files may hold: every script, or Latin letters without accents, digits and few signs."""

    UNICODE = "unicode"
    LATIN = "latin"


class ChargeBearer(StrEnum):
    """Who pays what the banks charge for a payment (ISO 20022 ChargeBearerType1Code)."""

    DEBTOR = "DEBT"
    CREDITOR = "CRED"
    SHARED = "SHAR"
    SERVICE_LEVEL = "SLEV"


@dataclass(frozen=True, kw_only=True)
class PayoutFile:
    """What the fund has agreed with its bank about files of payouts. What is None is left out: the bank's own rule
    holds."""

    characters: BankCharacters = BankCharacters.UNICODE
    charge_bearer: ChargeBearer | None = None
    is_booked_as_batch: bool | None = None
    """Whether the bank is to book a file as one debit, or each of its payments alone."""


DAYS_MAX = 3_660


@dataclass(frozen=True, kw_only=True)
class DebitMandates:
    """How employers let the fund debit their accounts for what they owe."""

    accounts: tuple[AccountRule, ...]
    """Which accounts may be debited: a bank's, the post's."""
    law: Law
    is_form_required: bool = True
    """Whether the form with the bank's signature has to be sent in, beside the bank's own answer."""
    is_limit_required: bool = False
    """Whether the employer has to say up to what amount it may be debited at once."""
    amount_max: Money | None = None
    """The highest limit that may be given."""
    failures_max: int = 3
    """After so many debits in a row that came back the mandate is suspended."""
    form_days_max: int = 60
    """How long a form may wait for the bank and the employer."""
    answer_days_max: int = 15
    """How long the bank's own answer is awaited once the signed form is here; then a person looks."""
    amendment_days_max: int = 30
    """How long the bank's answer to other terms is awaited; then those in force stay."""
    unused_days_max: int = 1_095
    """A mandate by which nothing was debited for so long expires."""

    def __post_init__(self) -> None:
        refuse(self._faults())

    def _faults(self) -> Iterator[str]:
        if not self.accounts:
            yield "accounts is empty: no account could be debited"
        if self.amount_max is not None and self.amount_max.amount_minor <= 0:
            yield "amount_max is not above zero"
        if self.failures_max < 1:
            yield "failures_max is at least 1"
        waits = (self.form_days_max, self.answer_days_max, self.amendment_days_max, self.unused_days_max)
        if not all(0 < days <= DAYS_MAX for days in waits):
            yield (f"form_days_max, answer_days_max, amendment_days_max and unused_days_max are 1 to {DAYS_MAX} days")


@dataclass(frozen=True, kw_only=True)
class DebitRetry:
    """When a direct debit that the bank refused is tried once more, by itself."""

    reasons: tuple[str, ...]
    """The bank's reasons (ISO 20022 ExternalStatusReason1Code) that may be gone by then, such as `AM04`."""
    after_days: int
    """How many days after the refusal."""
    law: Law

    def __post_init__(self) -> None:
        refuse(self._faults())

    def _faults(self) -> Iterator[str]:
        if not 1 <= self.after_days <= RETRY_DAYS_MAX:
            yield f"after_days is 1 to {RETRY_DAYS_MAX}"
        if not self.reasons or any(not re.fullmatch("[A-Z0-9]{4}", each, re.ASCII) for each in self.reasons):
            yield "reasons are codes of four capital letters and digits, such as AM04"


@dataclass(frozen=True, kw_only=True)
class DirectDebit:
    """What the fund has agreed with its bank and with employers about direct debits."""

    creditor_id: str
    """By which the banks know the fund as a creditor that may debit."""
    law: Law
    notice_days: int = 0
    """How many days lie at least between the announcement of a debit to the employer and the debit."""
    is_booked_as_batch: bool | None = None
    """Whether the bank is to book a file as one credit, or each of its debits alone; None leaves it to the bank."""
    retry: DebitRetry | None = None
    """Without it, what was refused is for the employer to pay in another way."""

    def __post_init__(self) -> None:
        refuse(self._faults())

    def _faults(self) -> Iterator[str]:
        if not re.fullmatch("[A-Za-z0-9]{1,35}", self.creditor_id, re.ASCII):
            yield "creditor_id is up to 35 letters and digits"
        if not 0 <= self.notice_days <= NOTICE_DAYS_MAX:
            yield f"notice_days is 0 to {NOTICE_DAYS_MAX}"


class ArrangementKind(StrEnum):
    """By what the fund agreed to wait for a debt that is due."""

    DEFERRAL = "deferral"
    """A measure put it off to a later day, which has not passed."""
    SETTLEMENT = "settlement"
    """A settlement plan holds, by which it is paid in instalments."""
    DISPUTE = "dispute"
    """The employer disputes it, and the fund has not decided yet."""


@dataclass(frozen=True, kw_only=True)
class ClearanceRule:
    """When an employer is in order, so that the fund certifies it: nothing that was due is unpaid. How long the
    certificate is valid stands with the fund's papers."""

    purposes: Mapping[str, Texts]
    """What a certificate may be asked for, by code."""
    law: Law
    in_order: tuple[ArrangementKind, ...] = ()
    """What counts as in order though it is not paid yet."""
    counts_penalties: bool = True
    """Whether penalties that are not paid stand in the way too."""
    declared_periods: int = 0
    """How many of the last periods of each form have to be declared; 0 where the fund does not look at that."""
    is_withdrawn: bool = False
    """Whether the certificate is revoked while it is valid once its holder is in order no more."""

    def __post_init__(self) -> None:
        refuse(self._faults())

    def _faults(self) -> Iterator[str]:
        if not 0 < len(self.purposes) <= PURPOSES_MAX:
            yield f"purposes are 1 to {PURPOSES_MAX}"
        if not 0 <= self.declared_periods <= DECLARED_PERIODS_MAX:
            yield f"declared_periods is 0 to {DECLARED_PERIODS_MAX}"


@dataclass(frozen=True, kw_only=True)
class MobileMoney:
    """How employers pay what they owe by mobile money, with a reference that is made beforehand; with which operators
    is in `bindings`."""

    valid_days_max: int
    """How long such a reference stays good."""
    hold_minutes: int
    """For how long an operator that began a payment has the reference to itself."""
    law: Law

    def __post_init__(self) -> None:
        refuse(self._faults())

    def _faults(self) -> Iterator[str]:
        if not 1 <= self.valid_days_max <= VALID_DAYS_MAX:
            yield f"valid_days_max is 1 to {VALID_DAYS_MAX}"
        if not 1 <= self.hold_minutes <= HOLD_MINUTES_MAX:
            yield f"hold_minutes is 1 to {HOLD_MINUTES_MAX}"


@dataclass(frozen=True, kw_only=True)
class CardAtCounter:
    """How employers pay what they owe by card at a counter of the fund; at which terminals is in `bindings`."""

    valid_days_max: int
    """How long a reference stays good that an employer asks for to pay at a counter."""
    hold_minutes: int
    """For how long a payment that an agent began has the debt to itself."""
    bring: Texts
    """What the payer brings along."""
    law: Law

    def __post_init__(self) -> None:
        refuse(self._faults())

    def _faults(self) -> Iterator[str]:
        if not 1 <= self.valid_days_max <= VALID_DAYS_MAX:
            yield f"valid_days_max is 1 to {VALID_DAYS_MAX}"
        if not 1 <= self.hold_minutes <= HOLD_MINUTES_MAX:
            yield f"hold_minutes is 1 to {HOLD_MINUTES_MAX}"


@dataclass(frozen=True, kw_only=True)
class AccountChanges:
    """How a person changes, on the portal, the account that their benefits are paid to. What is left out is the careful
    side: an agent agrees, and some days pass in which the person, who is told at once, may object."""

    law: Law
    waiting_days: int = 3
    """How long a change waits at least, from when it was asked for; benefits go to the former account until then."""
    needs_agreement: bool = True
    """Whether an agent has to agree to each change."""
    needs_proof: bool = False
    """Whether the person sends the bank's statement of the account (RIB) with it, as a file for the agent."""

    def __post_init__(self) -> None:
        if self.needs_proof and not self.needs_agreement:
            raise ValueError("needs_proof is true and needs_agreement is false: nobody would look at it")
        if not 0 <= self.waiting_days <= WAITING_DAYS_MAX:
            raise ValueError(f"waiting_days is 0 to {WAITING_DAYS_MAX}")
        if self.waiting_days == 0 and not self.needs_agreement:
            raise ValueError("waiting_days is 0 and needs_agreement is false: nothing would stand before a thief")


@dataclass(frozen=True, kw_only=True)
class Payments:
    """The section `payments` of a fund: where contributions come in, where benefits go out, and the letters that open
    a transfer's reference."""

    collections: FundAccount
    payouts: FundAccount
    transfer_prefix: str
    transfer_days_max: int
    """How long a transfer's reference stays good."""
    one_person_up_to: Limit | None = None
    """Up to what amount one person alone decides about money that nobody knows the reason of, or that goes back."""
    payout_file: PayoutFile = PayoutFile()
    mandates: DebitMandates | None = None
    """None where the fund debits no accounts."""
    direct_debit: DirectDebit | None = None
    """Without it, nobody's account is debited."""
    mobile_money: MobileMoney | None = None
    """Without it, nobody pays by mobile money."""
    card_at_counter: CardAtCounter | None = None
    """Without it, nobody pays by card at a counter."""
    clearance: ClearanceRule | None = None
    """None where the fund certifies no employer that it is in order."""
    account_changes: AccountChanges | None = None
    """None where a person's account is what the register says, and nothing else."""
    national_account: IdentifierRule | None = None
    """How accounts of the rule `national` are written: a pattern, and a key by name or by table. `names` is what people
    call the number. Without it, nobody has such an account."""
    accounting: Accounting | None = None
    """Without it, days of the ledger go to the fund's own books under the platform's codes."""

    def read_account(self, text: str, *, rule: AccountRule) -> str | None:
        """A bank account as it is kept, however people wrote it; None where its form or key is wrong."""
        return read_account(text, rule=rule, national=self.national_account)

    def needs_two(self, amount_minor: int) -> bool:
        """Whether a second person has to confirm such a decision; always, where the fund sets no limit."""
        return self.one_person_up_to is None or amount_minor > self.one_person_up_to.amount.amount_minor

    def __post_init__(self) -> None:
        if not re.fullmatch("[A-Z]{1,3}", self.transfer_prefix):
            raise ValueError("transfer_prefix is one to three capital letters")
        if not 1 <= self.transfer_days_max <= VALID_DAYS_MAX:
            raise ValueError(f"transfer_days_max is from 1 to {VALID_DAYS_MAX}")
        refuse(self._account_faults())

    def _account_faults(self) -> Iterator[str]:
        """Accounts of the fund's own rule that it does not have."""
        named = {"collections": self.collections, "payouts": self.payouts}
        rules = {each.rule for each in named.values()} | set(self.mandates.accounts if self.mandates else ())
        if (AccountRule.NATIONAL in rules) != (self.national_account is not None):
            yield "national_account is for the rule national, and for no other"
            return
        for name, own in named.items():
            if self.read_account(own.number, rule=own.rule) != own.number:
                yield f"{name}: {own.number} is no account of the rule {own.rule}"
