"""What was paid after a death, by the payments as they stand, and the moves of what is to be recovered."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from services.claims.awards import rules as awards
from services.claims.awards.award import Award
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


def test_an_award_that_ended_otherwise_has_none() -> None:
    assert found(LATER, of=award()) is None


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
        assert (settled.status, settled.steps[-1].reason) == (to, "receipt 12")
        return
    with pytest.raises(rules.OverpaymentNotOpen):
        rules.settle(standing(status), to=to, reason="receipt 12", by="agent-1", at=AT)
