"""What documents does with the fund's register: a page of it at a time, and look-ups for its neighbours."""

from collections.abc import Iterable

import msgspec

from services.documents.register import rules
from services.documents.register.person import Civil
from services.documents.register.store import employers, persons
from shared.events.identity import EmployersRegistered, PersonsRegistered
from shared.kernel.personal import DataClass
from shared.storage.work import Work


def note_persons(work: Work, page: PersonsRegistered) -> None:
    """Keep a page of persons; of two words on one person the later registered counts."""
    known = persons.find_many(work, [each.person_ref for each in page.persons])
    heard = {each.person_ref: each for each in page.persons}
    noted = [rules.person(known.get(ref), each, at=page.registered_at) for ref, each in heard.items()]
    persons.keep_many(work, [each for each in noted if each], part_of=page.page_id)


def note_employers(work: Work, page: EmployersRegistered) -> None:
    """Keep a page of employers' names; of two words on one employer the later registered counts."""
    known = employers.find_many(work, [each.employer_id for each in page.employers])
    heard = {each.employer_id: each for each in page.employers}
    noted = [rules.employer(known.get(employer_id), each, at=page.registered_at) for employer_id, each in heard.items()]
    employers.keep_many(work, [each for each in noted if each], part_of=page.page_id)


def civil_of(work: Work, person_ref: str) -> Civil:
    """Who a person is: opened, for a paper that says so."""
    person = persons.load(work, person_ref)
    return msgspec.json.decode(work.keys.open(person.civil, as_=DataClass.CIVIL, whose=person_ref), type=Civil)


def names_of(work: Work, employer_ids: Iterable[str]) -> dict[str, str]:
    """The names of those employers that the register has told of."""
    found = employers.find_many(work, set(employer_ids))
    return {employer_id: employer.name for employer_id, employer in found.items()}
