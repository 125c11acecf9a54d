"""What the register may be told of a death, allowed and refused; and which import is news."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from services.identity.deaths import rules
from services.identity.deaths.death import DEATH_STEPS_MAX, Death, DeathSource
from shared.kernel.partial_date import PartialDate

AT = datetime(2026, 3, 1, 9, tzinfo=UTC)
DAY, OTHER_DAY = date(2026, 2, 10), date(2026, 2, 11)


def recorded(known: Death | None = None, died_on: date = DAY, source: DeathSource = DeathSource.AGENT) -> Death:
    return rules.record(known, person_ref="p1", died_on=died_on, source=source, paper="2026/12", by="agent-1", at=AT)


def imported(known: Death | None, registered_on: date | None) -> Death | None:
    return rules.imported(known, registered_on, person_ref="p1", by="import", at=AT)


def taken_back(known: Death) -> Death:
    return rules.take_back(known, source=DeathSource.AGENT, reason="a namesake", by="agent-1", at=AT)


def test_each_thing_said_counts_and_is_kept() -> None:
    death = taken_back(recorded(recorded(), OTHER_DAY))
    assert (death.revision, death.died_on) == (3, None)
    assert [step.died_on for step in death.facts.steps] == [DAY, OTHER_DAY, None]
    assert (death.facts.steps[0].paper, death.facts.steps[2].reason) == ("2026/12", "a namesake")
    assert recorded(death).died_on == DAY, "and it may be true after all"


def test_what_is_known_already_is_refused() -> None:
    with pytest.raises(rules.DeathKnown):
        recorded(recorded())
    with pytest.raises(rules.AlreadyTakenBack):
        taken_back(taken_back(recorded()))


@pytest.mark.parametrize(
    ("birth", "died_on", "refusal"),
    [
        ("1950", date(1949, 12, 31), rules.DeathBeforeBirth),
        ("2026-02-11", DAY, rules.DeathBeforeBirth),
        ("1950-03-12", date(2026, 3, 2), rules.DeathInTheFuture),
    ],
)
def test_nobody_dies_before_their_birth_or_tomorrow(birth: str, died_on: date, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        rules.must_be_possible(died_on, birth_on=PartialDate(birth), on=date(2026, 3, 1))


@pytest.mark.parametrize(("birth", "died_on"), [("1950", date(1950, 1, 1)), ("2026-02-10", DAY)])
def test_one_may_die_on_the_day_of_one_s_birth_and_today(birth: str, died_on: date) -> None:
    rules.must_be_possible(died_on, birth_on=PartialDate(birth), on=died_on)


def test_an_import_that_says_nothing_new_changes_nothing() -> None:
    assert imported(None, None) is None
    death = imported(None, DAY)
    assert death is not None and (death.revision, death.died_on) == (1, DAY)
    assert imported(death, DAY) is None
    corrected = recorded(death, OTHER_DAY)
    assert imported(corrected, DAY) is None, "an agent was shown a paper since; the register repeats itself"
    assert imported(taken_back(death), DAY) is None


def test_an_import_that_says_another_thing_holds() -> None:
    death = imported(None, DAY)
    changed = imported(death, OTHER_DAY)
    assert changed is not None and (changed.revision, changed.died_on) == (2, OTHER_DAY)
    lives = imported(changed, None)
    assert lives is not None and (lives.revision, lives.died_on) == (3, None)


def test_an_empty_cell_takes_back_what_the_register_said_and_nothing_else() -> None:
    said = recorded()
    assert imported(said, None) is None, "the register has not heard of it yet"
    corrected = recorded(imported(None, DAY), OTHER_DAY)
    kept = imported(corrected, None)
    assert kept is not None and (kept.revision, kept.died_on) == (2, OTHER_DAY)


def test_the_register_that_comes_after_an_agent_is_noted_and_no_news() -> None:
    noted = imported(recorded(), DAY)
    assert noted == replace(recorded(), facts=replace(recorded().facts, registered_on=DAY))


def test_the_history_has_an_end() -> None:
    death = recorded()
    for _ in range(DEATH_STEPS_MAX):
        death = recorded(taken_back(death))
    assert len(death.facts.steps) == DEATH_STEPS_MAX
    assert death.revision == 2 * DEATH_STEPS_MAX + 1
