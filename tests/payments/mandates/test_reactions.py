"""What became of debits, as events tell it: each delivered twice, counted once."""

from typing import Any

import pytest

from services.payments.mandates import store
from services.payments.mandates.mandate import Mandate, Status
from services.payments.wiring import service
from shared.events.payments.collections import DebitRefused, PaymentDebited, PaymentReversed
from shared.kernel.outcome import Outcome
from shared.storage.service_context import ServiceContext
from tests.kit.clock import AT
from tests.kit.contexts import DZ, handle, reading, someone
from tests.payments.builders import FIRM
from tests.payments.mandates.builders import mandate

WHOLE: dict[str, Any] = {
    "collection_id": "c1",
    "declaration_id": "d1",
    "employer_id": FIRM,
    "amount_minor": 315_025,
    "currency": "DZD",
    "mandate_id": "m1",
}


def refused(**facts: Any) -> DebitRefused:
    whole = {"form": "das", "period": "2025", "reason": "AM04", "repeated_on": None, "refused_at": AT}
    return DebitRefused(**{**WHOLE, **whole, **facts})


def reversed_(**facts: Any) -> PaymentReversed:
    whole = {"form": "das", "period": "2025", "rail": "direct-debit", "reason": "MD06", "reversed_at": AT}
    return PaymentReversed(**{**WHOLE, **whole, **facts})


def debited(**facts: Any) -> PaymentDebited:
    return PaymentDebited(**{**WHOLE, "rail": "direct-debit", "debited_at": AT, **facts})


@pytest.fixture
def signed(context: ServiceContext) -> Mandate:
    return context.run(DZ, by=someone(), cause="test", action=lambda uow: store.mandates.save(uow, Outcome(mandate())))


def now(context: ServiceContext) -> Mandate:
    return store.mandates.load(reading(context), "m1")


def test_failures_in_a_row_are_counted_and_suspend_it(context: ServiceContext, signed: Mandate) -> None:
    handle(context, service, refused(), reversed_())
    assert (now(context).failures, now(context).status) == (2, Status.ACTIVE)
    handle(context, service, refused(collection_id="c3"))
    assert now(context).status is Status.SUSPENDED


def test_a_good_one_starts_the_count_again(context: ServiceContext, signed: Mandate) -> None:
    handle(context, service, refused(), debited())
    found = now(context)
    assert (found.failures, found.last_debit_on) == (0, AT.date())


def test_an_account_that_is_closed_suspends_it_at_once(context: ServiceContext, signed: Mandate) -> None:
    handle(context, service, refused(reason="AC04"))
    assert now(context).status is Status.SUSPENDED


def test_a_payment_by_another_rail_is_no_debit_of_it(context: ServiceContext, signed: Mandate) -> None:
    handle(context, service, debited(rail="card", mandate_id=""), reversed_(rail="card", mandate_id=""))
    assert now(context) == signed
