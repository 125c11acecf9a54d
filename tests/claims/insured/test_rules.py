"""What the register says of a person, whatever the order in which it is heard, and how old somebody is."""

from datetime import date, timedelta

import pytest

from services.claims.insured import rules
from services.claims.insured.insured import ages
from shared.events.identity import RegisteredPerson
from shared.kernel.partial_date import PartialDate
from shared.kernel.personal import Encrypted
from tests.kit.clock import AT
from tests.kit.people import AMIRA


def received(family: str | None = "k1.sealed") -> RegisteredPerson:
    return RegisteredPerson(
        person_ref=AMIRA,
        civil=Encrypted("k1.civil"),
        language="fr",
        dependants=2,
        family=None if family is None else Encrypted(family),
    )


def test_the_later_registered_word_counts() -> None:
    first = rules.registered(None, received(), at=AT)
    assert first is not None and (first.dependant_count, first.version) == (2, 0)
    assert rules.registered(first, received("k1.older"), at=AT - timedelta(days=1)) is None
    assert rules.registered(first, received("k1.same"), at=AT) is None
    later = rules.registered(first, received("k1.newer"), at=AT + timedelta(days=1))
    assert later is not None and later.family == "k1.newer"


def test_of_whom_no_family_is_told_nothing_is_kept() -> None:
    assert rules.registered(None, received(None), at=AT) is None


@pytest.mark.parametrize(
    ("birth_on", "on", "months"),
    [
        ("2026-02-10", date(2026, 2, 10), (0, 0)),
        ("2026-02-11", date(2026, 2, 10), (-1, -1)),
        ("2016-02-10", date(2026, 2, 9), (119, 119)),
        ("2016-02-10", date(2026, 2, 10), (120, 120)),
        ("2025-08-31", date(2026, 2, 28), (6, 6)),
        ("2024-02-29", date(2026, 2, 28), (24, 24)),
        ("2016-02", date(2026, 2, 10), (119, 120)),
        ("2016", date(2026, 2, 10), (109, 121)),
    ],
)
def test_ages_in_completed_months(birth_on: str, on: date, months: tuple[int, int]) -> None:
    assert ages(PartialDate(birth_on), on=on) == months
