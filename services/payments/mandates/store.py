"""Where mandates are kept."""

from services.payments.mandates.mandate import OPEN, Mandate, Status
from services.payments.mandates.rules import MandateUnknown
from shared.kernel.personal import DataClass
from shared.storage.repository import Index, Repository
from shared.storage.retention import BY_LAW
from shared.storage.unit_of_work import UnitOfWork

IS_OPEN = {"$in": [each.value for each in OPEN]}

mandates = Repository(
    "mandates",
    Mandate,
    key="mandate_id",
    missing=MandateUnknown,
    retention=BY_LAW,
    indexes=[
        Index(("reference",), unique=True),
        # Two forms of one employer at once, from two windows, say: the second finds the first.
        Index(("employer_id",), unique=True, where={"status": IS_OPEN}),
        Index(("employer_id", "mandate_id")),
        Index(("status", "mandate_id")),
        Index(("status", "due_at")),
    ],
    encrypted={"account": DataClass.BANK, "bank_agreement": DataClass.BANK, "amendment": DataClass.BANK},
    associated_data="mandate_id",
)


def active_of(uow: UnitOfWork, *, employer_id: str) -> Mandate | None:
    """The employer's mandate by which debits are allowed, or None. `rules.may_debit` says whether a given one is."""
    found = open_of(uow, employer_id=employer_id)
    return found if found is not None and found.status is Status.ACTIVE else None


def open_of(uow: UnitOfWork, *, employer_id: str) -> Mandate | None:
    """The one mandate of an employer of which something may still come, or None."""
    return mandates.find_only(uow, employer_id=employer_id, status=IS_OPEN)


def with_reference(uow: UnitOfWork, reference: str) -> Mandate | None:
    """The mandate with this unique mandate reference, or None."""
    return mandates.find_only(uow, reference=reference)
