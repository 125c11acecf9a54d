"""What stands on a paper, said once and complete, so that printing is a pure function of it. Not how it looks."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shared.events.payments.account_statements import STATEMENT_LINES_MAX
from shared.funds.fund import Fund
from shared.funds.papers import ACCOUNT_STATEMENT, CLEARANCE_CERTIFICATE, MANDATE_FORM
from shared.funds.texts import Texts
from shared.kernel.errors import Invalid, Term
from shared.kernel.money import Currency, Money
from shared.kernel.partial_date import PartialDate

WAGE_LINES_MAX = 600
"""Fifty years of months: a longer list is a mistake in the question, not a career."""

TEXT_LENGTH_MAX = 200
URL_LENGTH_MAX = 300


class PeriodWithoutWages(Invalid):
    """Nobody declared a wage for the person in the period that was chosen."""

    code = "paper.period-without-wages"


class TooManyWageLines(Invalid):
    """The period holds more lines than one paper carries."""

    code = "paper.too-many-wage-lines"


class LanguageNotOffered(Invalid):
    """The fund does not issue this paper in that language."""

    code = "paper.language-not-offered"


class CannotBePrinted(Invalid):
    """The printer refuses the text of this paper, though it prints others."""

    code = "paper.cannot-be-printed"


class LettersNotPrintable(Invalid):
    """A name on the paper has letters for which the printer has no font."""

    code = "paper.letters-not-printable"


class PaperLanguage(StrEnum):
    """The languages that papers are written in."""

    ARABIC = "ar"
    FRENCH = "fr"
    ENGLISH = "en"


class PaperKind(StrEnum):
    """The papers that can be printed: keys of `types` in a fund's `papers.yaml`, each with a template of its name."""

    SALARY_CERTIFICATE = "salary-certificate"
    AFFILIATION_CERTIFICATE = "affiliation-certificate"
    COVERAGE_CERTIFICATE = "coverage-certificate"
    """Of a cover, whatever its benefit."""
    PAYMENT_CERTIFICATE = "payment-certificate"
    """Of a payment of every period: a pension, an allowance."""
    CLEARANCE_CERTIFICATE = CLEARANCE_CERTIFICATE
    """Of an employer: it has declared and paid what was due."""
    MANDATE_FORM = MANDATE_FORM
    """Of an employer: its bank and it sign that the fund may debit its account."""
    ACCOUNT_STATEMENT = ACCOUNT_STATEMENT
    """Of an employer: what was booked to it in a time, and what it owes after it."""


OF_EMPLOYERS = frozenset({PaperKind.CLEARANCE_CERTIFICATE, PaperKind.MANDATE_FORM, PaperKind.ACCOUNT_STATEMENT})
"""The papers that are an employer's; all others are a person's."""


@dataclass(frozen=True, kw_only=True)
class Holder:
    """Whom the paper is about: an insured person (of their birth, as much as is known), or an employer by its name and
    number."""

    full_name: str
    insurance_number: str = ""
    born_on: PartialDate | None = None
    employer_number: str = ""

    def __post_init__(self) -> None:
        if bool(self.insurance_number) == bool(self.employer_number):
            raise ValueError("a holder is an insured person or an employer")
        _short(self.full_name, self.insurance_number or self.employer_number)


@dataclass(frozen=True, kw_only=True)
class PaperDependant:
    """For whom a right is, where that is a dependant of the insured person. `full_name` is empty where the register
    does not say it."""

    relation: str
    born_on: PartialDate
    full_name: str = ""

    def __post_init__(self) -> None:
        _short(self.relation, self.full_name or self.relation)


@dataclass(frozen=True, kw_only=True)
class PaperEmployer:
    """An employer, as the fund's register names it."""

    employer_id: str
    name: str

    def __post_init__(self) -> None:
        _short(self.employer_id, self.name)


@dataclass(frozen=True, kw_only=True)
class PaperWageLine:
    """What one employer declared for one period, both dates included. `days` and `hours` where they were declared."""

    starts_on: date
    ends_on: date
    wage: Money
    days: int | None = None
    hours: int | None = None

    def __post_init__(self) -> None:
        if self.ends_on < self.starts_on:
            raise ValueError("a period ends before it starts")


