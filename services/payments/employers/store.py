"""Where employers are kept."""

from datetime import date

from services.payments.employers.employer import Employer
from shared.kernel.errors import Missing
from shared.storage.paging import Order, Page, PageRequest
from shared.storage.repository import Index, Repository
from shared.storage.retention import BY_LAW
from shared.storage.unit_of_work import UnitOfWork

COUNTED_MAX = 1_000_000


class EmployerUnknown(Missing):
    code = "employer.unknown"


IN_ORDER = Order("employer_id", "employer_id")

employers = Repository(
    "employers",
    Employer,
    key="employer_id",
    missing=EmployerUnknown,
    retention=BY_LAW,
    indexes=[Index(("is_open", "employer_id")), Index(("is_open", "affiliated_on"))],
)


def open_ones(uow: UnitOfWork, *, wanted: PageRequest) -> Page[Employer]:
    """A page of the employers that are open, by their numbers."""
    return employers.page(uow, order=IN_ORDER, wanted=wanted, is_open=True)


def open_count(uow: UnitOfWork, *, affiliated_until: date) -> int:
    """How many open employers were affiliated by a day."""
    wanted = {"is_open": True, "affiliated_on": {"$lte": affiliated_until.isoformat()}}
    return uow.collection(employers.name).count(wanted, limit=COUNTED_MAX)
