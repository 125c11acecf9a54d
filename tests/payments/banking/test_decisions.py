"""What a person may decide about an entry: every way, allowed and refused, and the second person."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.payments.banking import decisions
from services.payments.banking.bank_entry import (
    FOREIGN,
    BankEntry,
    DecisionKind,
    DecisionReason,
    Details,
    EntryDecision,
    EntryStatus,
    Share,
    Target,
)
from services.payments.banking.bank_file import Direction
from services.payments.ledger.account import BANK_COLLECTIONS, BANK_PAYOUTS

AT = datetime(2026, 2, 11, 9, 0, tzinfo=UTC)
CREDIT, DEBIT = Direction.CREDIT, Direction.DEBIT


def entry(**facts: Any) -> BankEntry:
    return BankEntry(
        **{
            "bank_reference": "E1",
            "account": BANK_COLLECTIONS,
            "direction": CREDIT,
            "amount_minor": 500,
            "booked_as": "",
            "is_matched": False,
            "details": Details(counterparty="x", text=""),
            "taken_at": AT,
            **facts,
        }
    )


def share(target: Target = Target.COLLECTION, amount_minor: int = 500, target_id: str = "c1") -> Share:
    return Share(target=target, target_id=target_id, amount_minor=amount_minor)


def decision(way: DecisionKind = DecisionKind.ALLOCATE, *shares: Share, by: str = "agent-1") -> EntryDecision:
    ground = None if way is DecisionKind.ALLOCATE else DecisionReason.OTHER
    return EntryDecision(way=way, by=by, at=AT, shares=shares, ground=ground)


ALLOWED: list[tuple[dict[str, Any], EntryDecision]] = [
    ({}, decision(DecisionKind.ALLOCATE, share())),
    ({}, decision(DecisionKind.ALLOCATE, share(Target.DECLARATION, 200), share(Target.EMPLOYER, 300))),
    ({}, decision(DecisionKind.ALLOCATE, share(Target.REFUND))),
    ({"account": BANK_PAYOUTS}, decision(DecisionKind.ALLOCATE, share(Target.PAYOUT))),
    ({"account": BANK_PAYOUTS}, decision(DecisionKind.ALLOCATE, share())),
    ({"direction": DEBIT}, decision(DecisionKind.ALLOCATE, share())),
    ({"direction": DEBIT, "account": BANK_PAYOUTS}, decision(DecisionKind.ALLOCATE, share(Target.BATCH))),
    ({"direction": DEBIT, "account": BANK_PAYOUTS}, decision(DecisionKind.ALLOCATE, share(Target.PAYOUT))),
    ({}, decision(DecisionKind.REFUND)),
    ({}, decision(DecisionKind.WRITE_OFF)),
    ({"direction": DEBIT}, decision(DecisionKind.WRITE_OFF)),
    ({"account": FOREIGN}, decision(DecisionKind.WRITE_OFF)),
]
REFUSED: list[tuple[dict[str, Any], EntryDecision, type[Exception]]] = [
    ({}, decision(DecisionKind.ALLOCATE), decisions.SharesDiffer),
    ({}, decision(DecisionKind.ALLOCATE, share(amount_minor=499)), decisions.SharesDiffer),
    ({}, decision(DecisionKind.ALLOCATE, share(amount_minor=501)), decisions.SharesDiffer),
    ({}, decision(DecisionKind.ALLOCATE, share(amount_minor=250), share(amount_minor=250)), decisions.SharesDiffer),
    ({}, decision(DecisionKind.ALLOCATE, share(Target.PAYOUT)), decisions.TargetNotAllowed),
    ({}, decision(DecisionKind.ALLOCATE, share(Target.BATCH)), decisions.TargetNotAllowed),
    ({}, decision(DecisionKind.ALLOCATE, share(Target.ENTRY)), decisions.TargetNotAllowed),
    ({"direction": DEBIT}, decision(DecisionKind.ALLOCATE, share(Target.DECLARATION)), decisions.TargetNotAllowed),
    ({"direction": DEBIT}, decision(DecisionKind.ALLOCATE, share(Target.EMPLOYER)), decisions.TargetNotAllowed),
    ({"direction": DEBIT}, decision(DecisionKind.ALLOCATE, share(Target.PAYOUT)), decisions.TargetNotAllowed),
    ({"direction": DEBIT}, decision(DecisionKind.REFUND), decisions.WayNotAllowed),
    ({"account": FOREIGN}, decision(DecisionKind.REFUND), decisions.WayNotAllowed),
    ({"account": FOREIGN}, decision(DecisionKind.ALLOCATE, share()), decisions.WayNotAllowed),
    ({"booked_as": "x", "is_matched": True}, decision(DecisionKind.WRITE_OFF), decisions.EntryNotWaiting),
    (
        {"status": EntryStatus.PROPOSED, "decision": decision()},
        decision(DecisionKind.WRITE_OFF),
        decisions.EntryNotWaiting,
    ),
]


@pytest.mark.parametrize(("facts", "decided"), ALLOWED)
def test_it_may_be_decided(facts: dict[str, Any], decided: EntryDecision) -> None:
    proposed = decisions.propose(entry(**facts), decided)
    assert (proposed.status, proposed.decision, proposed.is_matched) == (EntryStatus.PROPOSED, decided, False)


@pytest.mark.parametrize(("facts", "decided", "error"), REFUSED)
def test_it_may_not_be_decided(facts: dict[str, Any], decided: EntryDecision, error: type[Exception]) -> None:
    with pytest.raises(error):
        decisions.propose(entry(**facts), decided)


def test_a_second_person_confirms() -> None:
    proposed = decisions.propose(entry(), decision(DecisionKind.WRITE_OFF))
    with pytest.raises(decisions.SecondPersonNeeded):
        decisions.confirm(proposed, by="agent-1", at=AT)
    confirmed = decisions.confirm(proposed, by="agent-2", at=AT)
    assert confirmed.decision is not None and confirmed.decision.confirmed_by == "agent-2"
    settled = decisions.settle(confirmed)
    assert (settled.status, settled.booked_as, settled.is_matched) == (EntryStatus.SETTLED, "written-off", True)
    for step in (lambda it: decisions.confirm(it, by="agent-2", at=AT), decisions.reject, decisions.reopen):
        with pytest.raises(decisions.EntryNotWaiting):
            step(settled)


def test_what_was_rejected_waits_again_and_is_remembered_to_a_limit() -> None:
    waiting = entry()
    for _ in range(decisions.DECISIONS_MAX + 1):
        waiting = decisions.reject(decisions.propose(waiting, decision(DecisionKind.WRITE_OFF)))
    assert waiting.status is EntryStatus.WAITING and len(waiting.decided_before) == decisions.DECISIONS_MAX


def test_a_refund_that_was_cancelled_lets_the_entry_wait_again() -> None:
    settled = decisions.settle(decisions.propose(entry(), decision(DecisionKind.REFUND)), refund_id="r1")
    assert settled.booked_as == "refund:r1:ordered"
    assert decisions.reopen(settled).status is EntryStatus.WAITING


@pytest.mark.parametrize(
    "facts",
    [
        {"amount_minor": -1},
        {"amount_minor": 0},
        {"is_matched": True},
        {"booked_as": "x"},
        {"status": EntryStatus.PROPOSED},
        {"status": EntryStatus.BOOKED},
        {"status": EntryStatus.NOTED, "booked_as": "zero", "is_matched": True},
    ],
)
def test_an_entry_that_cannot_be_cannot_be_built(facts: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        entry(**facts)
