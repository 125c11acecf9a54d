"""The day of an operator: its file stands once money came, and no more comes for it than is expected."""

from dataclasses import replace
from datetime import date

import pytest

from services.payments.operator_days import rules
from services.payments.operator_days.operator_day import DayStatus, OperatorDay
from tests.kit.clock import AT

DAY = OperatorDay(
    day_id="o1-2025-04-10",
    operator="o1",
    day=date(2025, 4, 10),
    reference="RM1",
    sha256="0",
    payments=1,
    total_minor=1_000,
    fee_minor=10,
    taken_at=AT,
)


def test_a_day_is_paid_in_in_parts_but_never_beyond_itself() -> None:
    assert (DAY.status, DAY.to_settle_minor) == (DayStatus.EXPECTED, 990)
    partly = rules.settle(DAY, entry_id="e1", amount_minor=900)
    assert partly is not None and partly.status is DayStatus.PARTLY
    assert rules.settle(partly, entry_id="e1", amount_minor=90) is None
    assert rules.settle(partly, entry_id="e2", amount_minor=91) is None
    settled = rules.settle(partly, entry_id="e2", amount_minor=90)
    assert settled is not None and settled.status is DayStatus.SETTLED
    assert rules.settle(settled, entry_id="e3", amount_minor=1) is None


def test_a_file_is_replaced_under_its_reference_until_money_came() -> None:
    newer = replace(DAY, reference="RM2", total_minor=2_000)
    kept = rules.replace_file(replace(DAY, version=3), newer)
    assert (kept.reference, kept.total_minor, kept.version) == ("RM1", 2_000, 3)
    assert rules.replace_file(None, newer) == newer
    with pytest.raises(rules.DaySettled):
        rules.replace_file(rules.settle(DAY, entry_id="e1", amount_minor=1), newer)


def test_a_day_on_which_more_was_given_back_than_taken_asks_for_nothing() -> None:
    assert replace(DAY, total_minor=-500).status is DayStatus.SETTLED


def test_a_day_that_is_wrong_cannot_be_built() -> None:
    for facts in ({"fee_minor": -1}, {"settled_minor": -1}, {"has_differences": True}, {"differences_count": 1}):
        with pytest.raises(ValueError, match="a day has"):
            replace(DAY, **facts)  # type: ignore[arg-type]