@dataclass(frozen=True, kw_only=True)
class Employment:
    """The lines that one employer declared, in the order in which they are to be read."""

    employer: PaperEmployer
    lines: tuple[PaperWageLine, ...]

    def __post_init__(self) -> None:
        if not self.lines:
            raise PeriodWithoutWages


@dataclass(frozen=True, kw_only=True)
class Wages:
    """The body of a salary certificate: the wages declared within a chosen period, employer by employer."""

    starts_on: date
    ends_on: date
    employments: tuple[Employment, ...]

    kind = PaperKind.SALARY_CERTIFICATE

    def __post_init__(self) -> None:
        if not self.employments:
            raise PeriodWithoutWages
        if len(self.lines) > WAGE_LINES_MAX:
            raise TooManyWageLines(lines=len(self.lines), lines_max=WAGE_LINES_MAX)
        if len({line.wage.currency for line in self.lines}) > 1:
            raise ValueError("a paper speaks of one currency")

    @property
    def lines(self) -> tuple[PaperWageLine, ...]:
        """All lines of all employers."""
        return tuple(line for employment in self.employments for line in employment.lines)

    @property
    def currency(self) -> Currency:
        """The one currency of the paper."""
        return self.employments[0].lines[0].wage.currency

    @property
    def employers(self) -> tuple[PaperEmployer, ...]:
        return tuple(employment.employer for employment in self.employments)


@dataclass(frozen=True, kw_only=True)
class EmployedSpan:
    """What an employer declared without a gap: both days included; `has_left` where it declared the end."""

    employer: PaperEmployer
    starts_on: date
    ends_on: date
    has_left: bool = False

    def __post_init__(self) -> None:
        if self.ends_on < self.starts_on:
            raise ValueError("an employment ends before it starts")


@dataclass(frozen=True, kw_only=True)
class Affiliation:
    """The body of a certificate of affiliation: what employers declared, and until when anything is known.

    `spans` come newest first. `employer` stands in their place on papers that an earlier release was asked for.
    """

    since_on: date
    known_until_on: date | None = None
    spans: tuple[EmployedSpan, ...] = ()
    employer: PaperEmployer | None = None
    ended_on: date | None = None

    kind = PaperKind.AFFILIATION_CERTIFICATE

    def __post_init__(self) -> None:
        if self.ended_on and self.ended_on < self.since_on:
            raise ValueError("an affiliation ends before it starts")

    @property
    def employers(self) -> tuple[PaperEmployer, ...]:
        named = [span.employer for span in self.spans]
        return tuple(dict.fromkeys([*named, self.employer] if self.employer else named))


@dataclass(frozen=True, kw_only=True)
class GrantedAward:
    """The body of the certificate of a cover, or of a payment of every period. Both ends of its time are included;
    without `until_on` no end is set.

    `covers` (codes of the fund's acts) and `percent` are those of a cover, `amount` what a payment comes to for each
    period of the kind `every`. It is for the holder, or for their `dependant`.
    """

    kind: PaperKind
    reference: str
    claim_type: str
    from_on: date
    until_on: date | None = None
    covers: tuple[str, ...] = ()
    percent: str = ""
    amount: Money | None = None
    every: str = ""
    dependant: PaperDependant | None = None

    employers = ()

    def __post_init__(self) -> None:
        _short(self.reference, self.claim_type)
        if self.until_on is not None and self.until_on < self.from_on:
            raise ValueError("a right ends before it begins")


@dataclass(frozen=True, kw_only=True)
class EmployerClearance:
    """The body of an employer's clearance certificate: it was in order on `judged_on`, and the certificate is not
    valid beyond `until_on`. `purpose` is a code of the fund's. With `has_arrangement` the fund agreed to wait for a
    part of what is due."""

    reference: str
    purpose: str
    judged_on: date
    until_on: date
    has_arrangement: bool = False

    kind = PaperKind.CLEARANCE_CERTIFICATE
    employers = ()

    def __post_init__(self) -> None:
        _short(self.reference, self.purpose)
        if self.until_on < self.judged_on:
            raise ValueError("a clearance is valid for a day at least")


@dataclass(frozen=True, kw_only=True)
class DebitedAccount:
    """The account that a mandate is about. `rule` is the kind of account, by its code."""

    number: str
    rule: str
    holder: str
    bank: str

    def __post_init__(self) -> None:
        _short(self.number, self.holder, self.bank)


