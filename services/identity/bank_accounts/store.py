"""Where changes of account are kept, and their jobs."""

from services.identity.bank_accounts.change import OPEN, BankAccountChange, Status
from services.identity.bank_accounts.rules import ChangeUnknown
from shared.jobs.scheduling import JobScheduling
from shared.kernel.personal import DataClass
from shared.storage.paging import Order, Page, PageRequest
from shared.storage.repository import Index, Repository
from shared.storage.retention import BY_LAW
from shared.storage.unit_of_work import UnitOfWork

TAKE_EFFECT = "bank-accounts.take-effect"
"""The kind of the job that lets a change count at its time; its thing is the change."""

IS_OPEN = {"$in": [status.value for status in OPEN]}
OLDEST = Order("asked_at", "change_id")
NEWEST = Order("asked_at", "change_id", is_newest_first=True)

changes = Repository(
    "bank_account_changes",
    BankAccountChange,
    key="change_id",
    missing=ChangeUnknown,
    retention=BY_LAW,
    indexes=[
        Index(("reference",), unique=True),
        # Two windows at once: the second finds the first.
        Index(("person_ref",), unique=True, where={"status": IS_OPEN}),
        Index(("person_ref", "asked_at", "change_id")),
        Index(("status", "asked_at", "change_id")),
        Index(("is_scheduled", "next_look_at")),
    ],
    encrypted={"account": DataClass.BANK, "former": DataClass.BANK},
    associated_data="person_ref",
)
scheduling = JobScheduling(changes, TAKE_EFFECT)
"""Every writer of changes saves through it: a change and its job go together."""


def open_of(uow: UnitOfWork, person_ref: str) -> BankAccountChange | None:
    """The change of a person that waits; there is one at most."""
    return changes.find_only(uow, person_ref=person_ref, status=IS_OPEN)


def of_person(uow: UnitOfWork, person_ref: str, *, wanted: PageRequest) -> Page[BankAccountChange]:
    """What a person asked for, newest first."""
    return changes.page(uow, order=NEWEST, wanted=wanted, person_ref=person_ref)


def with_reference(uow: UnitOfWork, reference: str) -> list[BankAccountChange]:
    """The change that a reference names, or none."""
    return changes.find_all(uow, reference=reference)


def page(uow: UnitOfWork, *, status: Status, wanted: PageRequest) -> Page[BankAccountChange]:
    """Changes in a state, those first that were asked for first."""
    return changes.page(uow, order=OLDEST, wanted=wanted, status=status.value)
