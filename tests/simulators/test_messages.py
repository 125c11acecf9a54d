"""The message centre, driven over SMTP (smtplib), SMPP (smpplib) and HTTP (requests)."""

import smtplib
from base64 import b64encode
from contextlib import suppress
from email.message import EmailMessage
from uuid import uuid4

import pytest
import requests
import smpplib.client
import smpplib.consts
import smpplib.exceptions
from smpplib.smpp import make_pdu

from simulators.messages.sms import decode
from tests.kit.simulators import running_simulator
from tests.kit.waiting import until
from tests.simulators.message_centre import Centre, message_centre

ARABIC = "تم فتح حقوقكم في التأمين على المرض ابتداء من أول فيفري، ويمكنكم استعمال بطاقتكم في جميع الصيدليات المتعاقدة."


@pytest.fixture(scope="module")
def centre(tmp_path_factory):
    with message_centre(tmp_path_factory.mktemp("messages")) as centre:
        yield centre


@pytest.fixture
def to() -> str:
    """An address of this test's own."""
    return f"amina.{uuid4().hex[:8]}@example.org"


@pytest.fixture
def number() -> str:
    return f"2135{uuid4().int % 10**7:07d}9"


def mail(to: str, *, message_id: str = "<m-1@himaya.example>", text: str = "Bonjour") -> EmailMessage:
    written = EmailMessage()
    written["From"], written["To"], written["Message-ID"] = "caisse@example.org", to, message_id
    written["Subject"] = "حقوقكم مفتوحة"
    written.set_content(text)
    return written


# --- mail -------------------------------------------------------------------------------------------------------------


def test_mail_is_shown_as_its_reader_sees_it(centre, to):
    written = mail(to, text="السلام عليكم")
    written.add_alternative("<p>السلام عليكم</p>", subtype="html")
    written.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="شهادة.pdf")

    centre.send_mail(written)

    (shown,) = centre.received(to)
    assert (shown["channel"], shown["message_id"], shown["count"]) == ("mail", "m-1@himaya.example", 1)
    assert (shown["subject"], shown["text"].strip()) == ("حقوقكم مفتوحة", "السلام عليكم")
    assert "<p>" in shown["html"]
    assert shown["attachments"] == [{"name": "شهادة.pdf", "type": "application/pdf", "bytes": 8}]


def test_a_mail_that_came_twice_is_shown_once_and_counted_twice(centre, to):
    centre.send_mail(mail(to))
    centre.send_mail(mail(to))
    centre.send_mail(mail(to, message_id="<m-2@himaya.example>"))

    assert [(one["message_id"], one["count"]) for one in centre.received(to)] == [
        ("m-1@himaya.example", 2),
        ("m-2@himaya.example", 1),
    ]
    doubled = centre.get("/counts")["more_than_once"]
    assert {"channel": "mail", "message_id": "m-1@himaya.example", "recipient": to, "count": 2} in doubled


def test_messages_are_found_by_channel_time_and_number(centre, to):
    centre.send_mail(mail(to))
    (first,) = centre.received(to)
    centre.send_mail(mail(to, message_id="<m-2@himaya.example>"))
    (_, second) = centre.received(to)

    assert centre.received(to, channel="sms") == []
    assert centre.received(to, after=first["number"]) == [second]
    assert centre.received(to, since=second["received_at"]) == [second]
    assert centre.received(to, since=second["received_at"].replace("+00:00", "Z")) == [second]
    assert centre.received(to, since="2999-01-01T00:00:00Z") == []


@pytest.mark.parametrize("mailbox, status", [("nobody", 550), ("full", 452)])
def test_mailboxes_that_refuse(centre, mailbox, status):
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refusal:
        centre.send_mail(mail(f"{mailbox}.1@example.org"))

    assert [answer[0] for answer in refusal.value.recipients.values()] == [status]
    assert centre.received(f"{mailbox}.1@example.org") == []


def test_faults_of_mail(centre, to):
    centre.fault("mail-throttled")
    with pytest.raises(smtplib.SMTPRecipientsRefused, match="451"):
        centre.send_mail(mail(to))
    centre.fault("mail-rejected")
    with pytest.raises(smtplib.SMTPDataError, match="554"):
        centre.send_mail(mail(to))
    assert centre.received(to) == []

    centre.fault("mail-answer-lost")
    with pytest.raises(smtplib.SMTPServerDisconnected):
        centre.send_mail(mail(to))
    assert len(centre.received(to)) == 1
    assert {fault["remaining"] for fault in centre.get("/_faults")["faults"]} == {0}


def test_the_page_escapes_what_it_shows(centre, to):
    centre.send_mail(mail(to, text="<script>alert(1)</script>"))

    page = requests.get(centre.url + "/", params={"to": to}, timeout=5).text

    assert "<script>" not in page and "&lt;script&gt;" in page
    assert "حقوقكم مفتوحة" in page and 'dir="auto"' in page


def test_only_who_knows_the_password_may_send_where_there_is_one(tmp_path, to):
    centre = Centre()
    settings = centre.settings(tmp_path) | {"MESSAGES_SMTP_USER": "himaya", "MESSAGES_SMTP_PASSWORD": "invented"}
    with running_simulator("simulators.messages", settings=settings, ready_url=centre.url + "/health/ready"):
        with pytest.raises(smtplib.SMTPException):
            centre.send_mail(mail(to))
        with smtplib.SMTP("127.0.0.1", centre.smtp_port, timeout=5) as server:
            server.ehlo()
            assert server.docmd("AUTH", "PLAIN " + b64encode(b"\0himaya\0guessed").decode())[0] == 535
        with smtplib.SMTP("127.0.0.1", centre.smtp_port, timeout=5) as server:
            server.login("himaya", "invented")
            server.send_message(mail(to))
        assert len(centre.received(to)) == 1


