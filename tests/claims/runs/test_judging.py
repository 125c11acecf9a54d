"""Runs by the rules of a benefit as its fund ships it, from the claim to the payment; and what changes in the past."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from services.claims.awards import actions as awards
from services.claims.awards.award import Award
from services.claims.claims.store import claims
from services.claims.runs import store
from services.claims.runs.jobs import RunCalculator
from services.claims.runs.judging import by_rules
from services.claims.runs.run import AwardPayment
from services.claims.wiring import service
from shared.funds.period import Period, PeriodKind
from shared.funds.proration import DayRule, Proration
from shared.jobs.runner import Runner
from shared.kernel.money import Money
from shared.storage.paging import PageRequest
from shared.storage.service_context import ServiceContext
from tests.claims.awards.builders import since
from tests.claims.benefits.builders import quarters_of_wages, registered
from tests.claims.benefits.test_routes import body
from tests.claims.builders import AMIRA, upload
from tests.kit.callers import Office
from tests.kit.contexts import TN, handle, parked, reading, someone, today

TODAY = today(TN)
CHILDREN = [{"relation": "child", "birth_on": date(TODAY.year - 5 - i, 6, 1).isoformat()} for i in range(3)]
BORN_ON = date(TODAY.year - 40, 1, 1).isoformat()
ALLOWANCE = "family-allowance"
THREE_CHILDREN = 21_960 + 19_520 + 17_080
"""Decree of 1960: 18, 16 and 14 percent of 122 dinars at most."""


def before(period: Period) -> Period:
    return Period.containing(period.first_on - timedelta(days=1), kind=PeriodKind.QUARTER)


LAST = before(Period.containing(TODAY, kind=PeriodKind.QUARTER))


def wages(*, wage_minor: int, count: int = 20, revision: int = 1) -> Any:
    made = quarters_of_wages(AMIRA, count=count, wage_minor=wage_minor, last=(LAST.year, LAST.number))
    return replace(made, revision=revision, declaration_id=f"wages-{revision}")


@pytest.fixture
def office(context: ServiceContext) -> Office:
    """Amira, whose wages are above the ceiling, with three children."""
    made = Office(service, context)
    people = registered(AMIRA, birth_on=BORN_ON, dependants=CHILDREN, fund_id=TN)
    handle(context, service, wages(wage_minor=3_000_000), people, upload("u1"), upload("u2"), fund_id=TN)
    assert parked(context) == []
    return made


@pytest.fixture
def award(office: Office, context: ServiceContext) -> Award:
    """Her family allowance since three quarters, in the place of the one that rules opened as she filed."""
    papers = ("birth-certificates",)
    filed = office.person(AMIRA, fund=TN).post("/claims", body(ALLOWANCE, papers, single_wage=False))
    assert filed.status_code == 201, filed.text
    claim = claims.load(reading(context, TN), filed.json["claim_id"])
    context.database["awards"].delete_many({})
    return context.run(
        TN,
        by=someone(),
        cause="test:grant",
        action=lambda uow: since(uow, claim, before(LAST).first_on),
    )


def paid(office: Office, context: ServiceContext, award: Award, period: Period) -> AwardPayment | None:
    """What a run of the period pays, made, approved and told; None where it pays nothing and changes nothing."""
    agent, chief = office.staff(fund=TN), office.staff("chief", fund=TN)
    made = agent.post("/runs", {"claim_type": ALLOWANCE, "period": str(period)})
    assert made.status_code == 201, made.text
    path = f"/runs/{made.json['run_id']}"
    Runner(context, [RunCalculator(by_rules).job]).run_due()
    if agent.get(path).json["status"] == "told":
        return None
    assert chief.post(f"{path}/approval").status_code == 200
    Runner(context, [RunCalculator(by_rules).job]).run_due()
    page = store.payments_of(reading(context, TN), made.json["run_id"], change=None, status=None, wanted=PageRequest())
    (payment,) = page.items
    return payment


def amounts(payment: AwardPayment | None) -> list[tuple[str, str, int]]:
    assert payment is not None
    return [(line.kind.value, line.period, line.amount_minor) for line in payment.lines]


def test_the_golden_sum_is_paid_for_each_quarter_with_its_steps(
    office: Office, context: ServiceContext, award: Award
) -> None:
    first = paid(office, context, award, LAST)
    assert amounts(first) == [
        ("arrears", str(before(LAST)), THREE_CHILDREN),
        ("period", str(LAST), THREE_CHILDREN),
    ]
    assert first is not None and first.lines[1].sum is not None
    assert [line.amount_minor for line in first.lines[1].sum.lines if line.is_counted] == [21_960, 19_520, 17_080]
    assert first.lines[1].sum.computed_on == LAST.last_on
    assert first.lines[1].law is not None and first.lines[1].law.valid_from == date(1960, 12, 14)
    assert paid(office, context, award, LAST) is not None, "the last run paid something, and this one nothing"
    assert paid(office, context, award, LAST) is None


def test_a_replaced_declaration_is_taken_off_and_shown(office: Office, context: ServiceContext, award: Award) -> None:
    """The wages of the quarters were fifty dinars, not three thousand: the allowance is of what was earned."""
    paid(office, context, award, LAST)
    handle(context, service, wages(wage_minor=50_000, revision=2), fund_id=TN)
    right = 9_000 + 8_000 + 7_000
    payment = paid(office, context, award, LAST)
    assert [each[2] for each in amounts(payment)] == [right - THREE_CHILDREN] * 2
    assert payment is not None
    assert (payment.amount_minor, payment.carry_after_minor) == (0, 2 * (right - THREE_CHILDREN))


def test_children_who_leave_the_family_change_the_next_run_and_end_the_award_with_the_last(
    office: Office, context: ServiceContext, award: Award
) -> None:
    paid(office, context, award, LAST)
    gone = registered(AMIRA, birth_on=BORN_ON, dependants=[], fund_id=TN)
    later = replace(gone, page_id="page-2", registered_at=context.clock())
    handle(context, service, later, fund_id=TN)
    assert parked(context) == []
    payment = paid(office, context, award, LAST)
    assert payment is not None and payment.ends_on == before(before(LAST)).last_on
    assert sum(each[2] for each in amounts(payment)) == -2 * THREE_CHILDREN
    ended = awards.read(context.reading(TN, by=someone()), award_id=award.award_id)
    assert (ended.status.value, ended.reason) == ("ended", "fact")


def test_periods_are_judged_as_of_their_own_day(office: Office, context: ServiceContext, award: Award) -> None:
    found = by_rules(reading(context, TN), award, [before(LAST), LAST])
    assert [each.sum.computed_on for each in found.values() if each.sum] == [before(LAST).last_on, LAST.last_on]
    assert by_rules(reading(context, TN), award, []) == {}
    assert before(LAST).next == LAST


def test_what_begins_in_mid_quarter_and_a_rate_that_changes_in_it_are_paid_by_days(
    office: Office, context: ServiceContext, award: Award
) -> None:
    """Thirtieths: an award since the 11th of the first month, and another ceiling since the 16th of the second."""
    fund = context.funds[TN]
    definition = fund.claim_types[ALLOWANCE]
    changed_on = (LAST.first_on + timedelta(days=40)).replace(day=16)
    (base, *others), (value,) = definition.formula, definition.formula[0].values
    earlier = replace(value, law=replace(value.law, valid_to=changed_on - timedelta(days=1)))
    later = replace(value, amount=Money(244_000, fund.currency), law=replace(value.law, valid_from=changed_on))
    payment = replace(definition.effect.payment[0], proration=Proration(by=DayRule.THIRTIETHS, names=definition.names))
    changed = replace(
        definition,
        formula=(replace(base, values=(earlier, later)), *others),
        effect=replace(definition.effect, payment=(payment,)),
    )
    funds = {**context.funds, TN: replace(fund, claim_types={**fund.claim_types, ALLOWANCE: changed})}
    since = replace(award, from_on=LAST.first_on.replace(day=11))
    (found,) = by_rules(reading(replace(context, funds=funds), TN), since, [LAST]).values()
    first_minor, second_minor = round(THREE_CHILDREN * 35 / 90), round(2 * THREE_CHILDREN * 45 / 90)
    assert found.sum is not None and found.right_minor == first_minor + second_minor
    assert [line.amount_minor for line in found.sum.lines if line.is_counted] == [first_minor, second_minor]
