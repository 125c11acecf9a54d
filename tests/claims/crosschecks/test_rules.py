"""What may happen to a cross-check, and what is known by it on a day. The whole table of moves, allowed and refused."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.claims.crosschecks import rules
from services.claims.crosschecks.crosscheck import MOVES, CrossCheck, Status
from shared.funds.law import Confidence, Law
from shared.funds.registers import RegisterQuestion
from shared.kernel.errors import Failure
from shared.kernel.moves import MoveNotAllowed
from tests.claims.crosschecks.partner_registers import FUND_ID, funds
from tests.kit.clock import AT

FUND = funds()[FUND_ID]
TEXTS = {"ar": "نص", "fr": "texte", "en": "text"}
LAW = Law(valid_from=date(2020, 1, 1), reference="Art. 1", confidence=Confidence.UNKNOWN)
DAY = timedelta(days=1)


def question(**more: Any) -> RegisterQuestion:
    whole = {"register": "tax", "field": "is-taxed", "asks": TEXTS, "purpose": TEXTS, "law": LAW, "good_days": 30}
    return RegisterQuestion(**{**whole, **more})


def asked(**more: Any) -> CrossCheck:
    return rules.open_check(
        question(**more),
        check_id="k1",
        question_id="q1",
        claim_id="c1",
        person_ref="p1",
        claim_type="aid",
        at=AT,
    ).thing


def answered(*values: str, every: timedelta = 30 * DAY, check: CrossCheck | None = None) -> CrossCheck:
    """A check that was answered so, one answer after the other."""
    found = check or asked()
    at = AT if not found.answers else found.answers[-1].answered_at + every
    for number, value in enumerate(values):
        if found.status is Status.ANSWERED:
            found = rules.ask_again(found, question_id=f"q{len(found.answers) + 1}", at=at).thing
        found = rules.answer(found, value=value, as_of=at.date(), fund=FUND, at=at).thing
        at += every if number < len(values) - 1 else timedelta()
    return found


def value_on(check: CrossCheck, days: int) -> str | None:
    known = rules.known_on(check, on=AT.date() + days * DAY, fund=FUND)
    return None if known is None else known.value


def disputed(check: CrossCheck) -> CrossCheck:
    return rules.dispute(check, statement="it was sold", upload_id="u1", at=AT).thing


def decided(check: CrossCheck, value: str) -> CrossCheck:
    return rules.decide(check, value=value, upload_id="u1", reason="deed", by="agent-1", at=AT).thing


CHANGES = {
    Status.ASKED: lambda check: rules.ask_again(check, question_id="q2", at=AT),
    Status.ANSWERED: lambda check: rules.answer(check, value="yes", as_of=AT.date(), fund=FUND, at=AT),
    Status.NOT_ANSWERED: rules.note_failed,
    Status.GIVEN_UP: rules.give_up,
    Status.CLOSED: rules.close,
}


@pytest.mark.parametrize("before", Status)
@pytest.mark.parametrize("to", Status)
def test_the_whole_table_of_moves(before: Status, to: Status) -> None:
    check = replace(answered("yes"), status=before)
    if to in MOVES[before]:
        assert CHANGES[to](check).thing.status is to
    else:
        with pytest.raises(MoveNotAllowed):
            CHANGES[to](check)


def test_a_question_carries_its_purpose_and_is_due_at_once() -> None:
    check = asked(choices={"low": TEXTS, "high": TEXTS})
    assert (check.values, check.purpose, check.law) == (("low", "high", "unknown"), TEXTS, "Art. 1")
    assert (check.status, check.next_look_at, check.fact_name) == (Status.ASKED, AT, "register.tax.is-taxed")


def test_an_answer_has_its_days_and_is_asked_again_after_them() -> None:
    check = answered("no")
    (answer,) = check.answers
    assert answer.good_until == date(2026, 3, 12)
    assert check.next_look_at == datetime(2026, 3, 13, tzinfo=FUND.zone)


@pytest.mark.parametrize(("value", "as_of"), [("perhaps", AT.date()), ("", AT.date()), ("no", AT.date() + DAY)])
def test_what_the_question_does_not_have_is_not_believed(value: str, as_of: date) -> None:
    with pytest.raises(rules.AnswerNotExpected):
        rules.answer(asked(), value=value, as_of=as_of, fund=FUND, at=AT)


def test_the_day_of_the_fund_counts_not_that_of_utc() -> None:
    late = datetime(2026, 2, 10, 23, 30, tzinfo=UTC)  # the 11th in Tunis
    check = rules.answer(asked(), value="no", as_of=date(2026, 2, 11), fund=FUND, at=late).thing
    assert check.answers[0].good_until == date(2026, 3, 13)


# --- What is known ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("check", "days", "known"),
    [
        (asked(), 0, None),
        (answered("no"), 0, "no"),
        (answered("no"), -20, "no"),  # an earlier day is judged by the first answer
        (answered("no"), 30, "no"),
        (answered("no"), 31, None),  # its days are over
        (answered("unknown"), 0, None),
        (answered("no", "yes"), 29, "no"),
        (answered("no", "yes"), 30, "yes"),
        (answered("no", "yes"), 61, None),
        (answered("no", "no", every=40 * DAY), 35, "no"),  # between two answers that agree
        (answered("no", "yes", every=40 * DAY), 35, None),
        (answered("no", "unknown", every=40 * DAY), 35, None),
        (answered("unknown", "yes"), 29, None),
        (disputed(answered("yes")), 0, None),
        (decided(disputed(answered("yes")), "no"), 0, "no"),
        (decided(disputed(answered("yes")), "yes"), 0, "yes"),
        (decided(answered("unknown"), "no"), 0, "no"),
    ],
)
def test_what_is_known_on_a_day(check: CrossCheck, days: int, known: str | None) -> None:
    assert value_on(check, days) == known


def test_a_decision_counts_while_the_register_says_the_same() -> None:
    sold = decided(disputed(answered("yes")), "no")
    again = answered("yes", check=sold)
    assert value_on(again, 30) == "no", "the register has not noticed"
    noticed = answered("no", check=again)
    assert value_on(noticed, 60) == "no"
    bought = answered("yes", check=noticed)
    assert value_on(bought, 90) == "yes", "another vehicle: what was decided was of the first one"
    assert value_on(bought, 0) == "no" and value_on(bought, 30) == "no", "and the past stays"
    assert [each.value for each in bought.answers] == ["yes", "yes", "no", "yes"], "every answer is kept"


def test_what_an_award_relies_on_stays_known_while_it_is_disputed() -> None:
    relied = rules.rely(answered("yes"), on=AT.date(), fund=FUND, at=AT).thing
    assert value_on(disputed(relied), 0) == "yes"


def test_a_new_answer_ends_the_dispute_of_another() -> None:
    check = answered("no", check=disputed(answered("yes")))
    assert (check.is_disputed, check.dispute, len(check.disputes)) == (False, None, 1)
    same = answered("yes", check=disputed(answered("yes")))
    assert same.is_disputed


# --- Waiting, relying -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("check", "is_open"),
    [
        (asked(), True),
        (answered("no"), False),
        (answered("unknown"), False),  # an agent decides
        (disputed(answered("no")), True),
        (rules.note_failed(asked()).thing, False),
        (rules.give_up(asked()).thing, False),
    ],
)
def test_what_a_decision_waits_for(check: CrossCheck, is_open: bool) -> None:
    assert rules.is_open(check, on=AT.date()) is is_open


def test_a_decision_waits_for_a_fresh_answer() -> None:
    assert not rules.is_open(answered("no"), on=AT.date() + 30 * DAY)
    assert rules.is_open(answered("no"), on=AT.date() + 31 * DAY)


@pytest.mark.parametrize(
    ("later", "has_changed", "is_lost"),
    [("no", False, False), ("yes", True, False), ("unknown", False, True)],
)
def test_an_answer_is_held_against_the_decision(later: str, has_changed: bool, is_lost: bool) -> None:
    relied = rules.rely(answered("no"), on=AT.date(), fund=FUND, at=AT).thing
    check, on = answered(later, check=relied), AT.date() + 30 * DAY
    assert rules.has_changed(check, on=on, fund=FUND) is has_changed
    assert rules.is_lost(check, on=on, fund=FUND) is is_lost


def test_nothing_is_held_against_a_decision_that_was_not_made() -> None:
    check, on = answered("no", "yes"), AT.date() + 30 * DAY
    assert not rules.has_changed(check, on=on, fund=FUND) and not rules.is_lost(check, on=on, fund=FUND)


@pytest.mark.parametrize(("waited_s", "wait_s"), [(0, 60), (60, 300), (400, 900), (1_300, 3_600), (90_000, 3_600)])
def test_a_register_that_answers_later_is_looked_at_less_and_less(waited_s: int, wait_s: int) -> None:
    at = AT + timedelta(seconds=waited_s)
    assert rules.wait(asked(), at=at).thing.next_look_at == at + timedelta(seconds=wait_s)
    assert not rules.is_silent(asked(), at=at)
    assert rules.is_silent(asked(), at=AT + 7 * DAY + timedelta(seconds=1))


# --- Refused ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (lambda: disputed(asked()), rules.NothingToDispute),
        (lambda: disputed(answered("unknown")), rules.NothingToDispute),
        (lambda: disputed(disputed(answered("yes"))), rules.NothingToDispute),
        (lambda: decided(asked(), "no"), rules.NothingToDecide),
        (lambda: decided(answered("yes"), "no"), rules.NothingToDecide),
        (lambda: decided(disputed(answered("yes")), "unknown"), rules.ValueUnknown),
        (lambda: decided(disputed(answered("yes")), "perhaps"), rules.ValueUnknown),
    ],
)
def test_what_is_refused(change: Any, refusal: type[Failure]) -> None:
    with pytest.raises(refusal):
        change()


def test_disputes_have_an_end() -> None:
    check = answered("yes")
    for _ in range(rules.DISPUTES_MAX):
        check = decided(disputed(check), "yes")
    with pytest.raises(rules.TooManyDisputes):
        disputed(check)


@pytest.mark.parametrize(
    "more",
    [
        {"register": "Tax"},
        {"field": ""},
        {"good_days": 0},
        {"good_days": 99_999},
        {"choices": {"one": TEXTS}},
        {"choices": {"yes": TEXTS, "maybe": TEXTS}},
    ],
)
def test_a_question_that_cannot_be_asked_is_refused_when_it_is_read(more: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        question(**more)
