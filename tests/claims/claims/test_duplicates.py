"""What makes two claims look like one bill filed twice, and what an agent's word does to it (C01, R7)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.claims.claims import assignment, rules
from services.claims.claims.claim import SEPARATIONS_MAX, Claim, ClaimLine, RefusalReason, Separation, Status
from services.claims.claims.duplicates import Likeness, findings, has_same_act
from tests.claims.builders import CARE_ON, claim, paper
from tests.claims.claims.test_rules import AGENT, LATER, approved
from tests.kit.clock import AT
from tests.kit.contexts import someone
from tests.kit.people import KARIM

VISIT = ClaimLine(act="general-practitioner", quantity=1, paid_minor=50_000)


def other(**facts: Any) -> Claim:
    """Another claim of the same person, with other papers, for the same care unless said otherwise."""
    papers = (paper("care-sheet", "v-sheet"), paper("prescription", "v-prescription"))
    return claim(**{"claim_id": "c2", "papers": papers, **facts})


def likenesses(one: Claim, *others: Claim) -> list[tuple[Likeness, str]]:
    return [(each.likeness, each.claim_id) for each in findings(one, others)]


@pytest.mark.parametrize(
    ("facts", "is_alike"),
    [
        ({}, True),
        ({"lines": (replace(VISIT, quantity=2),)}, True),
        ({"lines": (ClaimLine(act="specialist", quantity=1, paid_minor=60_000), VISIT)}, True),
        ({"lines": (replace(VISIT, paid_minor=50_001),)}, False),
        ({"lines": (replace(VISIT, act="specialist"),)}, False),
        ({"care_on": CARE_ON - timedelta(days=1)}, False),
        ({"person_ref": KARIM}, False),
    ],
)
def test_r7_the_same_act_day_and_amount_is_found(facts: dict[str, Any], is_alike: bool) -> None:
    second = other(**facts)
    assert likenesses(claim(), second) == ([(Likeness.SAME_CARE, "c2")] if is_alike else [])
    assert likenesses(second, claim()) == ([(Likeness.SAME_CARE, "c1")] if is_alike else [])


@pytest.mark.parametrize("status", Status)
def test_r7_only_a_claim_that_may_be_paid_or_was_is_found(status: Status) -> None:
    is_found = status not in (Status.REFUSED, Status.WITHDRAWN)
    assert bool(likenesses(claim(), replace(other(), status=status))) is is_found


def test_r7_the_same_file_is_found_in_anybody_s_claim() -> None:
    mine = claim(papers=(replace(paper(), digest="d1"), paper("prescription", "u2")))
    their_papers = (replace(paper("care-sheet", "k1"), digest="d1"), paper("prescription", "k2"))
    theirs = other(person_ref=KARIM, care_on=CARE_ON - timedelta(days=3), papers=their_papers)
    assert likenesses(mine, theirs) == [(Likeness.SAME_PAPER, "c2")]
    assert likenesses(claim(), other()) == [(Likeness.SAME_CARE, "c2")]  # no digest is like no digest


def test_r7_two_lines_alike_in_one_claim_are_found() -> None:
    twice = claim(lines=(VISIT, replace(VISIT, act="specialist"), VISIT))
    assert likenesses(twice) == [(Likeness.SAME_LINE, "c1")]
    with pytest.raises(rules.DuplicateOpen):
        approved(twice)
    assert approved(twice, refused_lines={1: RefusalReason.ALREADY_PAID}).thing.status is Status.APPROVED
    answered = rules.separate(twice, twice, others=[], by=AGENT, at=LATER).thing
    assert approved(answered).thing.status is Status.APPROVED


def test_r7_what_is_alike_keeps_a_claim_from_being_approved_until_an_agent_answers() -> None:
    second = other()
    with pytest.raises(rules.DuplicateOpen) as refused:
        approved(second, claim())
    assert refused.value.parameters == {"reference": "CL260000000197"}
    answered = rules.separate(second, claim(), others=[claim()], by=AGENT, at=LATER).thing
    assert answered.separations == (Separation(claim_id="c1", confirmed_by="agent-1", confirmed_at=LATER),)
    assert approved(answered, claim()).thing.status is Status.APPROVED
    assert approved(claim(), answered).thing.status is Status.APPROVED  # the answer holds from both sides
    with pytest.raises(rules.DuplicateOpen):
        approved(answered, claim(), other(claim_id="c3"))  # and for no third one


def test_r7_a_line_that_is_refused_is_paid_by_nobody_twice() -> None:
    two_lines = other(lines=(VISIT, ClaimLine(act="specialist", quantity=1, paid_minor=60_000)))
    assert approved(two_lines, claim(), refused_lines={1: RefusalReason.ALREADY_PAID}).thing.approved_minor == 48_000
    with pytest.raises(rules.DuplicateOpen):
        approved(two_lines, claim(), refused_lines={2: RefusalReason.ALREADY_PAID})


def test_r7_a_claim_that_is_like_no_other_needs_no_answer_and_takes_none() -> None:
    with pytest.raises(rules.NotAlike):
        rules.separate(claim(), other(person_ref=KARIM), others=[], by=AGENT, at=LATER)
    answered = rules.separate(claim(), other(), others=[other()], by=AGENT, at=LATER).thing
    with pytest.raises(rules.NotAlike):
        rules.separate(answered, other(), others=[other()], by=AGENT, at=LATER)
    with pytest.raises(assignment.AssignedToAnother):
        rules.separate(answered, other(), others=[other()], by=someone(subject="agent-2"), at=LATER)


def test_r7_answers_are_bounded() -> None:
    said = Separation(claim_id="x", confirmed_by="agent-1", confirmed_at=AT)
    full = replace(claim(), separations=(said,) * SEPARATIONS_MAX)
    with pytest.raises(rules.TooManySeparations):
        rules.separate(full, other(), others=[other()], by=AGENT, at=LATER)


def test_c01_the_same_act_on_the_same_day_stands_beside_it_at_whatever_amount() -> None:
    assert has_same_act(claim(), other(lines=(replace(VISIT, paid_minor=1),)))
    assert not has_same_act(claim(), other(lines=(replace(VISIT, act="specialist"),)))
    assert not has_same_act(claim(), other(care_on=CARE_ON - timedelta(days=1)))
