"""The bank's answers are held against what was asked: a bank that lies, stumbles or hangs is not believed."""

import socket
from typing import Any

import pytest

from services.payments.banking.bank import (
    BankAnswerInvalid,
    BankAnswerTooLarge,
    BankOutcomeUnknown,
    BankPayment,
    BankRefused,
)
from services.payments.banking.banks.iso_http import IsoHttpBank
from services.payments.banking.iso20022.documents import FILE_BYTES_MAX, NotReadable
from shared.kernel.money import Currency
from tests.kit.endless import endless
from tests.payments.bank import answering


def checkout(bank: IsoHttpBank) -> str:
    return bank.open_checkout(
        payment_id="c1", fund_id="dz-cnas", amount_minor=315_025, currency=Currency.DZD, return_url="http://x/"
    )


PAGE = {"payment_id": "c1", "checkout_url": "https://bank.test/checkout/1"}
PAYMENT = {"payment_id": "c1", "amount": "3150.25", "currency": "DZD", "bank_reference": "ent_1", "state": "debited"}


def test_what_fits_is_believed() -> None:
    with answering(201, PAGE) as bank:
        assert checkout(bank) == PAGE["checkout_url"]
    with answering(200, {**PAYMENT, "more": 1}) as bank:
        found = bank.payment("c1", currency=Currency.DZD)
        assert found == BankPayment(state="debited", amount_minor=315_025, bank_reference="ent_1")
    with answering(404, {"code": "payment-unknown"}) as bank:
        assert bank.payment("c1", currency=Currency.DZD) is None
        assert bank.report("m1") is None and not bank.has_file("m1") and bank.statement("s1") is None
    for status, body in ((202, {"message_id": "m1"}), (409, {"message_id": "m1", "code": "DUPL"})):
        with answering(status, body) as bank:
            bank.send_file(b"<xml/>", message_id="m1")


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (201, {**PAGE, "payment_id": "c2"}),
        (201, {**PAGE, "checkout_url": "javascript:alert(1)"}),
        (201, {**PAGE, "checkout_url": "https://bank.test/" + "x" * 500}),
        (201, {"payment_id": "c1"}),
        (201, b"<html>"),
        (302, PAGE),
        (401, {"code": "key-wrong"}),
        (404, {}),
    ],
)
def test_a_page_that_is_not_an_answer_is_not_believed(status: int, body: Any) -> None:
    with answering(status, body) as bank, pytest.raises(BankAnswerInvalid):
        checkout(bank)


@pytest.mark.parametrize(
    "change",
    [
        {"payment_id": "c2"},
        {"currency": "TND"},
        {"state": "perhaps"},
        {"bank_reference": None},
        {"bank_reference": ""},
        {"amount": "0.00"},
        {"amount": "-1.00"},
        {"amount": 3150.25},
        {"amount": "3150.255"},
    ],
)
def test_a_payment_that_cannot_be_is_not_believed(change: dict[str, Any]) -> None:
    with answering(200, {**PAYMENT, **change}) as bank, pytest.raises(BankAnswerInvalid):
        bank.payment("c1", currency=Currency.DZD)


@pytest.mark.parametrize("body", [{}, {"message_id": "m2"}, b"ok"])
def test_a_receipt_for_another_file_is_not_believed(body: Any) -> None:
    with answering(202, body) as bank, pytest.raises(BankAnswerInvalid):
        bank.send_file(b"<xml/>", message_id="m1")


@pytest.mark.parametrize("status", [409, 422])
def test_a_no_is_a_no_with_its_reason(status: int) -> None:
    with answering(status, {"code": "payment-differs"}) as bank, pytest.raises(BankRefused) as refused:
        checkout(bank)
    assert refused.value.parameters == {"reason": "payment-differs"}


@pytest.mark.parametrize("status", [500, 503, 504])
def test_a_bank_that_stumbles_has_said_nothing(status: int) -> None:
    with answering(status, {"code": "lost"}) as bank, pytest.raises(BankOutcomeUnknown):
        checkout(bank)


def test_a_bank_that_hangs_or_is_gone_has_said_nothing() -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen()
        hanging = IsoHttpBank(url=f"http://127.0.0.1:{deaf.getsockname()[1]}", api_key="k", timeout_s=0.2)
        with pytest.raises(BankOutcomeUnknown):
            checkout(hanging)
    with pytest.raises(BankOutcomeUnknown):
        checkout(IsoHttpBank(url="http://127.0.0.1:9", api_key="k", timeout_s=0.2))


@pytest.mark.parametrize("status", [200, 201, 202, 404, 409, 422, 500])
def test_an_answer_without_end_says_nothing_whatever_its_status(status: int) -> None:
    with endless(status) as source:
        bank = IsoHttpBank(url=source.url, api_key="k", timeout_s=5)
        for ask in (
            lambda: checkout(bank),
            lambda: bank.payment("c1", currency=Currency.DZD),
            lambda: bank.send_file(b"<xml/>", message_id="m1"),
            lambda: bank.report("m1"),
            lambda: bank.statement("s1"),
        ):
            source.was_left.clear()
            with pytest.raises(BankAnswerTooLarge):
                ask()
            assert source.was_left.wait(10)
    assert issubclass(BankAnswerTooLarge, BankOutcomeUnknown), "the bank is asked again, and nothing is sent twice"


def test_a_file_may_be_as_large_as_a_file_of_a_bank_is_and_no_larger() -> None:
    with answering(200, b"x" * FILE_BYTES_MAX) as bank:
        assert bank.has_file("m1")
        with pytest.raises(NotReadable):
            bank.report("m1")
    with answering(200, b"x" * (FILE_BYTES_MAX + 1)) as bank, pytest.raises(BankAnswerTooLarge):
        bank.report("m1")


def test_the_key_is_never_shown() -> None:
    assert "sesame" not in repr(IsoHttpBank(url="http://x", api_key="sesame", timeout_s=1))
