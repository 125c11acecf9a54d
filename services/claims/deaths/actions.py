"""What claims does with deaths that the register publishes: save the newest, and give the day of a death."""

from collections.abc import Iterable
from datetime import date

from services.claims.deaths import rules
from services.claims.deaths.death import KnownDeath
from services.claims.deaths.store import deaths
from shared.events.identity import DeathTakenBack, PersonDied
from shared.kernel.outcome import Outcome
from shared.kernel.personal import DataClass
from shared.storage.unit_of_work import UnitOfWork


def save(uow: UnitOfWork, event: PersonDied | DeathTakenBack) -> KnownDeath | None:
    """Save what the register published of a death, and return it; None where that is not newer than what is known."""
    received = rules.received(
        deaths.find(uow, event.person_ref),
        person_ref=event.person_ref,
        revision=event.revision,
        died_on=event.died_on if isinstance(event, PersonDied) else None,
        at=event.recorded_at,
    )
    if received is None:
        return None
    day_of(uow, received)  # what cannot be opened is parked with the event, and never kept
    return deaths.save(uow, Outcome(received))


def day_of(uow: UnitOfWork, death: KnownDeath | None) -> date | None:
    """The day of a death; None where there is none."""
    if death is None or death.died_on is None:
        return None
    clear = uow.keys.decrypt(death.died_on, data_class=DataClass.HEALTH, associated_data=death.person_ref)
    return date.fromisoformat(clear)


def died_on(uow: UnitOfWork, person_ref: str) -> date | None:
    """The day on which a person died, as far as the register has said; None for who lives."""
    return day_of(uow, deaths.find(uow, person_ref))


def days_of(uow: UnitOfWork, person_refs: Iterable[str]) -> dict[str, date]:
    """The day of death of those of many persons who died."""
    found = deaths.find_many(uow, person_refs)
    days = {ref: day_of(uow, death) for ref, death in found.items()}
    return {ref: day for ref, day in days.items() if day is not None}
