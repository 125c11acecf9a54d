"""Who decides a claim, and what follows: an agent, with a second person; medical control; or the rules alone."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from services.claims.awards import actions as awards
from services.claims.benefits import actions as benefits
from services.claims.benefits.judgement import JudgedOutcome, Judgement
from services.claims.claims import claim_types, decisions, duplicates, payment_checking, rule_decisions, rules, store
from services.claims.claims.claim import Claim, MedicalAnswer, RefusalReason, Status
from services.claims.claims.pricing import CoverInForce, PricingFacts
from services.claims.crosschecks import actions as crosschecks
from services.claims.entitlements import actions as entitlements
from services.claims.figures import actions as figures
from services.claims.insured import actions as insured
from services.claims.reassessments import actions as reassessments
from shared.funds.benefits import ClaimType, DecidedBy
from shared.kernel.actors import Actor, system
from shared.kernel.outcome import Outcome
from shared.storage.unit_of_work import UnitOfWork

RULES = system("rules")
"""Who decides where nobody of the fund does."""


def approve(uow: UnitOfWork, *, claim_id: str, refused_lines: Mapping[int, str]) -> Claim:
    """The caller grants a claim: line by line, or, of a benefit that is no care, what the rules come to."""
    claim = store.claims.load(uow, claim_id)
    crosschecks.must_be_settled(uow, claim)
    if claim_types.type_of(uow.fund, claim.claim_type).is_for_care:
        return conclude(uow, _approval(uow, claim, refused_lines=refused_lines, by=uow.by))
    if refused_lines:
        raise rules.LinesDiffer(lines=0)
    return conclude(uow, _grant(uow, claim, benefits.judge_claim(uow, claim, on=uow.today), by=uow.by))


def _approval(uow: UnitOfWork, claim: Claim, *, refused_lines: Mapping[int, str], by: Actor) -> Outcome[Claim]:
    """A claim for care, priced and decided line by line."""
    return rules.approve(
        claim,
        refused_lines=refused_lines,
        others=store.comparable(uow, claim),
        fund=uow.fund,
        is_right_open=_is_right_open(uow, claim),
        by=by,
        at=uow.at,
        facts=pricing_facts(uow, claim),
    )


def _grant(uow: UnitOfWork, claim: Claim, judgement: Judgement, *, by: Actor) -> Outcome[Claim]:
    """A claim that is decided from facts, as the rules compute it."""
    return rule_decisions.grant(
        claim,
        judgement,
        others=store.comparable(uow, claim),
        definition=claim_types.type_of(uow.fund, claim.claim_type),
        fund=uow.fund,
        by=by,
        at=uow.at,
    )


def _is_right_open(uow: UnitOfWork, claim: Claim) -> bool:
    return entitlements.is_open(uow, person_ref=claim.person_ref, on=claim.care_on)


def pricing_facts(uow: UnitOfWork, claim: Claim) -> PricingFacts:
    """What a claim for care is priced beside. Of an appeal, the claim that it is against is not granted besides."""
    definition = claim_types.type_of(uow.fund, claim.claim_type)
    covers = awards.covers_on(uow, claim.person_ref, claim.care_on)
    is_limited = bool(definition.ceilings or definition.frequencies)
    first_id = claim.appealed.claim_id if claim.appealed else ""
    granted = store.granted_to(uow, claim.person_ref, claim_type=claim.claim_type) if is_limited else iter(())
    person = insured.find(uow, claim.person_ref) if is_limited else None
    return PricingFacts(
        covers=tuple(
            CoverInForce(
                reference=cover.reference, acts=frozenset(cover.terms.covers), percent=Decimal(cover.terms.percent)
            )
            for cover in covers
        ),
        granted=tuple(each for each in granted if each.claim_id not in (claim.claim_id, first_id)),
        dependants=None if person is None else person.dependant_count,
    )


def confirm(uow: UnitOfWork, *, claim_id: str) -> Claim:
    """The caller, a second person, agrees with what another granted. A right to care, and what registers answer, are
    looked at again: days may lie between the two."""
    claim = store.claims.load(uow, claim_id)
    definition = claim_types.type_of(uow.fund, claim.claim_type)
    if definition.is_for_care and not _is_right_open(uow, claim):
        raise rules.RightNotOpen(care_on=claim.care_on)
    crosschecks.must_be_settled(uow, claim)
    crosschecks.must_be_unchanged(uow, claim)
    return conclude(uow, decisions.confirm(claim, definition=definition, fund=uow.fund, by=uow.by, at=uow.at))


def send_back(uow: UnitOfWork, *, claim_id: str, reason: str) -> Claim:
    """The caller, a second person, does not agree."""
    claim = store.claims.load(uow, claim_id)
    return store.claims.save(uow, decisions.send_back(claim, reason=reason, by=uow.by, at=uow.at))


def refuse(uow: UnitOfWork, *, claim_id: str, reason: str) -> Claim:
    claim = store.claims.load(uow, claim_id)
    is_judged = not claim_types.type_of(uow.fund, claim.claim_type).is_for_care
    conditions = benefits.judge_claim(uow, claim, on=uow.today).conditions if is_judged else ()
    outcome = rules.refuse(claim, reason=reason, fund=uow.fund, by=uow.by, at=uow.at, conditions=conditions)
    store.free_papers(uow, claim)
    return conclude(uow, outcome)


def conclude(uow: UnitOfWork, outcome: Outcome[Claim]) -> Claim:
    """Save what may have ended a claim. What was granted takes its course, and where it was an appeal the claim that it
    is against learns what it came to."""
    saved = store.claims.save(uow, outcome)
    if saved.status in (Status.TO_CONFIRM, Status.APPROVED):
        crosschecks.rely(uow, saved)
    kept = _take_effect(uow, saved)
    figures.note_decided(uow, kept)
    kept = payment_checking.begin(uow, kept)
    if kept.appealed is not None and decisions.outcome_of(kept) is not None:
        first = store.claims.load(uow, kept.appealed.claim_id)
        store.claims.save(uow, decisions.note_appeal_decided(first, kept, at=uow.at))
    return kept


def _take_effect(uow: UnitOfWork, claim: Claim) -> Claim:
    """Open the award of a granted claim, or leave its task to be done. What is paid once waits for payments."""
    definition = claim_types.type_of(uow.fund, claim.claim_type)
    if claim.status is not Status.APPROVED or decisions.is_paid_once(definition):
        return claim
    if definition.effect.opens_award:
        first = store.claims.load(uow, claim.appealed.claim_id) if claim.appealed else claim
        from_on = rule_decisions.award_from_on(definition, filed_on=uow.fund.day_of(first.submitted_at))
        until_on = rule_decisions.award_until_on(claim, definition, from_on=from_on)
        explained = claim.decision.explained if claim.decision else None
        award = awards.open_award(uow, claim, explained, from_on=from_on, until_on=until_on)
        reassessments.follow(uow, claim, award)
    return store.claims.save(uow, rules.note_under_way(claim, at=uow.at))


def begin(uow: UnitOfWork, claim: Claim) -> Claim:
    """What happens to a claim by itself when it was filed: registers are asked, it goes to medical control, or rules
    decide it, at once or when the registers have answered."""
    crosschecks.ask(uow, claim)
    definition = claim_types.type_of(uow.fund, claim.claim_type)
    if decisions.needs_medical_control(definition):
        asked = rules.ask_medical_control(claim, fund=uow.fund, by=RULES.subject, at=uow.at)
        return store.claims.save(uow, asked)
    if not rule_decisions.is_decided_by_rules(definition) or crosschecks.are_open(uow, claim):
        return claim
    return _decide_by_rules(uow, claim, definition)


def go_on_after_answers(uow: UnitOfWork, *, claim_id: str) -> None:
    """A register answered, or an operator gave its question up: rules decide a claim that waited for it alone, or one
    that was granted is owed."""
    claim = store.claims.load(uow, claim_id)
    if payment_checking.is_awaited(claim):
        payment_checking.go_on(uow, claim)
        return
    definition = claim_types.type_of(uow.fund, claim.claim_type)
    if rule_decisions.waits_for_rules(claim, definition) and not crosschecks.are_open(uow, claim):
        _decide_by_rules(uow, claim, definition)


def _decide_by_rules(uow: UnitOfWork, claim: Claim, definition: ClaimType) -> Claim:
    """Decide a claim that nobody of the fund has touched, or leave it to an agent with the doubts about it."""
    judgement = None if definition.is_for_care else benefits.judge_claim(uow, claim, on=uow.today)
    if judgement is None:
        due = rules.reimbursed_minor(claim, definition, fund=uow.fund, facts=pricing_facts(uow, claim))
    else:
        due = rule_decisions.due_minor(judgement)
    doubts = rule_decisions.doubts(
        claim,
        definition,
        findings=duplicates.findings(claim, store.comparable(uow, claim)),
        is_right_open=_is_right_open(uow, claim),
        judgement=judgement,
        due=due,
        sample_digest=uow.keys.blind_index(claim.claim_id, of="sample"),
        fund=uow.fund,
        at=uow.at,
    )
    if doubts:
        return store.claims.save(uow, Outcome(replace(claim, doubts=doubts)))
    if judgement is None:
        outcome = _approval(uow, claim, refused_lines={}, by=RULES)
    elif judgement.failed is not None:
        outcome = rules.refuse(
            claim,
            reason=judgement.failed,
            fund=uow.fund,
            by=RULES,
            at=uow.at,
            conditions=judgement.conditions,
        )
        store.free_papers(uow, claim)
    else:
        outcome = _grant(uow, claim, judgement, by=RULES)
    return conclude(uow, Outcome(rule_decisions.without_agent(outcome.thing), outcome.events))


def decide_by_medical_control(uow: UnitOfWork, claim: Claim) -> Claim:
    """Decide a claim as medical control, the caller, has answered, where the benefit is decided so. Where the rules do
    not come to anything, or it is care, an agent decides, whom the answer binds."""
    definition = claim_types.type_of(uow.fund, claim.claim_type)
    if definition.decided_by is not DecidedBy.MEDICAL or definition.is_for_care or claim.medical is None:
        return claim
    nobodys = replace(claim, assigned_to=None)
    if claim.medical.answer is MedicalAnswer.NO:
        reason = RefusalReason.MEDICALLY_NOT_JUSTIFIED
        outcome = rules.refuse(nobodys, reason=reason, fund=uow.fund, by=uow.by, at=uow.at)
        store.free_papers(uow, claim)
    else:
        judgement = benefits.judge_claim(uow, claim, on=uow.today)
        if judgement.outcome is not JudgedOutcome.GRANTED or crosschecks.are_open(uow, claim):
            return claim
        outcome = _grant(uow, nobodys, judgement, by=uow.by)
    return conclude(uow, Outcome(replace(outcome.thing, assigned_to=None), outcome.events))
