"""I7: money that is neither declared, paid nor due, or is so in one place only, is named."""

from typing import Any

import pytest

from deploy.local.verify import declared
from tests.kit.contexts import DZ
from tests.verify.town import Break, Town, changed, found, lost, some


def _credit(**facts: Any) -> Break:
    def do(town: Town) -> None:
        owed = some(town["payments"], "obligations")
        uses = [{**use, "to": owed["declaration_id"]} for use in facts["uses"]]
        row = {"declaration_id": owed["declaration_id"], "amount_minor": 5, **facts, "uses": uses}
        town["payments"]["credits"].insert_one({"_id": f"{DZ}:another", "fund": DZ, **row})

    return do


def _allocated(town: Town) -> None:
    owed = some(town["payments"], "obligations")
    share = {"target": "declaration", "target_id": owed["declaration_id"], "amount_minor": 5}
    entry = some(town["payments"], "bank_entries")
    town["payments"]["bank_entries"].update_one({"_id": entry["_id"]}, {"$set": {"shares": [share]}})


def _asked_twice(town: Town) -> None:
    one = some(town["payments"], "collections")
    for number in range(2):
        row = {**one, "_id": f"{DZ}:{number}", "status": "announced", "debits": [], "reference": f"r{number}"}
        town["payments"]["collections"].insert_one(row)


def _plan(status: str, **facts: Any) -> Break:
    """A settlement plan of 100 for the town's debt, and what it does to the debt."""

    def do(town: Town) -> None:
        owed = some(town["payments"], "obligations")
        debt = {"declaration_id": owed["declaration_id"], "left_minor": 100, "penalty_minor": 0, "spared_minor": 0}
        row = {"plan_id": "p1", "status": status, "debts": [debt], "settled_minor": 100}
        row["instalments"] = [{"amount_minor": facts.get("instalment", 100)}]
        row["settled_minor"] = facts.get("settled", 100)
        town["payments"]["settlement_plans"].insert_one({"_id": f"{owed['fund']}:p1", "fund": owed["fund"], **row})
        if "freezes" in facts:
            changes = {"plan_id": "p1", "freezes": facts["freezes"]}
            town["payments"]["obligations"].update_one({"_id": owed["_id"]}, {"$set": changes})

    return do


def _month(**facts: Any) -> Break:
    """A self-payer's month of 100, of which the ledger knows nothing."""

    def do(town: Town) -> None:
        owner = {"fund": DZ, "person_ref": "p1", "month": "2026-M01"}
        row = {"status": "open", "received_minor": 0, "assessment": {"shares": [{"amount_minor": 100}]}, **facts}
        town["payments"]["self_contributions"].insert_one({"_id": f"{DZ}:p1-2026-M01", **owner, **row})

    return do


def _assessed(of: dict[str, Any] | None = None, **owed: Any) -> Break:
    """A provisional assessment of 100, and the debt that it has, if any."""

    def do(town: Town) -> None:
        slips = [{"contributions": [{"amount_minor": 100}]}]
        row = {
            "_id": f"{DZ}:a1",
            "status": "standing",
            "replaced_by": None,
            "assessment": {"slips": slips},
            **(of or {}),
        }
        town["payments"]["provisional_assessments"].insert_one(row)
        if owed:
            debt = {**some(town["payments"], "obligations"), "_id": f"{DZ}:a1", "declaration_id": "a1", **owed}
            town["payments"]["obligations"].insert_one({**debt, "period": "2001", "is_provisional": True})

    return do


def _disputed(status: str) -> Break:
    """A dispute about 5 of a debt, which knows nothing of it; where it is decided, all of that is not owed."""

    def do(town: Town) -> None:
        owed = some(town["payments"], "obligations")
        row = {"declaration_id": owed["declaration_id"], "status": status, "amount_minor": 5, "relieved_minor": 5}
        town["payments"]["disputes"].insert_one({"_id": f"{DZ}:di1", "fund": DZ, **row})

    return do


def _booked(kind: str, minor: int) -> Break:
    """An entry of the ledger that no debt knows of."""

    def do(town: Town) -> None:
        owed = some(town["payments"], "obligations")
        amount = {"amount_minor": minor, "currency": "DZD"}
        account = f"{kind}:{owed['employer_id']}:{owed['period']}"
        sides = {"debit": account, "credit": "contributions:pension"}
        postings = [{"account": code, "side": side, "amount": amount} for side, code in sides.items()]
        town["payments"]["ledger_entries"].insert_one({"_id": f"{DZ}:e9", "fund": DZ, "postings": postings})

    return do


