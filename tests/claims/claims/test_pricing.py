"""What is paid of a line of care: price and percentage, covers, the year's ceiling, and how often an act is paid."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.claims.claims.claim import Claim, ClaimLine, ClaimStep, DecidedLine, Decision, Reduction, Status
from services.claims.claims.pricing import CoverInForce, PricingFacts, explained, priced
from shared.funds.benefits import ClaimType
from shared.funds.rounding import USUAL_RULE, Rounding, RoundingRule
from shared.kernel.money import Money
from tests.claims.benefits.builders import page
from tests.kit.clock import AT
from tests.kit.contexts import DZ, funds
from tests.kit.people import AMIRA

CARE_ON = date(2026, 2, 3)
CARE = """
family: reimbursement
filing_terms: [{days_max: 60, law: LAW}]
reimbursement: [{percent: 80, law: LAW}]
acts:
  visit: {names: TEXTS, prices: [{price: 80.00 MAD, law: LAW}]}
  specialist: {names: TEXTS, prices: [{price: 150.00 MAD, law: LAW}]}
"""


def care(more: str = "") -> ClaimType:
    return page(CARE + more)


def bill(*lines: tuple[str, int, int], on: date = CARE_ON, claim_id: str = "c1") -> Claim:
    """A claim of lines (act, quantity, paid)."""
    return Claim(
        claim_id=claim_id,
        reference=f"reference-{claim_id}",
        person_ref=AMIRA,
        claim_type="care",
        care_on=on,
        lines=tuple(ClaimLine(act=act, quantity=quantity, paid_minor=paid) for act, quantity, paid in lines),
        papers=(),
        status=Status.SUBMITTED,
        steps=(ClaimStep(status=Status.SUBMITTED, at=AT),),
    )


def granted(claim: Claim, definition: ClaimType, facts: PricingFacts | None = None) -> Claim:
    """The claim as it is once it was granted."""
    lines = priced(claim, definition, rounding=USUAL_RULE, refused_lines={}, facts=facts or PricingFacts())
    decision = Decision(lines=lines, decided_by="agent-1", decided_at=AT)
    return replace(claim, decision=decision, approved_minor=sum(line.reimbursed_minor for line in lines))


EXEMPTION = CoverInForce(reference="AW1", acts=frozenset({"visit"}), percent=Decimal(100))


def line(*lines: tuple[str, int, int], more: str = "", **facts: object) -> DecidedLine:
    return priced(bill(*lines), care(more), rounding=USUAL_RULE, refused_lines={}, facts=PricingFacts(**facts))[-1]  # type: ignore[arg-type]


def test_a_visit_at_200_with_a_reference_of_80_refunds_64() -> None:
    """Morocco, AMO (domain rules, worked examples): 80 % of the reference price, whatever was paid above it."""
    found = line(("visit", 1, 20_000))
    assert (found.reimbursed_minor, found.percent, found.cover) == (6_400, "80", None)
    assert line(("specialist", 1, 30_000)).reimbursed_minor == 12_000


OPENIMIS = """
family: reimbursement
filing_terms: [{days_max: 60, law: LAW}]
reimbursement: [{percent: 100, law: LAW}]
acts:
  item: {names: TEXTS, prices: [{price: 100.00 MAD, law: LAW}]}
  delivery: {names: TEXTS, prices: [{price: 55.00 MAD, law: LAW}]}
  item-0004: {names: TEXTS, prices: [{price: 10.00 MAD, law: LAW}]}
  service-m7: {names: TEXTS, prices: [{price: 21000.00 MAD, law: LAW}]}
