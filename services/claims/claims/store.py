"""Where claims are kept, and what claims knows of the papers that documents keeps."""

from collections.abc import Iterable

from services.claims.claims.claim import Claim, Status
from services.claims.claims.rules import ClaimUnknown
from shared.kernel.personal import DataClass
from shared.storage.retention import BY_LAW
from shared.storage.shelf import Index, Shelf
from shared.storage.work import Work

CLAIMS_SHOWN_MAX = 100

claims = Shelf(
    "claims",
    Claim,
    key="claim_id",
    missing=ClaimUnknown,
    retention=BY_LAW,
    indexes=[Index(("reference",), unique=True), Index(("person_ref",)), Index(("status",))],
    sealed={"lines": DataClass.HEALTH, "decision": DataClass.HEALTH},
    whose="claim_id",
)


def of_person(work: Work, person_ref: str) -> list[Claim]:
    """A person's claims, newest first."""
    found = claims.find_all(work, limit=CLAIMS_SHOWN_MAX, person_ref=person_ref)
    return sorted(found, key=lambda claim: claim.submitted_at, reverse=True)


def waiting(work: Work) -> list[Claim]:
    """The agents' queue: what waits for a decision, oldest first."""
    found = claims.find_all(work, limit=CLAIMS_SHOWN_MAX, status=Status.SUBMITTED)
    return sorted(found, key=lambda claim: claim.submitted_at)


def know_upload(work: Work, upload_id: str, *, person_ref: str) -> None:
    """Remember that documents keeps this paper of this person."""
    work.drawer("uploads").put(upload_id, {"person_ref": person_ref})


def owners_of_uploads(work: Work, upload_ids: Iterable[str]) -> set[str]:
    """Whose papers they are, as far as documents has told; a paper that it has not told of has no owner: ``."""
    ids = list(upload_ids)
    found = work.drawer("uploads").find_keys(ids)
    return {str(upload["person_ref"]) for upload in found} | ({""} if len(found) < len(ids) else set())
