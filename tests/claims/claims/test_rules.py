"""The whole life of a claim: every move, allowed and refused, and every amount."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from services.claims.claims import (
    assignment,
    claim_types,
    decisions,
    due_days,
    papers,
    payment_check,
    pricing,
    rules,
    submission,
)
from services.claims.claims.claim import (
    LINES_MAX,
    MOVES,
    PAPERS_MAX,
    Claim,
    ClaimLine,
    MedicalAnswer,
    MedicalReason,
    PaperReason,
    RefusalReason,
    Status,
    StepKind,
)
from services.claims.claims.timeline import ResponsibleParty, next_step
from services.claims.reviews import rules as reviews
from shared.events.claims.claims import (
    ClaimApproved,
    ClaimPaid,
    ClaimRefused,
    ClaimSubmitted,
    ClaimWithdrawn,
    MedicalReviewRequested,
    PaperAdded,
    PaperRequested,
)
from shared.kernel.errors import Failure
from shared.kernel.moves import MoveNotAllowed
from shared.kernel.outcome import Outcome
from tests.claims.builders import claim, filing, paper, with_procedure
from tests.kit.clock import AT
from tests.kit.contexts import DZ, funds, someone
from tests.kit.people import AMIRA

FUND = funds()[DZ]
CARE = FUND.claim_types["care-reimbursement"]
AGENT = someone(subject="agent-1")
SECOND = someone(subject="agent-2")
OFFICER = someone(subject="officer-1")
FOUR_EYES = with_procedure(one_person_up_to=10_000)
"""The fund, where one agent grants up to 100.00 alone."""
YES = reviews.ReviewAnswer(answer=MedicalAnswer.YES, reason=MedicalReason.JUSTIFIED)
LATER = AT + timedelta(hours=1)

Verb = Callable[[Claim], Outcome[Claim]]


def approved(claim: Claim, *others: Claim, **facts: Any) -> Outcome[Claim]:
    """An agent's approval, of every line and with an open right unless said otherwise."""
    usual: dict[str, Any] = {"refused_lines": {}, "fund": FUND, "is_right_open": True, "by": AGENT, "at": LATER}
    return rules.approve(claim, others=others, **{**usual, **facts})


def asked(claim: Claim, **facts: Any) -> Outcome[Claim]:
    """An agent's asking for a paper."""
    usual: dict[str, Any] = {"reason": PaperReason.MISSING, "fund": FUND, "by": AGENT, "at": LATER}
    return papers.ask_paper(claim, **{**usual, **facts})


VERBS: dict[str, Verb] = {
    "ask-paper": lambda it: asked(it, kind="invoice"),
    "add-paper": lambda it: papers.add_paper(it, paper("invoice", "u-invoice"), fund=FUND, at=LATER),
    "approve": lambda it: approved(it),
    "approve-much": lambda it: approved(it, fund=FOUR_EYES),
    "confirm": lambda it: decisions.confirm(it, definition=CARE, fund=FUND, by=SECOND, at=LATER),
    "send-back": lambda it: decisions.send_back(it, reason="The bill is not legible.", by=SECOND, at=LATER),
    "ask-medical": lambda it: rules.ask_medical_control(it, fund=FUND, by="agent-1", at=LATER),
    "answer-medical": lambda it: reviews.answer(it, YES, by=OFFICER, at=LATER),
    "refuse": lambda it: rules.refuse(it, reason=RefusalReason.NOT_COVERED, fund=FUND, by=AGENT, at=LATER),
    "order": lambda it: rules.note_ordered(it, at=LATER),
    "pay": lambda it: rules.note_paid(it, currency="DZD", at=LATER),
    "return": lambda it: rules.note_returned(it, reason="AC04", at=LATER),
    "withdraw": lambda it: rules.withdraw(it, at=LATER),
    "begin": lambda it: rules.note_under_way(it, at=LATER),
    "finish": lambda it: rules.note_done(it, at=LATER),
    "decide-anew": lambda it: payment_check.decide_anew(
        replace(it, is_payment_held=it.status is Status.APPROVED), reason="seen", by=SECOND, at=LATER
    ),
}

