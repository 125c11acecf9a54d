"""The whole life of a claim: every move, allowed and refused, and every amount."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from services.claims.claims import rules
from services.claims.claims.claim import (
    LINES_MAX,
    MOVES,
    PAPERS_MAX,
    Claim,
    Line,
    PaperReason,
    RefusalReason,
    Status,
)
from services.claims.claims.timeline import Who, next_step
from shared.events.claims import (
    ClaimApproved,
    ClaimPaid,
    ClaimRefused,
    ClaimSubmitted,
    ClaimWithdrawn,
    PaperAdded,
    PaperRequested,
)
from shared.kernel.errors import Failure
from shared.kernel.moves import MoveNotAllowed
from shared.kernel.outcome import Outcome
from tests.claims.builders import claim, filing, paper
from tests.kit.clock import AT
from tests.kit.contexts import DZ, funds, someone
from tests.kit.people import AMIRA

FUND = funds()[DZ]
AGENT = someone(subject="agent-1")
LATER = AT + timedelta(hours=1)

Verb = Callable[[Claim], Outcome[Claim]]


def approved(claim: Claim, *others: Claim, **facts: Any) -> Outcome[Claim]:
    """An agent's approval, of every line and with an open right unless said otherwise."""
    usual: dict[str, Any] = {"refused_lines": {}, "fund": FUND, "is_right_open": True, "by": AGENT, "at": LATER}
    return rules.approve(claim, others=others, **{**usual, **facts})


def asked(claim: Claim, **facts: Any) -> Outcome[Claim]:
    """An agent's asking for a paper."""
    usual: dict[str, Any] = {"reason": PaperReason.MISSING, "fund": FUND, "by": AGENT, "at": LATER}
    return rules.ask_paper(claim, **{**usual, **facts})


VERBS: dict[str, Verb] = {
    "ask-paper": lambda it: asked(it, kind="invoice"),
    "add-paper": lambda it: rules.add_paper(it, paper("invoice", "u-invoice"), fund=FUND, at=LATER),
    "approve": lambda it: approved(it),
    "refuse": lambda it: rules.refuse(it, reason=RefusalReason.NOT_COVERED, by=AGENT, at=LATER),
    "order": lambda it: rules.note_ordered(it, at=LATER),
    "pay": lambda it: rules.note_paid(it, currency="DZD", at=LATER),
    "return": lambda it: rules.note_returned(it, reason="AC04", at=LATER),
    "withdraw": lambda it: rules.withdraw(it, at=LATER),
}

ALLOWED: dict[tuple[Status, str], Status] = {
    (Status.SUBMITTED, "ask-paper"): Status.PAPERS_ASKED,
    (Status.SUBMITTED, "approve"): Status.APPROVED,
    (Status.SUBMITTED, "refuse"): Status.REFUSED,
    (Status.SUBMITTED, "withdraw"): Status.WITHDRAWN,
    (Status.PAPERS_ASKED, "withdraw"): Status.WITHDRAWN,
    (Status.PAPERS_ASKED, "ask-paper"): Status.PAPERS_ASKED,
    (Status.PAPERS_ASKED, "add-paper"): Status.SUBMITTED,
    (Status.PAPERS_ASKED, "refuse"): Status.REFUSED,
    (Status.APPROVED, "order"): Status.ORDERED,
    (Status.ORDERED, "pay"): Status.PAID,
    (Status.ORDERED, "return"): Status.RETURNED,
    (Status.PAID, "return"): Status.RETURNED,
    (Status.RETURNED, "order"): Status.ORDERED,
}


def at_status(status: Status) -> Claim:
    """A claim that stands there, with a paper asked for where that is what it waits for."""
    here = claim()
    if status is Status.PAPERS_ASKED:
        return VERBS["ask-paper"](here).thing
    return replace(here, status=status)


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("status", Status)
def test_every_move(status: Status, verb: str) -> None:
    before = at_status(status)
    if verb == "add-paper" and status is not Status.PAPERS_ASKED:
        with pytest.raises(rules.PaperNotAsked):
            VERBS[verb](before)
        return
    if (status, verb) not in ALLOWED:
        with pytest.raises(MoveNotAllowed):
            VERBS[verb](before)
        return
    after = VERBS[verb](before).thing
    assert after.status is ALLOWED[status, verb]
    assert (after.steps[-1].status, after.steps[-1].at) == (after.status, LATER)
    assert after.steps[:-1] == before.steps


def test_the_table_of_moves_holds_what_the_verbs_do_and_no_more() -> None:
    done = {(here, there) for (here, _), there in ALLOWED.items()}
    assert done == {(here, there) for here, leads in MOVES.items() for there in leads}


@pytest.mark.parametrize(
    ("verb", "status", "told"),
    [
        ("ask-paper", Status.SUBMITTED, PaperRequested),
        ("add-paper", Status.PAPERS_ASKED, PaperAdded),
        ("approve", Status.SUBMITTED, ClaimApproved),
        ("refuse", Status.SUBMITTED, ClaimRefused),
        ("pay", Status.ORDERED, ClaimPaid),
        ("withdraw", Status.PAPERS_ASKED, ClaimWithdrawn),
    ],
)
def test_what_is_told(verb: str, status: Status, told: type[Any]) -> None:
    (event,) = VERBS[verb](at_status(status)).events
    assert isinstance(event, told)
    assert (event.claim_id, event.person_ref) == ("c1", AMIRA)


