"""Where self-payers and their months are kept."""

from collections.abc import Iterable

from services.payments.self_payers.rules import SelfContributionUnknown, SelfPayerUnknown
from services.payments.self_payers.self_contribution import SelfContribution, SelfContributionStatus
from services.payments.self_payers.self_payer import SelfPayer, SelfPayerStatus
from shared.jobs.scheduling import JobScheduling
from shared.kernel.personal import DataClass
from shared.storage.paging import Order, Page, PageRequest
from shared.storage.repository import Index, Repository
from shared.storage.retention import BY_LAW
from shared.storage.unit_of_work import UnitOfWork

CALL = "self-payers.call"
"""The kind of the job that calls the months of a self-payer as they begin; its thing is the person."""

IN_ORDER = Order("person_ref", "person_ref")
NEWEST = Order("month", "contribution_id", is_newest_first=True)

self_payers = Repository(
    "self_payers",
    SelfPayer,
    key="person_ref",
    missing=SelfPayerUnknown,
    retention=BY_LAW,
    indexes=[Index(("status", "person_ref")), Index(("is_scheduled", "next_look_at"))],
    encrypted={"bases": DataClass.CIVIL},
    associated_data="person_ref",
)
contributions = Repository(
    "self_contributions",
    SelfContribution,
    key="contribution_id",
    missing=SelfContributionUnknown,
    retention=BY_LAW,
    indexes=[Index(("reference",), unique=True), Index(("person_ref", "month", "contribution_id"))],
)
scheduling = JobScheduling(self_payers, CALL)
"""Every writer of self-payers saves through it: a thing and its job go together."""


def page(uow: UnitOfWork, *, status: SelfPayerStatus, wanted: PageRequest) -> Page[SelfPayer]:
    """Self-payers in a state."""
    return self_payers.page(uow, order=IN_ORDER, wanted=wanted, status=status.value)


def of_person(uow: UnitOfWork, person_ref: str, *, wanted: PageRequest) -> Page[SelfContribution]:
    """The months of a person, newest first."""
    return contributions.page(uow, order=NEWEST, wanted=wanted, person_ref=person_ref)


def after(uow: UnitOfWork, person_ref: str, month: str) -> list[SelfContribution]:
    """The months of a person after one that are not cancelled."""
    return [
        each
        for each in contributions.find_all(uow, person_ref=person_ref, month={"$gt": month})
        if each.status is not SelfContributionStatus.CANCELLED
    ]


def with_references(uow: UnitOfWork, references: Iterable[str]) -> list[SelfContribution]:
    """The months that these references name; unknown references are left out."""
    wanted = sorted(references)
    return contributions.find_all(uow, reference={"$in": wanted}) if wanted else []
