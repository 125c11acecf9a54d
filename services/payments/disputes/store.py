"""Where disputes are kept."""

from services.payments.disputes.dispute import DebtDispute, DisputeStatus
from services.payments.disputes.rules import DisputeUnknown
from shared.kernel.personal import DataClass
from shared.storage.paging import Order, Page, PageRequest
from shared.storage.repository import Index, Repository
from shared.storage.retention import BY_LAW
from shared.storage.unit_of_work import UnitOfWork

NEWEST_FIRST = Order("dispute_id", "dispute_id", is_newest_first=True)
"""Ids of ours begin with the time at which they were made."""
BY_DAY = Order("decide_by_on", "dispute_id")

disputes = Repository(
    "disputes",
    DebtDispute,
    key="dispute_id",
    missing=DisputeUnknown,
    retention=BY_LAW,
    indexes=[Index(("employer_id", "dispute_id")), Index(("status", "decide_by_on", "dispute_id"))],
    encrypted={"explanation": DataClass.BANK},
    associated_data="dispute_id",
)


def of_employer(uow: UnitOfWork, *, employer_id: str, wanted: PageRequest) -> Page[DebtDispute]:
    """An employer's disputes, newest first."""
    return disputes.page(uow, order=NEWEST_FIRST, wanted=wanted, employer_id=employer_id)


def page(uow: UnitOfWork, *, status: DisputeStatus, wanted: PageRequest) -> Page[DebtDispute]:
    """Disputes in a state: first those that are to be decided first."""
    return disputes.page(uow, order=BY_DAY, wanted=wanted, status=status.value)
