"""What identity does with the fund's register: a page of lines in one unit of work."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import msgspec

from services.identity.access_journal.accessed import AccessedKind
from services.identity.cards import actions as cards
from services.identity.deaths import actions as deaths
from services.identity.deaths.death import Death
from services.identity.register import rules, store
from services.identity.register.employer import Employer
from services.identity.register.person import Contact, Person, PersonEntry
from services.identity.register.rules import Fault, PersonUnknown
from shared.events.identity import (
    ContactCorrected,
    EmployersRegistered,
    PersonsRegistered,
    RegisteredEmployer,
    RegisteredPerson,
)
from shared.funds.fund import IdentifierKind
from shared.kernel.outcome import Outcome
from shared.kernel.personal import DataClass, Encrypted
from shared.process.access_journal import actions as journal
from shared.process.access_journal.entry import Purpose
from shared.storage.paging import Page, PageRequest
from shared.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Numbered:
    """An entry and the line of the file that it stood on."""

    line: int
    entry: PersonEntry


@dataclass(frozen=True)
class Tally:
    """What a page came to. `refused` are lines that only a look at the register could find wrong."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: tuple[tuple[int, Fault], ...] = ()

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.added + other.added,
            self.changed + other.changed,
            self.unchanged + other.unchanged,
            self.refused + other.refused,
        )


def register_persons(uow: UnitOfWork, page: Sequence[Numbered]) -> Tally:
    """Save a page of persons to the register, give each new one a card, and publish those that are new or changed. Who
    died, by the lines, and who lives after all is acted on.

    A national id that somebody else holds is refused: two people would sign in by one number.
    """
    refs = {each.line: uow.keys.person_ref(each.entry.civil.insurance_number) for each in page}
    indexes = {each.line: store.national_id_index(uow, each.entry.civil.national_id) for each in page}
    before = store.known(uow, indexes=indexes.values(), person_refs=refs.values())
    known = {person.person_ref: person for person in before}
    holders = {person.national_id_index: person.person_ref for person in before}
    fresh: list[Person] = []
    died: dict[str, date | None] = {}
    refused: list[tuple[int, Fault]] = []
    for each in page:
        person_ref, index = refs[each.line], indexes[each.line]
        if holders.setdefault(index, person_ref) != person_ref:
            refused.append((each.line, Fault("national_id", "register.national-id-taken")))
            continue
        person = rules.registered(known.get(person_ref), each.entry, person_ref=person_ref, national_id_index=index)
        if person is not None:
            fresh.append(person)
        if each.entry.says_death:
            died[person_ref] = each.entry.died_on
    if fresh:
        page_id = uow.new_id()
        store.persons.save_many(uow, fresh, part_of=page_id)
        cards.issue(uow, [person.person_ref for person in fresh if person.version == 0], part_of=page_id)
        published = tuple(_published_person(uow, person, before=known.get(person.person_ref)) for person in fresh)
        uow.publish(PersonsRegistered(page_id=page_id, registered_at=uow.at, persons=published))
    deaths.import_page(uow, died)
    added = sum(person.version == 0 for person in fresh)
    return Tally(added, len(fresh) - added, len(page) - len(fresh) - len(refused), tuple(refused))


def register_employers(uow: UnitOfWork, page: Sequence[Employer]) -> Tally:
    """Save a page of employers to the register, and publish those that are new or changed."""
    known = store.employers.find_many(uow, [entry.employer_id for entry in page])
    compared = [rules.affiliated(known.get(entry.employer_id), entry) for entry in page]
    fresh = [employer for employer in compared if employer is not None]
    if fresh:
        page_id = uow.new_id()
        store.employers.save_many(uow, fresh, part_of=page_id)
        published = tuple(_published_employer(uow, employer) for employer in fresh)
        uow.publish(EmployersRegistered(page_id=page_id, registered_at=uow.at, employers=published))
    added = sum(employer.version == 0 for employer in fresh)
    return Tally(added, len(fresh) - added, len(page) - len(fresh))


def find_person(uow: UnitOfWork, *, number: str, purpose: Purpose) -> Person:
    """The person of a number that an agent has; that they looked enters the journal. Raises `PersonUnknown`."""
    found: Person | None = None
    if (insurance_number := uow.fund.read_identifier(IdentifierKind.INSURANCE_NUMBER, number)) is not None:
        found = store.persons.find(uow, uow.keys.person_ref(insurance_number))
    if found is None and (national_id := uow.fund.read_identifier(IdentifierKind.NATIONAL_ID, number)) is not None:
        found = store.by_national_id(uow, national_id)
    if found is None:
        raise PersonUnknown
    journal.note_person(uow, found.person_ref, looked_at=AccessedKind.PERSON, purpose=purpose)
    return found


def look_at_contact(uow: UnitOfWork, *, person_ref: str) -> Person:
    """A person with where they are reached; that an agent looked enters the journal. Raises `PersonUnknown`."""
    person = store.persons.load(uow, person_ref)
    journal.note_person(uow, person_ref, looked_at=AccessedKind.CONTACT, purpose=Purpose.HANDLING)
    return person


