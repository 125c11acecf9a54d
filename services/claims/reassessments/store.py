"""Where reassessments are kept, each saved together with its job."""

from collections.abc import Iterator, Sequence

from services.claims.reassessments.reassessment import Reassessment
from services.claims.reassessments.rules import ReassessmentUnknown
from shared.jobs.scheduling import JobScheduling
from shared.kernel.batches import in_batches
from shared.kernel.personal import DataClass
from shared.storage.repository import Index, Repository
from shared.storage.retention import BY_LAW
from shared.storage.unit_of_work import UnitOfWork

JUDGE = "reassessments.judge"
"""The kind of the job that judges an award again: when a fact has changed, and on the days on which an age does."""
PERSONS_AT_ONCE, REFS_CHARACTERS_MAX = 250, 20_000
"""Of a page of events: few awards each, so that no query finds too many."""

reassessments = Repository(
    "reassessments",
    Reassessment,
    key="award_id",
    missing=ReassessmentUnknown,
    retention=BY_LAW,
    indexes=[Index(("person_ref", "is_living")), Index(("deceased_ref", "is_living"))],
    encrypted={"last": DataClass.HEALTH, "steps": DataClass.HEALTH},
    associated_data="award_id",
)
judging = JobScheduling(reassessments, JUDGE)
"""Every writer of a reassessment saves through it: it and its job go together."""


def living_of(uow: UnitOfWork, person_refs: Sequence[str]) -> list[Reassessment]:
    """Those of awards of any of these persons."""
    found: list[Reassessment] = []
    for some in _some(person_refs):
        found += reassessments.find_all(uow, person_ref={"$in": some}, is_living=True)
    return found


def living_of_survivors(uow: UnitOfWork, deceased_refs: Sequence[str]) -> list[Reassessment]:
    """Those of awards that depend on any of these persons, who died."""
    found: list[Reassessment] = []
    for some in _some(deceased_refs):
        found += reassessments.find_all(uow, deceased_ref={"$in": some}, is_living=True)
    return found


def of_survivors(uow: UnitOfWork, deceased_ref: str) -> list[Reassessment]:
    """Those of all awards that depend on one person who died, ended ones too: few by construction, one a survivor."""
    return reassessments.find_all(uow, deceased_ref=deceased_ref)


def _some(refs: Sequence[str]) -> Iterator[list[str]]:
    return in_batches(refs, size=len, count_max=PERSONS_AT_ONCE, size_max=REFS_CHARACTERS_MAX)
