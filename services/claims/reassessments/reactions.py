"""Reactions to events, for reassessments: facts change that awards depend on. Each only notes it, after the subject
whose facts they are has kept them; the job judges."""

from services.claims.awards import actions as awards
from services.claims.reassessments import actions
from services.claims.reassessments.reassessment import Cause
from shared.bus.reactions import Reactions
from shared.events.claims.awards import AwardChanged, AwardEnded, AwardOpened, AwardResumed, AwardSuspended
from shared.events.identity import DeathTakenBack, PersonDied, PersonsRegistered
from shared.events.payments.wages import WagesDeclared, WagesDeclaredV2
from shared.funds.facts import FactOrigin
from shared.storage.unit_of_work import UnitOfWork

reactions = Reactions()


@reactions.to(WagesDeclaredV2)
def note_wages(uow: UnitOfWork, event: WagesDeclaredV2) -> None:
    _note_wages(uow, event)


@reactions.to(WagesDeclared)
def note_wages_of_version_1(uow: UnitOfWork, event: WagesDeclared) -> None:
    if not event.has_version_2:
        _note_wages(uow, event)


def _note_wages(uow: UnitOfWork, event: WagesDeclared | WagesDeclaredV2) -> None:
    refs = [wage.person_ref for wage in event.wages]
    actions.note(uow, Cause.WAGES_DECLARED, refs, origin=FactOrigin.WAGES, reference=event.declaration_id)


@reactions.to(PersonsRegistered)
def note_registered(uow: UnitOfWork, event: PersonsRegistered) -> None:
    """A death of a dependant is told as one, whose awards are judged again as after any other word of the register."""
    bereaved = {person.person_ref for person in event.persons if person.is_death_in_family}
    others = {person.person_ref for person in event.persons} - bereaved
    for cause, refs in ((Cause.DEATH, bereaved), (Cause.REGISTER_CHANGED, others)):
        actions.note(uow, cause, refs, origin=FactOrigin.REGISTER, reference=event.page_id)


@reactions.to(PersonDied)
def note_death(uow: UnitOfWork, event: PersonDied) -> None:
    actions.note(uow, Cause.DEATH, [event.person_ref], origin=FactOrigin.LIFE, reference=event.person_ref)


@reactions.to(DeathTakenBack)
def note_death_taken_back(uow: UnitOfWork, event: DeathTakenBack) -> None:
    actions.note(uow, Cause.DEATH, [event.person_ref], origin=FactOrigin.LIFE, reference=event.person_ref)


@reactions.to(AwardOpened)
def note_opened(uow: UnitOfWork, event: AwardOpened) -> None:
    actions.note_award_changed(uow, award_id=event.award_id)


@reactions.to(AwardSuspended)
def note_suspended(uow: UnitOfWork, event: AwardSuspended) -> None:
    actions.note_award_changed(uow, award_id=event.award_id)


@reactions.to(AwardResumed)
def note_resumed(uow: UnitOfWork, event: AwardResumed) -> None:
    actions.note_award_changed(uow, award_id=event.award_id)


@reactions.to(AwardChanged)
def note_changed(uow: UnitOfWork, event: AwardChanged) -> None:
    actions.note_survivors(uow, awards.of_id(uow, event.award_id))


@reactions.to(AwardEnded)
def note_ended(uow: UnitOfWork, event: AwardEnded) -> None:
    actions.note_award_changed(uow, award_id=event.award_id)
