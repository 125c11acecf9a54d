"""What may be reported of a death: that it was on a day, that it was on another one, that it was an error."""

from dataclasses import replace
from datetime import date, datetime

from services.identity.deaths.death import DEATH_STEPS_MAX, Death, DeathFacts, DeathSource, DeathStep
from shared.kernel import partial_date
from shared.kernel.errors import Conflict, Invalid, Missing
from shared.kernel.history import with_step
from shared.kernel.partial_date import PartialDate


class DeathUnknown(Missing):
    code = "death.unknown"


class DeathInTheFuture(Invalid):
    code = "death.in-the-future"


class DeathBeforeBirth(Invalid):
    code = "death.before-birth"


class DeathKnown(Conflict):
    """The register has this day already."""

    code = "death.known"


class AlreadyTakenBack(Conflict):
    """The death was taken back before."""

    code = "death.taken-back"


def must_be_possible(died_on: date, *, birth_on: PartialDate, on: date) -> None:
    """Raises where somebody of that birth cannot have died on the day, or not yet."""
    if died_on > on:
        raise DeathInTheFuture
    if is_before_birth(died_on, birth_on=birth_on):
        raise DeathBeforeBirth


def is_before_birth(died_on: date, *, birth_on: PartialDate) -> bool:
    """Whether a death lies before the first day on which somebody may have been born."""
    return died_on < partial_date.first_on(birth_on)


def record(
    known: Death | None, *, person_ref: str, died_on: date, source: DeathSource, paper: str, by: str, at: datetime
) -> Death:
    """The person died on a day, or on another day than was said before. Raises `DeathKnown`."""
    if known is not None and known.died_on == died_on:
        raise DeathKnown
    return _said(known, DeathStep(died_on=died_on, source=source, at=at, by=by, paper=paper), person_ref=person_ref)


def take_back(known: Death, *, source: DeathSource, reason: str, by: str, at: datetime) -> Death:
    """The death was an error: the person lives. Raises `AlreadyTakenBack`."""
    if known.died_on is None:
        raise AlreadyTakenBack
    return _said(
        known,
        DeathStep(died_on=None, source=source, at=at, by=by, reason=reason),
        person_ref=known.person_ref,
    )


def imported(
    known: Death | None, registered_on: date | None, *, person_ref: str, by: str, at: datetime
) -> Death | None:
    """What an import of the register changes; None where nothing.

    Only a line that says another thing than the last import did is news: one that repeats itself does not overwrite
    what an agent was shown since, and an empty cell takes back what the register said, not what an agent did.
    """
    last_on = known.facts.registered_on if known else None
    if registered_on == last_on:
        return None
    if known is not None and known.died_on == registered_on:
        return replace(known, facts=replace(known.facts, registered_on=registered_on))
    if registered_on is None and known is not None and known.died_on != last_on:
        return replace(known, facts=replace(known.facts, registered_on=None))
    step = DeathStep(died_on=registered_on, source=DeathSource.REGISTER, at=at, by=by)
    said = _said(known, step, person_ref=person_ref)
    return replace(said, facts=replace(said.facts, registered_on=registered_on))


def _said(known: Death | None, step: DeathStep, *, person_ref: str) -> Death:
    before = known.facts if known else DeathFacts(died_on=None, registered_on=None, steps=())
    facts = replace(before, died_on=step.died_on, steps=with_step(before.steps, step, limit=DEATH_STEPS_MAX))
    if known is None:
        return Death(person_ref=person_ref, revision=1, facts=facts)
    return replace(known, revision=known.revision + 1, facts=facts)
