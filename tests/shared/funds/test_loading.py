"""The funds' definitions: those that ship are right; a wrong one is refused with every fault at its place."""

import shutil
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from shared.funds.contributions import ContributionSide
from shared.funds.fund import Fund, IdentifierKind, SectionMissing
from shared.funds.law import Confidence, Law, NothingInForce, in_force
from shared.funds.loading import ABOUT, DEFINITIONS, PAGES, SECTIONS, FundsInvalid, Reading, defined_funds, load
from shared.kernel.money import Currency, Money

FUNDS = load()


def test_all_funds_are_defined() -> None:
    assert set(FUNDS) == {"dz-cnas", "ma-cnops", "tn-cnss", "tn-solidarite"}
    assert set(load(["tn-cnss"])) == {"tn-cnss"}


def test_decimals_are_exact_and_amounts_are_in_the_fund_s_currency() -> None:
    tn = FUNDS["tn-cnss"]

    assert tn.contributions.rates_on(date(2025, 1, 1)).percents[ContributionSide.EMPLOYER]["pension"] == Decimal(
        "7.7639"
    )
    assert tn.contributions.minimum_wages[0].a_month == Money(528_320, Currency.TND)


@pytest.mark.parametrize(
    ("fund_id", "day", "totals"),
    [
        ("tn-cnss", date(2024, 12, 31), {ContributionSide.EMPLOYER: "16.57", ContributionSide.EMPLOYEE: "9.18"}),
        ("tn-cnss", date(2025, 1, 1), {ContributionSide.EMPLOYER: "17.07", ContributionSide.EMPLOYEE: "9.68"}),
        (
            "dz-cnas",
            date(2025, 1, 1),
            {
                ContributionSide.EMPLOYER: "25.00",
                ContributionSide.EMPLOYEE: "9.00",
                ContributionSide.WORKS_FUND: "0.50",
            },
        ),
    ],
)
def test_rates_are_those_of_the_day(fund_id: str, day: date, totals: dict[ContributionSide, str]) -> None:
    assert FUNDS[fund_id].contributions.rates_on(day).totals == {side: Decimal(total) for side, total in totals.items()}


SMIG = [("2025-12-31", "528.320"), ("2026-01-01", "554.736"), ("2027-12-31", "582.400"), ("2028-01-01", "611.520")]


@pytest.mark.parametrize(("day", "amount"), SMIG)
def test_a_law_may_fix_values_of_years_to_come(day: str, amount: str) -> None:
    wage = in_force(FUNDS["tn-cnss"].contributions.minimum_wages, on=date.fromisoformat(day))
    assert (str(wage.a_month), wage.law.is_to_be_confirmed) == (f"{amount} TND", False)


def test_before_the_first_rate_nothing_is_in_force() -> None:
    with pytest.raises(NothingInForce):
        FUNDS["tn-cnss"].contributions.rates_on(date(2009, 6, 30))


IDENTIFIERS = [
    ("dz-cnas", IdentifierKind.EMPLOYER_NUMBER, "16 000 00001", "1600000001"),
    ("dz-cnas", IdentifierKind.INSURANCE_NUMBER, "900000000001", "900000000001"),
    ("dz-cnas", IdentifierKind.INSURANCE_NUMBER, "90000000001", None),
    ("dz-cnas", IdentifierKind.NATIONAL_ID, "109900000000000001", "109900000000000001"),
    ("tn-cnss", IdentifierKind.EMPLOYER_NUMBER, "00123456-78", "0012345678"),
    ("tn-cnss", IdentifierKind.NATIONAL_ID, "09999991", "09999991"),
    ("tn-cnss", IdentifierKind.NATIONAL_ID, "9999991", None),
    ("tn-cnss", IdentifierKind.NATIONAL_ID, "٠٩٩٩٩٩٩١", "09999991"),
    ("dz-cnas", IdentifierKind.INSURANCE_NUMBER, "\u200f900000000001", "900000000001"),
    ("dz-cnas", IdentifierKind.INSURANCE_NUMBER, "\u206690\u00a00000\u20110000–01\u2069", "900000000001"),
    ("tn-cnss", IdentifierKind.EMPLOYER_NUMBER, "۰۰۱۲۳۴۵۶/۷۸", "0012345678"),
    ("tn-cnss", IdentifierKind.EMPLOYER_NUMBER, "'0012345678", "0012345678"),
    ("tn-cnss", IdentifierKind.NATIONAL_ID, "0999999A", None),
    ("tn-cnss", IdentifierKind.NATIONAL_ID, "", None),
]


@pytest.mark.parametrize(("fund_id", "kind", "text", "expected"), IDENTIFIERS)
def test_identifiers_are_read_as_people_write_them(
    fund_id: str, kind: IdentifierKind, text: str, expected: str | None
) -> None:
    assert FUNDS[fund_id].read_identifier(kind, text) == expected