ALLOWED: dict[tuple[Status, str], Status] = {
    (Status.SUBMITTED, "ask-paper"): Status.PAPERS_ASKED,
    (Status.SUBMITTED, "approve"): Status.APPROVED,
    (Status.SUBMITTED, "refuse"): Status.REFUSED,
    (Status.SUBMITTED, "approve-much"): Status.TO_CONFIRM,
    (Status.SUBMITTED, "ask-medical"): Status.MEDICAL_CONTROL,
    (Status.SUBMITTED, "add-paper"): Status.SUBMITTED,
    (Status.SUBMITTED, "withdraw"): Status.WITHDRAWN,
    (Status.MEDICAL_CONTROL, "answer-medical"): Status.SUBMITTED,
    (Status.MEDICAL_CONTROL, "ask-paper"): Status.PAPERS_ASKED,
    (Status.MEDICAL_CONTROL, "add-paper"): Status.MEDICAL_CONTROL,
    (Status.MEDICAL_CONTROL, "withdraw"): Status.WITHDRAWN,
    (Status.TO_CONFIRM, "confirm"): Status.APPROVED,
    (Status.TO_CONFIRM, "send-back"): Status.SUBMITTED,
    (Status.TO_CONFIRM, "add-paper"): Status.TO_CONFIRM,
    (Status.TO_CONFIRM, "withdraw"): Status.WITHDRAWN,
    (Status.PAPERS_ASKED, "withdraw"): Status.WITHDRAWN,
    (Status.PAPERS_ASKED, "ask-paper"): Status.PAPERS_ASKED,
    (Status.PAPERS_ASKED, "ask-medical"): Status.MEDICAL_CONTROL,
    (Status.PAPERS_ASKED, "add-paper"): Status.SUBMITTED,
    (Status.PAPERS_ASKED, "refuse"): Status.REFUSED,
    (Status.APPROVED, "order"): Status.ORDERED,
    (Status.APPROVED, "begin"): Status.UNDER_WAY,
    (Status.APPROVED, "finish"): Status.DONE,
    (Status.APPROVED, "decide-anew"): Status.SUBMITTED,
    (Status.UNDER_WAY, "finish"): Status.DONE,
    (Status.ORDERED, "pay"): Status.PAID,
    (Status.ORDERED, "return"): Status.RETURNED,
    (Status.PAID, "return"): Status.RETURNED,
    (Status.RETURNED, "order"): Status.ORDERED,
}


STAYS = {"add-paper"}
"""What may leave a claim where it stands."""

REFUSED_WITH = {
    "add-paper": papers.PaperNotAsked,
    "confirm": decisions.NoDecisionToConfirm,
    "send-back": decisions.NoDecisionToConfirm,
    "decide-anew": payment_check.NoPaymentHeld,
    "answer-medical": reviews.NotWithMedicalControl,
}
"""What says more than that the table does not allow it."""


def at_status(status: Status) -> Claim:
    """A claim that stands there, with what it waits for."""
    reached = {
        Status.PAPERS_ASKED: "ask-paper",
        Status.MEDICAL_CONTROL: "ask-medical",
        Status.TO_CONFIRM: "approve-much",
    }
    return VERBS[reached[status]](claim()).thing if status in reached else replace(claim(), status=status)


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("status", Status)
def test_every_move(status: Status, verb: str) -> None:
    before = at_status(status)
    if (status, verb) not in ALLOWED:
        with pytest.raises(REFUSED_WITH.get(verb, MoveNotAllowed)):
            VERBS[verb](before)
        return
    after = VERBS[verb](before).thing
    assert after.status is ALLOWED[status, verb]
    assert (after.steps[-1].status, after.steps[-1].at) == (after.status, LATER)
    assert after.steps[:-1] == before.steps


def test_the_table_of_moves_holds_what_the_verbs_do_and_no_more() -> None:
    done = {(here, there) for (here, verb), there in ALLOWED.items() if verb not in STAYS or here is not there}
    assert done == {(here, there) for here, leads in MOVES.items() for there in leads}


@pytest.mark.parametrize(
    ("verb", "status", "published"),
    [
        ("ask-paper", Status.SUBMITTED, PaperRequested),
        ("add-paper", Status.PAPERS_ASKED, PaperAdded),
        ("approve", Status.SUBMITTED, ClaimApproved),
        ("refuse", Status.SUBMITTED, ClaimRefused),
        ("confirm", Status.TO_CONFIRM, ClaimApproved),
        ("ask-medical", Status.SUBMITTED, MedicalReviewRequested),
        ("pay", Status.ORDERED, ClaimPaid),
        ("withdraw", Status.PAPERS_ASKED, ClaimWithdrawn),
    ],
)
def test_what_is_told(verb: str, status: Status, published: type[Any]) -> None:
    (event,) = VERBS[verb](at_status(status)).events
    assert isinstance(event, published)
    assert (event.claim_id, event.person_ref) == ("c1", AMIRA)


