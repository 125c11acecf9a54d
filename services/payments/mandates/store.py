"""Where mandates are kept."""

from collections.abc import Sequence

from services.payments.mandates.mandate import OPEN, Mandate, SignedForm, Status
from services.payments.mandates.rules import MandateUnknown
from shared.jobs.scheduling import JobScheduling
from shared.kernel.personal import DataClass
from shared.storage import blobs
from shared.storage.blobs import Blob
from shared.storage.paging import Order, Page, PageRequest
from shared.storage.repository import Index, Repository
from shared.storage.retention import BY_LAW
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork

FORM_BYTES_MAX = 5 * 1024 * 1024

FOLLOW = "mandates.follow"
"""The kind of the job that asks the bank about a mandate and ends what waited too long; its thing is its id."""
FETCH = "mandates.fetch"
"""The kind of the job that fetches a report of the bank about mandates; its thing is the report's id."""

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
        Index(("request.message_id",)),
        Index(("is_scheduled", "next_look_at")),
    ],
    encrypted={"account": DataClass.BANK, "bank_agreement": DataClass.BANK, "amendment": DataClass.BANK},
    associated_data="mandate_id",
)
scheduling = JobScheduling(mandates, FOLLOW)
"""Every writer of mandates saves through it: a thing and its job go together."""

IN_ORDER = Order("mandate_id", "mandate_id")
"""Ids of ours begin with the time at which they were made."""


def active_of(uow: UnitOfWork, *, employer_id: str) -> Mandate | None:
    """The employer's mandate by which debits are allowed, or None. `rules.may_debit` says whether a given one is."""
    found = open_of(uow, employer_id=employer_id)
    return found if found is not None and found.status is Status.ACTIVE else None


def open_of(uow: UnitOfWork, *, employer_id: str) -> Mandate | None:
    """The one mandate of an employer of which something may still come, or None."""
    return mandates.find_only(uow, employer_id=employer_id, status=IS_OPEN)


def employers_with_one(uow: UnitOfWork, employer_ids: Sequence[str]) -> set[str]:
    """Those of some employers that have an open mandate; at most one each."""
    if not employer_ids:
        return set()
    found = mandates.find_all(uow, employer_id={"$in": list(employer_ids)}, status=IS_OPEN)
    return {each.employer_id for each in found}


def with_reference(uow: UnitOfWork, reference: str) -> Mandate | None:
    """The mandate with this unique mandate reference, or None."""
    return mandates.find_only(uow, reference=reference)


def asked_by(uow: UnitOfWork, message_id: str) -> Mandate | None:
    """The mandate about which a message of ours to the bank is."""
    return mandates.find_only(uow, **{"request.message_id": message_id})


def page(uow: UnitOfWork, *, employer_id: str | None, status: Status | None, wanted: PageRequest) -> Page[Mandate]:
    """A page of mandates, oldest first: an employer's, or those in a state, or both."""
    filters: dict[str, object] = {}
    if employer_id is not None:
        filters["employer_id"] = employer_id
    if status is not None:
        filters["status"] = status.value
    return mandates.page(uow, order=IN_ORDER, wanted=wanted, **filters)


def save_form(context: ServiceContext, fund_id: str, content: bytes) -> Blob:
    """Keep the bytes of a signed form, before the mandate refers to them."""
    return blobs.store(context, fund_id, [content], data_class=DataClass.BANK, size_max=FORM_BYTES_MAX)


def form_bytes(uow: UnitOfWork, form: SignedForm) -> bytes:
    return b"".join(blobs.read_in(uow, Blob(form.sha256, form.size, DataClass.BANK)))
