"""Gathers the facts that a benefit is decided from, out of what claims holds: answers, rights and wages, the register,
what was granted before."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from services.claims.awards import store as awards
from services.claims.benefits.answer import BenefitAnswer
from services.claims.benefits.fact import Facts
from services.claims.benefits.sources import Granted, Sources, facts_from
from services.claims.claims import store as claims
from services.claims.claims.claim import Claim
from services.claims.crosschecks import store as crosschecks
from services.claims.crosschecks.crosscheck import CrossCheck
from services.claims.deaths import actions as deaths
from services.claims.entitlements.store import entitlements
from services.claims.insured import actions as insured
from shared.funds import facts as names
from shared.funds.benefits import ClaimType
from shared.storage.unit_of_work import UnitOfWork

_DECLARED = (names.RIGHT_IS_OPEN, names.WORK_QUARTERS, names.WORK_DAYS, names.WAGE_LAST_QUARTER, names.WAGES)
_REGISTERED = (names.AGE, names.BIRTH_ON, names.DEPENDANTS)
_OF_LIFE = (names.RIGHT_IS_OPEN, names.IS_ALIVE, names.DIED_ON)
_GRANTED = (names.GRANTED_AMOUNT, names.GRANTED_COUNT)


def sources_of(
    uow: UnitOfWork,
    *,
    person_ref: str,
    claim_type: str,
    answers: Iterable[BenefitAnswer],
    filed_on: date,
    claim_id: str = "",
) -> Sources:
    """What claims holds of a person for a benefit, for any day. Only what the benefit looks at is read; what registers
    answered, only of a claim that was filed."""
    definition, given = uow.fund.claim_types[claim_type], tuple(answers)
    own = _held_of(uow, person_ref, _wanted(definition), claim_type=claim_type)
    deceased_ref = next((each.value for each in given if each.code == definition.deceased_question), None)
    of_deceased = frozenset(read["fact"] for name in _wanted(definition) if (read := names.DECEASED.read(name)))
    deceased = None
    if deceased_ref is not None:
        deceased = replace(
            _held_of(uow, deceased_ref, of_deceased, claim_type=claim_type),
            died_on=deaths.died_on(uow, deceased_ref),
        )
    checks = _checks(uow, claim_id, _wanted(definition))
    return replace(own, answers=given, filed_on=filed_on, deceased=deceased, checks=checks)


def _held_of(uow: UnitOfWork, person_ref: str, wanted: frozenset[str], *, claim_type: str) -> Sources:
    """What claims holds of one person, of the facts that are wanted."""
    has_register, has_declared, has_granted, has_covers, has_life = (
        any(kind.read(name) for kind in kinds for name in wanted)
        for kinds in (_REGISTERED, _DECLARED, _GRANTED, (names.COVER,), _OF_LIFE)
    )
    person = insured.find(uow, person_ref) if has_register else None
    return Sources(
        fund=uow.fund,
        entitlement=entitlements.find(uow, person_ref) if has_declared else None,
        family=None if person is None else insured.family_of(uow, person),
        dependant_count=None if person is None else person.dependant_count,
        registered_on=None if person is None else uow.fund.day_of(person.registered_at),
        died_on=deaths.died_on(uow, person_ref) if has_life else None,
        covers=tuple(awards.covers_of(uow, person_ref)) if has_covers else None,
        granted=_granted(uow, person_ref, claim_type) if has_granted else None,
    )


def sources_of_claim(uow: UnitOfWork, claim: Claim) -> Sources:
    """What claims holds, whatever the day, that a claim is judged by."""
    return sources_of(
        uow,
        person_ref=claim.person_ref,
        claim_type=claim.claim_type,
        answers=claim.answers,
        filed_on=uow.fund.day_of(claim.submitted_at),
        claim_id=claim.claim_id,
    )


def facts_on(on: date, sources: Sources, *, claim_type: str) -> Facts:
    """What is known on a day of all that a benefit looks at, from what `sources_of` has read for it."""
    return facts_from(sources, _wanted(sources.fund.claim_types[claim_type]), on=on)


def _wanted(definition: ClaimType) -> frozenset[str]:
    """What it looks at: to ask, to decide, to compute, and to end a payment of every period."""
    payment = definition.effect.payment
    until = payment.until if payment is not None else None
    return definition.fact_names() | frozenset(until.fact_names() if until is not None else ())


def _checks(uow: UnitOfWork, claim_id: str, wanted: Iterable[str]) -> tuple[CrossCheck, ...]:
    """What registers were asked for a claim, where its benefit looks at any of it."""
    is_looked_at = any(names.REGISTER.read(name) for name in wanted)
    return tuple(crosschecks.of_claim(uow, claim_id)) if claim_id and is_looked_at else ()


def _granted(uow: UnitOfWork, person_ref: str, claim_type: str) -> tuple[Granted, ...]:
    """Claims of the type that were granted to the person, of any day."""
    return tuple(
        Granted(on=claim.care_on, amount_minor=claim.approved_minor)
        for claim in claims.granted_to(uow, person_ref, claim_type=claim_type)
    )
