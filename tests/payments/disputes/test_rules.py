"""What may happen to a dispute, and what may not."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.payments.disputes import rules
from services.payments.disputes.dispute import MOVES, DebtDispute, DisputeStatus, DisputeStep
from shared.events.payments.disputes import DisputeDecided
from shared.funds.arrears import DisputePenalties
from shared.kernel.errors import Failure
from tests.kit.clock import AT
from tests.payments.disputes.builders import dispute, fund
from tests.payments.obligations.builders import obligation

LATER = AT + timedelta(days=9)


def standing(status: DisputeStatus) -> DebtDispute:
    """A dispute that stands so."""
    step = DisputeStep(status=status, at=AT, by="agent-1")
    proposed = {"proposed_by": "agent-1", "relieved_minor": 5} if status is DisputeStatus.PROPOSED else {}
    return replace(dispute(), status=status, steps=(step,), **proposed)


def decided(it: DebtDispute, relieved_minor: int) -> DebtDispute:
    return rules.decide(
        it, relieved_minor=relieved_minor, reason="r", fund=fund(second_person_from=50_000), by="agent-1", at=LATER
    ).thing


VERBS: dict[str, Callable[[DebtDispute], DebtDispute]] = {
    "uphold": lambda it: decided(it, 0),
    "reduce": lambda it: decided(it, 49_999),
    "propose": lambda it: decided(it, 50_000),
    "confirm": lambda it: rules.confirm(it, fund=fund(), by="agent-2", at=LATER).thing,
    "reject": lambda it: rules.reject(it, by="agent-2", at=LATER),
    "withdraw": lambda it: rules.withdraw(it, by="firm", at=LATER),
}
OPEN, PROPOSED = DisputeStatus.OPEN, DisputeStatus.PROPOSED
ALLOWED = {
    ("uphold", OPEN): DisputeStatus.UPHELD,
    ("reduce", OPEN): DisputeStatus.REDUCED,
    ("propose", OPEN): PROPOSED,
    ("withdraw", OPEN): DisputeStatus.WITHDRAWN,
    ("confirm", PROPOSED): DisputeStatus.REDUCED,
    ("reject", PROPOSED): OPEN,
    ("withdraw", PROPOSED): DisputeStatus.WITHDRAWN,
}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("status", DisputeStatus)
def test_each_move_is_allowed_or_refused(verb: str, status: DisputeStatus) -> None:
    expected = ALLOWED.get((verb, status))
    if expected is None:
        with pytest.raises(Failure):
            VERBS[verb](standing(status))
    else:
        assert VERBS[verb](standing(status)).status is expected


def test_every_move_of_the_table_is_made_by_a_verb() -> None:
    made = {(status, to) for (_, status), to in ALLOWED.items()}
    cancelled = {(status, DisputeStatus.CANCELLED) for status in (OPEN, PROPOSED)}
    assert made | cancelled == {(status, to) for status, targets in MOVES.items() for to in targets}


@pytest.mark.parametrize(
    ("relieved", "status"),
    [(0, DisputeStatus.UPHELD), (1, DisputeStatus.REDUCED), (100_000, DisputeStatus.CANCELLED)],
)
def test_the_amount_says_what_is_decided_and_the_employer_is_told(relieved: int, status: DisputeStatus) -> None:
    outcome = rules.decide(dispute(), relieved_minor=relieved, reason="Établi.", fund=fund(), by="agent-1", at=LATER)
    assert (outcome.thing.status, outcome.thing.reason, outcome.thing.steps[-1].by) == (status, "Établi.", "agent-1")
    (published,) = outcome.events
    assert isinstance(published, DisputeDecided)
    assert (published.disputed_minor, published.relieved_minor, published.upheld_minor) == (
        100_000,
        relieved,
        100_000 - relieved,
    )


def test_who_proposed_it_does_not_confirm_it_and_nobody_is_told_before() -> None:
    big = fund(second_person_from=1)
    proposed = rules.decide(dispute(), relieved_minor=100_000, reason="r", fund=big, by="agent-1", at=LATER)
    assert proposed.events == ()
    with pytest.raises(rules.SameDisputePerson):
        rules.confirm(proposed.thing, fund=big, by="agent-1", at=LATER)
    confirmed = rules.confirm(proposed.thing, fund=big, by="agent-2", at=LATER)
    assert (confirmed.thing.status, confirmed.thing.reason) == (DisputeStatus.CANCELLED, "r")
    assert len(confirmed.events) == 1


@pytest.mark.parametrize(("days", "is_open"), [(0, True), (30, True), (31, False)])
def test_a_debt_is_disputed_within_the_fund_s_delay(days: int, *, is_open: bool) -> None:
    def file() -> DebtDispute:
        return rules.file(
            obligation(),
            dispute_id="di1",
            reference="DI1",
            ground="rate",
            explanation="Nous sommes une autre activité.",
            amount_minor=1,
            fund=fund(),
            by="firm",
            today=AT.date() + timedelta(days=days),
            at=AT + timedelta(days=days),
        )

    if not is_open:
        with pytest.raises(rules.DisputedTooLate):
            file()
    else:
        assert file().decide_by_on == AT.date() + timedelta(days=days + 60)


def test_the_ground_is_one_of_the_fund_s() -> None:
    with pytest.raises(rules.DisputeGroundUnknown):
        rules.file(
            obligation(),
            dispute_id="di1",
            reference="DI1",
            ground="dislike",
            explanation="x",
            amount_minor=1,
            fund=fund(),
            by="firm",
            today=AT.date(),
            at=AT,
        )


@pytest.mark.parametrize(
    ("penalties", "is_paused", "is_spared"),
    [
        (DisputePenalties.RUN, False, False),
        (DisputePenalties.IF_UPHELD, True, False),
        (DisputePenalties.SPARED, True, True),
    ],
)
def test_penalties_meanwhile_are_as_the_fund_says(
    penalties: DisputePenalties, *, is_paused: bool, is_spared: bool
) -> None:
    own = fund(penalties=penalties)
    assert rules.is_paused(own) is is_paused
    assert rules.is_spared(standing(DisputeStatus.UPHELD), fund=own) is is_spared
    assert not rules.is_spared(standing(DisputeStatus.WITHDRAWN), fund=own)


@pytest.mark.parametrize(
    "wrong",
    [{"relieved_minor": 100_001}, {"relieved_minor": -1}, {"amount_minor": 0}, {"proposed_by": "agent-1"}],
)
def test_a_wrong_one_cannot_be_built(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        dispute(**wrong)
