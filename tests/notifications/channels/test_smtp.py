from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Thread
from uuid import uuid4

import pytest

from deploy.local.programs import free_port
from services.notifications.channels import smtp
from services.notifications.channels.smtp import (
    MAILS_A_CONNECTION_MAX,
    AddressRefused,
    Mail,
    MailConnection,
    MailOutcomeUnknown,
    MailRefused,
    MailServer,
    MailServerUnavailable,
    MailThrottled,
    Security,
)
from tests.kit.simulators import running_simulator
from tests.simulators.message_centre import Centre


def send_mail(server: MailServer, *, mail: Mail) -> str:
    """Hand one mail over, by a connection of its own: what `MailConnection.send` gives, or raises."""
    connection = MailConnection(server)
    try:
        return connection.send(mail)
    finally:
        connection.close()


@pytest.fixture
def server(centre) -> MailServer:
    return MailServer(host="127.0.0.1", port=centre.smtp_port, security=Security.NONE, timeout_s=5)


def mail(recipient=None, **changes) -> Mail:
    written = Mail(
        message_id=str(uuid4()),
        sender="no-reply@cnas.example",
        sender_name="الصندوق الوطني للتأمينات الاجتماعية",
        recipient=recipient or f"amina.{uuid4().hex[:8]}@example.org",
        language="ar",
        subject="تم فتح حقوقكم في التأمين على المرض ابتداء من أول فيفري 2026، بطاقتكم صالحة في كل الصيدليات",
        text="السلام عليكم،\nحقوقكم مفتوحة.\n",
        html="<p dir='rtl'>السلام عليكم، حقوقكم مفتوحة.</p>\n",
        written_at=datetime(2026, 2, 1, 9, 0, tzinfo=UTC),
    )
    return replace(written, **changes)


def test_a_mail_arrives_as_it_was_written(centre, server):
    sent = mail()

    provider_id = send_mail(server, mail=sent)

    (shown,) = centre.received(sent.recipient)
    assert provider_id == shown["message_id"] == f"{sent.message_id}@cnas.example"
    assert (shown["subject"], shown["text"], shown["html"]) == (sent.subject, sent.text, sent.html)
    assert shown["from"] == "الصندوق الوطني للتأمينات الاجتماعية <no-reply@cnas.example>"
    assert shown["language"] == "ar"


def test_a_mail_need_not_have_html(centre, server):
    sent = mail(html=None, language="fr", subject="Été", sender_name="CNAS", text="Vos droits sont ouverts.\n")

    send_mail(server, mail=sent)

    (shown,) = centre.received(sent.recipient)
    assert (shown["subject"], shown["text"], shown["html"], shown["language"]) == ("Été", sent.text, None, "fr")


def test_a_second_attempt_is_recognised(centre, server):
    sent = mail()

    assert send_mail(server, mail=sent) == send_mail(server, mail=sent)

    assert [shown["count"] for shown in centre.received(sent.recipient)] == [2]


