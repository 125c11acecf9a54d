"""Penalties are charged once, collected after what was declared, and given back where they are owed no more."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from services.payments.arrears import actions, jobs, store
from services.payments.collections import booking
from services.payments.ledger import account
from services.payments.ledger import actions as ledger
from services.payments.obligations import actions as obligations
from services.payments.obligations import store as obligations_store
from services.payments.obligations.obligation import Obligation
from shared.funds.arrears import PenaltyReason
from shared.funds.declarations import Grace
from shared.funds.law import Confidence, Law
from shared.jobs.queue import jobs as queued
from shared.process.backfills import backfill_all
from shared.storage.paging import PageRequest
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork
from tests.kit.clock import Clock
from tests.kit.contexts import TN, reading, someone
from tests.payments.builders import FIRM, open_obligation

DUE = 1_290_277
FACTS = {
    "fund_id": TN,
    "form": "quarterly-wages",
    "period": "2025-Q1",
    "due_on": date(2025, 4, 15),
    "declared_on": date(2025, 4, 10),
    "branches": {"pension": DUE},
}
BANK = account.BANK_COLLECTIONS
RECEIVABLE, PENALTY, CREDIT = f"receivable:{FIRM}:2025-Q1", f"penalty:{FIRM}:2025-Q1", f"credit:{FIRM}"


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime(2025, 4, 10, 9, tzinfo=UTC))


@pytest.fixture
def town(context: ServiceContext, clock: Clock) -> ServiceContext:
    """Payments on 10 April 2025, with a quarter declared in time and due by 15 April."""
    made = replace(context, clock=clock)
    open_obligation(made, **FACTS)
    return made


def owed(town: ServiceContext, declaration_id: str = "d1") -> Obligation:
    return obligations.read(reading(town, TN), declaration_id=declaration_id)


def net(town: ServiceContext, code: str) -> int:
    return ledger.balance(reading(town, TN), code).net_minor


def next_look(town: ServiceContext, declaration_id: str = "d1") -> datetime | None:
    found = queued.find(reading(town, TN), f"{obligations_store.ASSESS}:{declaration_id}")
    return found.due_at if found else None


def pay(town: ServiceContext, amount_minor: int, *, on: date, entry: str = "e1", declaration_id: str = "d1") -> None:
    def act(uow: UnitOfWork) -> None:
        booking.pay(
            uow, declaration_id=declaration_id, entry_id=entry, amount_minor=amount_minor, into=BANK, value_on=on
        )

    town.run(TN, by=someone(), cause=f"test:{entry}", action=act)


def assess(town: ServiceContext, declaration_id: str = "d1") -> datetime | None:
    """The job, twice: the second run changes nothing."""
    first = jobs.run(town, TN, declaration_id)
    entries = town.database["ledger_entries"].count_documents({})
    assert jobs.run(town, TN, declaration_id) == first
    assert town.database["ledger_entries"].count_documents({}) == entries
    return first


def test_nobody_looks_before_the_last_day_in_time_is_over(town: ServiceContext) -> None:
    zone = town.funds[TN].zone
    assert next_look(town) == datetime(2025, 4, 16, tzinfo=zone)
    assert assess(town) == datetime(2025, 4, 16, tzinfo=zone)
    pay(town, DUE, on=date(2025, 4, 15))
    assert next_look(town) is None and net(town, PENALTY) == 0


def test_each_month_is_charged_once_and_stands_beside_the_debt(town: ServiceContext, clock: Clock) -> None:
    clock.move(days=6)
    assert assess(town) == datetime(2025, 5, 16, tzinfo=town.funds[TN].zone)
    assert (owed(town).penalty_minor, owed(town).to_pay_minor) == (12_903, DUE + 12_903)
    clock.move(days=34)
    assess(town)
    assert (owed(town).penalty_minor, net(town, PENALTY)) == (25_806, 25_806)
    assert net(town, "penalties:late-payment") == -25_806
    assert (net(town, RECEIVABLE), owed(town).left_minor) == (DUE, DUE)
    assert [ledger.by_cause(reading(town, TN), f"penalty:d1:{number}").employer_id for number in (1, 2)] == [FIRM] * 2
    assert not list(obligations.differences(reading(town, TN), wanted=PageRequest()))


def test_money_pays_the_debt_then_the_penalties_then_stands_to_the_credit(town: ServiceContext, clock: Clock) -> None:
    clock.move(days=40)
    assess(town)
    pay(town, DUE + 25_806 + 100, on=date(2025, 5, 20))
    assert (owed(town).left_minor, owed(town).penalty_left_minor) == (0, 0)
    assert (net(town, RECEIVABLE), net(town, PENALTY), net(town, CREDIT)) == (0, 0, -100)
    assert next_look(town) is not None and assess(town) is None
    assert not list(obligations.differences(reading(town, TN), wanted=PageRequest()))


def test_money_that_counts_from_an_earlier_day_gives_a_month_back(town: ServiceContext, clock: Clock) -> None:
    """It came on the last day of the first month; the second was charged before anybody knew what it was for."""
    clock.move(days=40)
    assess(town)
    pay(town, DUE + 25_806, on=date(2025, 5, 15))
    assess(town)
    assert (owed(town).penalty_minor, owed(town).penalty_paid_minor) == (12_903, 12_903)
    assert (net(town, PENALTY), net(town, "penalties:late-payment"), net(town, CREDIT)) == (0, -12_903, -12_903)


def test_a_credit_pays_what_is_charged(town: ServiceContext, clock: Clock) -> None:
    clock.move(days=10)
    pay(town, DUE + 5_000, on=date(2025, 4, 20))
    assert net(town, CREDIT) == -5_000
    assess(town)
    assert (owed(town).penalty_minor, owed(town).penalty_paid_minor, net(town, CREDIT)) == (12_903, 5_000, 0)


def test_a_lower_declaration_gives_back_and_a_higher_one_was_not_declared(town: ServiceContext, clock: Clock) -> None:
    clock.move(days=10)
    assess(town)
    lower = {**FACTS, "declared_on": date(2025, 4, 20), "branches": {"pension": 1_000_000}}
    open_obligation(town, "d2", revision=2, replaces="d1", **lower)
    assess(town, "d2")
    assert (owed(town, "d2").penalty_minor, owed(town).penalty_minor, net(town, PENALTY)) == (10_000, 0, 10_000)
    higher = {**FACTS, "declared_on": date(2025, 4, 20), "branches": {"pension": 1_200_000}}
    open_obligation(town, "d3", revision=3, replaces="d2", **higher)
    assess(town, "d1")  # by the name of any of them
    # 200,000 of it is above the 1,000,000 that stood on 20 April, yet below what had been declared in time.
    assert net(town, PENALTY) == 12_000
    (kept,) = store.accounts.find_all(reading(town, TN))
    assert (kept.debt_id, kept.declaration_id, kept.charged) == ("d1", "d3", {PenaltyReason.LATE_PAYMENT: 12_000})


def test_a_decree_that_begins_in_the_past_gives_back(town: ServiceContext, clock: Clock) -> None:
    clock.move(days=10)
    assess(town)
    pay(town, DUE + 12_903, on=date(2025, 4, 20))
    fund = town.funds[TN]
    law = Law(valid_from=date(2025, 5, 2), reference="An invented decree", confidence=Confidence.HIGH)
    form = replace(
        fund.declarations.forms["quarterly-wages"],
        graces=(Grace(periods=("2025-Q1",), due_on=date(2025, 4, 30), law=law),),
    )
    declared = replace(fund.declarations, forms={"quarterly-wages": form})
    decreed = replace(
        town, funds={**town.funds, TN: replace(fund, sections=replace(fund.sections, declarations=declared))}
    )
    assert backfill_all(decreed, TN, backfills=[jobs.backfills]) == 1
    assert backfill_all(decreed, TN, backfills=[jobs.backfills]) == 0
    assert (owed(town).penalty_minor, net(town, PENALTY), net(town, CREDIT)) == (0, 0, -12_903)
    assert net(town, "penalties:late-payment") == 0


def test_a_fund_without_rules_keeps_what_it_charged(town: ServiceContext, clock: Clock) -> None:
    clock.move(days=10)
    assess(town)
    fund = town.funds[TN]
    without = replace(town, funds={TN: replace(fund, sections=replace(fund.sections, arrears=None))})
    assert jobs.run(without, TN, "d1") is None
    assert owed(town).penalty_minor == 12_903


def test_an_employer_sees_all_that_it_has_to_pay(town: ServiceContext, clock: Clock) -> None:
    open_obligation(town, "d2", **{**FACTS, "period": "2025-Q2", "due_on": date(2025, 7, 15)})
    clock.move(days=40)

    def look(uow: UnitOfWork) -> actions.StandingDebts:
        purpose = actions.Purpose.HANDLING
        return actions.of_employer(uow, employer_id=FIRM, wanted=PageRequest(limit=1), purpose=purpose)

    found = town.run(TN, by=someone(), cause="test:look", action=look)
    assert (found.debts, found.left_minor, found.penalty_left_minor) == (2, 2 * DUE, 25_806)
    assert [each.period for each in found.page] == ["2025-Q1"] and found.page.next is not None
