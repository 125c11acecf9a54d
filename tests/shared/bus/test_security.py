"""How the brokers are spoken to: what goes together, and a real conversation by TLS where a broker can be had."""

import datetime
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from kafka import KafkaConsumer, KafkaProducer
from kafka.admin import KafkaAdminClient

from deploy.local.engines import tansu
from deploy.local.programs import HOST, free_port, is_listening, running
from shared.bus import topics
from shared.bus.lag import Lag
from shared.bus.relay import abandon, producer
from shared.bus.security import UNENCRYPTED, BrokerSecurity, Mechanism, Protocol, SecurityIncomplete
from shared.bus.topics import BrokerUnavailable
from shared.process.settings import KAFKA_SECURITY, SettingsMissing, check_complete, common, environment

NEEDED = {
    "MONGODB_URI": "mongodb://localhost",
    "KAFKA_BOOTSTRAP_SERVERS": "localhost:9093",
    "KEYS_FILE": "keys.json",
    "ISSUER": "https://identity.test",
    "JWKS_URL": "https://identity.test/jwks.json",
    "BIND": "localhost:8000",
    "HEALTH_BIND": "localhost:9000",
}


def read(monkeypatch: pytest.MonkeyPatch, **said: str) -> BrokerSecurity:
    for name in KAFKA_SECURITY:
        monkeypatch.delenv(name, raising=False)
    for name, value in {**NEEDED, **said}.items():
        monkeypatch.setenv(name, value)
    env = environment()
    found = common(env, service="claims")
    check_complete(env)
    return found.kafka_security


def test_nothing_said_is_an_open_line(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch) == UNENCRYPTED and UNENCRYPTED.options() == {}


def test_name_and_password_go_over_an_encrypted_line(monkeypatch: pytest.MonkeyPatch) -> None:
    said = {"KAFKA_SECURITY_PROTOCOL": "SASL_SSL", "KAFKA_CA_FILE": "/ca.pem", "KAFKA_USERNAME": "claims"}
    found = read(monkeypatch, **said, KAFKA_PASSWORD="p4ss")
    assert found.options() == {
        "security_protocol": "SASL_SSL",
        "ssl_check_hostname": True,
        "ssl_cafile": "/ca.pem",
        "ssl_certfile": None,
        "ssl_keyfile": None,
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": "claims",
        "sasl_plain_password": "p4ss",
    }
    assert "p4ss" not in repr(found)


def test_a_certificate_of_its_own_may_say_who_the_service_is(monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"KAFKA_CERTIFICATE_FILE": "/c.pem", "KAFKA_CERTIFICATE_KEY_FILE": "/k.pem"}
    found = read(monkeypatch, KAFKA_SECURITY_PROTOCOL="SSL", **files).options()
    assert (found["ssl_certfile"], found["ssl_keyfile"]) == ("/c.pem", "/k.pem") and "sasl_mechanism" not in found


@pytest.mark.parametrize(
    "said",
    [
        {"KAFKA_SECURITY_PROTOCOL": "SASL_PLAINTEXT", "KAFKA_USERNAME": "a", "KAFKA_PASSWORD": "b"},
        {"KAFKA_SECURITY_PROTOCOL": "SASL_SSL"},
        {"KAFKA_SECURITY_PROTOCOL": "SASL_SSL", "KAFKA_USERNAME": "a"},
        {"KAFKA_SECURITY_PROTOCOL": "SSL", "KAFKA_PASSWORD": "b"},
        {"KAFKA_USERNAME": "a", "KAFKA_PASSWORD": "b"},
        {"KAFKA_CA_FILE": "/ca.pem"},
        {"KAFKA_SECURITY_PROTOCOL": "SSL", "KAFKA_CERTIFICATE_FILE": "/c.pem"},
        {"KAFKA_SECURITY_PROTOCOL": "ssl"},
        {"KAFKA_SASL_MECHANISM": "GSSAPI"},
    ],
)
def test_what_does_not_go_together_is_refused_at_the_start(
    monkeypatch: pytest.MonkeyPatch, said: dict[str, str]
) -> None:
    with pytest.raises(SettingsMissing, match="KAFKA_"):
        read(monkeypatch, **said)


@pytest.mark.parametrize("client", [KafkaConsumer, KafkaProducer, KafkaAdminClient])
def test_the_client_library_knows_every_option(client: Any) -> None:
    """It refuses what it does not know, so a new version that renames one is found here."""
    whole = BrokerSecurity(protocol=Protocol.SASL_SSL, username="a", password="b", mechanism=Mechanism.PLAIN)
    assert whole.options().keys() <= client.DEFAULT_CONFIG.keys()


def test_an_incomplete_one_cannot_be_made() -> None:
    with pytest.raises(SecurityIncomplete):
        BrokerSecurity(protocol=Protocol.SASL_SSL, username="a")


@pytest.fixture
def encrypted(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """The address of a broker that is reached by TLS alone, and the file with the authority that vouches for it."""
    certificate(tmp_path)
    port = free_port()
    with socket.create_server((HOST, 0)) as listening:
        public = f"localhost:{listening.getsockname()[1]}"
        plain = tansu.program(port=port)
        program = replace(
            plain,
            command=[*plain.command[:-1], f"tcp://{public}"],  # where it says that it is
            answers=lambda: is_listening(port),
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tmp_path / "ca.pem", tmp_path / "key.pem")
        with running(program, log=tmp_path / "log"):
            threading.Thread(target=accept, args=(listening, context, port), daemon=True).start()
            yield public, tmp_path / "ca.pem"


def certificate(folder: Path) -> None:
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(pem)
    (folder / "ca.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))


def accept(listening: socket.socket, context: ssl.SSLContext, port: int) -> None:
    """End TLS here and pass on what was said, until nobody listens any more."""
    while True:
        try:
            line, _ = listening.accept()
        except OSError:
            return
        threading.Thread(target=pass_on, args=(line, context, port), daemon=True).start()


def pass_on(line: socket.socket, context: ssl.SSLContext, port: int) -> None:
    try:
        with context.wrap_socket(line, server_side=True) as secured, socket.create_connection((HOST, port)) as inner:
            secured.settimeout(0.02)
            inner.settimeout(0.02)
            while True:
                for here, there in ((secured, inner), (inner, secured)):
                    try:
                        said = here.recv(65_536)
                    except TimeoutError:
                        continue
                    if not said:
                        return
                    there.sendall(said)
    except OSError:
        return


def test_topics_are_made_events_sent_and_lag_asked_for_by_tls(encrypted: tuple[str, Path]) -> None:
    servers, authority = encrypted
    trusted = BrokerSecurity(protocol=Protocol.SSL, ca_file=str(authority))
    topics.ensure(servers, ("claims",), partitions=1, replicas=1, security=trusted)
    sending = producer(servers, security=trusted)
    try:
        sending.send("claims", b"x").get(20)
    finally:
        abandon(sending)
    lag = Lag(servers, group="himaya.x", topics=["claims"], security=trusted)
    assert sum(lag.measure().values()) == 1
    lag.close()


def test_a_broker_that_nobody_vouches_for_is_not_spoken_to(encrypted: tuple[str, Path]) -> None:
    servers, _ = encrypted
    with pytest.raises(BrokerUnavailable):
        topics.ensure(servers, ("claims",), partitions=1, replicas=1, security=BrokerSecurity(protocol=Protocol.SSL))