PHONES = [
    ("dz-cnas", "0550 12 34 56", "+213550123456"),
    ("dz-cnas", "+213 (0)550", None),
    ("dz-cnas", "+213 661-12-34-56", "+213661123456"),
    ("dz-cnas", "00213770123456", "+213770123456"),
    ("dz-cnas", "\u202a+213 550 12 34 56\u202c", "+213550123456"),
    ("dz-cnas", "\u200e0550123456", "+213550123456"),
    ("dz-cnas", "0550\u201112\u201134\u201156", "+213550123456"),
    ("dz-cnas", "٠٥٥٠١٢٣٤٥٦", "+213550123456"),
    ("dz-cnas", "213550123456", "+213550123456"),
    ("dz-cnas", "2130550123456", "+213550123456"),
    ("dz-cnas", "+213 (0) 550 12-34-56", "+213550123456"),
    ("dz-cnas", "tel:+213-550-12-34-56", "+213550123456"),
    ("dz-cnas", "TEL:+213550123456", "+213550123456"),
    ("dz-cnas", "Tél. : 0550.12.34.56", "+213550123456"),
    ("dz-cnas", "هاتف 0550123456", "+213550123456"),
    ("dz-cnas", "0550·12·34·56", "+213550123456"),
    ("dz-cnas", "0550_12_34_56;", "+213550123456"),
    ("dz-cnas", "5.50123456E+08", None),
    ("dz-cnas", "0550 12 34 56 / 0661 12 34 56", None),
    ("dz-cnas", "213550123", None),
    ("dz-cnas", "0550123456 0661123456", None),
    ("tn-cnss", "21 620 123", "+21621620123"),
    ("tn-cnss", "216 21 620 123", "+21621620123"),
    ("dz-cnas", "021 12 34 56", None),
    ("dz-cnas", "+21620123456", None),
    ("tn-cnss", "20 123 456", "+21620123456"),
    ("tn-cnss", "+216 98.123.456", "+21698123456"),
    ("tn-cnss", "71 123 456", None),
    ("tn-cnss", "", None),
]


@pytest.mark.parametrize(("fund_id", "text", "expected"), PHONES)
def test_mobile_numbers_become_e164(fund_id: str, text: str, expected: str | None) -> None:
    assert FUNDS[fund_id].phone.e164(text) == expected


@pytest.mark.parametrize(
    ("confidence", "expected"),
    [(Confidence.HIGH, False), (Confidence.MEDIUM, False), (Confidence.LOW, True), (Confidence.UNKNOWN, True)],
)
def test_weak_and_invented_values_are_to_be_confirmed(confidence: Confidence, expected: bool) -> None:
    assert Law(valid_from=date(2025, 1, 1), reference="", confidence=confidence).is_to_be_confirmed is expected


def test_what_no_source_gives_ships_as_to_be_confirmed() -> None:
    for fund in (FUNDS["dz-cnas"], FUNDS["tn-cnss"]):
        care = fund.claim_types["care-reimbursement"]
        assert all(price.law.is_to_be_confirmed for act in care.acts.values() for price in act.prices)
        assert in_force(fund.declarations.full_quarter, on=date(2025, 1, 1)).law.is_to_be_confirmed


# --- Definitions that are refused -------------------------------------------------------------------------------------


def faults(folder: Path, fund_id: str, *changes: tuple[str, str, str]) -> list[str]:
    """What is said of a shipped definition in which texts of its files are replaced, each of which must be there."""
    shutil.copytree(DEFINITIONS / fund_id, folder / fund_id)
    for file, old, new in changes:
        path = folder / fund_id / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(FundsInvalid) as refused:
        load(folder=folder)
    return refused.value.faults


FUND, SUMS, FORMS, MONEY, RIGHTS, CARE, LAYOUT = (
    "fund.yaml",
    "contributions.yaml",
    "declarations.yaml",
    "payments.yaml",
    "entitlements.yaml",
    "benefits/care-reimbursement.yaml",
    "layouts/tn-122.yaml",
)