"""


@pytest.mark.parametrize(
    ("lines", "total_minor"),
    [
        ([("item", 7, 70_000)], 70_000),
        ([("item", 7, 70_000), ("item", 7, 70_000)], 140_000),
        ([("delivery", 1, 10_000)], 5_500),
        ([("item-0004", 10, 10_000), ("service-m7", 1, 2_100_000)], 2_110_000),
    ],
    ids=["seven of 100", "an item and a service", "a cap of 55", "test_claim.json"],
)
def test_bills_come_to_what_another_program_pays(lines: list[tuple[str, int, int]], total_minor: int) -> None:
    """Items and services of openIMIS' tests (openimis-be-claim_py, test_validations.py; its FHIR fixture)."""
    found = priced(bill(*lines), page(OPENIMIS), rounding=USUAL_RULE, refused_lines={}, facts=PricingFacts())
    assert sum(each.reimbursed_minor for each in found) == total_minor


def test_the_same_visit_with_an_exemption_refunds_80() -> None:
    """All of the reference price, and never what was paid above it."""
    found = line(("visit", 1, 20_000), covers=(EXEMPTION,))
    assert (found.reimbursed_minor, found.percent, found.cover) == (8_000, "100", "AW1")


def test_a_cover_is_for_its_acts_and_never_bears_less_than_the_fund() -> None:
    assert line(("specialist", 1, 15_000), covers=(EXEMPTION,)).cover is None
    poor = replace(EXEMPTION, percent=Decimal(70))
    assert line(("visit", 1, 20_000), covers=(poor,)).percent == "80"
    better = replace(EXEMPTION, reference="AW2", percent=Decimal(90))
    assert line(("visit", 1, 20_000), covers=(better, EXEMPTION)).cover == "AW1"
    assert line(("visit", 1, 20_000), covers=(better,)).reimbursed_minor == 7_200


CEILING = "ceilings: [{amounts: [100.00 MAD, 150.00 MAD], law: LAW}]\n"


@pytest.mark.parametrize(
    ("dependants", "visits", "reimbursed"),
    [(0, 1, 6_400), (0, 2, 10_000), (1, 2, 12_800), (1, 3, 15_000), (7, 3, 15_000), (None, 3, 15_000)],
)
def test_the_year_s_ceiling_is_by_family(dependants: int | None, visits: int, reimbursed: int) -> None:
    found = line(("visit", visits, 90_000), more=CEILING, dependants=dependants)
    assert found.reimbursed_minor == reimbursed
    assert (found.reduced_for is Reduction.CEILING) == (reimbursed < visits * 6_400)


def test_what_was_granted_in_the_year_counts_and_what_a_cover_bore_does_not() -> None:
    definition = care(CEILING)
    first = granted(bill(("visit", 1, 20_000), claim_id="c0"), definition)
    borne = granted(bill(("visit", 1, 20_000), claim_id="c2"), definition, PricingFacts(covers=(EXEMPTION,)))
    year_before = granted(bill(("visit", 1, 20_000), on=date(2025, 12, 31), claim_id="c3"), definition)
    found = line(("visit", 1, 20_000), more=CEILING, granted=(first, borne, year_before), dependants=0)
    assert (found.reimbursed_minor, found.reduced_for) == (3_600, Reduction.CEILING)
    covered = line(("visit", 1, 20_000), more=CEILING, granted=(first,), dependants=0, covers=(EXEMPTION,))
    assert (covered.reimbursed_minor, covered.reduced_for) == (8_000, None)


def test_the_ceiling_is_used_up_line_by_line_and_a_refused_line_uses_none() -> None:
    claim = bill(("visit", 1, 20_000), ("visit", 1, 20_000), ("visit", 1, 20_000))
    facts = PricingFacts(dependants=0)
    lines = priced(claim, care(CEILING), rounding=USUAL_RULE, refused_lines={1: "not-covered"}, facts=facts)
    assert [each.reimbursed_minor for each in lines] == [0, 6_400, 3_600]
    assert [each.reduced_for for each in lines] == [None, None, Reduction.CEILING]


OFTEN = "frequencies: [{act: visit, count_max: 1, within_days: 180, law: LAW}]\n"


