"""Gathers the facts that a benefit is decided from, out of what claims holds: answers, rights and wages, the register,
what was granted before."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import date

from services.claims.awards import store as awards
from services.claims.benefits.answer import BenefitAnswer
from services.claims.benefits.fact import Facts
from services.claims.benefits.sources import Granted, Sources, SurvivorAward, facts_from
from services.claims.claims import store as claims
from services.claims.claims.claim import Claim
from services.claims.crosschecks import store as crosschecks
from services.claims.crosschecks.crosscheck import CrossCheck
from services.claims.deaths import actions as deaths
from services.claims.entitlements.store import entitlements
from services.claims.insured import actions as insured
from services.claims.reassessments import store as reassessments
from services.claims.runs import store as runs
from shared.funds import facts as names
from shared.funds.benefits import ClaimType
from shared.funds.facts import FactOrigin
from shared.funds.period import Period
from shared.storage.unit_of_work import UnitOfWork


def sources_of(
    uow: UnitOfWork,
    *,
    person_ref: str,
    claim_type: str,
    answers: Iterable[BenefitAnswer],
    filed_on: date,
    claim_id: str = "",
    first_id: str = "",
) -> Sources:
    """What claims holds of a person for a benefit, for any day. Only what the benefit looks at is read; what registers
    answered, only of a claim that was filed. What the claim itself was granted, or the claim `first_id` that it is an
    appeal against, is not granted before it."""
    definition, given = uow.fund.claim_types[claim_type], tuple(answers)
    wanted = definition.fact_names()
    of_deceased = frozenset(read["fact"] for name in wanted if (read := names.DECEASED.read(name)))
    own = _held_of(uow, person_ref, wanted - {f"deceased.{name}" for name in of_deceased})
    deceased_ref = deceased_of(definition, given)
    deceased = None
    if deceased_ref is not None:
        deceased = replace(
            _held_of(uow, deceased_ref, of_deceased),
            died_on=deaths.died_on(uow, deceased_ref),
        )
    checks = _checks(uow, claim_id, wanted)
    earlier: tuple[SurvivorAward, ...] = ()
    if deceased_ref is not None and FactOrigin.SURVIVORS in names.origins_of(wanted):
        earlier = _earlier_survivors(uow, deceased_ref, claim_type=claim_type, claim_id=claim_id)
    granted = None
    if any(names.GRANTED_AMOUNT.read(name) or names.GRANTED_COUNT.read(name) for name in wanted):
        paid = claims.granted_to(uow, person_ref, claim_type=claim_type)
        first = first_id or claim_id
        once = (_granted(each) for each in paid if _first_id(each) != first)
        granted = (*once, *_paid_by_runs(uow, person_ref, claim_type=claim_type, beside=(first, claim_id)))
    return replace(
        own,
        answers=given,
        filed_on=filed_on,
        deceased=deceased,
        checks=checks,
        earlier_survivors=earlier,
        granted=granted,
        grants=_grants(uow, person_ref, wanted, beside=first_id or claim_id),
    )


def _earlier_survivors(
    uow: UnitOfWork, deceased_ref: str, *, claim_type: str, claim_id: str
) -> tuple[SurvivorAward, ...]:
    """The awards of other survivors that were opened before that of a claim, or, while it has none, all of them. So
    each has its place, and no two take the same part of a common ceiling."""
    own = awards.of_claim(uow, claim_id) if claim_id else None
    amounts = {
        each.award_id: each.last.amount_minor
        for each in reassessments.of_survivors(uow, deceased_ref)
        if each.claim_type == claim_type and (own is None or each.award_id < own.award_id)
    }
    found = awards.awards.find_many(uow, amounts)
    return tuple(SurvivorAward(award=award, amount_minor=amounts[award_id]) for award_id, award in found.items())


def deceased_of(definition: ClaimType, answers: Iterable[BenefitAnswer]) -> str | None:
    """The insured person who died and whom the answers name; None where nobody is asked for, or is known."""
    named = (each.value for each in answers if each.code == definition.deceased_question)
    return next(named, None)


def _held_of(uow: UnitOfWork, person_ref: str, wanted: frozenset[str]) -> Sources:
    """What claims holds of one person, of the facts that are wanted."""
    origins = names.origins_of(wanted)
    person = insured.find(uow, person_ref) if FactOrigin.REGISTER in origins else None
    return Sources(
        fund=uow.fund,
        entitlement=entitlements.find(uow, person_ref) if FactOrigin.WAGES in origins else None,
        family=None if person is None else insured.family_of(uow, person),
        dependant_count=None if person is None else person.dependant_count,
        registered_on=None if person is None else uow.fund.day_of(person.registered_at),
        died_on=deaths.died_on(uow, person_ref) if FactOrigin.LIFE in origins else None,
        covers=tuple(awards.covers_of(uow, person_ref)) if FactOrigin.COVER in origins else None,
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
        first_id=claim.appealed.claim_id if claim.appealed else "",
    )


def facts_on(on: date, sources: Sources, *, claim_type: str) -> Facts:
    """What is known on a day of all that a benefit looks at, from what `sources_of` has read for it."""
    return facts_from(sources, sources.fund.claim_types[claim_type].fact_names(), on=on)


def _checks(uow: UnitOfWork, claim_id: str, wanted: Iterable[str]) -> tuple[CrossCheck, ...]:
    """What registers were asked for a claim, where its benefit looks at any of it."""
    is_looked_at = any(names.REGISTER.read(name) for name in wanted)
    return tuple(crosschecks.of_claim(uow, claim_id)) if claim_id and is_looked_at else ()


def _grants(uow: UnitOfWork, person_ref: str, wanted: Iterable[str], *, beside: str) -> dict[str, tuple[Granted, ...]]:
    """What was granted to the person of the types that facts name, of any day, beside one claim. An appeal and the
    claim that it is against are one grant."""
    read = (names.GRANTED_OF.read(name) or names.GRANTED_DAYS_AGO.read(name) for name in wanted)
    found = {}
    for claim_type in sorted({each["claim_type"] for each in read if each}):
        every = claims.every_grant_to(uow, person_ref, claim_type=claim_type)
        by_first = {_first_id(each): each for each in every}
        found[claim_type] = tuple(_granted(each) for first_id, each in by_first.items() if first_id != beside)
    return found


def _paid_by_runs(uow: UnitOfWork, person_ref: str, *, claim_type: str, beside: Collection[str]) -> Iterator[Granted]:
    """What approved runs granted to the person for awards of a type, period by period, beside those of some claims."""
    if not uow.fund.claim_types[claim_type].effect.payment:
        return
    every = awards.every_of(uow, person_ref)
    ids = [each.award_id for each in every if each.claim_type == claim_type and each.claim_id not in beside]
    for account in runs.accounts.find_many(uow, ids).values():
        for each in account.granted:
            period = Period.read(each.period)
            if each.amount_minor > 0:
                yield Granted(on=period.first_on, amount_minor=each.amount_minor, period=period)


def _first_id(claim: Claim) -> str:
    """The claim itself, or what it is an appeal against."""
    return claim.appealed.claim_id if claim.appealed else claim.claim_id


def _granted(claim: Claim) -> Granted:
    return Granted(on=claim.care_on, amount_minor=claim.approved_minor, answers=claim.answers)
