"""A payment is booked once, whatever breaks off between the operator and the fund, and however often it is sent."""

import runpy
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest

from services.payments.mobile_money import actions
from services.payments.mobile_money.operator_payment import Terms
from services.payments.obligations.obligation import ObligationStatus
from shared.storage.unit_of_work import UnitOfWork
from tests.kit.clock import RunningClock
from tests.kit.contexts import TN, published, someone
from tests.payments.mobile_money.shop import TAKEN_AT, Shop, operator_token, served

DUE = 1_290_277
OWED_BY_OPERATOR = "operator:mahfadha"
EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"
AT_ONCE = 6


class Killed(BaseException):
    """The process ends here, as nothing that is caught does."""


def assert_paid_once(shop: Shop) -> None:
    assert (shop.net(OWED_BY_OPERATOR), shop.debt().status) == (DUE, ObligationStatus.PAID)
    assert shop.context.database["bank_entries"].count_documents({}) == 1
    sent = published(shop.context)
    assert (sent.count("payments.payment-debited"), sent.count("payments.mobile-payment-taken")) == (1, 1)


def test_killed_before_it_is_saved_nothing_is_kept_and_said_again_it_is_booked(shop: Shop) -> None:
    reference = shop.reference()
    terms = Terms(reference=reference, amount_minor=DUE, taken_at=datetime.fromisoformat(TAKEN_AT))

    def die(uow: UnitOfWork) -> None:
        actions.book_taken(uow, operator="mahfadha", payment_id="p1", terms=terms)
        raise Killed

    with pytest.raises(Killed):
        shop.context.run(TN, by=someone(), cause="test", action=die)
    assert (shop.net(OWED_BY_OPERATOR), shop.debt().status) == (0, ObligationStatus.OPEN)
    assert shop.operator.get("/mobile-money/payments/p1").status_code == 404
    assert shop.take(reference).status_code == 200
    assert_paid_once(shop)


def test_an_answer_that_is_lost_is_asked_for_again(shop: Shop) -> None:
    reference = shop.reference()
    shop.begin(reference)
    shop.take(reference)  # and nobody hears what came of it
    assert shop.operator.get("/mobile-money/payments/p1").json["status"] == "taken"
    for _ in range(3):
        assert shop.take(reference).json["status"] == "taken"
    shop.file(f"p1;{reference};1290,277;{TAKEN_AT};6,652")
    assert_paid_once(shop)


def test_what_is_said_by_many_at_once_is_booked_once(shop: Shop) -> None:
    reference = shop.reference()
    with ThreadPoolExecutor(AT_ONCE) as threads:
        answers = list(threads.map(lambda _: shop.take(reference), range(AT_ONCE)))
    assert {answer.status_code for answer in answers} <= {200, 409}
    assert {answer.json["receipt"] for answer in answers if answer.status_code == 200} == {
        shop.take(reference).json["receipt"]
    }
    assert_paid_once(shop)


def test_of_many_who_begin_at_once_one_has_the_reference(shop: Shop) -> None:
    reference = shop.reference()
    with ThreadPoolExecutor(AT_ONCE) as threads:
        answers = list(threads.map(lambda number: shop.begin(reference, payment=f"p{number}"), range(AT_ONCE)))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * (AT_ONCE - 1)


def test_the_example_of_the_page_for_operators_pays(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.syspath_prepend(str(EXAMPLES))
    shop.clock.at = RunningClock()()
    reference = shop.reference()
    with served(shop) as url:
        example = runpy.run_path(str(EXAMPLES / "as_an_operator.py"))
        monkeypatch.setattr(sys.modules["himaya"], "URL", url)
        client = sys.modules["himaya"].Client(TN, token=operator_token)
        example["work"](client, reference)
    said = capsys.readouterr().out
    assert "409 mobile-money.paid-twice" in said and "receipt MR" in said and "1 differ" in said
    assert shop.debt().to_pay_minor == 0
