"""Answers that are sent: in GovStack's form, once, signed, tried again, and only to where the operator listens."""

import json
from collections.abc import Iterator

import pytest

from services.payments.partners.outbound import OutboundClient
from tests.kit.contexts import TN
from tests.payments.govstack.fsp import Fsp
from tests.payments.mobile_money.shop import Shop
from tests.payments.partners.partner import Calling, Partner

OUTBOUND = OutboundClient(may_be_private=True, timeout_s=5)


@pytest.fixture
def fsp(shop: Shop) -> Fsp:
    return Fsp(shop)


@pytest.fixture
def partner() -> Iterator[Partner]:
    listening = Partner()
    with listening.up():
        yield listening


def test_an_inquiry_is_answered_where_the_operator_listens(fsp: Fsp, partner: Partner) -> None:
    endpoint = fsp.listen(f"http://127.0.0.1:{partner.port}/govstack/")
    bill_id = fsp.shop.reference()
    details = fsp.inquire(bill_id, correlation="c-7", query_string={"requestId": "r-7"}).json["billDetails"]
    assert Calling(OUTBOUND).run(fsp.shop.context) == 1
    ((headers, body),) = partner.received
    assert json.loads(body) == {
        "requestId": "r-7",
        "code": "00",
        "reason": "À payer.",
        "billId": bill_id,
        "billDetails": details,
    }
    assert partner.paths == [f"/govstack/bills/{bill_id}"]
    assert (headers["x-correlationid"], headers["x-platform-tenantid"], headers["x-payerfi-id"]) == (
        "c-7",
        TN,
        "MAHFADHA",
    )
    assert partner.believes(endpoint["secret"], at=fsp.shop.clock.at)
    (sent,) = fsp.sent(endpoint)
    assert (sent["kind"], sent["status"], sent["last_answer"]) == ("bill.answered", "delivered", "204")


def test_of_an_unknown_bill_there_are_no_details(fsp: Fsp, partner: Partner) -> None:
    fsp.listen(partner.url)
    fsp.inquire("a%20..%3Fb")
    Calling(OUTBOUND).run(fsp.shop.context)
    assert partner.paths == ["/himaya/bills/a%20..%3Fb?of=dz"]
    sent = json.loads(partner.received[0][1])
    assert (sent["code"], sent["billId"], "billDetails" in sent) == ("01", "a ..?b", False)


def test_a_payment_is_answered_and_tried_again(fsp: Fsp, partner: Partner) -> None:
    endpoint = fsp.listen(partner.url)
    partner.answers.append(503)
    bill_id = fsp.shop.reference()
    fsp.mark(bill_id)
    calling = Calling(OUTBOUND)
    calling.run(fsp.shop.context)
    assert fsp.sent(endpoint)[0]["status"] == "waiting"
    fsp.shop.clock.move(minutes=1)
    calling.run(fsp.shop.context)
    assert [json.loads(body) for _, body in partner.received] == 2 * [
        {"requestId": "r-1", "billId": bill_id, "status": "ACK"}
    ]
    assert len(set(partner.ids)) == 1 and fsp.sent(endpoint)[0]["tries"] == 2


def test_a_rejection_has_its_reason(fsp: Fsp, partner: Partner) -> None:
    fsp.listen(partner.url)
    fsp.mark("99999999999999")
    Calling(OUTBOUND).run(fsp.shop.context)
    assert json.loads(partner.received[0][1]) == {
        "requestId": "r-1",
        "billId": "99999999999999",
        "status": "RJC",
        "rejectReason": "Und",
    }


def test_the_same_question_is_answered_once(fsp: Fsp) -> None:
    endpoint = fsp.listen()
    bill_id = fsp.shop.reference()
    for _ in range(2):
        assert [fsp.inquire(bill_id).status_code, fsp.mark(bill_id).status_code] == [202, 202]
    assert len(fsp.sent(endpoint)) == 2
    fsp.inquire(bill_id, correlation="c-2")
    assert len(fsp.sent(endpoint)) == 3


def test_an_answer_goes_to_the_endpoint_that_is_named_and_to_no_other_address(fsp: Fsp) -> None:
    first, second = fsp.listen("https://fsp.example/one"), fsp.listen("https://fsp.example/two")
    bill_id = fsp.shop.reference()
    fsp.inquire(bill_id, headers={"X-Callback-URL": "https://fsp.example/two"})
    assert (len(fsp.sent(first)), len(fsp.sent(second))) == (0, 1)
    for strange in (
        "http://169.254.169.254/latest",
        "https://fsp.example",
        "https://fsp.example/two/",
        "https://fsp.example/two/../one/x",
        "https://fsp.example@stranger.example/two",
        "https://stranger.example/two",
    ):
        headers = {"X-Callback-URL": strange}
        for refused in (
            fsp.inquire(bill_id, correlation="c-2", headers=headers),
            fsp.mark(bill_id, correlation="c-3", headers=headers),
        ):
            assert (refused.status_code, refused.json["code"]) == (400, "govstack.callback-not-registered"), strange
    assert fsp.shop.net("operator:mahfadha") == 0
    assert (len(fsp.sent(first)), len(fsp.sent(second))) == (0, 1)


def test_without_an_endpoint_the_answer_is_all_there_is(fsp: Fsp) -> None:
    bill_id = fsp.shop.reference()
    assert fsp.inquire(bill_id).json["billDetails"]["amount"] == "1290.277"
    refused = fsp.inquire(bill_id, headers={"X-Callback-URL": "https://fsp.example/one"})
    assert refused.json["code"] == "govstack.callback-not-registered"


def test_an_operator_registers_for_its_own_answers_alone(fsp: Fsp) -> None:
    office = fsp.shop.office
    for caller, kinds in (
        (fsp.caller, ["payment.debited"]),
        (fsp.caller, ["bill.answered", "declaration.paid"]),
        (office.machine("bank-1", fund=TN), ["bill.answered"]),
    ):
        refused = caller.post("/endpoints", {"url": "https://partner.example/hook", "kinds": kinds})
        assert (refused.status_code, refused.json["code"]) == (403, "partner.kind-not-offered")
    endpoint = fsp.listen()
    changed = fsp.caller.put(
        f"/endpoints/{endpoint['endpoint_id']}", {"url": endpoint["url"], "kinds": ["payment.debited"]}
    )
    assert (changed.status_code, changed.json["code"]) == (403, "partner.kind-not-offered")
