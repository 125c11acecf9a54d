import socket
import struct
from dataclasses import replace
from threading import Thread
from uuid import uuid4

import pytest

from deploy.local.programs import free_port
from services.notifications.channels.receipts import DeliveryReceipt, DeliveryState
from services.notifications.channels.smpp import PDU_BYTES_MAX, SmsCentre, SmsLine
from services.notifications.channels.sms import (
    NumberRefused,
    Reply,
    Sms,
    SmsCentreUnavailable,
    SmsOutcomeUnknown,
    SmsRefused,
    SmsThrottled,
)
from services.notifications.channels.sms_parts import SmsTooLong
from simulators.messages.sms import MESSAGE_ID_TAG
from tests.kit.simulators import running_simulator
from tests.kit.waiting import until
from tests.simulators.message_centre import Centre

ARABIC = "تم فتح حقوقكم في التأمين على المرض ابتداء من أول فيفري 2026، ويمكنكم استعمال بطاقتكم في جميع الصيدليات."


class Receipts(list[DeliveryReceipt]):
    """Where the line brings receipts; the first few may be turned away."""

    turned_away = 0

    def take(self, receipt: DeliveryReceipt, reply: Reply) -> None:
        if self.turned_away:
            self.turned_away -= 1
            reply(False)
            return
        self.append(receipt)
        reply(True)

    def of(self, provider_id: str) -> DeliveryReceipt:
        return until(lambda: next((one for one in self if one.provider_id == provider_id), None))


def address(centre: Centre) -> SmsCentre:
    return SmsCentre(
        host="127.0.0.1",
        port=centre.smpp_port,
        system_id="himaya",
        password="invented",
        sender="CNAS",
        window_max=50,
        timeout_s=2,
        message_id_tag=MESSAGE_ID_TAG,
    )


@pytest.fixture
def receipts() -> Receipts:
    return Receipts()


@pytest.fixture
def line(centre, receipts):
    line = SmsLine(address(centre), on_receipt=receipts.take).open()
    yield line
    line.close()


def sms(text="Vos droits sont ouverts", *, ending="9") -> Sms:
    return Sms(message_id=str(uuid4()), recipient=f"+2135{uuid4().int % 10**7:07d}{ending}", text=text)


@pytest.mark.parametrize("text", ["Vos droits sont ouverts", ARABIC, ARABIC * 3, "Prix : 12 € [net]", "😀" * 50])
def test_a_message_arrives_as_it_was_written(centre, line, receipts, text):
    sent = sms(text)

    provider_id = line.send(sent)

    (shown,) = centre.received(sent.recipient)
    assert (shown["text"], shown["message_id"], shown["from"]) == (text, sent.message_id, "CNAS")
    expected = DeliveryReceipt(
        provider_id, DeliveryState.DELIVERED, "DELIVRD", error="000", recipient=sent.recipient.lstrip("+")
    )
    assert receipts.of(provider_id) == expected


def test_the_centre_may_have_no_place_for_our_id(centre, receipts):
    sent, line = sms(), SmsLine(replace(address(centre), message_id_tag=None), on_receipt=receipts.take).open()

    assert line.send(sent)

    assert [shown["text"] for shown in centre.received(sent.recipient)] == [sent.text]
    line.close()


def test_a_number_that_is_not_reached_is_known_from_its_receipt(line, receipts):
    assert receipts.of(line.send(sms(ending="0001"))).delivery is DeliveryState.FAILED


@pytest.mark.parametrize(
    "number", ["", "213550123459", "+0550123459", "+213 550", "0550123459", "+21355012345a", "+213"]
)
def test_what_is_no_number_is_refused_before_the_centre_sees_it(line, number):
    with pytest.raises(NumberRefused):
        line.send(replace(sms(), recipient=number))


def test_a_number_that_the_centre_does_not_know(line):
    with pytest.raises(NumberRefused) as refusal:
        line.send(sms(ending="0000"))

    assert refusal.value.parameters == {"status": 0x0B}


