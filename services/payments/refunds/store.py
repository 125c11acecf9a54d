"""Where refunds are kept."""

from collections.abc import Iterable

from services.payments.refunds.refund import Refund, RefundStatus
from services.payments.refunds.rules import RefundUnknown
from shared.kernel.personal import DataClass
from shared.storage.paging import Order, Page, PageRequest
from shared.storage.repository import Index, Repository
from shared.storage.retention import BY_LAW
from shared.storage.unit_of_work import UnitOfWork

refunds = Repository(
    "refunds",
    Refund,
    key="refund_id",
    missing=RefundUnknown,
    retention=BY_LAW,
    indexes=[
        Index(("reference",), unique=True),
        Index(("status", "refund_id")),
        Index(("amount_minor", "refund_id")),
    ],
    encrypted={"details": DataClass.BANK},
    associated_data="refund_id",
)

IN_ORDER = Order("refund_id", "refund_id")
"""Ids of ours begin with the time at which they were made."""


def with_references(uow: UnitOfWork, references: Iterable[str]) -> list[Refund]:
    wanted = sorted(references)
    return refunds.find_all(uow, reference={"$in": wanted}) if wanted else []


def page(
    uow: UnitOfWork, *, status: RefundStatus | None, amount_minor: int | None, wanted: PageRequest
) -> Page[Refund]:
    """Refunds in a state, of an amount, or both, oldest first; those to be sent, where nothing is asked for."""
    if status is None and amount_minor is None:
        status = RefundStatus.ORDERED
    filters = {"status": status and status.value, "amount_minor": amount_minor}
    asked = {name: value for name, value in filters.items() if value is not None}
    return refunds.page(uow, order=IN_ORDER, wanted=wanted, **asked)


def with_reference(uow: UnitOfWork, reference: str) -> list[Refund]:
    """The refund that a reference names, or none."""
    return refunds.find_all(uow, reference=reference)
