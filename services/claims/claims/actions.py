"""What claims does with a claim: load, decide, keep."""

from collections.abc import Iterable, Mapping

from services.claims.claims import rules, store
from services.claims.claims.claim import Claim, Paper, PaperReason, RefusalReason
from services.claims.claims.rules import Filing
from services.claims.entitlements import actions as entitlements
from shared.kernel.actors import NotYours
from shared.kernel.errors import Conflict
from shared.storage.work import Work


class UploadUnknown(Conflict):
    """Documents has not told of this paper, or it is somebody else's; a moment later it may be known."""

    code = "claim.upload-unknown"


def submit(work: Work, filing: Filing) -> Claim:
    """The caller files a claim for themselves."""
    if work.by.person_ref is None:
        raise NotYours
    _check_uploads(work, filing.papers, person_ref=work.by.person_ref)
    outcome = rules.submit(
        filing,
        fund=work.fund,
        person_ref=work.by.person_ref,
        claim_id=work.new_id(),
        reference=work.new_reference("CL"),
        at=work.at,
    )
    return store.claims.keep(work, outcome)


def read(work: Work, *, claim_id: str) -> Claim:
    """A claim, for the person whose it is and for the fund's agents."""
    claim = store.claims.load(work, claim_id)
    work.by.must_act_for_person(claim.person_ref)
    return claim


def of_caller(work: Work) -> list[Claim]:
    """The caller's own claims."""
    return store.of_person(work, work.by.person_ref) if work.by.person_ref else []


def assign(work: Work, *, claim_id: str) -> Claim:
    """The caller, an agent, takes the claim."""
    return store.claims.keep(work, rules.assign(store.claims.load(work, claim_id), to=work.by))


def ask_paper(work: Work, *, claim_id: str, kind: str, reason: PaperReason) -> Claim:
    claim = store.claims.load(work, claim_id)
    return store.claims.keep(work, rules.ask_paper(claim, kind=kind, reason=reason, fund=work.fund, at=work.at))


def add_paper(work: Work, *, claim_id: str, paper: Paper) -> Claim:
    claim = read(work, claim_id=claim_id)
    _check_uploads(work, [paper], person_ref=claim.person_ref)
    return store.claims.keep(work, rules.add_paper(claim, paper, at=work.at))


def approve(work: Work, *, claim_id: str, refused_lines: Mapping[int, RefusalReason]) -> Claim:
    claim = store.claims.load(work, claim_id)
    is_open = entitlements.is_open(work, person_ref=claim.person_ref, on=claim.care_on)
    outcome = rules.approve(
        claim, refused_lines=refused_lines, fund=work.fund, is_right_open=is_open, by=work.by, at=work.at
    )
    return store.claims.keep(work, outcome)


def refuse(work: Work, *, claim_id: str, reason: RefusalReason) -> Claim:
    claim = store.claims.load(work, claim_id)
    return store.claims.keep(work, rules.refuse(claim, reason=reason, by=work.by, at=work.at))


def note_ordered(work: Work, *, claim_id: str) -> None:
    store.claims.keep(work, rules.note_ordered(store.claims.load(work, claim_id), at=work.at))


def note_paid(work: Work, *, claim_id: str, currency: str) -> None:
    store.claims.keep(work, rules.note_paid(store.claims.load(work, claim_id), currency=currency, at=work.at))


def note_returned(work: Work, *, claim_id: str, reason: str) -> None:
    store.claims.keep(work, rules.note_returned(store.claims.load(work, claim_id), reason=reason, at=work.at))


def _check_uploads(work: Work, papers: Iterable[Paper], *, person_ref: str) -> None:
    if store.owners_of_uploads(work, {paper.upload_id for paper in papers}) - {person_ref}:
        raise UploadUnknown
