"""What may happen to a claim. Pure: the fund's definition, the right and the time are handed in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from services.claims.claims.claim import (
    MOVES,
    PAPERS_MAX,
    Claim,
    DecidedLine,
    Decision,
    Line,
    Paper,
    PaperReason,
    PaperRequest,
    RefusalReason,
    Status,
    Step,
)
from shared.events.claims import (
    ClaimApproved,
    ClaimPaid,
    ClaimRefused,
    ClaimSubmitted,
    PaperAdded,
    PaperRequested,
)
from shared.funds.fund import ClaimType, Fund
from shared.funds.law import in_force
from shared.kernel.actors import Actor
from shared.kernel.errors import Conflict, Invalid, Missing
from shared.kernel.money import share
from shared.kernel.moves import moved
from shared.kernel.outcome import Outcome


class ClaimUnknown(Missing):
    code = "claim.unknown"


class ClaimTypeUnknown(Invalid):
    code = "claim.type-unknown"


class ActUnknown(Invalid):
    code = "claim.act-unknown"


class CareInTheFuture(Invalid):
    code = "claim.care-in-the-future"


class FiledTooLate(Invalid):
    code = "claim.filed-too-late"


class PaperKindUnknown(Invalid):
    code = "claim.paper-kind-unknown"


class PaperLacking(Invalid):
    code = "claim.paper-lacking"


class PaperTwice(Invalid):
    code = "claim.paper-twice"


class TooManyPapers(Invalid):
    code = "claim.too-many-papers"


class PaperNotAsked(Conflict):
    code = "claim.paper-not-asked"


class RightNotOpen(Conflict):
    code = "claim.right-not-open"


class LinesDiffer(Invalid):
    code = "claim.lines-differ"


class NothingApproved(Invalid):
    code = "claim.nothing-approved"


class AssignedToAnother(Conflict):
    code = "claim.assigned-to-another"


@dataclass(frozen=True, kw_only=True)
class Filing:
    """What a person sends to open a claim."""

    claim_type: str
    care_on: date
    lines: tuple[Line, ...]
    papers: tuple[Paper, ...]


def type_of(fund: Fund, claim_type: str) -> ClaimType:
    """The fund's definition of a claim type."""
    found = fund.claim_types.get(claim_type)
    if found is None:
        raise ClaimTypeUnknown(claim_type=claim_type[:40])
    return found


def submit(
    filing: Filing, *, fund: Fund, person_ref: str, claim_id: str, reference: str, at: datetime
) -> Outcome[Claim]:
    """A person files a claim, complete with the papers that its type requires."""
    definition = type_of(fund, filing.claim_type)
    today = at.astimezone(fund.zone).date()
    if filing.care_on > today:
        raise CareInTheFuture
    if filing.care_on < today - timedelta(days=definition.filing_days_max):
        raise FiledTooLate(days_max=definition.filing_days_max)
    for line in filing.lines:
        if line.act not in definition.acts:
            raise ActUnknown(act=line.act[:40])
    _check_papers(definition, filing.papers)
    claim = Claim(
        claim_id=claim_id,
        reference=reference,
        person_ref=person_ref,
        claim_type=filing.claim_type,
        care_on=filing.care_on,
        lines=filing.lines,
        papers=filing.papers,
        status=Status.SUBMITTED,
        steps=(Step(status=Status.SUBMITTED, at=at),),
    )
    told = ClaimSubmitted(
        claim_id=claim_id, reference=reference, person_ref=person_ref, claim_type=filing.claim_type, submitted_at=at
    )
    return Outcome(claim, (told,))


def _check_papers(definition: ClaimType, papers: Sequence[Paper]) -> None:
    kinds = {paper.kind for paper in papers}
    for kind in kinds:
        if kind not in definition.papers:
            raise PaperKindUnknown(kind=kind[:40])
    for kind, paper in definition.papers.items():
        if paper.is_required and kind not in kinds:
            raise PaperLacking(kind=kind)
    if len({paper.upload_id for paper in papers}) != len(papers):
        raise PaperTwice


def assign(claim: Claim, *, to: Actor) -> Outcome[Claim]:
    """An agent takes a claim out of the common queue; what a colleague holds stays with the colleague."""
    if claim.assigned_to not in (None, to.subject):
        raise AssignedToAnother
    return Outcome(replace(claim, assigned_to=to.subject))


def ask_paper(claim: Claim, *, kind: str, reason: PaperReason, fund: Fund, at: datetime) -> Outcome[Claim]:
    """An agent cannot decide without one more paper, and says why."""
    if kind not in type_of(fund, claim.claim_type).papers:
        raise PaperKindUnknown(kind=kind[:40])
    asked = replace(
        _moved(claim, to=Status.PAPERS_ASKED, at=at, about=f"{kind}/{reason}"),
        requests=(*claim.requests, PaperRequest(kind=kind, reason=reason, asked_at=at)),
    )
    told = PaperRequested(
        claim_id=claim.claim_id,
        reference=claim.reference,
        person_ref=claim.person_ref,
        paper_kind=kind,
        reason=reason.value,
        requested_at=at,
    )
    return Outcome(asked, (told,))


