"""Funds of other countries, currencies, languages, periods and numbers run as data alone: from a wage file to a right.

Golden values of Morocco's fund: pay of 20 000, 2 500 and 10 000 gives shares of 400, 70 and 250; a visit at the
reference price of 80 is reimbursed by 64, a specialist's of 150 by 120.
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from services.claims.wiring import service as claims
from services.documents.papers.printing.facts import faults as printing_faults
from services.notifications.templates import catalogue as catalogue_of_texts
from services.payments.declarations import calendar
from services.payments.wiring import service as payments
from shared.events import catalogue
from shared.events.payments.wages import WagesDeclaredV2
from shared.funds.contributions import ContributionSide
from shared.funds.fund import IdentifierKind
from shared.funds.identifiers import read_account
from shared.funds.law import in_force
from shared.funds.rounding import USUAL_RULE
from shared.kernel.money import Money
from shared.process.service import missing_words
from shared.storage.service_context import ServiceContext
from tests.funds import declaring
from tests.funds.declaring import Grounds
from tests.funds.invented import CASES, MA, MONO, THREE, Case, more_funds
from tests.kit.callers import Office
from tests.kit.contexts import handle


def declare(context: ServiceContext, case: Case) -> dict[str, Any]:
    """The case's file sent over HTTP and checked; the declaration as the employer sees it."""
    form = {"employer_id": case.employer_id, "form": case.form, "period": case.period}
    return declaring.declare(context, fund_id=case.fund_id, form=form, files=case.files().by_name)


DUES = [
    # fund, what is due on the usual file, the sides of its slip
    (
        MA,
        "1440.00",
        {ContributionSide.EMPLOYER: "720.00", ContributionSide.EMPLOYEE: "720.00"},
    ),  # 400 + 70 + 250 on each side
    (
        MONO,
        "60000",
        {ContributionSide.EMPLOYER: "27000", ContributionSide.EMPLOYEE: "33000"},
    ),  # 12 000 + 15 000 (ceiling), 12 000 + 21 000
    (THREE, "405.001", {ContributionSide.EMPLOYER: "405.001"}),  # 345.001, and a floor of 10 for each of six months
]


@pytest.mark.parametrize(("fund_id", "due", "sides"), DUES)
def test_a_wage_file_becomes_what_is_due(
    ground: Grounds, fund_id: str, due: str, sides: dict[ContributionSide, str]
) -> None:
    case = CASES[fund_id]
    seen = declare(ground("payments", case.received_at), case)

    assert (seen["status"], seen["due"], seen["workers"]) == ("accepted", due, len(case.numbers))
    (slip,) = seen["slips"]
    assert slip["period"] == case.period
    found: dict[str, Decimal] = {}
    for part in slip["contributions"]:
        found[part["side"]] = found.get(part["side"], Decimal(0)) + Decimal(part["amount"])
    assert found == {side: Decimal(amount) for side, amount in sides.items()}


@pytest.mark.parametrize("fund_id", CASES)
def test_the_wages_declared_open_a_right(ground: Grounds, fund_id: str) -> None:
    case = CASES[fund_id]
    context = ground("payments", case.received_at)
    declare(context, case)
    bodies = [event for document in context.database["outbox"].find() for event in document["events"]]
    published = [
        catalogue.decode(each["type"], each["version"], each["body"]) for each in bodies if "wages" in each["type"]
    ]
    (page,) = published  # version 1 cannot say a month or a half-year: version 2 comes alone
    assert isinstance(page, WagesDeclaredV2)
    months = ((replace(page, declaration_id=f"d{number}", period=str(number)), number) for number in range(3))
    there = ground("claims", case.received_at)
    office = Office(claims, there)
    if fund_id == MA:  # three months of contributions are asked for
        for each, back in months:
            wages = tuple(
                replace(wage, periods=tuple(replace(part, number=part.number - back) for part in wage.periods))
                for wage in each.wages
            )
            handle(there, claims, replace(each, wages=wages), fund_id=fund_id)
    else:
        handle(there, claims, page, fund_id=fund_id)
    seen = office.person(page.wages[0].person_ref, fund=fund_id).get("/rights").json
    assert seen["status"] == "open", seen
    assert seen["worked"][-1]["period"] == case.period
    assert seen["text"]


