"""Appeals: what may be contested and until when, who reviews it, and what it comes to beside the first decision."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.claims.appeals import rules as appeals
from services.claims.benefits.answer import BenefitAnswer
from services.claims.claims import decisions, duplicates, papers, rules
from services.claims.claims.claim import AppealOutcome, Claim, ClaimLine, MedicalAnswer, Status, StepKind
from services.claims.claims.timeline import ResponsibleParty, appeal_term, next_step
from shared.events.claims.claims import AppealDecided, ClaimAppealed, ClaimApproved
from shared.funds.benefits import QuestionKind
from shared.funds.fund import Fund
from shared.kernel.errors import Failure
from tests.claims.awards.builders import COVER_EFFECT
from tests.claims.builders import claim, paper, with_procedure
from tests.claims.claims.test_rules import AGENT, CARE, FUND, LATER, SECOND, approved
from tests.claims.reviews.test_rules import answered

TWO = (
    ClaimLine(act="general-practitioner", quantity=1, paid_minor=50_000),
    ClaimLine(act="specialist", quantity=1, paid_minor=60_000),
)
THIRD = replace(SECOND, subject="agent-3")


def refused() -> Claim:
    return rules.refuse(claim(lines=TWO), reason="not-covered", fund=FUND, by=AGENT, at=LATER).thing


def in_part() -> Claim:
    return approved(claim(lines=TWO), refused_lines={2: "not-covered"}).thing


def appealed(first: Claim, **facts: Any) -> tuple[Claim, Claim]:
    usual: dict[str, Any] = {
        "statement": "It was prescribed.",
        "papers": (),
        "fund": FUND,
        "claim_id": "c2",
        "reference": "CL2",
        "at": LATER,
    }
    contested, copy = appeals.appeal(first, **{**usual, **facts})
    return contested.thing, copy.thing


def test_an_appeal_is_a_copy_and_the_first_decision_stays() -> None:
    first = refused()
    contested, copy = appealed(first, papers=(paper("invoice", "u-invoice"),))
    assert (contested.status, contested.decision) == (first.status, first.decision)
    assert contested.steps[-1].happening is StepKind.APPEALED
    assert contested.appeal is not None and contested.appeal.claim_id == "c2"
    assert (copy.lines, copy.care_on, copy.status) == (first.lines, first.care_on, Status.SUBMITTED)
    assert [each.upload_id for each in copy.papers] == ["u-sheet", "u-prescription", "u-invoice"]
    assert copy.appealed is not None and copy.appealed.deciders == ("agent-1",)
    assert next_step(contested, FUND).who is ResponsibleParty.FUND
    _, published = appeals.appeal(first, statement="s", papers=(), fund=FUND, claim_id="c2", reference="CL2", at=LATER)
    assert [type(event) for event in published.events] == [ClaimAppealed]


@pytest.mark.parametrize("days", [0, 15])
def test_the_last_day_is_in_time(days: int) -> None:
    assert appealed(refused(), at=LATER + timedelta(days=days))[1].status is Status.SUBMITTED


@pytest.mark.parametrize(
    ("first", "facts", "refusal"),
    [
        (claim(), {}, appeals.NotContestable),
        (approved(claim()).thing, {}, appeals.NotContestable),
        (refused(), {"at": LATER + timedelta(days=16)}, appeals.TooLate),
        (appealed(refused())[0], {}, appeals.AlreadyMade),
        (refused(), {"papers": (paper("poem", "u-poem"),)}, papers.PaperKindUnknown),
        (refused(), {"papers": (paper("invoice", "u-sheet"),)}, papers.PaperTwice),
        (refused(), {"papers": tuple(paper("invoice", f"u{n}") for n in range(19))}, papers.TooManyPapers),
    ],
)
def test_an_appeal_that_is_refused(first: Claim, facts: dict[str, Any], refusal: type[Failure]) -> None:
    with pytest.raises(refusal):
        appealed(first, **facts)


# --- Who decides ------------------------------------------------------------------------------------------------------


def test_who_had_a_part_in_the_first_decision_decides_nothing_of_the_appeal() -> None:
    _, copy = appealed(refused())
    for verb in (
        lambda: approved(copy),
        lambda: rules.refuse(copy, reason="not-covered", fund=FUND, by=AGENT, at=LATER),
    ):
        with pytest.raises(decisions.SamePerson):
            verb()
    assert approved(copy, by=SECOND).thing.status is Status.APPROVED


def test_the_second_person_and_medical_control_had_a_part() -> None:
    four_eyes = with_procedure(one_person_up_to=100)
    waiting = approved(answered(MedicalAnswer.YES), refused_lines={2: "not-covered"}, fund=four_eyes).thing
    decided = decisions.confirm(waiting, definition=CARE, fund=four_eyes, by=SECOND, at=LATER).thing
    assert appeals.deciders(decided) == ("agent-1", "agent-2", "officer-1")
    _, copy = appealed(decided)
    proposed = approved(copy, by=THIRD, fund=four_eyes).thing
    assert proposed.status is Status.TO_CONFIRM
    with pytest.raises(decisions.SamePerson):
        decisions.confirm(proposed, definition=CARE, fund=four_eyes, by=SECOND, at=LATER)


# --- What it comes to -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "refused_lines", "outcome", "owed_minor"),
    [
        (refused(), {}, AppealOutcome.REVERSED, 80_000),
        (refused(), {1: "not-covered"}, AppealOutcome.REVERSED, 48_000),
        (in_part(), {}, AppealOutcome.CHANGED, 48_000),
    ],
)
def test_what_is_granted_beside_the_first_decision_is_the_difference(
    first: Claim, refused_lines: dict[int, str], outcome: AppealOutcome, owed_minor: int
) -> None:
    contested, copy = appealed(first)
    done = approved(copy, by=SECOND, refused_lines=refused_lines)
    assert (decisions.outcome_of(done.thing), done.thing.approved_minor) == (outcome, owed_minor)
    published, decided = done.events
    assert isinstance(published, ClaimApproved) and (published.amount_minor, published.appeal_of) == (owed_minor, "c1")
    assert isinstance(decided, AppealDecided) and decided.outcome == outcome
    knows = decisions.note_appeal_decided(contested, done.thing, at=LATER).thing
    assert knows.appeal is not None and knows.appeal.outcome is outcome
    assert (knows.decision, knows.approved_minor, knows.status) == (first.decision, first.approved_minor, first.status)


def test_an_appeal_never_takes_away() -> None:
    _, copy = appealed(in_part())
    for refused_lines in ({2: "not-covered"}, {1: "not-covered", 2: "not-covered"}):
        with pytest.raises(Failure) as met:
            approved(copy, by=SECOND, refused_lines=refused_lines)
        assert met.type in {decisions.AppealGivesNoMore, rules.NothingApproved}


def with_appeals(**facts: Any) -> Fund:
    """The fund, whose appeals of care are what the test says."""
    care = replace(CARE, appeals=tuple(replace(each, **facts) for each in CARE.appeals))
    return replace(FUND, claim_types={**FUND.claim_types, "care-reimbursement": care})


def test_an_amount_is_contested_where_the_fund_says_so() -> None:
    whole = approved(claim(lines=TWO)).thing
    assert appeal_term(whole, FUND) is None
    fund = with_appeals(of_amounts=True)
    assert appeal_term(whole, fund) is not None
    assert appealed(whole, fund=fund)[1].appealed is not None
    lasting = replace(fund.claim_types["care-reimbursement"], effect=COVER_EFFECT)
    of_cover = replace(fund, claim_types={"care-reimbursement": lasting})
    assert appeal_term(whole, of_cover) is None, "runs compute the amounts of what lasts"


def test_where_the_fund_lets_it_the_review_comes_to_less_and_the_rest_is_to_be_recovered() -> None:
    fund = with_appeals(of_amounts=True, may_lower=True)
    first = approved(claim(lines=TWO)).thing
    contested, copy = appealed(first, fund=fund)
    done = approved(copy, by=SECOND, refused_lines={2: "not-covered"}, fund=fund)
    lowered = done.thing
    assert (lowered.status, lowered.approved_minor, lowered.overpaid_minor) == (Status.DONE, 0, 48_000)
    assert (lowered.granted_minor, lowered.is_to_recover) == (32_000, True)
    (published,) = done.events
    assert isinstance(published, AppealDecided), "nothing is owed"
    assert (published.outcome, published.amount_minor) == ("lowered", 0)
    assert (published.first_minor, published.granted_minor, published.overpaid_minor) == (80_000, 32_000, 48_000)
    knows = decisions.note_appeal_decided(contested, lowered, at=LATER).thing
    assert (knows.decision, knows.approved_minor, knows.overpaid_minor) == (first.decision, 80_000, 0)
    assert knows.steps[-1].happening is StepKind.APPEAL_LOWERED
    with pytest.raises(decisions.AppealGivesNoMore):
        approved(copy, by=SECOND, fund=fund)
    with pytest.raises(decisions.AppealGivesNoMore):
        approved(copy, by=SECOND, refused_lines={2: "not-covered"}, fund=with_appeals(may_lower=False))


@pytest.mark.parametrize(("limit_minor", "waits"), [(79_999, True), (80_000, False)])
def test_a_second_person_confirms_by_the_whole_sum_and_not_by_the_difference(limit_minor: int, waits: bool) -> None:
    """The difference is 480.00, the whole 800.00."""
    four_eyes = with_procedure(one_person_up_to=limit_minor)
    _, copy = appealed(in_part())
    proposed = approved(copy, by=SECOND, fund=four_eyes).thing
    assert (proposed.status is Status.TO_CONFIRM) is waits
    if waits:
        done = decisions.confirm(proposed, definition=CARE, fund=four_eyes, by=THIRD, at=LATER)
        assert done.thing.approved_minor == 48_000
        (approval, decided) = done.events
        assert isinstance(approval, ClaimApproved) and approval.amount_minor == 48_000
        assert isinstance(decided, AppealDecided)
        assert (decided.first_minor, decided.granted_minor, decided.overpaid_minor) == (32_000, 80_000, 0)


def test_the_answers_are_reviewed_too() -> None:
    answer = BenefitAnswer(code="why", kind=QuestionKind.TEXT, value="because")
    assert appealed(replace(refused(), answers=(answer,)))[1].answers == (answer,)


def test_a_refused_appeal_confirms_and_is_not_contested_once_more() -> None:
    contested, copy = appealed(in_part())
    stands = rules.refuse(copy, reason="not-covered", fund=FUND, by=SECOND, at=LATER)
    (published,) = stands.events
    assert isinstance(published, AppealDecided) and (published.outcome, published.amount_minor) == ("confirmed", 0)
    assert appeal_term(stands.thing, FUND) is None
    with pytest.raises(appeals.NotContestable):
        appealed(stands.thing)
    knows = decisions.note_appeal_decided(contested, stands.thing, at=LATER).thing
    assert knows.steps[-1].happening is StepKind.APPEAL_CONFIRMED


def test_a_withdrawn_appeal_may_be_made_again_in_time() -> None:
    contested, copy = appealed(refused())
    back = decisions.note_appeal_decided(contested, rules.withdraw(copy, at=LATER).thing, at=LATER).thing
    assert back.appeal is not None and back.appeal.outcome is AppealOutcome.WITHDRAWN
    assert appealed(back, claim_id="c3")[1].claim_id == "c3"


def test_an_appeal_and_what_it_is_against_are_one_bill() -> None:
    first = in_part()
    _, copy = appealed(first)
    assert duplicates.findings(copy, [first]) == duplicates.findings(first, [copy]) == ()
    assert duplicates.findings(copy, [claim(claim_id="c9", lines=TWO)]) != ()
