"""Where runs are kept, their payments, and what was granted for each award."""

from services.claims.runs.rules import PaymentUnknown, RunUnknown
from services.claims.runs.run import OWED, AwardAccount, AwardPayment, Change, PaymentStatus, Run, RunPage
from shared.jobs.scheduling import JobScheduling
from shared.kernel.personal import DataClass
from shared.storage.paging import Order, Page, PageRequest
from shared.storage.repository import Index, Repository
from shared.storage.retention import BY_LAW, WITH_ITS_THING
from shared.storage.unit_of_work import UnitOfWork

FOLLOW = "runs.follow"
"""The kind of the job that computes a run, and tells it once it is approved, page by page."""

NEWEST_RUN_FIRST = Order("run_id", "run_id", is_newest_first=True)
IN_ORDER = Order("payment_id", "payment_id")
NEWEST_FIRST = Order("payment_id", "payment_id", is_newest_first=True)

runs = Repository(
    "runs",
    Run,
    key="run_id",
    missing=RunUnknown,
    retention=BY_LAW,
    indexes=[
        Index(("reference",), unique=True),
        Index(("claim_type",), unique=True, where={"is_living": True}),
        Index(("run_id",)),
        Index(("claim_type", "run_id")),
    ],
)
following = JobScheduling(runs, FOLLOW)
"""Every writer of a run saves through it: a run and its job go together."""

payments = Repository(
    "award_payments",
    AwardPayment,
    key="payment_id",
    missing=PaymentUnknown,
    retention=BY_LAW,
    indexes=[
        Index(("run_id", "page", "payment_id")),
        Index(("run_id", "payment_id")),
        Index(("run_id", "change", "payment_id")),
        Index(("run_id", "status", "payment_id")),
        Index(("award_id", "status", "payment_id")),
    ],
    encrypted={"lines": DataClass.HEALTH},
    associated_data="payment_id",
)
accounts = Repository("award_accounts", AwardAccount, key="award_id", missing=RunUnknown, retention=BY_LAW)
pages = Repository(
    "run_pages",
    RunPage,
    key="page_id",
    missing=RunUnknown,
    retention=WITH_ITS_THING,
    indexes=[Index(("run_id",))],
)


def page_id(run_id: str, number: int) -> str:
    return f"{run_id}/{number}"


def living(uow: UnitOfWork, claim_type: str) -> Run | None:
    """The run of a benefit that is not finished, if there is one."""
    return runs.find_only(uow, claim_type=claim_type, is_living=True)


def last(uow: UnitOfWork, claim_type: str) -> Run | None:
    """The last run of a benefit, however it ended."""
    found = runs.find_all(uow, limit=1, sort=NEWEST_RUN_FIRST.sort, claim_type=claim_type)
    return found[0] if found else None


def page_of_runs(uow: UnitOfWork, *, claim_type: str | None, wanted: PageRequest) -> Page[Run]:
    """A page of runs, of one benefit or of all, newest first."""
    filters = {} if claim_type is None else {"claim_type": claim_type}
    return runs.page(uow, order=NEWEST_RUN_FIRST, wanted=wanted, **filters)


def payments_of(
    uow: UnitOfWork, run_id: str, *, change: Change | None, status: PaymentStatus | None, wanted: PageRequest
) -> Page[AwardPayment]:
    """A page of a run's payments, those that differ from the last run in one way, or that are in one state."""
    filters: dict[str, object] = {"run_id": run_id}
    if change is not None:
        filters["change"] = change.value
    if status is not None:
        filters["status"] = status.value
    return payments.page(uow, order=IN_ORDER, wanted=wanted, **filters)


def payments_of_page(uow: UnitOfWork, run_id: str, number: int) -> list[AwardPayment]:
    return payments.find_all(uow, run_id=run_id, page=number)


def payments_of_award(uow: UnitOfWork, award_id: str, *, wanted: PageRequest) -> Page[AwardPayment]:
    """A page of what is owed or was paid for an award, newest first."""
    owed = {"$in": [status.value for status in OWED]}
    return payments.page(uow, order=NEWEST_FIRST, wanted=wanted, award_id=award_id, status=owed)


def last_payments_of(uow: UnitOfWork, award_id: str, *, limit: int) -> list[AwardPayment]:
    """The last payments of an award that are owed or were paid, or that took off all that they came to, newest
    first."""
    owed = {"$in": [status.value for status in (*OWED, PaymentStatus.SETTLED)]}
    return payments.find_all(uow, limit=limit, sort=NEWEST_FIRST.sort, award_id=award_id, status=owed)


def pages_of(uow: UnitOfWork, run_id: str) -> list[RunPage]:
    """What became of each page of a run that was told."""
    return pages.find_all(uow, run_id=run_id)
