"""Gathers the facts that a benefit is decided from, out of what claims holds: answers, rights and wages, the register,
what was granted before."""

from collections.abc import Iterable
from datetime import date

from services.claims.awards import store as awards
from services.claims.benefits.answer import BenefitAnswer
from services.claims.benefits.fact import Facts
from services.claims.benefits.sources import Granted, Sources, facts_from
from services.claims.claims import store as claims
from services.claims.entitlements.store import entitlements
from services.claims.insured import actions as insured
from shared.funds import facts as names
from shared.funds.benefits import ClaimType
from shared.storage.unit_of_work import UnitOfWork

_DECLARED = (names.RIGHT_IS_OPEN, names.WORK_QUARTERS, names.WORK_DAYS, names.WAGE_LAST_QUARTER, names.WAGES)
_REGISTERED = (names.AGE, names.BIRTH_ON, names.DEPENDANTS)
_GRANTED = (names.GRANTED_AMOUNT, names.GRANTED_COUNT)


def gather(
    uow: UnitOfWork,
    *,
    person_ref: str,
    claim_type: str,
    answers: Iterable[BenefitAnswer],
    on: date,
    filed_on: date | None = None,
) -> Facts:
    """What is known on a day of all that the benefit looks at. Only what it looks at is read."""
    definition = uow.fund.claim_types[claim_type]
    wanted = _wanted(definition)
    has_register, has_declared, has_granted, has_covers = (
        any(kind.read(name) for kind in kinds for name in wanted)
        for kinds in (_REGISTERED, _DECLARED, _GRANTED, (names.COVER,))
    )
    person = insured.find(uow, person_ref) if has_register else None
    sources = Sources(
        fund=uow.fund,
        answers=tuple(answers),
        filed_on=filed_on or on,
        entitlement=entitlements.find(uow, person_ref) if has_declared else None,
        family=None if person is None else insured.family_of(uow, person),
        dependant_count=None if person is None else person.dependant_count,
        registered_on=None if person is None else person.registered_at.astimezone(uow.fund.zone).date(),
        covers=_covers(uow, person_ref, on=on) if has_covers else None,
        granted=_granted(uow, person_ref, claim_type, on=on) if has_granted else None,
    )
    return facts_from(sources, wanted, on=on)


def _wanted(definition: ClaimType) -> frozenset[str]:
    """What it looks at: to ask, to decide, to compute, and to end a payment of every period."""
    payment = definition.effect.payment
    until = payment.until if payment is not None else None
    return definition.fact_names() | frozenset(until.fact_names() if until is not None else ())


def _covers(uow: UnitOfWork, person_ref: str, *, on: date) -> frozenset[str]:
    """The claim types of the covers that the person has on the day."""
    return frozenset(cover.claim_type for cover in awards.covers_of(uow, person_ref) if cover.holds_on(on))


def _granted(uow: UnitOfWork, person_ref: str, claim_type: str, *, on: date) -> tuple[Granted, ...]:
    """Claims of the type that were granted to the person before the day, or on it."""
    return tuple(
        Granted(on=claim.care_on, amount_minor=claim.approved_minor)
        for claim in claims.granted_to(uow, person_ref, claim_type=claim_type)
        if claim.care_on <= on
    )