WRONG = [
    # fund, file, what is replaced, by what, the beginning of what must be said behind the file's name
    ("dz-cnas", FUND, "timezone:", "zone: X\ntimezone:", "zone: is not known here"),
    ("dz-cnas", FUND, "timezone: Africa/Algiers\n", "", "timezone: is missing"),
    ("dz-cnas", FUND, "Africa/Algiers", "Africa/Nowhere", "timezone: Africa/Nowhere is not a time zone"),
    ("dz-cnas", FUND, "currency: DZD", "currency: DIN", "currency: Invalid enum value 'DIN'"),
    ("dz-cnas", FUND, "[friday, saturday]", "[friday, caturday]", "weekend[2]: Invalid enum value 'caturday'"),
    ("dz-cnas", SUMS, "works-fund: 0.50}", "works-fund: 0.60}", "rates[1]: totals differ from the sums"),
    ("dz-cnas", CARE, "percent: 80", "percent: eighty", "reimbursement[1].percent: "),
    ("dz-cnas", SUMS, "20000.00 DZD", "20000.00", "minimum_wages[1].a_month: must be an amount and a currency"),
    ("dz-cnas", SUMS, "20000.00 DZD", "20000.001 DZD", "minimum_wages[1].a_month: has more than the 2 decimals of DZD"),
    ("dz-cnas", SUMS, "20000.00 DZD", "20000.00 TND", "minimum_wages[1].a_month: is not in DZD"),
    ("dz-cnas", MONEY, "100000.00 DZD", "100000.00 TND", "one_person_up_to.amount: is not in DZD"),
    ("dz-cnas", CARE, "400.00 DZD", "400.00 TND", "acts.general-practitioner.prices[1].price: is not in DZD"),
    ("dz-cnas", FUND, "confidence: H", "confidence: X", "identifiers.national-id.law.confidence: Invalid enum value"),
    (
        "dz-cnas",
        SUMS,
        "valid_to: 2025-12-31",
        "valid_to: 2026-01-01",
        "the file: minimum_wages: two values hold on 2026-01-01",
    ),
    ("dz-cnas", SUMS, "valid_to: 2025-12-31", "valid_to: 2019-12-31", "minimum_wages[1].law: valid_to is before"),
    ("dz-cnas", SUMS, "fr: Retraite,", "", "branches.pension.fr: is missing"),
    ("dz-cnas", FUND, "fund_id: dz-cnas", "fund_id: dz-cnass", "fund_id: is dz-cnass, but the folder is named dz-cnas"),
    ("dz-cnas", FUND, '"[0-9]{10}"', '"[0-9]{11}"', "identifiers.employer-number: example does not fit pattern"),
    ("dz-cnas", FUND, '"[0-9]{10}"', '"[0-9"', "identifiers.employer-number: pattern is not a regular expression"),
    ("dz-cnas", FUND, "employer-number:", "number-employer:", "identifiers.number-employer: Invalid enum value"),
    ("dz-cnas", MONEY, "00100100162000001714", "00100100162000001715", "collections: number does not have the key"),
    ("dz-cnas", SUMS, "  unemployment: {ar", "  jobless: {ar", "the file: branches does not name unemployment"),
    ("dz-cnas", SUMS, "  works-fund: {ar", "  sector-accident: {ar", "the file: sides does not name works-fund"),
    ("dz-cnas", FUND, "country: DZ", "country: DZ\ncountry: DZ", "the file: not YAML: country is said twice"),
    ("tn-cnss", FUND, "weekend: [", "weekend: {", "the file: not YAML: "),
    ("tn-cnss", FORMS, "due: {days: 15}", "due: 15", "forms.quarterly-wages.due: must be a block"),
    ("tn-cnss", FORMS, "layouts: [tn-122]", "layouts: tn-122", "forms.quarterly-wages.layouts: must be a list"),
    ("tn-cnss", FORMS, "[tn-122]", "[tn-123]", "forms.quarterly-wages.layouts: tn-123 is no page of the folder"),
    ("tn-cnss", FORMS, "period: quarter", "period: week", "forms.quarterly-wages.period: Invalid enum value 'week'"),
    (
        "tn-cnss",
        FORMS,
        "period: quarter",
        "period: quarter\n    wages_by: year",
        "forms.quarterly-wages: wages_by: a qu",
    ),
    (
        "tn-cnss",
        FORMS,
        "period: quarter",
        "period: quarter\n    wages_by: month",
        "forms.quarterly-wages.layouts: tn-122: the wage of a month of the quarter is told by wage_1",
    ),
    ("tn-cnss", LAYOUT, "form: amount", "form: money", "detail[1].fields[10].form: Invalid enum value 'money'"),
    ("tn-cnss", LAYOUT, "name: wage,", "name: pay,", "detail[1].fields[10]: name pay is none of activity, address"),
    ("tn-cnss", LAYOUT, "name: wage,", "name: page,", "detail[1]: fields names page twice"),
    ("tn-cnss", LAYOUT, "length: 10", "length: 0", "detail[1].fields[1]: length is 1 to"),
    ("tn-cnss", LAYOUT, "lines_per_page: 12\n", "", "the file: detail numbers lines by page"),
    ("tn-cnss", LAYOUT, "P<year>", "P<when>", "the file: file_name has no group year"),
    ("ma-cnops", SUMS, "floor: 70.00 MAD", "floor: 470.00 MAD", "rates[1].bounds.employer: floor is above ceiling"),
    ("ma-cnops", SUMS, "due: {days: 10}", "due: {days: -1}", "self_payers.due.days: -1 is negative"),
    (
        "ma-cnops",
        SUMS,
        "  base: {ar: آخر أجر شهري قبل الاستيداع, fr: Dernière rémunération mensuelle avant la disponibilité}\n",
        "",
        "self_payers.base: is missing",
    ),
    ("ma-cnops", SUMS, "employer: {floor", "works-fund: {floor", "rates[1]: bounds has no percentages for works-fund"),
    (
        "ma-cnops",
        FUND,
        'example: "120045"',
        'example: "120045"\n    key: luhn',
        "identifiers.employer-number: example does",
    ),
    (
        "ma-cnops",
        FUND,
        'example: "120045"',
        'example: "120045"\n    weights: [1]',
        "identifiers.employer-number: weights b",
    ),
    (
        "ma-cnops",
        FUND,
        'example: "120045"',
        'example: "120045"\n    key_table: {modulus: 97, key_is: fill, key_digits: 2}',
        "identifiers.employer-number: example does not have the key of key_table: 120061 would",
    ),
    (
        "ma-cnops",
        FUND,
        'example: "120045"',
        'example: "120045"\n    key_table: {modulus: 1, key_is: fill}',
        "identifiers.employer-number.key_table: modulus is 2 to",
    ),
    ("tn-cnss", FUND, "country: TN", "country: tn", "the file: country is two capital letters"),
    ("tn-cnss", FUND, 'country_code: "216"', 'country_code: "x"', "phone: country_code is one to four digits"),
    ("dz-cnas", CARE, "percent: 80", "percent: 800", "reimbursement[1]: percent is from 0 to 100"),
    ("dz-cnas", CARE, "days_max: 90", "days_max: 90000", "filing_terms[1]: a delay is at most 36600 days"),
    ("dz-cnas", RIGHTS, "quarters: 1}", "quarters: 0}", "rules[1].newcomers[1]: quarters is from 1 to 80"),
    ("dz-cnas", RIGHTS, "newcomer_months: 6", "newcomer_months: 0", "rules[1]: newcomers and newcomer_months belong"),
    ("dz-cnas", RIGHTS, "until_age: 17", "until_age: 170", "dependants[2]: until_age is from 1 to 120"),
    ("tn-cnss", RIGHTS, "months: 12", "months: 0", "lifetime[1]: months is from 1 to 600"),
    ("tn-cnss", FORMS, "days: 78", "days: 0", "full_quarter[1]: days is from 1 to 92, hours from 1 to"),
    ("tn-cnss", MONEY, "transfer_days_max: 60", "transfer_days_max: 0", "the file: transfer_days_max is from 1 to 366"),
    ("tn-cnss", LAYOUT, "lines_max: 11988", "lines_max: 0", "the file: lines_max is at least 1"),
    ("tn-cnss", MONEY, "transfer_prefix: CT", "transfer_prefix: CT\nbranches: {}", "branches: is said in contribut"),
    ("tn-cnss", RIGHTS, "card_lifetime:", "weekend: []\ncard_lifetime:", "weekend: is said in fund.yaml too, where it"),
    ("tn-cnss", FUND, "country: TN", "country: TN\ntransfer_date: 1", "transfer_date: is not known here"),
    ("tn-cnss", RIGHTS, "months: 12", "months: 12\n    forms: 1", "lifetime[1].forms: is not known here"),
]


