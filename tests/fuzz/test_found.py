"""What fuzzing and a look with its eyes found, once each: an input that made something leave that nobody declared."""

import json
import subprocess
from pathlib import Path

import pytest
from flask import Flask, g
from marshmallow import ValidationError

from services.claims.wiring import service
from services.documents.uploads import inspection, probe
from services.documents.uploads.pdf import DamagedPdf
from services.payments.banking import messages
from services.payments.banking.bank import BankAnswerInvalid
from services.payments.banking.banks.iso_http import _read as read_answer
from services.payments.banking.banks.iso_http import _Refusal
from services.payments.banking.iso20022 import camt, pain002
from shared.bus import envelope
from shared.bus.envelope import Envelope, EnvelopeMalformed, EventBodyMalformed
from shared.http.shapes import Amount
from shared.kernel.money import Currency
from shared.kernel.references import has_valid_check_digits, with_check_digits
from shared.storage.service_context import ServiceContext
from tests.claims.claims.test_routes import filing
from tests.documents.uploads.builders import by_hand
from tests.fuzz.targets import ENVELOPE
from tests.kit.callers import Office
from tests.kit.contexts import DZ, TN, funds
from tests.kit.people import AMIRA
from tests.payments.banking.files import detail, entry, notice, status_report

DEEP = b"[" * 60_000


@pytest.mark.parametrize(
    "body",
    [DEEP, b'{"claim_type": "\\ud800"}', b'{"\\uD800": 1}', b'{"claim_type": "\\udc00\\ud83d"}'],
    ids=["brackets", "half a letter", "half a letter in a name", "halves the wrong way round"],
)
def test_json_that_nothing_could_keep_is_malformed(context: ServiceContext, body: bytes) -> None:
    answer = Office(service, context).person(AMIRA).post("/claims", data=body, content_type="application/json")
    assert (answer.status_code, answer.json["code"]) == (400, "request.malformed-json")


def test_a_whole_letter_that_is_escaped_is_a_letter(context: ServiceContext) -> None:
    body = json.dumps({**filing(), "claim_type": "\U0001f600"})
    assert "\\ud83d\\ude00" in body
    answer = Office(service, context).person(AMIRA).post("/claims", data=body, content_type="application/json")
    assert answer.json["code"] == "claim.upload-unknown", "it was read, and met a rule"


@pytest.mark.parametrize(
    ("was", "is_now"),
    [
        (b"submitted.v1", b"submitted.v" + b"9" * 5_000),
        (b"submitted.v1", b"submitted.v" + "٣".encode()),
        (b"sequence: 3", b"sequence: soon"),
        (b"sequence: 3", b"sequence: " + b"9" * 5_000),
        (b"sequence: 3", b"sequence: -1"),
    ],
)
def test_numbers_in_an_envelope_are_numbers(was: bytes, is_now: bytes) -> None:
    lines = [line.partition(b": ") for line in ENVELOPE.replace(was, is_now).split(b"\n")]
    with pytest.raises(EnvelopeMalformed):
        envelope.parsed([(name.decode(), value) for name, _, value in lines])


@pytest.mark.parametrize("body", [DEEP, b'{"unknown": ' + DEEP, b'{"claim_id": ' + DEEP])
def test_an_event_of_brackets_is_broken(body: bytes) -> None:
    with pytest.raises(EventBodyMalformed):
        envelope.event(Envelope("1", "claims.claim-submitted", 1, DZ, "k", 1, ""), body)


def test_a_bank_s_message_of_brackets_is_invalid() -> None:
    with pytest.raises(messages.MessageInvalid):
        messages.read(b'{"type": "payment.debited", "data": {"x": ' + DEEP, fund=funds()[DZ])


def test_a_bank_s_answer_of_brackets_is_not_believed() -> None:
    with pytest.raises(BankAnswerInvalid):
        read_answer(b'{"unknown": ' + DEEP, _Refusal)


def test_a_pdf_that_fells_its_reader_fells_another_process() -> None:
    felling = (Path(__file__).parent / "felling.pdf").read_bytes()
    assert subprocess.run([*probe.COMMAND, "pdf"], input=felling, capture_output=True, check=False).returncode < 0
    with pytest.raises(DamagedPdf):
        inspection.inspect(felling, media_type="application/pdf", file_name="a.pdf")


@pytest.mark.parametrize("amount", ["1.00\n", "1\n", "\n1.00", "1.000\n"])
@pytest.mark.parametrize("fund_id", [DZ, TN])
def test_an_amount_with_a_new_line_is_none(amount: str, fund_id: str) -> None:
    """At its end it was let through, and of three decimals it was one: 1.00 was read as 0.100."""
    with Flask("amounts").app_context():
        g.fund = funds()[fund_id]
        with pytest.raises(ValidationError):
            Amount().deserialize(amount)


def test_a_reference_with_a_new_line_is_none() -> None:
    reference = with_check_digits("CL", "260000000")
    assert has_valid_check_digits(reference) and not has_valid_check_digits(f"{reference}\n")


@pytest.mark.parametrize("catalogue", [b"/S/Java\x9bScript", b"/Subtype/\xff"])
def test_a_pdf_whose_names_nobody_can_read_is_damaged(catalogue: bytes) -> None:
    with pytest.raises(DamagedPdf):
        inspection.inspect(by_hand(catalogue), media_type="application/pdf", file_name="a.pdf")
    assert inspection.inspect(by_hand(b"/S/Plain"), media_type="application/pdf", file_name="a.pdf").pages == 1


@pytest.mark.parametrize("day", ["-0001-02-03", "12026-02-03"])
def test_a_day_that_only_xml_has_is_no_booking_day(day: str) -> None:
    (booked,) = camt.read(notice(entry(booked=f"<BookgDt><Dt>{day}</Dt></BookgDt>"))).entries
    assert (booked.amount.currency, booked.stated) == (Currency.OTHER, "1500.00 DZD")


def test_a_comment_neither_hides_a_file_nor_cuts_a_text_short() -> None:
    whole = notice(entry(details=detail(end_to_end_id="PAY-<!-- -->1<?pi?>2")))
    (booked,) = camt.read(whole.replace(b"<BkToCstmrDbtCdtNtfctn>", b"<!-- x --><BkToCstmrDbtCdtNtfctn>")).entries
    assert booked.end_to_end_id == "PAY-12"
    commented = status_report().replace(b"<CstmrPmtStsRpt>", b"<?x y?><CstmrPmtStsRpt><!-- x -->")
    assert pain002.read(commented) == pain002.read(status_report())