@pytest.mark.parametrize(
    ("fund_id", "claim_type", "act", "paid_back"),
    [
        (MA, "care-reimbursement", "general-practitioner", "64.00 MAD"),
        (MA, "care-reimbursement", "specialist", "120.00 MAD"),
        (MONO, "care", "visit", "6001 XOF"),  # 6 000.8
        (THREE, "care", "visit", "7.504 KWD"),  # 7.50375
    ],
)
def test_care_is_paid_back_in_the_currency_of_the_fund(fund_id: str, claim_type: str, act: str, paid_back: str) -> None:
    on = date(2026, 3, 1)
    definition = more_funds()[fund_id].claim_types[claim_type]
    price = definition.price_on(act, day=on)
    assert price is not None
    percent = in_force(definition.reimbursement, on=on).percent
    assert str(Money(USUAL_RULE.share(price.price.amount_minor, percent), price.price.currency)) == paid_back


NUMBERS = [
    (MONO, IdentifierKind.EMPLOYER_NUMBER, "123-4567", "1234567"),
    (MONO, IdentifierKind.EMPLOYER_NUMBER, "123-4568", None),
    (MONO, IdentifierKind.INSURANCE_NUMBER, "ab 123 456", "AB123456"),
    (MONO, IdentifierKind.INSURANCE_NUMBER, "a1 123 456", None),
    (THREE, IdentifierKind.EMPLOYER_NUMBER, "12345678 88", "1234567888"),
    (THREE, IdentifierKind.EMPLOYER_NUMBER, "12345678 89", None),
    (THREE, IdentifierKind.INSURANCE_NUMBER, "١٠٠٠٠٠٠١٧", "100000017"),
    (THREE, IdentifierKind.INSURANCE_NUMBER, "100000018", None),
    (MA, IdentifierKind.NATIONAL_ID, "ab 123456", "AB123456"),
    (MA, IdentifierKind.NATIONAL_ID, "a12345", None),
]


@pytest.mark.parametrize(("fund_id", "kind", "text", "number"), NUMBERS)
def test_numbers_have_the_pattern_and_the_key_of_the_fund(
    fund_id: str, kind: IdentifierKind, text: str, number: str | None
) -> None:
    assert more_funds()[fund_id].read_identifier(kind, text) == number


def test_an_insurance_number_with_a_wrong_key_is_found_in_a_file(ground: Grounds) -> None:
    case = replace(CASES[THREE], numbers=("100000018",), wages=(1,))
    with pytest.raises(AssertionError, match="insurance-number-malformed"):
        declare(ground("payments", case.received_at), case)


def test_periods_are_offered_by_the_kind_of_the_form() -> None:
    offered = {
        fund_id: [str(each.period) for each in calendar.periods(form.definition, fund=fund, today=date(2026, 3, 15))][
            -2:
        ]
        for fund_id, fund in more_funds().items()
        for form in calendar.forms(fund)
    }

    assert offered == {
        MA: ["2026-M02", "2026-M03"],
        "ma-cnss": ["2026-M02", "2026-M03"],
        MONO: ["2026-M02", "2026-M03"],
        THREE: ["2025-H2", "2026-H1"],
    }


def test_every_fund_s_own_accounts_are_right_and_read_as_people_write_them() -> None:
    for fund in more_funds().values():
        for account in (fund.payments.collections, fund.payments.payouts):
            spaced = " ".join(account.number[at : at + 4] for at in range(0, len(account.number), 4))
            assert read_account(spaced.lower(), rule=account.rule) == account.number


def test_a_fund_in_languages_that_nobody_wrote_is_refused_with_every_word_that_is_missing() -> None:
    fund = replace(more_funds()[MONO], languages=("fr", "wo"))
    for service in (claims, payments):
        said = missing_words(service, fund)
        assert len(said) == len(service.texts().by_code)
        assert f"xx-mono/fund.yaml: languages: {service.name} has no sentence in wo for fund.unknown" in said
    texts = catalogue_of_texts.missing_words(fund)
    assert "xx-mono/fund.yaml: languages: notifications has no text in wo for claim-paid" in texts
    for each in (*more_funds().values(), replace(fund, languages=("fr",))):
        assert [*missing_words(claims, each), *missing_words(payments, each)] == []
        assert catalogue_of_texts.missing_words(each) == []


def test_papers_are_refused_where_the_press_has_not_their_languages() -> None:
    fund = more_funds()[MA]
    assert [fault for each in more_funds().values() for fault in printing_faults(each)] == []
    kind, paper = next(iter(fund.papers.types.items()))
    wolof = replace(fund.papers, types={kind: replace(paper, languages=("fr", "wo"))})
    (fault,) = printing_faults(replace(fund, sections=replace(fund.sections, papers=wolof)))
    assert fault == f"ma-cnops/papers.yaml: types.{kind}: papers have no words in wo; they have ar, fr, en"
    (fault,) = printing_faults(replace(fund, branding=replace(fund.branding, state=None)))
    assert fault.startswith("ma-cnops/fund.yaml: branding.state: is missing")