@pytest.mark.parametrize(("fund_id", "file", "old", "new", "expected"), WRONG)
def test_a_fault_is_said_with_its_file_and_its_place(
    tmp_path: Path, fund_id: str, file: str, old: str, new: str, expected: str
) -> None:
    (fault,) = faults(tmp_path, fund_id, (file, old, new))

    assert fault.startswith(f"{fund_id}/{file}: {expected}")


AGE, FAMILY = "fact: person.age, at_least: 60", "fact: dependants.children, at_least: 1"
NEVER = [
    # page, what is replaced, by what, what must be said: what never holds would refuse everybody, or grant all
    ("old-age-pension", AGE, "fact: person.age, is_true: true", "person.age is a number, of which is_true never holds"),
    ("old-age-pension", AGE, "fact: person.age, before: 2000-01-01", "person.age is a number, of which before never"),
    (
        "old-age-pension",
        AGE,
        "fact: person.birth-on, at_least: 60",
        "person.birth-on is a day, of which at_least never",
    ),
    ("old-age-pension", AGE, "fact: fund.minimum-wage, at_least: 1", "is an amount, of which at_least never holds"),
    ("old-age-pension", "last-40-quarters", "last-999-quarters", "no more than 240 quarters are kept"),
    ("family-allowance", FAMILY, "fact: right.is-open, at_least: 3", "right.is-open is yes or no, of which at_least"),
    ("family-allowance", FAMILY, "fact: dependants.children.aged-11-to-6, at_least: 1", "nobody is from 11 to 6"),
    (
        "family-allowance",
        "fact: answer.single-wage, is_true",
        "fact: answer.single-wage.days-ago, at_least: 1, is_known",
        "the answer is no day",
    ),
    (
        "chronic-drugs",
        "fact: answer.for-whom, equals: dependant",
        "fact: answer.for-whom, equals: depndant",
        "answer.for-whom has no choice depndant",
    ),
    (
        "chronic-drugs",
        "fact: answer.for-whom, equals: dependant",
        "fact: answer.for-whom, one_of: [dependant, me]",
        "answer.for-whom has no choice me",
    ),
    (
        "card-request",
        "fact: right.is-open, is_true: true",
        "fact: work.months.last-721-months, at_least: 1",
        "no more than 720 months are kept",
    ),
    (
        "card-request",
        "fact: right.is-open, is_true: true",
        "fact: work.quarters-of-50-days.last-241-quarters, at_least: 1",
        "no more than 240 quarters are kept",
    ),
    (
        "card-request",
        "fact: right.is-open, is_true: true",
        "fact: work.quarters.last-4-months, at_least: 1",
        "there is no fact work.quarters.last-4-months",
    ),
    (
        "card-request",
        "fact: right.is-open, is_true: true",
        "fact: granted.card-requests.count, at_most: 0",
        "holds: granted.card-requests.count: there is no benefit card-requests; there are card-request, care-",
    ),
    (
        "card-request",
        "fact: right.is-open, is_true: true",
        "fact: cover.long-ilness, is_true: true",
        "conditions: right-open: holds: cover.long-ilness: there is no benefit long-ilness",
    ),
    (
        "chronic-drugs",
        "fact: right.is-open, is_true: true",
        "fact: granted.card-request.count.same-renewal, at_most: 0",
        "granted.card-request.count.same-renewal: card-request asks no question renewal",
    ),
    (
        "chronic-drugs",
        "fact: right.is-open, is_true: true",
        "fact: dependant.child.age, at_most: 5",
        "dependant.child.age: no question of that code is asked before",
    ),
    (
        "chronic-drugs",
        "fact: right.is-open, is_true: true",
        "fact: dependant.renewal.age, at_most: 5",
        "dependant.renewal.age: the answer names no dependant",
    ),
    (
        "chronic-drugs",
        "fact: right.is-open, is_true: true",
        "fact: dependant.dependant.condition, one_of: [disabled, disabeld]",
        "dependant.dependant.condition is never disabeld; it may be disabled, none, student",
    ),
    (
        "chronic-drugs",
        "fact: right.is-open, is_true: true",
        "fact: dependant.dependant.relation, equals: cousin",
        "dependant.dependant.relation is never cousin; it may be child, parent, spouse",
    ),
    (
        "chronic-drugs",
        "fact: right.is-open, is_true: true",
        "fact: dependant.dependant.relation, at_least: 1",
        "dependant.dependant.relation is a text, of which at_least never holds",
    ),
    (
        "chronic-drugs",
        "fact: answer.renewal, is_true: false",
        "fact: dependant.dependant.is-covered, is_true: false",
        "papers: analyses: when: dependant.dependant.is-covered is known only once the claim is filed",
    ),
    (
        "chronic-drugs",
        "fact: answer.for-whom, equals: dependant",
        "fact: granted.chronic-drugs.count.same-for-whom, at_most: 0",
        "granted.chronic-drugs.count.same-for-whom is known only once the claim is filed",
    ),
    (
        "card-request",
        "fact: right.is-open, is_true",
        "fact: right.is-opened, is_true",
        "there is no fact right.is-opened",
    ),
]


