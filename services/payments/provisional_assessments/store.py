"""Where provisional assessments are kept."""

from services.payments.provisional_assessments.provisional_assessment import ProvisionalAssessment
from services.payments.provisional_assessments.rules import AssessmentUnknown
from shared.storage.paging import Order, Page, PageRequest
from shared.storage.repository import Index, Repository
from shared.storage.retention import BY_LAW
from shared.storage.unit_of_work import UnitOfWork

NEWEST_FIRST = Order("assessment_id", "assessment_id", is_newest_first=True)
"""Ids of ours begin with the time at which they were made."""

assessments = Repository(
    "provisional_assessments",
    ProvisionalAssessment,
    key="assessment_id",
    missing=AssessmentUnknown,
    retention=BY_LAW,
    indexes=[Index(("slot",), unique=True), Index(("employer_id", "assessment_id"))],
)


def of_slot(uow: UnitOfWork, slot: str) -> ProvisionalAssessment | None:
    """The assessment of an establishment, form and period, if there ever was one."""
    return assessments.find_only(uow, slot=slot)


def page(uow: UnitOfWork, *, employer_id: str, wanted: PageRequest) -> Page[ProvisionalAssessment]:
    """An employer's assessments, newest first."""
    return assessments.page(uow, order=NEWEST_FIRST, wanted=wanted, employer_id=employer_id)
