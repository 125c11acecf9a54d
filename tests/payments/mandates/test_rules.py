"""What may happen to a mandate, and what may be debited by it."""

from datetime import date

import pytest

from services.payments.mandates import rules
from services.payments.mandates.mandate import Status
from tests.payments.mandates.builders import LIMIT_MINOR, TODAY, mandate


@pytest.mark.parametrize("status", Status)
def test_nothing_is_debited_before_the_end_and_nothing_after(status: Status) -> None:
    assert rules.may_debit(mandate(status), amount_minor=1, on=TODAY) == (status is Status.ACTIVE)


@pytest.mark.parametrize(
    ("amount_minor", "on", "may"),
    [
        (LIMIT_MINOR, date(2026, 2, 10), True),
        (LIMIT_MINOR, date(2026, 12, 31), True),
        (LIMIT_MINOR + 1, date(2026, 2, 10), False),
        (0, date(2026, 2, 10), False),
        (-1, date(2026, 2, 10), False),
        (1, date(2026, 2, 9), False),
        (1, date(2027, 1, 1), False),
    ],
)
def test_a_debit_is_within_the_mandates_limit_and_its_days(amount_minor: int, on: date, may: bool) -> None:
    given = mandate(ends_on=date(2026, 12, 31))
    assert rules.may_debit(given, amount_minor=amount_minor, on=on) is may


def test_a_mandate_without_limit_and_end_has_neither() -> None:
    given = mandate(amount_max_minor=None, ends_on=None)
    assert rules.may_debit(given, amount_minor=10**14, on=date(2099, 1, 1))
