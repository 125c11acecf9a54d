"""What a fund is: everything in which one country's fund differs from another's, as data.

The values stand in `definitions/<fund_id>.yaml`, written for a fund's officer; `loading` reads and checks them.
Whatever a law sets carries its `law`: from when to when, by which text, and how sure we are.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from shared.funds.benefits import ClaimType
from shared.funds.identifiers import AccountRule, is_account
from shared.funds.law import Law, check_no_overlap, in_force
from shared.funds.period import Period, PeriodKind, after_period_end
from shared.funds.texts import Texts
from shared.kernel import typed
from shared.kernel.money import Currency, Money

# --- Who people are ---------------------------------------------------------------------------------------------------


class IdentifierKind(StrEnum):
    EMPLOYER_NUMBER = "employer-number"
    INSURANCE_NUMBER = "insurance-number"
    NATIONAL_ID = "national-id"


@dataclass(frozen=True, kw_only=True)
class Identifier:
    """How a number that people are known by is written. `pattern` fits the whole number, without its separators."""

    pattern: str
    names: Texts
    example: str
    law: Law

    def __post_init__(self) -> None:
        try:
            re.compile(self.pattern)
        except re.error as fault:
            raise ValueError(f"pattern is not a regular expression: {fault}") from fault
        if self.read(self.example) is None:
            raise ValueError("example does not fit pattern")

    def read(self, text: str) -> str | None:
        """The number as it is kept, without what people put in (`typed.number`); None when malformed."""
        bare = typed.number(text)
        return bare if re.fullmatch(self.pattern, bare, re.ASCII) else None


@dataclass(frozen=True, kw_only=True)
class PhoneRule:
    """Telephone numbers of the country: the code, and the mobile numbers that a short message reaches."""

    country_code: str
    mobile_pattern: str
    example: str

    def __post_init__(self) -> None:
        if self.e164(self.example) is None:
            raise ValueError("example is not a mobile number of this rule")

    def e164(self, text: str) -> str | None:
        """A mobile number as `+213550123456`, however people wrote it; None when it is not one of this country.

        The code of the country may stand before it or not, with `+`, `00` or nothing; inside the country people dial
        a zero first, where the country has one, and some write both.
        """
        bare = typed.number(text).removeprefix("tel:")
        abroad = re.sub(rf"^(\+|00)?{self.country_code}", "", bare)
        for each in (bare, abroad):
            national = each if re.fullmatch(self.mobile_pattern, each, re.ASCII) else each.removeprefix("0")
            if re.fullmatch(self.mobile_pattern, national, re.ASCII):
                return f"+{self.country_code}{national}"
        return None


@dataclass(frozen=True, kw_only=True)
class DependantRule:
    """Up to which birthday somebody is covered through the insured person; no age means without limit."""

    relation: str
    law: Law
    condition: str | None = None
    """What must be proved (`student`, `disabled`); None where nothing need be."""
    until_age: int | None = None


# --- What employers declare and owe -----------------------------------------------------------------------------------


class Side(StrEnum):
    """The headings of a contribution slip. Each is rounded once, by itself."""

    EMPLOYER = "employer"
    EMPLOYEE = "employee"
    WORKS_FUND = "works-fund"
    SECTOR_ACCIDENT = "sector-accident"
    """Paid by the employer on top, at the rate of its activity."""


@dataclass(frozen=True, kw_only=True)
class ContributionRates:
    """Percent of the base, by side and branch. `totals` repeats each side's sum, so that a slip of the pen is found."""

    percents: Mapping[Side, Mapping[str, Decimal]]
    totals: Mapping[Side, Decimal]
    law: Law

    def __post_init__(self) -> None:
        sums = {side: sum(branches.values(), Decimal(0)) for side, branches in self.percents.items()}
        if sums != self.totals:
            raise ValueError(f"totals differ from the sums, which are {_written(sums)}")


@dataclass(frozen=True, kw_only=True)
class Activity:
    """A kind of business, with its rate of sector accident contribution."""

    names: Texts
    percent: Decimal


@dataclass(frozen=True, kw_only=True)
class AccidentRates:
    """The sector accident rate by kind of business."""

    activities: Mapping[str, Activity]
    law: Law


@dataclass(frozen=True, kw_only=True)
class MinimumWage:
    """The least lawful wage for a full month."""

    a_month: Money
    law: Law


@dataclass(frozen=True, kw_only=True)
class FullQuarter:
    """What a quarter worked in full counts for; a month is a third of it. Turns one unit of duration into another."""

    days: int
    hours: int
    law: Law


@dataclass(frozen=True, kw_only=True)
class Due:
    """How long after the end of the period: months first, then days."""

    months: int = 0
    days: int = 0


class CheckSeverity(StrEnum):
    """What a plausibility check does where it finds something."""

    ERROR = "error"
    """The declaration is refused."""
    CONFIRM = "confirm"
    """The employer confirms it before the declaration is accepted: it touches somebody's rights."""
    WARNING = "warning"
    """The declaration is accepted all the same."""


@dataclass(frozen=True, kw_only=True)
class PlausibilityCheck:
    """What a fund does about one thing in a declaration that may be, but is seldom meant. The `sentence` says what it
    is and what to do; `parameters` are whole numbers that the check is computed with."""

    severity: CheckSeverity
    sentence: Texts
    parameters: Mapping[str, int] | None = None

    def parameter(self, name: str) -> int:
        """A number that the check is computed with; KeyError where the definition does not say it."""
        return (self.parameters or {})[name]


