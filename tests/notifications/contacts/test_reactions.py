"""Pages of the register: twice, in the wrong order, and broken."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.notifications.contacts import actions
from services.notifications.contacts.rules import ContactUnknown
from services.notifications.wiring import service
from shared.funds.messages import Channel
from shared.storage.service_context import ServiceContext
from tests.kit.clock import AT
from tests.kit.contexts import TN, handle, parked, reading
from tests.kit.people import AMIRA, FIRM, KARIM
from tests.notifications.builders import employer, employers, person, persons


def test_persons_and_employers_can_be_reached_as_the_register_says(context: ServiceContext) -> None:
    handle(
        context, service, persons(person(), person(KARIM, mobile="0661000001", language="ar")), employers(employer())
    )
    assert parked(context) == []
    found = actions.addresses(reading(context), [AMIRA, KARIM, FIRM], channels=list(Channel))
    assert (found[AMIRA].email, found[AMIRA].mobile) == (f"{AMIRA}@example.org", "+213550123456")
    assert (found[KARIM].email, found[KARIM].mobile, found[KARIM].language) == (None, "+213661000001", "ar")
    assert found[FIRM].email == "paie@example.org"
    assert [row["version"] for row in context.database["contacts"].find()] == [1, 1, 1]


def test_a_later_import_counts_whichever_page_comes_first(context: ServiceContext) -> None:
    new = persons(person(mobile="0661000009"), page_id="import-2/1", at=AT + timedelta(days=1))
    handle(context, service, new, persons(person()))
    assert actions.addresses(reading(context), [AMIRA], channels=list(Channel))[AMIRA].mobile == "+213661000009"


def test_contacts_rest_sealed(context: ServiceContext) -> None:
    handle(context, service, persons(person()))
    kept = str(context.database["contacts"].find_one({}))
    assert "example.org" not in kept and "550" not in kept.replace(AMIRA, "")


def test_a_contact_of_another_person_does_not_open(context: ServiceContext) -> None:
    handle(context, service, persons(replace(person(), contact=person(KARIM).contact)))
    with pytest.raises(Exception, match="a contact value"):
        actions.addresses(reading(context), [AMIRA], channels=list(Channel))


def test_who_is_not_in_the_register_is_not_known_in_this_fund(context: ServiceContext) -> None:
    handle(context, service, persons(person()))
    with pytest.raises(ContactUnknown):
        actions.addresses(reading(context), [AMIRA, KARIM], channels=list(Channel))
    with pytest.raises(ContactUnknown):
        actions.addresses(reading(context, TN), [AMIRA], channels=list(Channel))


def test_somebody_without_contact_has_no_address_but_is_known(context: ServiceContext) -> None:
    handle(context, service, persons(replace(person(), contact=None)))
    found = actions.addresses(reading(context), [AMIRA], channels=list(Channel))[AMIRA]
    assert (found.email, found.mobile) == (None, None)
