"""What documents knows of awards. Pure; the events of one award come in order."""

from dataclasses import replace
from datetime import date

from services.documents.awards.award import KnownAward, KnownAwardKind, Status
from shared.events.claims.awards import AwardOpened, BenefitDue
from shared.funds.period import Period
from shared.kernel.errors import Missing


class AwardNotKnown(Missing):
    code = "award.not-known"


def opened(event: AwardOpened) -> KnownAward:
    """The award that a granted claim opened."""
    return KnownAward(
        award_id=event.award_id,
        reference=event.reference,
        person_ref=event.person_ref,
        claim_type=event.claim_type,
        kind=KnownAwardKind(event.kind),
        from_on=event.from_on,
        until_on=event.until_on,
        covers=event.covers,
        percent=event.percent,
        amount_minor=event.amount_minor,
        every=event.every,
        dependant=event.dependant,
    )


def with_status(award: KnownAward, to: Status) -> KnownAward:
    """The award suspended, or resumed. One that has ended stays so."""
    return award if award.status is Status.ENDED else replace(award, status=to)


def ended(award: KnownAward, *, until_on: date) -> KnownAward:
    return replace(award, status=Status.ENDED, until_on=until_on)


def paid_for(award: KnownAward, event: BenefitDue) -> KnownAward:
    """The award with what a run found right for a period. A run of an earlier period, or one that did not judge its
    own anew, says nothing of what is paid now."""
    if event.regular_minor is None or (award.amount_period and not _is_later(event.period, award.amount_period)):
        return award
    return replace(award, amount_minor=event.regular_minor, amount_period=event.period)


def _is_later(period: str, than: str) -> bool:
    return Period.read(period).first_on > Period.read(than).first_on
