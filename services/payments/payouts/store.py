"""Where payouts and batches are kept."""

from collections.abc import Iterable

from services.payments.payouts.batch import PAYOUTS_MAX, PayoutBatch
from services.payments.payouts.payout import Payout, Status
from services.payments.payouts.rules import PayoutBatchUnknown, PayoutUnknown
from shared.jobs.scheduling import JobScheduling
from shared.storage.paging import Order, Page, PageRequest
from shared.storage.repository import Index, Repository
from shared.storage.retention import BY_LAW
from shared.storage.unit_of_work import UnitOfWork

FOLLOW = "payouts.follow"
"""The kind of the job that sends a file of payouts and follows it until each is settled; its thing is the batch."""

payouts = Repository(
    "payouts",
    Payout,
    key="payout_id",
    missing=PayoutUnknown,
    retention=BY_LAW,
    indexes=[
        Index(("end_to_end_id",), unique=True),
        Index(("claim_id",)),
        Index(("payment_id",)),
        Index(("status", "payout_id")),
        Index(("reference", "payout_id")),
        Index(("amount_minor", "payout_id")),
        Index(("person_ref", "status", "payout_id")),
    ],
)
batches = Repository(
    "batches",
    PayoutBatch,
    key="batch_id",
    missing=PayoutBatchUnknown,
    retention=BY_LAW,
    indexes=[Index(("is_scheduled", "next_look_at"))],
)
scheduling = JobScheduling(batches, FOLLOW)
"""Every writer of batches saves through it: a thing and its job go together."""

OLDEST_FIRST = Order("payout_id", "payout_id")
"""Ids of ours begin with the time at which they were made."""


def of_claim(uow: UnitOfWork, claim_id: str) -> list[Payout]:
    return payouts.find_all(uow, claim_id=claim_id)


def of_payment(uow: UnitOfWork, payment_id: str) -> list[Payout]:
    """The payouts of an award's payment: one, and one for each time that it came back."""
    return payouts.find_all(uow, payment_id=payment_id)


def ordered(uow: UnitOfWork) -> list[Payout]:
    """What waits to be put into a file, as much as one file takes."""
    return payouts.find_all(uow, limit=PAYOUTS_MAX, sort=OLDEST_FIRST.sort, status=Status.ORDERED)


def page(
    uow: UnitOfWork, *, status: Status | None, reference: str | None, amount_minor: int | None, wanted: PageRequest
) -> Page[Payout]:
    """Payouts of a claim's or award's reference, of an amount or in a state, oldest first; those that wait for a bank
    account, where nothing is asked for."""
    if status is None and reference is None and amount_minor is None:
        status = Status.WAITING_ACCOUNT
    filters = {"status": status and status.value, "reference": reference, "amount_minor": amount_minor}
    asked = {name: value for name, value in filters.items() if value is not None}
    return payouts.page(uow, order=OLDEST_FIRST, wanted=wanted, **asked)


def waiting_for_account(uow: UnitOfWork, person_refs: Iterable[str]) -> list[Payout]:
    """What these persons are owed and cannot be paid, in one question for a whole page of the register."""
    wanted = {"$in": sorted(person_refs)}
    return list(payouts.each(uow, order=OLDEST_FIRST, status=Status.WAITING_ACCOUNT.value, person_ref=wanted))


def to_be_replaced(uow: UnitOfWork, person_refs: Iterable[str]) -> list[Payout]:
    """Returned payouts of these persons that were not ordered again yet."""
    wanted = {"$in": sorted(person_refs)}
    found = payouts.each(uow, order=OLDEST_FIRST, status=Status.RETURNED.value, person_ref=wanted, replaced_by=None)
    return list(found)
