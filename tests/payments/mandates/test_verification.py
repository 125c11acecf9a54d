"""What the platform holds against what: every difference is found by its name, and nothing that is the same."""

from typing import Any

import pytest

from services.payments.mandates.verification import findings_of
from tests.kit.contexts import DZ, funds
from tests.payments.mandates.builders import HOLDER, LIMIT_MINOR, agreement, mandate


def codes(registered: str = "", asked: dict[str, Any] | None = None, **said: Any) -> list[str]:
    given = mandate(**(asked or {}))
    found = findings_of(given, agreement(**said), account=given.account, holder=registered, fund=funds()[DZ])
    return [each.code.removeprefix("mandate.") for each in found]


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"account_number": "002 00300 0000567890 73"},
        {"holder": "ATELIER INVENTE, S.A.R.L"},
        {"holder": None, "amount_max_minor": None, "currency": None},
        {"account_number": None, "is_reply": True},
        {"amount_max_minor": LIMIT_MINOR + 1},
        {"reference": " md26 0000 0001-12 "},
    ],
)
def test_what_says_the_same_is_no_finding(said: dict[str, Any]) -> None:
    assert codes(**said) == []


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ({"reference": "MD260000000209"}, ["reference-differs"]),
        ({"reference": ""}, ["reference-differs"]),
        ({"account_number": None}, ["account-not-stated"]),
        ({"account_number": "00200300000056789074"}, ["account-key-wrong"]),
        ({"account_number": "x" * 500}, ["account-key-wrong"]),
        ({"account_number": ""}, ["account-key-wrong"]),
        ({"account_number": "00200100000001234563"}, ["account-differs"]),
        ({"amount_max_minor": LIMIT_MINOR - 1}, ["limit-lower"]),
        ({"currency": "EUR"}, ["currency-differs"]),
        ({"holder": "Somebody else"}, ["holder-differs"]),
        ({"holder": "\u202eélse", "account_number": None}, ["account-not-stated", "holder-differs"]),
    ],
)
def test_a_difference_is_found_by_its_name(said: dict[str, Any], found: list[str]) -> None:
    assert codes(**said) == found


def test_a_limit_that_nobody_asked_for_is_lower_than_none() -> None:
    assert codes(asked={"amount_max_minor": None}) == ["limit-lower"]


def test_the_account_is_the_employers() -> None:
    assert codes(registered="Atelier Inventé SARL") == []
    assert codes(registered=HOLDER.upper()) == []
    assert codes(registered="Another firm") == ["holder-not-employer"]