@pytest.mark.parametrize(("page", "old", "new", "expected"), NEVER)
def test_a_test_that_never_holds_of_its_fact_is_named_with_its_place(
    tmp_path: Path, page: str, old: str, new: str, expected: str
) -> None:
    said = faults(tmp_path, "tn-cnss", (f"benefits/{page}.yaml", old, new))
    assert len(said) == 1 and expected in said[0], said
    assert any(f": {place}: " in said[0] for place in ("conditions", "formula", "papers", "questions")), said


DECLARED = [
    # fund, layout, a field of it, another one, what is wrong with the form of declaration
    ("dz-cnas", "das-b", "wage_4", "duration_5", "forms.das.layouts: das-b: the wage of a quarter of the year is told"),
    ("dz-cnas", "das-b", "duration_4", "wage_5", "forms.das.layouts: das-b: the wage of a quarter of the year is told"),
    ("tn-cnss", "tn-122", "wage,", "wage_1,", "forms.quarterly-wages.layouts: tn-122: the wage of the quarter is told"),
]


@pytest.mark.parametrize(("fund_id", "layout", "old", "new", "expected"), DECLARED)
def test_a_layout_tells_the_wages_that_its_form_asks_for(
    tmp_path: Path, fund_id: str, layout: str, old: str, new: str, expected: str
) -> None:
    (fault,) = faults(tmp_path, fund_id, (f"layouts/{layout}.yaml", f"name: {old}", f"name: {new}"))
    assert fault.startswith(f"{fund_id}/declarations.yaml: {expected} by wage"), fault


PAGE = "family: request"
NOBODY = [
    # page, what is replaced on it, what of it would never be counted
    (
        "family-allowance",
        "dependants.children",
        "dependants.childern",
        "nobody is covered as such; there are children, ",
    ),
    ("survivor-pension", "deceased.dependants.children", "deceased.dependants.cousins", "nobody is covered as such; "),
    (
        "family-allowance",
        "dependants.children",
        "dependants.children.twin",
        "nothing of the kind is proved; it may be ",
    ),
]


@pytest.mark.parametrize(("page", "old", "new", "expected"), NOBODY)
def test_dependants_are_counted_whom_the_fund_covers(
    tmp_path: Path, page: str, old: str, new: str, expected: str
) -> None:
    said = faults(tmp_path, "tn-cnss", (f"benefits/{page}.yaml", old, new))
    assert len(said) == 1 and f"{new}: {expected}" in said[0], said


FOLLOWS = [
    (
        "chronic-drugs",
        [("covers: [medicine]", "covers: [medicine, scan]")],
        "there is no act scan; there are blood-test,",
    ),
    # page, what is replaced on it, what would be granted and never come
    ("chronic-drugs", [("family: coverage", "family: pension")], "of the family pension it is pay-periodically, and"),
    (
        "general-request",
        [(PAGE, "family: grant")],
        "of the family grant it is pay-once or pay-periodically, and not task",
    ),
    (
        "general-request",
        [(PAGE, "family: grant"), ("  kind: task\n  task: request-answered", "  kind: pay-once")],
        "is empty: nothing says what would be paid",
    ),
]


@pytest.mark.parametrize(("page", "changes", "expected"), FOLLOWS)
def test_what_is_granted_has_the_effect_of_its_family(
    tmp_path: Path, page: str, changes: list[tuple[str, str]], expected: str
) -> None:
    file = f"benefits/{page}.yaml"
    (fault,) = faults(tmp_path, "tn-cnss", *((file, old, new) for old, new in changes))
    assert fault.startswith(f"tn-cnss/{file}: ") and expected in fault, fault


