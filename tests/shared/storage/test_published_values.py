"""Encrypted values in events are found by their declaration, each with its class."""

from datetime import UTC, datetime
from typing import Any, get_args, get_type_hints

import pytest

from shared.events import catalogue
from shared.events.identity import ActivationRequested, PersonsRegistered, RegisteredPerson
from shared.kernel.personal import DataClass, Encrypted
from shared.storage import published_values

AT = datetime(2026, 1, 1, tzinfo=UTC)


def test_every_value_is_found_however_deep_and_what_is_not_there_is_not() -> None:
    whole = RegisteredPerson(
        person_ref="p1", civil=Encrypted("k1.a"), contact=Encrypted("k1.b"), bank=Encrypted("k2.c"), language="fr"
    )
    bare = RegisteredPerson(person_ref="p2", civil=Encrypted("k1.d"), language="fr")
    page = PersonsRegistered(page_id="x", registered_at=AT, persons=(whole, bare))
    assert list(published_values.values(page)) == [
        (DataClass.CIVIL, "k1.a"),
        (DataClass.CONTACT, "k1.b"),
        (DataClass.BANK, "k2.c"),
        (DataClass.CIVIL, "k1.d"),
    ]
    link = ActivationRequested(account_id="a", person_ref="p1", link=Encrypted("k1.e"), expires_at=AT, language="ar")
    assert list(published_values.values(link)) == [(DataClass.CONTACT, "k1.e")]


@pytest.mark.parametrize("cls", catalogue.declared().values(), ids=lambda cls: cls.__name__)
def test_every_sealed_field_of_an_event_names_its_class(cls: type[Any]) -> None:
    parts = [cls]
    while parts:
        part = parts.pop()
        named = published_values.encrypted_fields(part)
        for name, hint in get_type_hints(part).items():
            assert (name in named) == _is_encrypted(hint), (
                f"{part.__name__}.{name}: write Annotated[Sealed, DataClass.…]"
            )
            parts += [inner for inner in get_args(hint) if hasattr(inner, "__dataclass_fields__")]


def _is_encrypted(hint: Any) -> bool:
    return hint is Encrypted or any(map(_is_encrypted, get_args(hint)))