def add_paper(claim: Claim, paper: Paper, *, at: datetime) -> Outcome[Claim]:
    """The person gives a paper that was asked for; with the last one the claim is back in the queue."""
    if paper.kind not in {request.kind for request in claim.requests}:
        raise PaperNotAsked(kind=paper.kind[:40])
    if paper.upload_id in {known.upload_id for known in claim.papers}:
        raise PaperTwice
    if len(claim.papers) == PAPERS_MAX:
        raise TooManyPapers(papers_max=PAPERS_MAX)
    left = tuple(request for request in claim.requests if request.kind != paper.kind)
    added = replace(claim, papers=(*claim.papers, paper), requests=left)
    if not left:
        added = _moved(added, to=Status.SUBMITTED, at=at, about=paper.kind)
    told = PaperAdded(
        claim_id=claim.claim_id,
        reference=claim.reference,
        person_ref=claim.person_ref,
        paper_kind=paper.kind,
        added_at=at,
    )
    return Outcome(added, (told,))


def approve(
    claim: Claim,
    *,
    refused_lines: Mapping[int, RefusalReason],
    fund: Fund,
    is_right_open: bool,
    by: Actor,
    at: datetime,
) -> Outcome[Claim]:
    """An agent decides line by line, numbered from 1; the fund pays its percentage of the reference price.

    Never more than that percentage of what the person paid. Prices and percentage are those of the day of care.
    """
    if not is_right_open:
        raise RightNotOpen(care_on=claim.care_on.isoformat())
    if not set(refused_lines) <= set(range(1, len(claim.lines) + 1)):
        raise LinesDiffer(lines=len(claim.lines))
    definition = type_of(fund, claim.claim_type)
    lines = tuple(
        _priced(line, number=number, definition=definition, on=claim.care_on, refused_for=refused_lines.get(number))
        for number, line in enumerate(claim.lines, start=1)
    )
    amount_minor = sum(line.reimbursed_minor for line in lines)
    if amount_minor == 0:
        raise NothingApproved
    approved = replace(
        _moved(claim, to=Status.APPROVED, at=at),
        decision=Decision(lines=lines, decided_by=by.subject, decided_at=at),
        approved_minor=amount_minor,
    )
    told = ClaimApproved(
        claim_id=claim.claim_id,
        reference=claim.reference,
        person_ref=claim.person_ref,
        claim_type=claim.claim_type,
        amount_minor=amount_minor,
        currency=fund.currency.value,
        approved_at=at,
    )
    return Outcome(approved, (told,))


def _priced(
    line: Line, *, number: int, definition: ClaimType, on: date, refused_for: RefusalReason | None
) -> DecidedLine:
    act = definition.acts[line.act]
    rate = in_force(definition.reimbursement, on=on)
    base_minor = min(act.price.amount_minor * line.quantity, line.paid_minor)
    return DecidedLine(
        number=number,
        reimbursed_minor=0 if refused_for else share(base_minor, rate.percent),
        price_minor=act.price.amount_minor,
        percent=str(rate.percent),
        law=f"{rate.law.reference}; {act.law.reference}",
        is_to_be_confirmed=rate.law.is_to_be_confirmed or act.law.is_to_be_confirmed,
        refused_for=refused_for,
    )


def refuse(claim: Claim, *, reason: RefusalReason, by: Actor, at: datetime) -> Outcome[Claim]:
    """An agent refuses the whole claim and says why."""
    refused = replace(
        _moved(claim, to=Status.REFUSED, at=at, about=reason.value),
        decision=Decision(lines=(), decided_by=by.subject, decided_at=at, refused_for=reason),
    )
    told = ClaimRefused(
        claim_id=claim.claim_id,
        reference=claim.reference,
        person_ref=claim.person_ref,
        claim_type=claim.claim_type,
        reason=reason.value,
        refused_at=at,
    )
    return Outcome(refused, (told,))


def note_ordered(claim: Claim, *, at: datetime) -> Outcome[Claim]:
    """Payments put the payout on the list for the bank."""
    return Outcome(_moved(claim, to=Status.ORDERED, at=at))


def note_paid(claim: Claim, *, currency: str, at: datetime) -> Outcome[Claim]:
    """The bank booked the payout."""
    told = ClaimPaid(
        claim_id=claim.claim_id,
        reference=claim.reference,
        person_ref=claim.person_ref,
        amount_minor=claim.approved_minor,
        currency=currency,
        paid_at=at,
    )
    return Outcome(_moved(claim, to=Status.PAID, at=at), (told,))


def note_returned(claim: Claim, *, reason: str, at: datetime) -> Outcome[Claim]:
    """The bank could not pay the person."""
    return Outcome(_moved(claim, to=Status.RETURNED, at=at, about=reason))


def _moved(claim: Claim, *, to: Status, at: datetime, about: str = "") -> Claim:
    status = moved(MOVES, claim.status, to=to)
    return replace(claim, status=status, steps=(*claim.steps, Step(status=status, at=at, about=about)))
