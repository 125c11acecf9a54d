"""SMS over HTTP, against the simulator in three shapes, and against a server that does what no sound one does."""

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from uuid import uuid4

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from deploy.local.programs import free_port
from services.notifications.channels.http_sms import ANSWER_BYTES_MAX, HttpGateway, HttpLine
from services.notifications.channels.sms import (
    NumberRefused,
    Sms,
    SmsCentreUnavailable,
    SmsOutcomeUnknown,
    SmsRefused,
    SmsThrottled,
)
from services.notifications.channels.sms_parts import SmsTooLong
from tests.kit.simulators import running_simulator
from tests.notifications.sms_by_http import gateway
from tests.simulators.message_centre import Centre

ARABIC = "تم فتح حقوقكم في التأمين على المرض ابتداء من أول فيفري 2026، ويمكنكم استعمال بطاقتكم في جميع الصيدليات."
APIS = ["infobip", "twilio", "kannel"]


@contextmanager
def opened(to: HttpGateway) -> Iterator[HttpLine]:
    line = to.open(lambda receipt, reply: None)
    try:
        yield line
    finally:
        line.close()


@pytest.fixture(params=APIS)
def line(centre: Centre, request: pytest.FixtureRequest) -> Iterator[HttpLine]:
    with opened(gateway(centre.url, request.param)) as line:
        yield line


def sms(text: str = "Vos droits sont ouverts", *, ending: str = "9") -> Sms:
    recipient = f"+2135{uuid4().int % 10**7:07d}{ending}"
    return Sms(message_id=f"{uuid4()}.sms", recipient=recipient, text=text, fund_id="dz-cnas")


@pytest.mark.parametrize("text", ["Vos droits sont ouverts", ARABIC, ARABIC * 3, "Prix : 12 € [net] & 5 %", "😀" * 50])
def test_a_message_arrives_as_it_was_written(centre: Centre, line: HttpLine, text: str) -> None:
    sent = sms(text)
    assert line.submit(sent).result()
    (shown,) = centre.received(sent.recipient)
    assert (shown["text"], shown["from"], shown["count"]) == (text, "CNAS", 1)


def test_a_message_leaves_under_the_name_of_its_fund(centre: Centre, line: HttpLine) -> None:
    sent = replace(sms(), sender="CNSS")
    line.submit(sent).result()
    assert [shown["from"] for shown in centre.received(sent.recipient)] == ["CNSS"]


def test_what_is_sent_twice_has_our_id_where_the_provider_takes_it(centre: Centre) -> None:
    sent = sms()
    with opened(gateway(centre.url, "infobip")) as line:
        assert [line.submit(sent).result() for _ in range(2)] == [sent.message_id, sent.message_id]
    (shown,) = centre.received(sent.recipient)
    assert (shown["message_id"], shown["count"]) == (sent.message_id, 2)


def test_a_provider_that_names_no_id_has_taken_it_under_ours(centre: Centre) -> None:
    sent = sms()
    with opened(gateway(centre.url, "kannel")) as line:
        assert line.submit(sent).result() == sent.message_id


@pytest.mark.parametrize("number", ["", "213550123459", "+0550123459", "+213 550", "+21355012345a"])
def test_what_is_no_number_is_refused_before_the_provider_sees_it(line: HttpLine, number: str) -> None:
    with pytest.raises(NumberRefused):
        line.submit(replace(sms(), recipient=number))


def test_a_text_that_is_too_long_is_refused_before_the_provider_sees_it(centre: Centre, line: HttpLine) -> None:
    sent = sms(ARABIC * 10)
    with pytest.raises(SmsTooLong):
        line.submit(sent)
    assert centre.received(sent.recipient) == []


@pytest.mark.parametrize(("name", "status"), [("infobip", 200), ("twilio", 400)])
def test_a_number_that_the_provider_does_not_know(centre: Centre, name: str, status: int) -> None:
    with opened(gateway(centre.url, name)) as line, pytest.raises(NumberRefused) as refusal:
        line.submit(sms(ending="0000")).result()
    assert refusal.value.parameters == {"status": status}


@pytest.mark.parametrize(
    ("fault", "error", "count"),
    [
        ("sms-throttled", SmsThrottled, 0),
        ("sms-in-trouble", SmsCentreUnavailable, 0),
        ("sms-rejected", SmsRefused, 0),
        ("sms-answer-lost", SmsOutcomeUnknown, 1),
    ],
)
def test_what_the_provider_does_is_told_by_its_name(
    centre: Centre, line: HttpLine, fault: str, error: type[Exception], count: int
) -> None:
    sent = sms()
    centre.fault(fault)
    with pytest.raises(error):
        line.submit(sent).result()
    assert len(centre.received(sent.recipient)) == count


def test_a_provider_that_says_when_is_left_alone_until_then(centre: Centre) -> None:
    """A second, as it asked: until then nothing is sent, so that it costs no message a try."""
    with opened(gateway(centre.url, "infobip")) as line:
        sent = sms()
        centre.fault("sms-throttled")
        with pytest.raises(SmsThrottled):
            line.submit(sent).result()
        with pytest.raises(SmsCentreUnavailable):
            line.submit(sent)
        assert centre.received(sent.recipient) == []
        time.sleep(1.1)
        assert line.submit(sent).result()


def test_who_may_not_sign_in_is_no_fault_of_the_message(centre: Centre) -> None:
    nobody = replace(gateway(centre.url, "kannel"), user="")
    with opened(nobody) as line, pytest.raises(SmsCentreUnavailable) as trouble:
        line.submit(sms()).result()
    assert trouble.value.parameters == {"status": 403}


