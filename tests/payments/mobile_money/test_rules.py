"""Every move of a payment at an operator, allowed and refused; what is reported of a name."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from services.payments.mobile_money import rules
from services.payments.mobile_money.bill import Bill, BillStatus
from services.payments.mobile_money.operator_payment import (
    MOVES,
    OperatorPayment,
    PaymentException,
    Status,
    Terms,
)
from shared.kernel.moves import MoveNotAllowed
from tests.kit.clock import AT
from tests.kit.contexts import TN, funds

FUND = funds()[TN]
TERMS = Terms(reference="CT1", amount_minor=1_000)
TAKEN = replace(TERMS, taken_at=AT)
BILL = Bill(
    reference="CT1",
    collection_id="c1",
    declaration_id="d1",
    employer_id="1600000001",
    form="quarterly-wages",
    period="2025-Q1",
    payer="At•••",
    status=BillStatus.OPEN,
    due_on=date(2025, 4, 15),
    debt_minor=1_000,
    today_minor=1_000,
    next_on=date(2025, 4, 16),
    next_minor=1_010,
    valid_until_on=date(2025, 5, 25),
)


def begun(bill: Bill | None = BILL, terms: Terms = TERMS, *, before: OperatorPayment | None = None) -> OperatorPayment:
    return rules.begin(before, bill, operator="o1", payment_id="p1", terms=terms, fund=FUND, at=AT)


def taken(before: OperatorPayment | None = None, bill: Bill | None = BILL, terms: Terms = TAKEN) -> OperatorPayment:
    return rules.take(before, bill, operator="o1", payment_id="p1", terms=terms, receipt="MR1", fund=FUND, at=AT).thing


IN = {
    Status.BEGUN: begun(),
    Status.TAKEN: taken(),
    Status.CANCELLED: rules.cancel(begun(), at=AT),
    Status.REVERSED: rules.reverse(taken(), reason="CUST", at=AT),
}


@pytest.mark.parametrize("status", Status)
def test_the_move_table(status: Status) -> None:
    def moves() -> set[Status]:
        made = set()
        for to, move in (
            (Status.TAKEN, lambda it: taken(it)),
            (Status.CANCELLED, lambda it: rules.cancel(it, at=AT)),
            (Status.REVERSED, lambda it: rules.reverse(it, reason="CUST", at=AT)),
        ):
            try:
                changed = move(IN[status])
            except (MoveNotAllowed, rules.PaymentTaken, rules.PaymentNotTaken):
                continue
            if changed is not IN[status]:
                made.add(to)
        return made

    assert moves() == MOVES[status]


@pytest.mark.parametrize(
    ("bill", "amount_minor", "found"),
    [
        (BILL, 1_000, None),
        (BILL, 999, PaymentException.AMOUNT_WRONG),
        (None, 1_000, PaymentException.REFERENCE_UNKNOWN),
        (replace(BILL, status=BillStatus.PAID, today_minor=0), 1_000, PaymentException.PAID_TWICE),
        (replace(BILL, status=BillStatus.EXPIRED, today_minor=0), 1_000, PaymentException.EXPIRED),
        (replace(BILL, status=BillStatus.VOID, today_minor=0), 1_000, PaymentException.EXPIRED),
        (replace(BILL, status=BillStatus.REPLACED, today_minor=0), 1_000, PaymentException.EXPIRED),
    ],
)
def test_what_is_not_as_it_should_be_has_a_name_and_is_refused_before_it_is_taken(
    bill: Bill | None, amount_minor: int, found: PaymentException | None
) -> None:
    assert rules.exception(bill, amount_minor=amount_minor) is found
    assert taken(None, bill, replace(TAKEN, amount_minor=amount_minor)).exception is found
    if found is not None:
        named = (rules.AmountWrong, rules.BillUnknown, rules.PaidAlready, rules.ReferenceExpired)
        with pytest.raises(named) as refused:
            begun(bill, replace(TERMS, amount_minor=amount_minor))
        assert refused.value.code == f"mobile-money.{found}"


def test_money_for_a_known_reference_is_published_and_for_an_unknown_one_is_not() -> None:
    def events(bill: Bill | None) -> int:
        return len(
            rules.take(None, bill, operator="o1", payment_id="p1", terms=TAKEN, receipt="MR1", fund=FUND, at=AT).events
        )

    assert (events(BILL), events(None)) == (1, 0)


def test_no_clock_takes_money_tomorrow() -> None:
    near = AT + rules.CLOCKS_APART_MAX
    assert taken(terms=replace(TERMS, taken_at=near)).taken_on == FUND.day_of(near)
    with pytest.raises(rules.TakenInFuture):
        taken(terms=replace(TERMS, taken_at=near + timedelta(seconds=1)))


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Atelier Tassili", "At••• Ta•••"),
        ("  SARL  A ", "SA••• A•••"),
        ("ورشة النور", "ور••• ال•••"),
        ("Al", "A•••"),
        ("", ""),
    ],
)
def test_a_name_is_masked(name: str, shown: str) -> None:
    assert rules.masked(name) == shown


@pytest.mark.parametrize(
    ("before", "bill", "said", "expected"),
    [
        (None, BILL, (None, None), (1_000, AT)),
        (None, BILL, (7, None), (7, AT)),
        (None, BILL, (None, AT - timedelta(days=1)), (1_000, AT - timedelta(days=1))),
        (None, None, (7, None), (7, AT)),
        (None, None, (None, None), None),
        (None, replace(BILL, status=BillStatus.PAID, today_minor=0), (None, None), None),
        (begun(), replace(BILL, status=BillStatus.EXPIRED, today_minor=0), (None, None), (1_000, AT)),
        (taken(), replace(BILL, status=BillStatus.PAID, today_minor=0), (None, None), (1_000, AT)),
        (taken(), BILL, (7, None), (7, AT)),
        (taken(terms=replace(TAKEN, reference="CT2")), BILL, (None, None), (1_000, AT)),
        (taken(terms=replace(TAKEN, reference="CT2")), None, (None, None), None),
    ],
)
def test_what_an_operator_does_not_say_is_what_it_said_before_or_what_the_bill_costs(
    before: OperatorPayment | None,
    bill: Bill | None,
    said: tuple[int | None, datetime | None],
    expected: tuple[int, datetime] | None,
) -> None:
    amount_minor, taken_at = said
    found = rules.assumed(before, bill, reference="CT1", amount_minor=amount_minor, taken_at=taken_at, at=AT)
    assert (found and (found.amount_minor, found.taken_at)) == expected


def test_a_payment_that_is_wrong_cannot_be_built() -> None:
    for facts in ({"receipt": ""}, {"taken": None}, {"taken_on": None}, {"status": Status.BEGUN}, {"entry_id": ""}):
        with pytest.raises(ValueError, match="taken"):
            replace(taken(), **facts)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="of something"):
        Terms(reference="CT1", amount_minor=0)
