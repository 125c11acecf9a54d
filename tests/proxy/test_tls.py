"""TLS and a host for each service, as an installation has them."""

import datetime
import json
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from deploy.local.addresses import SERVICES
from deploy.local.programs import HOST
from tests.kit.platform import NGINX
from tests.proxy.front import LATE_S, Front, all_of, fronting
from tests.proxy.test_outside import Stub, stub
from tests.proxy.test_raw import is_a_problem

__all__ = ["stub"]
HOSTS = {service: f"{service}.fund.example" for service in SERVICES}


def certificate(folder: Path) -> tuple[str, str]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "fund.example")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host) for host in HOSTS.values()]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    encoded = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "tls.key").write_bytes(encoded)
    (folder / "tls.crt").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return str(folder / "tls.crt"), str(folder / "tls.key")


@pytest.fixture(scope="module")
def front(stub: Stub, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    if NGINX is None:
        pytest.skip("nginx is not installed: apt-get install nginx-light")
    folder = tmp_path_factory.mktemp("tls")
    certificate_file, key_file = certificate(folder)
    with fronting(
        folder / "proxy",
        dict.fromkeys(SERVICES, stub.address),
        addresses={service: f"https://{host}" for service, host in HOSTS.items()},
        certificate_file=certificate_file,
        certificate_key_file=key_file,
    ) as made:
        yield made


def asked(front: Front, host: str, path: str, *, said_host: str = "", more: str = "") -> bytes:
    with front.connected(host=host) as line:
        line.sendall(f"GET {path} HTTP/1.1\r\nHost: {said_host or host}\r\nConnection: close\r\n{more}\r\n".encode())
        return all_of(line)


@pytest.mark.parametrize("service", SERVICES)
def test_each_service_has_its_host_and_its_own_paths(front: Front, service: str) -> None:
    answer = asked(front, HOSTS[service], "/v1/dz-cnas/access-journal?limit=3")
    published = json.loads(answer.partition(b"\r\n\r\n")[2])
    assert published["path"] == "/v1/dz-cnas/access-journal?limit=3"
    assert (published["headers"]["Host"], published["headers"]["X-Forwarded-Proto"]) == (HOSTS[service], "https")
    for path in ("/v1/dz-cnas/operations/inbox", "/health/ready", "/metrics", "/proxy/live"):
        is_passed = asked(front, HOSTS[service], path).startswith(b"HTTP/1.1 200 ")
        assert is_passed == (path == "/proxy/live"), "which is an address like any other here, and not the proxy's own"


def test_what_comes_unencrypted_is_refused_and_not_sent_on(front: Front) -> None:
    """A redirect would let a caller go on sending tokens in clear, and never know."""
    sent = f"GET /v1/dz-cnas/claims HTTP/1.1\r\nHost: {HOSTS['claims']}\r\nConnection: close\r\n\r\n"
    assert is_a_problem(front.said(sent.encode()), status=400, code="request.not-encrypted")


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_tls_1_2_and_1_3_are_spoken(front: Front, version: ssl.TLSVersion) -> None:
    assert spoken(front, HOSTS["claims"], version) == version.name.replace("_", ".")


def test_older_ones_are_not_and_an_unknown_host_is_shown_no_certificate(front: Front) -> None:
    with pytest.raises((ssl.SSLError, ConnectionError)):
        spoken(front, HOSTS["claims"], ssl.TLSVersion.TLSv1_1)
    with pytest.raises((ssl.SSLError, ConnectionError)):
        spoken(front, "other.example", ssl.TLSVersion.TLSv1_3)


def spoken(front: Front, host: str, version: ssl.TLSVersion) -> str:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = version
    with (
        socket.create_connection((HOST, front.port), timeout=LATE_S) as line,
        context.wrap_socket(line, server_hostname=host) as secured,
    ):
        return secured.version() or ""


def test_a_host_that_the_certificate_has_not_named_is_nobody_s(front: Front) -> None:
    answer = asked(front, HOSTS["claims"], "/v1/dz-cnas/claims", said_host="evil.test")
    assert is_a_problem(answer, status=421, code="request.other-host")