HELD = [{"plan_id": "p1", "after_on": "2026-02-10", "until_on": None}]

BREAKS: dict[str, tuple[Break, str]] = {
    "the debt is not what was assessed": (changed("obligations", {"$inc": {"due_minor": -1}}), "is owed"),
    "more came than is said": (changed("obligations", {"$inc": {"paid_minor": -1}}), "its collections"),
    "a debit was counted twice": (changed("collections", {"$inc": {"debits.0.amount_minor": 5}}), "its collections"),
    "the bank took it back and nothing is open": (
        changed("collections", {"$set": {"reversals": [{"amount_minor": 5}]}}),
        "its collections",
    ),
    "a credit is of money that is still with the debt": (_credit(uses=[]), "its collections"),
    "a credit paid a debt that does not know of it": (
        _credit(uses=[{"kind": "applied", "to": "", "amount_minor": 5}], declaration_id=""),
        "its collections",
    ),
    "a person allocated what the debt does not know of": (_allocated, "its collections"),
    "one debt is asked for twice": (_asked_twice, "2 times at once"),
    "an accepted declaration is not owed": (lost("obligations"), "nothing is owed for it"),
    "what was refused is owed": (
        changed("declarations", {"$set": {"status": "refused"}}),
        "no such declaration is accepted",
    ),
    "a replaced declaration is still owed": (
        changed("declarations", {"$set": {"status": "replaced"}}),
        "is replaced, and its debt is not",
    ),
    "a provisional assessment is not owed": (_assessed(), "nothing is owed for it"),
    "more is owed than was assessed provisionally": (_assessed(due_minor=99), "at 100, and 99 is owed"),
    "what was taken back is owed": (_assessed(of={"status": "withdrawn"}, due_minor=100), "at 0, and 100 is owed"),
    "a replaced assessment is still owed": (
        _assessed(of={"status": "replaced", "replaced_by": "d9"}, due_minor=100),
        "is replaced, and its debt is not",
    ),
    "a collection is for nothing": (
        changed("collections", {"$set": {"declaration_id": "x"}}),
        "of which nothing is owed",
    ),
    "more is collected than was declared": (
        changed("collections", {"$set": {"status": "announced", "amount_minor": 10**9}}),
        "is being collected",
    ),
    "a penalty is in no book": (changed("obligations", {"$inc": {"penalty_minor": 1}}), "of penalties is open"),
    "instalments are not what is to be paid": (_plan("asked", instalment=99), "do not come to 100"),
    "a plan is finished and was not paid": (_plan("finished", settled=99), "is finished, and 99 of 100"),
    "a plan that holds does not hold its debt": (_plan("under-way"), "does not hold its debt"),
    "a broken plan holds its debt": (_plan("broken", freezes=HELD), "is broken and holds its debt"),
    "penalties are spared by no plan": (changed("obligations", {"$set": {"spared_minor": 1}}), "no settlement plan"),
    "a self-payer's month is in no book": (_month(), "100 of the month is open, and 0 is booked"),
    "a cancelled month took money": (_month(status="cancelled", received_minor=5), "-5 of the month is open"),
    "what is disputed is so by no dispute": (
        changed("obligations", {"$set": {"disputed_minor": 5}}),
        "5 of it is disputed, its disputes are about 0",
    ),
    "a dispute is open and nothing is disputed": (_disputed("open"), "0 of it is disputed, its disputes are about 5"),
    "the fund decided and the debt is as before": (_disputed("reduced"), "0 is taken off, the fund decided 5"),
    "the equation of the period has another result": (_disputed("reduced"), "was declared, which is not"),
    "the ledger has something in dispute that nobody disputes": (_booked("disputed", 5), "5 is booked as such"),
    "the ledger has more due than was declared": (_booked("receivable", 5), "was declared, which is not"),
    "the standing does not know what is due": (changed("standings", {"$inc": {"due_minor": 1}}), "due is"),
    "the standing is wrong": (changed("standings", {"$inc": {"called_minor": 1}}), "called is"),
    "the standing is lost": (lost("standings"), "has debts and no standing"),
    "the ledger does not know of the money": (
        lost("ledger_entries", cause={"$regex": "^collection:"}),
        "the ledger has booked",
    ),
}


@pytest.mark.parametrize("how", BREAKS)
def test_it_is_named(town: Town, how: str) -> None:
    break_it, named = BREAKS[how]
    assert found(town.seen(), declared.ask) == []
    break_it(town)
    offending = found(town.seen(), declared.ask)
    assert any(named in each for each in offending), offending