@dataclass(frozen=True, kw_only=True)
class DeclarationForm:
    """A declaration of wages that employers owe, its calendar and the file layouts it may come in."""

    names: Texts
    period: PeriodKind
    due: Due
    layouts: tuple[str, ...]
    law: Law
    plausibility: Mapping[str, PlausibilityCheck] | None = None
    """What is looked at beyond the form of a file, by the code of the check; what is not named is not looked at."""
    confirm_within_days: int = 15
    """How long an employer has to confirm what a check found; after that the declaration is withdrawn."""
    confirm_reminder_days: int = 3
    """How long before that the employer is reminded; 0, or as long as there is time to confirm: never."""

    def due_on(self, period: Period) -> date:
        """The last day on which the declaration of that period is in time."""
        return after_period_end(period.last_on, months=self.due.months, days=self.due.days)


@dataclass(frozen=True, kw_only=True)
class Account:
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
class Payment:
    """Where contributions come in, where benefits go out, and the letters that open a transfer's reference."""

    collections: Account
    payouts: Account
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


# --- What persons obtain ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Threshold:
    """Work that opens the right: so many days, or so many hours where the law counts them, in the last quarters."""

    days: int
    quarters: int
    hours: int | None = None


@dataclass(frozen=True, kw_only=True)
class EntitlementRule:
    """When wages declared open the right to benefits: any one threshold is enough.

    `newcomers` replaces `thresholds` for a person whose insured life is shorter than `newcomer_months`.
    """

    thresholds: tuple[Threshold, ...]
    law: Law
    newcomers: tuple[Threshold, ...] = ()
    newcomer_months: int = 0


@dataclass(frozen=True, kw_only=True)
class Lifetime:
    """How long something lasts from the day it is opened or made."""

    months: int
    law: Law


@dataclass(frozen=True, kw_only=True)
class PaperType:
    """A paper that the fund issues."""

    names: Texts
    languages: tuple[str, ...]
    validity_days: int
    law: Law


# --- How the fund presents itself -------------------------------------------------------------------------------------


class Weekday(StrEnum):
    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


class Channel(StrEnum):
    EMAIL = "email"
    SMS = "sms"
    INBOX = "inbox"


@dataclass(frozen=True, kw_only=True)
class Branding:
    short_names: Texts
    address: Texts
    colour: str

    def __post_init__(self) -> None:
        if not re.fullmatch("#[0-9a-f]{6}", self.colour):
            raise ValueError("colour is # and six hexadecimal digits, such as #0a6640")


@dataclass(frozen=True, kw_only=True, eq=False)
class Fund:
    """One social security fund. There is one object per fund in a process, made at start."""

    fund_id: str
    country: str
    names: Texts
    currency: Currency
    languages: tuple[str, ...]
    timezone: str
    weekend: tuple[Weekday, ...]
    branding: Branding
    channels: tuple[Channel, ...]
    identifiers: Mapping[IdentifierKind, Identifier]
    phone: PhoneRule
    dependants: tuple[DependantRule, ...]
    sides: Mapping[Side, Texts]
    branches: Mapping[str, Texts]
    contribution_rates: tuple[ContributionRates, ...]
    accident_rates: tuple[AccidentRates, ...]
    minimum_wages: tuple[MinimumWage, ...]
    full_quarter: tuple[FullQuarter, ...]
    declaration_forms: Mapping[str, DeclarationForm]
    payment: Payment
    entitlement: tuple[EntitlementRule, ...]
    entitlement_lifetime: tuple[Lifetime, ...]
    card_lifetime: tuple[Lifetime, ...]
    claim_types: Mapping[str, ClaimType]
    paper_types: Mapping[str, PaperType]

    def __post_init__(self) -> None:
        if not self.languages:
            raise ValueError("languages is empty: the first is the fund's default")
        for rates in self.contribution_rates:
            unnamed = {branch for side in rates.percents.values() for branch in side} - set(self.branches)
            if unnamed:
                raise ValueError(f"branches does not name {', '.join(sorted(unnamed))}")
        if missing := set(IdentifierKind) - set(self.identifiers):
            raise ValueError(f"identifiers does not say {', '.join(sorted(missing))}")
        amounts = [wage.a_month for wage in self.minimum_wages]
        acts = [act for claim in self.claim_types.values() for act in claim.acts.values()]
        amounts += [dated.price for act in acts for dated in act.prices]
        amounts += [dated.amount for claim in self.claim_types.values() for dated in claim.procedure.one_person_up_to]
        if any(amount.currency is not self.currency for amount in amounts):
            raise ValueError(f"an amount is not in {self.currency}")
        for dated in (
            self.contribution_rates,
            self.accident_rates,
            self.minimum_wages,
            self.full_quarter,
            self.entitlement,
            self.entitlement_lifetime,
            self.card_lifetime,
        ):
            check_no_overlap(dated)

    @property
    def language(self) -> str:
        """The language to use when nobody asked for one."""
        return self.languages[0]

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    def rates_on(self, day: date) -> ContributionRates:
        return in_force(self.contribution_rates, on=day)

    def read_identifier(self, kind: IdentifierKind, text: str) -> str | None:
        """The number as it is kept, or None when it is malformed."""
        return self.identifiers[kind].read(text)


def _written(percents: Mapping[Side, Decimal]) -> str:
    return ", ".join(f"{side} {percent}" for side, percent in percents.items())
