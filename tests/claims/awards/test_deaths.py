"""What a death does to an award, by what its benefit says, and what is left of it where it was an error."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from services.claims.awards import rules
from services.claims.awards.award import Award, EndReason, Status, SuspensionReason
from shared.events.claims.awards import AwardEnded, AwardResumed
from shared.funds.effects import DeathEnd, Effect, EndOnDeath
from shared.kernel.outcome import Outcome
from tests.claims.awards.builders import COVER, COVER_EFFECT, LAW, PAYMENT_EFFECT, award
from tests.kit.contexts import DZ, funds

FUND = funds()[DZ]
DIED_ON = date(2026, 5, 12)
NOW, AFTER_MONTH = datetime(2026, 5, 20, 9, tzinfo=UTC), datetime(2026, 6, 1, 9, tzinfo=UTC)


def ending(with_: DeathEnd, effect: Effect = PAYMENT_EFFECT) -> Effect:
    return replace(effect, on_death=(EndOnDeath(ends_with=with_, law=LAW),))


def followed(
    before: Award, died_on: date | None = DIED_ON, *, effect: Effect = PAYMENT_EFFECT, at: datetime = NOW
) -> Outcome[Award] | None:
    return rules.follow_death(before, died_on=died_on, effect=effect, fund=FUND, by="system:test", at=at)


def after(before: Award, died_on: date | None = DIED_ON, **facts: object) -> Award:
    outcome = followed(before, died_on, **facts)  # type: ignore[arg-type]
    assert outcome is not None
    return outcome.thing


@pytest.mark.parametrize(
    ("with_", "last_on", "status"),
    [
        (None, DIED_ON, Status.ENDED),
        (DeathEnd.DAY_OF_DEATH, DIED_ON, Status.ENDED),
        (DeathEnd.END_OF_MONTH, date(2026, 5, 31), Status.ACTIVE),
        (DeathEnd.END_OF_PERIOD, date(2026, 6, 30), Status.ACTIVE),
    ],
)
def test_it_ends_with_the_day_that_the_fund_says(with_: DeathEnd | None, last_on: date, status: Status) -> None:
    effect = PAYMENT_EFFECT if with_ is None else ending(with_)
    ended = after(award(), effect=effect)
    assert (ended.until_on, ended.status, ended.proof_due_on) == (last_on, status, None)
    assert ended.holds_on(last_on) and not ended.holds_on(date(2026, 7, 1))


def test_an_end_that_is_to_come_comes_by_the_calendar_with_its_reason() -> None:
    effect = ending(DeathEnd.END_OF_MONTH)
    waiting = after(award(), effect=effect)
    assert waiting.next_look_at == datetime(2026, 6, 1, tzinfo=FUND.zone)
    looked = rules.look(waiting, effect=effect, fund=FUND, at=AFTER_MONTH)
    assert (looked.thing.status, looked.thing.reason) == (Status.ENDED, EndReason.DEATH)
    (event,) = looked.events
    assert isinstance(event, AwardEnded) and (event.reason, event.until_on) == ("death", date(2026, 5, 31))
    assert followed(looked.thing, effect=effect, at=AFTER_MONTH) is None


def test_said_twice_it_is_one_death() -> None:
    ended = after(award())
    assert followed(ended) is None
    assert [step.reason for step in ended.steps] == ["", "death"]


def test_what_was_over_before_stays_as_it_is() -> None:
    over = award(COVER, until_on=date(2026, 4, 30))
    assert followed(over, effect=COVER_EFFECT) is None


def test_a_death_that_is_told_late_moves_the_end_back() -> None:
    ended = rules.end(
        award(), reason=EndReason.RENOUNCED, last_on=date(2026, 5, 18), fund=FUND, by="agent-1", at=NOW
    ).thing
    earlier = after(ended)
    assert (earlier.until_on, earlier.reason) == (DIED_ON, "death")
    restored = after(earlier, None)
    assert (restored.status, restored.until_on) == (Status.ENDED, date(2026, 5, 18))


def test_an_error_gives_back_what_was() -> None:
    before = award()
    outcome = followed(after(before), None)
    assert outcome is not None
    restored = outcome.thing
    assert (restored.status, restored.until_on, restored.proof_due_on, restored.before_death) == (
        Status.ACTIVE,
        None,
        before.proof_due_on,
        None,
    )
    assert restored.holds_on(DIED_ON) and restored.holds_on(date(2026, 12, 31))
    assert [type(event) for event in outcome.events] == [AwardResumed]
    assert [step.status for step in restored.steps] == [Status.ACTIVE, Status.ENDED, Status.ACTIVE]
    assert followed(restored, None) is None


def test_an_error_asks_anew_for_a_life_certificate_that_fell_due_meanwhile() -> None:
    late = after(after(award()), None, at=datetime(2028, 1, 10, 9, tzinfo=UTC))
    assert late.proof_due_on == date(2029, 1, 9)


def test_what_was_suspended_is_suspended_again() -> None:
    held = rules.suspend(
        award(),
        reason=SuspensionReason.UNDER_CONTROL,
        effect=PAYMENT_EFFECT,
        fund=FUND,
        by="agent-1",
        at=datetime(2026, 5, 1, 9, tzinfo=UTC),
    ).thing
    outcome = followed(after(held), None)
    assert outcome is not None and outcome.events == ()
    assert (outcome.thing.status, outcome.thing.reason) == (Status.SUSPENDED, SuspensionReason.UNDER_CONTROL)
    assert not outcome.thing.holds_on(date(2026, 5, 10))


@pytest.mark.parametrize(
    ("first", "second", "status"),
    [(DIED_ON, date(2026, 4, 1), Status.ENDED), (date(2026, 4, 2), DIED_ON, Status.ACTIVE)],
)
def test_another_day_moves_the_end(first: date, second: date, status: Status) -> None:
    effect = ending(DeathEnd.END_OF_MONTH)
    known = after(award(), first, effect=effect, at=AFTER_MONTH)
    moved = after(known, second, effect=effect, at=NOW if status is Status.ACTIVE else AFTER_MONTH)
    if status is Status.ACTIVE:
        assert (moved.until_on, moved.status) == (date(2026, 5, 31), status)
    assert moved.before_death == known.before_death


def test_nobody_resumes_what_a_death_has_ended() -> None:
    with pytest.raises(Exception, match="move"):
        rules.resume(after(award()), effect=PAYMENT_EFFECT, fund=FUND, by="agent-1", at=NOW)
