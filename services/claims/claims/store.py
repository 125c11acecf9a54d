"""Where claims are kept, and what claims knows of the papers that documents keeps."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from services.claims.claims.claim import DEAD, UNDECIDED, Claim, ClaimPaper, Status
from services.claims.claims.rules import ClaimUnknown, TooManyToCompare
from shared.kernel.personal import DataClass
from shared.storage.paging import Order, Page, PageRequest
from shared.storage.repository import FIND_MAX, Index, Repository
from shared.storage.retention import BY_LAW
from shared.storage.unit_of_work import UnitOfWork

NOBODY = "nobody"
"""Who holds a claim that waits in the common queue, where the queue is asked for those."""

NEWEST_FIRST = Order("claim_id", "claim_id", is_newest_first=True)
"""Ids are ordered by time."""
DUE_FIRST = Order("due_on", "claim_id")
LATEST_FIRST = Order("legal_due_on", "claim_id")
"""Those first that are past their legal day for longest."""

DUE_DAYS_AT_ONCE_MAX = 200

claims = Repository(
    "claims",
    Claim,
    key="claim_id",
    missing=ClaimUnknown,
    retention=BY_LAW,
    indexes=[
        Index(("reference",), unique=True),
        Index(("person_ref", "claim_id")),
        Index(("person_ref", "claim_type", "claim_id")),
        Index(("person_ref", "due_on", "claim_id")),
        Index(("person_ref", "care_on")),
        Index(("person_ref", "claim_type")),
        Index(("status", "due_on", "claim_id")),
        Index(("status", "assigned_to", "due_on", "claim_id")),
        Index(("status", "legal_due_on", "claim_id")),
        Index(("is_to_recover", "due_on", "claim_id"), where={"is_to_recover": True}),
        Index(("is_payment_held", "due_on", "claim_id"), where={"is_payment_held": True}),
    ],
    encrypted=dict.fromkeys(
        [
            "lines",
            "decision",
            "answers",
            "proposal",
            "objection",
            "medical",
            "appealed",
            "payment_check",
            "earlier_decisions",
        ],
        DataClass.HEALTH,
    ),
    associated_data="claim_id",
)


def of_person(uow: UnitOfWork, person_ref: str, *, wanted: PageRequest, status: Status | None) -> Page[Claim]:
    """A person's claims of one status, or of any where it is None, newest first."""
    filters = {"person_ref": person_ref} | ({} if status is None else {"status": status.value})
    return claims.page(uow, order=NEWEST_FIRST, wanted=wanted, **filters)


def queue(
    uow: UnitOfWork,
    *,
    wanted: PageRequest,
    status: Status | None,
    assigned_to: str | None,
    due_before: date | None,
    person_ref: str | None,
) -> Page[Claim]:
    """Claims that agents ask for, those first that are due first. A filter that is None lets everything through."""
    filters: dict[str, object] = {}
    if status is not None:
        filters["status"] = status.value
    if assigned_to is not None:
        filters["assigned_to"] = None if assigned_to == NOBODY else assigned_to
    if due_before is not None:
        filters["due_on"] = {"$lt": due_before.isoformat()}
    if person_ref is not None:
        filters["person_ref"] = person_ref
    return claims.page(uow, order=DUE_FIRST, wanted=wanted, **filters)


def overdue(uow: UnitOfWork, *, status: Status, on: date, wanted: PageRequest) -> Page[Claim]:
    """Claims of a status whose legal delay is over on a day, those first that are late for longest."""
    late = {"$lt": on.isoformat()}
    return claims.page(uow, order=LATEST_FIRST, wanted=wanted, status=status.value, legal_due_on=late)


def payments_held(uow: UnitOfWork, *, wanted: PageRequest) -> Page[Claim]:
    """A page of claims that were granted and are not paid before an agent has looked."""
    return claims.page(uow, order=DUE_FIRST, wanted=wanted, is_payment_held=True)


def to_recover(uow: UnitOfWork, *, wanted: PageRequest) -> Page[Claim]:
    """Appeals that found something paid too much, which the fund has to recover."""
    return claims.page(uow, order=DUE_FIRST, wanted=wanted, is_to_recover=True)


def granted_to(uow: UnitOfWork, person_ref: str, *, claim_type: str) -> Iterator[Claim]:
    """A person's claims of a type that the fund granted something for, newest first."""
    found = claims.each(uow, order=NEWEST_FIRST, person_ref=person_ref, claim_type=claim_type)
    return (claim for claim in found if claim.approved_minor > 0 and claim.status not in DEAD)


