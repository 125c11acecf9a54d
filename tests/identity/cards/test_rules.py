"""A card's number and how far a refresh makes it good."""

from dataclasses import replace
from datetime import date

import pytest

from services.identity.cards.card import Card
from services.identity.cards.rules import close, issue, refresh
from shared.kernel.references import has_valid_check_digits
from tests.kit.contexts import DZ, funds

TODAY = date(2026, 2, 10)
CARD = Card(person_ref="p1", card_number="HC26000000000001")


def test_a_number_has_check_digits_and_the_year_and_no_right_yet() -> None:
    card = issue(person_ref="p1", number=10**18 + 7, on=TODAY)
    assert card.card_number.startswith("HC26000000000007") and has_valid_check_digits(card.card_number)
    assert not has_valid_check_digits(card.card_number.replace("7", "8", 1))
    assert card.valid_until is None and not card.is_valid(TODAY)


@pytest.mark.parametrize(
    ("before", "right_until", "after"),
    [
        (None, date(2026, 6, 30), date(2026, 6, 30)),
        (None, date(2027, 2, 9), date(2027, 2, 9)),
        (None, date(2029, 1, 1), date(2027, 2, 9)),  # W06: the day before the same day
        (date(2026, 3, 1), date(2026, 6, 30), date(2026, 6, 30)),
        (date(2026, 6, 30), date(2026, 6, 30), date(2026, 6, 30)),
        (date(2026, 9, 1), date(2026, 6, 30), date(2026, 9, 1)),
    ],
)
def test_a_card_is_good_as_long_as_the_right_and_at_most_its_own_life(
    before: date | None, right_until: date, after: date
) -> None:
    card = replace(CARD, valid_until=before)
    refreshed = refresh(card, right_until=right_until, right_version=1, fund=funds()[DZ], on=TODAY)
    assert refreshed.valid_until == after


@pytest.mark.parametrize(
    ("before", "after", "is_closed"),
    [
        (date(2026, 6, 30), date(2026, 2, 9), True),
        (TODAY, date(2026, 2, 9), True),
        (date(2026, 2, 9), date(2026, 2, 9), False),  # it had ended by itself
        (None, None, False),
    ],
)
def test_r4_a_right_that_closes_takes_the_card_back(before: date | None, after: date | None, is_closed: bool) -> None:
    closed = close(replace(CARD, valid_until=before), right_version=1, on=TODAY)
    assert (closed.valid_until, closed.closed_on) == (after, TODAY if is_closed else None)
    assert not closed.is_valid(TODAY)


def test_r4_a_card_follows_the_latest_decision_in_whatever_order_they_come() -> None:
    until = date(2026, 6, 30)
    opened = refresh(CARD, right_until=until, right_version=5, fund=funds()[DZ], on=TODAY)
    assert close(opened, right_version=4, on=TODAY) == opened
    closed = close(opened, right_version=6, on=TODAY)
    assert refresh(closed, right_until=until, right_version=5, fund=funds()[DZ], on=TODAY) == closed
    again = refresh(closed, right_until=until, right_version=7, fund=funds()[DZ], on=TODAY)
    assert (again.valid_until, again.closed_on) == (until, None)


@pytest.mark.parametrize(("day", "is_valid"), [(date(2026, 6, 30), True), (date(2026, 7, 1), False)])
def test_the_last_day_counts(day: date, is_valid: bool) -> None:
    assert replace(CARD, valid_until=date(2026, 6, 30)).is_valid(day) is is_valid