def test_a_mail_that_may_be_unsubscribed_from_says_where_in_one_click():
    """RFC 8058: what a mail program posts to, and that it need ask nobody. The address has no line ends to fold at."""
    at = f"https://portal.example/dz-cnas/unsubscribe/k1.{'x' * 150}="
    written = smtp._written(mail(unsubscribe_at=at)).as_bytes(policy=smtp._ON_THE_WIRE)
    read = message_from_bytes(written)
    assert "".join(read["List-Unsubscribe"].split()) == f"<{at}>"
    assert read["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    plain = smtp._written(mail())
    assert plain["List-Unsubscribe"] is None and plain["List-Unsubscribe-Post"] is None


def test_a_subject_cannot_add_headers(centre, server):
    sent = mail(subject="Bonjour\r\nBcc: other@example.org")

    send_mail(server, mail=sent)

    assert [shown["subject"] for shown in centre.received(sent.recipient)] == ["Bonjour Bcc: other@example.org"]
    assert centre.received("other@example.org") == []


@pytest.mark.parametrize(
    "recipient",
    [
        "",
        "amina",
        "@example.org",
        "amina@",
        "a b@example.org",
        "a,b@example.org",
        "<a@example.org>",
        "أمينة@example.org",
        "a" * 250 + "@example.org",
        "a@example.org\r\nRCPT TO:<b@example.org>",
    ],
)
def test_what_is_no_address_is_refused_before_the_server_sees_it(server, recipient):
    with pytest.raises(AddressRefused) as refusal:
        send_mail(server, mail=replace(mail(), recipient=recipient))

    assert refusal.value.parameters == {"status": 0}


@pytest.mark.parametrize("mailbox, error, status", [("nobody", AddressRefused, 550), ("full", MailThrottled, 452)])
def test_mailboxes_that_refuse(server, mailbox, error, status):
    with pytest.raises(error) as refusal:
        send_mail(server, mail=mail(f"{mailbox}.1@example.org"))

    assert refusal.value.parameters == {"status": status}


@pytest.mark.parametrize(
    "fault, error, count",
    [
        ("mail-throttled", MailThrottled, 0),
        ("mail-rejected", MailRefused, 0),
        ("mail-answer-lost", MailOutcomeUnknown, 1),
    ],
)
def test_what_the_server_does_is_told_by_its_name(centre, server, fault, error, count):
    sent = mail()
    centre.fault(fault)

    with pytest.raises(error):
        send_mail(server, mail=sent)

    assert len(centre.received(sent.recipient)) == count
    send_mail(server, mail=sent)
    assert [shown["count"] for shown in centre.received(sent.recipient)] == [count + 1]


def test_a_server_that_is_not_there(server):
    with pytest.raises(MailServerUnavailable) as refusal:
        send_mail(replace(server, port=free_port()), mail=mail())

    assert refusal.value.parameters == {"cause": "ConnectionRefusedError"}


@pytest.mark.parametrize(
    "greeting, security, cause",
    [
        (b"", Security.NONE, "SMTPServerDisconnected"),
        (b"", Security.TLS, "TimeoutError"),
        (b"421 busy\r\n", Security.NONE, "SMTPConnectError"),
        (b"220 hello\r\n250 hello\r\n502 no STARTTLS\r\n", Security.STARTTLS, "SMTPNotSupportedError"),
    ],
)
def test_a_server_that_does_not_behave(server, greeting, security, cause):
    with that_says(greeting) as port, pytest.raises(MailServerUnavailable) as refusal:
        send_mail(replace(server, port=port, security=security, timeout_s=0.3), mail=mail())

    assert refusal.value.parameters == {"cause": cause}


@pytest.mark.parametrize("answer", [b"taken, thank you\r\n", b"354 go on\r\n"])
def test_what_is_no_answer_to_a_mail_does_not_say_that_it_was_taken(server, answer):
    """smtplib gives -1 where there is no number: below 400, and no promise."""
    handed_over = b"220 hello\r\n250 hello\r\n250 ok\r\n250 ok\r\n354 go on\r\n"
    with that_says(handed_over + answer) as port, pytest.raises(MailOutcomeUnknown):
        send_mail(replace(server, port=port, timeout_s=0.3), mail=mail())


@contextmanager
def that_says(answers: bytes) -> Iterator[int]:
    """A server that says all of this at once and then nothing; its port."""

    class Mute(BaseRequestHandler):
        def handle(self) -> None:
            self.request.sendall(answers)
            while self.request.recv(1000):
                pass

    with ThreadingTCPServer(("127.0.0.1", 0), Mute) as other:
        other.daemon_threads = True
        Thread(target=other.serve_forever, kwargs={"poll_interval": 0.02}).start()
        try:
            yield other.server_address[1]
        finally:
            other.shutdown()


def test_signing_in(tmp_path):
    with_password = Centre()
    settings = with_password.settings(tmp_path) | {"MESSAGES_SMTP_USER": "himaya", "MESSAGES_SMTP_PASSWORD": "invented"}
    with running_simulator("simulators.messages", settings=settings, ready_url=with_password.url + "/health/ready"):
        right = MailServer("127.0.0.1", with_password.smtp_port, Security.NONE, 5, user="himaya", password="invented")

        assert send_mail(right, mail=mail())
        with pytest.raises(MailServerUnavailable):
            send_mail(replace(right, password="guessed"), mail=mail())
        assert "invented" not in repr(right)


# --- a connection that is kept ----------------------------------------------------------------------------------------


def test_one_connection_hands_over_many_and_those_that_are_refused_stop_nobody(centre, server):
    connection = MailConnection(server)
    sent = [mail() for _ in range(3)]
    connection.send(sent[0])
    first = connection._smtp
    with pytest.raises(AddressRefused):
        connection.send(mail("nobody.1@example.org"))
    with pytest.raises(AddressRefused):
        connection.send(mail("no address"))
    connection.send(sent[1])
    centre.fault("mail-throttled")
    with pytest.raises(MailThrottled):
        connection.send(mail())
    centre.fault("mail-rejected")
    with pytest.raises(MailRefused):
        connection.send(mail())
    connection.send(sent[2])
    assert connection._smtp is first and first is not None
    connection.close()
    assert all([each["count"] for each in centre.received(one.recipient)] == [1] for one in sent)


def test_a_connection_that_the_server_has_closed_meanwhile_is_made_again(centre, server):
    connection, sent = MailConnection(server), mail()
    connection.send(mail())
    connection._smtp.sock.shutdown(2)
    connection.send(sent)
    connection.close()
    assert [each["count"] for each in centre.received(sent.recipient)] == [1]


def test_after_an_answer_that_was_lost_the_next_mail_has_another_connection(centre, server):
    connection, lost, sent = MailConnection(server), mail(), mail()
    connection.send(mail())
    centre.fault("mail-answer-lost")
    with pytest.raises(MailOutcomeUnknown):
        connection.send(lost)
    connection.send(sent)
    connection.close()
    counts = [[each["count"] for each in centre.received(one.recipient)] for one in (lost, sent)]
    assert counts == [[1], [1]], "the one in doubt was not sent again by itself"


def test_a_connection_is_not_kept_for_ever(centre, server):
    connection = MailConnection(server)
    connection.send(mail())
    first, connection._mails = connection._smtp, MAILS_A_CONNECTION_MAX
    connection.send(mail())
    assert connection._smtp is not first
    connection.close()


def test_a_server_that_says_421_to_the_next_mail_is_asked_by_another_connection(server):
    """It closes: nothing of the mail was said to it. Twice in a row it has no time for us."""
    greeting = b"220 hello\r\n250 hello\r\n250 ok\r\n250 ok\r\n354 go on\r\n250 kept\r\n421 closing\r\n"
    with that_says(greeting) as port:
        connection = MailConnection(replace(server, port=port, timeout_s=0.3))
        assert connection.send(mail()) and connection.send(mail())
        connection.close()


@pytest.mark.parametrize("html", [None, "<p>الأجر</p>"])
def test_mails_of_one_text_have_each_their_own_headers(html: str | None) -> None:
    """What is encoded once for all of them is what they share."""
    recipients = ["one@example.org", "two@example.org"]
    written = [smtp._written(mail(recipient, html=html)).as_bytes(policy=smtp._ON_THE_WIRE) for recipient in recipients]
    read = [message_from_bytes(each) for each in written]
    assert [each.get_all("To") for each in read] == [["one@example.org"], ["two@example.org"]]
    assert [len(each.get_all("From")) for each in read] == [1, 1]


def test_headers_are_as_the_email_package_writes_them() -> None:
    """Only how long it takes differs."""
    made = smtp._written(mail("someone@example.org", unsubscribe_at=f"https://portal.example/{'x' * 90}"))
    assert made.as_bytes(policy=smtp._ON_THE_WIRE) == made.as_bytes(policy=policy.compat32.clone(linesep="\r\n"))