def submit(**facts: Any) -> Outcome[Claim]:
    return rules.submit(filing(**facts), fund=FUND, person_ref=AMIRA, claim_id="c1", reference="r", at=AT)


def test_a_filing_becomes_a_claim_and_is_told() -> None:
    outcome = submit()
    assert outcome.thing.status is Status.SUBMITTED
    assert [type(event) for event in outcome.events] == [ClaimSubmitted]


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"claim_type": "pension"}, rules.ClaimTypeUnknown),
        ({"care_on": AT.date() + timedelta(days=1)}, rules.CareInTheFuture),
        ({"care_on": AT.date() - timedelta(days=91)}, rules.FiledTooLate),
        ({"lines": (Line(act="spell", quantity=1, paid_minor=1),)}, rules.ActUnknown),
        ({"papers": (paper(),)}, rules.PaperLacking),
        ({"papers": (paper(), paper("prescription", "b"), paper("poem", "c"))}, rules.PaperKindUnknown),
        ({"papers": (paper(), paper("prescription", "u-sheet"))}, rules.PaperTwice),
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
        Line(act="specialist", quantity=quantity, paid_minor=paid_minor)


@pytest.mark.parametrize("count", [0, LINES_MAX + 1])
def test_a_claim_has_lines_and_not_too_many(count: int) -> None:
    with pytest.raises(ValueError, match="lines"):
        claim(lines=(Line(act="specialist", quantity=1, paid_minor=1),) * count)


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
    filed = claim(lines=(Line(act=act, quantity=quantity, paid_minor=paid_minor),))
    approved = VERBS["approve"](filed).thing
    assert approved.approved_minor == reimbursed_minor
    assert approved.decision is not None
    (line,) = approved.decision.lines
    assert (line.number, line.percent, line.is_to_be_confirmed) == (1, "80", True)


def test_a_refused_line_pays_nothing_and_the_others_do() -> None:
    two = claim(
        lines=(
            Line(act="general-practitioner", quantity=1, paid_minor=50_000),
            Line(act="specialist", quantity=1, paid_minor=60_000),
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
    ],
)
def test_an_approval_that_is_refused(facts: dict[str, Any], refusal: type[Failure]) -> None:
    with pytest.raises(refusal):
        approved(claim(), **facts)


def test_two_papers_asked_are_two_to_give() -> None:
    both = asked(asked(claim(), kind="invoice").thing, kind="prescription", reason=PaperReason.ILLEGIBLE).thing
    half = rules.add_paper(both, paper("invoice", "u-invoice"), fund=FUND, at=LATER).thing
    assert (half.status, [request.kind for request in half.requests]) == (Status.PAPERS_ASKED, ["prescription"])
    whole = rules.add_paper(half, paper("prescription", "u-better"), fund=FUND, at=LATER).thing
    assert (whole.status, whole.requests) == (Status.SUBMITTED, ())


def test_a_paper_that_the_claim_type_does_not_know_is_not_asked_for() -> None:
    with pytest.raises(rules.PaperKindUnknown):
        asked(claim(), kind="poem")


def test_a_paper_that_cannot_be_added() -> None:
    waiting = asked(claim(), kind="invoice").thing
    with pytest.raises(rules.PaperTwice):
        rules.add_paper(waiting, paper("invoice", "u-sheet"), fund=FUND, at=LATER)
    full = replace(waiting, papers=tuple(paper("invoice", f"u{number}") for number in range(PAPERS_MAX)))
    with pytest.raises(rules.TooManyPapers):
        rules.add_paper(full, paper("invoice", "u-more"), fund=FUND, at=LATER)


def test_a_claim_in_a_colleague_s_hands_stays_there() -> None:
    taken = rules.assign(claim(), to=AGENT).thing
    assert taken.assigned_to == "agent-1"
    assert rules.assign(taken, to=AGENT).thing == taken
    with pytest.raises(rules.AssignedToAnother):
        rules.assign(taken, to=someone(subject="agent-2"))


@pytest.mark.parametrize(
    ("status", "who", "usually_by_on"),
    [
        (Status.SUBMITTED, Who.FUND, date(2026, 2, 20)),
        (Status.PAPERS_ASKED, Who.YOU, None),
        (Status.APPROVED, Who.FUND, date(2026, 2, 15)),
        (Status.ORDERED, Who.BANK, date(2026, 2, 15)),
        (Status.RETURNED, Who.YOU, None),
        (Status.PAID, Who.NOBODY, None),
        (Status.REFUSED, Who.NOBODY, None),
        (Status.WITHDRAWN, Who.NOBODY, None),
    ],
)
def test_what_comes_next(status: Status, who: Who, usually_by_on: date | None) -> None:
    coming = next_step(at_status(status), FUND)
    assert (coming.who, coming.usually_by_on) == (who, usually_by_on)
    assert coming.is_to_be_confirmed is (usually_by_on is not None)
