"""What a person files: what it must hold, and by when it is to be decided. Pure: the fund's definition and the time are
handed in."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from services.claims.benefits import answers
from services.claims.benefits.answer import GivenAnswer, with_answers
from services.claims.benefits.fact import Facts
from services.claims.claims.claim import Claim, ClaimLine, ClaimPaper, ClaimStep, Status
from services.claims.claims.claim_types import type_of
from services.claims.claims.due_days import legal_due_on, usual_due_on
from services.claims.claims.papers import check_papers
from services.claims.claims.pricing import price_of
from shared.events.claims.claims import ClaimSubmitted
from shared.funds.benefits import ClaimType
from shared.funds.fund import Fund
from shared.funds.law import in_force
from shared.kernel.errors import Invalid
from shared.kernel.outcome import Outcome


class CareInTheFuture(Invalid):
    code = "claim.care-in-the-future"


class FiledTooLate(Invalid):
    code = "claim.filed-too-late"


class CareDayMissing(Invalid):
    """The benefit pays for care, and the claim does not say on which day it was."""

    code = "claim.care-day-missing"


class LinesMissing(Invalid):
    """The benefit pays for care, and the claim does not say what was done."""

    code = "claim.lines-missing"


class CareNotAsked(Invalid):
    """The benefit is not for care: a claim of it has neither a day of care nor lines."""

    code = "claim.care-not-asked"


@dataclass(frozen=True, kw_only=True)
class ClaimFiling:
    """What a person sends to open a claim: the care, where the benefit is for care, and answers to its questions."""

    claim_type: str
    care_on: date | None
    lines: tuple[ClaimLine, ...]
    papers: tuple[ClaimPaper, ...]
    answers: tuple[GivenAnswer, ...] = ()


def submit(
    filing: ClaimFiling,
    *,
    fund: Fund,
    person_ref: str,
    claim_id: str,
    reference: str,
    at: datetime,
    facts: Facts | None = None,
    dependants: Collection[str] = (),
) -> Outcome[Claim]:
    """A person files a claim, complete with the answers and the papers that its type requires. `facts` are what is
    known of the person besides, `dependants` the ids of theirs."""
    definition = type_of(fund, filing.claim_type)
    today = fund.day_of(at)
    care_on = _care_on(filing, definition, fund=fund, today=today)
    known = facts or Facts(known={}, currency=fund.currency)
    given = answers.checked(filing.answers, definition=definition, facts=known, dependants=dependants, on=today)
    check_papers(definition, filing.papers, facts=with_answers(known, given, on=today), on=today)
    claim = Claim(
        claim_id=claim_id,
        reference=reference,
        person_ref=person_ref,
        claim_type=filing.claim_type,
        care_on=care_on,
        lines=filing.lines,
        papers=filing.papers,
        answers=given,
        status=Status.SUBMITTED,
        steps=(ClaimStep(status=Status.SUBMITTED, at=at),),
        due_on=usual_due_on(definition, fund=fund, complete_on=today),
        legal_due_on=legal_due_on(definition, fund=fund, complete_on=today),
    )
    published = ClaimSubmitted(
        claim_id=claim_id, reference=reference, person_ref=person_ref, claim_type=filing.claim_type, submitted_at=at
    )
    return Outcome(claim, (published,))


def _care_on(filing: ClaimFiling, definition: ClaimType, *, fund: Fund, today: date) -> date:
    """The day of care, with each line priced on it; the day of filing where the benefit is not for care."""
    if not definition.is_for_care:
        if filing.lines or filing.care_on is not None:
            raise CareNotAsked
        return today
    if filing.care_on is None:
        raise CareDayMissing
    if not filing.lines:
        raise LinesMissing
    if filing.care_on > today:
        raise CareInTheFuture
    term = in_force(definition.filing_terms, on=filing.care_on)
    if today > fund.calendar.after(filing.care_on, days=term.days_max, by=term):
        raise FiledTooLate(days_max=term.days_max)
    for line in filing.lines:
        price_of(definition, line, on=filing.care_on)
    return filing.care_on
