"""Obligations are opened with their entries, replaced, and paid, whatever the bank says in whatever order."""

import itertools
from collections import defaultdict
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.payments.collections import booking, requesting, store
from services.payments.collections.collection import Rail
from services.payments.ledger import account
from services.payments.ledger import actions as ledger
from services.payments.ledger import store as ledger_store
from services.payments.ledger.entry import Side
from services.payments.obligations import actions as obligations
from services.payments.obligations import store as obligations_store
from services.payments.obligations.obligation import ObligationStatus
from services.payments.obligations.rules import DeclarationReplaced
from services.payments.obligations.standing import PeriodDifference, Standing
from shared.storage.paging import PageRequest
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork
from tests.kit.callers import Office
from tests.kit.contexts import DZ, published, reading, someone
from tests.payments.bank import credited, debited, office, post_signed, refused
from tests.payments.builders import BRANCHES, FIRM, open_obligation

DUE = sum(BRANCHES.values())


@pytest.fixture
def made(context: ServiceContext) -> Office:
    return office(context)


def differing(context: ServiceContext) -> list[Standing]:
    return list(obligations.differences(reading(context), wanted=PageRequest()))


def net(context: ServiceContext, code: str) -> int:
    return ledger.balance(reading(context), code).net_minor


def test_what_is_declared_is_owed_and_earned_by_branch(context: ServiceContext, made: Office) -> None:
    opened = open_obligation(context)
    assert (opened.due_minor, opened.status) == (DUE, ObligationStatus.OPEN)
    entry = ledger.by_cause(reading(context), "declaration:d1:1")
    assert {posting.account: (posting.side, posting.amount.amount_minor) for posting in entry.postings} == {
        f"receivable:{FIRM}:2025": (Side.DEBIT, DUE),
        "contributions:pension": (Side.CREDIT, 200_000),
        "contributions:social-insurance": (Side.CREDIT, 115_025),
    }
    assert published(context) == [] and not differing(context)


def test_nothing_due_is_paid_from_the_start_and_books_and_tells_nothing(context: ServiceContext, made: Office) -> None:
    assert open_obligation(context, branches={"pension": 0}).status is ObligationStatus.PAID
    assert published(context) == []
    assert context.database["ledger_entries"].count_documents({}) == 0


def pay(context: ServiceContext, made: Office, declaration_id: str, amount: str, entry: str) -> None:
    firm = made.employer(FIRM)
    collection = firm.post(f"/declarations/{declaration_id}/collections", {"rail": "transfer"}).json
    answer = post_signed(made, credited(collection["reference"], amount, entry=entry), message_id=f"evt_{entry}")
    assert answer.status_code == 200, answer.text


def test_a_replaced_declaration_is_taken_back_and_what_came_counts_on(context: ServiceContext, made: Office) -> None:
    open_obligation(context)
    pay(context, made, "d1", "3150.25", "ent_1")
    opened = open_obligation(
        context, "d2", revision=2, replaces="d1", branches={"pension": 200_000, "social-insurance": 215_025}
    )
    assert (opened.paid_minor, opened.left_minor) == (DUE, 100_000)
    assert ledger.by_cause(reading(context), "declaration:d1:1:cancelled").reverses is not None
    assert net(context, f"receivable:{FIRM}:2025") == 100_000
    assert net(context, "contributions:social-insurance") == -215_025
    (case,) = differing(context)
    assert case.case is PeriodDifference.PARTIAL

    pay(context, made, "d2", "1000.00", "ent_2")
    assert obligations.read(reading(context), declaration_id="d2").status is ObligationStatus.PAID
    assert net(context, f"receivable:{FIRM}:2025") == 0 and not differing(context)
    with pytest.raises(DeclarationReplaced):
        open_obligation(context, "d3", revision=2, replaces="d1")


def test_money_for_a_replaced_declaration_counts_for_its_successor(context: ServiceContext, made: Office) -> None:
    open_obligation(context)
    reference = made.employer(FIRM).post("/declarations/d1/collections", {"rail": "transfer"}).json["reference"]
    open_obligation(context, "d2", revision=2, replaces="d1")
    post_signed(made, credited(reference))
    assert obligations.read(reading(context), declaration_id="d2").status is ObligationStatus.PAID
    assert obligations.read(reading(context), declaration_id="d1").status is ObligationStatus.CANCELLED
    assert not differing(context)


