"""I11: money that is taken without a mandate that was active at the time is named."""

from datetime import timedelta
from typing import Any

import pytest

from deploy.local.verify import mandates
from deploy.local.verify.answer import Look
from tests.kit.contexts import DZ
from tests.verify.town import Break, Town, found, some

RAIL = "direct-debit"


def _debit(**facts: Any) -> Break:
    return lambda town: town["payments"]["collections"].update_many({}, {"$set": {"rail": RAIL, **facts}})


def _with_mandate(status: str = "active", *, ahead: timedelta = timedelta(), **facts: Any) -> Break:
    """A direct debit, and a mandate that came to be so at the moment of its instruction."""

    def do(town: Town) -> None:
        one = some(town["payments"], "collections")
        step = {"status": status, "at": one["steps"][0]["at"] + ahead}
        mandate = {"employer_id": one["employer_id"], "steps": [step], **facts}
        town["payments"]["mandates"].insert_one({"_id": f"{DZ}:m1", **mandate})
        _debit(mandate_id="m1")(town)

    return do


def _revoked_before_it_was_sent(town: Town) -> None:
    """A mandate that was active when the debit was announced, and no more when the bank was given it."""
    _with_mandate()(town)
    one = some(town["payments"], "collections")
    asked_at = one["steps"][0]["at"]
    sent = {"status": "sent", "at": asked_at + timedelta(days=2), "about": ""}
    town["payments"]["collections"].update_many({}, {"$push": {"steps": sent}})
    revoked = {"status": "revoked", "at": asked_at + timedelta(days=1)}
    town["payments"]["mandates"].update_many({}, {"$push": {"steps": revoked}})


BREAKS: dict[str, tuple[Break, str]] = {
    "no mandate": (_debit(), "names no mandate"),
    "a mandate that is not there": (_debit(mandate_id="m1"), "is not there"),
    "another firm's mandate": (_with_mandate(employer_id="another"), "is not of its employer"),
    "a mandate that was accepted later": (_with_mandate(ahead=timedelta(seconds=1)), "was not there at that time"),
    "a mandate that was revoked before": (_with_mandate("revoked"), "was revoked at that time"),
    "a mandate that was revoked before the debit was sent": (_revoked_before_it_was_sent, "was revoked at that time"),
}


@pytest.mark.parametrize("how", BREAKS)
def test_it_is_named(town: Town, how: str) -> None:
    break_it, named = BREAKS[how]
    assert found(town.seen(), mandates.ask) == []
    break_it(town)
    offending = found(town.seen(), mandates.ask)
    assert any(named in each for each in offending), offending


def test_a_debit_with_an_active_mandate_is_in_order_and_counted(town: Town) -> None:
    _with_mandate()(town)
    look = Look()
    mandates.ask(town.seen(), look)
    assert (look.offending, dict(look.looked_at)) == ([], {"collections": 1, "of them on a rail that takes money": 1})


@pytest.mark.parametrize("rail", ["transfer", "card", "mobile-money"])
def test_what_the_payer_does_needs_no_mandate(town: Town, rail: str) -> None:
    town["payments"]["collections"].update_many({}, {"$set": {"rail": rail}})
    look = Look()
    mandates.ask(town.seen(), look)
    assert (look.offending, look.looked_at["of them on a rail that takes money"]) == ([], 0)
