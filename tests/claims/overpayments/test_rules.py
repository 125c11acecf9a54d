"""What was paid after a death, by the payments as they stand, and the moves of what is to be recovered."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from services.claims.awards import rules as awards
from services.claims.awards.award import Award, EndReason
from services.claims.overpayments import rules
from services.claims.overpayments.overpayment import Overpayment, Status
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
    return rules.found(known, of or ended(), payments, currency="DZD", by="system:test", at=AT)


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
    decided = rules.decide_waiver(proposed(), agrees=agrees, reason="as proposed", by=by, at=AT)
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
