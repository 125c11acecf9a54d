"""Which data of the register count: those registered last, in whatever order the events arrive."""

from dataclasses import replace
from datetime import datetime

from services.documents.register.employer import Employer
from services.documents.register.person import Person
from shared.events.identity import RegisteredEmployer, RegisteredPerson
from shared.kernel.errors import Missing


class PersonUnknown(Missing):
    """The register has not published this person, or not yet."""

    code = "register.person-unknown"


class EmployerUnknown(Missing):
    """The register has not published this employer, or not yet."""

    code = "register.employer-unknown"


def person(known: Person | None, received: RegisteredPerson, *, at: datetime) -> Person | None:
    """The person as registered at an instant, or None where something newer is known."""
    if known is not None and known.registered_at >= at:
        return None
    new = Person(person_ref=received.person_ref, civil=received.civil, language=received.language, registered_at=at)
    return replace(new, version=known.version) if known else new


def employer(known: Employer | None, received: RegisteredEmployer, *, at: datetime) -> Employer | None:
    """The employer as registered at an instant, or None where something newer is known."""
    if known is not None and known.registered_at >= at:
        return None
    new = Employer(employer_id=received.employer_id, name=received.name, registered_at=at)
    return replace(new, version=known.version) if known else new
