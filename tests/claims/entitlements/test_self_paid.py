"""Months that a person pays alone open the right to care where the fund says so; money that is taken back closes it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.claims.entitlements import rules
from services.claims.entitlements.entitlement import (
    SELF_PAID_KEPT_MAX,
    Entitlement,
    EntitlementReason,
    RightStatus,
)
from services.claims.entitlements.store import entitlements
from services.claims.wiring import service
from shared.events.claims.entitlements import RightDecided
from shared.events.payments.self_payers import SelfContributionPaid, SelfContributionReopened
from shared.funds.entitlements import SelfPaidMonths
from shared.funds.fund import Fund
from shared.funds.law import Confidence, Law
from shared.funds.period import Period
from shared.storage.service_context import ServiceContext
from tests.claims.builders import wages
from tests.kit.callers import Office
from tests.kit.clock import Clock
from tests.kit.contexts import DZ, funds, handle, parked, published, published_events, reading
from tests.kit.people import AMIRA, KARIM

AT = datetime(2026, 4, 12, 9, tzinfo=UTC)
LAW = Law(valid_from=date(2026, 1, 1), reference="An invented law", confidence=Confidence.UNKNOWN)
MONTHS = ("2026-M01", "2026-M02", "2026-M03")
NOBODY_YET = Entitlement(person_ref=AMIRA)


def counting(*dated: Law) -> Fund:
    """A fund in which 60 days in a year open the right, and a month paid alone counts under these laws."""
    own = funds()[DZ]
    section = replace(own.entitlements, self_paid_months=tuple(SelfPaidMonths(law=law) for law in dated))
    return replace(own, sections=replace(own.sections, entitlements=section))


FUND = counting(LAW)


@pytest.fixture
def ground(context: ServiceContext) -> ServiceContext:
    return replace(context, clock=Clock(AT), funds={**context.funds, DZ: FUND})


def paid(month: str, *, person_ref: str = AMIRA, at: datetime = AT, **facts: Any) -> SelfContributionPaid:
    whole = {"payment_reference": "CI1", "amount_minor": 1, "currency": "DZD", "paid_on": at.date()}
    return SelfContributionPaid(**{"person_ref": person_ref, "month": month, "paid_at": at, **whole, **facts})


def reopened(month: str, *, at: datetime = AT) -> SelfContributionReopened:
    return SelfContributionReopened(
        person_ref=AMIRA,
        month=month,
        payment_reference="CI1",
        left_minor=1,
        currency="DZD",
        reopened_on=at.date(),
        reopened_at=at,
    )


def record(*months: str) -> Entitlement:
    found = NOBODY_YET
    for month in months:
        found = rules.self_paid(found, Period.read(month), is_paid=True, as_of=AT)
    return found


# --- Rules ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("months", "fund", "reason"),
    [
        (MONTHS, FUND, EntitlementReason.ENOUGH_SELF_PAID),  # 78 days
        (MONTHS[:2], FUND, EntitlementReason.NOT_ENOUGH_WORK),  # 52 days
        (MONTHS, counting(), EntitlementReason.NOT_ENOUGH_WORK),
        (MONTHS, funds()[DZ], EntitlementReason.NOT_ENOUGH_WORK),
        # a month before the law, and one after it
        (("2025-M12", *MONTHS[:2]), FUND, EntitlementReason.NOT_ENOUGH_WORK),
        (MONTHS, counting(replace(LAW, valid_to=date(2026, 3, 30))), EntitlementReason.NOT_ENOUGH_WORK),
        (MONTHS, counting(replace(LAW, valid_to=date(2026, 3, 31))), EntitlementReason.ENOUGH_SELF_PAID),
    ],
)
def test_months_count_where_the_fund_says_so(months: tuple[str, ...], fund: Fund, reason: EntitlementReason) -> None:
    assert rules.decide(record(*months), fund=fund, on=AT.date()).reason is reason


def test_months_add_up_with_work_and_are_not_named_where_work_is_enough() -> None:
    wage = wages(AMIRA, months=1).wages[0]
    worked = rules.declared(NOBODY_YET, wage, employer_id="1", establishment="")
    few = replace(worked, worked=worked.worked[:2])  # two months: 52 days
    assert rules.decide(few, fund=FUND, on=date(2025, 12, 31)).status is RightStatus.CLOSED
    with_one = replace(few, self_paid=record("2026-M01").self_paid)
    assert rules.decide(with_one, fund=FUND, on=date(2026, 2, 1)).reason is EntitlementReason.ENOUGH_SELF_PAID
    enough = replace(worked, self_paid=record("2026-M01").self_paid)
    assert rules.decide(enough, fund=FUND, on=date(2025, 12, 31)).reason is EntitlementReason.ENOUGH_WORK


def test_what_was_said_before_something_that_is_known_changes_nothing() -> None:
    month, later = Period.read("2026-M01"), AT + timedelta(hours=1)
    latest = AT + timedelta(hours=2)
    known = rules.self_paid(NOBODY_YET, month, is_paid=False, as_of=later)
    assert rules.self_paid(known, month, is_paid=True, as_of=AT) is known
    assert rules.self_paid(known, month, is_paid=False, as_of=later) is known
    again = rules.self_paid(known, month, is_paid=True, as_of=latest)
    assert again.months_self_paid == ("2026-M01",)
    # paid, taken back, paid again, heard in another order: the last holds
    twice_paid = rules.self_paid(record("2026-M01"), month, is_paid=True, as_of=latest)
    assert rules.self_paid(twice_paid, month, is_paid=False, as_of=later).months_self_paid == ("2026-M01",)


def test_months_are_kept_in_order_and_up_to_a_limit() -> None:
    assert record(MONTHS[2], MONTHS[0], MONTHS[1]).months_self_paid == MONTHS
    many = [f"{1950 + number // 12}-M{number % 12 + 1:02d}" for number in range(SELF_PAID_KEPT_MAX + 1)]
    assert record(*many).months_self_paid == tuple(many[1:])


def test_who_died_has_no_right_by_months_either() -> None:
    right = rules.decide(record(*MONTHS), fund=FUND, on=AT.date(), died_on=AT.date() - timedelta(days=1))
    assert right.reason is EntitlementReason.DECEASED


def decisions_of(ground: ServiceContext) -> list[RightDecided]:
    """What was published, in the order of its decisions: the clock stands."""
    found: list[RightDecided] = published_events(ground, "claims.right-decided")
    return sorted(found, key=lambda each: each.right.version)


# --- Events -----------------------------------------------------------------------------------------------------------


def test_months_that_are_paid_open_the_right_and_each_is_told_once(ground: ServiceContext) -> None:
    handle(ground, service, *(paid(month) for month in MONTHS))
    decisions = decisions_of(ground)
    assert [(each.month, each.right.status, each.right.version) for each in decisions] == [
        ("2026-M01", "closed", 1),
        ("2026-M02", "closed", 2),
        ("2026-M03", "open", 3),
    ]
    assert {each.person_ref for each in decisions} == {AMIRA}
    assert decisions[-1].right.valid_until == date(2027, 4, 11)
    seen = Office(service, ground).person(AMIRA).get("/rights").json
    assert (seen["status"], seen["reason"], seen["worked"]) == ("open", "enough-self-paid", [])
    assert seen["self_paid"] == list(MONTHS)
    assert seen["text"].startswith("Le droit est ouvert, compte tenu des mois")
    assert parked(ground) == []


def test_money_that_is_taken_back_takes_the_month_back(ground: ServiceContext) -> None:
    handle(ground, service, *(paid(month) for month in MONTHS))
    handle(ground, service, reopened("2026-M02", at=AT + timedelta(minutes=1)))
    seen = Office(service, ground).person(AMIRA).get("/rights").json
    assert (seen["status"], seen["self_paid"]) == ("closed", ["2026-M01", "2026-M03"])
    last = decisions_of(ground)[-1]
    assert (last.month, last.right.status, last.right.version) == ("2026-M02", "closed", 4)
    handle(ground, service, paid("2026-M02", at=AT + timedelta(minutes=2)))
    assert Office(service, ground).person(AMIRA).get("/rights").json["status"] == "open"


def test_what_is_heard_too_late_changes_nothing_and_tells_nothing(ground: ServiceContext) -> None:
    handle(ground, service, *(paid(month) for month in MONTHS[1:]), reopened("2026-M01", at=AT + timedelta(minutes=1)))
    before = published(ground)
    handle(ground, service, paid("2026-M01"))
    assert published(ground) == before
    assert Office(service, ground).person(AMIRA).get("/rights").json["self_paid"] == list(MONTHS[1:])


def test_a_fund_that_says_nothing_of_them_keeps_nothing(context: ServiceContext) -> None:
    handle(context, service, *(paid(month) for month in MONTHS))
    assert entitlements.find(reading(context), AMIRA) is None
    assert published(context) == [] and parked(context) == []


def test_months_stay_beside_what_employers_declare(ground: ServiceContext) -> None:
    handle(ground, service, *(paid(month) for month in MONTHS), wages(AMIRA, KARIM))
    seen = Office(service, ground).person(AMIRA).get("/rights").json
    assert (len(seen["worked"]), seen["self_paid"], seen["reason"]) == (4, list(MONTHS), "enough-work")
    assert Office(service, ground).person(KARIM).get("/rights").json["self_paid"] == []


def test_a_month_that_nobody_can_read_is_parked(ground: ServiceContext) -> None:
    handle(ground, service, paid("January"))
    assert len(parked(ground)) == 1 and published(ground) == []
