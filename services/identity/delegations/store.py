"""Where delegations are kept."""

from services.identity.delegations.delegation import Delegation
from services.identity.delegations.rules import DelegationUnknown
from shared.kernel.personal import DataClass
from shared.storage.paging import Order, Page, PageRequest
from shared.storage.repository import Index, Repository
from shared.storage.retention import BY_LAW
from shared.storage.unit_of_work import UnitOfWork

delegations = Repository(
    "delegations",
    Delegation,
    key="delegation_id",
    missing=DelegationUnknown,
    retention=BY_LAW,
    indexes=[
        Index(("reference",), unique=True),
        Index(("code_hash",), unique=True),
        Index(("employer_id", "delegation_id")),
        Index(("account_id", "delegation_id")),
        Index(("employer_id", "ended")),
        Index(("account_id", "ended")),
    ],
    encrypted={"name": DataClass.CIVIL},
    associated_data="delegation_id",
)

NEWEST_FIRST = Order("delegation_id", "delegation_id", is_newest_first=True)
"""Ids are ordered by time."""


def of_employer(uow: UnitOfWork, employer_id: str, *, wanted: PageRequest) -> Page[Delegation]:
    """Those that an employer gave, newest first."""
    return delegations.page(uow, order=NEWEST_FIRST, wanted=wanted, employer_id=employer_id)


def of_account(uow: UnitOfWork, account_id: str, *, wanted: PageRequest) -> Page[Delegation]:
    """Those that an account took up, newest first."""
    return delegations.page(uow, order=NEWEST_FIRST, wanted=wanted, account_id=account_id)


def not_ended_of_employer(uow: UnitOfWork, employer_id: str) -> list[Delegation]:
    """Those of an employer that nobody ended; some may be over by themselves."""
    return delegations.find_all(uow, employer_id=employer_id, ended=None)


def not_ended_of_account(uow: UnitOfWork, account_id: str) -> list[Delegation]:
    """Those of an account that nobody ended; some may be over by themselves."""
    return delegations.find_all(uow, account_id=account_id, ended=None)
