"""A payment in GovStack's words is booked once, however many say it at once; and the example of the page pays."""

import runpy
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from services.payments.obligations.obligation import ObligationStatus
from tests.kit.clock import RunningClock
from tests.kit.contexts import TN, published
from tests.payments.govstack.fsp import Fsp
from tests.payments.mobile_money.shop import Shop, operator_token, served

DUE = 1_290_277
EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"
AT_ONCE = 6


def assert_paid_once(shop: Shop) -> None:
    assert (shop.net("operator:mahfadha"), shop.debt().status) == (DUE, ObligationStatus.PAID)
    assert shop.context.database["bank_entries"].count_documents({}) == 1
    sent = published(shop.context)
    assert (sent.count("payments.payment-debited"), sent.count("payments.mobile-payment-taken")) == (1, 1)


@pytest.mark.parametrize("is_one_request", [True, False])
def test_what_is_said_by_many_at_once_is_booked_and_answered_once(shop: Shop, is_one_request: bool) -> None:
    fsp = Fsp(shop)
    endpoint, bill_id = fsp.listen(), shop.reference()
    correlations = ["c-1" if is_one_request else f"c-{number}" for number in range(AT_ONCE)]
    with ThreadPoolExecutor(AT_ONCE) as threads:
        answers = list(threads.map(lambda each: fsp.mark(bill_id, correlation=each), correlations))
    assert {answer.status_code for answer in answers} <= {202, 409}
    taken = [answer.json for answer in answers if answer.status_code == 202]
    assert {(each["status"], each["receipt"]) for each in taken} == {("ACK", taken[0]["receipt"])}
    assert_paid_once(shop)
    assert len(fsp.sent(endpoint)) == (1 if is_one_request else len(taken))


def test_two_apis_that_say_it_at_once_book_it_once(shop: Shop) -> None:
    fsp, bill_id = Fsp(shop), shop.reference()
    with ThreadPoolExecutor(2) as threads:
        native, foreign = threads.submit(shop.take, bill_id), threads.submit(fsp.mark, bill_id)
    assert native.result().status_code in {200, 409}  # where the other was first, it has another time
    assert foreign.result().json["status"] == "ACK"
    assert_paid_once(shop)


def test_a_question_that_many_ask_at_once_is_answered_once(shop: Shop) -> None:
    fsp = Fsp(shop)
    endpoint, bill_id = fsp.listen(), shop.reference()
    with ThreadPoolExecutor(AT_ONCE) as threads:
        answers = list(threads.map(lambda _: fsp.inquire(bill_id), range(AT_ONCE)))
    assert {answer.status_code for answer in answers} <= {202, 409}
    assert len(fsp.sent(endpoint)) == 1


def test_the_example_of_the_page_pays(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(EXAMPLES))
    shop.clock.at = RunningClock()()
    bill_id = shop.reference()
    with served(shop) as url:
        example = runpy.run_path(str(EXAMPLES / "as_an_operator.py"))
        monkeypatch.setattr(sys.modules["himaya"], "URL", url)
        client = sys.modules["himaya"].Client(TN, token=operator_token)
        answer = example["pay_in_govstack_words"](client, bill_id, payment_id="op-1")
    assert (answer["status"], answer["exception"], shop.debt().to_pay_minor) == ("ACK", None, 0)
