"""The page of the simulated operator pays a reference by hand, in every way that may go wrong."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from deploy.local.credentials import Credentials
from simulators.bank.app import application, open_bank
from simulators.bank.settings import Settings
from tests.kit.clock import RunningClock
from tests.kit.contexts import TN
from tests.payments.bank import API_KEY
from tests.payments.mobile_money.shop import Shop, served
from tests.simulators.fund import SECRET_TEXT

DUE = 1_290_277


@pytest.fixture
def wallet(shop: Shop, tmp_path: Path) -> Iterator[FlaskClient]:
    """The operator's page, whose calls reach payments over the network, on the day of this machine's clock."""
    shop.clock.at = RunningClock()()
    with served(shop) as url:
        settings = Settings.read(
            {
                "BANK_STATE_DIR": str(tmp_path / "bank"),
                "BANK_API_KEY": API_KEY,
                "FUND_WEBHOOK_URL": "http://127.0.0.1:9",
                "FUND_WEBHOOK_SECRET": SECRET_TEXT,
                "FUND_TOKEN_URL": f"{url}/identity/token",
                "FUND_OPERATOR_URL": f"{url}/payments/v1/{{fund}}/mobile-money/",
                "OPERATOR_CLIENT_ID": "mobile-operator",
                "OPERATOR_PRIVATE_KEY_FILE": str(Credentials(tmp_path / "secrets").private_key("operator-client")),
            }
        )
        yield application(open_bank(settings)).test_client()


def pay(wallet: FlaskClient, shop: Shop, how: str) -> str:
    """What the page shows afterwards."""
    reference = shop.reference()
    shown = wallet.get(f"/wallet?lang=fr&fund={TN}&reference={reference}").text
    amount = shop.bill(reference).json["amount"]
    assert amount in shown and "At•••" in shown
    said = {"fund": TN, "reference": reference, "amount": amount, "how": how}
    assert wallet.post("/wallet/payments?lang=fr", data=said).status_code == 303
    return wallet.get("/wallet?lang=fr").text


@pytest.mark.parametrize("how", ["once", "answer-lost"])
def test_a_payment_is_made_once(wallet: FlaskClient, shop: Shop, how: str) -> None:
    page = pay(wallet, shop, how)
    assert "200 MR" in page and shop.debt().left_minor == 0
    assert shop.context.database["bank_entries"].count_documents({}) == 1


def test_a_second_payment_is_named(wallet: FlaskClient, shop: Shop) -> None:
    assert "déjà payée" in pay(wallet, shop, "twice")
    assert shop.context.database["bank_entries"].count_documents({}) == 2


def test_a_wrong_amount_is_named_and_given_back(wallet: FlaskClient, shop: Shop) -> None:
    page = pay(wallet, shop, "amount-wrong")
    assert "diffère de celui" in page
    action = page.partition('action="/wallet/payments/op_')[2].partition('"')[0]
    assert wallet.post(f"/wallet/payments/op_{action}").status_code == 303
    assert shop.debt().paid_minor == 0


def test_what_was_not_reported_is_found_in_the_file_of_the_day(wallet: FlaskClient, shop: Shop) -> None:
    pay(wallet, shop, "not-reported")
    assert shop.debt().paid_minor == 0
    assert wallet.post("/wallet/days", data={"fund": TN}).status_code == 303
    assert shop.debt().left_minor == 0
    (day,) = shop.agent.get("/operator-days").json["items"]
    assert [each["kind"] for each in day["differences"]] == ["not-known", "fee-differs"]


def test_what_the_fund_refuses_is_shown_in_the_page_s_language(wallet: FlaskClient) -> None:
    assert "غير معروف" in wallet.get(f"/wallet?lang=ar&fund={TN}&reference=123").text
    assert wallet.post("/wallet/payments", data={"fund": TN, "how": "x"}).status_code == 422
    assert wallet.post("/wallet/payments/none/reversal").status_code == 404
