"""What an employer that declared nothing is assessed to, and what ends it."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from services.payments.declarations.declaration import Declaration, Intake, Status
from services.payments.employers.employer import Employer
from services.payments.obligations import rules as owing
from services.payments.obligations.obligation import Obligation, PenaltyFreeze
from services.payments.provisional_assessments import rules
from services.payments.provisional_assessments.provisional_assessment import ProvisionalStatus
from shared.events.payments.provisional_assessments import ProvisionalAssessmentWithdrawn, ProvisionallyAssessed
from shared.funds.arrears import Arrears, ProvisionalRule
from shared.funds.period import Period
from shared.kernel.moves import MoveNotAllowed
from tests.kit.clock import AT
from tests.kit.contexts import DZ, TN, funds
from tests.payments.provisional_assessments.builders import ENDED, LAW, RULE, assessment, declared, slip

FIRM = Employer(
    employer_id="0012345678",
    name="SARL EXEMPLE",
    sector="retail",
    is_open=True,
    affiliated_on=date(2015, 1, 1),
    language="fr",
    registered_at=datetime(2020, 1, 1, tzinfo=UTC),
)
QUARTER = Period.read("2025-Q1")
FORM = funds()[TN].declarations.forms["quarterly-wages"]
DUE_ON = FORM.due_on(QUARTER, calendar=funds()[TN].calendar)


def may(
    employer: Employer | None = FIRM, *, declared: tuple[Declaration, ...] = (), today: date = date(2025, 9, 1)
) -> None:
    rules.may_be_assessed(
        employer, declared=declared, form=FORM, period=QUARTER, rule=RULE, fund=funds()[TN], today=today
    )


@pytest.mark.parametrize(
    ("facts", "refused"),
    [
        ({}, None),
        ({"employer": None}, rules.NotExpected),
        ({"employer": replace(FIRM, is_open=False)}, rules.NotExpected),
        ({"employer": replace(FIRM, affiliated_on=date(2025, 3, 31))}, None),
        ({"employer": replace(FIRM, affiliated_on=date(2025, 4, 1))}, rules.NotExpected),
        ({"today": DUE_ON.replace(month=DUE_ON.month + 1, day=1)}, rules.TooEarly),
        ({"declared": (declared("2025-Q1"),)}, rules.SomethingDeclared),
        ({"declared": (declared("2025-Q1", intake=Intake.NOTHING),)}, rules.SomethingDeclared),
        *(
            ({"declared": (declared("2025-Q1", status=status),)}, rules.DeclarationUnderWay)
            for status in sorted(rules.UNDER_WAY)
        ),
        *(
            ({"declared": (declared("2025-Q1", status=status),)}, None)
            for status in (Status.REFUSED, Status.TECHNICALLY_REFUSED, Status.WITHDRAWN)
        ),
    ],
)
def test_who_may_be_assessed(facts: dict[str, Any], refused: type[Exception] | None) -> None:
    if refused is None:
        may(**facts)
    else:
        with pytest.raises(refused):
            may(**facts)


def test_the_first_day_is_so_many_days_after_the_last_in_time() -> None:
    first = date.fromordinal(DUE_ON.toordinal() + 30)
    with pytest.raises(rules.TooEarly) as found:
        may(today=date.fromordinal(first.toordinal() - 1))
    assert found.value.parameters == {"from_on": first}
    may(today=first)


def test_each_branch_is_raised_and_told_of_the_period_that_is_assessed() -> None:
    """A quarter's 100.010 of pension and 0.011 of accidents, raised by 5 %: 5.0005 and 0.00055 are rounded."""
    before = declared("2024-Q4", slip("2024-Q4", pension=100_010, accidents=11))
    made = rules.assess(
        [before], period=QUARTER, rule=RULE, fund=funds()[TN], assessment_id="a1", note="", by="agent-1", at=AT
    )
    assert made is not None
    (only,) = made.assessment.slips
    assert (str(only.period), [each.amount_minor for each in only.contributions]) == ("2025-Q1", [105_011, 12])
    assert (made.basis.due_minor, made.due_minor, made.surcharge_minor) == (100_021, 105_023, 5_002)
    assert (made.slot, made.due_on) == ("0012345678/quarterly-wages/2025-Q1", DUE_ON)


def test_what_was_added_to_a_declaration_counts_too() -> None:
    both = [declared(), declared(declaration_id="d2", is_complement=True, complement=1)]
    made = rules.assess(both, period=QUARTER, rule=RULE, fund=funds()[TN], assessment_id="a1", note="", by="x", at=AT)
    assert made is not None
    assert (made.basis.due_minor, made.basis.declaration_ids) == (200_020, ("d1", "d2"))


