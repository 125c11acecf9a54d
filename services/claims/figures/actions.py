"""What claims does with figures: count each decision beside it, and sum up."""

from dataclasses import replace
from datetime import date, timedelta

from services.claims.claims.claim import Claim
from services.claims.claims.decisions import outcome_of
from services.claims.figures import rules, store
from services.claims.figures.decided_claim import DecidedClaim
from services.claims.figures.rules import Figures
from shared.kernel.outcome import Outcome
from shared.storage.unit_of_work import UnitOfWork

RECENT_DAYS = 30


def note_decided(uow: UnitOfWork, claim: Claim) -> None:
    """A decision that holds: an insertion of its own, so that no two decisions wait for each other. A claim that was
    decided anew counts once, as it was decided last."""
    if claim.decision is None:
        return
    decided = DecidedClaim(
        claim_id=claim.claim_id,
        claim_type=claim.claim_type,
        decided_on=uow.today,
        decided_at=uow.at,
        took_s=max(0, int((uow.at - claim.submitted_at).total_seconds())),
        is_by_rules=claim.decision.is_by_rules,
        appeal_outcome=outcome_of(claim) or "",
    )
    known = store.decided_claims.find(uow, claim.claim_id) if claim.earlier_decisions else None
    store.decided_claims.save(uow, Outcome(replace(decided, version=known.version if known else 0)))


def of_days(uow: UnitOfWork, *, from_on: date | None, until_on: date | None, claim_type: str | None) -> Figures:
    """The figures of some days, the last thirty unless others are named; of one claim type or of all."""
    last_on = until_on or uow.today
    first_on = from_on or last_on - timedelta(days=RECENT_DAYS - 1)
    rules.must_be_span(first_on, last_on)
    found = store.between(uow, first_on, last_on)
    return rules.figures(each for each in found if claim_type in (None, each.claim_type))