def correct_contact(uow: UnitOfWork, *, person_ref: str, email: str | None, mobile: str | None, place: str) -> Person:
    """Where a person is reached from now on, as they say at a counter; the other services learn of it, and where they
    were reached until then it is told. Raises `PersonUnknown`."""
    person = store.persons.load(uow, person_ref)
    corrected = rules.with_contact(person, Contact(email=email, mobile=mobile))
    if corrected is None:
        return person
    journal.note_act(uow, person_ref, done_with=AccessedKind.CONTACT)
    saved = store.persons.save(uow, Outcome(corrected))
    published = (_published_person(uow, saved, before=person),)
    correction_id = uow.new_id()
    uow.publish(PersonsRegistered(page_id=correction_id, registered_at=uow.at, persons=published))
    former = _encrypted_contact(uow, person.contact, associated_data=person_ref)
    if former is not None:
        corrected_event = ContactCorrected(
            person_ref=person_ref,
            correction_id=correction_id,
            former=former,
            place=place,
            corrected_at=uow.at,
        )
        uow.publish(corrected_event, version=saved.version)
    return saved


def change_bank(uow: UnitOfWork, *, person_ref: str, account: str) -> None:
    """What is paid to a person goes to this account from now on; payments learns of it."""
    person = store.persons.load(uow, person_ref)
    saved = store.persons.save(uow, Outcome(rules.with_bank(person, account)))
    published = (_published_person(uow, saved, before=person),)
    uow.publish(PersonsRegistered(page_id=uow.new_id(), registered_at=uow.at, persons=published))


def former_contact(uow: UnitOfWork, person: Person) -> Encrypted | None:
    """Where the register has a person reached, where that was corrected at a counter since; None where nothing was."""
    said = person.register_contact
    return None if said is None else _encrypted_contact(uow, said, associated_data=person.person_ref)


def record_death(uow: UnitOfWork, *, person_ref: str, died_on: date, paper: str) -> Death:
    """An agent was shown that a person of the register died. Raises `PersonUnknown`."""
    person = store.persons.load(uow, person_ref)
    return deaths.record(uow, person_ref=person_ref, birth_on=person.civil.birth_on, died_on=died_on, paper=paper)


def list_employers(
    uow: UnitOfWork, *, wanted: PageRequest, number: str | None, is_open: bool | None, purpose: Purpose
) -> Page[Employer]:
    """A page of employers; of a number that has another form than the fund's there is none. Who looks for one employer
    enters the journal."""
    employer_id = number and uow.fund.read_identifier(IdentifierKind.EMPLOYER_NUMBER, number)
    if number is not None and employer_id is None:
        return Page([])
    found = store.page_of_employers(uow, wanted=wanted, employer_id=employer_id, is_open=is_open)
    if employer_id and found.items:
        journal.note_employer(uow, employer_id, looked_at=AccessedKind.EMPLOYER, purpose=purpose)
    return found


def _published_person(uow: UnitOfWork, person: Person, *, before: Person | None) -> RegisteredPerson:
    known = {name: value for name, value in msgspec.to_builtins(person.civil).items() if value is not None}
    if names := {each.dependant_id: each.name for each in person.family or () if each.name}:
        known["dependants"] = names
    bank = person.bank and uow.keys.encrypt(person.bank, data_class=DataClass.BANK, associated_data=person.person_ref)
    return RegisteredPerson(
        person_ref=person.person_ref,
        civil=uow.keys.encrypt(
            msgspec.json.encode(known), data_class=DataClass.CIVIL, associated_data=person.person_ref
        ),
        contact=_encrypted_contact(uow, person.contact, associated_data=person.person_ref),
        bank=Encrypted(bank) if bank else None,
        language=person.language,
        dependants=person.dependants,
        family=uow.keys.encrypt(
            msgspec.json.encode(_published_family(person)),
            data_class=DataClass.HEALTH,
            associated_data=person.person_ref,
        ),
        national_id=uow.keys.encrypt(
            person.civil.national_id, data_class=DataClass.HEALTH, associated_data=person.person_ref
        ),
        is_death_in_family=rules.deaths_in_family(person) != rules.deaths_in_family(before),
    )


def _published_family(person: Person) -> dict[str, object]:
    """Birth and dependants, those who died too. Their names are not in it: who decides by it needs none."""
    published: dict[str, object] = {"birth_on": person.civil.birth_on}
    if person.family is not None or person.dependants == 0:
        published["dependants"] = [
            {name: value for name, value in msgspec.to_builtins(each).items() if value is not None and name != "name"}
            for each in person.family or ()
        ]
    return published


def _published_employer(uow: UnitOfWork, employer: Employer) -> RegisteredEmployer:
    return RegisteredEmployer(
        employer_id=employer.employer_id,
        name=employer.name,
        sector=employer.sector,
        is_open=employer.is_open,
        affiliated_on=employer.affiliated_on,
        contact=_encrypted_contact(uow, employer.contact, associated_data=employer.employer_id),
        language=employer.language,
    )


def _encrypted_contact(uow: UnitOfWork, contact: Contact, *, associated_data: str) -> Encrypted | None:
    known = {name: value for name, value in msgspec.to_builtins(contact).items() if value}
    return (
        uow.keys.encrypt(msgspec.json.encode(known), data_class=DataClass.CONTACT, associated_data=associated_data)
        if known
        else None
    )
