"""A reference that is being paid is one payment's until a time."""

from datetime import timedelta

import pytest

from services.payments.collections import references
from services.payments.collections.collection import Collection, CollectionStep, Rail, Status
from services.payments.collections.holding import ReferenceHeld, hold, release
from shared.kernel.references import has_valid_check_digits
from tests.kit.clock import AT

UNTIL = AT + timedelta(minutes=15)


def announced(**facts: object) -> Collection:
    whole = {
        "collection_id": "c1",
        "reference": "CT123",
        "declaration_id": "d1",
        "employer_id": "1600000001",
        "period": "2025-Q1",
        "rail": Rail.MOBILE_MONEY,
        "amount_minor": 1_000,
        "status": Status.ANNOUNCED,
        "steps": (CollectionStep(status=Status.ANNOUNCED, at=AT),),
        **facts,
    }
    return Collection(**whole)  # type: ignore[arg-type]


def test_a_hold_is_one_payment_s_until_it_is_over() -> None:
    held = hold(announced(), by="p1", until=UNTIL, at=AT)
    assert (held.held_by, held.held_until) == ("p1", UNTIL)
    with pytest.raises(ReferenceHeld):
        hold(held, by="p2", until=UNTIL + timedelta(hours=1), at=UNTIL - timedelta(seconds=1))
    assert hold(held, by="p1", until=UNTIL + timedelta(hours=1), at=AT).held_by == "p1"
    assert hold(held, by="p2", until=UNTIL + timedelta(hours=1), at=UNTIL).held_by == "p2"


def test_who_holds_it_releases_it_and_nobody_else() -> None:
    held = hold(announced(), by="p1", until=UNTIL, at=AT)
    assert release(held, by="p2") == held
    assert release(held, by="p1") == announced()


def test_nothing_is_held_by_nobody() -> None:
    for facts in ({"held_by": "p1"}, {"held_until": UNTIL}):
        with pytest.raises(ValueError, match="held"):
            announced(**facts)


@pytest.mark.parametrize("prefix", ["C", "CT", "CTN"])
def test_a_reference_for_a_telephone_has_twenty_characters_that_follow_from_all_facts(prefix: str) -> None:
    facts = {"employer_id": "1600000001", "period": "2025-Q1", "amount_minor": 1_000, "collection_id": "c1"}

    def reference(**other: object) -> str:
        return references.of_mobile_money(prefix, **{**facts, **other})  # type: ignore[arg-type]

    assert len(reference()) == references.MOBILE_REFERENCE_CHARACTERS and reference() == reference()
    assert has_valid_check_digits(reference()) and reference()[len(prefix) :].isdecimal()
    others = [{"employer_id": "1600000002"}, {"period": "2025-Q2"}, {"amount_minor": 1_001}, {"collection_id": "c2"}]
    assert len({reference(), *(reference(**other) for other in others)}) == 5