def test_nothing_is_assessed_from_what_made_nothing_due() -> None:
    free = declared("2024-Q4", slip("2024-Q4", pension=0))
    assert (
        rules.assess([free], period=QUARTER, rule=RULE, fund=funds()[TN], assessment_id="a1", note="", by="x", at=AT)
        is None
    )


def test_declarations_go_together_by_their_place_of_work() -> None:
    found = [
        declared(declaration_id="main"),
        declared(declaration_id="zeros", establishment="000"),
        declared(declaration_id="one", establishment="001"),
        declared(declaration_id="added", establishment="001", is_complement=True, complement=1),
        declared(declaration_id="none", establishment="002", intake=Intake.NOTHING),
        declared(declaration_id="old", establishment="003", status=Status.REPLACED),
    ]
    groups = [[each.declaration_id for each in group] for group in rules.by_establishment(found)]
    assert groups == [["main", "zeros"], ["one", "added"]]


def test_the_rule_is_that_of_the_last_day_of_the_period() -> None:
    dated = [
        ProvisionalRule(percent=Decimal(5), law=replace(LAW, valid_to=date(2024, 12, 30))),
        ProvisionalRule(percent=Decimal(10), law=replace(LAW, valid_from=date(2024, 12, 31))),
    ]
    fund = funds()[DZ]
    fund = replace(fund, sections=replace(fund.sections, arrears=Arrears(provisional=tuple(dated))))
    assert [rules.rule_for(fund, "das", Period(year)).percent for year in (2023, 2024)] == [5, 10]
    with pytest.raises(rules.ProvisionalNotOffered):
        rules.rule_for(fund, "das", Period(1980))
    with pytest.raises(rules.ProvisionalNotOffered):
        rules.rule_for(funds()[TN], "quarterly-wages", QUARTER)


def test_two_rules_do_not_hold_on_one_day() -> None:
    with pytest.raises(ValueError, match="two values hold"):
        Arrears(provisional=(RULE, RULE))


@pytest.mark.parametrize("facts", [{"percent": Decimal(101)}, {"percent": Decimal(-1)}, {"after_days": 0}])
def test_a_wrong_rule_cannot_be_written(facts: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="is from"):
        replace(RULE, **facts)


def test_it_is_published_and_taken_back_with_its_reason() -> None:
    (said,) = rules.announce(assessment(), currency="DZD").events
    assert isinstance(said, ProvisionallyAssessed)
    assert (said.due_minor, said.basis_period, said.is_to_be_confirmed) == (105_000, "2024", False)
    outcome = rules.withdraw(assessment(), reason="It had closed.", by="agent-2", at=AT)
    assert (outcome.thing.status, outcome.thing.reason) == (ProvisionalStatus.WITHDRAWN, "It had closed.")
    assert [type(each) for each in outcome.events] == [ProvisionalAssessmentWithdrawn]


@pytest.mark.parametrize("ended", [ENDED, {"status": ProvisionalStatus.WITHDRAWN}])
def test_what_has_ended_is_not_taken_back(ended: dict[str, Any]) -> None:
    with pytest.raises(rules.AssessmentEnded):
        rules.withdraw(assessment(**ended), reason="x", by="x", at=AT)


def test_a_declaration_takes_the_place_of_one_that_was_taken_back_and_no_place_twice() -> None:
    back = rules.withdraw(assessment(), reason="x", by="x", at=AT).thing
    assert rules.give_way(back, to="d9", at=AT).replaced_by == "d9"
    with pytest.raises(MoveNotAllowed):
        rules.give_way(assessment(**ENDED), to="d9", at=AT)


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"status": ProvisionalStatus.REPLACED}, "names what replaced it"),
        ({"replaced_by": "d2"}, "names what replaced it"),
        ({"assessment": replace(assessment().assessment, slips=())}, "makes something due"),
    ],
)
def test_a_wrong_one_cannot_be_built(facts: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        assessment(**facts)


def test_a_debt_in_a_settlement_plan_is_not_lifted() -> None:
    owed, _, _ = owing.open_obligation(
        Obligation(
            declaration_id="a1",
            revision=1,
            employer_id=FIRM.employer_id,
            form="das",
            period="2025",
            due_on=date(2026, 1, 31),
            due_minor=105_000,
            opened_at=AT,
            is_provisional=True,
        ),
        declared_on=date(2026, 3, 2),
        before=None,
    )
    held = replace(owed, plan_id="p1", freezes=(PenaltyFreeze(plan_id="p1", after_on=date(2026, 3, 3), until_on=None),))
    with pytest.raises(owing.DebtInPlan):
        owing.lift(held, today=date(2026, 4, 1))