OFTEN = "frequencies: [{count_max: 1, within_days: 30, law: {valid_from: 2020-01-01, reference: A, confidence: H}}]"
UNREAD = [
    # page, what is added to it, what must be said: nothing would ever be limited, or refused, by it
    ("solidarity-aid", OFTEN, "of the family grant has no frequencies: nothing reads them"),
    ("general-request", OFTEN, "of the family request has no frequencies: nothing reads them"),
    (
        "sickness-allowance",
        OFTEN.replace("frequencies", "filing_terms").replace("count_max: 1, within_days", "days_max"),
        "of the family allowance has no filing_terms: nothing reads them",
    ),
    (
        "care-reimbursement",
        """conditions:
  - code: open
    holds: {fact: right.is-open, is_true: true}
    sentence: {ar: مغلق, fr: Fermé, en: Closed}
    law: {valid_from: 2020-01-01, reference: Art. 1, confidence: H}""",
        "of the family reimbursement has no conditions: nothing reads them",
    ),
]


@pytest.mark.parametrize(("page", "added", "expected"), UNREAD)
def test_what_no_rule_of_the_family_reads_is_refused(tmp_path: Path, page: str, added: str, expected: str) -> None:
    (fault,) = faults(tmp_path, "tn-cnss", (f"benefits/{page}.yaml", "names:", f"{added}\nnames:"))
    assert fault == f"tn-cnss/benefits/{page}.yaml: the file: a benefit {expected}"


VALUES = [
    # file, what is replaced, by what, what the fault names: every value, or of very many those that begin alike
    (FUND, "currency: TND", "currency: TDN", "TMT, TND, TOP, TRY, TTD, TWD, TZS, or another of 164"),
    (FUND, "confidence: H", "confidence: X", "it may be H, M, L, ?"),
    (FUND, "employer-number:", "number-employer:", "it may be employer-number, insurance-number, national-id"),
    (FORMS, "period: quarter", "period: week", "it may be year, half-year, quarter, month"),
    (FORMS, "period: quarter", "period: 3", "it may be year, half-year, quarter, month"),
    ("benefits/card-request.yaml", "kind: choice", "kind: select", "it may be yes-no, date, amount, number,"),
]


@pytest.mark.parametrize(("file", "old", "new", "expected"), VALUES)
def test_a_value_that_is_none_is_answered_with_those_that_are(
    tmp_path: Path, file: str, old: str, new: str, expected: str
) -> None:
    assert any(expected in fault for fault in faults(tmp_path, "tn-cnss", (file, old, new)))


def test_all_faults_of_all_files_are_said_at_once(tmp_path: Path) -> None:
    (tmp_path / "tn-cnss").mkdir()
    (tmp_path / "tn-cnss" / FUND).write_text("[]")
    (tmp_path / "xx-old.yaml").write_text("{}")

    said = faults(
        tmp_path,
        "dz-cnas",
        (FUND, "currency: DZD", "currency: DIN"),
        (FUND, "colour:", "color:"),
        (CARE, "percent: 80", ""),
    )

    assert [fault.split(": ")[:2] for fault in said] == [
        ["dz-cnas/fund.yaml", "currency"],
        ["dz-cnas/fund.yaml", "branding.color"],
        ["dz-cnas/fund.yaml", "branding.colour"],
        ["dz-cnas/benefits/care-reimbursement.yaml", "reimbursement[1].percent"],
        ["tn-cnss/fund.yaml", "the file"],
        ["xx-old.yaml", "is a file; a fund is a folder with one file for each section"],
    ]


KINDS = {f"{ABOUT}.yaml": Fund, **{f"{name}.yaml": kind for name, kind in SECTIONS.items()}} | {
    folder: kind for folder, (_, kind) in PAGES.items()
}
PENSION = "benefits/old-age-pension.yaml"


def test_what_cannot_be_read_hides_nothing_beside_it(tmp_path: Path) -> None:
    """Of all files: shapes, what does not fit together in one, and what does not between them."""
    said = faults(
        tmp_path,
        "tn-cnss",
        (FUND, "timezone: Africa/Tunis", "timezone: Africa/Carthage\nweekend_days: []"),
        (SUMS, "  death: {ar", "  dying: {ar"),
        (SUMS, "valid_to: 2024-12-31", "valid_to: 2024-12-32"),
        (FORMS, "[tn-122]", "[tn-122, tn-123]"),
        (FORMS, "full_quarter:", "full_quarter: 90\nfull_quarters:"),
        (LAYOUT, "form: amount", "form: money"),
        (CARE, "names:", "frequencies: [{act: dance, count_max: 1, within_days: 9, law: 1}]\nnames:"),
        (PENSION, "usual_days:", "usual_days: soon\nother_days:"),
        (PENSION, AGE, "fact: person.aged, is_true: true"),
    )
    assert said == [
        "tn-cnss/fund.yaml: timezone: Africa/Carthage is not a time zone",
        "tn-cnss/fund.yaml: weekend_days: is not known here",
        "tn-cnss/contributions.yaml: rates[1].law.valid_to: 2024-12-32 is no day",
        "tn-cnss/contributions.yaml: the file: branches does not name death",
        "tn-cnss/declarations.yaml: full_quarters: is not known here",
        "tn-cnss/declarations.yaml: full_quarter: must be a list",
        "tn-cnss/benefits/care-reimbursement.yaml: frequencies[1].law: must be a block of `name: value`",
        "tn-cnss/benefits/old-age-pension.yaml: other_days: is not known here",
        "tn-cnss/benefits/old-age-pension.yaml: usual_days: must be a list",
        "tn-cnss/benefits/old-age-pension.yaml: the file: conditions: old-enough: holds: there is no fact person.aged",
        "tn-cnss/layouts/tn-122.yaml: detail[1].fields[10].form: Invalid enum value 'money'; it may be digits,"
        " optional-digits, word, optional-word, code, count, amount, day, year-first-day, birth, letters, one-of,"
        " choice, filler",
        "tn-cnss/declarations.yaml: forms.quarterly-wages.layouts: tn-123 is no page of the folder layouts",
    ]