@dataclass(frozen=True, kw_only=True)
class MandateForm:
    """The body of the form of a mandate, to be signed until `until_on`. Without `amount_max` any amount may be debited,
    without `ends_on` it holds until it is cancelled. The account is kept apart from the rest, and is put in to print
    it."""

    reference: str
    creditor: str
    creditor_id: str
    starts_on: date
    until_on: date
    ends_on: date | None = None
    amount_max: Money | None = None
    account: DebitedAccount | None = None

    kind = PaperKind.MANDATE_FORM
    employers = ()

    def __post_init__(self) -> None:
        _short(self.reference, self.creditor)
        if self.until_on < self.starts_on:
            raise ValueError("a form may be signed for a day at least")


@dataclass(frozen=True, kw_only=True)
class AccountLine:
    """What was booked to an employer: `kind` is a code of payments, `balance` what it owes after it, below zero what it
    has to its credit. `period` is empty where the line moves a credit alone."""

    value_on: date
    kind: str
    period: str
    charged: Money
    credited: Money
    balance: Money


@dataclass(frozen=True, kw_only=True)
class EmployerAccount:
    """The body of an employer's statement of account, until `until_on`, included. Without `from_on` it begins with the
    first entry; with a `period` it is of that period alone."""

    reference: str
    until_on: date
    opening: Money
    closing: Money
    lines: tuple[AccountLine, ...]
    from_on: date | None = None
    period: str = ""

    kind = PaperKind.ACCOUNT_STATEMENT
    employers = ()

    def __post_init__(self) -> None:
        _short(self.reference)
        if len(self.lines) > STATEMENT_LINES_MAX:
            raise ValueError(f"a statement has {STATEMENT_LINES_MAX} lines at most")
        moved = sum(line.charged.amount_minor - line.credited.amount_minor for line in self.lines)
        if self.opening.amount_minor + moved != self.closing.amount_minor:
            raise ValueError("the lines of a statement lead from what was owed before to what is owed after")

    @property
    def currency(self) -> Currency:
        """The one currency of the paper."""
        return self.opening.currency


EmployerBody = EmployerClearance | MandateForm | EmployerAccount
"""What a paper of an employer says; each is about the thing of its `reference`."""
PaperBody = Wages | Affiliation | GrantedAward | EmployerBody


def title_of(fund: Fund, body: PaperBody) -> Texts:
    """What a paper is called: as the benefit that it certifies says, or as the fund calls papers of its kind."""
    benefit = fund.claim_types.get(body.claim_type) if isinstance(body, GrantedAward) else None
    own = benefit.certificate if benefit else None
    return own.names if own else fund.papers.types[body.kind].names


@dataclass(frozen=True, kw_only=True)
class PaperContent:
    """Everything that one paper says. The same content gives the same bytes, whenever it is printed."""

    number: str
    language: PaperLanguage
    issued_on: date
    valid_until_on: date
    fund: Fund
    holder: Holder
    body: PaperBody
    verification_url: str
    code: str = ""

    def __post_init__(self) -> None:
        if self.language not in self.fund.papers.types[self.kind].languages:
            raise LanguageNotOffered(language=Term(f"language.{self.language}"))
        if not self.verification_url.startswith(("https://", "http://")):
            raise ValueError("a QR code must lead to a web address")
        if len(self.verification_url) > URL_LENGTH_MAX:
            raise ValueError("the verification address does not fit into a QR code that paper can carry")
        if self.valid_until_on < self.issued_on:
            raise ValueError("a paper is valid for a day at least")
        _short(self.number)

    @property
    def kind(self) -> PaperKind:
        """Which paper this is, derived from its body."""
        return self.body.kind

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the persons and firms on the paper, as others wrote them."""
        dependant = self.body.dependant if isinstance(self.body, GrantedAward) else None
        own = [self.holder.full_name, *([dependant.full_name] if dependant else [])]
        account = self.body.account if isinstance(self.body, MandateForm) else None
        of_account = (account.holder, account.bank) if account else ()
        return (*filter(None, own), *(employer.name for employer in self.body.employers), *of_account)


def _short(*texts: str) -> None:
    """Refuse what would not fit on a line or two of paper."""
    if any(not text.strip() or len(text) > TEXT_LENGTH_MAX for text in texts):
        raise ValueError(f"a text on paper has 1 to {TEXT_LENGTH_MAX} characters")
