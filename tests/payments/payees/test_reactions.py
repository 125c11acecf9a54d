"""Pages of the register of persons come in: encrypted they come, encrypted they stay."""

import json
from datetime import timedelta

from services.payments.payees import actions
from services.payments.wiring import service
from shared.kernel.personal import DataClass
from shared.storage.service_context import ServiceContext
from tests.kit.clock import AT
from tests.kit.contexts import TN, handle, keys, parked, reading
from tests.kit.people import AMIRA, KARIM
from tests.payments.builders import RIB, persons


def test_a_page_is_kept_as_it_came(context: ServiceContext) -> None:
    handle(context, service, persons({AMIRA: RIB, KARIM: None}))
    found = actions.find_many(reading(context), [AMIRA, KARIM, "pnobody"])
    assert set(found) == {AMIRA, KARIM}
    assert keys()["dz-cnas"].decrypt(found[AMIRA].bank or "", data_class=DataClass.BANK, associated_data=AMIRA) == RIB  # type: ignore[arg-type]
    assert actions.has_account(reading(context), AMIRA) and not actions.has_account(reading(context), KARIM)
    assert not actions.has_account(reading(context, TN), AMIRA)
    assert parked(context) == []


def test_nothing_of_a_person_rests_in_clear(context: ServiceContext) -> None:
    handle(context, service, persons({AMIRA: RIB}))
    rows = json.dumps(list(context.database["payees"].find()), default=str)
    assert RIB not in rows and "Amira" not in rows


def test_the_newest_registration_counts_in_whatever_order_it_comes(context: ServiceContext) -> None:
    handle(context, service, persons({AMIRA: None}, at=AT + timedelta(days=1)))
    handle(context, service, persons({AMIRA: RIB}))
    assert not actions.has_account(reading(context), AMIRA)
