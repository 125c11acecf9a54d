"""What a fund is: everything in which one country's fund differs from another's, as data.

The values stand in the folder `definitions/<fund_id>`, written for a fund's officer; `loading` reads and checks them.
Each subject has a section of its own (`Sections`), one file and one module each. Whatever a law sets carries its
`law`: from when to when, by which text, and how sure we are.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from typing import TypeVar
from zoneinfo import ZoneInfo

from shared.funds.arrears import Arrears
from shared.funds.benefits import ClaimType
from shared.funds.bindings import USUAL, Bindings
from shared.funds.calendar import USUAL_HOLIDAYS, Calendar, Holidays, Weekday, WhenClosed
from shared.funds.contributions import Contributions
from shared.funds.declarations import Declarations
from shared.funds.entitlements import Entitlements
from shared.funds.facts import is_a_code
from shared.funds.faults import refuse
from shared.funds.identifiers import IdentifierRule
from shared.funds.layouts import FileLayout
from shared.funds.messages import USUAL_MESSAGES, Channel, MessagePurpose, Messages
from shared.funds.papers import Papers
from shared.funds.payments import Payments
from shared.funds.procedure import Procedure
from shared.funds.register_layouts import RegisterLayout
from shared.funds.roles import USUAL_ROLES, Roles
from shared.funds.rounding import USUAL_ROUNDING, RoundingRules
from shared.funds.texts import Texts
from shared.kernel import normalize
from shared.kernel.errors import Missing
from shared.kernel.money import Currency

Section = TypeVar("Section")


class SectionMissing(Missing):
    """The fund's definition has no such section: the fund does not do what was asked."""

    code = "fund.section-missing"


# --- Who people are ---------------------------------------------------------------------------------------------------


class IdentifierKind(StrEnum):
    EMPLOYER_NUMBER = "employer-number"
    INSURANCE_NUMBER = "insurance-number"
    NATIONAL_ID = "national-id"


COUNTER_PROOFS_MAX = 20


@dataclass(frozen=True, kw_only=True)
class PhoneRule:
    """Telephone numbers of the country: the code, and the mobile numbers that a short message reaches."""

    country_code: str
    mobile_pattern: str
    example: str

    def __post_init__(self) -> None:
        if not re.fullmatch("[1-9][0-9]{0,3}", self.country_code, re.ASCII):
            raise ValueError('country_code is one to four digits, such as "216"')
        if self.e164(self.example) is None:
            raise ValueError("example is not a mobile number of this rule")

    def e164(self, text: str) -> str | None:
        """A mobile number as `+213550123456`, however people wrote it; None when it is not one of this country.

        The code of the country may stand before it or not, with `+`, `00` or nothing; inside the country people dial
        a zero first, where the country has one, and some write both. A word in front (`Tél. :`) says nothing.
        """
        bare = re.sub(r"^[^0-9+]+", "", normalize.number(text))
        abroad = re.sub(rf"^(\+|00)?{self.country_code}", "", bare)
        for each in (bare, abroad):
            national = each if re.fullmatch(self.mobile_pattern, each, re.ASCII) else each.removeprefix("0")
            if re.fullmatch(self.mobile_pattern, national, re.ASCII):
                return f"+{self.country_code}{national}"
        return None


# --- How the fund presents itself -------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Branding:
    short_names: Texts
    address: Texts
    colour: str
    state: Texts | None = None
    """The state as it calls itself, above the fund on papers. A fund that issues papers needs it."""

    def __post_init__(self) -> None:
        if not re.fullmatch("#[0-9a-f]{6}", self.colour):
            raise ValueError("colour is # and six hexadecimal digits, such as #0a6640")


