"""The API held against the published files: there are no tests of GovStack's for bill payments to run."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.payments.govstack.schemas import CallHeaders
from services.payments.partners.outbound import OutboundClient
from tests.kit.contexts import TN
from tests.payments.govstack.fsp import HEADERS, Fsp
from tests.payments.mobile_money.shop import Shop
from tests.payments.partners.partner import Calling, Partner

PUBLISHED = yaml.safe_load((Path(__file__).parent / "published.yaml").read_text(encoding="utf-8"))
OURS = {"receipt", "exception", "amount"}
"""What stands beside the published fields; in what is sent later, `amount` alone."""
LANGUAGES = ("ar", "fr", "en")


@pytest.fixture
def fsp(shop: Shop) -> Fsp:
    return Fsp(shop)


@pytest.fixture
def partner() -> Iterator[Partner]:
    listening = Partner()
    with listening.up():
        yield listening


def faults(said: Mapping[str, Any], published: Mapping[str, Any]) -> list[str]:
    """What in a message is not as published: names that are missing or differ in kind or length."""
    return [fault for name, kind in published.items() for fault in _faults_of(name, said.get(name), kind)]


def _faults_of(name: str, value: Any, kind: Any) -> Iterator[str]:
    if isinstance(kind, dict):
        yield from faults(value, kind)
    elif isinstance(kind, list):
        if value not in kind:
            yield f"{name}: {value}"
    elif kind == "whole":
        if not isinstance(value, int):
            yield f"{name}: {value}"
    elif not isinstance(value, str) or not 0 < len(value) <= kind:
        yield f"{name}: {value}"


def sent(fsp: Fsp, partner: Partner) -> dict[str, Any]:
    """The last answer that was sent."""
    Calling(OutboundClient(may_be_private=True, timeout_s=5)).run(fsp.shop.context)
    found: dict[str, Any] = json.loads(partner.received[-1][1])
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_inquiry_is_answered_as_published(fsp: Fsp, partner: Partner, language: str) -> None:
    fsp.listen(partner.url)
    answer = fsp.inquire(fsp.shop.reference(), headers={"Accept-Language": language})
    assert faults(answer.json, PUBLISHED["inquiry"]["acknowledged"]) == []
    later = sent(fsp, partner)
    assert faults(later, PUBLISHED["inquiry"]["answered"]) == []
    assert later.keys() == PUBLISHED["inquiry"]["answered"].keys()
    assert later["billDetails"].keys() - OURS == PUBLISHED["inquiry"]["answered"]["billDetails"].keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_payment_is_answered_as_published(fsp: Fsp, partner: Partner, language: str) -> None:
    fsp.listen(partner.url)
    published = PUBLISHED["payment"]
    bill_id = fsp.shop.reference()
    paid = fsp.mark(bill_id, headers={"Accept-Language": language})
    assert faults(paid.json, published["acknowledged"]) == []
    assert faults({**sent(fsp, partner), "rejectReason": "Dup"}, published["answered"]) == []
    twice = fsp.mark(bill_id, payment="p2", correlation="c-2", headers={"Accept-Language": language})
    assert faults(twice.json, published["acknowledged"]) == []
    rejected = sent(fsp, partner)
    assert faults(rejected, published["answered"]) == [] and rejected.keys() == published["answered"].keys()


@pytest.mark.parametrize("message", ["marked", "notified"])
def test_a_payment_is_read_as_published_at_its_longest(fsp: Fsp, message: str) -> None:
    bill_id = fsp.shop.reference()
    assert len(bill_id) == PUBLISHED["payment"][message]["billId"]
    body = {name: "9" * longest for name, longest in PUBLISHED["payment"][message].items()} | {"billId": bill_id}
    headers = {**HEADERS, "X-CorrelationID": "c" * PUBLISHED["headers"]["X-CorrelationID"]}
    answer = fsp.caller.post("/govstack/billTransferRequests", body, key=None, headers=headers)
    assert (answer.status_code, answer.json["status"]) == (202, "ACK")


def test_headers_are_those_that_are_published_and_the_callback_s() -> None:
    read = {field.data_key for field in CallHeaders().load_fields.values()}
    assert read - {"X-Callback-URL"} == PUBLISHED["headers"].keys()
    assert len(TN) <= PUBLISHED["headers"]["X-Platform-TenantId"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_not_as_it_should_be_is_refused_as_published(fsp: Fsp, language: str) -> None:
    """With 400 and its names; the problem of the platform stands beside them."""
    asked = fsp.inquire("9" * 21, query_string={"requestId": "r-7"}, headers={"Accept-Language": language})
    paid = fsp.mark("9" * 21, requestID="r-8", headers={"Accept-Language": language})
    unnamed = fsp.mark("9" * 21, requestID=None, headers={"Accept-Language": language})
    for refused, kind, named in ((asked, "inquiry", "r-7"), (paid, "payment", "r-8")):
        assert (refused.status_code, refused.json["responseCode"], refused.json["requestID"]) == (400, "01", named)
        assert faults(refused.json, PUBLISHED[kind]["refused"]) == []
    assert asked.json["code"] == "govstack.bill-id-malformed" and asked.json["reason"] == asked.json["detail"]
    assert paid.json["errors"][0]["field"] == "billId"
    assert (unnamed.status_code, unnamed.json["requestID"]) == (400, "")


def test_an_inquiry_names_what_it_wants_as_published(fsp: Fsp) -> None:
    bill_id = fsp.shop.reference()
    assert fsp.inquire(bill_id, query_string={"fields": "inquiry"}).status_code == 202
    assert fsp.inquire(bill_id, query_string={"fields": "everything"}).status_code == 400