def test_a_language_that_nobody_wrote_is_said_with_all_other_faults(tmp_path: Path) -> None:
    """In the fund's languages and in a text, beside a fault of another kind; what it would lack is not listed."""
    said = faults(
        tmp_path,
        "tn-cnss",
        (FUND, "languages: [ar, fr, en]", "languages: [ar, fr, en, wo]"),
        (FUND, "timezone: Africa/Tunis", "timezone: Africa/Carthage"),
        (PENSION, "names: {", "names: {wo: Pansioŋ, "),
        (PENSION, "usual_days:", "other_days: 1\nusual_days:"),
    )
    assert said == [
        "tn-cnss/fund.yaml: timezone: Africa/Carthage is not a time zone",
        "tn-cnss/fund.yaml: languages: nothing is written in wo; it may be ar, fr, en",
        "tn-cnss/benefits/old-age-pension.yaml: other_days: is not known here",
        "tn-cnss/benefits/old-age-pension.yaml: names.wo: is no language; it may be ar, fr, en",
    ]


def test_a_page_that_cannot_be_read_hides_no_agreement_that_is_lacking(tmp_path: Path) -> None:
    page = "benefits/permanent-aid.yaml"
    said = faults(
        tmp_path,
        "tn-solidarite",
        ("bindings.yaml", "has-second-home", "has-third-home"),
        (page, "kind: number", "kind: nummer"),
        (page, "names:", f"{OFTEN.replace('30', 'many')}\nnames:"),
    )
    assert [fault.removeprefix("tn-solidarite/") for fault in said] == [
        f"{page}: questions[1].kind: Invalid enum value 'nummer'; it may be yes-no, date, amount, number, choice, text,"
        " dependant, deceased",
        f"{page}: frequencies[1].within_days: Expected `int`, got `str`",
        f"{page}: the file: a benefit of the family grant has no frequencies: nothing reads them",
        f"{page}: registers: bindings.yaml allows no question has-second-home to land",
    ]


def test_of_one_page_everything_is_said_once(tmp_path: Path) -> None:
    page = "benefits/family-allowance.yaml"
    said = faults(
        tmp_path,
        "tn-cnss",
        (page, "kind: yes-no", "kind: maybe"),
        (page, "when: {fact: answer.single-wage, is_true: true}, law", "when: {fact: person.wage, is_true: true}, law"),
        (page, FAMILY, "fact: dependants.children.aged-9-to-6, at_least: 1"),
        (page, "fact: right.is-open, is_true: true", "fact: right.is-open, at_least: x"),
        (page, "of: wages.last-quarter", "of: wages.of-quarter"),
        (page, "percents: [18, 16, 14]", "percents: [18, many, 14]"),
    )
    assert [fault.removeprefix(f"tn-cnss/{page}: ") for fault in said] == [
        "questions[1].kind: Invalid enum value 'maybe'; it may be yes-no, date, amount, number, choice, text,"
        " dependant, deceased",
        "conditions[2].holds.at_least: Invalid decimal string",
        "formula[2].values[1].percents[2]: Invalid decimal string",
        "the file: papers: spouse-declaration: when: there is no fact person.wage",
        "the file: formula: base: there is no fact wages.of-quarter",
        "the file: conditions: has-children: holds: dependants.children.aged-9-to-6: nobody is from 9 to 6",
    ]