def test_many_are_under_way_at_once(centre: Centre, line: HttpLine) -> None:
    many = [sms() for _ in range(200)]
    outcomes = [line.submit(one) for one in many]
    assert all(outcome.result() for outcome in outcomes)
    assert len(centre.received(many[-1].recipient)) == 1


def test_over_one_connection_one_leaves_after_the_other(centre: Centre) -> None:
    with opened(gateway(centre.url, window_max=1)) as line:
        many = [sms() for _ in range(5)]
        outcomes = [line.submit(one) for one in many]
        assert [outcome.result() for outcome in outcomes] == [one.message_id for one in many]


def test_a_provider_that_is_not_there() -> None:
    with opened(gateway(f"http://127.0.0.1:{free_port()}")) as line, pytest.raises(SmsCentreUnavailable):
        line.submit(sms()).result()


def test_a_name_that_nobody_has() -> None:
    with opened(gateway("http://sms.invalid")) as line, pytest.raises(SmsCentreUnavailable):
        line.submit(sms()).result()


def test_a_server_without_tls_is_sent_nothing_where_it_should_have_it(centre: Centre) -> None:
    with opened(gateway(centre.url.replace("http:", "https:"))) as line, pytest.raises(SmsCentreUnavailable):
        line.submit(sms()).result()


def test_a_certificate_that_nobody_vouches_for_is_sent_nothing(tmp_path: Path) -> None:
    """A server of this machine whose certificate is its own: the message, its number and the secret stay here."""
    key, certificate = self_signed("localhost", folder=tmp_path)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    received: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            asking, _ = listening.accept()
            try:
                with tls.wrap_socket(asking, server_side=True) as secured:
                    received.append(secured.recv(65_536))
            except OSError:
                received.append(b"")

        serving = Thread(target=serve, daemon=True)
        serving.start()
        url = f"https://localhost:{listening.getsockname()[1]}"
        with opened(gateway(url)) as line, pytest.raises(SmsCentreUnavailable):
            line.submit(sms()).result()
        serving.join(5)
    assert received == [b""]


def self_signed(host: str, *, folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2120, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    key_file, certificate_file = folder / "key.pem", folder / "certificate.pem"
    encoding = serialization.Encoding.PEM
    key_file.write_bytes(key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    certificate_file.write_bytes(made.public_bytes(encoding))
    return key_file, certificate_file


def test_a_connection_that_ended_meanwhile_is_made_again(tmp_path) -> None:
    centre = Centre()
    ready_url = centre.url + "/health/ready"
    with (
        running_simulator("simulators.messages", settings=centre.settings(tmp_path), ready_url=ready_url) as program,
        opened(gateway(centre.url)) as line,
    ):
        line.submit(sms()).result()
        program.kill()
        with pytest.raises(SmsCentreUnavailable):
            line.submit(sms()).result()
        program.start()
        assert line.submit(sms()).result()


# --- a server that does what no sound one does ------------------------------------------------------------------------


@contextmanager
def served(act: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that takes one connection, reads one request, and does that."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            asking, _ = listening.accept()
            with asking:
                asking.settimeout(10)
                asking.recv(65_536)
                act(asking)

        Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def drip(asking: socket.socket) -> None:
    """A byte now and then, so that no read ever takes long."""
    try:
        asking.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        for _ in range(100):
            asking.sendall(b"x")
            time.sleep(0.1)
    except OSError:
        return


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
ODD: dict[str, Callable[[socket.socket], None]] = {
    "hangs up": lambda asking: None,
    "is silent": lambda asking: time.sleep(3),
    "drips": drip,
    "stops in the middle": lambda asking: asking.sendall(HEAD + b'Content-Length: 50\r\n\r\n{"messages"'),
    "speaks no HTTP": lambda asking: asking.sendall(b"220 mail.example ESMTP\r\n"),
    "says too much": lambda asking: asking.sendall(
        HEAD + b"Content-Length: 1000000\r\n\r\n" + b" " * (ANSWER_BYTES_MAX + 1)
    ),
    "says nothing": lambda asking: asking.sendall(HEAD + b"Content-Length: 0\r\n\r\n"),
}


@pytest.mark.parametrize("act", ODD.values(), ids=ODD)
def test_after_the_message_is_out_everything_odd_leaves_its_outcome_unknown(
    act: Callable[[socket.socket], None],
) -> None:
    with served(act) as url, opened(gateway(url, timeout_s=1)) as line:
        began_s = time.monotonic()
        with pytest.raises(SmsOutcomeUnknown):
            line.submit(sms()).result(timeout=10)
        assert time.monotonic() - began_s < 2.5


def test_a_redirection_is_not_followed() -> None:
    def elsewhere(asking: socket.socket) -> None:
        asking.sendall(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")

    with served(elsewhere) as url, opened(gateway(url)) as line, pytest.raises(SmsCentreUnavailable) as trouble:
        line.submit(sms()).result()
    assert trouble.value.parameters == {"status": 302}


def test_closing_leaves_nobody_waiting() -> None:
    with served(lambda asking: time.sleep(8)) as url:
        line = gateway(url, timeout_s=6).open(lambda receipt, reply: None)
        waiting = line.submit(sms())
        time.sleep(0.3)
        line.close()
        with pytest.raises(SmsOutcomeUnknown):
            waiting.result(timeout=0)
