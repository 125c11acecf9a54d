"""Where decisions are kept to be counted."""

from collections.abc import Iterator
from datetime import date, timedelta

from services.claims.figures.decided_claim import DecidedClaim
from shared.kernel.errors import Missing
from shared.storage.paging import Order
from shared.storage.repository import Index, Repository
from shared.storage.retention import for_days
from shared.storage.unit_of_work import UnitOfWork

IN_ORDER = Order("claim_id", "claim_id")


class DecisionUnknown(Missing):
    code = "figures.decision-unknown"


decided_claims = Repository(
    "decided_claims",
    DecidedClaim,
    key="claim_id",
    missing=DecisionUnknown,
    retention=for_days(400, since="decided_at", why="figures of a year and a month"),
    indexes=[Index(("decided_on", "claim_id"))],
)


def of_day(uow: UnitOfWork, day: date) -> Iterator[DecidedClaim]:
    """What was decided on a day. Days are asked for one by one: the embedded engine (0.7.0b3) finds nothing between two
    bounds of a compound index's second field."""
    return decided_claims.each(uow, order=IN_ORDER, decided_on=day.isoformat())


def between(uow: UnitOfWork, from_on: date, until_on: date) -> Iterator[DecidedClaim]:
    """What was decided from a day up to another, both included."""
    for number in range((until_on - from_on).days + 1):
        yield from of_day(uow, from_on + timedelta(days=number))
