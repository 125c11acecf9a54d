"""Who may ask for a measure, when, and what becomes of the request."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from services.payments.measures import rules
from services.payments.measures.measure_request import MOVES, MeasureRequest, RequestStatus, RequestStep
from shared.funds.arrears import Measure, MeasureKind, MeasureLoss, MeasureProof
from shared.kernel.moves import MoveNotAllowed
from tests.kit.clock import AT
from tests.payments.builders import FIRM
from tests.payments.measures.builders import FROM, LAW, UNTIL, fund_with, measure


def ask(of: Measure, **facts: Any) -> MeasureRequest:
    return rules.ask(
        of,
        **{
            "code": "deferral",
            "before": None,
            "request_id": "r1",
            "employer_id": FIRM,
            "activity": "hotels",
            "is_declared": True,
            "by": "paie",
            "today": FROM,
            "at": AT,
            **facts,
        },
    )


def request(status: RequestStatus = RequestStatus.GRANTED) -> MeasureRequest:
    step = RequestStep(status=status, at=AT, by="paie")
    return MeasureRequest(
        request_id="r1", employer_id=FIRM, measure="deferral", is_declared=True, status=status, steps=(step,)
    )


@pytest.mark.parametrize(
    ("proof", "status"),
    [
        (MeasureProof.NONE, RequestStatus.GRANTED),
        (MeasureProof.DECLARED, RequestStatus.GRANTED),
        (MeasureProof.CHECKED, RequestStatus.ASKED),
    ],
)
def test_what_needs_no_check_is_granted_by_the_rules(proof: MeasureProof, status: RequestStatus) -> None:
    assert ask(measure(proof=proof)).status is status


@pytest.mark.parametrize(
    ("of", "facts", "refusal"),
    [
        ({}, {"today": FROM - timedelta(days=1)}, rules.NotOpen),
        ({}, {"today": UNTIL + timedelta(days=1)}, rules.NotOpen),
        ({"withdrawn": LAW}, {}, rules.NotOpen),
        ({"activities": ("mining",)}, {}, rules.NotForActivity),
        ({}, {"is_declared": False}, rules.NotDeclared),
        ({"proof": MeasureProof.CHECKED}, {"is_declared": False}, rules.NotDeclared),
        ({}, {"before": request()}, rules.AlreadyAsked),
        ({}, {"before": request(RequestStatus.ASKED)}, rules.AlreadyAsked),
    ],
)
def test_who_may_not_ask(of: dict[str, Any], facts: dict[str, Any], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        ask(measure(**of), **facts)


def test_the_last_day_counts_and_a_refused_employer_may_ask_again() -> None:
    again = ask(measure(), before=request(RequestStatus.REFUSED), today=UNTIL)
    assert (again.status, len(again.steps)) == (RequestStatus.GRANTED, 2)
    assert ask(measure(proof=MeasureProof.NONE), is_declared=False).status is RequestStatus.GRANTED


@pytest.mark.parametrize("status", RequestStatus)
@pytest.mark.parametrize("is_granted", [True, False])
def test_every_decision_and_every_refused_one(status: RequestStatus, is_granted: bool) -> None:
    wanted = RequestStatus.GRANTED if is_granted else RequestStatus.REFUSED
    if wanted in MOVES[status]:
        decided = rules.decide(request(status), is_granted=is_granted, reason="Because", by="agent", at=AT)
        assert (decided.status, decided.reason, decided.asked_at) == (wanted, "Because", AT)
    else:
        with pytest.raises(MoveNotAllowed):
            rules.decide(request(status), is_granted=is_granted, reason="Because", by="agent", at=AT)


def test_what_was_granted_is_undone_once() -> None:
    undone = rules.undo(request(), reason="A decree", by="leftovers", at=AT)
    assert (undone.status, undone.reason) == (RequestStatus.UNDONE, "A decree")
    with pytest.raises(MoveNotAllowed):
        rules.undo(undone, reason="A decree", by="leftovers", at=AT)


def test_an_employer_is_offered_what_is_open_and_what_it_asked_for() -> None:
    fund = fund_with(deferral=measure(), over=measure(ask_until_on=FROM), mining=measure(activities=("mining",)))

    def codes(today: date, *requests: MeasureRequest) -> list[tuple[str, bool]]:
        found = rules.offered(fund, requests=requests, activity="hotels", today=today)
        return [(each.code, each.is_open) for each in found]

    assert codes(FROM) == [("deferral", True), ("over", True)]
    assert codes(UNTIL) == [("deferral", True)]
    assert codes(UNTIL, request()) == [("deferral", False)]
    assert codes(UNTIL, request(RequestStatus.REFUSED)) == [("deferral", True)]
    assert codes(UNTIL + timedelta(days=1), request()) == [("deferral", False)]
    with pytest.raises(rules.MeasureUnknown):
        rules.measure_of(fund, "none")


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"periods": ()}, "1 to 60 periods"),
        ({"periods": ("2025-Q5",)}, "1 to 60 periods"),
        ({"ask_until_on": FROM - timedelta(days=1)}, "before ask_from_on"),
        ({"new_due_on": None}, "needs it"),
        ({"frozen_to_on": UNTIL}, "belong together"),
        ({"kind": MeasureKind.WAIVE}, "belongs to the kind defer"),
        ({"kind": MeasureKind.SPLIT}, "belong to the kind split"),
        ({"kind": MeasureKind.SPLIT, "new_due_on": None}, "belong to the kind split"),
        ({"part_days": (FROM, UNTIL)}, "belong to the kind split"),
        ({"kind": MeasureKind.SPLIT, "new_due_on": None, "part_days": (FROM,)}, "2 to 60 days"),
        ({"kind": MeasureKind.SPLIT, "new_due_on": None, "part_days": (UNTIL, FROM)}, "the earlier first"),
        ({"kind": MeasureKind.SPLIT, "new_due_on": None, "part_days": (FROM, FROM)}, "each day once"),
        ({"reminder_days": 28}, "reminder_days"),
        ({"kind": MeasureKind.WAIVE, "new_due_on": None, "side": None}, "needs frozen_from_on"),
        (
            {
                "kind": MeasureKind.WAIVE,
                "new_due_on": None,
                "side": None,
                "frozen_from_on": FROM,
                "frozen_to_on": UNTIL,
                "loss": MeasureLoss.UNPAID,
            },
            "belong to the kinds defer and split",
        ),
    ],
)
def test_a_wrong_measure_cannot_be_built(facts: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        measure(**facts)


def test_a_request_stands_where_its_last_step_left_it() -> None:
    with pytest.raises(ValueError, match="last step"):
        replace(request(), status=RequestStatus.ASKED)
