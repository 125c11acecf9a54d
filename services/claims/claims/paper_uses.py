"""The files behind the papers of a claim: known as the person's, and in no other claim of theirs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from services.claims.claims import store
from services.claims.claims.claim import Claim, ClaimPaper
from shared.kernel.errors import Conflict
from shared.storage.unit_of_work import UnitOfWork


class ClaimUploadUnknown(Conflict):
    """The paper is unknown (documents may publish it a moment later), or it is somebody else's."""

    code = "claim.upload-unknown"


class PaperInAnotherClaim(Conflict):
    """The file, be it uploaded anew, stands in another claim of the person, which is not refused or withdrawn."""

    code = "claim.paper-in-another-claim"


def known_papers(uow: UnitOfWork, papers: Iterable[ClaimPaper], *, person_ref: str) -> tuple[ClaimPaper, ...]:
    """The papers with the digest of what is in them. Raises `ClaimUploadUnknown` where one is not known as the
    person's."""
    given = tuple(papers)
    uploads = store.uploads(uow, {paper.upload_id for paper in given})
    if any(uploads.get(paper.upload_id, ("",))[0] != person_ref for paper in given):
        raise ClaimUploadUnknown
    return tuple(replace(paper, digest=uploads[paper.upload_id][1]) for paper in given)


def use_papers(uow: UnitOfWork, claim: Claim, papers: Sequence[ClaimPaper], *, or_of: str = "") -> None:
    """Note that the papers stand in the claim, or leave it that they stand in the one that it is an appeal against
    (`or_of`). Raises `PaperInAnotherClaim` where one stands in any other."""
    uses = uses_of(uow, claim, papers, or_of=or_of)
    digests = {store.use_key(paper, person_ref=claim.person_ref): paper.digest for paper in papers}
    store.use_papers(uow, claim, {key: digest for key, digest in digests.items() if key not in uses})


def uses_of(uow: UnitOfWork, claim: Claim, papers: Sequence[ClaimPaper], *, or_of: str) -> Mapping[str, str]:
    """In which claims the papers stand: none, this one, or that other."""
    uses = store.uses(uow, papers, person_ref=claim.person_ref)
    for claim_id in sorted(set(uses.values()) - {claim.claim_id, or_of}):
        raise PaperInAnotherClaim(reference=store.claims.load(uow, claim_id).reference)
    return uses
