"""Where settlement plans are kept."""

from services.payments.settlements.rules import PlanUnknown
from services.payments.settlements.settlement_plan import OPEN, PlanStatus, SettlementPlan
from shared.storage.paging import Order, Page, PageRequest
from shared.storage.repository import Index, Repository
from shared.storage.retention import BY_LAW
from shared.storage.unit_of_work import UnitOfWork

IS_OPEN = {"$in": sorted(each.value for each in OPEN)}

plans = Repository(
    "settlement_plans",
    SettlementPlan,
    key="plan_id",
    missing=PlanUnknown,
    retention=BY_LAW,
    indexes=[
        Index(("reference",), unique=True),
        # Two plans of one employer at once, from two windows, say: the second finds the first.
        Index(("employer_id",), unique=True, where={"status": IS_OPEN}),
        Index(("employer_id", "plan_id")),
        Index(("status", "plan_id")),
    ],
)

IN_ORDER = Order("plan_id", "plan_id")
"""Ids of ours begin with the time at which they were made."""


def open_of(uow: UnitOfWork, *, employer_id: str) -> SettlementPlan | None:
    """The one plan of an employer that is open, or None."""
    return plans.find_only(uow, employer_id=employer_id, status=IS_OPEN)


def page(
    uow: UnitOfWork,
    *,
    employer_id: str | None,
    status: PlanStatus | None,
    reference: str | None,
    wanted: PageRequest,
) -> Page[SettlementPlan]:
    """A page of plans, oldest first: those that match all that is asked for. A reference leaves one to be sorted."""
    filters = {"employer_id": employer_id, "status": status.value if status else None, "reference": reference}
    return plans.page(uow, order=IN_ORDER, wanted=wanted, **{name: each for name, each in filters.items() if each})
