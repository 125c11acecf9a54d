"""Medical control: what may be answered, and how the answer binds the agent."""

from typing import Any

import pytest

from services.claims.claims import decisions, papers, rules
from services.claims.claims.claim import Claim, ClaimLine, MedicalAnswer, MedicalReason, PaperReason, Status, StepKind
from services.claims.reviews import rules as reviews
from shared.funds.procedure import MedicalControl
from tests.claims.builders import claim, paper, with_procedure
from tests.claims.claims.test_rules import AGENT, FUND, LATER, OFFICER, approved

TWO = (
    ClaimLine(act="general-practitioner", quantity=1, paid_minor=50_000),
    ClaimLine(act="specialist", quantity=1, paid_minor=60_000),
)


def sent(**facts: Any) -> Claim:
    return rules.ask_medical_control(claim(lines=TWO, **facts), fund=FUND, by=AGENT.subject, at=LATER).thing


def answered(answer: MedicalAnswer, *, of: Claim | None = None, **facts: Any) -> Claim:
    given = reviews.ReviewAnswer(answer=answer, reason=MedicalReason.JUSTIFIED, **facts)
    return reviews.answer(of or sent(), given, by=OFFICER, at=LATER).thing


def test_an_answer_brings_the_claim_back_and_stays_with_it() -> None:
    back = answered(MedicalAnswer.IN_PART, refused_lines=(2,), months=6)
    assert back.medical is not None
    assert (back.status, back.steps[-1].happening) == (Status.SUBMITTED, StepKind.MEDICAL_ANSWER)
    assert (back.medical.answered_by, back.medical.refused_lines, back.medical.months) == ("officer-1", (2,), 6)
    assert back.steps[-1].about == "", "the person reads the answer in the decision"


@pytest.mark.parametrize(
    ("answer", "facts"),
    [
        (MedicalAnswer.IN_PART, {}),
        (MedicalAnswer.IN_PART, {"refused_lines": (3,)}),
        (MedicalAnswer.YES, {"refused_lines": (1,)}),
        (MedicalAnswer.NO, {"refused_lines": (1,)}),
        (MedicalAnswer.NO, {"months": 6}),
    ],
)
def test_an_answer_that_says_too_little_or_too_much(answer: MedicalAnswer, facts: dict[str, Any]) -> None:
    with pytest.raises(reviews.AnswerIncomplete):
        answered(answer, **facts)


@pytest.mark.parametrize(
    ("answer", "facts"), [(MedicalAnswer.YES, {"months": 12}), (MedicalAnswer.IN_PART, {"months": 3})]
)
def test_an_answer_may_be_for_a_time(answer: MedicalAnswer, facts: dict[str, Any]) -> None:
    review = answered(answer, **facts).medical
    assert review is not None and review.months == facts["months"]


def test_what_is_answered_is_not_answered_again() -> None:
    with pytest.raises(reviews.NotWithMedicalControl):
        answered(MedicalAnswer.YES, of=answered(MedicalAnswer.NO))


def test_a_fund_without_medical_control_sends_nothing_there() -> None:
    fund = with_procedure(medical_control=MedicalControl.NEVER)
    with pytest.raises(rules.MedicalControlNotForeseen):
        rules.ask_medical_control(claim(), fund=fund, by="agent-1", at=LATER)


def test_a_paper_for_medical_control_brings_the_claim_back_there() -> None:
    asked = papers.request_paper(sent(), kind="invoice", reason=PaperReason.ILLEGIBLE, fund=FUND, at=LATER).thing
    assert (asked.status, asked.assigned_to) == (Status.PAPERS_ASKED, None)
    given = papers.add_paper(asked, paper("invoice", "u-invoice"), fund=FUND, at=LATER).thing
    assert given.status is Status.MEDICAL_CONTROL
    assert answered(MedicalAnswer.YES, of=given).status is Status.SUBMITTED


# --- How it binds -----------------------------------------------------------------------------------------------------


def test_what_medical_control_refused_is_not_granted() -> None:
    with pytest.raises(decisions.MedicallyRefused):
        approved(answered(MedicalAnswer.NO))
    in_part = answered(MedicalAnswer.IN_PART, refused_lines=(2,))
    with pytest.raises(decisions.MedicallyRefused):
        approved(in_part)
    assert approved(in_part, refused_lines={2: "medically-not-justified"}).thing.approved_minor == 32_000
    refused = rules.refuse(answered(MedicalAnswer.NO), reason="medically-not-justified", fund=FUND, by=AGENT, at=LATER)
    assert refused.thing.status is Status.REFUSED


def test_where_it_is_always_asked_nothing_is_granted_without_its_answer() -> None:
    always = with_procedure(medical_control=MedicalControl.ALWAYS)
    with pytest.raises(decisions.MedicalAnswerLacking):
        approved(claim(), fund=always)
    assert approved(answered(MedicalAnswer.YES), fund=always).thing.status is Status.APPROVED
    assert rules.refuse(claim(), reason="not-covered", fund=always, by=AGENT, at=LATER).thing.status is Status.REFUSED
