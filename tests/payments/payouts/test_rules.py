"""What may happen to a payout, and how a batch is made of them: every move, allowed and refused."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from services.payments.order_files.order_file import FileStatus
from services.payments.payouts import rules
from services.payments.payouts.batch import PAYOUTS_MAX
from services.payments.payouts.payout import MOVES, Payout, PayoutStep, Status
from shared.events.payments.payouts import BenefitOrdered, BenefitPaid, BenefitReturned
from shared.kernel.moves import MoveNotAllowed
from tests.kit.clock import AT
from tests.kit.people import AMIRA
from tests.payments.builders import approved, due

ID = "019c4c1e-0000-7000-8000-000000000001"


def payout(status: Status = Status.ORDERED, **facts: Any) -> Payout:
    is_early = status in (Status.WAITING_ACCOUNT, Status.ORDERED)
    return Payout(
        **{
            "payout_id": ID,
            "end_to_end_id": ID.replace("-", ""),
            "claim_id": "c1",
            "reference": "CL260000000197",
            "person_ref": AMIRA,
            "claim_type": "care-reimbursement",
            "amount_minor": 32_000,
            "status": status,
            "steps": (PayoutStep(status=status, at=AT),),
            "batch_id": None if is_early else "b1",
            **facts,
        }
    )


# --- Payouts ----------------------------------------------------------------------------------------------------------

STEPS: dict[Status, Callable[[Payout], Payout]] = {
    Status.WAITING_ACCOUNT: lambda it: rules.set_aside(it, at=AT),
    Status.ORDERED: lambda it: rules.account_known(it, currency="DZD", at=AT).thing,
    Status.BATCHED: lambda it: rules.put_in_batch(it, batch_id="b1", account_index="a1", at=AT),
    Status.PAID: lambda it: rules.pay(it, entry_id="e1", currency="DZD", at=AT).thing,
    Status.RETURNED: lambda it: rules.give_back(it, entry_id="e2", reason="AC04", at=AT).thing,
}


@pytest.mark.parametrize("here", Status)
@pytest.mark.parametrize("to", list(STEPS))
def test_every_step_is_allowed_or_refused(here: Status, to: Status) -> None:
    allowed = {
        Status.WAITING_ACCOUNT: {Status.ORDERED},
        Status.ORDERED: {Status.WAITING_ACCOUNT},
        Status.BATCHED: {Status.ORDERED, Status.UNKNOWN},
        Status.PAID: {Status.BATCHED, Status.UNKNOWN, Status.SENT},
        Status.RETURNED: {Status.BATCHED, Status.UNKNOWN, Status.SENT, Status.PAID},
    }[to]
    if here in allowed:
        assert STEPS[to](payout(here)).status is to
    elif (here, to) == (Status.RETURNED, Status.PAID):
        assert STEPS[to](payout(here)).status is Status.RETURNED
    else:
        with pytest.raises(MoveNotAllowed):
            STEPS[to](payout(here))


@pytest.mark.parametrize("to", [Status.BATCHED, Status.SENT, Status.UNKNOWN])
@pytest.mark.parametrize("here", [each for each in Status if each not in (Status.WAITING_ACCOUNT, Status.ORDERED)])
def test_news_of_the_file_never_undoes_what_is_known_of_the_payout(here: Status, to: Status) -> None:
    followed = rules.follow_batch(payout(here), to=to, at=AT)
    assert followed.status is (to if to in MOVES[here] else here)


def test_a_claim_is_ordered_where_an_account_is_known() -> None:
    outcome = rules.order(rules.owed_for_claim(approved()), payout_id=ID, has_account=True, at=AT)
    (published,) = outcome.events
    assert isinstance(published, BenefitOrdered)
    assert (published.claim_id, published.payout_id, published.amount_minor, published.currency) == (
        "c1",
        ID,
        32_000,
        "DZD",
    )
    assert outcome.thing.status is Status.ORDERED
    assert outcome.thing.end_to_end_id == ID.replace("-", "") and len(outcome.thing.end_to_end_id) <= 35


def test_a_claim_waits_where_none_is() -> None:
    outcome = rules.order(rules.owed_for_claim(approved()), payout_id=ID, has_account=False, at=AT)
    assert outcome.thing.status is Status.WAITING_ACCOUNT and outcome.events == ()


def test_ordered_is_told_the_first_time_only() -> None:
    ordered = rules.order(rules.owed_for_claim(approved()), payout_id=ID, has_account=True, at=AT).thing
    again = rules.account_known(rules.set_aside(ordered, at=AT), currency="DZD", at=AT)
    assert again.thing.status is Status.ORDERED and again.events == ()


def test_paid_is_told_once_and_not_after_the_return() -> None:
    (published,) = rules.pay(payout(Status.SENT), entry_id="e1", currency="DZD", at=AT).events
    assert isinstance(published, BenefitPaid) and published.amount_minor == 32_000
    late = rules.pay(payout(Status.RETURNED), entry_id="e1", currency="DZD", at=AT)
    assert late.events == () and late.thing.paid_by == "e1"


def test_a_return_says_why() -> None:
    outcome = rules.give_back(payout(Status.PAID), entry_id="e2", reason="AC04", at=AT)
    (published,) = outcome.events
    assert isinstance(published, BenefitReturned) and published.reason == outcome.thing.steps[-1].about == "AC04"


@pytest.mark.parametrize(
    "facts", [{"amount_minor": 0}, {"amount_minor": -1}, {"batch_id": "b1"}, {"status": Status.SENT, "batch_id": None}]
)
def test_a_payout_that_cannot_be_cannot_be_built(facts: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        replace(payout(), **facts)


# --- What came back is ordered again ----------------------------------------------------------------------------------


@pytest.mark.parametrize("has_account", [True, False])
def test_p03_what_came_back_is_replaced_by_a_payout_that_the_bank_has_never_seen(has_account: bool) -> None:
    other = "019c4c1e-0000-7000-8000-000000000002"
    came_back = payout(Status.RETURNED, returned_by="e2", account_index="a1")

    replaced, outcome = rules.order_again(came_back, payout_id=other, has_account=has_account, currency="DZD", at=AT)

    again = outcome.thing
    assert (replaced.replaced_by, replaced.status) == (other, Status.RETURNED)
    assert (again.replaces, again.end_to_end_id, again.batch_id) == (ID, other.replace("-", ""), None)
    assert (again.claim_id, again.person_ref, again.amount_minor) == ("c1", AMIRA, 32_000)
    assert (again.paid_by, again.returned_by, again.account_index, again.version) == (None, None, "", 0)
    assert [type(event) for event in outcome.events] == ([BenefitOrdered] if has_account else [])
    assert again.status is (Status.ORDERED if has_account else Status.WAITING_ACCOUNT)


@pytest.mark.parametrize("here", sorted(set(Status) - {Status.RETURNED}))
def test_p03_what_may_still_reach_the_person_is_not_ordered_again(here: Status) -> None:
    with pytest.raises(rules.NotReturned):
        rules.order_again(payout(here), payout_id="p2", has_account=True, currency="DZD", at=AT)
    with pytest.raises(ValueError):
        payout(here, replaced_by="p2")


def test_p03_what_came_back_is_replaced_once() -> None:
    with pytest.raises(rules.AlreadyReplaced):
        rules.order_again(
            payout(Status.RETURNED, replaced_by="p2"), payout_id="p3", has_account=True, currency="DZD", at=AT
        )


# --- Batches ----------------------------------------------------------------------------------------------------------


def test_a_batch_adds_up() -> None:
    two = [payout(), payout(payout_id="2", amount_minor=8_000)]
    made = rules.gather(two, batch_id="b1", sha256="0" * 64, size=1, at=AT)
    assert (made.total_minor, made.payout_ids, made.status) == (40_000, (ID, "2"), FileStatus.READY)


@pytest.mark.parametrize("count", [0, PAYOUTS_MAX + 1])
def test_a_batch_has_a_limit(count: int) -> None:
    with pytest.raises(ValueError):
        rules.gather([payout()] * count, batch_id="b1", sha256="", size=1, at=AT)


def test_an_award_s_payment_is_ordered_as_a_claim_is_and_names_itself_everywhere() -> None:
    owed = rules.owed_for_award(due())
    ordered = rules.order(owed, payout_id=ID, has_account=True, at=AT)
    payout = ordered.thing
    assert (payout.cause, payout.award_id, payout.claim_id, payout.reference) == ("pay1", "aw1", "c1", "AW260000000132")
    (published,) = ordered.events
    assert isinstance(published, BenefitOrdered) and (published.payment_id, published.award_id) == ("pay1", "aw1")
    sent = rules.put_in_batch(payout, batch_id="b1", account_index="i", at=AT)
    returned = rules.give_back(sent, entry_id=None, reason="AC04", at=AT)
    _, again = rules.order_again(returned.thing, payout_id="o2", has_account=True, currency="DZD", at=AT)
    paid = rules.pay(
        rules.put_in_batch(again.thing, batch_id="b2", account_index="j", at=AT), entry_id="e", currency="DZD", at=AT
    )
    for event in (*returned.events, *again.events, *paid.events):
        assert (event.payment_id, event.award_id) == ("pay1", "aw1")  # type: ignore[attr-defined]


def test_a_payout_of_an_earlier_release_is_of_its_claim() -> None:
    assert rules.order(rules.owed_for_claim(approved()), payout_id=ID, has_account=True, at=AT).thing.cause == "c1"
