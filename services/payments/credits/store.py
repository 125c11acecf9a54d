"""Where the credits of employers are kept."""

from services.payments.credits.credit import Credit
from services.payments.credits.rules import CreditUnknown
from shared.storage.paging import Order, Page, PageRequest
from shared.storage.repository import Index, Repository
from shared.storage.retention import BY_LAW
from shared.storage.unit_of_work import UnitOfWork

credits = Repository(
    "credits",
    Credit,
    key="credit_id",
    missing=CreditUnknown,
    retention=BY_LAW,
    indexes=[Index(("employer_id", "is_open", "credit_id")), Index(("is_open", "credit_id"))],
)

IN_ORDER = Order("credit_id", "credit_id")
"""Ids of ours begin with the time at which they were made."""


def open_credits(uow: UnitOfWork, *, employer_id: str) -> list[Credit]:
    """What an employer has to its credit, oldest first."""
    return list(credits.each(uow, order=IN_ORDER, employer_id=employer_id, is_open=True))


def page(uow: UnitOfWork, *, employer_id: str | None, is_open: bool, wanted: PageRequest) -> Page[Credit]:
    """Credits, oldest first."""
    filters = {"employer_id": employer_id} if employer_id else {}
    return credits.page(uow, order=IN_ORDER, wanted=wanted, is_open=is_open, **filters)
