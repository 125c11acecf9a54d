"""What identity does at a counter: begin a visit with its proof, find it by its ticket, end it."""

import base64
import hmac
from dataclasses import dataclass

from services.identity.access_journal.accessed import AccessedKind
from services.identity.accounts.actions import hash_of
from services.identity.counter import rules, store
from services.identity.counter.visit import Proof, Visit
from services.identity.deaths.store import died_on
from services.identity.register import actions as register
from services.identity.register.person import Person
from shared.kernel.actors import NotYours
from shared.kernel.outcome import Outcome
from shared.process.access_journal import actions as journal
from shared.process.access_journal.entry import Purpose
from shared.storage.paging import Page, PageRequest
from shared.storage.unit_of_work import UnitOfWork

SECRET_BYTES = 32


@dataclass(frozen=True, kw_only=True)
class Begun:
    """A visit that began, whose it is, and the ticket that is said this once."""

    visit: Visit
    person: Person
    ticket: str

    @property
    def version(self) -> int:
        return self.visit.version


def begin(uow: UnitOfWork, *, number: str, proof: Proof, place: str) -> Begun:
    """The caller, an agent, acts from now on for the person of that number, who showed the proof. It enters the
    person's access journal. Raises `PersonUnknown`."""
    by = uow.by
    if by.agent_id is None or by.session_id is None:
        raise NotYours
    person = register.find_person(uow, number=number, purpose=Purpose.PERSON_ASKED)
    visit_id = uow.new_id()
    ticket = f"{visit_id}.{base64.urlsafe_b64encode(uow.entropy(SECRET_BYTES)).rstrip(b'=').decode()}"
    visit = rules.begin(
        visit_id=visit_id,
        reference=uow.new_reference("GV"),
        person_ref=person.person_ref,
        died_on=died_on(uow, person.person_ref),
        agent_id=by.agent_id,
        session_id=by.session_id,
        proof=proof,
        place=place,
        ticket_hash=hash_of(ticket),
        at=uow.at,
    )
    journal.note_person(
        uow,
        person.person_ref,
        looked_at=AccessedKind.COUNTER,
        reference=visit.reference,
        purpose=Purpose.PERSON_ASKED,
    )
    return Begun(visit=store.visits.save(uow, Outcome(visit)), person=person, ticket=ticket)


def of_ticket(uow: UnitOfWork, ticket: str) -> Visit | None:
    """The visit that a ticket is of, while it lasts; None for any other text."""
    visit = store.visits.find(uow, ticket.partition(".")[0])
    if visit is None or not hmac.compare_digest(visit.ticket_hash, hash_of(ticket)):
        return None
    return visit if rules.is_open(visit, at=uow.at) else None


def end(uow: UnitOfWork, *, visit_id: str) -> Visit:
    """The person has left. Tokens of the visit are good for at most ten minutes more."""
    visit = store.visits.load(uow, visit_id)
    ended = rules.end(visit, agent_id=uow.by.agent_id, at=uow.at)
    return visit if ended == visit else store.visits.save(uow, Outcome(ended))


def of_caller(uow: UnitOfWork, *, wanted: PageRequest) -> Page[Visit]:
    """When agents acted for the caller, newest first."""
    return store.of_person(uow, uow.by.person_ref, wanted=wanted) if uow.by.person_ref else Page([])


def contact_of(uow: UnitOfWork) -> Person:
    """The person present, with where they are reached."""
    return register.look_at_contact(uow, person_ref=_present(uow))


def correct_contact(uow: UnitOfWork, *, email: str | None, mobile: str | None) -> Person:
    """The person present says where they are reached: all services learn of it, and who was reached until then is
    told."""
    person_ref = _present(uow)
    visit = store.visits.find(uow, uow.by.visit_id) if uow.by.visit_id else None
    place = visit.place if visit else ""
    return register.correct_contact(uow, person_ref=person_ref, email=email, mobile=mobile, place=place)


def _present(uow: UnitOfWork) -> str:
    """Who stands at the counter: nobody else's contact is anybody's to read or change here."""
    if uow.by.person_ref is None or uow.by.agent is None:
        raise NotYours
    return uow.by.person_ref
