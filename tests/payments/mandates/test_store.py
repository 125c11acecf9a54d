"""Mandates are read back as they were, found by what they are asked for, and an employer has one open one."""

from dataclasses import replace

import pytest

from services.payments.mandates import store
from services.payments.mandates.mandate import Mandate, Status
from shared.kernel.outcome import Outcome
from shared.storage.service_context import ServiceContext
from tests.kit.contexts import DZ, reading, someone
from tests.payments.builders import FIRM, OTHER_FIRM
from tests.payments.mandates.builders import REFERENCE, RIB, mandate


def save(context: ServiceContext, given: Mandate) -> Mandate:
    return context.run(
        DZ,
        by=someone(),
        cause=given.mandate_id,
        action=lambda uow: store.mandates.save(uow, Outcome(given)),
    )


def test_a_mandate_is_read_back_as_it_was_and_its_account_is_encrypted(context: ServiceContext) -> None:
    kept = save(context, mandate())
    assert kept == replace(mandate(), version=1) == store.mandates.load(reading(context), "m1")
    assert RIB not in str(context.database["mandates"].find_one())


@pytest.mark.parametrize("status", Status)
def test_only_an_active_one_is_found_for_debits(context: ServiceContext, status: Status) -> None:
    save(context, mandate(status))
    uow = reading(context)
    assert (store.active_of(uow, employer_id=FIRM) is not None) == (status is Status.ACTIVE)
    assert (store.open_of(uow, employer_id=FIRM) is not None) == mandate(status).is_open
    assert store.active_of(uow, employer_id=OTHER_FIRM) is None
    found = store.with_reference(uow, REFERENCE)
    assert found is not None and found.status is status


def test_of_several_employers_each_is_found_with_the_one_mandate_that_is_open(context: ServiceContext) -> None:
    for mandate_id, reference, employer_id, status in (
        ("m1", "MD260000000112", FIRM, Status.CANCELLED),
        ("m2", "MD260000000209", FIRM, Status.ACTIVE),
        ("m3", "MD260000000306", OTHER_FIRM, Status.ISSUED),
    ):
        save(context, replace(mandate(status), mandate_id=mandate_id, reference=reference, employer_id=employer_id))
    uow, asked = reading(context), [FIRM, OTHER_FIRM, FIRM, "9999999999"]
    assert {key: each.mandate_id for key, each in store.open_of_each(uow, asked).items()} == {
        FIRM: "m2",
        OTHER_FIRM: "m3",
    }
    assert {key: each.mandate_id for key, each in store.active_of_each(uow, asked).items()} == {FIRM: "m2"}
    assert store.open_of_each(uow, []) == {}
