"""What claims does with the fund's register: keep a page of it, and open what a benefit is decided by."""

import msgspec

from services.claims.insured import rules
from services.claims.insured.insured import Dependant, FamilyRecord, Insured
from services.claims.insured.store import insured
from shared.events.identity import PersonsRegistered
from shared.kernel.personal import DataClass
from shared.storage.unit_of_work import UnitOfWork


def save_page(uow: UnitOfWork, page: PersonsRegistered) -> None:
    """Keep a page of persons; a page that comes late never overwrites what is newer."""
    known = insured.find_many(uow, [each.person_ref for each in page.persons])
    received = {each.person_ref: each for each in page.persons}
    kept = [rules.registered(known.get(ref), each, at=page.registered_at) for ref, each in received.items()]
    fresh = [each for each in kept if each is not None]
    if fresh:
        insured.save_many(uow, fresh, part_of=page.page_id)


def find(uow: UnitOfWork, person_ref: str) -> Insured | None:
    return insured.find(uow, person_ref)


def family_of(uow: UnitOfWork, person: Insured) -> FamilyRecord:
    """Birth and dependants, opened."""
    clear = uow.keys.decrypt_bytes(person.family, data_class=DataClass.HEALTH, associated_data=person.person_ref)
    return msgspec.json.decode(clear, type=FamilyRecord)


def dependants_of(uow: UnitOfWork, person_ref: str) -> tuple[Dependant, ...]:
    """The person's dependants, as far as the register names them."""
    person = insured.find(uow, person_ref)
    return () if person is None else family_of(uow, person).dependants or ()


def own_dependants(uow: UnitOfWork) -> tuple[Dependant, ...]:
    """The caller's dependants."""
    return () if uow.by.person_ref is None else dependants_of(uow, uow.by.person_ref)


def national_id_of(uow: UnitOfWork, person_ref: str) -> str | None:
    """The number by which other registers know the person, for a question to one of them; None where the fund's own
    register has not published it."""
    person = insured.find(uow, person_ref)
    if person is None or person.national_id is None:
        return None
    return uow.keys.decrypt(person.national_id, data_class=DataClass.HEALTH, associated_data=person.person_ref)