def _broken(raw: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """What a file says with one thing of it no value at all, and that thing's place: each field, each item of one."""
    for name, said in raw.items():
        yield name, {**raw, name: object()}
        for number, _ in enumerate(said if isinstance(said, list) else (), 1):
            yield f"{name}[{number}]", {**raw, name: [*said[: number - 1], object(), *said[number:]]}
        for key in said if isinstance(said, dict) else ():
            yield f"{name}.{key}", {**raw, name: {**said, key: object()}}


FILES = [path.relative_to(DEFINITIONS).as_posix() for path in sorted(DEFINITIONS.rglob("*.yaml"))]


@pytest.mark.parametrize("path", FILES)
def test_a_part_that_cannot_be_read_is_not_held_against_the_others(path: str) -> None:
    fund_id, file = path.split("/", 1)
    reading = Reading(DEFINITIONS / fund_id)
    reading.know(reading.parse(FUND), said={})
    raw = reading.parse(file)
    assert isinstance(raw, dict)
    for place, broken in _broken(raw):
        reading.faults.clear()
        reading.read_file(file, broken, KINDS[file.partition("/")[0]])
        assert len(reading.faults) == 1 and f"/{file}: {place}: " in reading.faults[0], reading.faults


@pytest.mark.parametrize(
    "file", ["contribution.yaml", "benefits/care.yml", "benefits/more/care.yaml", "fund.yaml.orig", "Fund.yaml"]
)
def test_a_file_that_nothing_reads_is_a_fault(tmp_path: Path, file: str) -> None:
    path = tmp_path / "tn-cnss" / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("names: {}")

    assert f"tn-cnss/{file}: the file: is not known here" in "\n".join(faults_of(tmp_path, "tn-cnss"))


def test_what_belongs_in_another_file_is_said_so(tmp_path: Path) -> None:
    shutil.copytree(DEFINITIONS / "tn-cnss", tmp_path / "tn-cnss")
    path = tmp_path / "tn-cnss"
    (path / FUND).write_text((path / FUND).read_text() + (path / FORMS).read_text())
    (path / FORMS).unlink()

    assert faults_of(tmp_path, None) == [
        "tn-cnss/fund.yaml: full_quarter: belongs in declarations.yaml",
        "tn-cnss/fund.yaml: forms: belongs in declarations.yaml",
    ]


@pytest.mark.parametrize("amount", ["Infinity TND", "NaN TND", "1e30 TND", ".inf"])
def test_what_is_no_amount_is_a_fault_and_no_crash(tmp_path: Path, amount: str) -> None:
    (fault,) = faults(tmp_path, "tn-cnss", (SUMS, "a_month: 528.320 TND", f"a_month: {amount}"))
    assert fault.startswith(f"tn-cnss/{SUMS}: minimum_wages[1].a_month: ")


@pytest.mark.parametrize("section", ["contributions", "declarations", "payments", "entitlements", "papers"])
def test_a_fund_without_a_section_starts_and_says_so_where_it_is_asked(tmp_path: Path, section: str) -> None:
    shutil.copytree(DEFINITIONS / "tn-cnss", tmp_path / "tn-cnss")
    (tmp_path / "tn-cnss" / f"{section}.yaml").unlink()

    fund = load(folder=tmp_path)["tn-cnss"]

    with pytest.raises(SectionMissing) as said:
        getattr(fund, section)
    assert (said.value.code, said.value.parameters) == ("fund.section-missing", {"section": section})


def faults_of(folder: Path, fund_id: str | None) -> list[str]:
    """What is said of a folder, to which a shipped definition is added first."""
    if fund_id is not None:
        shutil.copytree(DEFINITIONS / fund_id, folder / fund_id, dirs_exist_ok=True)
    with pytest.raises(FundsInvalid) as refused:
        load(folder=folder)
    return refused.value.faults


def test_funds_of_a_further_folder_stand_beside_those_that_ship(tmp_path: Path) -> None:
    own = tmp_path / "xx-own"
    shutil.copytree(DEFINITIONS / "tn-cnss", own)
    about = (own / "fund.yaml").read_text().replace("fund_id: tn-cnss", "fund_id: xx-own")
    (own / "fund.yaml").write_text(about)
    assert defined_funds(further=[tmp_path]) == ["dz-cnas", "ma-cnops", "tn-cnss", "tn-solidarite", "xx-own"]
    assert set(load(["xx-own", "dz-cnas"], further=[tmp_path])) == {"xx-own", "dz-cnas"}
    with pytest.raises(FundsInvalid, match=r"xx-own: no such fund; defined are dz-cnas, .*, tn-solidarite$"):
        load(["xx-own"])


def test_a_folder_that_is_none_and_a_fund_that_is_defined_twice_are_named_at_once(tmp_path: Path) -> None:
    shutil.copytree(DEFINITIONS / "tn-cnss", tmp_path / "tn-cnss")
    with pytest.raises(FundsInvalid) as refused:
        load(["tn-cnss"], further=[tmp_path, tmp_path / "nowhere"])
    assert refused.value.faults == [
        f"tn-cnss: is defined twice, in {DEFINITIONS} and in {tmp_path}",
        f"{tmp_path / 'nowhere'}: is no folder of funds' definitions",
    ]


def test_a_fund_that_is_not_defined_is_named_with_those_that_are() -> None:
    with pytest.raises(FundsInvalid, match=r"xx-cnops: no such fund; defined are dz-cnas, ma-cnops, tn-cnss"):
        load(["xx-cnops", "dz-cnas"])


def test_an_account_is_of_one_fund(tmp_path: Path) -> None:
    shutil.copytree(DEFINITIONS / "tn-cnss", tmp_path / "tn-other")
    about = tmp_path / "tn-other" / "fund.yaml"
    about.write_text(about.read_text().replace("fund_id: tn-cnss", "fund_id: tn-other"))
    number = FUNDS["tn-cnss"].payments.collections.number

    about.write_text(about.read_text().replace("country: TN", "country: TN\nstrange: 1"))  # nor is it hidden by a fault
    with pytest.raises(FundsInvalid) as refused:
        load(further=[tmp_path])
    assert f"tn-other/payments.yaml: {number} is an account of tn-cnss" in refused.value.faults
