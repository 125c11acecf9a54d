"""A card's number and how far a refresh makes it good."""

from dataclasses import replace
from datetime import date

import pytest

from services.identity.cards.card import Card
from services.identity.cards.rules import issue, refresh
from shared.kernel.references import is_genuine
from tests.ground import DZ, funds

TODAY = date(2026, 2, 10)
CARD = Card(person_ref="p1", card_number="HC26000000000001")


def test_a_number_has_check_digits_and_the_year_and_no_right_yet() -> None:
    card = issue(person_ref="p1", number=10**18 + 7, on=TODAY)
    assert card.card_number.startswith("HC26000000000007") and is_genuine(card.card_number)
    assert not is_genuine(card.card_number.replace("7", "8", 1))
    assert card.valid_until is None and not card.is_valid(TODAY)


@pytest.mark.parametrize(
    ("before", "right_until", "after"),
    [
        (None, date(2026, 6, 30), date(2026, 6, 30)),
        (None, date(2027, 2, 9), date(2027, 2, 9)),
        (None, date(2029, 1, 1), date(2027, 2, 9)),  # W06: the day before the same day
        (date(2026, 3, 1), date(2026, 6, 30), date(2026, 6, 30)),
        (date(2026, 6, 30), date(2026, 6, 30), None),
        (date(2026, 9, 1), date(2026, 6, 30), None),
    ],
)
def test_a_card_is_good_as_long_as_the_right_and_at_most_its_own_life(
    before: date | None, right_until: date, after: date | None
) -> None:
    refreshed = refresh(replace(CARD, valid_until=before), right_until=right_until, fund=funds()[DZ], on=TODAY)
    assert (refreshed.valid_until if refreshed else None) == after


@pytest.mark.parametrize(("day", "is_valid"), [(date(2026, 6, 30), True), (date(2026, 7, 1), False)])
def test_the_last_day_counts(day: date, is_valid: bool) -> None:
    assert replace(CARD, valid_until=date(2026, 6, 30)).is_valid(day) is is_valid