@pytest.mark.parametrize(("days_before", "reimbursed"), [(0, 0), (1, 0), (179, 0), (180, 6_400), (400, 6_400)])
def test_the_same_visit_again_within_180_days_is_not_paid(days_before: int, reimbursed: int) -> None:
    """The rule of openIMIS's claim tests (reason 5): the same type of visit again within 180 days."""
    definition = care(OFTEN)
    before = granted(bill(("visit", 1, 20_000), on=CARE_ON - timedelta(days=days_before), claim_id="c0"), definition)
    found = line(("visit", 1, 20_000), more=OFTEN, granted=(before,))
    assert found.reimbursed_minor == reimbursed
    assert (found.reduced_for is Reduction.TOO_OFTEN) == (reimbursed == 0)
    other = line(("specialist", 1, 15_000), more=OFTEN, granted=(before,))
    assert other.reimbursed_minor == 12_000


def test_of_many_in_one_line_those_are_paid_that_may_be() -> None:
    found = line(("visit", 3, 60_000), more=OFTEN)
    assert (found.reimbursed_minor, found.reduced_for) == (6_400, Reduction.TOO_OFTEN)


@given(
    prices=st.lists(st.tuples(st.integers(1, 5), st.integers(1, 100_000)), min_size=1, max_size=8),
    ceiling=st.integers(0, 100_000),
)
def test_no_line_pays_more_than_its_share_nor_all_more_than_the_ceiling(
    prices: list[tuple[int, int]], ceiling: int
) -> None:
    amount = Decimal(ceiling).scaleb(-2)
    definition = care(f"ceilings: [{{amounts: [{amount:.2f} MAD], law: LAW}}]\n")
    claim = bill(*(("visit", quantity, paid) for quantity, paid in prices))
    lines = priced(claim, definition, rounding=USUAL_RULE, refused_lines={}, facts=PricingFacts(dependants=0))
    for asked, decided in zip(claim.lines, lines, strict=True):
        assert 0 <= decided.reimbursed_minor <= min(asked.quantity * 6_400, asked.paid_minor * 8 // 10 + 1)
    assert sum(each.reimbursed_minor for each in lines) <= ceiling


def test_what_care_comes_to_is_explained_line_by_line() -> None:
    definition = care(CEILING)
    claim = bill(("visit", 1, 20_000), ("specialist", 1, 15_000), ("visit", 1, 20_000))
    facts = PricingFacts(covers=(replace(EXEMPTION, acts=frozenset({"specialist"})),), dependants=0)
    lines = priced(claim, definition, rounding=USUAL_RULE, refused_lines={3: "not-covered"}, facts=facts)
    found = explained(claim, lines, definition, fund=funds()[DZ], on=CARE_ON)
    assert [each.amount_minor for each in found.lines] == [6_400, 15_000, 0] and found.amount_minor == 21_400
    named = [{fact.name: fact.value for fact in each.facts} for each in found.lines]
    assert named[0] == {"care.quantity": "1", "care.paid": "200.00", "price": "80.00", "percent": "80"}
    assert named[1]["cover"] == "AW1" and named[1]["percent"] == "100"
    assert named[2]["refused-for"] == "not-covered"
    assert {each.article for each in found.lines} == {"Art. 1; Art. 1"} and found.lines[0].names["en"] == "text"


@pytest.mark.parametrize(
    ("mode", "step_minor", "paid_minor", "reimbursed_minor"),
    [
        (Rounding.HALF_UP, 1, 7_777, 6_222),  # 80 % are 6 221.6
        (Rounding.DOWN, 1, 7_777, 6_221),
        (Rounding.DOWN, 100, 7_777, 6_200),
        (Rounding.UP, 500, 7_777, 6_500),
        (Rounding.UP, 1_000, 7, 7),  # never more than was paid
    ],
)
def test_a_price_is_rounded_by_the_fund_s_rule(
    mode: Rounding, step_minor: int, paid_minor: int, reimbursed_minor: int
) -> None:
    rule = RoundingRule(law=USUAL_RULE.law, mode=mode, step=Money(step_minor, funds()[DZ].currency))
    (found,) = priced(bill(("visit", 1, paid_minor)), care(), rounding=rule, refused_lines={})
    assert found.reimbursed_minor == reimbursed_minor
