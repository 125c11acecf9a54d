"""I6: a file that is not the sum of its lines, or a payout in two files, is named; whoever tells of it otherwise."""

from collections.abc import Iterator
from typing import Any

import pytest

from deploy.local.verify import bank_files
from services.payments.banking import payout_file
from services.payments.banking.banks.iso_http import IsoHttpBank
from shared.kernel.money import Currency, Money
from shared.kernel.personal import DataClass
from shared.storage import blobs
from tests.kit.contexts import DZ, funds
from tests.payments.bank import API_KEY
from tests.verify.town import Break, Town, changed, found, some


@pytest.fixture(autouse=True)
def indexes_again(lived_in: Town) -> Iterator[None]:
    """Two of one name need a database that has lost its unique index."""
    yield
    lived_in.services["payments"].make_indexes(lived_in.contexts["payments"])


BANK = IsoHttpBank(url="http://bank.test", api_key=API_KEY, timeout_s=5)
"""That writes the files; nobody calls it."""


def _copy(collection: str, facts: dict[str, Any]) -> Break:
    def do(town: Town) -> None:
        one = some(town["payments"], collection, **({"payment_id": ""} if collection == "payouts" else {}))
        for name, index in town["payments"][collection].index_information().items():
            if index.get("unique"):
                town["payments"][collection].drop_index(name)
        town["payments"][collection].insert_one({**one, **facts, "_id": f"{DZ}:another"})

    return do


def _write_anew(**facts: Any) -> Break:
    """The batch's file written otherwise than its payouts say."""

    def do(town: Town) -> None:
        context, batch = town.contexts["payments"], some(town["payments"], "batches")
        payout = some(town["payments"], "payouts", payment_id="")
        amount = Money(facts.get("amount_minor", payout["amount_minor"]), Currency.DZD)
        line = payout_file.CreditTransfer(
            end_to_end_id=payout["end_to_end_id"],
            creditor_name="A",
            creditor_account="00200300000056789016",
            amount=amount,
            purpose="x",
        )
        name = facts.get("message_id", batch["batch_id"])
        body = payout_file.write([line], bank=BANK, fund=funds()[DZ], message_id=name, at=context.clock())
        blob = blobs.store(context, DZ, [body], data_class=DataClass.BANK, size_max=len(body))
        change = {"$set": {"sha256": blob.sha256, "size": blob.size}}
        town["payments"]["batches"].update_one({"_id": batch["_id"]}, change)

    return do


def _paid_twice(town: Town) -> None:
    """Two payouts of one payment of an award; of two payments there may be two."""
    payouts = town["payments"]["payouts"]
    model = {**some(town["payments"], "payouts", payment_id=""), "batch_id": None}
    for number, payment_id in enumerate(("pay1", "pay1", "pay2")):
        name = f"o{number}"
        payouts.insert_one(
            {**model, "_id": f"dz-cnas:{name}", "payout_id": name, "end_to_end_id": name, "payment_id": payment_id}
        )


def _of_debits(*collection_ids: str) -> Break:
    """What the bank took is a file of direct debits."""

    def do(town: Town) -> None:
        batch_id = some(town["payments"], "batches")["batch_id"]
        town["payments"]["batches"].update_one({"batch_id": batch_id}, {"$set": {"batch_id": "another"}})
        made = {"_id": f"dz-cnas:{batch_id}", "fund": "dz-cnas", "batch_id": batch_id, "collection_ids": collection_ids}
        town["payments"]["debit_files"].insert_one(made)

    return do


def _of_blocks(count: int, total_minor: int) -> Break:
    """A file of direct debits that says how many, and how much, its blocks have: two of 100, and one of 50."""

    def do(town: Town) -> None:
        own: dict[str, Any] = {"fund": "dz-cnas", "batch_id": "f1"}
        for name, ids, of_block in (("p1", ["c1", "c2"], 200), ("p2", ["c3"], 50)):
            block = {"_id": f"dz-cnas:{name}", "block_id": name, "collection_ids": ids, "total_minor": of_block}
            town["payments"]["debit_blocks"].insert_one({**own, **block})
        stated = {"block_ids": ["p1", "p2"], "debit_count": count, "total_minor": total_minor, "sha256": "0" * 64}
        town["payments"]["debit_files"].insert_one({**own, "_id": "dz-cnas:f1", **stated})

    return do


BREAKS: dict[str, tuple[Break, str]] = {
    "the sum is too high": (changed("batches", {"$inc": {"total_minor": 1}}), "its sum is"),
    "a payout is lost": (lambda town: town["payments"]["payouts"].delete_many({}), "of its payouts are not there"),
    "a payout stands in two files": (_copy("batches", {"batch_id": "another"}), "stands in 2 files"),
    "a payout says that it is elsewhere": (
        changed("payouts", {"$set": {"batch_id": "another"}}),
        "says that it is in another",
    ),
    "two payouts have one name": (_copy("payouts", {"payout_id": "another"}), "2 payouts are called"),
    "a claim is paid twice": (_copy("payouts", {"payout_id": "x", "end_to_end_id": "x"}), "2 payouts pay claim"),
    "a payment of an award is paid twice": (_paid_twice, "2 payouts pay payment pay1"),
    "the stored file has another amount": (_write_anew(amount_minor=1), "differs from its payout"),
    "the stored file has another name": (_write_anew(message_id="another"), "it is called another"),
    "the bank took another number of orders": (changed("batches", {"$push": {"payout_ids": "x"}}), "with 1 orders"),
    "the bank took another number of debits": (_of_debits("c1", "c2"), "with 1 orders"),
    "a file of debits says another count": (_of_blocks(2, 250), "f1 is not the sum of its blocks"),
    "a file of debits says another sum": (_of_blocks(3, 251), "f1 is not the sum of its blocks"),
    "the bank took what nobody sent": (
        changed("batches", {"$set": {"batch_id": "another"}}),
        "which no batch is called",
    ),
}


@pytest.mark.parametrize("how", BREAKS)
def test_it_is_named(town: Town, how: str) -> None:
    break_it, named = BREAKS[how]
    assert found(town.seen(), bank_files.ask) == []
    break_it(town)
    offending = found(town.seen(), bank_files.ask)
    assert any(named in each for each in offending), offending


def test_a_file_of_debits_that_is_the_sum_of_its_blocks_is_well(town: Town) -> None:
    _of_blocks(3, 250)(town)
    assert found(town.seen(), bank_files.ask) == []


def test_a_file_of_debits_is_one_that_somebody_sent(town: Town) -> None:
    _of_debits("c1")(town)
    assert not any("the bank took" in each for each in found(town.seen(), bank_files.ask))
