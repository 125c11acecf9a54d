"""What claims does with awards: opened by a granted claim, looked at, suspended, resumed, ended, checked by anybody."""

from dataclasses import replace
from datetime import date

import msgspec

from services.claims.access_journal.accessed import AccessedKind
from services.claims.awards import rules, store
from services.claims.awards.award import (
    Award,
    AwardKind,
    EndReason,
    Status,
    SuspensionReason,
)
from services.claims.awards.checking import AwardCodeAnswer, AwardStanding, CoverCheck, check_of
from services.claims.benefits.explained import ExplainedSum
from services.claims.claims.claim import Claim
from services.claims.deaths import actions as deaths
from services.claims.insured import actions as insured
from shared.funds.benefits import QuestionKind
from shared.funds.effects import Effect
from shared.kernel import normalize
from shared.kernel.control_codes import ENTROPY_BYTES, control_code, matches_code
from shared.kernel.outcome import Outcome
from shared.kernel.personal import DataClass, Encrypted
from shared.kernel.references import has_valid_check_digits
from shared.process.access_journal import actions as journal
from shared.process.access_journal.entry import Purpose
from shared.storage.paging import Page, PageRequest
from shared.storage.unit_of_work import UnitOfWork

NUMBER_CHARACTERS_MAX = 40


def open_award(
    uow: UnitOfWork, claim: Claim, decision_sum: ExplainedSum | None, *, from_on: date, until_on: date | None
) -> Award:
    """A claim whose benefit has a cover or a payment of every period as its effect was granted. It opens one award;
    asked again, it is the same one. Of somebody who died meanwhile it ends as their death says. Raises
    `OpensNoAward`."""
    known = store.of_claim(uow, claim.claim_id)
    if known is not None:
        return known
    outcome = rules.open_award(
        award_id=uow.new_id(),
        reference=uow.new_reference("AW"),
        code=control_code(uow.entropy(ENTROPY_BYTES)),
        person_ref=claim.person_ref,
        claim_id=claim.claim_id,
        claim_type=claim.claim_type,
        effect=rules.effect_of(uow.fund, claim.claim_type),
        decision_sum=decision_sum,
        from_on=from_on,
        until_on=until_on,
        dependant=_asked_for(uow, claim),
        fund=uow.fund,
        at=uow.at,
    )
    opened = store.following.save(uow, outcome)
    day = deaths.died_on(uow, claim.person_ref)
    return opened if day is None else _following_death(uow, opened, day)


def _asked_for(uow: UnitOfWork, claim: Claim) -> Encrypted | None:
    """The dependant whom the claim names, encrypted for the papers of the award; None where it is for the person."""
    named = {each.value for each in claim.answers if each.kind is QuestionKind.DEPENDANT}
    dependants = insured.dependants_of(uow, claim.person_ref) if named else ()
    found = next((each for each in dependants if each.dependant_id in named), None)
    if found is None:
        return None
    said = {"dependant_id": found.dependant_id, "relation": found.relation, "birth_on": found.birth_on}
    return uow.keys.encrypt(msgspec.json.encode(said), data_class=DataClass.HEALTH, associated_data=claim.person_ref)


def follow_death(uow: UnitOfWork, *, person_ref: str, died_on: date | None) -> list[Award]:
    """A person's awards, each as their death leaves it, or (with no day) as it was before the death that was an
    error."""
    return [_following_death(uow, award, died_on) for award in store.every_of(uow, person_ref)]


def _following_death(uow: UnitOfWork, award: Award, died_on: date | None) -> Award:
    outcome = rules.follow_death(
        award, died_on=died_on, effect=_effect(uow, award), fund=uow.fund, by=uow.by.subject, at=uow.at
    )
    return award if outcome is None else store.following.save(uow, outcome)


def of_id(uow: UnitOfWork, award_id: str) -> Award:
    """An award, for who has learnt of it by an event."""
    return store.awards.load(uow, award_id)


def covers_on(uow: UnitOfWork, person_ref: str, on: date) -> list[Award]:
    """The covers that a person had on a day of care, as far as is known now."""
    return [cover for cover in store.covers_of(uow, person_ref) if cover.holds_on(on)]


# --- The person and the fund's agents ---------------------------------------------------------------------------------


def read(uow: UnitOfWork, *, award_id: str) -> Award:
    """An award, for the person whose it is and for the fund's agents."""
    award = store.awards.load(uow, award_id)
    uow.by.must_act_for_person(award.person_ref)
    return award


def look_at(uow: UnitOfWork, *, award_id: str, purpose: Purpose) -> Award:
    """As `read`; what an agent reads enters the access journal."""
    award = read(uow, award_id=award_id)
    journal.note_person(uow, award.person_ref, looked_at=AccessedKind.AWARD, reference=award.reference, purpose=purpose)
    return award


def of_caller(uow: UnitOfWork, *, kind: AwardKind | None, wanted: PageRequest) -> Page[Award]:
    """The caller's own awards, of one kind or of any."""
    if uow.by.person_ref is None:
        return Page([])
    return store.of_person(uow, uow.by.person_ref, kind=kind, wanted=wanted)


