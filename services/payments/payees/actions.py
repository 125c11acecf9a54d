"""What payments does with payees: save what identity publishes of persons, and find who can be paid."""

from collections.abc import Iterable

import msgspec

from services.payments.payees.payee import Civil, Payee
from services.payments.payees.store import payees
from shared.encryption.keys import DecryptionFailed, FundKeys
from shared.events.identity import PersonsRegistered
from shared.kernel.personal import DataClass
from shared.storage.unit_of_work import UnitOfWork


def save_page(uow: UnitOfWork, page: PersonsRegistered) -> None:
    """Keep a page of the register. A page that comes late never overwrites what is newer."""
    known = payees.find_many(uow, [each.person_ref for each in page.persons])
    newer = []
    for each in page.persons:
        before = known.get(each.person_ref)
        if before is None or before.registered_at < page.registered_at:
            newer.append(
                Payee(
                    person_ref=each.person_ref,
                    civil=each.civil,
                    bank=each.bank,
                    registered_at=page.registered_at,
                    version=before.version if before else 0,
                )
            )
    payees.save_many(uow, newer, part_of=page.page_id)


def has_account(uow: UnitOfWork, person_ref: str) -> bool:
    """Whether a bank account of the person is known."""
    found = payees.find(uow, person_ref)
    return found is not None and found.bank is not None


def account_index(uow: UnitOfWork, person_ref: str) -> str:
    """The blind index of the account of a person, empty where none is known or it does not open: whether two accounts
    are the same is seen without either."""
    found = payees.find(uow, person_ref)
    if found is None or found.bank is None:
        return ""
    try:
        return index_of(
            uow.keys.decrypt(found.bank, data_class=DataClass.BANK, associated_data=person_ref), keys=uow.keys
        )
    except DecryptionFailed:
        return ""


def index_of(number: str, *, keys: FundKeys) -> str:
    """The blind index of an account, however the register wrote it."""
    return keys.blind_index("".join(number.split()).replace("-", "").upper(), of="payee-account")


def find_many(uow: UnitOfWork, person_refs: Iterable[str]) -> dict[str, Payee]:
    """Those of the persons who are known, by reference."""
    return payees.find_many(uow, person_refs)


def civil_of(uow: UnitOfWork, person_refs: Iterable[str]) -> dict[str, Civil]:
    """Who those of the persons are who are known, by reference: to compare with, never to show."""
    return {
        person_ref: msgspec.json.decode(
            uow.keys.decrypt(payee.civil, data_class=DataClass.CIVIL, associated_data=person_ref).encode(), type=Civil
        )
        for person_ref, payee in payees.find_many(uow, person_refs).items()
    }


def is_any_known(uow: UnitOfWork) -> bool:
    """Whether the register of this fund was ever published here."""
    return bool(payees.find_all(uow, limit=1))
