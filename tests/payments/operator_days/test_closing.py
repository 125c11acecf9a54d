"""The differences of a day: named the same in every file, held by an agent, closed with a reason, opened again."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.payments.operator_days import closing
from services.payments.operator_days.operator_day import DayDifference, DifferenceKind, OperatorDay
from services.payments.operator_days.operator_difference import ClosingReason, DifferenceStatus, OperatorDifference
from tests.kit.clock import AT

LATER = AT + timedelta(hours=3)
MISSING = DayDifference(kind=DifferenceKind.NOT_IN_FILE, payment_id="p1", known_minor=1_000)
OTHER = DayDifference(kind=DifferenceKind.AMOUNT_DIFFERS, payment_id="p2", known_minor=500, stated_minor=450)


def day(*found: DayDifference, beyond: int = 0) -> OperatorDay:
    count = len(found) + beyond
    built = OperatorDay(
        day_id="o1-2025-04-10",
        operator="o1",
        day=date(2025, 4, 10),
        reference="RM1",
        sha256="0",
        payments=1,
        total_minor=1_000,
        fee_minor=10,
        differences=found,
        differences_count=count,
        has_differences=count > 0,
        taken_at=AT,
    )
    return closing.named(built)


def followed(*found: DayDifference) -> dict[str, OperatorDifference]:
    changed, _ = closing.follow(day(*found), {}, at=AT)
    return {each.difference_id: each for each in changed}


def one(found: DayDifference = MISSING) -> OperatorDifference:
    return next(iter(followed(found).values()))


def closed(by: str = "a1", found: DayDifference = MISSING) -> OperatorDifference:
    reason = ClosingReason.EXPLAINED_BY_OPERATOR
    return closing.close(closing.propose(one(found), reason=reason, note="n", by=by, at=AT))


def test_the_same_difference_has_the_same_id_in_every_file_of_its_day() -> None:
    first, again = day(MISSING, OTHER), day(OTHER, replace(MISSING, known_minor=7))
    assert {each.difference_id for each in first.differences} == {each.difference_id for each in again.differences}
    elsewhere = replace(first, day_id="o1-2025-04-11")
    assert closing.named(elsewhere).differences[0].difference_id != first.differences[0].difference_id


def test_a_file_opens_what_is_new_and_closes_what_it_no_longer_has() -> None:
    before = followed(MISSING, OTHER)
    changed, are_open = closing.follow(day(OTHER), before, at=LATER)
    (gone,) = changed
    assert (are_open, gone.status, gone.is_open) == (1, DifferenceStatus.CLOSED, False)
    assert gone.closing is not None and (gone.closing.reason, gone.closing.by, gone.closing.at) == (
        ClosingReason.CORRECTED_BY_LATER_FILE,
        "",
        LATER,
    )
    assert closing.follow(day(OTHER), {**before, gone.difference_id: gone}, at=LATER) == ([], 1)


def test_what_comes_back_is_open_again_since_then() -> None:
    gone, _ = closing.follow(day(), followed(MISSING), at=AT)
    (back,), are_open = closing.follow(day(MISSING), {gone[0].difference_id: gone[0]}, at=LATER)
    assert (are_open, back.status, back.opened_at, len(back.closed_before)) == (1, DifferenceStatus.OPEN, LATER, 1)


def test_what_a_person_closed_stays_closed_while_the_file_says_the_same() -> None:
    done = closed()
    assert closing.follow(day(MISSING), {done.difference_id: done}, at=LATER) == ([], 0)
    (again,), are_open = closing.follow(day(replace(MISSING, known_minor=2)), {done.difference_id: done}, at=LATER)
    assert (are_open, again.known_minor, again.opened_at) == (1, 2, LATER)


def test_other_amounts_keep_the_age_and_the_owner_of_what_is_open_and_end_a_proposal() -> None:
    proposed = closing.propose(one(), reason=ClosingReason.REFUNDED, note="n", by="a1", at=AT)
    other = replace(MISSING, known_minor=900)
    (changed,), _ = closing.follow(day(other), {proposed.difference_id: proposed}, at=LATER)
    assert (changed.status, changed.assigned_to, changed.opened_at) == (DifferenceStatus.OPEN, "a1", AT)


def test_what_a_day_counts_and_does_not_keep_stays_open() -> None:
    _, are_open = closing.follow(day(MISSING, beyond=3), {}, at=AT)
    assert are_open == 4
    gone = closed()
    assert closing.follow(day(MISSING, beyond=3), {gone.difference_id: gone}, at=AT)[1] == 3


def test_one_agent_holds_a_difference_until_it_is_given_back() -> None:
    held = closing.assign(one(), to="a1")
    assert closing.assign(held, to="a1") == held
    for refused in (
        lambda: closing.assign(held, to="a2"),
        lambda: closing.release(held, by="a2"),
        lambda: closing.propose(held, reason=ClosingReason.REFUNDED, note="", by="a2", at=AT),
    ):
        with pytest.raises(closing.DifferenceHeld):
            refused()
    assert closing.release(held, by="a1").assigned_to is None
    assert closing.reassign(held, to="a2").assigned_to == "a2"
    assert closing.reassign(held, to=None).assigned_to is None
    with pytest.raises(closing.DifferenceNotHeld):
        closing.release(one(), by="a1")


def test_the_first_who_closes_holds_it_and_a_second_person_agrees() -> None:
    proposed = closing.propose(one(), reason=ClosingReason.REFUNDED, note="n", by="a1", at=AT)
    assert (proposed.status, proposed.assigned_to, proposed.note) == (DifferenceStatus.PROPOSED, "a1", "n")
    with pytest.raises(closing.OtherMustAgree):
        closing.confirm(proposed, by="a1", at=AT)
    agreed = closing.close(closing.confirm(proposed, by="a2", at=LATER))
    assert agreed.closing is not None
    assert (agreed.status, agreed.closing.by, agreed.closing.confirmed_by) == (DifferenceStatus.CLOSED, "a1", "a2")
    rejected = closing.reject(proposed)
    assert (rejected.status, rejected.closing, rejected.assigned_to) == (DifferenceStatus.OPEN, None, "a1")
    assert [each.by for each in rejected.closed_before] == ["a1"]


def test_nothing_is_decided_about_what_is_closed_and_nothing_is_agreed_to_that_nobody_proposed() -> None:
    done = closed()
    for refused in (
        lambda: closing.assign(done, to="a1"),
        lambda: closing.release(done, by="a1"),
        lambda: closing.reassign(done, to="a1"),
        lambda: closing.propose(done, reason=ClosingReason.REFUNDED, note="", by="a1", at=AT),
        lambda: closing.confirm(one(), by="a2", at=AT),
        lambda: closing.reject(one()),
        lambda: closing.close(one()),
    ):
        with pytest.raises(closing.DifferenceNotOpen):
            refused()


@pytest.mark.parametrize(
    ("kind", "known", "stated", "balance", "weight"),
    [
        (DifferenceKind.NOT_IN_FILE, 1_000, 0, 1_000, 1_000),
        (DifferenceKind.NOT_KNOWN, 0, 700, 0, 700),
        (DifferenceKind.NOT_KNOWN, 0, -700, 700, 700),
        (DifferenceKind.NOT_REVERSED, 1_000, -1_000, 1_000, 1_000),
        (DifferenceKind.AMOUNT_DIFFERS, 1_000, 950, 50, 50),
        (DifferenceKind.AMOUNT_DIFFERS, 1_000, 1_050, -50, 50),
        (DifferenceKind.AMOUNT_DIFFERS, 1_000, -950, -50, 50),
        (DifferenceKind.REFERENCE_DIFFERS, 1_000, 1_000, 0, 1_000),
        (DifferenceKind.FEE_DIFFERS, 10, 12, 0, 2),
    ],
)
def test_what_a_difference_leaves_on_the_operator_s_account(
    kind: DifferenceKind, known: int, stated: int, balance: int, weight: int
) -> None:
    found = one(DayDifference(kind=kind, payment_id="p", known_minor=known, stated_minor=stated))
    assert (found.balance_minor, found.weight_minor) == (balance, weight)
    if not balance:
        with pytest.raises(closing.NothingToWriteOff):
            closing.propose(found, reason=ClosingReason.WRITTEN_OFF, note="", by="a1", at=AT)


def test_a_difference_that_is_wrong_cannot_be_built() -> None:
    for facts in ({"is_open": False}, {"status": DifferenceStatus.CLOSED}, {"status": DifferenceStatus.PROPOSED}):
        with pytest.raises(ValueError, match=r"open until|has its closing"):
            replace(one(), **facts)  # type: ignore[arg-type]