def submit(**facts: Any) -> Outcome[Claim]:
    return submission.submit(filing(**facts), fund=FUND, person_ref=AMIRA, claim_id="c1", reference="r", at=AT)


def test_a_filing_becomes_a_claim_and_is_told() -> None:
    outcome = submit()
    assert outcome.thing.status is Status.SUBMITTED
    assert [type(event) for event in outcome.events] == [ClaimSubmitted]


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"claim_type": "pension"}, claim_types.ClaimTypeUnknown),
        ({"care_on": AT.date() + timedelta(days=1)}, submission.CareInTheFuture),
        ({"care_on": AT.date() - timedelta(days=91)}, submission.FiledTooLate),
        ({"lines": (ClaimLine(act="spell", quantity=1, paid_minor=1),)}, pricing.ActUnknown),
        ({"papers": (paper(),)}, papers.PaperLacking),
        ({"papers": (paper(), paper("prescription", "b"), paper("poem", "c"))}, papers.PaperKindUnknown),
        ({"papers": (paper(), paper("prescription", "u-sheet"))}, papers.PaperTwice),
    ],
)
def test_a_filing_that_is_refused(facts: dict[str, Any], refusal: type[Failure]) -> None:
    with pytest.raises(refusal):
        submit(**facts)


@pytest.mark.parametrize("days", [0, 90])
def test_the_first_and_the_last_day_of_filing_are_in_time(days: int) -> None:
    assert submit(care_on=AT.date() - timedelta(days=days)).thing.status is Status.SUBMITTED


@pytest.mark.parametrize(("quantity", "paid_minor"), [(0, 1), (-5, 1), (100, 1), (1, 0), (1, -1)])
def test_a_line_that_cannot_be(quantity: int, paid_minor: int) -> None:
    with pytest.raises(ValueError, match="quantity"):
        ClaimLine(act="specialist", quantity=quantity, paid_minor=paid_minor)


def test_a_claim_for_care_has_lines_and_not_too_many() -> None:
    with pytest.raises(submission.LinesMissing):
        claim(lines=())
    with pytest.raises(submission.CareDayMissing):
        claim(care_on=None)
    with pytest.raises(ValueError, match="lines"):
        claim(lines=(ClaimLine(act="specialist", quantity=1, paid_minor=1),) * (LINES_MAX + 1))


@pytest.mark.parametrize(
    ("act", "quantity", "paid_minor", "reimbursed_minor"),
    [
        ("general-practitioner", 1, 50_000, 32_000),  # 80 % of the reference price of 400.00
        ("general-practitioner", 1, 40_000, 32_000),
        ("general-practitioner", 1, 30_000, 24_000),  # never more than 80 % of what was paid
        ("general-practitioner", 3, 150_000, 96_000),
        ("specialist", 1, 60_001, 48_000),
        ("medicine", 1, 1, 1),  # 0.8 of a centime rounds up to one
    ],
)
def test_what_a_line_pays(act: str, quantity: int, paid_minor: int, reimbursed_minor: int) -> None:
    filed = claim(lines=(ClaimLine(act=act, quantity=quantity, paid_minor=paid_minor),))
    approved = VERBS["approve"](filed).thing
    assert approved.approved_minor == reimbursed_minor
    assert approved.decision is not None
    (line,) = approved.decision.lines
    assert (line.number, line.percent, line.is_to_be_confirmed) == (1, "80", True)


def test_a_refused_line_pays_nothing_and_the_others_do() -> None:
    two = claim(
        lines=(
            ClaimLine(act="general-practitioner", quantity=1, paid_minor=50_000),
            ClaimLine(act="specialist", quantity=1, paid_minor=60_000),
        )
    )
    outcome = approved(two, refused_lines={2: RefusalReason.NOT_COVERED})
    assert outcome.thing.approved_minor == 32_000
    assert outcome.thing.decision is not None
    assert [line.refused_for for line in outcome.thing.decision.lines] == [None, RefusalReason.NOT_COVERED]


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"is_right_open": False}, rules.RightNotOpen),
        ({"refused_lines": {2: RefusalReason.NOT_COVERED}}, rules.LinesDiffer),
        ({"refused_lines": {1: RefusalReason.NOT_COVERED}}, rules.NothingApproved),
        ({"refused_lines": {1: "too-dear"}}, decisions.ReasonUnknown),
    ],
)
def test_an_approval_that_is_refused(facts: dict[str, Any], refusal: type[Failure]) -> None:
    with pytest.raises(refusal):
        approved(claim(), **facts)


