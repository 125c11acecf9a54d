"""Where overpayments are kept, one an award."""

from services.claims.overpayments.overpayment import Overpayment, Status
from services.claims.overpayments.rules import OverpaymentUnknown
from shared.storage.paging import Order, Page, PageRequest
from shared.storage.repository import Index, Repository
from shared.storage.retention import BY_LAW
from shared.storage.unit_of_work import UnitOfWork

OLDEST_FIRST = Order("award_id", "award_id")

overpayments = Repository(
    "overpayments",
    Overpayment,
    key="award_id",
    missing=OverpaymentUnknown,
    retention=BY_LAW,
    indexes=[Index(("status", "award_id"))],
)


def with_status(uow: UnitOfWork, status: Status, *, wanted: PageRequest) -> Page[Overpayment]:
    """A page of those in one state, in the order of their awards."""
    return overpayments.page(uow, order=OLDEST_FIRST, wanted=wanted, status=status.value)
