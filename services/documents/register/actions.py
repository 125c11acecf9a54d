"""What documents does with the fund's register: a page of it at a time, and look-ups for the other subjects."""

from collections.abc import Iterable

import msgspec

from services.documents.register import rules
from services.documents.register.person import Civil
from services.documents.register.store import employers, persons
from shared.events.identity import EmployersRegistered, PersonsRegistered
from shared.kernel.personal import DataClass
from shared.storage.unit_of_work import UnitOfWork


def note_persons(uow: UnitOfWork, page: PersonsRegistered) -> None:
    """Keep a page of persons; of two words on one person the later registered counts."""
    known = persons.find_many(uow, [each.person_ref for each in page.persons])
    received = {each.person_ref: each for each in page.persons}
    noted = [rules.person(known.get(ref), each, at=page.registered_at) for ref, each in received.items()]
    persons.save_many(uow, [each for each in noted if each], part_of=page.page_id)


def note_employers(uow: UnitOfWork, page: EmployersRegistered) -> None:
    """Keep a page of employers' names; of two words on one employer the later registered counts."""
    known = employers.find_many(uow, [each.employer_id for each in page.employers])
    received = {each.employer_id: each for each in page.employers}
    noted = [
        rules.employer(known.get(employer_id), each, at=page.registered_at) for employer_id, each in received.items()
    ]
    employers.save_many(uow, [each for each in noted if each], part_of=page.page_id)


def civil_of(uow: UnitOfWork, person_ref: str) -> Civil:
    """Who a person is: opened, for a paper that says so."""
    person = persons.load(uow, person_ref)
    return msgspec.json.decode(
        uow.keys.decrypt(person.civil, data_class=DataClass.CIVIL, associated_data=person_ref), type=Civil
    )


def must_be_known(uow: UnitOfWork, person_ref: str) -> None:
    """Raises `PersonUnknown` where the register has published nobody of that pseudonym."""
    persons.load(uow, person_ref)


def employer_must_be_known(uow: UnitOfWork, employer_id: str) -> None:
    """Raises `EmployerUnknown` where the register has published no employer of that number."""
    employers.load(uow, employer_id)


def names_of(uow: UnitOfWork, employer_ids: Iterable[str]) -> dict[str, str]:
    """The names of employers, as far as the register has published them."""
    found = employers.find_many(uow, set(employer_ids))
    return {employer_id: employer.name for employer_id, employer in found.items()}
