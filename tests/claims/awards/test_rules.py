"""Every move of an award, allowed and refused, and what the calendar does to it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from services.claims.awards import rules
from services.claims.awards.award import MOVES, Award, AwardKind, EndReason, Status, SuspensionReason
from shared.events.claims.awards import (
    AwardEnded,
    AwardEndsSoon,
    AwardOpened,
    AwardResumed,
    AwardSuspended,
    LifeCertificateDue,
)
from shared.funds.effects import PAY_ONCE
from shared.funds.law import NothingInForce
from shared.kernel.moves import MoveNotAllowed
from shared.kernel.outcome import Outcome
from tests.claims.awards.builders import ALLOWANCE, COVER, COVER_EFFECT, FROM_ON, LAW, PAYMENT_EFFECT, UNTIL_ON, award
from tests.kit.clock import AT
from tests.kit.contexts import DZ, funds

FUND = funds()[DZ]
TODAY = AT.date()
PAYMENT: dict[str, Any] = {"effect": PAYMENT_EFFECT, "fund": FUND}


def suspend(
    it: Award, *, at: datetime = AT, reason: SuspensionReason = SuspensionReason.UNDER_CONTROL
) -> Outcome[Award]:
    return rules.suspend(it, reason=reason, by="agent-1", at=at, **PAYMENT)


def resume(it: Award, *, at: datetime = AT) -> Outcome[Award]:
    return rules.resume(it, by="agent-1", at=at, **PAYMENT)


def end(
    it: Award, *, last_on: date = TODAY, reason: EndReason = EndReason.RENOUNCED, at: datetime = AT
) -> Outcome[Award]:
    return rules.end(it, reason=reason, last_on=last_on, fund=FUND, by="agent-1", at=at)


VERBS: dict[str, tuple[Callable[[Award], Outcome[Award]], Status, type]] = {
    "suspend": (suspend, Status.SUSPENDED, AwardSuspended),
    "resume": (resume, Status.ACTIVE, AwardResumed),
    "end": (end, Status.ENDED, AwardEnded),
}


def at_status(status: Status) -> Award:
    made = award()
    return {Status.ACTIVE: made, Status.SUSPENDED: suspend(made).thing, Status.ENDED: end(made).thing}[status]


@pytest.mark.parametrize("here", Status)
@pytest.mark.parametrize("verb", VERBS)
def test_every_move_allowed_and_refused(verb: str, here: Status) -> None:
    act, to, event = VERBS[verb]
    if to in MOVES[here]:
        outcome = act(at_status(here))
        assert outcome.thing.status is to and outcome.thing.steps[-1].by == "agent-1"
        assert [type(each) for each in outcome.events] == [event]
    else:
        with pytest.raises(MoveNotAllowed):
            act(at_status(here))


def test_an_award_opens_as_what_its_benefit_says() -> None:
    cover = award(COVER)
    assert (cover.kind, cover.terms.covers, cover.terms.percent) == (AwardKind.COVER, ("medicine",), "100")
    assert cover.proof_due_on is None
    payment = award(ALLOWANCE)
    assert payment.kind is AwardKind.PAYMENT and payment.terms.sum is not None and payment.until_on is None
    assert payment.proof_due_on == date(2027, 2, 9), "twelve months from the day on which it was granted"


def test_an_award_keeps_the_law_of_its_first_day() -> None:
    """A law that changes what a cover bears, or how often a life is proved, holds from its day on and not before."""
    earlier, later = replace(LAW, valid_to=date(2026, 12, 31)), replace(LAW, valid_from=date(2027, 1, 1))
    (bears,), (pays,) = COVER_EFFECT.cover, PAYMENT_EFFECT.payment
    covers = replace(COVER_EFFECT, cover=(replace(bears, law=earlier), replace(bears, percent=Decimal(80), law=later)))
    payments = replace(
        PAYMENT_EFFECT, payment=(replace(pays, law=earlier), replace(pays, life_certificate_months=6, law=later))
    )
    for first_on, law, percent, proof_due_on in (
        (date(2026, 12, 31), earlier, "100", date(2027, 12, 30)),
        (date(2027, 1, 1), later, "80", date(2027, 6, 30)),
    ):
        cover = award(COVER, effect=covers, from_on=first_on, until_on=covers.last_on(first_on))
        payment = award(effect=payments, from_on=first_on)
        assert (cover.terms.law, cover.terms.percent, payment.terms.law) == (law, percent, law)
        assert payment.proof_due_on == proof_due_on
    new_year = datetime(2027, 1, 5, 9, tzinfo=UTC)
    given = rules.take_life_certificate(
        award(effect=payments), given_on=new_year.date(), effect=payments, fund=FUND, by="a", at=new_year
    )
    assert given.thing.proof_due_on == date(2027, 7, 4)
    with pytest.raises(NothingInForce):
        award(effect=covers, from_on=date(1999, 12, 31))


def test_what_it_opens_is_told() -> None:
    arguments = {
        "award_id": "a",
        "reference": "r",
        "code": "c",
        "person_ref": "p",
        "claim_id": "c",
        "claim_type": COVER,
    }
    arguments |= {"decision_sum": None, "from_on": FROM_ON, "until_on": UNTIL_ON, "fund": FUND, "at": AT}
    (published,) = rules.open_award(**arguments, effect=COVER_EFFECT).events
    assert isinstance(published, AwardOpened) and (published.kind, published.until_on) == ("cover", UNTIL_ON)
    with pytest.raises(rules.OpensNoAward):
        rules.open_award(**arguments, effect=PAY_ONCE)


def test_what_opens_no_award_has_no_effect_of_one() -> None:
    for claim_type in ("care-reimbursement", "moon-trip"):
        with pytest.raises(rules.OpensNoAward):
            rules.effect_of(FUND, claim_type)


@pytest.mark.parametrize("facts", [{"until_on": None}, {"until_on": date(2025, 1, 1)}])
def test_an_award_that_cannot_be_is_not_built(facts: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"cover has an end|ends after"):
        award(COVER, **facts)


# --- Whether it holds -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "holds"),
    [
        (FROM_ON - timedelta(days=1), False),
        (FROM_ON, True),
        (UNTIL_ON, True),
        (UNTIL_ON + timedelta(days=1), False),
    ],
)
def test_both_ends_are_included(day: date, holds: bool) -> None:
    assert award(COVER).holds_on(day) is holds


def test_a_cover_does_not_hold_while_it_is_suspended() -> None:
    suspended = rules.suspend(
        award(COVER), reason=SuspensionReason.UNDER_CONTROL, effect=COVER_EFFECT, fund=FUND, by="a", at=AT
    ).thing
    later = AT + timedelta(days=10)
    again = rules.resume(suspended, effect=COVER_EFFECT, fund=FUND, by="a", at=later).thing
    assert not suspended.holds_on(TODAY) and suspended.holds_on(TODAY - timedelta(days=1))
    assert [again.holds_on(TODAY + timedelta(days=days)) for days in (-1, 0, 9, 10)] == [True, False, False, True]


def test_an_award_that_ended_held_until_its_last_day() -> None:
    ended = end(award(COVER), last_on=date(2026, 2, 1)).thing
    assert ended.holds_on(date(2026, 2, 1)) and not ended.holds_on(date(2026, 2, 2))
    assert ended.until_on == date(2026, 2, 1) and ended.next_look_at is None


def test_an_award_may_end_before_it_began_and_not_in_the_future() -> None:
    assert end(award(), last_on=FROM_ON - timedelta(days=1)).thing.until_on == FROM_ON - timedelta(days=1)
    with pytest.raises(rules.EndsInTheFuture):
        end(award(), last_on=TODAY + timedelta(days=1))


def test_the_last_day_is_never_later_than_it_was() -> None:
    late = datetime(2027, 2, 1, 9, tzinfo=UTC)
    assert end(award(COVER), last_on=late.date(), at=late).thing.until_on == UNTIL_ON


# --- The calendar -----------------------------------------------------------------------------------------------------


def look(it: Award, day: date) -> Outcome[Award]:
    effect = COVER_EFFECT if it.kind is AwardKind.COVER else PAYMENT_EFFECT
    return rules.look(it, effect=effect, fund=FUND, at=datetime(day.year, day.month, day.day, 9, tzinfo=UTC))


def test_a_cover_reminds_once_and_ends_by_itself() -> None:
    made = award(COVER)
    assert made.next_look_at is not None and made.next_look_at.date() == date(2026, 12, 1)
    assert look(made, date(2026, 11, 30)).events == ()
    reminded = look(made, date(2026, 12, 1))
    assert [type(each) for each in reminded.events] == [AwardEndsSoon]
    assert look(reminded.thing, date(2026, 12, 20)).events == ()
    assert look(reminded.thing, UNTIL_ON).thing.status is Status.ACTIVE
    ended = look(reminded.thing, UNTIL_ON + timedelta(days=1))
    (published,) = ended.events
    assert isinstance(published, AwardEnded) and (published.reason, published.until_on) == ("term-over", UNTIL_ON)
    assert look(ended.thing, date(2028, 1, 1)) == Outcome(ended.thing)


def test_a_cover_that_nobody_looked_at_for_long_ends_without_a_reminder() -> None:
    assert [type(each) for each in look(award(COVER), date(2027, 6, 1)).events] == [AwardEnded]


def test_without_a_life_certificate_a_payment_is_suspended() -> None:
    made = award()
    due_on = made.proof_due_on
    assert due_on is not None
    reminded = look(made, due_on - timedelta(days=30))
    (published,) = reminded.events
    assert isinstance(published, LifeCertificateDue) and published.due_on == due_on
    assert look(reminded.thing, due_on).events == ()
    suspended = look(reminded.thing, due_on + timedelta(days=1))
    assert suspended.thing.status is Status.SUSPENDED and suspended.thing.reason == "life-certificate-missing"
    assert suspended.thing.next_look_at is None
    given = datetime(2027, 3, 1, 9, tzinfo=UTC)
    proved = rules.take_life_certificate(suspended.thing, given_on=date(2027, 2, 20), by="a", at=given, **PAYMENT)
    assert proved.thing.status is Status.ACTIVE and proved.thing.proof_due_on == date(2028, 2, 19)
    assert [type(each) for each in proved.events] == [AwardResumed]


def test_a_law_that_asks_for_no_life_certificate_any_more_suspends_nobody() -> None:
    (pays,) = PAYMENT_EFFECT.payment
    asks = replace(pays, law=replace(LAW, valid_to=date(2026, 12, 31)))
    asks_no_more = replace(pays, life_certificate_months=None, law=replace(LAW, valid_from=date(2027, 1, 1)))
    abolished = replace(PAYMENT_EFFECT, payment=(asks, asks_no_more))
    late = datetime(2027, 6, 1, 9, tzinfo=UTC)
    looked = rules.look(award(), effect=abolished, fund=FUND, at=late)
    assert (looked.thing.status, looked.events, looked.thing.next_look_at) == (Status.ACTIVE, (), None)
    assert rules.look(award(), effect=PAYMENT_EFFECT, fund=FUND, at=late).thing.status is Status.SUSPENDED


def test_a_life_certificate_in_time_moves_the_day_and_another_suspension_stays() -> None:
    taken = rules.take_life_certificate(award(), given_on=TODAY, by="a", at=AT, **PAYMENT)
    assert taken.events == () and taken.thing.proof_due_on == date(2027, 2, 9)
    controlled = suspend(award()).thing
    assert (
        rules.take_life_certificate(controlled, given_on=TODAY, by="a", at=AT, **PAYMENT).thing.status
        is Status.SUSPENDED
    )


@pytest.mark.parametrize(
    ("given_on", "error"),
    [
        (TODAY + timedelta(days=1), rules.LifeCertificateInTheFuture),
        (date(2025, 2, 10), rules.LifeCertificateTooOld),
    ],
)
def test_a_life_certificate_is_recent(given_on: date, error: type[Exception]) -> None:
    with pytest.raises(error):
        rules.take_life_certificate(award(), given_on=given_on, by="a", at=AT, **PAYMENT)


def test_a_cover_asks_for_no_life_certificate_nor_does_what_has_ended() -> None:
    for it, effect in ((award(COVER), COVER_EFFECT), (end(award()).thing, PAYMENT_EFFECT)):
        with pytest.raises(rules.NoLifeCertificateAsked):
            rules.take_life_certificate(it, given_on=TODAY, effect=effect, fund=FUND, by="a", at=AT)


def test_who_resumes_without_a_proof_answers_for_it() -> None:
    late = datetime(2027, 6, 1, 9, tzinfo=UTC)
    suspended = look(award(), late.date()).thing
    resumed = resume(suspended, at=late).thing
    assert resumed.proof_due_on == date(2028, 5, 31)
    assert look(resumed, late.date()).thing.status is Status.ACTIVE
