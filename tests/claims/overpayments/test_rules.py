"""What was paid after a death, by the payments as they stand, and the moves of what is to be recovered."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from services.claims.awards import rules as awards
from services.claims.awards.award import Award, EndReason
from services.claims.overpayments import disputing, rules
from services.claims.overpayments.overpayment import TO_RECOVER, DisputeOutcome, Overpayment, RepaymentWay, Status
from services.claims.runs.run import AwardPayment, Change, PaymentLine, PaymentStatus, RunLineKind
from tests.claims.awards.builders import PAYMENT_EFFECT, award
from tests.kit.contexts import DZ, funds

AT = datetime(2026, 10, 1, 9, tzinfo=UTC)
DIED_ON = date(2026, 2, 10)


def ended() -> Award:
    outcome = awards.follow_death(
        award(), died_on=DIED_ON, effect=PAYMENT_EFFECT, fund=funds()[DZ], by="system:test", at=AT
    )
    assert outcome is not None
    return outcome.thing


def line(period: str, minor: int) -> PaymentLine:
    right, granted = max(minor, 0), max(-minor, 0)
    return PaymentLine(kind=RunLineKind.ARREARS, period=period, right_minor=right, granted_minor=granted)


def payment(*lines: PaymentLine, status: PaymentStatus = PaymentStatus.PAID, carried: int = 0) -> AwardPayment:
    total = sum(each.amount_minor for each in lines) + carried
    return AwardPayment(
        payment_id="p1",
        run_id="r1",
        page=1,
        award_id="a1",
        person_ref="person",
        claim_id="c1",
        reference="AW260000000132",
        claim_type="invented-allowance",
        period="2026-Q2",
        amount_minor=max(total, 0),
        carry_before_minor=carried,
        carry_after_minor=min(total, 0),
        before_minor=0,
        change=Change.NEW,
        status=status,
        steps=(),
        lines=lines,
    )


def found(*payments: AwardPayment, known: Overpayment | None = None, of: Award | None = None) -> Overpayment | None:
    return rules.found(
        known,
        of or ended(),
        payments,
        carried_minor=known.carried_minor if known else 0,
        repayment_reference="OP260000000150",
        currency="DZD",
        by="system:test",
        at=AT,
    )


LATER = payment(line("2026-Q2", 20_000))


@pytest.mark.parametrize(
    ("payments", "amount"),
    [
        ((), None),
        ((payment(line("2026-Q1", 20_000)),), None),
        ((LATER,), 20_000),
        ((payment(line("2026-Q1", 5_000), line("2026-Q2", 20_000), line("2026-Q3", 20_000)),), 40_000),
        ((payment(line("2026-Q2", 20_000), carried=-15_000),), 5_000),
        ((payment(line("2026-Q2", 20_000), status=PaymentStatus.RETURNED),), None),
        ((payment(line("2026-Q2", 20_000), status=PaymentStatus.WITHHELD),), None),
        ((payment(line("2026-Q2", 20_000), status=PaymentStatus.DUE),), 20_000),
    ],
)
def test_what_is_to_be_recovered(payments: tuple[AwardPayment, ...], amount: int | None) -> None:
    overpaid = found(*payments)
    assert (overpaid.amount_minor if overpaid else None) == amount


def test_an_award_that_holds_has_none() -> None:
    assert found(LATER, of=award()) is None


def otherwise_ended() -> Award:
    return awards.end(
        award(), reason=EndReason.FACT, last_on=DIED_ON, fund=funds()[DZ], by="system:reassessments", at=AT
    ).thing


def test_an_award_that_ended_otherwise_is_recovered_too() -> None:
    overpaid = found(LATER, of=otherwise_ended())
    assert overpaid is not None and (overpaid.amount_minor, overpaid.last_on) == (20_000, DIED_ON)


@pytest.mark.parametrize("status", [PaymentStatus.DUE, PaymentStatus.SETTLED])
def test_what_another_payment_took_off_is_not_recovered_again(status: PaymentStatus) -> None:
    taking = replace(payment(line("2026-Q1", 8_000), line("2026-Q2", -20_000), status=status), payment_id="p2")
    assert taking.taken_minor == 8_000
    overpaid = found(taking, LATER, of=otherwise_ended())
    assert overpaid is not None and overpaid.amount_minor == 12_000


def test_found_again_it_is_the_same() -> None:
    assert found(LATER, known=found(LATER)) is None


def standing(status: Status) -> Overpayment:
    overpaid = found(LATER)
    assert overpaid is not None
    return replace(overpaid, status=status)


@pytest.mark.parametrize(
    ("status", "is_owed", "then"),
    [
        (Status.OPEN, False, Status.CANCELLED),
        (Status.WAIVED, False, Status.CANCELLED),
        (Status.RECOVERED, False, Status.TO_REPAY),
        (Status.CANCELLED, False, None),
        (Status.TO_REPAY, False, None),
        (Status.OPEN, True, None),
        (Status.WAIVED, True, None),
        (Status.RECOVERED, True, None),
        (Status.CANCELLED, True, Status.OPEN),
        (Status.TO_REPAY, True, Status.RECOVERED),
        (Status.WAIVER_PROPOSED, False, Status.CANCELLED),
        (Status.WAIVER_PROPOSED, True, None),
    ],
)
def test_what_a_change_of_the_facts_does(status: Status, is_owed: bool, then: Status | None) -> None:
    after = found(*([LATER] if is_owed else []), known=standing(status))
    assert (after.status if after else None) is then


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("to", [Status.RECOVERED, Status.WAIVED])
def test_an_agent_settles_what_is_open(status: Status, to: Status) -> None:
    if status is Status.OPEN:
        settled = rules.settle(standing(status), to=to, reason="receipt 12", by="agent-1", at=AT)
        then = Status.WAIVER_PROPOSED if to is Status.WAIVED else to
        assert (settled.status, settled.steps[-1].reason) == (then, "receipt 12")
        return
    with pytest.raises(rules.OverpaymentNotOpen):
        rules.settle(standing(status), to=to, reason="receipt 12", by="agent-1", at=AT)


def proposed(by: str = "agent-1") -> Overpayment:
    return rules.settle(standing(Status.OPEN), to=Status.WAIVED, reason="hardship", by=by, at=AT)


@pytest.mark.parametrize(
    ("agrees", "by", "then"),
    [(True, "agent-2", Status.WAIVED), (False, "agent-2", Status.OPEN), (False, "agent-1", Status.OPEN)],
)
def test_a_second_person_agrees_to_a_waiver(agrees: bool, by: str, then: Status) -> None:
    decided = rules.decide_waiver(proposed(), agrees=agrees, reason="as proposed", by=by, at=AT).thing
    assert (decided.status, decided.steps[-1].by, decided.steps[-1].reason) == (then, by, "as proposed")


def test_nobody_waives_alone() -> None:
    with pytest.raises(rules.SamePerson):
        rules.decide_waiver(proposed(), agrees=True, reason="as proposed", by="agent-1", at=AT)


@pytest.mark.parametrize("status", [each for each in Status if each is not Status.WAIVER_PROPOSED])
def test_what_nobody_proposed_is_not_waived(status: Status) -> None:
    with pytest.raises(rules.NoWaiverProposed):
        rules.decide_waiver(standing(status), agrees=True, reason="x", by="agent-2", at=AT)


def test_another_amount_is_another_proposal() -> None:
    more = payment(line("2026-Q2", 20_000), line("2026-Q3", 20_000))
    again = found(more, known=proposed())
    assert again is not None and (again.status, again.amount_minor) == (Status.OPEN, 40_000)


# --- Disputed ---------------------------------------------------------------------------------------------------------

TODAY = date(2026, 10, 1)


def dead(status: Status) -> Overpayment:
    return replace(standing(status), is_of_deceased=True)


def living(status: Status) -> Overpayment:
    """One in a status, of a person who lives."""
    return replace(standing(status), is_of_deceased=False)


def disputed(known: Overpayment | None = None, *, until_on: date | None = TODAY, today: date = TODAY) -> Overpayment:
    it = known or living(Status.OPEN)
    return disputing.dispute(it, statement="I told the fund", until_on=until_on, today=today, at=AT).thing


def test_it_is_disputed_up_to_the_last_day() -> None:
    made = disputed()
    assert made.is_disputed and made.dispute is not None and made.dispute.outcome is None
    with pytest.raises(disputing.OverpaymentDisputeTooLate):
        disputed(today=date(2026, 10, 2))
    with pytest.raises(disputing.OverpaymentNotDisputable):
        disputed(until_on=None)
    with pytest.raises(disputing.OverpaymentDisputedBefore):
        disputed(made)


@pytest.mark.parametrize("status", [each for each in Status if each not in TO_RECOVER])
def test_what_is_not_owed_is_not_disputed(status: Status) -> None:
    with pytest.raises(rules.OverpaymentNotOpen):
        disputed(living(status))


def decided(stands: bool, *, by: str = "agent-1") -> Overpayment:
    return disputing.decide_dispute(
        disputed(), stands=stands, reason="told in May", by=by, ended_by="ender", at=AT
    ).thing


def test_what_stands_is_not_disputed_twice() -> None:
    stands = decided(True)
    assert (stands.status, stands.is_disputed) == (Status.OPEN, False)
    assert stands.dispute is not None and stands.dispute.outcome is DisputeOutcome.REJECTED
    with pytest.raises(disputing.OverpaymentDisputedBefore):
        disputed(stands)
    with pytest.raises(disputing.OverpaymentNotDisputed):
        disputing.decide_dispute(stands, stands=True, reason="x", by="agent-1", ended_by="ender", at=AT)
    with pytest.raises(disputing.ConcernedWithOverpayment):
        decided(True, by="ender")


def test_what_does_not_stand_is_waived_by_two() -> None:
    proposed_waiver = decided(False)
    assert (proposed_waiver.status, proposed_waiver.is_disputed) == (Status.WAIVER_PROPOSED, True)
    agreed = rules.decide_waiver(proposed_waiver, agrees=True, reason="x", by="agent-2", at=AT).thing
    assert agreed.dispute is not None
    assert (agreed.status, agreed.dispute.outcome) == (Status.WAIVED, DisputeOutcome.ACCEPTED)
    refused = rules.decide_waiver(proposed_waiver, agrees=False, reason="x", by="agent-2", at=AT).thing
    assert (refused.status, refused.is_disputed) == (Status.OPEN, True)


def test_a_dispute_of_what_is_not_owed_any_more_is_moot() -> None:
    closed = found(known=disputed())
    assert closed is not None and closed.dispute is not None
    assert (closed.status, closed.is_disputed, closed.dispute.outcome) == (
        Status.CANCELLED,
        False,
        DisputeOutcome.MOOT,
    )


@pytest.mark.parametrize(
    ("it", "waits", "may"),
    [
        (living(Status.OPEN), True, True),
        (disputed(), True, False),
        (disputed(), False, True),
        (living(Status.WAIVER_PROPOSED), True, False),
        (living(Status.RECOVERED), True, False),
        (replace(living(Status.OPEN), is_of_deceased=True), True, False),
    ],
)
def test_when_payments_have_something_taken_off(it: Overpayment, waits: bool, may: bool) -> None:
    assert rules.may_be_taken(it, waits_for_dispute=waits) is may


@pytest.mark.parametrize(
    ("before", "after", "names"),
    [
        (None, living(Status.OPEN), ["OverpaymentFound"]),
        (living(Status.OPEN), living(Status.OPEN), []),
        (replace(living(Status.OPEN), amount_minor=5), living(Status.OPEN), ["OverpaymentFound"]),
        (living(Status.OPEN), replace(living(Status.OPEN), amount_minor=5), []),
        (living(Status.OPEN), living(Status.WAIVER_PROPOSED), []),
        (living(Status.WAIVER_PROPOSED), living(Status.OPEN), []),
        (living(Status.WAIVER_PROPOSED), living(Status.WAIVED), ["OverpaymentClosed"]),
        (living(Status.CANCELLED), living(Status.OPEN), ["OverpaymentFound"]),
        (living(Status.RECOVERED), living(Status.TO_REPAY), []),
        (None, dead(Status.OPEN), ["OverpaymentFound"]),
        (dead(Status.OPEN), dead(Status.OPEN), []),
        (living(Status.OPEN), dead(Status.OPEN), []),
        (dead(Status.OPEN), dead(Status.RECOVERED), ["OverpaymentClosed"]),
        (dead(Status.RECOVERED), dead(Status.TO_REPAY), []),
    ],
)
def test_what_the_person_is_told(before: Overpayment | None, after: Overpayment, names: list[str]) -> None:
    published = rules.change_events(before, after, way=RepaymentWay.TRANSFER, until_on=None, at=AT)
    assert [type(each).__name__ for each in published] == names
