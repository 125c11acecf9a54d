"""What claims does where facts change that awards depend on: note it with the event, and judge the award again at
once, in a transaction of its own."""

from collections.abc import Iterable
from datetime import timedelta

from services.claims.awards import actions as awards
from services.claims.awards import store as awards_store
from services.claims.awards.award import Award, AwardKind, Status
from services.claims.benefits import actions as benefits
from services.claims.benefits.facts import deceased_of, sources_of_claim
from services.claims.benefits.judgement import JudgedOutcome
from services.claims.claims import store as claims
from services.claims.claims.claim import Claim
from services.claims.crosschecks import rules as crosschecks
from services.claims.crosschecks import store as crosschecks_store
from services.claims.reassessments import rules, store
from services.claims.reassessments.reassessment import (
    Cause,
    Conclusion,
    LastJudged,
    NotedCause,
    Reassessment,
)
from services.claims.runs import store as runs_store
from services.claims.runs.computing import periods_within
from services.claims.runs.judging import by_rules
from services.claims.runs.run import AwardAccount
from shared.funds.facts import FactOrigin
from shared.kernel.outcome import Outcome
from shared.process.access_journal.entry import Purpose
from shared.storage.unit_of_work import UnitOfWork


def follow(uow: UnitOfWork, claim: Claim, award: Award) -> Reassessment:
    """A granted claim has opened an award: watch from now on the facts that it was granted by. Asked again, it is the
    same."""
    known = store.reassessments.find(uow, award.award_id)
    if known is not None:
        return known
    definition = uow.fund.claim_types[claim.claim_type]
    followed = rules.follow(
        award,
        conditions=claim.decision.conditions if claim.decision else (),
        deceased_ref=deceased_of(definition, claim.answers),
        definition=definition,
        sources=sources_of_claim(uow, claim),
        fund=uow.fund,
        at=uow.at,
    )
    return store.judging.save(uow, Outcome(followed))


def follow_older(uow: UnitOfWork, award_id: str) -> None:
    """For an award that an earlier release opened: watched from now on, and judged once by what is known by now."""
    award = awards_store.awards.load(uow, award_id)
    if uow.fund.claim_types.get(award.claim_type) is not None:
        followed = follow(uow, claims.claims.load(uow, award.claim_id), award)
        store.judging.save(uow, Outcome(rules.note(followed, NotedCause(cause=Cause.FOLLOWED, at=uow.at))))
    awards.note_followed(uow, award)


def note(
    uow: UnitOfWork, cause: Cause, person_refs: Iterable[str], *, origin: FactOrigin, reference: str, cover: str = ""
) -> None:
    """Facts of these persons have changed: have every award judged again whose benefit is decided from such facts, by
    its own page. In the transaction of the event: the awards that wait and what changed are kept together."""
    kinds = {
        code: owners
        for code, definition in uow.fund.claim_types.items()
        if (owners := rules.fact_owners(definition, origin, cover=cover))
    }
    refs = sorted(set(person_refs))
    found: dict[str, Reassessment] = {}
    if any(each.own for each in kinds.values()):
        for each in store.living_of(uow, refs):
            if each.claim_type in kinds and kinds[each.claim_type].own:
                found[each.award_id] = each
    if any(each.deceased for each in kinds.values()):
        for each in store.living_of_survivors(uow, refs):
            if each.claim_type in kinds and kinds[each.claim_type].deceased:
                found[each.award_id] = each
    noted = NotedCause(cause=cause, at=uow.at, reference=reference)
    for reassessment in found.values():
        store.judging.save(uow, Outcome(rules.note(reassessment, noted)))


def note_register_answer(uow: UnitOfWork, award: Award, *, reference: str) -> None:
    """A register of another administration says something else than what an award was granted with."""
    found = store.reassessments.find(uow, award.award_id)
    if found is not None and found.is_living:
        noted = NotedCause(cause=Cause.REGISTER_ANSWERED, at=uow.at, reference=reference)
        store.judging.save(uow, Outcome(rules.note(found, noted)))


def note_award_changed(uow: UnitOfWork, *, award_id: str) -> None:
    """An award has begun, ended, or was suspended or resumed. One that has ended is watched no more; and of a cover
    other benefits of the person may depend."""
    award = awards.of_id(uow, award_id)
    own = store.reassessments.find(uow, award_id)
    if own is not None and own.is_living and award.status is Status.ENDED:
        store.judging.save(uow, Outcome(rules.close(own)))
    elif own is not None and not own.is_living and award.status is not Status.ENDED:
        store.judging.save(uow, Outcome(rules.reopen(own, NotedCause(cause=Cause.DEATH, at=uow.at))))
    note_survivors(uow, award)
    if award.kind is not AwardKind.COVER:
        return
    note(
        uow,
        Cause.COVER_CHANGED,
        [award.person_ref],
        origin=FactOrigin.COVER,
        reference=award.reference,
        cover=award.claim_type,
    )


