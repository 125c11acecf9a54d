"""Which awards a fact concerns by the pages of their benefits, when ages change something, and what becomes of an award
that is judged again: every case of the table."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.claims.awards import rules as awards
from services.claims.awards.award import BY_FACTS, Award, Status, SuspensionReason
from services.claims.benefits.answer import BenefitAnswer
from services.claims.benefits.judgement import ConditionResult, JudgedOutcome
from services.claims.benefits.sources import Sources
from services.claims.insured.insured import Dependant, FamilyRecord
from services.claims.reassessments import rules
from services.claims.reassessments.reassessment import CAUSES_MAX, Cause, Conclusion, LastJudged, NotedCause
from services.claims.runs.computing import AWARD_OVER, UNDECIDED, PeriodDue
from shared.funds.benefits import ClaimType, QuestionKind
from shared.funds.facts import FactOrigin
from shared.kernel.partial_date import PartialDate
from tests.claims.awards.builders import PAYMENT_EFFECT, a_sum, award
from tests.claims.benefits.builders import page
from tests.claims.runs.builders import Q, granted
from tests.kit.contexts import DZ, TN, funds

AT = datetime(2026, 7, 1, 9, tzinfo=UTC)
TODAY = date(2026, 7, 1)
FUND = funds()[TN]
PAID = """
effect: {kind: pay-periodically, payment: [{every: quarter, law: LAW}]}
"""


def condition(fact: str, test: str = "at_least: 1") -> ClaimType:
    asked = "questions: [{code: deceased, kind: deceased, asks: TEXTS}]" if fact.startswith("deceased") else ""
    rest = f"conditions: [{{code: one, holds: {{fact: {fact}, {test}}}, sentence: TEXTS, law: LAW}}]"
    return page(f"{asked}\n{rest}{PAID}")


# --- Whom a fact concerns ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fact", "origin", "own", "deceased"),
    [
        ("work.quarters", FactOrigin.WAGES, True, False),
        ("wages.last-quarter", FactOrigin.WAGES, True, False),
        ("right.is-open", FactOrigin.WAGES, True, False),
        ("right.is-open", FactOrigin.LIFE, True, False),
        ("right.is-open", FactOrigin.REGISTER, False, False),
        ("dependants.children", FactOrigin.REGISTER, True, False),
        ("dependants.children", FactOrigin.WAGES, False, False),
        ("person.age", FactOrigin.REGISTER, True, False),
        ("work.quarters-of-50-days.last-4-quarters", FactOrigin.WAGES, True, False),
        ("deceased.work.months.last-3-months", FactOrigin.WAGES, False, True),
        ("granted.one.count", FactOrigin.GRANTED, True, False),
        ("cover.care", FactOrigin.COVER, True, False),
        ("fund.minimum-wage", FactOrigin.WAGES, False, False),
        ("deceased.work.quarters", FactOrigin.WAGES, False, True),
        ("deceased.dependants.children", FactOrigin.REGISTER, False, True),
        ("deceased.person.is-alive", FactOrigin.LIFE, False, True),
    ],
)
def test_a_page_says_whose_facts_its_awards_depend_on(fact: str, origin: FactOrigin, own: bool, deceased: bool) -> None:
    found = rules.fact_owners(condition(fact, "is_known: true"), origin)
    assert (found.own, found.deceased) == (own, deceased)


def test_a_cover_concerns_only_who_asks_about_it_and_a_grant_paid_once_nobody() -> None:
    asks = condition("cover.care", "is_true: true")
    assert rules.fact_owners(asks, FactOrigin.COVER, cover="care")
    assert not rules.fact_owners(asks, FactOrigin.COVER, cover="other-care")
    once = page("conditions: [{code: one, holds: {fact: work.quarters, at_least: 1}, sentence: TEXTS, law: LAW}]")
    assert not rules.fact_owners(once, FactOrigin.WAGES)


# --- Ages -------------------------------------------------------------------------------------------------------------


def held(*born_on: str, own: str | None = None, condition_: str | None = None) -> Sources:
    children = tuple(
        Dependant(dependant_id=str(i), relation="child", birth_on=PartialDate(each), condition=condition_)
        for i, each in enumerate(born_on)
    )
    birth_on = PartialDate(own) if own else None
    return Sources(fund=FUND, family=FamilyRecord(birth_on=birth_on, dependants=children))


@pytest.mark.parametrize(
    ("fact", "sources", "expected"),
    [
        ("person.age", held(own="1966-09-12"), date(2026, 9, 12)),
        ("person.age", held(own="1966-07-01"), date(2027, 7, 1)),
        ("person.age", held(own="1966"), date(2026, 12, 31)),
        ("person.age", held(), None),
        ("dependants.children.aged-6-to-18", held("2020-08-05"), date(2026, 8, 5)),
        ("dependants.children.aged-6-to-18", held("2012-03-01"), date(2031, 3, 1)),
        ("dependants.children.aged-6-to-18", held("2000-03-01"), None),
        ("dependants.children.aged-6-to-18", held("2012-03-01", "2020-08-05"), date(2026, 8, 5)),
        ("dependants.children.months-2-to-36", held("2026-05-31"), date(2026, 7, 31)),
        ("dependants.children.months-2-to-36", held("2024-02-29"), date(2027, 3, 29)),
        ("dependants.children.disabled", held("2012-03-01", condition_="disabled"), None),
        ("dependants.children.disabled", held("2026-08-01", condition_="disabled"), date(2026, 8, 1)),
        ("dependants.children", held("2012-03-01"), date(2032, 3, 1)),  # the fund covers them until twenty
        ("dependants.parents", held("2012-03-01"), None),
        ("dependants.count", held("2012-03-01"), None),
        ("work.quarters", held("2012-03-01", own="1966-09-12"), None),
    ],
)
def test_the_next_day_on_which_an_age_changes_something(fact: str, sources: Sources, expected: date | None) -> None:
    assert rules.next_age_on(condition(fact), sources, after=TODAY) == expected


def test_where_the_first_day_of_a_period_is_judged_an_age_counts_from_the_next() -> None:
    first = page(
        "conditions: [{code: one, holds: {fact: person.age, at_least: 1}, sentence: TEXTS, law: LAW}]\n"
        "effect: {kind: pay-periodically, payment: [{every: quarter, judged_on: first-day, law: LAW}]}"
    )
    assert rules.next_age_on(first, held(own="1966-09-12"), after=TODAY) == date(2026, 10, 1)
    assert rules.next_age_on(first, held(own="1966-10-01"), after=TODAY) == date(2026, 10, 1)
    missed = rules.next_age_on(first, held(own="1966-09-12"), after=date(2026, 9, 20))
    assert missed == date(2026, 10, 1), "the birthday is over, and what it changes is to come"


@pytest.mark.parametrize(
    ("fact", "born_on", "expected"),
    [
        ("dependant.child.age", "2020-08-05", date(2026, 8, 5)),
        ("dependant.child.age", "2020-07-01", date(2027, 7, 1)),
        ("dependant.child.months", "2026-05-31", date(2026, 7, 31)),
        ("dependant.child.months", "2026-08-09", date(2026, 8, 9)),  # to be born
        ("dependant.child.is-covered", "2012-03-01", date(2032, 3, 1)),
        ("dependant.child.is-registered", "2012-03-01", None),
        ("dependant.child.relation", "2012-03-01", None),
        ("dependant.other.age", "2020-08-05", None),  # nobody was named
    ],
)
def test_the_next_age_of_a_dependant_whom_an_answer_names(fact: str, born_on: str, expected: date | None) -> None:
    named = (BenefitAnswer(code="child", kind=QuestionKind.DEPENDANT, value="1"),)
    sources = replace(held("2019-07-08", born_on), answers=named)
    asks = "questions: [{code: child, kind: dependant, asks: TEXTS}, {code: other, kind: dependant, asks: TEXTS}]\n"
    looks = page(
        f"{asks}conditions: [{{code: one, holds: {{fact: {fact}, is_known: true}}, sentence: TEXTS, law: LAW}}]\n"
        "effect: {kind: pay-periodically, payment: [{every: month, judged_on: last-day, law: LAW}]}"
    )
    assert rules.next_age_on(looks, sources, after=TODAY) == expected


@pytest.mark.parametrize(
    ("fact", "died_on", "expected"),
    [
        ("dependants.children", "2026-06-30", None),  # it counts already
        ("dependants.children", "2026-07-10", date(2026, 7, 11)),
        ("dependant.child.is-registered", "2026-07-20", date(2026, 7, 21)),
        ("person.age", "2026-07-20", None),  # the benefit looks at no dependant
    ],
)
def test_a_death_in_the_family_counts_from_the_day_after(fact: str, died_on: str, expected: date | None) -> None:
    family = held("2008-08-01").family
    assert family is not None and family.dependants is not None
    dead = tuple(replace(each, died_on=date.fromisoformat(died_on)) for each in family.dependants)
    named = (BenefitAnswer(code="child", kind=QuestionKind.DEPENDANT, value="0"),)
    sources = replace(held("2008-08-01"), family=replace(family, dependants=dead), answers=named)
    looks = page(
        "questions: [{code: child, kind: dependant, asks: TEXTS}]\n"
        f"conditions: [{{code: one, holds: {{fact: {fact}, is_known: true}}, sentence: TEXTS, law: LAW}}]\n"
        "effect: {kind: pay-periodically, payment: [{every: month, judged_on: last-day, law: LAW}]}"
    )
    assert rules.next_death_on(looks, sources, after=TODAY) == expected
    assert rules.next_age_on(looks, sources, after=TODAY) is None, "nobody reaches an age after a death"


# --- What becomes of it -----------------------------------------------------------------------------------------------


def judged(outcome: JudgedOutcome = JudgedOutcome.GRANTED, amount_minor: int = 20_000, **facts: Any) -> LastJudged:
    return LastJudged(outcome=outcome, on=TODAY, amount_minor=amount_minor, **facts)


GRANTED = judged()
REFUSED = judged(JudgedOutcome.REFUSED, 0, failed="has-children")
UNKNOWN = judged(JudgedOutcome.UNDECIDED, 0)
OVER = judged(JudgedOutcome.REFUSED, 0, failed=AWARD_OVER, over_since_on=date(2026, 4, 1))


def suspended(reason: SuspensionReason, *, by: str) -> Award:
    fund = funds()[DZ]
    return awards.suspend(award(), reason=reason, effect=PAYMENT_EFFECT, fund=fund, by=by, at=AT).thing


ACTIVE = award()
BY_CONDITION = suspended(SuspensionReason.CONDITIONS_NOT_MET, by=BY_FACTS)
BY_AGENT = suspended(SuspensionReason.UNDER_CONTROL, by="agent-1")
ENDED = replace(award(), status=Status.ENDED, until_on=TODAY)


@pytest.mark.parametrize(
    ("of", "before", "now", "conclusion"),
    [
        (ACTIVE, GRANTED, GRANTED, Conclusion.SAME),
        (ACTIVE, GRANTED, judged(amount_minor=15_000), Conclusion.CHANGED),
        (ACTIVE, GRANTED, judged(difference_minor=-5_000), Conclusion.CHANGED),
        (ACTIVE, judged(difference_minor=-5_000), judged(difference_minor=-5_000), Conclusion.SAME),
        (ACTIVE, GRANTED, REFUSED, Conclusion.SUSPENDED),
        (ACTIVE, GRANTED, UNKNOWN, Conclusion.SUSPENDED),
        (ACTIVE, REFUSED, REFUSED, Conclusion.SAME),
        (ACTIVE, UNKNOWN, UNKNOWN, Conclusion.SAME),
        (ACTIVE, UNKNOWN, REFUSED, Conclusion.SUSPENDED),
        (ACTIVE, REFUSED, replace(REFUSED, failed="right-open"), Conclusion.SUSPENDED),
        (ACTIVE, GRANTED, OVER, Conclusion.ENDED),
        (BY_CONDITION, REFUSED, GRANTED, Conclusion.RESUMED),
        (BY_CONDITION, REFUSED, UNKNOWN, Conclusion.SAME),
        (BY_CONDITION, REFUSED, OVER, Conclusion.ENDED),
        (BY_AGENT, REFUSED, GRANTED, Conclusion.SAME),
        (BY_AGENT, GRANTED, REFUSED, Conclusion.SAME),
        (BY_AGENT, GRANTED, OVER, Conclusion.ENDED),
        (ENDED, GRANTED, OVER, Conclusion.SAME),
        (ENDED, REFUSED, GRANTED, Conclusion.SAME),
    ],
)
def test_what_becomes_of_an_award(of: Award, before: LastJudged, now: LastJudged, conclusion: Conclusion) -> None:
    assert rules.conclude(of, before, now) is conclusion


def test_nobody_is_told_anything_after_a_death() -> None:
    outcome = awards.follow_death(
        ACTIVE,
        died_on=date(2026, 6, 1),
        effect=PAYMENT_EFFECT,
        fund=funds()[DZ],
        by="system:test",
        at=datetime(2026, 6, 1, 9, tzinfo=UTC),
    )
    assert outcome is not None
    assert rules.conclude(outcome.thing, GRANTED, REFUSED) is Conclusion.SAME


@pytest.mark.parametrize(
    ("now", "reason"),
    [(REFUSED, SuspensionReason.CONDITIONS_NOT_MET), (UNKNOWN, SuspensionReason.FACTS_NOT_KNOWN)],
)
def test_the_reason_of_a_suspension(now: LastJudged, reason: SuspensionReason) -> None:
    assert rules.suspended_for(now) is reason


def test_what_facts_suspended_for_a_condition_runs_judge_all_the_same() -> None:
    assert BY_CONDITION.is_computed and not BY_AGENT.is_computed
    assert not suspended(SuspensionReason.CONDITIONS_NOT_MET, by="agent-1").is_computed
    assert not suspended(SuspensionReason.FACTS_NOT_KNOWN, by=BY_FACTS).is_computed


# --- What its periods say ---------------------------------------------------------------------------------------------


def right(minor: int | None, **facts: Any) -> PeriodDue:
    return PeriodDue(right_minor=minor, sum=a_sum(minor) if minor else None, **facts)


@pytest.mark.parametrize(
    ("periods", "outcome", "amount", "difference", "over"),
    [
        ({Q[3]: right(20_000)}, JudgedOutcome.GRANTED, 20_000, 0, None),
        ({Q[2]: right(15_000), Q[3]: right(15_000)}, JudgedOutcome.GRANTED, 15_000, -5_000, None),
        ({Q[2]: right(25_000), Q[3]: right(0, reason="x")}, JudgedOutcome.REFUSED, 0, 5_000, None),
        ({Q[2]: right(None, reason=UNDECIDED), Q[3]: right(20_000)}, JudgedOutcome.GRANTED, 20_000, 0, None),
        ({Q[2]: right(20_000), Q[3]: right(None, reason=UNDECIDED)}, JudgedOutcome.UNDECIDED, 0, 0, None),
        (
            {Q[2]: right(0, reason=AWARD_OVER, is_over=True), Q[3]: right(20_000)},
            JudgedOutcome.GRANTED,
            20_000,
            -20_000,
            date(2026, 4, 1),
        ),
    ],
)
def test_periods_add_up(periods: Any, outcome: JudgedOutcome, amount: int, difference: int, over: date | None) -> None:
    """The second quarter was granted with 200.00."""
    found = rules.judged_by_period(periods, granted(Q[2]), on=TODAY)
    assert (found.outcome, found.amount_minor, found.difference_minor) == (outcome, amount, difference)
    assert found.over_since_on == over


# --- Followed, noted, closed ------------------------------------------------------------------------------------------


def followed(*conditions: ConditionResult, sources: Sources | None = None) -> Any:
    return rules.follow(
        award(),
        conditions=conditions,
        deceased_ref="",
        definition=condition("person.age"),
        sources=sources or held(own="1966-09-12"),
        fund=FUND,
        at=AT,
    )


@pytest.mark.parametrize(
    ("conditions", "outcome"),
    [
        ((), JudgedOutcome.GRANTED),
        ((ConditionResult(code="a", holds=True),), JudgedOutcome.GRANTED),
        ((ConditionResult(code="a", holds=None),), JudgedOutcome.UNDECIDED),
        ((ConditionResult(code="a", holds=None), ConditionResult(code="b", holds=False)), JudgedOutcome.REFUSED),
    ],
)
def test_what_was_granted_knowingly_is_the_measure(
    conditions: tuple[ConditionResult, ...], outcome: JudgedOutcome
) -> None:
    it = followed(*conditions)
    assert (it.last.outcome, it.last.amount_minor, it.deceased_ref) == (outcome, 20_000, None)


def test_it_waits_for_the_next_age_and_a_cause_is_judged_at_once() -> None:
    it = followed()
    assert it.next_look_at == datetime(2026, 9, 12, tzinfo=FUND.zone)
    assert followed(sources=held()).next_look_at is None
    for number in range(CAUSES_MAX + 5):
        it = rules.note(it, NotedCause(cause=Cause.WAGES_DECLARED, at=AT, reference=str(number)))
    assert (len(it.causes), it.next_look_at) == (CAUSES_MAX, AT)
    gone = rules.close(it)
    assert (gone.is_living, gone.causes, gone.next_look_at) == (False, (), None)
    again = rules.reopen(gone, NotedCause(cause=Cause.DEATH, at=AT))
    assert (again.is_living, again.next_look_at) == (True, AT)
