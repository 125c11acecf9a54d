"""An appeal: a new review, by another person, of a copy of a claim that was decided. Pure.

The copy is a claim of its own and lives as any other; what of it is granted is the difference to the first decision,
which stays as it is (`claims.decisions`).
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from services.claims.claims.claim import (
    PAPERS_MAX,
    Appealed,
    AppealLink,
    AppealOutcome,
    Claim,
    ClaimPaper,
    ClaimStep,
    Status,
    StepKind,
)
from services.claims.claims.claim_types import type_of
from services.claims.claims.due_days import legal_due_on, usual_due_on
from services.claims.claims.papers import PaperKindUnknown, PaperTwice, TooManyPapers
from services.claims.claims.steps import noted
from services.claims.claims.timeline import appeal_term
from shared.events.claims.claims import ClaimAppealed
from shared.funds.fund import Fund
from shared.kernel.errors import Conflict
from shared.kernel.outcome import Outcome

STATEMENT_CHARACTERS_MAX = 2_000


class NotContestable(Conflict):
    """Nothing was refused, nor may the amount be contested; or no decision about such a claim may be contested here."""

    code = "appeal.not-contestable"


class TooLate(Conflict):
    """The days within which the decision could be contested are over."""

    code = "appeal.too-late"


class AlreadyMade(Conflict):
    """The decision is contested already, or was."""

    code = "appeal.already-made"


def appeal(
    first: Claim,
    *,
    statement: str,
    papers: Sequence[ClaimPaper],
    fund: Fund,
    claim_id: str,
    reference: str,
    at: datetime,
) -> tuple[Outcome[Claim], Outcome[Claim]]:
    """The person contests what was decided: the first claim as it knows of it, and the copy that is reviewed."""
    _must_be_contestable(first, fund=fund, at=at)
    today = fund.day_of(at)
    definition = type_of(fund, first.claim_type)
    for paper in papers:
        if paper.kind not in definition.requirements_on(today):
            raise PaperKindUnknown(kind=paper.kind[:40])
    all_papers = (*first.papers, *papers)
    if len({paper.upload_id for paper in all_papers}) < len(all_papers):
        raise PaperTwice
    if len(all_papers) > PAPERS_MAX:
        raise TooManyPapers(papers_max=PAPERS_MAX)
    copy = Claim(
        claim_id=claim_id,
        reference=reference,
        person_ref=first.person_ref,
        claim_type=first.claim_type,
        care_on=first.care_on,
        lines=first.lines,
        papers=all_papers,
        answers=first.answers,
        status=Status.SUBMITTED,
        steps=(ClaimStep(status=Status.SUBMITTED, at=at, happening=StepKind.APPEALED),),
        due_on=usual_due_on(definition, fund=fund, complete_on=today),
        legal_due_on=legal_due_on(definition, fund=fund, complete_on=today),
        separations=first.separations,
        counter_agents=first.counter_agents,
        appealed=Appealed(
            claim_id=first.claim_id,
            reference=first.reference,
            approved_minor=first.approved_minor,
            deciders=deciders(first),
            statement=statement,
        ),
    )
    published = ClaimAppealed(
        claim_id=claim_id,
        reference=reference,
        person_ref=first.person_ref,
        claim_type=first.claim_type,
        appeal_of=first.claim_id,
        first_reference=first.reference,
        appealed_at=at,
    )
    contested = noted(first, StepKind.APPEALED, at=at)
    link = AppealLink(claim_id=claim_id, reference=reference, at=at)
    return Outcome(replace(contested, appeal=link)), Outcome(copy, (published,))


def deciders(claim: Claim) -> tuple[str, ...]:
    """Who had a part in the decision: the agent, the second person, and medical control."""
    found = set(claim.decision.deciders) if claim.decision else set()
    if claim.medical is not None and claim.medical.answered_by:
        found.add(claim.medical.answered_by)
    return tuple(sorted(found))


def _must_be_contestable(claim: Claim, *, fund: Fund, at: datetime) -> None:
    found = appeal_term(claim, fund)
    if found is None:
        raise NotContestable
    if claim.appeal is not None and claim.appeal.outcome is not AppealOutcome.WITHDRAWN:
        raise AlreadyMade(reference=claim.appeal.reference)
    if fund.day_of(at) > found.until_on:
        raise TooLate(until_on=found.until_on)
