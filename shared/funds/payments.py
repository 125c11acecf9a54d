"""How money comes to a fund and leaves it, as data: its accounts, references, limits and files."""

import re
from dataclasses import dataclass
from enum import StrEnum

from shared.funds.identifiers import AccountRule, is_account
from shared.funds.law import Law
from shared.kernel.money import Money


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

    def needs_two(self, amount_minor: int) -> bool:
        """Whether a second person has to confirm such a decision; always, where the fund sets no limit."""
        return self.one_person_up_to is None or amount_minor > self.one_person_up_to.amount.amount_minor

    def __post_init__(self) -> None:
        if not re.fullmatch("[A-Z]{1,3}", self.transfer_prefix):
            raise ValueError("transfer_prefix is one to three capital letters")