def test_two_papers_asked_are_two_to_give() -> None:
    both = asked(asked(claim(), kind="invoice").thing, kind="prescription", reason=PaperReason.ILLEGIBLE).thing
    half = papers.add_paper(both, paper("invoice", "u-invoice"), fund=FUND, at=LATER).thing
    assert (half.status, [request.kind for request in half.requests]) == (Status.PAPERS_ASKED, ["prescription"])
    whole = papers.add_paper(half, paper("prescription", "u-better"), fund=FUND, at=LATER).thing
    assert (whole.status, whole.requests) == (Status.SUBMITTED, ())


def test_a_paper_that_nobody_asked_for_is_taken_while_nothing_is_decided() -> None:
    given = papers.add_paper(claim(), paper("invoice", "u-invoice"), fund=FUND, at=LATER)
    assert given.thing.papers[-1].upload_id == "u-invoice"
    assert (given.thing.steps[-1].happening, given.thing.steps[-1].about) == (StepKind.PAPER_ADDED, "invoice")
    assert [type(event) for event in given.events] == [PaperAdded]
    with pytest.raises(papers.PaperKindUnknown):
        papers.add_paper(claim(), paper("poem", "u-poem"), fund=FUND, at=LATER)
    waiting = asked(claim(), kind="invoice").thing
    another = papers.add_paper(waiting, paper("prescription", "u-better"), fund=FUND, at=LATER).thing
    assert (another.status, len(another.requests)) == (Status.PAPERS_ASKED, 1)


def test_a_claim_is_found_complete_once_and_anew_after_a_paper() -> None:
    found = rules.find_complete(claim(), by=AGENT, at=LATER).thing
    assert (found.status, found.found_complete_at, found.steps[-1].happening) == (
        Status.SUBMITTED,
        LATER,
        StepKind.FOUND_COMPLETE,
    )
    with pytest.raises(rules.FoundComplete):
        rules.find_complete(found, by=AGENT, at=LATER)
    with pytest.raises(MoveNotAllowed):
        rules.find_complete(at_status(Status.PAPERS_ASKED), by=AGENT, at=LATER)
    assert asked(found, kind="invoice").thing.found_complete_at is None


# --- A second person --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("limit_minor", "waits"), [(31_999, True), (32_000, False), (None, False)])
def test_above_the_limit_a_second_person_confirms(limit_minor: int | None, waits: bool) -> None:
    decided = approved(claim(), fund=with_procedure(one_person_up_to=limit_minor))
    assert (decided.thing.status is Status.TO_CONFIRM, decided.events == ()) == (waits, waits)
    assert (decided.thing.decision is None, decided.thing.approved_minor) == (waits, 0 if waits else 32_000)


def test_the_first_may_not_confirm_and_the_second_leaves_their_name() -> None:
    waiting = at_status(Status.TO_CONFIRM)
    for verb in (
        lambda: decisions.confirm(waiting, definition=CARE, fund=FUND, by=AGENT, at=LATER),
        lambda: decisions.send_back(waiting, reason="no", by=AGENT, at=LATER),
    ):
        with pytest.raises(decisions.SamePerson):
            verb()
    confirmed = decisions.confirm(waiting, definition=CARE, fund=FUND, by=SECOND, at=LATER).thing
    assert confirmed.decision is not None
    assert confirmed.decision.deciders == {"agent-1", "agent-2"}
    assert (confirmed.approved_minor, confirmed.proposal) == (32_000, None)


def test_what_was_sent_back_says_why_and_is_decided_anew() -> None:
    back = VERBS["send-back"](at_status(Status.TO_CONFIRM)).thing
    assert back.objection is not None and back.objection.by == "agent-2"
    assert (back.proposal, back.assigned_to) == (None, "agent-1")
    anew = approved(back, fund=FOUR_EYES).thing
    assert (anew.status, anew.objection) == (Status.TO_CONFIRM, None)


# --- Reasons of the fund's own ----------------------------------------------------------------------------------------


def test_a_fund_s_own_reasons_take_the_place_of_the_platform_s() -> None:
    own = with_procedure(refusal_reasons={"not-resident": {"ar": "غير مقيم", "fr": "Non résident"}})
    refused = rules.refuse(claim(), reason="not-resident", fund=own, by=AGENT, at=LATER)
    assert refused.thing.decision is not None and refused.thing.decision.refused_for == "not-resident"
    for reason, fund in ((RefusalReason.NOT_COVERED, own), ("not-resident", FUND)):
        with pytest.raises(decisions.ReasonUnknown):
            rules.refuse(claim(), reason=reason, fund=fund, by=AGENT, at=LATER)


