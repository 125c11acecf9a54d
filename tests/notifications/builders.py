"""Valid things of notifications, so that a test says only what it is about."""

import json
from datetime import UTC, date, datetime
from typing import Any

from shared.events.identity import (
    EmployersRegistered,
    PersonsRegistered,
    RegisteredEmployer,
    RegisteredPerson,
)
from shared.kernel.personal import DataClass, Sealed
from tests.ground import DZ, keys

AT = datetime(2026, 2, 10, 9, 0, tzinfo=UTC)
AMIRA = "pamiraaaaaaaaaaaaaaaaaaaa"
KARIM = "pkarimaaaaaaaaaaaaaaaaaaa"
FIRM = "1600000001"


def contact(owner_id: str, *, fund_id: str = DZ, **opened: Any) -> Sealed:
    """Sealed as identity seals it."""
    return keys()[fund_id].seal(json.dumps(opened), as_=DataClass.CONTACT, whose=owner_id)


def person(person_ref: str = AMIRA, *, language: str = "fr", **opened: Any) -> RegisteredPerson:
    """Somebody with a mail address and a mobile number, unless told otherwise."""
    reached = opened or {"email": f"{person_ref}@example.org", "mobile": "0550 12 34 56"}
    return RegisteredPerson(
        person_ref=person_ref, civil=Sealed("unread"), contact=contact(person_ref, **reached), language=language
    )


def persons(*registered: RegisteredPerson, page_id: str = "import-1/1", at: datetime = AT) -> PersonsRegistered:
    return PersonsRegistered(page_id=page_id, registered_at=at, persons=registered)


def employer(employer_id: str = FIRM, *, language: str = "fr") -> RegisteredEmployer:
    return RegisteredEmployer(
        employer_id=employer_id,
        name="Conserverie de l'Atlas (invented)",
        sector="food",
        is_open=True,
        affiliated_on=date(2010, 1, 1),
        contact=contact(employer_id, email="paie@example.org"),
        language=language,
    )


def employers(*registered: RegisteredEmployer, page_id: str = "import-1/2", at: datetime = AT) -> EmployersRegistered:
    return EmployersRegistered(page_id=page_id, registered_at=at, employers=registered)