def note_survivors(uow: UnitOfWork, award: Award) -> None:
    """An award of a survivor has begun, ended or comes to another sum: what is left of a common ceiling is another sum
    for the survivors whose awards were opened later."""
    definition = uow.fund.claim_types.get(award.claim_type)
    own = store.reassessments.find(uow, award.award_id)
    if definition is None or own is None or own.deceased_ref is None or FactOrigin.SURVIVORS not in definition.origins:
        return
    noted = NotedCause(cause=Cause.SURVIVORS_CHANGED, at=uow.at, reference=award.reference)
    for each in store.living_of_survivors(uow, [own.deceased_ref]):
        if each.claim_type == award.claim_type and each.award_id > award.award_id:
            store.judging.save(uow, Outcome(rules.note(each, noted)))


# --- The job ----------------------------------------------------------------------------------------------------------


def judge(uow: UnitOfWork, *, award_id: str) -> Reassessment:
    """Judge an award again by what is known now, and let it end, be suspended, hold again or come to another sum. Done
    twice, the second time changes nothing."""
    reassessment = store.reassessments.load(uow, award_id)
    award = awards_store.awards.load(uow, award_id)
    definition = uow.fund.claim_types.get(award.claim_type)
    if definition is None or award.status is Status.ENDED:
        return store.judging.save(uow, Outcome(rules.close(reassessment)))
    claim = claims.claims.load(uow, award.claim_id)
    if definition.registers and _is_register_awaited(uow, claim):
        return store.judging.save(uow, Outcome(rules.wait(reassessment, until=uow.at + rules.REGISTER_WAIT)))
    now = judged_now(uow, award, claim)
    before = reassessment.last
    conclusion = Conclusion.SAME if now is None else rules.conclude(award, before, now)
    kept = award if now is None else _take_effect(uow, award, conclusion, now=now)
    outcome = Outcome(
        rules.with_judgement(
            reassessment,
            kept,
            now=now or before,
            conclusion=conclusion,
            definition=definition,
            sources=sources_of_claim(uow, claim),
            fund=uow.fund,
            at=uow.at,
        )
    )
    if conclusion is Conclusion.CHANGED and now is not None:
        event = rules.changed_event(kept, before, now, currency=uow.fund.currency.value, at=uow.at)
        outcome = Outcome(outcome.thing, (event,))
    if conclusion is not Conclusion.SAME:
        uow.note(conclusion.value, "reassessments", award_id, version=reassessment.version + 1)
    return store.judging.save(uow, outcome)


def is_still_granted(uow: UnitOfWork, award: Award, claim: Claim) -> bool:
    """Whether its rules grant an award by what is known now."""
    now = judged_now(uow, award, claim)
    return now is None or (now.outcome is JudgedOutcome.GRANTED and now.over_since_on is None)


def judged_now(uow: UnitOfWork, award: Award, claim: Claim) -> LastJudged | None:
    """What the rules say of an award by what is known now; None where the fund has the benefit no more.
    One that has not begun is judged as of today."""
    definition = uow.fund.claim_types.get(award.claim_type)
    if definition is None:
        return None
    periods = periods_within(award, effect=definition.effect, upto_on=uow.today)
    if not periods:
        return rules.judged_as(benefits.judge_claim(uow, claim, on=uow.today))
    account = runs_store.accounts.find(uow, award.award_id) or AwardAccount(award_id=award.award_id)
    return rules.judged_by_period(by_rules(uow, award, periods), account, on=uow.today)


def _take_effect(uow: UnitOfWork, award: Award, conclusion: Conclusion, *, now: LastJudged) -> Award:
    if conclusion is Conclusion.SAME:
        return award
    if conclusion is Conclusion.ENDED and now.over_since_on is not None:
        return awards.follow_facts(uow, award, ends_on=now.over_since_on - timedelta(days=1))
    if conclusion is Conclusion.SUSPENDED:
        return awards.follow_facts(uow, award, suspended_for=rules.suspended_for(now))
    return awards.follow_facts(uow, award)


def _is_register_awaited(uow: UnitOfWork, claim: Claim) -> bool:
    checks = crosschecks_store.of_claim(uow, claim.claim_id)
    return any(crosschecks.is_open(each, on=uow.today) and not each.is_disputed for each in checks)


# --- The person and the fund's agents ---------------------------------------------------------------------------------


def of_award(uow: UnitOfWork, *, award_id: str, purpose: Purpose) -> Reassessment:
    """When and why an award was judged again and what came of it, for the person whose it is and the fund's agents."""
    award = awards.look_at(uow, award_id=award_id, purpose=purpose)
    return store.reassessments.load(uow, award.award_id)
