"""Where claims are kept, and what claims knows of the papers that documents keeps."""

from services.claims.claims.claim import Claim, Status
from services.claims.claims.rules import ClaimUnknown
from shared.kernel.personal import DataClass
from shared.storage.shelf import Index, Shelf
from shared.storage.work import Work

CLAIMS_SHOWN_MAX = 100

claims = Shelf(
    "claims",
    Claim,
    key="claim_id",
    missing=ClaimUnknown,
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


def owner_of_upload(work: Work, upload_id: str) -> str | None:
    """Whose paper it is, as far as documents has told."""
    found = work.drawer("uploads").find_one(upload_id)
    return None if found is None else str(found["person_ref"])