@pytest.mark.parametrize(
    "fault, error, count",
    [
        ("sms-throttled", SmsThrottled, 0),
        ("sms-in-trouble", SmsCentreUnavailable, 0),
        ("sms-rejected", SmsRefused, 0),
        ("sms-answer-lost", SmsOutcomeUnknown, 1),
    ],
)
def test_what_the_centre_does_is_told_by_its_name(centre, line, fault, error, count):
    sent = sms()
    centre.fault(fault)

    with pytest.raises(error):
        line.send(sent)

    assert len(centre.received(sent.recipient)) == count
    assert line.send(sent)
    assert [shown["count"] for shown in centre.received(sent.recipient)] == [count + 1]


def test_a_long_message_fails_when_one_of_its_parts_does(centre, line):
    sent = sms(ARABIC)
    centre.fault("sms-throttled")

    with pytest.raises(SmsThrottled):
        line.send(sent)

    assert centre.received(sent.recipient) == []


def test_a_text_that_is_too_long_is_refused(line):
    with pytest.raises(SmsTooLong):
        line.send(sms(ARABIC * 10))


def test_a_receipt_that_cannot_be_kept_now_comes_again(line, receipts):
    receipts.turned_away = 2

    assert receipts.of(line.send(sms())).delivery is DeliveryState.DELIVERED


def test_many_are_under_way_at_once(centre, line):
    many = [sms() for _ in range(1000)]

    outcomes = [line.submit(one) for one in many]

    assert len({outcome.result() for outcome in outcomes}) == 1000
    assert len(centre.received(many[-1].recipient)) == 1


def test_a_centre_that_is_not_there(centre, receipts):
    line = SmsLine(replace(address(centre), port=free_port(), timeout_s=0.2), on_receipt=receipts.take).open()

    with pytest.raises(SmsCentreUnavailable):
        line.send(sms())

    line.close()


def test_the_line_is_mended_when_the_centre_comes_back(tmp_path, receipts):
    centre = Centre()
    ready_url = centre.url + "/health/ready"
    with running_simulator("simulators.messages", settings=centre.settings(tmp_path), ready_url=ready_url) as program:
        line = SmsLine(replace(address(centre), timeout_s=5), on_receipt=receipts.take).open()
        line.send(sms())
        centre.fault("sms-answer-lost", 3)
        lost = [line.submit(sms()) for _ in range(3)]

        program.kill()
        for outcome in lost:
            with pytest.raises(SmsOutcomeUnknown):
                outcome.result(timeout=4)
        program.start()

        assert receipts.of(line.send(sms())).delivery is DeliveryState.DELIVERED
        line.close()


def test_closing_leaves_nobody_waiting(centre, receipts):
    line = SmsLine(address(centre), on_receipt=receipts.take).open()
    line.send(sms())
    centre.fault("sms-answer-lost")
    waiting = line.submit(sms())

    line.close()

    with pytest.raises(SmsOutcomeUnknown):
        waiting.result(timeout=0)


@pytest.mark.parametrize("size", [PDU_BYTES_MAX + 100, 2**32 - 1])
def test_a_centre_that_says_too_much_at_once_is_left(receipts, size):
    """It binds the line, and then begins to say more than any centre has to say."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        met = []

        def centre():
            asking, _ = listening.accept()
            with asking:
                asking.settimeout(10)
                sequence = asking.recv(4096)[12:16]
                asking.sendall(struct.pack(">LLL", 18, 0x80000009, 0) + sequence + b"x\0")
                met.append(asking.recv(4096)[4:8])  # a message
                asking.sendall(struct.pack(">L", size))
                met.append(asking.recv(4096))  # nothing more: the line is given up

        talking = Thread(target=centre, daemon=True)
        talking.start()
        host = SmsCentre("127.0.0.1", listening.getsockname()[1], "himaya", "invented", "CNAS", 50, 30, None)
        line = SmsLine(host, on_receipt=receipts.take).open()
        with pytest.raises(SmsOutcomeUnknown):
            line.submit(sms()).result(timeout=10)
        talking.join(10)
        line.close()
    assert met == [struct.pack(">L", 4), b""]
