"""What claims does with cross-checks: ask when a claim is filed, keep what is answered, hold it against what an award
relies on, let the person dispute it and an agent decide."""

from collections.abc import Sequence

from services.claims.access_journal.accessed import AccessedKind
from services.claims.awards import actions as awards
from services.claims.awards import store as awards_store
from services.claims.awards.award import Status as AwardStatus
from services.claims.awards.award import SuspensionReason
from services.claims.benefits.conditions import evaluate
from services.claims.benefits.facts import facts_on, sources_of_claim
from services.claims.claims import store as claims
from services.claims.claims.claim import Claim
from services.claims.crosschecks import rules, store
from services.claims.crosschecks.crosscheck import CrossCheck, Status
from services.claims.crosschecks.register import NumberMissing, RegisterReply, RegisterRequest
from services.claims.insured import actions as insured
from services.claims.reassessments import actions as reassessments
from shared.kernel.actors import NotYours, system
from shared.kernel.errors import Conflict
from shared.kernel.outcome import Outcome
from shared.process.access_journal import actions as journal
from shared.process.access_journal.entry import Purpose
from shared.storage.paging import Page, PageRequest
from shared.storage.unit_of_work import UnitOfWork

CROSS_CHECKS = system("crosschecks")
"""Who asks registers: nobody of the fund."""


class SupportingPaperUnknown(Conflict):
    """The paper is unknown (documents may publish it a moment later), or it is not the person's."""

    code = "crosscheck.paper-unknown"


# --- Of a claim -------------------------------------------------------------------------------------------------------


def ask(uow: UnitOfWork, claim: Claim) -> None:
    """A claim was filed: ask each register what its type asks, where the question is put at all. Nothing is sent yet:
    the jobs do that once this is saved."""
    definition = uow.fund.claim_types[claim.claim_type]
    asked = [each for each in definition.registers if each.law.holds_on(uow.today)]
    if not asked:
        return
    facts = facts_on(uow.today, sources_of_claim(uow, claim), claim_type=claim.claim_type)
    for question in asked:
        if question.when is None or evaluate(question.when, facts).holds:
            outcome = rules.open_check(
                question,
                check_id=uow.new_id(),
                question_id=uow.new_id(),
                claim_id=claim.claim_id,
                person_ref=claim.person_ref,
                claim_type=claim.claim_type,
                at=uow.at,
            )
            _note_asked(uow, store.save(uow, outcome))


def are_open(uow: UnitOfWork, claim: Claim) -> bool:
    """Whether a decision about a claim has to wait for a register, or for an agent to decide a dispute."""
    return any(rules.is_open(each, on=uow.today) for each in _of(uow, claim))


def must_be_settled(uow: UnitOfWork, claim: Claim) -> None:
    """Raises `CrossChecksOpen`."""
    if are_open(uow, claim):
        raise rules.CrossChecksOpen


def must_be_unchanged(uow: UnitOfWork, claim: Claim) -> None:
    """Raises `FactsChanged` where a register answers something else than what was decided with."""
    if have_changed(uow, claim) or are_lost(uow, claim):
        raise rules.FactsChanged


def have_changed(uow: UnitOfWork, claim: Claim) -> bool:
    """Whether a register answers something else than what a claim was decided with."""
    return any(rules.has_changed(each, on=uow.today, fund=uow.fund) for each in _of(uow, claim))


def are_lost(uow: UnitOfWork, claim: Claim) -> bool:
    """Whether a register no longer knows what a claim was decided with."""
    return any(rules.is_lost(each, on=uow.today, fund=uow.fund) for each in _of(uow, claim))


def ask_again_before_payment(uow: UnitOfWork, claim: Claim) -> None:
    """A claim was granted and is to be paid: ask each register again whose answer is not of today."""
    for each in _of(uow, claim):
        last = each.answer
        if each.status is Status.ANSWERED and last is not None and uow.fund.day_of(last.answered_at) < uow.today:
            _asked_again(uow, each)


def rely(uow: UnitOfWork, claim: Claim) -> None:
    """A claim was granted: freeze what its registers answered."""
    for each in _of(uow, claim):
        store.save(uow, rules.rely(each, on=uow.today, fund=uow.fund, at=uow.at))


