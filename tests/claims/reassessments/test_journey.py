"""Facts change after a grant, and the award is judged again at once: each event twice, too early, and killed between
its halves."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from services.claims.awards.award import Award, Status
from services.claims.awards.store import awards, of_claim
from services.claims.reassessments import backfills
from services.claims.reassessments.jobs import judging
from services.claims.reassessments.store import reassessments
from services.claims.runs.jobs import RunCalculator
from services.claims.runs.judging import by_rules
from services.claims.wiring import service
from shared.jobs.runner import Runner
from shared.process.backfills import backfill_all
from shared.storage.service_context import ServiceContext
from tests.claims.awards.builders import ticking
from tests.claims.benefits.builders import quarters_of_wages, registered
from tests.claims.benefits.test_routes import body
from tests.claims.builders import upload
from tests.kit.callers import Office
from tests.kit.contexts import TN, funds, handle, parked, published, published_events, reading
from tests.kit.people import AMIRA, KARIM

AT = datetime(2026, 7, 10, 9, tzinfo=funds()[TN].zone)
BORN_ON = "1986-01-01"
THREE, TWO = 21_960 + 19_520 + 17_080, 21_960 + 19_520
"""Decree of 1960: 18, 16 and 14 percent of 122 dinars a quarter at most, by child."""
OLDEST_TURNS_TWENTY = datetime(2026, 9, 1, 9, tzinfo=funds()[TN].zone)
CHILDREN = [{"relation": "child", "birth_on": day} for day in ("2006-09-01", "2015-06-01", "2018-06-01")]


class Clock:
    """Stands at an instant, a millisecond later with each question, until a test moves it."""

    def __init__(self) -> None:
        self.tick: Callable[[], datetime] = ticking(AT)

    def __call__(self) -> datetime:
        return self.tick()

    def move(self, at: datetime) -> None:
        self.tick = ticking(at)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def office(context: ServiceContext, clock: Clock) -> Office:
    """Amira, with three children and wages above the ceiling, on 10 July 2026."""
    made = Office(service, replace(context, clock=clock))
    people = family(*CHILDREN)
    handle(made.context, service, wages(), people, upload("u1"), fund_id=TN)
    assert parked(made.context) == []
    return made


def wages(*, wage_minor: int = 3_000_000, revision: int = 1) -> Any:
    made = quarters_of_wages(AMIRA, count=20, wage_minor=wage_minor, last=(2026, 2))
    return replace(made, revision=revision, declaration_id=f"wages-{revision}")


def family(*children: Any, page: int = 1) -> Any:
    made = registered(AMIRA, birth_on=BORN_ON, dependants=children, fund_id=TN)
    return replace(made, page_id=f"page-{page}", registered_at=AT + timedelta(minutes=page))


@pytest.fixture
def award(office: Office) -> Award:
    """Her family allowance, granted by rules as she filed, with what it comes to."""
    filed = office.person(AMIRA, fund=TN).post(
        "/claims", body("family-allowance", ("birth-certificates",), single_wage=False)
    )
    assert filed.status_code == 201, filed.text
    found = of_claim(reading(office.context, TN), filed.json["claim_id"])
    assert found is not None and found.terms.sum is not None
    assert found.terms.sum.amount_minor == THREE
    return found


def judged(office: Office) -> int:
    """Let the jobs that are due judge; how many did."""
    return Runner(office.context, [judging()]).run_due()


def shown(office: Office, award: Award) -> dict[str, Any]:
    found = office.person(AMIRA, fund=TN).get(f"/awards/{award.award_id}/reassessment")
    assert found.status_code == 200, found.text
    return dict(found.json)


def standing(office: Office, award: Award) -> Award:
    return awards.load(reading(office.context, TN), award.award_id)


def causes(step: dict[str, Any]) -> list[str]:
    return [each["cause"] for each in step["causes"]]


def test_nothing_is_judged_before_a_fact_changes_and_the_next_birthday_is_awaited(office: Office, award: Award) -> None:
    assert judged(office) == 0
    followed = shown(office, award)
    assert (followed["steps"], followed["waiting"], followed["last"]["amount"]) == ([], [], "58.560")
    assert followed["next_look_at"].startswith("2026-08-31T23:00"), "the first of September in Tunis"


def test_a_birthday_changes_the_sum_on_its_day(office: Office, award: Award, clock: Clock) -> None:
    clock.move(OLDEST_TURNS_TWENTY - timedelta(days=1))
    assert judged(office) == 0
    clock.move(OLDEST_TURNS_TWENTY)
    assert judged(office) == 1
    (step,) = shown(office, award)["steps"]
    assert (causes(step), step["conclusion"]) == (["age-reached"], "changed")
    assert (step["before"], step["amount"]) == ("58.560", "41.480")
    assert published(office.context).count("claims.award-changed") == 1
    assert judged(office) == 0, "judged once for one birthday"
    assert shown(office, award)["next_look_at"].startswith("2035-05-31")


def test_a_child_who_died_counts_until_that_day_and_no_birthday_is_awaited(
    office: Office, award: Award, clock: Clock
) -> None:
    """Known on the day itself: judged at once, and again on the day after, from which it counts."""
    oldest, *others = CHILDREN
    died = {**oldest, "died_on": str(AT.date())}
    handle(office.context, service, bereaved(family(died, *others, page=2)), fund_id=TN)
    assert [each["cause"] for each in shown(office, award)["waiting"]] == ["death"]
    assert judged(office) == 1
    assert shown(office, award)["next_look_at"].startswith("2026-07-10T23:00"), "the day after, in Tunis"
    clock.move(AT + timedelta(days=1))
    assert judged(office) == 1
    known, counts = sorted(shown(office, award)["steps"], key=lambda step: str(step["at"]))
    assert (causes(known), known["conclusion"]) == (["death"], "same")
    assert (causes(counts), counts["conclusion"], counts["amount"]) == (["death"], "changed", "41.480")
    handle(office.context, service, bereaved(family(*CHILDREN, page=3)), fund_id=TN)
    assert judged(office) == 1, "it was an error"
    assert standing(office, award).status is Status.ACTIVE


def test_the_death_of_the_last_child_ends_the_award_with_what_was_paid_for_later(
    office: Office, award: Award, clock: Clock
) -> None:
    clock.move(datetime(2026, 10, 1, 9, tzinfo=funds()[TN].zone))
    judged(office)
    died = [{**each, "died_on": "2026-06-20"} for each in CHILDREN]
    handle(office.context, service, bereaved(family(*died, page=2)), fund_id=TN)
    handle(office.context, service, bereaved(family(*died, page=2)), fund_id=TN)
    assert judged(office) == 1
    ended = standing(office, award)
    assert (ended.status, ended.reason, ended.until_on) == (Status.ENDED, "fact", date(2026, 6, 30))
    assert set(causes(shown(office, award)["steps"][-1])) == {"death"}


def bereaved(page: Any) -> Any:
    """A page of the register that says another thing of deaths than the last one."""
    return replace(page, persons=tuple(replace(each, is_death_in_family=True) for each in page.persons))


def test_a_replaced_declaration_changes_the_sum_at_once(office: Office, award: Award) -> None:
    handle(office.context, service, wages(wage_minor=50_000, revision=2), fund_id=TN)
    assert [each["cause"] for each in shown(office, award)["waiting"]] == ["wages-declared"]
    assert judged(office) == 1
    (step,) = shown(office, award)["steps"]
    assert (causes(step), step["conclusion"], step["amount"]) == (["wages-declared"], "changed", "24.000")
    handle(office.context, service, wages(wage_minor=50_000, revision=2), fund_id=TN)
    judged(office)
    assert [each["conclusion"] for each in shown(office, award)["steps"]] == ["changed", "same"]
    assert published(office.context).count("claims.award-changed") == 1


def test_a_withdrawn_declaration_suspends_and_a_new_one_resumes(office: Office, award: Award) -> None:
    """With nothing worked the right is not open: a condition of the allowance."""
    nothing = wages(revision=2)
    taken_back = replace(
        nothing,
        wages=tuple(
            replace(
                wage, periods=tuple(replace(each, duration=0, wage_minor=0) for each in wage.periods), is_withdrawn=True
            )
            for wage in nothing.wages
        ),
    )
    handle(office.context, service, taken_back, fund_id=TN)
    judged(office)
    suspended = standing(office, award)
    assert (suspended.status, suspended.reason) == (Status.SUSPENDED, "conditions-not-met")
    (step,) = shown(office, award)["steps"]
    assert step["conclusion"] == "suspended" and step["failed_text"]
    handle(office.context, service, wages(revision=3), fund_id=TN)
    judged(office)
    assert standing(office, award).status is Status.ACTIVE
    types = [each for each in published(office.context) if each.startswith("claims.award-")]
    assert types == ["claims.award-opened", "claims.award-suspended", "claims.award-resumed"]


def test_what_somebody_of_the_fund_suspended_stays_so(office: Office, award: Award) -> None:
    stopped = office.staff(fund=TN).post(f"/awards/{award.award_id}/suspension", {"reason": "under-control"})
    assert stopped.status_code == 200
    handle(office.context, service, wages(wage_minor=50_000, revision=2), fund_id=TN)
    judged(office)
    assert standing(office, award).reason == "under-control"


def test_children_who_were_registered_in_error_end_it_with_its_reason_and_what_was_paid_is_listed(
    office: Office, award: Award, clock: Clock
) -> None:
    clock.move(datetime(2026, 10, 1, 9, tzinfo=funds()[TN].zone))
    judged(office)
    agent, chief = office.staff(fund=TN), office.staff("chief", fund=TN)
    made = agent.post("/runs", {"claim_type": "family-allowance", "period": "2026-Q3"})
    assert made.status_code == 201, made.text
    runner = Runner(office.context, [RunCalculator(by_rules).job])
    runner.run_due()
    assert chief.post(f"/runs/{made.json['run_id']}/approval").status_code == 200
    runner.run_due()
    handle(office.context, service, family(page=2), fund_id=TN)
    assert judged(office) == 1
    ended = standing(office, award)
    assert (ended.status, ended.reason, ended.until_on) == (Status.ENDED, "fact", date(2026, 6, 30))
    found = reassessments.load(reading(office.context, TN), award.award_id)
    assert (found.is_living, found.next_look_at) == (False, None)
    assert found.steps[-1].conclusion.value == "ended"
    assert found.steps[-1].difference_minor == -TWO
    handle(office.context, service, *published_events(office.context, "claims.award-ended"), fund_id=TN)
    overpaid = agent.get(f"/overpayments/{award.award_id}?purpose=handling")
    assert (overpaid.status_code, overpaid.json["amount"], overpaid.json["status"]) == (200, "41.480", "open")


def test_a_payment_that_was_computed_before_is_withheld(office: Office, award: Award, clock: Clock) -> None:
    clock.move(datetime(2026, 10, 1, 9, tzinfo=funds()[TN].zone))
    judged(office)
    made = office.staff(fund=TN).post("/runs", {"claim_type": "family-allowance", "period": "2026-Q3"})
    runner = Runner(office.context, [RunCalculator(by_rules).job])
    runner.run_due()
    handle(office.context, service, wages(wage_minor=50_000, revision=2), fund_id=TN)
    judged(office)
    assert office.staff("chief", fund=TN).post(f"/runs/{made.json['run_id']}/approval").status_code == 200
    runner.run_due()
    (row,) = office.context.database["award_payments"].find({})
    assert row["status"] == "withheld"


def test_facts_of_others_and_facts_that_its_page_does_not_name_judge_nothing(office: Office, award: Award) -> None:
    other = replace(quarters_of_wages(KARIM, count=4, wage_minor=1, last=(2026, 2)), declaration_id="other")
    handle(office.context, service, other, fund_id=TN)
    assert judged(office) == 0


def test_killed_between_the_event_and_the_judgement_nothing_is_lost(
    office: Office, award: Award, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The job that fails is tried again, with the cause still there; then it judges once."""
    handle(office.context, service, wages(wage_minor=50_000, revision=2), fund_id=TN)
    office.context.database["claims"].update_many({}, {"$rename": {"claim_id": "gone"}})
    judged(office)
    assert [each["cause"] for each in shown(office, award)["waiting"]] == ["wages-declared"]
    office.context.database["claims"].update_many({}, {"$rename": {"gone": "claim_id"}})
    office.context.database["jobs"].update_many({}, {"$set": {"due_at": AT}})
    assert judged(office) == 1
    assert [each["conclusion"] for each in shown(office, award)["steps"]] == ["changed"]


