"""Prices, percentages, delays, papers, terms and appeals are those of their day: a fund that changed each of them."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from services.claims.claims import papers, pricing, rules, submission
from services.claims.claims.claim import Claim, RefusalReason, Status
from services.claims.claims.offers import offers
from services.claims.claims.timeline import appeal_term, next_step
from shared.funds.benefits import Appeal, Delays, FilingTerm, Percent, Price, Requirement, SupportingPaper
from shared.funds.fund import Fund
from shared.funds.law import Confidence, Law
from shared.kernel.money import Currency, Money
from tests.claims.builders import filing, paper
from tests.claims.claims.test_rules import AGENT, approved, asked
from tests.kit.clock import AT
from tests.kit.contexts import DZ, funds
from tests.kit.people import AMIRA

CHANGE_ON = date(2026, 2, 8)
"""Between the usual day of care, the third, and the usual day of filing, the tenth."""
BEFORE = Law(
    valid_from=date(2020, 1, 1),
    valid_to=CHANGE_ON - timedelta(days=1),
    reference="the old text",
    confidence=Confidence.HIGH,
)
SINCE = Law(valid_from=CHANGE_ON, reference="the new text", confidence=Confidence.HIGH)


def changed() -> Fund:
    """The fund, with a new value of everything since that day."""
    fund = funds()[DZ]
    care = fund.claim_types["care-reimbursement"]
    visit = replace(
        care.acts["general-practitioner"],
        prices=tuple(
            Price(price=Money(minor, Currency.DZD), law=law) for minor, law in ((10_000, BEFORE), (20_000, SINCE))
        ),
    )
    retired = replace(visit, prices=(Price(price=Money(10_000, Currency.DZD), law=BEFORE),))
    new_paper = SupportingPaper(
        names=care.papers["invoice"].names,
        requirements=(Requirement(is_required=False, law=BEFORE), Requirement(is_required=True, law=SINCE)),
    )
    type_ = replace(
        care,
        acts={"general-practitioner": visit, "retired": retired},
        papers={
            **care.papers,
            "invoice": new_paper,
            "letter": replace(new_paper, requirements=new_paper.requirements[:1]),
        },
        reimbursement=(Percent(percent=Decimal(50), law=BEFORE), Percent(percent=Decimal(100), law=SINCE)),
        usual_days=(
            Delays(completeness=1, decision=10, payment=11, law=BEFORE),
            Delays(completeness=1, decision=20, payment=21, law=SINCE),
        ),
        filing_terms=(FilingTerm(days_max=30, law=BEFORE), FilingTerm(days_max=1, law=SINCE)),
        appeals=tuple(
            Appeal(body={"ar": name, "fr": name, "en": name}, days=days, law=law)
            for name, days, law in (("the old commission", 10, BEFORE), ("the new one", 20, SINCE))
        ),
    )
    return replace(fund, claim_types={"care-reimbursement": type_})


FUND = changed()
PAPERS = (paper(), paper("prescription", "u2"), paper("invoice", "u3"))


def submitted(*, days_later: int = 0, **facts: Any) -> Claim:
    filed = filing(**{"papers": PAPERS, **facts})
    at = AT + timedelta(days=days_later)
    return submission.submit(filed, fund=FUND, person_ref=AMIRA, claim_id="c1", reference="r", at=at).thing


@pytest.mark.parametrize(
    ("care_on", "approved_minor", "law"),
    [
        (CHANGE_ON - timedelta(days=1), 5_000, "the old text; the old text"),
        (CHANGE_ON, 20_000, "the new text; the new text"),
    ],
)
def test_the_price_and_the_percentage_are_those_of_the_day_of_care(
    care_on: date, approved_minor: int, law: str
) -> None:
    days_later = (care_on - CHANGE_ON).days  # filed on the second day after the care
    claim = submitted(care_on=care_on, days_later=days_later - 1)
    decided = approved(claim, fund=FUND).thing
    assert decided.approved_minor == approved_minor
    assert decided.decision is not None and decided.decision.lines[0].law == law


def test_an_act_is_paid_for_while_it_has_a_price() -> None:
    line = replace(filing().lines[0], act="retired")
    assert submitted(lines=(line,)).status is Status.SUBMITTED
    with pytest.raises(pricing.ActUnknown):
        submitted(lines=(line,), care_on=CHANGE_ON, days_later=-1)


@pytest.mark.parametrize(("days_later", "is_lacking"), [(-3, False), (-2, True), (0, True)])
def test_the_papers_are_those_of_the_day_of_filing(days_later: int, is_lacking: bool) -> None:
    if not is_lacking:
        assert submitted(papers=PAPERS[:2], days_later=days_later).status is Status.SUBMITTED
        return
    with pytest.raises(papers.PaperLacking):
        submitted(papers=PAPERS[:2], days_later=days_later)


def test_a_paper_that_is_not_in_use_any_more_is_neither_taken_nor_asked_for() -> None:
    letter = (*PAPERS, paper("letter", "u4"))
    assert submitted(papers=letter, days_later=-3).status is Status.SUBMITTED
    with pytest.raises(papers.PaperKindUnknown):
        submitted(papers=letter)
    with pytest.raises(papers.PaperKindUnknown):
        asked(submitted(), kind="letter", fund=FUND)


@pytest.mark.parametrize(
    ("days_later", "due_on"), [(-3, date(2026, 2, 17)), (-2, date(2026, 2, 28)), (0, date(2026, 3, 2))]
)
def test_the_delay_is_that_of_the_day_on_which_the_step_begins(days_later: int, due_on: date) -> None:
    claim = submitted(days_later=days_later)
    assert (claim.due_on, next_step(claim, FUND).usually_by_on) == (due_on, due_on)


@pytest.mark.parametrize(
    ("care_on", "days_later", "is_late"),
    [
        (CHANGE_ON - timedelta(days=1), 27, False),  # thirty days after the care
        (CHANGE_ON - timedelta(days=1), 28, True),
        (CHANGE_ON, -1, False),  # one day after it
        (CHANGE_ON, 0, True),
    ],
)
def test_the_term_of_filing_is_that_of_the_day_of_care(care_on: date, days_later: int, is_late: bool) -> None:
    if not is_late:
        assert submitted(care_on=care_on, days_later=days_later).care_on == care_on
        return
    with pytest.raises(submission.FiledTooLate):
        submitted(care_on=care_on, days_later=days_later)


@pytest.mark.parametrize(
    ("decided_on", "body", "until_on"),
    [
        (CHANGE_ON - timedelta(days=1), "the old commission", date(2026, 2, 17)),
        (CHANGE_ON, "the new one", date(2026, 2, 28)),
    ],
)
def test_the_appeal_is_that_of_the_day_of_the_decision(decided_on: date, body: str, until_on: date) -> None:
    at = AT.replace(day=decided_on.day)
    refused = rules.refuse(
        submitted(days_later=-4, papers=PAPERS), reason=RefusalReason.NOT_COVERED, fund=changed(), by=AGENT, at=at
    )
    found = appeal_term(refused.thing, FUND)
    assert found is not None and (found.body["fr"], found.until_on) == (body, until_on)


def test_there_is_nothing_to_contest_where_nothing_is_refused() -> None:
    claim = submitted()
    assert appeal_term(claim, FUND) is None
    assert appeal_term(approved(claim, fund=FUND).thing, FUND) is None


def test_a_refused_line_can_be_contested() -> None:
    two = submitted(lines=(*filing().lines, replace(filing().lines[0], paid_minor=1_000)))
    decided = approved(two, fund=FUND, refused_lines={2: RefusalReason.NOT_PRESCRIBED}).thing
    assert appeal_term(decided, FUND) is not None


@pytest.mark.parametrize(
    ("on", "price_minor", "is_invoice_required", "acts", "days"),
    [
        (CHANGE_ON - timedelta(days=1), 10_000, False, ["general-practitioner", "retired"], (30, 10, 10)),
        (CHANGE_ON, 20_000, True, ["general-practitioner"], (1, 20, 20)),
    ],
)
def test_what_may_be_asked_for_is_that_of_the_day(
    on: date, price_minor: int, is_invoice_required: bool, acts: list[str], days: tuple[int, int, int]
) -> None:
    (offer,) = offers(FUND, on=on)
    assert [each.act for each in offer.acts] == acts
    assert offer.acts[0].price.price.amount_minor == price_minor
    required = {each.kind: each.requirement.is_required for each in offer.papers}
    assert required["invoice"] is is_invoice_required and ("letter" in required) is not is_invoice_required
    assert offer.filing and offer.usual_days and offer.appeal
    assert (offer.filing.days_max, offer.usual_days.decision, offer.appeal.days) == days


def test_before_any_law_nothing_is_offered() -> None:
    (offer,) = offers(FUND, on=date(1950, 1, 1))
    assert (offer.papers, offer.acts) == ((), ())
    assert (offer.percent, offer.filing, offer.usual_days, offer.appeal) == (None, None, None, None)