def list_for_agent(
    uow: UnitOfWork,
    *,
    reference: str | None,
    person_ref: str | None,
    status: Status,
    claim_type: str | None,
    purpose: Purpose,
    wanted: PageRequest,
) -> Page[Award]:
    """Awards in a state, of one benefit or of all; or those of one person, or the one of a reference, whatever their
    state. Whose are shown enters the access journal."""
    if reference is not None:
        found = store.awards.find_only(uow, reference=reference)
        refs = [found.person_ref] if found else []
        journal.note_persons(uow, refs, looked_at=AccessedKind.AWARDS, purpose=purpose, part_of=reference)
        return Page([found] if found else [])
    if person_ref is not None:
        journal.note_person(uow, person_ref, looked_at=AccessedKind.AWARDS, purpose=purpose)
        return store.of_person(uow, person_ref, kind=None, wanted=wanted)
    page = store.with_status(uow, status, claim_type=claim_type, wanted=wanted)
    shown = (award.person_ref for award in page.items)
    journal.note_persons(uow, shown, looked_at=AccessedKind.AWARDS, purpose=purpose, part_of=status.value)
    return page


def suspend(uow: UnitOfWork, *, award_id: str, reason: SuspensionReason) -> Award:
    award = store.awards.load(uow, award_id)
    outcome = rules.suspend(
        award, reason=reason, effect=_effect(uow, award), fund=uow.fund, by=uow.by.subject, at=uow.at
    )
    return store.following.save(uow, outcome)


def resume(uow: UnitOfWork, *, award_id: str) -> Award:
    award = store.awards.load(uow, award_id)
    outcome = rules.resume(award, effect=_effect(uow, award), fund=uow.fund, by=uow.by.subject, at=uow.at)
    return store.following.save(uow, outcome)


def end(uow: UnitOfWork, *, award_id: str, reason: EndReason, last_on: date) -> Award:
    award = store.awards.load(uow, award_id)
    outcome = rules.end(award, reason=reason, last_on=last_on, fund=uow.fund, by=uow.by.subject, at=uow.at)
    return store.following.save(uow, outcome)


def take_life_certificate(uow: UnitOfWork, *, award_id: str, given_on: date) -> Award:
    award = store.awards.load(uow, award_id)
    outcome = rules.take_life_certificate(
        award, given_on=given_on, effect=_effect(uow, award), fund=uow.fund, by=uow.by.subject, at=uow.at
    )
    return store.following.save(uow, outcome)


def look(uow: UnitOfWork, *, award_id: str) -> Award:
    """Do what the day asks of an award; nothing where somebody did it before."""
    award = store.awards.load(uow, award_id)
    outcome = rules.look(award, effect=_effect(uow, award), fund=uow.fund, at=uow.at)
    return award if outcome.thing == award else store.following.save(uow, outcome)


def follow_facts(
    uow: UnitOfWork, award: Award, *, ends_on: date | None = None, suspended_for: SuspensionReason | None = None
) -> Award:
    """Facts have changed: the award ends with a day, is suspended for a reason, holds again where it was suspended, or
    (where neither a day nor a reason is given and it holds) comes to another sum."""
    by, effect = uow.by.subject, _effect(uow, award)
    if ends_on is not None:
        outcome = rules.end(award, reason=EndReason.FACT, last_on=ends_on, fund=uow.fund, by=by, at=uow.at)
    elif suspended_for is not None:
        outcome = rules.suspend(award, reason=suspended_for, effect=effect, fund=uow.fund, by=by, at=uow.at)
    elif award.status is Status.SUSPENDED:
        outcome = rules.resume(award, effect=effect, fund=uow.fund, by=by, at=uow.at)
    else:
        outcome = Outcome(award)
    return store.following.save(uow, rules.decided_again(outcome, at=uow.at))


def note_followed(uow: UnitOfWork, award: Award) -> Award:
    """The facts that an award of an earlier release depends on are watched from now on."""
    return store.following.save(uow, Outcome(replace(award, is_followed=True)))


def end_by_fact(uow: UnitOfWork, award: Award, *, last_on: date) -> Award:
    """A run met a fact by which the benefit ends."""
    outcome = rules.end(award, reason=EndReason.FACT, last_on=last_on, fund=uow.fund, by=uow.by.subject, at=uow.at)
    return store.following.save(uow, outcome)


def _effect(uow: UnitOfWork, award: Award) -> Effect:
    return rules.effect_of(uow.fund, award.claim_type)


# --- Anybody ----------------------------------------------------------------------------------------------------------


def check(uow: UnitOfWork, number_typed: str) -> CoverCheck:
    """Whether the cover of a number holds today. What is no number, and what is none of a cover, is unknown."""
    return _checked(uow, number_typed)[0]


def check_code(uow: UnitOfWork, number_typed: str, *, code_typed: str) -> CoverCheck:
    """The same, and what the cover bears for whoever has its code. A wrong code shows nothing more."""
    checked, cover = _checked(uow, number_typed)
    if cover is None or not matches_code(code_typed, cover.terms.code):
        return checked.with_code(AwardCodeAnswer.WRONG)
    return checked.with_code(AwardCodeAnswer.RIGHT, cover=cover)


def _checked(uow: UnitOfWork, number_typed: str) -> tuple[CoverCheck, Award | None]:
    today = uow.today
    number = normalize.reference(number_typed)
    cover = store.of_reference(uow, number) if has_valid_check_digits(number) else None
    if cover is None or cover.kind is not AwardKind.COVER:
        shown = normalize.text(number_typed)[:NUMBER_CHARACTERS_MAX]
        return CoverCheck(number=shown, standing=AwardStanding.UNKNOWN, checked_on=today), None
    return check_of(cover, on=today), cover
