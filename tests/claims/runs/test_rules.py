"""Every move of a run, what one award comes to, and that whatever is run in whatever order pays what is right once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.claims.awards.award import Award
from services.claims.awards.award import Status as AwardStatus
from services.claims.runs import computing, granting, rules
from services.claims.runs.run import (
    MOVES,
    PAYMENT_MOVES,
    PERIODS_BACK_MAX,
    AwardAccount,
    AwardPayment,
    Change,
    PaymentStatus,
    Run,
    RunLineKind,
    RunPage,
    Status,
)
from shared.events.claims.awards import AwardPaid
from shared.funds.effects import Effect, EffectKind
from shared.funds.period import Period, PeriodKind
from shared.funds.procedure import Recovery
from shared.kernel.money import Money
from shared.kernel.moves import MoveNotAllowed
from tests.claims.awards.builders import ALLOWANCE, LAW, PAYMENT_EFFECT, award, fund_with
from tests.claims.awards.test_rules import end, suspend
from tests.claims.runs.builders import AT, FUND, Q, Tariff, computed, granted, run

PAGE = RunPage(page_id="r1/1", run_id="r1", due=1, due_minor=20_000)


def with_page(it: Run, *payments: AwardPayment, is_last: bool = True) -> Run:
    return rules.with_page(it, payments, after="a1", is_last=is_last, by="system:runs", at=AT)


VERBS: dict[str, tuple[Callable[[Run], Run], Status]] = {
    "computed": (lambda it: with_page(replace(it, pages=1)), Status.COMPUTED),
    "approve": (lambda it: rules.approve(it, by="chief", at=AT).thing, Status.APPROVED),
    "reject": (lambda it: rules.reject(it, reason="wrong", by="chief", at=AT).thing, Status.REJECTED),
    "told": (
        lambda it: rules.with_published_page(replace(it, pages=1, told_pages=0), by="system:runs", at=AT),
        Status.PUBLISHED,
    ),
}


def at_status(status: Status) -> Run:
    made = run()
    one = with_page(made, computed())
    approved = rules.approve(one, by="chief", at=AT).thing
    return {
        Status.COMPUTING: made,
        Status.COMPUTED: one,
        Status.APPROVED: approved,
        Status.REJECTED: rules.reject(one, reason="wrong", by="chief", at=AT).thing,
        Status.PUBLISHED: rules.with_published_page(approved, by="system:runs", at=AT),
    }[status]


@pytest.mark.parametrize("here", Status)
@pytest.mark.parametrize("verb", VERBS)
def test_every_move_allowed_and_refused(verb: str, here: Status) -> None:
    act, to = VERBS[verb]
    if to in MOVES[here] and not (verb == "told" and here is Status.COMPUTING):
        assert act(at_status(here)).status is to
    elif not (verb == "told" and here is Status.COMPUTING):
        with pytest.raises(MoveNotAllowed):
            act(at_status(here))


def test_a_run_is_approved_by_a_second_person() -> None:
    one = with_page(run(), computed())
    with pytest.raises(rules.SamePerson):
        rules.approve(one, by="agent-1", at=AT)
    assert rules.approve(one, by="agent-2", at=AT).thing.status is Status.APPROVED


def test_a_run_that_pays_nothing_and_changes_nothing_waits_for_nobody() -> None:
    assert with_page(run()).status is Status.PUBLISHED


@pytest.mark.parametrize(
    ("facts", "error"),
    [
        ({"claim_type": "care-reimbursement"}, rules.NotPaidByRuns),
        ({"claim_type": "moon-trip"}, rules.NotPaidByRuns),
        ({"period": Period(2026)}, rules.OtherPeriod),
        ({"period": Q[3]}, rules.PeriodNotOver),
        ({"living": run()}, rules.RunUnderWay),
    ],
)
def test_a_run_that_cannot_be_made(facts: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        run(**facts)


def test_new_rules_ask_for_a_run_of_arrears_and_the_same_rules_do_not() -> None:
    definition = FUND.claim_types[ALLOWANCE]
    published = at_status(Status.PUBLISHED)
    changed = replace(
        definition, effect=replace(PAYMENT_EFFECT, payment=(replace(PAYMENT_EFFECT.payment[0], reminder_days=9),))
    )
    assert not rules.wants_arrears_run(definition, published)
    assert rules.wants_arrears_run(changed, published) and rules.wants_arrears_run(changed, at_status(Status.REJECTED))
    assert not rules.wants_arrears_run(changed, run()) and not rules.wants_arrears_run(changed, None)


# --- What one award comes to ------------------------------------------------------------------------------------------


def lines(payment: AwardPayment) -> list[tuple[str, str, int]]:
    return [(line.kind.value, line.period, line.amount_minor) for line in payment.lines]


def test_the_first_run_pays_the_period_and_those_before_it() -> None:
    found = computed()
    assert lines(found) == [("arrears", "2026-Q1", 20_000), ("period", "2026-Q2", 20_000)]
    assert (found.amount_minor, found.change) == (40_000, Change.NEW)
    assert all(line.sum.amount_minor == 20_000 for line in found.lines)


def test_what_was_granted_is_not_paid_again() -> None:
    assert lines(computed(granted(Q[1]))) == [("period", "2026-Q2", 20_000)]
    assert computed(granted(Q[1])).change is Change.SAME
    again = computed(granted(Q[1], Q[2]))
    assert (again.amount_minor, again.change, again.lines) == (0, Change.ENDED, ())
    assert computed(granted(Q[1], Q[2], last_minor=0)) is None


def test_a_rate_that_changes_in_the_past_is_a_line_of_arrears() -> None:
    found = computed(granted(Q[1]), tariff=Tariff(21_500))
    assert lines(found) == [("arrears", "2026-Q1", 1_500), ("period", "2026-Q2", 21_500)]
    assert (found.amount_minor, found.change) == (23_000, Change.CHANGED)


def test_what_was_overpaid_is_taken_off_and_never_below_nothing() -> None:
    found = computed(granted(Q[1], amount_minor=50_000), tariff=Tariff(10_000))
    assert lines(found) == [("arrears", "2026-Q1", -40_000), ("period", "2026-Q2", 10_000)]
    assert (found.amount_minor, found.carry_after_minor) == (0, -30_000)
    _, account = granting.grant(found, granted(Q[1], amount_minor=50_000), at=AT)
    following = computed(account, tariff=Tariff(10_000), upto=Q[3])
    assert (following.carry_before_minor, following.amount_minor, following.carry_after_minor) == (-30_000, 0, -20_000)


@pytest.mark.parametrize(
    ("percent", "leaves", "amount", "taken", "carried"),
    [
        (100, None, 0, 20_000, -10_000),
        (20, None, 16_000, 4_000, -26_000),
        (Decimal("33.333"), None, 13_334, 6_666, -23_334),
        (50, 15_000, 15_000, 5_000, -25_000),
        (50, 20_000, 20_000, 0, -30_000),
        (50, 90_000, 20_000, 0, -30_000),
        (0, None, 20_000, 0, -30_000),
    ],
)
def test_a_share_of_a_payment_at_most_is_taken_and_the_rest_carried_until_all_is_recovered(
    percent: Decimal | int, leaves: int | None, amount: int, taken: int, carried: int
) -> None:
    """300.00 were overpaid for the first quarter; 200.00 are right for each."""
    rule = Recovery(percent=Decimal(percent), leaves=Money(leaves, FUND.currency) if leaves else None, law=LAW)
    found = computed(granted(Q[1], amount_minor=50_000), tariff=Tariff(20_000), recovery=rule)
    assert (found.amount_minor, found.taken_minor, found.carry_after_minor) == (amount, taken, carried)


def test_recovered_by_shares_nothing_is_taken_twice_or_lost() -> None:
    rule, account, paid_minor = Recovery(percent=Decimal(20), law=LAW), granted(Q[1], amount_minor=25_000), 25_000
    period = Q[2]
    for _ in range(3):
        found = computed(account, upto=period, recovery=rule)
        _, account = granting.grant(found, account, at=AT)
        paid_minor, period = paid_minor + found.amount_minor, period.next
    assert account.carry_minor == 0
    assert paid_minor == sum(each.amount_minor for each in account.granted) == 4 * 20_000


def test_a_condition_that_fails_pays_nothing_and_says_which() -> None:
    found = computed(tariff=Tariff(special={"2026-Q2": 0}))
    assert lines(found) == [("arrears", "2026-Q1", 20_000), ("period", "2026-Q2", 0)]
    assert found.lines[1].reason == "has-children"


def test_what_is_undecided_stays_as_it_was_and_is_shown() -> None:
    found = computed(granted(Q[1]), tariff=Tariff(None))
    assert lines(found) == [("period", "2026-Q2", 0)] and found.lines[0].reason == "undecided"
    _, account = granting.grant(found, granted(Q[1]), at=AT)
    assert account.granted_minor("2026-Q2") is None
    assert with_page(run(), found).totals.undecided == 1
    decided = computed(account, upto=Q[3])
    assert lines(decided) == [("arrears", "2026-Q2", 20_000), ("period", "2026-Q3", 20_000)]


def test_an_award_that_a_fact_ends_takes_back_what_was_paid_for_later() -> None:
    found = computed(granted(Q[1], Q[2]), tariff=Tariff(over_since=Q[2]), upto=Q[3])
    assert lines(found) == [("arrears", "2026-Q2", -20_000)]
    assert (found.ends_on, found.amount_minor, found.carry_after_minor) == (date(2026, 3, 31), 0, -20_000)


def test_an_award_that_ended_is_paid_up_to_its_end() -> None:
    ended = end(award(), last_on=date(2026, 2, 1)).thing
    assert lines(computed(of=ended)) == [("arrears", "2026-Q1", 20_000)]
    found = computed(granted(Q[1], Q[2]), of=ended, upto=Q[3])
    assert lines(found) == [("arrears", "2026-Q2", -20_000)] and found.lines[0].reason == "award-over"


def test_a_suspended_award_is_paid_nothing_and_all_of_it_once_it_holds_again() -> None:
    suspended = suspend(award()).thing
    found = computed(granted(Q[1]), of=suspended)
    assert (found.amount_minor, found.change, found.reason, found.lines) == (0, Change.ENDED, "suspended", ())
    assert not granting.must_be_withheld(found, suspended)
    settled, account = granting.grant(found, granted(Q[1]), at=AT)
    assert settled.status is PaymentStatus.SETTLED and computed(account, of=suspended, upto=Q[3]) is None
    assert lines(computed(account, upto=Q[3])) == [("arrears", "2026-Q2", 20_000), ("period", "2026-Q3", 20_000)]


QUARTERS, MONTHS = (replace(PAYMENT_EFFECT.payment[0], every=kind) for kind in (PeriodKind.QUARTER, PeriodKind.MONTH))
MONTHS_SINCE_APRIL = Effect(
    kind=EffectKind.PAY_PERIODICALLY,
    payment=(
        replace(QUARTERS, law=replace(LAW, valid_to=date(2026, 3, 31))),
        replace(MONTHS, law=replace(LAW, valid_from=date(2026, 4, 1))),
    ),
)


def test_from_the_day_of_a_law_on_it_is_paid_by_months() -> None:
    april = Period(2026, kind=PeriodKind.MONTH, number=4)
    tariff = Tariff(usual_minor=20_000, special={str(april): 7_000})
    found = computed(granted(Q[1]), tariff=tariff, upto=april, effect=MONTHS_SINCE_APRIL)
    assert lines(found) == [("period", "2026-M04", 7_000)]


def test_a_law_of_the_past_counts_a_quarter_that_was_paid_with_its_months() -> None:
    """Nothing of the quarter is paid twice: what it came to is taken of what its months come to."""
    june = Period(2026, kind=PeriodKind.MONTH, number=6)
    tariff = Tariff(special={f"2026-M0{number}": 7_000 for number in (4, 5, 6)})
    found = computed(granted(Q[1], Q[2]), tariff=tariff, upto=june, effect=MONTHS_SINCE_APRIL)
    assert [(line.period, line.amount_minor) for line in found.lines] == [
        ("2026-M04", 7_000),
        ("2026-M05", 7_000),
        ("2026-M06", 7_000),
        ("2026-Q2", -20_000),
    ]
    assert found.amount_minor + found.carry_after_minor == 1_000 and found.lines[-1].reason == "other-periods"
    _, account = granting.grant(found, granted(Q[1], Q[2]), at=AT)
    assert computed(replace(account, last_minor=None), tariff=tariff, upto=june, effect=MONTHS_SINCE_APRIL) is None


def test_a_quarter_of_which_a_month_is_not_known_stays_as_it_was_granted() -> None:
    """Nothing is taken from somebody because a fact is awaited, and nothing is paid twice meanwhile."""
    june = Period(2026, kind=PeriodKind.MONTH, number=6)
    tariff = Tariff(special={"2026-M04": 7_000, "2026-M05": None, "2026-M06": 7_000})
    found = computed(granted(Q[1], Q[2]), tariff=tariff, upto=june, effect=MONTHS_SINCE_APRIL)
    assert {(line.period, line.amount_minor, line.reason) for line in found.lines} == {
        ("2026-M04", 0, "undecided"),
        ("2026-M05", 0, "undecided"),
        ("2026-M06", 0, "undecided"),
    }
    assert found.amount_minor == 0 and found.carry_after_minor == 0
    _, account = granting.grant(found, granted(Q[1], Q[2]), at=AT)
    known = Tariff(special={f"2026-M0{number}": 7_000 for number in (4, 5, 6)})
    after = computed(account, tariff=known, upto=june, effect=MONTHS_SINCE_APRIL)
    assert sum(line.amount_minor for line in after.lines) == 1_000


def test_a_run_is_made_by_the_periods_of_its_day() -> None:
    fund = fund_with({ALLOWANCE: MONTHS_SINCE_APRIL})
    april = Period(2026, kind=PeriodKind.MONTH, number=4)
    assert (run(april, fund=fund).period, run(Q[1], fund=fund).period) == ("2026-M04", "2026-Q1")
    with pytest.raises(rules.OtherPeriod):
        run(Q[2], fund=fund)
    assert rules.as_paid_now(Q[2], MONTHS_SINCE_APRIL, today=date(2026, 7, 1)) == Period(
        2026, kind=PeriodKind.MONTH, number=6
    )
    assert rules.as_paid_now(Q[2], MONTHS_SINCE_APRIL, today=date(2026, 6, 29)) is None


def test_an_award_of_long_ago_is_computed_for_so_many_periods() -> None:
    periods = computing.periods_of(award(from_on=date(2000, 1, 1)), effect=PAYMENT_EFFECT, upto=Q[2])
    assert len(periods) == PERIODS_BACK_MAX and periods[-1] == Q[2]
    assert computing.periods_of(award(from_on=date(2027, 1, 1)), effect=PAYMENT_EFFECT, upto=Q[2]) == ()


@pytest.mark.parametrize(
    ("change", "is_withheld"),
    [
        (lambda it: it, False),
        (lambda it: suspend(it).thing, True),
        (lambda it: end(it, last_on=date(2026, 1, 31)).thing, True),
        (lambda it: replace(it, reminded_of=date(2026, 6, 1), version=9), False),
    ],
)
def test_what_changed_after_it_was_computed_is_not_paid(change: Callable[[Award], Award], is_withheld: bool) -> None:
    assert granting.must_be_withheld(computed(), change(award())) is is_withheld


@pytest.mark.parametrize(
    "facts",
    [{"amount_minor": -1}, {"amount_minor": 1}, {"carry_after_minor": 5}, {"carry_before_minor": -1}],
)
def test_a_payment_that_does_not_add_up_is_not_built(facts: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"add up|negative"):
        replace(computed(), **facts)


# --- What the bank does -----------------------------------------------------------------------------------------------


def due() -> AwardPayment:
    return granting.grant(computed(granted(Q[1])), granted(Q[1]), at=AT)[0]


def test_a_payment_s_whole_way_and_what_its_page_counts() -> None:
    payment, page = due(), PAGE
    ways = [
        PaymentStatus.ORDERED,
        PaymentStatus.PAID,
        PaymentStatus.RETURNED,
        PaymentStatus.ORDERED,
        PaymentStatus.PAID,
    ]
    counts = []
    for to in ways:
        outcome, page = granting.note(payment, page, to=to, currency="DZD", at=AT, reason="AC04")
        payment = outcome.thing
        counts.append((page.paid, page.paid_minor, page.returned))
        assert [type(each) for each in outcome.events] == ([AwardPaid] if to is PaymentStatus.PAID else [])
    assert counts == [(0, 0, 0), (1, 20_000, 0), (0, 0, 1), (0, 0, 0), (1, 20_000, 0)]


@pytest.mark.parametrize("here", PaymentStatus)
@pytest.mark.parametrize("to", [PaymentStatus.ORDERED, PaymentStatus.PAID, PaymentStatus.RETURNED])
def test_every_news_of_a_payment_allowed_and_refused(here: PaymentStatus, to: PaymentStatus) -> None:
    payment = replace(due(), status=here)
    if to in PAYMENT_MOVES[here]:
        assert granting.note(payment, PAGE, to=to, currency="DZD", at=AT)[0].thing.status is to
    else:
        with pytest.raises(MoveNotAllowed):
            granting.note(payment, PAGE, to=to, currency="DZD", at=AT)


# --- Whatever is run --------------------------------------------------------------------------------------------------

PERIODS = [Period(2025, 1)]
for _ in range(7):
    PERIODS.append(PERIODS[-1].next)

STEPS = st.one_of(
    st.tuples(st.just("run"), st.integers(0, 7)),
    st.tuples(st.just("rejected"), st.integers(0, 7)),
    st.tuples(st.just("rate"), st.integers(0, 40_000)),
    st.tuples(st.just("special"), st.tuples(st.integers(0, 7), st.one_of(st.none(), st.integers(0, 90_000)))),
    st.tuples(st.just("suspend"), st.booleans()),
)


@settings(max_examples=150)
@given(st.lists(STEPS, max_size=25))
def test_any_sequence_pays_what_is_right_once(steps: list[tuple[str, Any]]) -> None:
    """Runs of any periods in any order, rejected ones, rates that change in the past, facts that are lost and found,
    and suspensions: once everything is known, one run more, and what was paid is what is right, or what was overpaid is
    carried."""
    it = award(from_on=PERIODS[0].first_on)
    account, tariff, paid_minor = AwardAccount(award_id="a1"), Tariff(), 0
    is_suspended = False

    def one_run(upto: Period) -> tuple[AwardAccount, int]:
        of = replace(it, status=AwardStatus.SUSPENDED) if is_suspended else it
        payment = computed(account, tariff=tariff, upto=upto, of=of)
        if payment is None:
            return account, 0
        return granting.grant(payment, account, at=AT)[1], payment.amount_minor

    ran = 0
    for verb, said in steps:
        if verb == "run":
            account, amount_minor = one_run(PERIODS[said])
            paid_minor, ran = paid_minor + amount_minor, max(ran, said)
        elif verb == "rejected":
            one_run(PERIODS[said])
        elif verb == "rate":
            tariff.usual_minor = said
        elif verb == "special":
            tariff.special[str(PERIODS[said[0]])] = said[1]
        else:
            is_suspended = said
        assert paid_minor + account.carry_minor == sum(each.amount_minor for each in account.granted)
    is_suspended = False
    tariff.special = {period: amount for period, amount in tariff.special.items() if amount is not None}
    account, amount_minor = one_run(PERIODS[-1])
    right_minor = sum(tariff.of(period).right_minor or 0 for period in PERIODS)
    assert paid_minor + amount_minor + account.carry_minor == right_minor
    assert account.carry_minor <= 0 and one_run(PERIODS[-1])[1] == 0


def test_a_line_is_a_difference() -> None:
    line = computed(granted(Q[1]), tariff=Tariff(21_500)).lines[0]
    assert (line.kind, line.right_minor, line.granted_minor) == (RunLineKind.ARREARS, 21_500, 20_000)
