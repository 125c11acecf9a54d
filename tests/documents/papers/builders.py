"""Papers that are right by default, so that a test says only what it is about."""

from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from itertools import pairwise

from services.documents.papers.content import (
    OF_EMPLOYERS,
    AccountLine,
    Affiliation,
    DebitedAccount,
    EmployedSpan,
    EmployerAccount,
    EmployerClearance,
    Employment,
    GrantedAward,
    Holder,
    MandateForm,
    PaperBody,
    PaperContent,
    PaperEmployer,
    PaperKind,
    PaperLanguage,
    PaperWageLine,
    Wages,
)
from shared.funds.fund import Fund
from shared.funds.papers import Papers
from shared.kernel.money import Money
from shared.kernel.partial_date import PartialDate
from tests.kit.contexts import shipped

ISSUED_ON = date(2026, 11, 22)


@cache
def a_fund(fund_id: str = "dz-cnas") -> Fund:
    """A real fund that also issues its papers in English, which no fund does yet."""
    fund = shipped()[fund_id]
    papers = {kind: replace(paper, languages=("ar", "fr", "en")) for kind, paper in fund.papers.types.items()}
    return replace(fund, sections=replace(fund.sections, papers=Papers(types=papers)))


def months(count: int, *, wage_minor: int = 4_800_000, fund: Fund | None = None) -> tuple[PaperWageLine, ...]:
    """So many months of wages from January 2015 on."""
    currency = (fund or a_fund()).currency
    firsts = [date(2015 + month // 12, month % 12 + 1, 1) for month in range(count + 1)]
    return tuple(
        PaperWageLine(starts_on=first, ends_on=after - timedelta(days=1), wage=Money(wage_minor, currency), days=22)
        for first, after in pairwise(firsts)
    )


def wages(*employments: tuple[PaperWageLine, ...]) -> Wages:
    """The body of a salary certificate over the months of one or more employers."""
    lines = [line for employment in employments for line in employment]
    return Wages(
        starts_on=lines[0].starts_on,
        ends_on=lines[-1].ends_on,
        employments=tuple(
            Employment(
                employer=PaperEmployer(employer_id=f"160000000{place}", name="SARL El Amel (Bâtiment)"), lines=each
            )
            for place, each in enumerate(employments)
        ),
    )


def an_award(kind: PaperKind = PaperKind.COVERAGE_CERTIFICATE, **facts: object) -> GrantedAward:
    """A cover of all acts of two years, or a payment of every month."""
    usual: dict[str, object] = {
        "kind": kind,
        "reference": "AW260000000132",
        "claim_type": "care-reimbursement",
        "from_on": date(2026, 11, 20),
    }
    if kind is PaperKind.COVERAGE_CERTIFICATE:
        covers = ("general-practitioner", "specialist", "blood-test", "chest-x-ray", "medicine")
        usual |= {"until_on": date(2028, 11, 19), "covers": covers, "percent": "100"}
    else:
        usual |= {"amount": Money(4_512_300, a_fund().currency), "every": "month"}
    return GrantedAward(**{**usual, **facts})  # type: ignore[arg-type]


def a_clearance(**facts: object) -> EmployerClearance:
    """The clearance of a firm that has something put off."""
    usual: dict[str, object] = {
        "reference": "CL260000000197",
        "purpose": "public-tender",
        "judged_on": ISSUED_ON,
        "until_on": ISSUED_ON + timedelta(days=90),
        "has_arrangement": True,
    }
    return EmployerClearance(**{**usual, **facts})  # type: ignore[arg-type]


def a_mandate_form(*, fund: Fund | None = None, **facts: object) -> MandateForm:
    """The form of a mandate with a limit, for an account at a bank."""
    usual: dict[str, object] = {
        "reference": "MD260000000112",
        "creditor": "CNAS, recouvrement des cotisations (compte fictif)",
        "creditor_id": "DZ00CNAS0000000162",
        "starts_on": ISSUED_ON,
        "until_on": ISSUED_ON + timedelta(days=60),
        "amount_max": Money(50_000_000, (fund or a_fund()).currency),
        "account": DebitedAccount(
            number="00200300000056789073", rule="rib-dz", holder="SARL El Amel (Bâtiment)", bank="Banque inventée"
        ),
    }
    return MandateForm(**{**usual, **facts})  # type: ignore[arg-type]


def an_account(count: int = 60, *, fund: Fund | None = None, **facts: object) -> EmployerAccount:
    """A statement of so many quarters, each declared and paid a month later, the last one paid too much."""
    currency, lines, owed = (fund or a_fund()).currency, [], 0
    for number in range(count):
        period = f"{2010 + number // 8}-Q{number // 2 % 4 + 1}"
        charged, credited = (821_376_000, 0) if number % 2 == 0 else (0, 821_376_000)
        if number == count - 1:
            credited += 5_000
        owed += charged - credited
        lines.append(
            AccountLine(
                value_on=date(2010 + number // 8, number // 2 % 4 * 3 + number % 2 + 1, 10),
                kind="declared" if charged else "paid",
                period=period,
                charged=Money(charged, currency),
                credited=Money(credited, currency),
                balance=Money(owed, currency),
            )
        )
    usual: dict[str, object] = {
        "reference": "SA260000000147",
        "until_on": ISSUED_ON,
        "opening": Money(0, currency),
        "closing": Money(owed, currency),
        "lines": tuple(lines),
    }
    return EmployerAccount(**{**usual, **facts})  # type: ignore[arg-type]


def a_body(kind: PaperKind, *, fund: Fund | None = None) -> PaperBody:
    """What a paper of a kind says: enough to take more than one page, where it may."""
    if kind in (PaperKind.COVERAGE_CERTIFICATE, PaperKind.PAYMENT_CERTIFICATE):
        return an_award(kind)
    if kind is PaperKind.CLEARANCE_CERTIFICATE:
        return a_clearance()
    if kind is PaperKind.MANDATE_FORM:
        return a_mandate_form(fund=fund)
    if kind is PaperKind.ACCOUNT_STATEMENT:
        return an_account(fund=fund)
    if kind is PaperKind.SALARY_CERTIFICATE:
        return wages(months(30, fund=fund), months(2, fund=fund))
    spans = (span(2, "SARL El Amel"), span(1, "EURL Nour", has_left=True))
    return Affiliation(since_on=date(2014, 9, 1), known_until_on=date(2025, 12, 31), spans=spans)


def span(place: int, name: str, *, has_left: bool = False) -> EmployedSpan:
    """Some years with an employer."""
    employer = PaperEmployer(employer_id=f"160000000{place}", name=name)
    starts_on, ends_on = date(2014 + place, 9, 1), date(2020 + place, 3, 31)
    return EmployedSpan(employer=employer, starts_on=starts_on, ends_on=ends_on, has_left=has_left)


def a_paper(
    body: PaperBody | None = None,
    *,
    language: str = "fr",
    fund: Fund | None = None,
    full_name: str = "Fatima-Zohra BENABDALLAH",
) -> PaperContent:
    """A salary certificate of one month, or a paper with the body that is given."""
    body = body or wages(months(1))
    holder = Holder(full_name=full_name, insurance_number="900000000001", born_on=PartialDate("1990-02-01"))
    if body.kind in OF_EMPLOYERS:
        holder = Holder(full_name=full_name, employer_number="1600000001")
    return PaperContent(
        number="PR2026000012345678",
        language=PaperLanguage(language),
        issued_on=ISSUED_ON,
        valid_until_on=ISSUED_ON + timedelta(days=90),
        fund=fund or a_fund(),
        holder=holder,
        body=body,
        verification_url="https://documents.example/v1/dz-cnas/verify/PR2026000012345678",
        code="7K3MQ9TZ",
    )