# --- The law's day ----------------------------------------------------------------------------------------------------


def test_the_legal_day_stands_beside_the_usual_one() -> None:
    fund = with_procedure(legal_days=60)
    filed = submission.submit(filing(), fund=fund, person_ref=AMIRA, claim_id="c1", reference="r", at=AT).thing
    coming = next_step(filed, fund)
    assert (coming.usually_by_on, coming.legally_by_on) == (date(2026, 2, 20), date(2026, 4, 11))
    assert coming.law == "a text" and not coming.is_law_to_be_confirmed
    waiting = asked(filed, kind="invoice", fund=fund).thing
    assert next_step(waiting, fund).legally_by_on is None, "the fund sets no term for papers"
    later = AT + timedelta(days=10)
    complete = papers.add_paper(waiting, paper("invoice", "u-invoice"), fund=fund, at=later).thing
    assert next_step(complete, fund).legally_by_on == date(2026, 4, 21)
    silent = with_procedure()
    without = submission.submit(filing(), fund=silent, person_ref=AMIRA, claim_id="c1", reference="r", at=AT).thing
    assert next_step(without, silent).legally_by_on is None


def test_what_leaves_a_claim_where_it_stands_does_not_begin_its_delay_anew() -> None:
    """Of a claim that an earlier release filed, too, which is given its day when that step was long ago."""
    later = AT + timedelta(days=5)
    found = rules.find_complete(claim(), by=AGENT, at=later).thing
    added = papers.add_paper(found, paper("invoice", "u-invoice"), fund=FUND, at=later).thing
    for noted in (found, added):
        assert due_days.with_due_day(replace(noted, due_on=date.max), fund=FUND).thing.due_on == claim().due_on
    asked_for = asked(added, kind="care-sheet", at=later).thing
    again = papers.add_paper(asked_for, paper("care-sheet", "u-2"), fund=FUND, at=later + timedelta(days=1)).thing
    assert due_days.with_due_day(again, fund=FUND).thing.due_on == claim().due_on + timedelta(days=6) == again.due_on


def test_a_paper_that_the_claim_type_does_not_know_is_not_asked_for() -> None:
    with pytest.raises(papers.PaperKindUnknown):
        asked(claim(), kind="poem")


def test_a_paper_that_cannot_be_added() -> None:
    waiting = asked(claim(), kind="invoice").thing
    with pytest.raises(papers.PaperTwice):
        papers.add_paper(waiting, paper("invoice", "u-sheet"), fund=FUND, at=LATER)
    full = replace(waiting, papers=tuple(paper("invoice", f"u{number}") for number in range(PAPERS_MAX)))
    with pytest.raises(papers.TooManyPapers):
        papers.add_paper(full, paper("invoice", "u-more"), fund=FUND, at=LATER)


def test_a_claim_in_a_colleague_s_hands_stays_there() -> None:
    taken = assignment.assign(claim(), to=AGENT).thing
    assert taken.assigned_to == "agent-1"
    assert assignment.assign(taken, to=AGENT).thing == taken
    with pytest.raises(assignment.AssignedToAnother):
        assignment.assign(taken, to=someone(subject="agent-2"))


@pytest.mark.parametrize(
    ("status", "who", "usually_by_on"),
    [
        (Status.SUBMITTED, ResponsibleParty.FUND, date(2026, 2, 20)),
        (Status.PAPERS_ASKED, ResponsibleParty.YOU, None),
        (Status.MEDICAL_CONTROL, ResponsibleParty.FUND, date(2026, 2, 20)),
        (Status.TO_CONFIRM, ResponsibleParty.FUND, date(2026, 2, 20)),
        (Status.UNDER_WAY, ResponsibleParty.FUND, None),
        (Status.DONE, ResponsibleParty.NOBODY, None),
        (Status.APPROVED, ResponsibleParty.FUND, date(2026, 2, 15)),
        (Status.ORDERED, ResponsibleParty.BANK, date(2026, 2, 15)),
        (Status.RETURNED, ResponsibleParty.YOU, None),
        (Status.PAID, ResponsibleParty.NOBODY, None),
        (Status.REFUSED, ResponsibleParty.NOBODY, None),
        (Status.WITHDRAWN, ResponsibleParty.NOBODY, None),
    ],
)
def test_what_comes_next(status: Status, who: ResponsibleParty, usually_by_on: date | None) -> None:
    coming = next_step(at_status(status), FUND)
    assert (coming.who, coming.usually_by_on) == (who, usually_by_on)
    assert coming.is_to_be_confirmed is (usually_by_on is not None)
