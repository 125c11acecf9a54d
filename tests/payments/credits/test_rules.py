"""A credit is used as far as it reaches, the oldest first, and each use of it is known."""

from datetime import timedelta
from typing import Any

import pytest

from services.payments.credits import rules
from services.payments.credits.credit import USES_MAX, Credit, Use, UseKind
from tests.kit.clock import AT


def credit(**facts: Any) -> Credit:
    given = {"credit_id": "c1", "employer_id": "123456", "declaration_id": "d1", "amount_minor": 500, "opened_at": AT}
    return Credit(**(given | facts))


def uses(count: int) -> tuple[Use, ...]:
    return tuple(Use(kind=UseKind.APPLIED, to=f"d{each}", amount_minor=1, at=AT) for each in range(count))


def use(it: Credit, amount_minor: int) -> Credit:
    return rules.use(it, kind=UseKind.APPLIED, to="d2", amount_minor=amount_minor, at=AT)


@pytest.mark.parametrize(("amount_minor", "left_minor", "is_open"), [(1, 499, True), (499, 1, True), (500, 0, False)])
def test_a_credit_is_open_until_all_of_it_is_used(amount_minor: int, left_minor: int, is_open: bool) -> None:
    used = use(credit(), amount_minor)
    assert (used.left_minor, used.is_open) == (left_minor, is_open)
    assert used.uses == (Use(kind=UseKind.APPLIED, to="d2", amount_minor=amount_minor, at=AT),)


@pytest.mark.parametrize(("it", "amount_minor"), [(credit(), 501), (credit(uses=uses(USES_MAX)), 1)])
def test_more_than_is_left_or_than_is_counted_is_refused(it: Credit, amount_minor: int) -> None:
    with pytest.raises(rules.CreditTooSmall) as refused:
        use(it, amount_minor)
    assert refused.value.parameters == {"left_minor": it.left_minor}


def test_a_credit_that_pays_for_a_declaration_again_posts_another_entry() -> None:
    assert rules.cause(credit(), declaration_id="d2") == "credit:c1:d2"
    assert rules.cause(use(credit(), 1), declaration_id="d2") == "credit:c1:d2:2"
    assert rules.cause(use(credit(), 1), declaration_id="d3") == "credit:c1:d3"


@pytest.mark.parametrize(
    ("amount_minor", "shares"),
    [
        (0, []),
        (300, [("old", 300)]),
        (500, [("old", 500)]),
        (501, [("old", 500), ("new", 1)]),
        (5_000, [("old", 500), ("new", 500)]),
    ],
)
def test_the_oldest_credit_goes_first_as_far_as_it_reaches(amount_minor: int, shares: list[tuple[str, int]]) -> None:
    kept = [credit(credit_id="new", opened_at=AT + timedelta(days=1)), credit(credit_id="old")]
    taken = rules.shared_out(kept, amount_minor=amount_minor)
    assert [(each.credit_id, part_minor) for each, part_minor in taken] == shares


def test_a_credit_that_paid_many_debts_pays_no_more_by_itself_and_can_be_sent_back() -> None:
    full = credit(uses=uses(rules.APPLICATIONS_MAX))
    assert rules.shared_out([full], amount_minor=10) == []
    assert use(full, full.left_minor).left_minor == 0
