"""Where mandates are kept."""

from collections.abc import Iterable

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
"""What the index below holds an employer to: one mandate of these at most."""

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
    return active_of_each(uow, [employer_id]).get(employer_id)


def active_of_each(uow: UnitOfWork, employer_ids: Iterable[str]) -> dict[str, Mandate]:
    """The same of several employers, by employer: of those that have one."""
    found = open_of_each(uow, employer_ids)
    return {employer_id: each for employer_id, each in found.items() if each.status is Status.ACTIVE}


def open_of(uow: UnitOfWork, *, employer_id: str) -> Mandate | None:
    """The one mandate of an employer of which something may still come, or None."""
    return open_of_each(uow, [employer_id]).get(employer_id)


def open_of_each(uow: UnitOfWork, employer_ids: Iterable[str]) -> dict[str, Mandate]:
    """The same of several employers, by employer. All their mandates are read, of which an employer has a handful: the
    embedded engine would read those of the whole fund if it were asked for a state as well."""
    found = mandates.find_among(uow, "employer_id", employer_ids)
    return {each.employer_id: each for each in found if each.is_open}


def with_reference(uow: UnitOfWork, reference: str) -> Mandate | None:
    """The mandate with this unique mandate reference, or None."""
    return mandates.find_only(uow, reference=reference)


def asked_by(uow: UnitOfWork, message_id: str) -> Mandate | None:
    """The mandate about which a message of ours to the bank is."""
    return mandates.find_only(uow, **{"request.message_id": message_id})


def page(
    uow: UnitOfWork,
    *,
    employer_id: str | None,
    status: Status | None,
    reference: str | None,
    wanted: PageRequest,
) -> Page[Mandate]:
    """A page of mandates, oldest first: those that match all that is asked for. A reference leaves one to be sorted."""
    filters: dict[str, object] = {}
    if employer_id is not None:
        filters["employer_id"] = employer_id
    if status is not None:
        filters["status"] = status.value
    if reference is not None:
        filters["reference"] = reference
    return mandates.page(uow, order=IN_ORDER, wanted=wanted, **filters)


def save_form(context: ServiceContext, fund_id: str, content: bytes) -> Blob:
    """Keep the bytes of a signed form, before the mandate refers to them."""
    return blobs.store(context, fund_id, [content], data_class=DataClass.BANK, size_max=FORM_BYTES_MAX)


def form_bytes(uow: UnitOfWork, form: SignedForm) -> bytes:
    return b"".join(blobs.read_in(uow, Blob(form.sha256, form.size, DataClass.BANK)))
