"""What identity does with deaths: reported by the register or by an agent, saved, and published. Accounts and cards
follow (their own reactions), and what was an error is undone the same way."""

from collections.abc import Mapping
from datetime import date

from services.identity.access_journal.accessed import AccessedKind
from services.identity.deaths import rules
from services.identity.deaths.death import Death, DeathSource
from services.identity.deaths.store import deaths
from shared.events.identity import DeathTakenBack, PersonDied
from shared.kernel.outcome import Outcome
from shared.kernel.partial_date import PartialDate
from shared.kernel.personal import DataClass
from shared.process.access_journal import actions as journal
from shared.process.access_journal.entry import Purpose
from shared.storage.unit_of_work import UnitOfWork


def look_at(uow: UnitOfWork, *, person_ref: str, purpose: Purpose) -> Death:
    """What the register knows of a death, with everything that was said of it. Enters the journal."""
    found = deaths.load(uow, person_ref)
    journal.note_person(uow, person_ref, looked_at=AccessedKind.DEATH, purpose=purpose)
    return found


def load(uow: UnitOfWork, *, person_ref: str) -> Death:
    """The death that an agent has seen and changes. Raises `DeathUnknown`."""
    return deaths.load(uow, person_ref)


def record(uow: UnitOfWork, *, person_ref: str, birth_on: PartialDate, died_on: date, paper: str) -> Death:
    """An agent was shown that somebody of that birth died on a day, or on another one than the register has."""
    rules.must_be_possible(died_on, birth_on=birth_on, on=uow.today)
    said = rules.record(
        deaths.find(uow, person_ref),
        person_ref=person_ref,
        died_on=died_on,
        source=DeathSource.AGENT,
        paper=paper,
        by=uow.by.subject,
        at=uow.at,
    )
    return _published(uow, deaths.save(uow, Outcome(said)))


def take_back(uow: UnitOfWork, *, person_ref: str, reason: str) -> Death:
    """A person who was said to be dead lives: everything that their death did is undone."""
    known = deaths.load(uow, person_ref)
    said = rules.take_back(known, source=DeathSource.AGENT, reason=reason, by=uow.by.subject, at=uow.at)
    return _published(uow, deaths.save(uow, Outcome(said)))


def import_page(uow: UnitOfWork, died: Mapping[str, date | None]) -> None:
    """What a page of the register says of deaths, by person; None of who lives."""
    known = deaths.find_many(uow, died)
    for person_ref, registered_on in died.items():
        before = known.get(person_ref)
        after = rules.imported(before, registered_on, person_ref=person_ref, by=uow.by.subject, at=uow.at)
        if after is not None:
            kept = deaths.save(uow, Outcome(after))
            if before is None or before.revision != kept.revision:
                _published(uow, kept)


def _published(uow: UnitOfWork, death: Death) -> Death:
    ref, revision, died_on = death.person_ref, death.revision, death.died_on
    event: PersonDied | DeathTakenBack = DeathTakenBack(person_ref=ref, revision=revision, recorded_at=uow.at)
    if died_on is not None:
        encrypted = uow.keys.encrypt(died_on.isoformat(), data_class=DataClass.HEALTH, associated_data=ref)
        event = PersonDied(person_ref=ref, revision=revision, died_on=encrypted, recorded_at=uow.at)
    uow.publish(event, version=death.version)
    return death