# --- The whole --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, eq=False)
class Sections:
    """What a fund does, by subject; None where it does not do it."""

    contributions: Contributions | None = None
    declarations: Declarations | None = None
    payments: Payments | None = None
    arrears: Arrears | None = None
    entitlements: Entitlements | None = None
    papers: Papers | None = None
    bindings: Bindings | None = None
    roles: Roles | None = None
    messages: Messages | None = None
    procedure: Procedure | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Fund:
    """One social security fund. There is one object per fund in a process, made at start.

    A subject reads its section as `fund.declarations`, which raises `SectionMissing` where the fund has none;
    `fund.sections.declarations` is then None.
    """

    fund_id: str
    """The name of its folder, and its place in every address."""
    country: str
    """ISO 3166, by which days, numbers and money are written as people there write them."""
    names: Texts
    currency: Currency
    """That of all of its amounts: 0, 2 or 3 decimals."""
    languages: tuple[str, ...]
    """Those that people may choose (ISO 639). The first is used when nobody asked for another."""
    timezone: str
    """Where its days begin and end (IANA)."""
    weekend: tuple[Weekday, ...]
    """The days of each week on which it does not work."""
    branding: Branding
    channels: tuple[Channel, ...]
    """On which its messages may leave."""
    identifiers: Mapping[IdentifierKind, IdentifierRule]
    """All three of them, by the fund's own rules."""
    phone: PhoneRule
    holidays: Holidays = USUAL_HOLIDAYS
    """The public holidays of its country, as the fund changes them."""
    rounding: RoundingRules = USUAL_ROUNDING
    """How its contributions, benefits and prices are rounded."""
    counter_proofs: Mapping[str, Texts] = field(default_factory=dict)
    """By what a person at a counter may show who they are, by code; an identity card, a passport, a residence permit
    and a driving licence where it says nothing."""
    sections: Sections = field(default_factory=Sections)
    claim_types: Mapping[str, ClaimType] = field(default_factory=dict)
    """What persons may ask for, by code: one page of the folder `benefits` each."""
    layouts: Mapping[str, FileLayout] = field(default_factory=dict)
    """The layouts of its wage files, by name: one page of the folder `layouts` each."""
    register_layouts: Mapping[str, RegisterLayout] = field(default_factory=dict)
    """The layouts in fixed columns of its register of persons and employers, by name: one page of the folder
    `register-layouts` each."""

    def __post_init__(self) -> None:
        refuse(self.faults())

    def faults(self, unread: Collection[str] = ()) -> Iterator[str]:
        """What does not fit together in its first file."""
        if not self.languages and "languages" not in unread:
            yield "languages is empty: the first is the fund's default"
        if (missing := set(IdentifierKind) - set(self.identifiers)) and "identifiers" not in unread:
            yield f"identifiers does not say {', '.join(sorted(missing))}"
        if len(self.counter_proofs) > COUNTER_PROOFS_MAX or not all(map(is_a_code, self.counter_proofs)):
            yield f"counter_proofs are at most {COUNTER_PROOFS_MAX}, each by a code of small letters"
        if "country" not in unread and not re.fullmatch("[A-Z]{2}", self.country, re.ASCII):
            yield "country is two capital letters, such as TN"
        if set(self.weekend) == set(Weekday):
            yield "weekend leaves no day to work"
        if not {"country", "languages", "holidays"} & set(unread):
            yield from self.calendar.faults()

    def with_usual_procedure(self) -> "Fund":
        """The fund, each of whose claim types has what its section `procedure` says where the type says nothing."""
        usual = self.sections.procedure
        if usual is None:
            return self
        types = {
            code: replace(each, procedure=each.procedure.or_else(usual)) for code, each in self.claim_types.items()
        }
        return replace(self, claim_types=types)

    @property
    def contributions(self) -> Contributions:
        return _present(self.sections.contributions, "contributions")

    @property
    def declarations(self) -> Declarations:
        return _present(self.sections.declarations, "declarations")

    @property
    def payments(self) -> Payments:
        return _present(self.sections.payments, "payments")

    @property
    def arrears(self) -> Arrears:
        return _present(self.sections.arrears, "arrears")

    @property
    def entitlements(self) -> Entitlements:
        return _present(self.sections.entitlements, "entitlements")

    @property
    def papers(self) -> Papers:
        return _present(self.sections.papers, "papers")

    @property
    def bindings(self) -> Bindings:
        return self.sections.bindings or USUAL

    @property
    def roles(self) -> Roles:
        return self.sections.roles or USUAL_ROLES

    @property
    def messages(self) -> Messages:
        return self.sections.messages or USUAL_MESSAGES

    def quiet_until(self, channel: Channel, purpose: MessagePurpose, at: datetime) -> datetime | None:
        """Until when a message that could leave at an instant has to wait; None where it need not."""
        ends_at = self.messages.quiet_until(channel, purpose, at.astimezone(self.zone))
        return ends_at and ends_at.astimezone(at.tzinfo)

    @property
    def language(self) -> str:
        """The language to use when nobody asked for one."""
        return self.languages[0]

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @cached_property
    def calendar(self) -> Calendar:
        """On which days it works, and how its delays are counted."""
        return Calendar(country=self.country, languages=self.languages, weekend=self.weekend, holidays=self.holidays)

    def day_of(self, at: datetime) -> date:
        """The calendar day that it is where the fund is, at an instant."""
        return at.astimezone(self.zone).date()

    def bounds_of(self, day: date) -> tuple[datetime, datetime]:
        """When a calendar day begins where the fund is, and when the next one does. What comes last that can be asked
        for has a day behind it too."""
        day = min(day, date.max - timedelta(days=1))
        begins_at, ends_at = (datetime.combine(each, time(), self.zone) for each in (day, day + timedelta(days=1)))
        return begins_at, ends_at

    def payout_day(self, at: datetime) -> date:
        """The day on which its bank is to execute a file that is written at an instant."""
        bank = self.bindings.bank
        closed = WhenClosed.NEXT_WORKING_DAY if bank.waits_for_working_days else WhenClosed.STAYS
        return self.bank_calendar.working_day(self._day_at_bank(at), when_closed=closed)

    @cached_property
    def bank_calendar(self) -> Calendar:
        """On which days its bank works."""
        weekend = self.bindings.bank.weekend
        return self.calendar if weekend is None else replace(self.calendar, weekend=weekend)

    def first_debit_day(self, at: datetime) -> date:
        """The first day on which its bank can debit an account by a file that is written at an instant."""
        taken_on = self.bank_calendar.working_day(self._day_at_bank(at), when_closed=WhenClosed.NEXT_WORKING_DAY)
        return self.bank_calendar.working_days_from(taken_on, days=self.bindings.bank.debit_lead_days)

    def _day_at_bank(self, at: datetime) -> date:
        """The day that it is for its bank: after the cut-off the next one has begun."""
        cut_off, local = self.bindings.bank.cut_off, at.astimezone(self.zone)
        return local.date() + timedelta(days=cut_off is not None and f"{local:%H:%M}" >= cut_off)

    def debit_day(self, *, not_before: date, at: datetime) -> date:
        """The day of a debit that is announced at an instant: the bank's first working day from `not_before` on for
        which the file is in time and the employer has notice."""
        agreed = self.payments.direct_debit
        noticed_on = self.day_of(at) + timedelta(days=agreed.notice_days if agreed else 0)
        wanted = max(not_before, noticed_on, self.first_debit_day(at))
        return self.bank_calendar.working_day(wanted, when_closed=WhenClosed.NEXT_WORKING_DAY)

    def debit_file_day(self, debit_on: date) -> date:
        """The day on which the bank must have the file of a debit."""
        return self.bank_calendar.working_days_from(debit_on, days=-self.bindings.bank.debit_lead_days)

    def read_identifier(self, kind: IdentifierKind, text: str) -> str | None:
        """The number as it is kept, or None when it is malformed."""
        return self.identifiers[kind].read(text)


def _present(section: Section | None, name: str) -> Section:
    if section is None:
        raise SectionMissing(section=name)
    return section