def _of(uow: UnitOfWork, claim: Claim) -> list[CrossCheck]:
    """Only where the benefit asks registers is anything read."""
    definition = uow.fund.claim_types.get(claim.claim_type)
    return store.of_claim(uow, claim.claim_id) if definition is not None and definition.registers else []


def _note_asked(uow: UnitOfWork, check: CrossCheck) -> None:
    """Each question enters the access journal of the person, with the register and what is asked."""
    journal.note_by_platform(
        uow,
        check.person_ref,
        by=CROSS_CHECKS.subject,
        looked_at=AccessedKind.REGISTER_QUESTION,
        purpose=Purpose.HANDLING,
        reference=f"{check.register}/{check.field}",
    )


# --- The jobs ---------------------------------------------------------------------------------------------------------


def request_of(uow: UnitOfWork, check: CrossCheck) -> RegisterRequest:
    """What leaves to the register. Raises `NumberMissing`."""
    national_id = insured.national_id_of(uow, check.person_ref)
    if national_id is None:
        raise NumberMissing
    return RegisterRequest(
        question_id=check.question_id,
        fund_id=uow.fund.fund_id,
        national_id=national_id,
        asks=check.field,
        law=check.law,
    )


def take_reply(uow: UnitOfWork, *, check_id: str, question_id: str, reply: RegisterReply | None) -> CrossCheck:
    """Keep what the register answered, or that it answers later. Whoever kept an answer to the same question before was
    first: nothing is kept twice."""
    check = store.crosschecks.load(uow, check_id)
    if check.question_id != question_id or not rules.is_asked(check):
        return check
    if reply is None:
        return store.save(uow, rules.wait(check, at=uow.at))
    answered = rules.answer(check, value=reply.value, as_of=reply.as_of, fund=uow.fund, at=uow.at)
    return _held_against_award(uow, store.save(uow, answered))


def look(uow: UnitOfWork, *, check_id: str) -> CrossCheck:
    """The days of an answer are over: ask again where anything depends on it, else close it."""
    check = store.crosschecks.load(uow, check_id)
    if check.status is not Status.ANSWERED or check.next_look_at is None or check.next_look_at > uow.at:
        return check
    if not _is_needed(uow, check):
        return store.save(uow, rules.close(check))
    return _asked_again(uow, check)


def note_failed(uow: UnitOfWork, check_id: str) -> None:
    """The register was asked as often as is foreseen: an operator has it asked again or gives it up."""
    check = store.crosschecks.load(uow, check_id)
    if check.status is Status.ASKED:
        store.save(uow, rules.note_failed(check))


def give_up(uow: UnitOfWork, check_id: str) -> CrossCheck:
    """An operator gave it up: an agent decides without the answer."""
    check = store.crosschecks.load(uow, check_id)
    return store.save(uow, rules.give_up(check)) if rules.is_asked(check) else check


def _asked_again(uow: UnitOfWork, check: CrossCheck) -> CrossCheck:
    kept = store.save(uow, rules.ask_again(check, question_id=uow.new_id(), at=uow.at))
    _note_asked(uow, kept)
    return kept


def _is_needed(uow: UnitOfWork, check: CrossCheck) -> bool:
    """Whether a claim that is not decided or not paid yet, or an award that lives, depends on it."""
    claim = claims.claims.load(uow, check.claim_id)
    if claim.is_undecided or claim.is_payment_held:
        return True
    award = awards_store.of_claim(uow, check.claim_id)
    return award is not None and award.status is not AwardStatus.ENDED


def _held_against_award(uow: UnitOfWork, check: CrossCheck) -> CrossCheck:
    """Judge an award again that relies on something else than what is known now. Where its rules no longer grant it, it
    is suspended with its reason: nothing is paid in silence, and nothing ended without an agent. From then on the award
    is held against what is known now: an agent who resumes it has seen that. What it was granted with stands in the
    decision."""
    award = awards_store.of_claim(uow, check.claim_id)
    if award is None or award.status is AwardStatus.ENDED:
        return check
    has_changed = rules.has_changed(check, on=uow.today, fund=uow.fund)
    if not has_changed and not rules.is_lost(check, on=uow.today, fund=uow.fund):
        return check
    claim = claims.claims.load(uow, check.claim_id)
    if award.status is AwardStatus.ACTIVE and not reassessments.is_still_granted(uow, award, claim):
        changed, lost = SuspensionReason.REGISTER_ANSWER_CHANGED, SuspensionReason.FACTS_NOT_KNOWN
        awards.suspend(uow, award_id=award.award_id, reason=changed if has_changed else lost)
    reassessments.note_register_answer(uow, award, reference=check.fact_name)
    return store.save(uow, rules.rely(check, on=uow.today, fund=uow.fund, at=uow.at))


