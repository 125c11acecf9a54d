"""The papers of a claim: which are asked for, until when, and which come. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from services.claims.benefits.conditions import evaluate
from services.claims.benefits.fact import Facts
from services.claims.claims.assignment import held_by
from services.claims.claims.claim import PAPERS_MAX, Claim, ClaimPaper, PaperReason, PaperRequest, Status, StepKind
from services.claims.claims.claim_types import type_of
from services.claims.claims.due_days import legal_due_on, usual_due_on
from services.claims.claims.steps import moved_to, noted
from shared.events.claims.claims import PaperAdded, PaperRequested
from shared.funds.benefits import ClaimType
from shared.funds.fund import Fund
from shared.funds.law import Law, find_in_force
from shared.kernel.actors import Actor
from shared.kernel.errors import Conflict, Invalid, Parameter
from shared.kernel.outcome import Outcome


class PaperKindUnknown(Invalid):
    code = "claim.paper-kind-unknown"


class PaperTwice(Invalid):
    code = "claim.paper-twice"


class TooManyPapers(Invalid):
    code = "claim.too-many-papers"


class PaperNotAsked(Conflict):
    code = "claim.paper-not-asked"


@dataclass(frozen=True)
class PaperDeadline:
    """Until when papers that were asked for may be given, that day included, and by which text."""

    until_on: date
    law: Law


def paper_term(claim: Claim, *, fund: Fund) -> PaperDeadline | None:
    """Until when the person may give what was asked for last; None where nothing is asked, or the fund sets no term."""
    if claim.status is not Status.PAPERS_ASKED or not claim.requests:
        return None
    asked_on = fund.day_of(max(request.asked_at for request in claim.requests))
    term = find_in_force(type_of(fund, claim.claim_type).procedure.paper_terms, on=asked_on)
    return None if term is None else PaperDeadline(asked_on + timedelta(days=term.days), term.law)


def paper_name(definition: ClaimType, kind: str) -> Parameter:
    """What the fund calls a kind of paper; what was sent, where it has none of that kind."""
    known = definition.papers.get(kind)
    return known.names if known else kind[:40]


def ask_paper(claim: Claim, *, kind: str, reason: PaperReason, fund: Fund, by: Actor, at: datetime) -> Outcome[Claim]:
    """An agent cannot decide without one more paper, and says why."""
    return request_paper(held_by(claim, by=by), kind=kind, reason=reason, fund=fund, at=at)


def request_paper(claim: Claim, *, kind: str, reason: PaperReason, fund: Fund, at: datetime) -> Outcome[Claim]:
    """Somebody of the fund, whoever holds the claim, needs one more paper."""
    if kind not in type_of(fund, claim.claim_type).requirements_on(fund.day_of(at)):
        raise PaperKindUnknown(kind=kind[:40])
    asked = replace(
        moved_to(claim, Status.PAPERS_ASKED, at=at, about=f"{kind}/{reason}"),
        requests=(*claim.requests, PaperRequest(kind=kind, reason=reason, asked_at=at)),
        found_complete_at=None,
    )
    published = PaperRequested(
        claim_id=claim.claim_id,
        reference=claim.reference,
        person_ref=claim.person_ref,
        paper_kind=kind,
        reason=reason.value,
        requested_at=at,
    )
    return Outcome(asked, (published,))


def add_paper(claim: Claim, paper: ClaimPaper, *, fund: Fund, at: datetime) -> Outcome[Claim]:
    """The person gives a paper, asked for or not, while nothing is decided; with the last one that was asked for the
    claim is back where it was."""
    definition = type_of(fund, claim.claim_type)
    if not claim.is_undecided:
        raise PaperNotAsked(kind=paper_name(definition, paper.kind))
    if paper.kind not in definition.requirements_on(fund.day_of(at)) and paper.kind not in {
        request.kind for request in claim.requests
    }:
        raise PaperKindUnknown(kind=paper_name(definition, paper.kind))
    if paper.upload_id in {known.upload_id for known in claim.papers}:
        raise PaperTwice
    if len(claim.papers) == PAPERS_MAX:
        raise TooManyPapers(papers_max=PAPERS_MAX)
    left = tuple(request for request in claim.requests if request.kind != paper.kind)
    added = replace(claim, papers=(*claim.papers, paper), requests=left)
    if claim.status is Status.PAPERS_ASKED and not left:
        added = _complete_again(added, definition, about=paper.kind, fund=fund, at=at)
    else:
        added = noted(added, StepKind.PAPER_ADDED, at=at, about=paper.kind)
    published = PaperAdded(
        claim_id=claim.claim_id,
        reference=claim.reference,
        person_ref=claim.person_ref,
        paper_kind=paper.kind,
        added_at=at,
    )
    return Outcome(added, (published,))


def _complete_again(claim: Claim, definition: ClaimType, *, about: str, fund: Fund, at: datetime) -> Claim:
    """All that was asked for is there: the delays begin anew."""
    complete_on = fund.day_of(at)
    is_medical = claim.medical is not None and claim.medical.is_open
    return replace(
        moved_to(claim, Status.MEDICAL_CONTROL if is_medical else Status.SUBMITTED, at=at, about=about),
        due_on=usual_due_on(definition, fund=fund, complete_on=complete_on),
        legal_due_on=legal_due_on(definition, fund=fund, complete_on=complete_on),
    )


def check_papers(definition: ClaimType, papers: Sequence[ClaimPaper], *, facts: Facts, on: date) -> None:
    """A paper with a condition is required where that holds. Where it cannot be said it may be sent, and an agent may
    ask for it."""
    kinds, requirements = {paper.kind for paper in papers}, definition.requirements_on(on)
    for kind in kinds:
        if kind not in requirements:
            raise PaperKindUnknown(kind=paper_name(definition, kind))
    for kind, requirement in requirements.items():
        is_asked = requirement.when is None or evaluate(requirement.when, facts).holds
        if requirement.is_required and is_asked and kind not in kinds:
            raise PaperLacking(kind=paper_name(definition, kind))
    if len({paper.upload_id for paper in papers}) != len(papers):
        raise PaperTwice


class PaperLacking(Invalid):
    code = "claim.paper-lacking"