def test_events_before_the_award_count_as_they_are_when_it_is_granted(office: Office) -> None:
    handle(office.context, service, wages(wage_minor=50_000, revision=2), fund_id=TN)
    assert judged(office) == 0
    assert parked(office.context) == []


def test_a_broken_event_is_parked_and_nothing_is_judged(office: Office, award: Award) -> None:
    broken = family(*CHILDREN, page=3)
    person = replace(broken.persons[0], family="k1.nobody-opens-it")
    handle(office.context, service, replace(broken, persons=(person,)), fund_id=TN)
    judged(office)
    assert standing(office, award).status is Status.ACTIVE


def test_another_person_may_not_read_it(office: Office, award: Award) -> None:
    asked = office.person(KARIM, fund=TN).get(f"/awards/{award.award_id}/reassessment")
    assert asked.status_code == 403


def test_an_award_of_an_earlier_release_is_followed_and_judged_once(office: Office, award: Award) -> None:
    database = office.context.database
    database["reassessments"].delete_many({})
    database["awards"].update_many({}, {"$unset": {"is_followed": ""}})
    assert backfill_all(office.context, TN, backfills=[backfills.backfills]) == 1
    assert backfill_all(office.context, TN, backfills=[backfills.backfills]) == 0
    assert judged(office) == 1
    (step,) = shown(office, award)["steps"]
    assert (causes(step), step["conclusion"]) == (["followed"], "same")
    assert standing(office, award).is_followed