def every_grant_to(uow: UnitOfWork, person_ref: str, *, claim_type: str) -> Iterator[Claim]:
    """A person's claims of a type that were granted, whatever follows from it: money, a cover, a task; newest first."""
    found = claims.each(uow, order=NEWEST_FIRST, person_ref=person_ref, claim_type=claim_type)
    return (claim for claim in found if claim.status not in UNDECIDED | DEAD)


def without_due_day(uow: UnitOfWork) -> list[str]:
    """Ids of undecided claims that no release gave a due day yet, some hundreds at most: the rest comes next."""
    return [
        claim.claim_id
        for status in UNDECIDED
        for claim in claims.find_all(uow, status=status.value, due_on=None, limit=DUE_DAYS_AT_ONCE_MAX)
    ]


def of_reference(uow: UnitOfWork, reference: str) -> Claim | None:
    return claims.find_only(uow, reference=reference)


def comparable(uow: UnitOfWork, claim: Claim) -> list[Claim]:
    """The other claims of the person with care on the same day, or for the same benefit where that is no care, and
    those of anybody with one of its papers. Raises `TooManyToCompare` rather than leave some out."""
    same_day = claims.find_all(uow, person_ref=claim.person_ref, care_on=claim.care_on.isoformat())
    found = {each.claim_id: each for each in same_day}
    if not claim.lines:
        alike = claims.find_all(uow, person_ref=claim.person_ref, claim_type=claim.claim_type)
        found |= {each.claim_id: each for each in alike}
    with_papers = {
        str(use["claim_id"])
        for digest in claim.digests
        for use in uow.collection("paper_uses").find({"digest": digest}, limit=FIND_MAX)
    }
    if max(len(same_day), len(with_papers)) >= FIND_MAX:
        raise TooManyToCompare
    found |= claims.find_many(uow, with_papers - found.keys())
    return [each for claim_id, each in found.items() if claim_id != claim.claim_id]


# --- Papers -----------------------------------------------------------------------------------------------------------


def save_upload(uow: UnitOfWork, upload_id: str, *, person_ref: str, sha256: str) -> None:
    """Remember that documents keeps this paper of this person, and a keyed digest of what is in it."""
    digest = uow.keys.blind_index(sha256, of="upload")
    uow.collection("uploads").put(upload_id, {"upload_id": upload_id, "person_ref": person_ref, "digest": digest})


def uploads(uow: UnitOfWork, upload_ids: Iterable[str]) -> Mapping[str, tuple[str, str]]:
    """Whose papers they are and their digests, by id; those that are unknown here are left out."""
    prefix = len(uow.collection("uploads").key(""))
    found = uow.collection("uploads").find_keys(upload_ids)
    return {str(row["_id"])[prefix:]: (str(row["person_ref"]), str(row.get("digest", ""))) for row in found}


def uses(uow: UnitOfWork, papers: Iterable[ClaimPaper], *, person_ref: str) -> dict[str, str]:
    """In which claims of the person, without closed ones, these papers are used: claim by key of the use."""
    prefix = len(uow.collection("paper_uses").key(""))
    found = uow.collection("paper_uses").find_keys({use_key(paper, person_ref=person_ref) for paper in papers})
    return {str(use["_id"])[prefix:]: str(use["claim_id"]) for use in found}


def use_papers(uow: UnitOfWork, claim: Claim, digests: Mapping[str, str]) -> None:
    """Note that papers stand in a claim: their digests by the keys of their use. Of two claims that come in at once
    with the same paper, the second is tried again and meets the first."""
    for key, digest in digests.items():
        uow.collection("paper_uses").insert(key, {"digest": digest, "claim_id": claim.claim_id})


def free_papers(uow: UnitOfWork, claim: Claim) -> None:
    """The claim is closed: its papers may be filed again."""
    for key, claim_id in sorted(uses(uow, claim.papers, person_ref=claim.person_ref).items()):
        if claim_id == claim.claim_id:
            uow.collection("paper_uses").remove(key)


def use_key(paper: ClaimPaper, *, person_ref: str) -> str:
    """Under which the use of a paper is kept: by what is in it, or by its id where that is not known."""
    return f"{person_ref}:{paper.digest or paper.upload_id}"