def test_two_who_ask_at_once_get_one_live_try(context: ServiceContext, made: Office) -> None:
    """The second of two whose reading overlapped is run again whole, and then sees the first."""
    open_obligation(context)
    other = office(context)
    is_first = iter([True])

    def act(uow: UnitOfWork) -> Any:
        seen = store.of_period(uow, employer_id=FIRM, period="2025")
        if next(is_first, False):
            assert other.employer(FIRM).post("/declarations/d1/collections", {"rail": "card"}).status_code == 201
        return len(seen), requesting.request(uow, declaration_id="d1", rail=Rail.TRANSFER)

    tries_seen, collection = context.run(DZ, by=someone(), cause="test", action=act)
    assert tries_seen == 1 and collection.reference[-3] == "1"


def test_an_entry_of_the_bank_is_booked_once_even_where_nobody_else_remembers_it(
    context: ServiceContext, made: Office
) -> None:
    open_obligation(context)
    asked = made.employer(FIRM).post("/declarations/d1/collections", {"rail": "card"}).json

    def act(uow: UnitOfWork) -> bool:
        collection = store.collections.load(uow, asked["collection_id"])
        return booking.book(
            uow,
            collection,
            bank_reference="ent_1",
            entry_id="e1",
            amount_minor=DUE,
            into=account.BANK_COLLECTIONS,
            value_on=uow.today,
        )

    assert all(context.run(DZ, by=someone(), cause="test", action=act) for _ in range(2))
    assert obligations.read(reading(context), declaration_id="d1").paid_minor == DUE


# --- Whatever the bank says ------------------------------------------------------------------------------------------

FIRMS = (f"17{number:08d}" for number in itertools.count())
MESSAGES = st.lists(
    st.tuples(
        st.sampled_from(["card", "transfer", "card-refused", "stranger"]),
        st.sampled_from(["3150.25", "3150.25", "1000.00", "5000.00", "0.01"]),
        st.integers(0, 3),
    ),
    max_size=8,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(messages=MESSAGES, data=st.data())
def test_money_adds_up_in_any_order_and_however_often_it_is_told(
    context: ServiceContext, made: Office, messages: list[tuple[str, str, int]], data: st.DataObject
) -> None:
    firm = next(FIRMS)
    open_obligation(context, f"d{firm}", employer_id=firm)
    ids = {
        rail: made.employer(firm).post(f"/declarations/d{firm}/collections", {"rail": rail}).json
        for rail in ("card", "transfer")
    }
    came: set[tuple[str, str]] = set()
    deliveries = [(f"evt_{firm}_{number}", message) for number, message in enumerate(messages)]
    for message_id, (kind, amount, entry) in data.draw(st.permutations(deliveries * 2)):
        entry_id = f"ent_{firm}_{kind}_{entry}"
        message = {
            "card": debited(ids["card"]["collection_id"], amount, entry=entry_id),
            "transfer": credited(ids["transfer"]["reference"], amount, entry=entry_id),
            "card-refused": refused(ids["card"]["collection_id"]),
            "stranger": credited("rent for March", amount, entry=entry_id),
        }[kind]
        assert post_signed(made, message, message_id=message_id).status_code == 200
        if kind != "card-refused":
            came.add((entry_id, amount))  # the bank's reference with another amount is other money

    uow = reading(context)
    ours = sum(_minor(amount) for entry, amount in came if "stranger" not in entry)
    owed = obligations.read(uow, declaration_id=f"d{firm}")
    tries = store.of_period(uow, employer_id=firm, period="2025")
    credit = -net(context, account.credit(firm))
    assert owed.paid_minor + credit == sum(each.debited_minor for each in tries) == ours
    assert owed.paid_minor <= DUE and (not credit or owed.paid_minor == DUE)
    assert sum(1 for each in tries if each.is_live) <= 1
    assert net(context, account.receivable(firm, period="2025")) == DUE - owed.paid_minor
    standing = obligations_store.standings.load(uow, f"{firm}:2025")
    assert standing.booked_minor == standing.collected_minor == owed.paid_minor
    assert (standing.case is None) == (owed.paid_minor in (0, DUE))
    _check_books(context)


def _check_books(context: ServiceContext) -> None:
    """Debits are credits in every entry and in all; every stored balance is what the entries add up to."""
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for row in context.database["ledger_entries"].find():
        for posting in row["postings"]:  # type: ignore[attr-defined]
            sums[posting["account"], posting["side"]] += posting["amount"]["amount_minor"]
    both = [sum(amount for (_, side), amount in sums.items() if side == each) for each in Side]
    assert both[0] == both[1]
    stored: dict[tuple[str, str], int] = defaultdict(int)
    for row in context.database[ledger_store.BALANCES].find():
        for side in Side:
            stored[str(row["account"]), side.value] += int(str(row[f"{side}_minor"]))
    assert {key: amount for key, amount in stored.items() if amount} == dict(sums)


def _minor(amount: str) -> int:
    return int(amount.replace(".", ""))
