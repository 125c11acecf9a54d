"""I16: whatever an approved run owes and is not granted, ordered and paid once is named."""

from collections.abc import Callable
from typing import Any

import pytest
from pymongo.database import Database

from deploy.local.verify import runs
from deploy.local.verify.seen import Seen
from tests.verify.town import Town, found

Databases = dict[str, Database[dict[str, Any]]]
Break = Callable[[Databases], object]


@pytest.fixture
def databases(database: Database[dict[str, Any]]) -> Databases:
    """Two awards: of one a payment is paid and another under way, of the other one came back and was ordered again."""
    client = database.client
    made = {"claims": database, "payments": client[f"{database.name}_payments"]}
    payments = [("p1", "a1", 300, "paid", 1), ("p2", "a1", 200, "ordered", 2), ("p3", "a2", 100, "ordered", 1)]
    for payment_id, award_id, amount_minor, status, page in payments:
        row = {"payment_id": payment_id, "run_id": "r1", "page": page, "award_id": award_id, "status": status}
        made["claims"]["award_payments"].insert_one(_kept(payment_id, amount_minor=amount_minor, **row))
    made["claims"]["award_payments"].insert_one(
        _kept("p4", payment_id="p4", run_id="r1", page=2, award_id="a2", amount_minor=0, status="settled")
    )
    for award_id, granted, carry_minor in (("a1", (300, 200), 0), ("a2", (130, -60), -30)):
        rows = [{"period": f"2026-Q{number}", "amount_minor": each} for number, each in enumerate(granted, 1)]
        account = _kept(award_id, award_id=award_id, granted=rows, carry_minor=carry_minor)
        made["claims"]["award_accounts"].insert_one(account)
    nothing = dict.fromkeys(["paid", "paid_minor", "returned", "returned_minor"], 0)
    for number, counts in (
        (1, {"due": 2, "due_minor": 400, "paid": 1, "paid_minor": 300}),
        (2, {"due": 1, "due_minor": 200}),
    ):
        made["claims"]["run_pages"].insert_one(_kept(f"r1/{number}", page_id=f"r1/{number}", **{**nothing, **counts}))
    payouts = [("p1", 300, "paid", None), ("p2", 200, "sent", None), ("p3", 100, "returned", "again")]
    for number, (payment_id, amount_minor, status, replaced_by) in enumerate([*payouts, ("p3", 100, "ordered", None)]):
        row = {"payment_id": payment_id, "amount_minor": amount_minor, "status": status, "replaced_by": replaced_by}
        made["payments"]["payouts"].insert_one(_kept(f"o{number}", payout_id=f"o{number}", **row))
    made["claims"]["overpayments"].insert_one(_kept("a2", award_id="a2", repaid_minor=30))
    made["claims"]["overpayments"].insert_one(_kept("a1", award_id="a1"))
    made["payments"]["repayments"].insert_one(_kept("OP1", award_id="a2", received_minor=30))
    made["payments"]["payouts"].insert_one(_kept("of-a-claim", payout_id="of-a-claim", amount_minor=5, status="paid"))
    return made


def _kept(name: str, **row: Any) -> dict[str, Any]:
    return {"_id": f"dz-cnas:{name}", "fund": "dz-cnas", **row}


def changed(service: str, collection: str, name: str, **change: Any) -> Break:
    def do(here: Databases) -> None:
        done = here[service][collection].update_one({"_id": f"dz-cnas:{name}"}, {"$set": change})
        assert done.matched_count == 1

    return do


def lost(service: str, collection: str, name: str) -> Break:
    def do(here: Databases) -> None:
        assert here[service][collection].delete_one({"_id": f"dz-cnas:{name}"}).deleted_count == 1

    return do


BREAKS: dict[str, tuple[Break, str]] = {
    "more was granted than paid": (changed("claims", "award_accounts", "a1", carry_minor=-1), "500 was granted"),
    "what was paid back is not in the account": (
        changed("claims", "award_accounts", "a2", settled_minor=1),
        "1 was settled otherwise",
    ),
    "money that was paid back is not booked": (
        changed("payments", "repayments", "OP1", received_minor=40),
        "40 came back by its reference, 30 is booked on it",
    ),
    "what was withheld is lost": (
        changed("claims", "award_payments", "p1", amount_minor=250, withheld_for=[{"amount_minor": 40}]),
        "its payments come to 490",
    ),
    "what was granted is lost": (lost("claims", "award_accounts", "a2"), "nothing is written down as granted"),
    "a page counts another sum": (changed("claims", "run_pages", "r1/1", due_minor=1), "due_minor is 1"),
    "a page counts one paid too many": (changed("claims", "run_pages", "r1/2", paid=1), "paid is 1"),
    "a page is lost": (lost("claims", "run_pages", "r1/2"), "was never published"),
    "a payment was never ordered": (lost("payments", "payouts", "o1"), "payments has no payout of it"),
    "a payment is ordered twice": (changed("payments", "payouts", "o2", replaced_by=None), "are both of one payment"),
    "another sum is ordered": (changed("payments", "payouts", "o1", amount_minor=1), "its payout 1"),
    "a payout is of nobody's payment": (changed("payments", "payouts", "o1", payment_id="x"), "no approved run owes"),
    "one says paid, the other not": (
        changed("payments", "payouts", "o1", status="paid"),
        "is ordered, its payout paid",
    ),
}


def asked(here: Databases) -> list[str]:
    return found(Seen(databases=here), runs.ask)


@pytest.mark.parametrize("how", BREAKS)
def test_it_is_named(databases: Databases, how: str) -> None:
    break_it, named = BREAKS[how]
    assert asked(databases) == []
    break_it(databases)
    offending = asked(databases)
    assert any(named in each for each in offending), offending


def test_nothing_is_wrong_in_a_town_where_an_award_waits_for_an_account(town: Town) -> None:
    assert found(town.seen(), runs.ask) == []