# --- The person and the fund's agents ---------------------------------------------------------------------------------


def of_claim(uow: UnitOfWork, *, claim_id: str, purpose: Purpose) -> Sequence[CrossCheck]:
    """What was asked of whom for a claim and what came back, for the person and for the fund's agents."""
    claim = claims.claims.load(uow, claim_id)
    uow.by.must_act_for_person(claim.person_ref)
    journal.note_person(
        uow, claim.person_ref, looked_at=AccessedKind.CROSS_CHECKS, reference=claim.reference, purpose=purpose
    )
    return store.of_claim(uow, claim_id)


def read(uow: UnitOfWork, *, check_id: str) -> CrossCheck:
    """A cross-check, for the person whose it is and for the fund's agents."""
    check = store.crosschecks.load(uow, check_id)
    uow.by.must_act_for_person(check.person_ref)
    return check


def look_at(uow: UnitOfWork, *, check_id: str, purpose: Purpose) -> CrossCheck:
    """As `read`; what an agent reads enters the access journal."""
    check = read(uow, check_id=check_id)
    reference = f"{check.register}/{check.field}"
    looked_at = AccessedKind.CROSS_CHECKS
    journal.note_person(uow, check.person_ref, looked_at=looked_at, reference=reference, purpose=purpose)
    return check


def list_disputed(uow: UnitOfWork, *, purpose: Purpose, wanted: PageRequest) -> Page[CrossCheck]:
    """Answers that persons dispute, for agents to decide. Whose they are enters the access journal."""
    page = store.disputed(uow, wanted=wanted)
    refs = (check.person_ref for check in page.items)
    journal.note_persons(uow, refs, looked_at=AccessedKind.CROSS_CHECKS, purpose=purpose, part_of="disputed")
    return page


def dispute(uow: UnitOfWork, *, check_id: str, statement: str, upload_id: str) -> CrossCheck:
    """The caller says that an answer about themselves is wrong, with a paper."""
    check = store.crosschecks.load(uow, check_id)
    if uow.by.person_ref != check.person_ref:
        raise NotYours
    _must_be_paper_of(uow, check, upload_id)
    disputed = rules.dispute(check, statement=statement, upload_id=upload_id, at=uow.at).thing
    reference = f"{check.register}/{check.field}"
    journal.note_act(uow, check.person_ref, done_with=AccessedKind.CROSS_CHECKS, reference=reference)
    event = rules.disputed_event(disputed, reference=_reference(uow, disputed), at=uow.at)
    return store.save(uow, Outcome(disputed, (event,)))


def decide(uow: UnitOfWork, *, check_id: str, value: str, upload_id: str, reason: str) -> CrossCheck:
    """The caller, an agent, decides by a paper of the person what counts."""
    check = store.crosschecks.load(uow, check_id)
    _must_be_paper_of(uow, check, upload_id)
    decided = rules.decide(check, value=value, upload_id=upload_id, reason=reason, by=uow.by.subject, at=uow.at).thing
    event = rules.decided_event(decided, reference=_reference(uow, decided), at=uow.at)
    kept = store.save(uow, Outcome(decided, (event,)))
    uow.note("decided", "crosschecks", kept.check_id, version=kept.version)
    return _held_against_award(uow, kept)


def ask_anew(uow: UnitOfWork, *, check_id: str) -> CrossCheck:
    """The caller, an agent, wants a register asked again: it did not know, or was given up."""
    return _asked_again(uow, store.crosschecks.load(uow, check_id))


def _reference(uow: UnitOfWork, check: CrossCheck) -> str:
    """The number of the claim that it was asked for."""
    return claims.claims.load(uow, check.claim_id).reference


def _must_be_paper_of(uow: UnitOfWork, check: CrossCheck, upload_id: str) -> None:
    known = claims.uploads(uow, {upload_id})
    if known.get(upload_id, ("",))[0] != check.person_ref:
        raise SupportingPaperUnknown
