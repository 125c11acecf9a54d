"""The partner bank, driven as a program over HTTP by a customer, a payer and a fund."""

import re
import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest
import requests
from joserfc import jwt
from joserfc.jwk import ECKey
from lxml import etree
from werkzeug.serving import make_server

from deploy.local.place import REPOSITORY
from deploy.local.programs import free_port
from simulators.bank.app import application, open_bank
from simulators.bank.files import CAMT_054, PAIN_002, check
from simulators.bank.settings import Settings
from tests.kit.simulators import running_simulator
from tests.kit.waiting import until
from tests.simulators import pain_001
from tests.simulators.fund import SECRET_TEXT, Fund, listening

DZ_ACCOUNT, TN_ACCOUNT = "00100100000001234563", "07040000000000012321"
KEY = {"authorization": "Bearer an-invented-key"}
SCHEMAS = REPOSITORY / "services/payments/banking/schemas"
WAIT_S = 5


class Bank:
    """The bank's HTTP interface, as a test says it."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"

    def post(self, path: str, *, headers=KEY, **kwargs) -> requests.Response:
        return requests.post(self.url + path, headers=headers, timeout=WAIT_S, allow_redirects=False, **kwargs)

    def get(self, path: str, *, headers=KEY, **kwargs) -> requests.Response:
        return requests.get(self.url + path, headers=headers, timeout=WAIT_S, **kwargs)

    def customer(self, *, currency="DZD", balance="100000") -> str:
        body = {"holder": "Atelier Inventé", "currency": currency, "balance": balance}
        return self.post("/customers/accounts", json=body).json()["account"]

    def transfer(self, payer: str, *, headers=None, **changes) -> requests.Response:
        body = {
            "account": payer,
            "to_account": DZ_ACCOUNT,
            "amount": "3150.25",
            "currency": "DZD",
            "reference": "PR2601123",
        } | changes
        return self.post("/transfers", json=body, headers=headers)

    def checkout(self, payment_id="pay-1", **changes) -> requests.Response:
        body = {
            "payment_id": payment_id,
            "fund": "dz-cnas",
            "amount": "420.50",
            "currency": "DZD",
            "return_url": "http://127.0.0.1:9/back",
        } | changes
        return self.post("/checkouts", json=body)

    def pay(self, payment_id: str, card: str) -> requests.Response:
        address = self.checkout(payment_id).json()["checkout_url"]
        return requests.post(address, data={"card": card}, timeout=WAIT_S, allow_redirects=False)

    def fault(self, kind: str, **how) -> None:
        assert self.post("/_faults", json={"kind": kind, **how}).status_code == 201

    def log(self, what: str) -> list[dict]:
        return [line["facts"] for line in self.get("/_log").json()["log"] if line["what"] == what]

    def xml(self, path: str) -> etree._Element:
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        return etree.fromstring(answer.content)


@pytest.fixture
def fund():
    with listening() as fund:
        yield fund


def settings(fund: Fund, state_dir: Path, *, port: int) -> dict[str, str]:
    return {
        "BANK_BIND": f"127.0.0.1:{port}",
        "BANK_STATE_DIR": str(state_dir),
        "BANK_API_KEY": "an-invented-key",
        "BANK_RETRY_S": "0.1",
        "FUND_WEBHOOK_URL": f"http://127.0.0.1:{fund.port}/v1/{{fund}}/bank/events",
        "FUND_WEBHOOK_SECRET": SECRET_TEXT,
    }


@pytest.fixture
def bank(fund: Fund, tmp_path: Path):
    """The bank on a real port, in a thread: as the program, without the half second that a program takes to start."""
    port = free_port()
    opened = open_bank(Settings.read(settings(fund, tmp_path, port=port)))
    server = make_server("127.0.0.1", port, application(opened), threaded=True)
    serving = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    serving.start()
    opened.postman.start()
    yield Bank(port)
    server.shutdown()
    server.server_close()
    opened.postman.stop()


def text(root: etree._Element, path: str) -> list[str]:
    return root.xpath("//" + "/".join(f"*[local-name()='{name}']" for name in path.split("/")) + "/text()")


# --- transfers ------------------------------------------------------------------------------------------------------


def test_a_transfer_is_booked_and_told_to_the_fund(bank, fund):
    account = bank.customer()

    assert bank.transfer(account).json()["status"] == "booked"

    (received,) = fund.receive(1)
    assert received.path == "/v1/dz-cnas/bank/events"
    assert received.webhook_id.startswith("evt_")
    assert received.message["type"] == "payment.credited"
    published = received.message["data"]
    assert (published["fund"], published["amount"], published["currency"], published["reference"]) == (
        "dz-cnas",
        "3150.25",
        "DZD",
        "PR2601123",
    )
    assert bank.get(f"/customers/accounts/{account}").json()["balance"] == "96849.75"


def test_the_dinar_of_tunisia_has_three_decimals(bank, fund):
    account = bank.customer(currency="TND", balance="10")

    assert bank.transfer(account, to_account=TN_ACCOUNT, amount="1.005", currency="TND").status_code == 201

    assert fund.receive(1)[0].message["data"]["amount"] == "1.005"
    assert fund.webhooks[0].path == "/v1/tn-cnss/bank/events"


@pytest.mark.parametrize(
    "currency, balance, wrong, kept",
    [("XOF", "2700", "2700.5", "2700"), ("LYD", "10", "1.0005", "10.000"), ("EUR", "10", "1.005", "10.00")],
)
def test_any_currency_has_its_own_decimals(bank, currency, balance, wrong, kept):
    account = bank.customer(currency=currency, balance=balance)

    assert bank.get(f"/customers/accounts/{account}").json()["balance"] == kept
    other = bank.customer(currency=currency)
    assert bank.transfer(account, to_account=other, amount=wrong, currency=currency).json()["code"] == "amount-wrong"


@pytest.mark.parametrize(
    "changes, status, code",
    [
        ({"amount": "0"}, 422, "amount-wrong"),
        ({"amount": "-5"}, 422, "amount-wrong"),
        ({"amount": "1.005"}, 422, "amount-wrong"),
        ({"amount": "1e3"}, 422, "amount-wrong"),
        ({"amount": 12}, 422, "field-missing"),
        ({"amount": "100000.01"}, 422, "balance-too-low"),
        ({"currency": "TND"}, 422, "currency-differs"),
        ({"to_account": TN_ACCOUNT}, 422, "currency-differs"),
        ({"to_account": "123"}, 404, "account-unknown"),
        ({"account": "123"}, 404, "account-unknown"),
        ({"account": DZ_ACCOUNT}, 403, "account-of-fund"),
    ],
)
def test_a_wrong_transfer_moves_nothing(bank, fund, changes, status, code):
    account = bank.customer()

    answer = bank.transfer(account, **changes)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert bank.get(f"/customers/accounts/{account}").json()["balance"] == "100000.00"
    assert not fund.webhooks


def test_the_same_key_transfers_once(bank, fund):
    account, key = bank.customer(), {"idempotency-key": "k-1"}

    first, second = bank.transfer(account, headers=key), bank.transfer(account, headers=key)
    other = bank.transfer(account, headers=key, amount="1")

    assert first.json() == second.json()
    assert (other.status_code, other.json()["code"]) == (422, "key-reused")
    assert bank.get(f"/customers/accounts/{account}").json()["balance"] == "96849.75"


def test_the_day_can_be_asked_for_as_camt_054(bank):
    account = bank.customer()
    bank.transfer(account, reference="مرجع 1")

    answer = bank.get(f"/accounts/{DZ_ACCOUNT}/camt.054")

    check(answer.content, message=CAMT_054, schemas=SCHEMAS)
    root = etree.fromstring(answer.content)
    assert text(root, "TxDtls/Amt") == ["3150.25"]
    assert text(root, "Ntry/CdtDbtInd") == ["CRDT"]
    assert text(root, "RmtInf/Ustrd") == ["مرجع 1"]
    assert bank.get(f"/accounts/{DZ_ACCOUNT}/camt.054", headers={}).status_code == 401
    assert bank.get(f"/accounts/{account}/camt.054").status_code == 404


# --- webhooks -------------------------------------------------------------------------------------------------------


def test_a_webhook_is_repeated_with_one_id_until_it_is_heard(bank, fund):
    fund.answers += [500, 503, 302]

    bank.transfer(bank.customer())

    received = fund.receive(4)
    assert len({one.webhook_id for one in received}) == 1
    assert len({one.body for one in received}) == 1
    until(lambda: bank.log("webhook-sent")[-1:] and bank.log("webhook-sent")[-1]["state"] == "heard")


def test_what_was_not_heard_before_a_power_cut_is_told_after_it(fund, tmp_path):
    port = free_port()
    ready_url = f"http://127.0.0.1:{port}/health/ready"
    with running_simulator(
        "simulators.bank", settings=settings(fund, tmp_path, port=port), ready_url=ready_url
    ) as program:
        bank = Bank(port)
        bank.fault("webhook-delayed", seconds=1)
        account = bank.customer()
        bank.transfer(account)

        program.kill()
        assert not fund.webhooks
        program.start()

        assert fund.receive(1)[0].message["data"]["amount"] == "3150.25"
        assert bank.get(f"/customers/accounts/{account}").json()["balance"] == "96849.75"


def test_faults_of_webhooks(bank, fund):
    account = bank.customer()
    bank.fault("webhook-wrong-amount")
    bank.transfer(account, reference="wrong")
    bank.fault("webhook-doubled")
    bank.transfer(account, reference="twice")
    bank.fault("webhook-not-sent")
    bank.transfer(account, reference="never")
    bank.transfer(account, reference="right")

    received = fund.receive(4)

    published = sorted((one.message["data"]["reference"], one.message["data"]["amount"]) for one in received)
    assert published == [("right", "3150.25"), ("twice", "3150.25"), ("twice", "3150.25"), ("wrong", "3151.25")]
    assert len({one.webhook_id for one in received}) == 3
    (never,) = [line["webhook_id"] for line in bank.log("webhook-written") if line["state"] == "not-sent"]
    bank.post(f"/_webhooks/{never}/again")
    assert fund.receive(5)[-1].message["data"]["reference"] == "never"


@pytest.mark.parametrize("kind", ["webhook-wrong-signature", "webhook-old-timestamp"])
def test_a_bad_attempt_is_followed_by_a_good_one(bank, fund, kind):
    fund.answers += [403]
    bank.fault(kind)
    bank.transfer(bank.customer())

    bad, good = fund.receive(2)

    with pytest.raises(Exception, match=r"webhook\."):
        assert bad.webhook_id
    assert good.webhook_id == good.headers["webhook-id"] == bad.headers["webhook-id"]


# --- cards ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "card, state, kind",
    [
        ("4242 4242 4242 4242", "debited", "payment.debited"),
        ("4000 0000 0000 0002", "refused", "payment.refused"),
        ("4000 0000 0000 0119", "debited", None),
    ],
)
def test_a_card_decides_what_becomes_of_a_payment(bank, fund, card, state, kind):
    answer = bank.pay("pay-1", card)

    assert (answer.status_code, answer.headers["location"]) == (303, "http://127.0.0.1:9/back")
    asked = bank.get("/payments/pay-1").json()
    assert (asked["state"], asked["amount"], asked["currency"]) == (state, "420.50", "DZD")
    if kind:
        published = fund.receive(1)[0].message
        assert (published["type"], published["data"]["payment_id"], published["data"]["amount"]) == (
            kind,
            "pay-1",
            "420.50",
        )
        assert published["data"].get("reason") == (None if state == "debited" else "card-refused")
        assert (published["data"]["bank_reference"] is not None) == (state == "debited")
    else:
        assert bank.log("payment-debited") == [{"payment_id": "pay-1", "is_silent": True}]
        assert not bank.log("webhook-written")


def test_a_payment_is_made_once_however_often_the_form_is_sent(bank, fund):
    bank.pay("pay-1", "4242424242424242")
    bank.pay("pay-1", "4242424242424242")
    bank.pay("pay-1", "4000000000000002")

    assert bank.get("/payments/pay-1").json()["state"] == "debited"
    assert len(bank.log("payment-debited")) == 1 and not bank.log("payment-refused")


def test_opening_a_checkout_again_gives_the_same_one(bank):
    first, again, other = bank.checkout(), bank.checkout(), bank.checkout(amount="420.51")

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert (other.status_code, other.json()["code"]) == (409, "payment-differs")
    assert bank.get("/payments/pay-1").json()["state"] == "pending"


@pytest.mark.parametrize(
    "changes, code",
    [
        ({"fund": "xx-none"}, "fund-unknown"),
        ({"currency": "TND"}, "fund-unknown"),
        ({"amount": "1.001"}, "amount-wrong"),
        ({"return_url": "javascript:alert(1)"}, "return-url-wrong"),
        ({"payment_id": ""}, "field-missing"),
    ],
)
def test_a_wrong_checkout_is_refused(bank, changes, code):
    answer = bank.checkout(**changes)

    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_the_bank_does_not_know_a_payment_it_never_saw(bank):
    assert bank.get("/payments/pay-9").status_code == 404


@pytest.mark.parametrize("method, path", [("post", "/checkouts"), ("get", "/payments/p"), ("post", "/files/pain.001")])
def test_funds_prove_themselves(bank, method, path):
    for headers in ({}, {"authorization": "Bearer wrong"}):
        assert getattr(bank, method)(path, headers=headers).status_code == 401


@pytest.mark.parametrize(
    "headers, query, language, direction, word",
    [
        ({"accept-language": "ar"}, "", "ar", "rtl", "ادفع"),
        ({"accept-language": "fr"}, "", "fr", "ltr", "Payer"),
        ({"accept-language": "fr"}, "?lang=ar", "ar", "rtl", "ادفع"),
        ({}, "?lang=xx", "fr", "ltr", "Payer"),
    ],
)
def test_the_page_speaks_to_the_payer(bank, headers, query, language, direction, word):
    page = requests.get(bank.checkout().json()["checkout_url"] + query, headers=headers, timeout=WAIT_S)

    assert f'<html lang="{language}" dir="{direction}">' in page.text
    assert word in page.text
    assert "420.50" in page.text


def test_an_unknown_card_pays_nothing(bank):
    answer = bank.pay("pay-1", "4111111111111111")

    assert answer.status_code == 422
    assert re.search(r'role="alert">[^<]', answer.text)
    assert bank.get("/payments/pay-1").json()["state"] == "pending"


def test_a_lost_answer_leaves_its_effect_and_a_lost_request_none(bank):
    bank.fault("answer-lost", seconds=1)
    with pytest.raises(requests.Timeout):
        requests.post(
            f"{bank.url}/customers/accounts", json={"holder": "x", "currency": "DZD", "account": "A1"}, timeout=0.3
        )
    until(lambda: bank.log("account-opened"))

    bank.fault("request-lost", seconds=0)
    assert bank.checkout("pay-lost").status_code == 504
    assert bank.get("/payments/pay-lost").status_code == 404


# --- payouts --------------------------------------------------------------------------------------------------------


def test_a_payout_file_is_answered_booked_and_told(bank, fund):
    orders = [
        pain_001.order("E-paid"),
        pain_001.order("E-refused", account="00200300000001010193"),
        pain_001.order("E-returned", account="00200300000004040473"),
        pain_001.order("E-decimals", amount="0.001"),
        pain_001.order("E-currency", ccy="TND"),
        pain_001.order("E-paid"),
    ]

    answer = bank.post("/files/pain.001", data=pain_001.file(*orders, count="6", total="7500.001"))

    assert answer.status_code == 202, answer.text
    report = bank.get("/files/MSG-1/pain.002")
    check(report.content, message=PAIN_002, schemas=SCHEMAS)
    root = etree.fromstring(report.content)
    assert text(root, "GrpSts") == ["PART"]
    assert text(root, "TxSts") == ["ACSC", "RJCT", "ACSC", "RJCT", "RJCT", "RJCT"]
    assert text(root, "TxInfAndSts/StsRsnInf/Rsn/Cd") == ["AC01", "AM12", "AM03", "AM05"]

    announced = [one.message for one in fund.receive(2)]
    assert {one["type"] for one in announced} == {"statement.available"}
    statements = {
        one["data"]["statement_id"]: bank.get(f"/statements/{one['data']['statement_id']}") for one in announced
    }
    booked = []
    for statement in statements.values():
        check(statement.content, message=CAMT_054, schemas=SCHEMAS)
        root = etree.fromstring(statement.content)
        booked.append((text(root, "TxDtls/Refs/EndToEndId"), text(root, "Ntry/CdtDbtInd"), text(root, "RtrInf/Rsn/Cd")))
    assert sorted(booked) == [(["E-paid", "E-returned"], ["DBIT"], []), (["E-returned"], ["CRDT"], ["AC04"])]


def test_a_file_seen_before_does_nothing(bank, fund):
    body = pain_001.file(pain_001.order())
    bank.post("/files/pain.001", data=body)
    fund.receive(1)

    again = bank.post("/files/pain.001", data=body)

    assert (again.status_code, again.json()["code"]) == (409, "DUPL")
    assert len(bank.log("file-taken")) == 1 and len(bank.log("webhook-written")) == 1


@pytest.mark.parametrize(
    "changes, reason",
    [
        ({"count": "2"}, "AM18"),
        ({"total": "1500.01"}, "AM10"),
        ({"account": "00300000000000000000"}, "AC02"),
    ],
)
def test_a_file_that_contradicts_itself_is_refused_whole(bank, fund, changes, reason):
    bank.post("/files/pain.001", data=pain_001.file(pain_001.order(), **changes))

    report = bank.get("/files/MSG-1/pain.002")
    check(report.content, message=PAIN_002, schemas=SCHEMAS)
    root = etree.fromstring(report.content)
    assert (text(root, "GrpSts"), text(root, "OrgnlGrpInfAndSts/StsRsnInf/Rsn/Cd")) == (["RJCT"], [reason])
    assert not bank.log("webhook-written")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not xml",
        b"<Document/>",
        b'<!DOCTYPE Document [<!ENTITY a "b">]>' + pain_001.file(pain_001.order()).partition(b"?>")[2],
        pain_001.file(),
        pain_001.file(pain_001.order()).replace(b"<PmtMtd>TRF</PmtMtd>", b""),
    ],
)
def test_what_is_no_payout_file_is_refused(bank, body):
    answer = bank.post("/files/pain.001", data=body)

    assert (answer.status_code, answer.json()["code"]) == (422, "file-unreadable")
    assert bank.get("/files/MSG-1/pain.002").status_code == 404


# --- asking the fund, and starting ------------------------------------------------------------------------------------


def test_a_reference_is_looked_up_at_the_fund(fund, tmp_path):
    key = ECKey.generate_key("P-256")
    (tmp_path / "key.pem").write_bytes(key.as_pem(private=True))
    port = free_port()
    here = f"http://127.0.0.1:{fund.port}"
    asking = settings(fund, tmp_path, port=port) | {
        "FUND_LOOKUP_URL": here + "/v1/{fund}/bank/references/{reference}",
        "FUND_TOKEN_URL": here + "/token",
        "BANK_CLIENT_ID": "bank-1",
        "BANK_PRIVATE_KEY_FILE": str(tmp_path / "key.pem"),
    }
    fund.references.add("KNOWN")
    with running_simulator("simulators.bank", settings=asking, ready_url=f"http://127.0.0.1:{port}/health/ready"):
        bank = Bank(port)
        account = bank.customer()

        assert bank.transfer(account, reference="KNOWN").status_code == 201
        refused = bank.transfer(account, reference="OTHER")
        assert (refused.status_code, refused.json()["code"]) == (422, "reference-unknown")

    (assertion,) = fund.assertions
    token = jwt.decode(assertion, key, algorithms=["ES256"])
    assert (token.claims["iss"], token.claims["sub"], token.claims["aud"]) == ("bank-1", "bank-1", here + "/token")
    assert 0 < token.claims["exp"] - token.claims["iat"] <= 60


def test_a_test_may_put_words_into_the_banks_mouth(bank, fund):
    assert bank.post("/files/pain.001", data=pain_001.file(pain_001.order())).status_code == 202
    message_id = bank.log("file-taken")[0]["message_id"]
    crafted = requests.put(f"{bank.url}/_files/{message_id}/pain.002", data=b"<Nonsense/>", timeout=WAIT_S)
    assert crafted.status_code == 200
    assert bank.get(f"/files/{message_id}/pain.002").content == b"<Nonsense/>"
    unknown = requests.put(f"{bank.url}/_files/never-taken/pain.002", data=b"<Nonsense/>", timeout=WAIT_S)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "file-unknown")

    statement_id = bank.post("/_statements/dz-cnas", data=b"<Nonsense/>").json()["statement_id"]
    published = [received.message["data"].get("statement_id") for received in fund.receive(2)]
    assert statement_id in published
    assert bank.get(f"/statements/{statement_id}").content == b"<Nonsense/>"


def test_missing_settings_are_all_named_at_once():
    ended = subprocess.run(
        [sys.executable, "-m", "simulators.bank"], cwd=REPOSITORY, env={}, capture_output=True, text=True
    )

    assert ended.returncode != 0
    for name in ("BANK_API_KEY", "FUND_WEBHOOK_URL", "FUND_WEBHOOK_SECRET"):
        assert name in ended.stderr
    assert "Traceback" not in ended.stderr
