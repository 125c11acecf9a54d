"""Pages of the register come in, twice and in any order; what they say of a person is stored encrypted."""

import json
from datetime import timedelta

import pytest

from services.documents.register import actions
from services.documents.register.rules import PersonUnknown
from services.documents.wiring import service
from shared.storage.service_context import ServiceContext
from tests.documents.builders import FIRM, employers, registered
from tests.kit.clock import AT
from tests.kit.contexts import DZ, TN, handle, parked, reading
from tests.kit.people import AMIRA, KARIM

LATER = AT + timedelta(days=1)


def test_a_page_of_persons_is_known_and_sealed(context: ServiceContext) -> None:
    handle(context, service, registered(AMIRA, KARIM))
    assert actions.civil_of(reading(context), AMIRA).full_name("fr") == "Amira BENABDALLAH"
    assert "BENABDALLAH" not in json.dumps(list(context.database["persons"].find()), default=str)
    with pytest.raises(PersonUnknown):
        actions.civil_of(reading(context, TN), AMIRA)


@pytest.mark.parametrize("order", [1, -1])
def test_the_newest_word_stays_in_whatever_order_the_pages_come(context: ServiceContext, order: int) -> None:
    pages = [registered(AMIRA), registered(AMIRA, at=LATER, family_name="HADDAD")]
    firms = [employers(), employers(at=LATER, f1600000001="SPA El Amel")]
    handle(context, service, *pages[::order], *firms[::order])
    assert actions.civil_of(reading(context), AMIRA).family_name == "HADDAD"
    assert actions.names_of(reading(context), [FIRM, "1699999999"]) == {FIRM: "SPA El Amel"}
    assert parked(context) == []


def test_a_page_of_hundreds(context: ServiceContext) -> None:
    people = [f"p{number:024d}" for number in range(500)]
    handle(context, service, registered(*people[:300]), registered(*people, at=LATER), fund_id=DZ)
    assert context.database["persons"].count_documents({"version": 2}) == 300
    assert context.database["persons"].count_documents({"version": 1}) == 200