def test_what_was_received_is_there_after_a_restart(tmp_path, to):
    centre = Centre()
    settings = centre.settings(tmp_path)
    with running_simulator("simulators.messages", settings=settings, ready_url=centre.url + "/health/ready") as program:
        centre.send_mail(mail(to))
        program.kill()
        program.start()
        assert len(centre.received(to)) == 1
        assert program.stop() == 0


# --- SMS --------------------------------------------------------------------------------------------------------------


class Sender:
    """A plain smpplib client: it sends one part and waits for its answer."""

    def __init__(self, port: int) -> None:
        self.answers, self.receipts = [], []
        self.client = smpplib.client.Client("127.0.0.1", port, timeout=5, allow_unknown_opt_params=True)
        self.client.set_message_sent_handler(lambda pdu: self.answers.append(pdu))
        self.client.set_message_received_handler(lambda pdu: self.receipts.append(pdu.short_message.decode()))
        self.client.set_error_pdu_handler(lambda pdu: None)
        self.client.connect()
        self.client.bind_transceiver(system_id="himaya", password="any")

    def send(self, to: str, body: bytes, *, coding: int = 8, **more) -> int:
        """The status that the centre answered."""
        pdu = make_pdu(
            "submit_sm",
            client=self.client,
            source_addr="HIMAYA",
            destination_addr=to,
            short_message=body,
            data_coding=coding,
            **more,
        )
        self.client.send_pdu(pdu)
        self.wait(self.answers)
        return self.answers.pop().status

    def close(self) -> None:
        with suppress(smpplib.exceptions.ConnectionError):  # the centre may hang up before it has said goodbye
            self.client.unbind()
        self.client.disconnect()

    def wait(self, things: list) -> None:
        while not things:
            self.client.read_once()


@pytest.fixture
def sender(centre):
    sender = Sender(centre.smpp_port)
    yield sender
    sender.close()


def parts(text: str, *, reference: int = 7) -> list[bytes]:
    encoded = text.encode("utf-16-be")
    cut = [encoded[start : start + 134] for start in range(0, len(encoded), 134)]
    return [bytes([5, 0, 3, reference, len(cut), place]) + part for place, part in enumerate(cut, start=1)]


@pytest.mark.parametrize("order", [1, -1])
def test_the_parts_of_a_long_arabic_message_are_joined(centre, sender, number, order):
    cut = parts(ARABIC)
    assert len(cut) == 2

    for part in cut[::order]:
        assert sender.send(number, part, esm_class=smpplib.consts.SMPP_GSMFEAT_UDHI) == 0

    (shown,) = centre.received("+" + number)
    assert (shown["channel"], shown["text"], shown["from"], shown["count"]) == ("sms", ARABIC, "HIMAYA", 1)


def test_half_a_message_is_not_shown(centre, sender, number):
    sender.send(number, parts(ARABIC, reference=9)[0], esm_class=smpplib.consts.SMPP_GSMFEAT_UDHI)

    assert centre.received("+" + number) == []


def test_a_message_sent_twice_is_shown_once(centre, sender, number):
    for _ in range(2):
        sender.send(number, "رسالة".encode("utf-16-be"))
    sender.send(number, b"Droits ouverts", coding=0)

    assert [(one["text"], one["count"]) for one in centre.received("+" + number)] == [
        ("رسالة", 2),
        ("Droits ouverts", 1),
    ]


def test_a_receipt_comes_back_to_who_asked_for_it(sender, number):
    sender.send(number, b"x", coding=0, registered_delivery=1)

    sender.wait(sender.receipts)

    assert "stat:DELIVRD err:000" in sender.receipts[0]


def test_numbers_that_are_not_reached(centre, sender):
    assert sender.send("213550000000", b"x", coding=0) == smpplib.consts.SMPP_ESME_RINVDSTADR
    assert centre.received("+213550000000") == []

    sender.send("213550000002", b"x", coding=0, registered_delivery=1)
    sender.send("213550000001", b"x", coding=0, registered_delivery=1)
    sender.wait(sender.receipts)
    assert [receipt for receipt in sender.receipts if "stat:UNDELIV" in receipt] == sender.receipts


def test_faults_of_sms(centre, sender, number):
    centre.fault("sms-throttled", 2)
    assert [sender.send(number, b"x", coding=0) for _ in range(3)] == [0x58, 0x58, 0]
    for fault, status in (("sms-in-trouble", 0x08), ("sms-rejected", 0x45)):
        centre.fault(fault)
        assert sender.send(number, b"y", coding=0) == status

    assert [one["text"] for one in centre.received("+" + number)] == ["x"]


def test_a_receipt_waits_for_somebody_to_take_it(centre, number):
    first = Sender(centre.smpp_port)
    first.send(number, b"x", coding=0, registered_delivery=1)
    first.client.disconnect()  # gone without a word, and perhaps before the receipt

    second = Sender(centre.smpp_port)
    until(lambda: centre.received("+" + number))
    assert second.send(number, b"y", coding=0, registered_delivery=1) == 0
    second.wait(second.receipts)
    second.close()


@pytest.mark.parametrize(
    "body, coding, text",
    [
        (b"\x00\x05\x7f\x09", 0, "@éàÇ"),
        (b"\x1b\x65 \x1b\x3c\x1b\x28", 0, "€ [{"),
        (b"\xe9", 3, "é"),
        ("حق".encode("utf-16-be"), 8, "حق"),
        (b"\xff", 0, "\ufffd"),
    ],
)
def test_decoding(body, coding, text):
    assert decode(body, coding) == text
