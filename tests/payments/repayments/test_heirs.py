"""What was paid after a death comes back by the reference, whoever pays it: claims and payments joined by what they
publish, down to the ledger. What cannot be settled waits for a person."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from pymongo import MongoClient

from services.claims.wiring import service as claims
from services.payments.banking.bank_file import Direction
from services.payments.wiring import service as payments
from shared.process.backfills import backfill_all
from shared.storage.service_context import ServiceContext
from tests.claims.awards.builders import ALLOWANCE, opened, with_benefits
from tests.claims.builders import wages
from tests.claims.overpayments.test_reactions import died, lives, overpayment, paid
from tests.claims.runs.builders import AT
from tests.kit.callers import Office
from tests.kit.contexts import DZ, context_on, handle, parked, published, published_events
from tests.kit.people import AMIRA
from tests.payments.bank import office
from tests.payments.repayments.test_reactions import book, booked, money, waiting

HEIR = "KARIM BEN INVENTED"


@dataclass
class Joined:
    """Two services, and how far each has read what the other published."""

    claims: Office
    payments: Office
    award: Any
    read: dict[str, int]

    def pass_on(self) -> None:
        """Each reads what is new of the other, until nothing is."""
        for _ in range(4):
            for kind, to, of in (
                ("claims.overpayment-found", payments, self.claims),
                ("claims.overpayment-closed", payments, self.claims),
                ("payments.repayment-received", claims, self.payments),
                ("payments.repayment-reversed", claims, self.payments),
            ):
                there = self.payments if of is self.claims else self.claims
                new = published_events(of.context, kind)[self.read.get(kind, 0) :]
                self.read[kind] = self.read.get(kind, 0) + len(new)
                handle(there.context, to, *new)
                assert parked(there.context) == []

    def come(self, amount_minor: int, entry_id: str, **facts: Any) -> None:
        """The bank books money that names the reference; somebody else than the person sent it."""
        named = f"succession {overpayment(self.claims, self.award)['repayment_reference']}"
        book(self.payments.context, money(amount_minor, entry_id, text=named, counterparty=HEIR, **facts))
        self.pass_on()

    def owed(self) -> tuple[str, str]:
        found = overpayment(self.claims, self.award)
        return found["status"], found["amount"]


@pytest.fixture
def joined(context: ServiceContext, mongo_client: MongoClient[dict[str, Any]], mongodb: str) -> Iterator[Joined]:
    """Amira died in February, and was paid 200.00 for the quarter after it."""
    name = f"test_{uuid4().hex}"
    made = Office(claims, with_benefits(context_on(mongo_client[name], mongodb), at=AT))
    handle(made.context, claims, wages(AMIRA))
    award = opened(made.context)
    paid(made, "2026-Q2")
    handle(made.context, claims, died())
    yield Joined(made, office(context), award, {})
    mongo_client.drop_database(name)


def test_an_heir_s_transfer_settles_it_by_rule(joined: Joined) -> None:
    (found,) = published_events(joined.claims.context, "claims.overpayment-found")
    assert (found.way, found.amount_minor) == ("heirs", 20_000)
    joined.pass_on()
    joined.come(20_000, "E1")
    assert booked(joined.payments, "bank:collections") == ("200.00", "debit")
    assert booked(joined.payments, f"repaid:{ALLOWANCE}") == ("200.00", "credit")
    assert waiting(joined.payments) == []
    assert joined.owed()[0] == "recovered"
    (closed,) = published_events(joined.claims.context, "claims.overpayment-closed")
    assert (closed.outcome, closed.is_of_deceased) == ("recovered", True)
    assert "claims.overpayment-repaid" not in published(joined.claims.context), "nobody is told of it"


def test_several_heirs_pay_their_parts_and_what_is_too_much_waits(joined: Joined) -> None:
    joined.pass_on()
    joined.come(5_000, "E1")
    assert joined.owed() == ("open", "150.00")
    joined.come(15_001, "E2")
    assert waiting(joined.payments) == [("amount-differs", "150.01")]
    joined.come(15_000, "E3")
    assert joined.owed()[0] == "recovered"
    joined.come(2_000, "E4")
    assert waiting(joined.payments)[1:] == [("already-settled", "20.00")]
    assert booked(joined.payments, "suspense:unmatched") == ("170.01", "credit")
    assert booked(joined.payments, f"repaid:{ALLOWANCE}") == ("200.00", "credit")


def test_what_two_people_waived_is_not_taken_in_and_what_the_bank_takes_back_is_owed_again(joined: Joined) -> None:
    joined.pass_on()
    joined.come(20_000, "E1")
    joined.come(20_000, "E2", direction=Direction.DEBIT, is_reversal=True)
    assert joined.owed() == ("open", "200.00")
    assert booked(joined.payments, f"repaid:{ALLOWANCE}")[0] == "0.00"
    path = f"/overpayments/{joined.award.award_id}"
    assert joined.claims.staff("maker").post(f"{path}/settlement", {"to": "waived", "reason": "x"}).status_code == 200
    agreed = joined.claims.staff("chief").post(f"{path}/waiver", {"agrees": True, "reason": "x"})
    assert (agreed.status_code, agreed.json["status"]) == (200, "waived")
    joined.pass_on()
    joined.come(20_000, "E3")
    assert waiting(joined.payments) == [("already-settled", "200.00")]


def test_a_death_that_was_an_error_leaves_nothing_to_pay(joined: Joined) -> None:
    joined.pass_on()
    handle(joined.claims.context, claims, lives())
    joined.pass_on()
    assert joined.owed()[0] == "cancelled"
    joined.come(20_000, "E1")
    assert waiting(joined.payments) == [("already-settled", "200.00")]
    handle(joined.claims.context, claims, died(revision=3))
    joined.pass_on()
    joined.come(20_000, "E2")
    assert joined.owed()[0] == "recovered"


def test_what_an_earlier_release_told_nobody_of_is_expected_once(joined: Joined) -> None:
    database = joined.claims.context.database
    database["overpayments"].update_one({}, {"$unset": {"is_expected": 1}})
    counts = [backfill_all(joined.claims.context, DZ, backfills=claims.backfills) for _ in range(2)]
    assert counts == [1, 0]
    assert published(joined.claims.context).count("claims.overpayment-found") == 2
    joined.pass_on()
    joined.come(20_000, "E1")
    assert joined.owed()[0] == "recovered"
