"""Where the register is kept. Persons are found by pseudonym, or by the blind index of their national id."""

from collections.abc import Collection

from services.identity.register.employer import Employer
from services.identity.register.person import Person
from services.identity.register.rules import EmployerUnknown, PersonUnknown
from shared.kernel.personal import DataClass
from shared.storage.paging import Order, Page, PageRequest
from shared.storage.repository import Index, Repository
from shared.storage.retention import BY_LAW
from shared.storage.unit_of_work import UnitOfWork

persons = Repository(
    "persons",
    Person,
    key="person_ref",
    missing=PersonUnknown,
    retention=BY_LAW,
    indexes=[Index(("national_id_index",), unique=True), Index(("person_ref",))],
    encrypted={
        "civil": DataClass.CIVIL,
        "contact": DataClass.CONTACT,
        "register_contact": DataClass.CONTACT,
        "bank": DataClass.BANK,
        "register_bank": DataClass.BANK,
        "family": DataClass.HEALTH,
    },
    associated_data="person_ref",
)

employers = Repository(
    "employers",
    Employer,
    key="employer_id",
    missing=EmployerUnknown,
    retention=BY_LAW,
    indexes=[Index(("employer_id",)), Index(("is_open", "employer_id"))],
    encrypted={"contact": DataClass.CONTACT},
    associated_data="employer_id",
)


def national_id_index(uow: UnitOfWork, national_id: str) -> str:
    """What a national id is looked up by."""
    return uow.keys.blind_index(national_id, of="national-id")


def known(uow: UnitOfWork, *, indexes: Collection[str], person_refs: Collection[str]) -> list[Person]:
    """Persons who hold one of these national ids or are one of these; nearly always the same ones."""
    found = persons.find_all(uow, limit=len(indexes), national_id_index={"$in": list(indexes)})
    others = set(person_refs) - {person.person_ref for person in found}
    return [*found, *persons.find_many(uow, others).values()]


BY_NUMBER = Order("employer_id", "employer_id")
BY_PSEUDONYM = Order("person_ref", "person_ref")


def page_of_persons(uow: UnitOfWork, *, wanted: PageRequest) -> Page[Person]:
    """Insured persons, in the order of their pseudonyms."""
    return persons.page(uow, order=BY_PSEUDONYM, wanted=wanted)


def page_of_employers(
    uow: UnitOfWork, *, wanted: PageRequest, employer_id: str | None, is_open: bool | None
) -> Page[Employer]:
    """Employers in the order of their numbers."""
    filters: dict[str, object] = {"employer_id": employer_id, "is_open": is_open}
    given = {name: value for name, value in filters.items() if value is not None}
    return employers.page(uow, order=BY_NUMBER, wanted=wanted, **given)


def by_national_id(uow: UnitOfWork, national_id: str) -> Person | None:
    """The person with that national id, if the fund knows one."""
    return persons.find_only(uow, national_id_index=national_id_index(uow, national_id))
