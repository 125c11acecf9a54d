"""Callers who speak HTTP badly, at the proxy with gunicorn behind it (H2, H3, H4).

Every answer is a problem, in the caller's language, with the headers of the services. A request is the same to both.
"""

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.proxy import answers
from shared.http import headers
from shared.languages.texts import LANGUAGES, best_language
from shared.process.web import HEAD_LINE_BYTES_MAX
from tests.kit.contexts import DZ
from tests.kit.platform import NGINX
from tests.kit.processes import is_ok, running
from tests.kit.waiting import until
from tests.proxy.conftest import LATE_S, Served
from tests.proxy.front import HOST, Front, fronting
from tests.shared.process.test_broken_callers import CHUNKED

SAID, SLOW = f"/claims/v1/{DZ}/said", f"/claims/v1/{DZ}/slow?seconds=0"
GET = f"GET {SLOW} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n"
POST = f"POST {SAID} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\nContent-Type: application/json\r\n"

ODD = {
    "no request": ("nonsense\r\n\r\n", 400, "request.refused"),
    "no host": (f"GET {SLOW} HTTP/1.1\r\n\r\n", 400, "request.refused"),
    "two hosts": (GET + "Host: other\r\n\r\n", 400, "request.refused"),
    "another host": (GET.replace(f"Host: {HOST}", "Host: evil.test") + "\r\n", 421, "request.other-host"),
    "a host with a path": (GET.replace(f"Host: {HOST}", f"Host: {HOST}/v1") + "\r\n", 400, "request.refused"),
    "another version": (GET.replace("HTTP/1.1", "HTTP/3.0") + "\r\n", 501, "request.not-supported"),
    "a header too long": (GET + f"Authorization: Bearer {'a' * 9_000}\r\n\r\n", 431, "request.headers-too-large"),
    "headers too many": (
        GET + "".join(f"X-{n}: {'a' * 4_000}\r\n" for n in range(20)) + "\r\n",
        431,
        "request.headers-too-large",
    ),
    "a path too long": (GET.replace("/slow", "/" + "a" * 9_000) + "\r\n", 414, "request.address-too-long"),
    "a zero byte in the path": (GET.replace("/slow", "/s%00low") + "\r\n", 400, "request.refused"),
    "a body too large": (POST + "Content-Length: 65537\r\n\r\n", 413, "request.too-large"),
    "two lengths": (POST + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", 400, "request.refused"),
    "a length and chunks": (POST + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}", 400, "request.refused"),
    "a length that is none": (POST + "Content-Length: +2\r\n\r\n{}", 400, "request.refused"),
    "a coding of its own": (POST + "Transfer-Encoding: gzip, chunked\r\n\r\n", 501, "request.not-supported"),
    "TRACE": (GET.replace("GET", "TRACE") + "\r\n", 405, "request.method-not-allowed"),
    "a tunnel": ("CONNECT other:443 HTTP/1.1\r\nHost: other:443\r\n\r\n", 400, "request.refused"),
    "nobody's path": (GET.replace("/claims/", "/nobody/") + "\r\n", 404, "request.not-found"),
    "dots to resolve": (GET.replace(f"/v1/{DZ}/", f"/v1/{DZ}/x/../") + "\r\n", 404, "request.not-found"),
    "dots that are written otherwise": (GET.replace("/v1/", "/v1/x/%2e%2E/") + "\r\n", 404, "request.not-found"),
    "a slash too many": (GET.replace("/claims", "//claims") + "\r\n", 404, "request.not-found"),
    "a slash too many inside": (GET.replace("/v1", "//v1") + "\r\n", 404, "request.not-found"),
    "a service that is down": (GET.replace("/claims/", "/payments/") + "\r\n", 502, "platform.service-unavailable"),
}


@pytest.fixture(scope="module")
def front(mongodb: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    if NGINX is None:
        pytest.skip("nginx is not installed: apt-get install nginx-light")
    folder: Path = tmp_path_factory.mktemp("web")
    with (
        running("tests.shared.process.slow", "web", folder=folder, MONGODB_URI=mongodb, TRUSTED_PROXIES="1") as web,
        fronting(folder / "proxy", {"claims": web.url.removeprefix("http://")}) as made,
    ):
        until(lambda: is_ok(f"{web.url}/health/ready"))
        yield made


def read(answer: bytes) -> tuple[int, dict[str, str], dict[str, object]]:
    head, _, body = answer.partition(b"\r\n\r\n")
    status, *lines = head.decode("latin-1").split("\r\n")
    said = dict(line.split(": ", 1) for line in lines)
    return int(status.split(" ")[1]), said, json.loads(body)


def is_a_problem(answer: bytes, *, status: int, code: str) -> bool:
    got, said, body = read(answer)
    assert (got, body["code"], body["status"]) == (status, code, status), answer
    assert said["Content-Type"] == "application/problem+json"
    assert headers.DEFAULT_HEADERS.items() <= said.items()
    assert said["Server"] == "nginx", "and not which version"
    assert ("Retry-After" in said) == (status in {429, 502, 503, 504})
    return True


@pytest.mark.parametrize(("sent", "status", "code"), ODD.values(), ids=ODD)
def test_h3_what_the_proxy_refuses_is_a_problem_with_the_headers_of_the_services(
    front: Front, sent: str, status: int, code: str
) -> None:
    assert is_a_problem(front.said(sent.encode()), status=status, code=code)


def test_h3_the_limit_is_said_and_it_is_that_of_the_route(front: Front) -> None:
    for path, size in ((SAID, 65_536), (f"/documents/v1/{DZ}/uploads", 31_457_280)):
        sent = f"POST {path} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\nContent-Length: {size + 1}\r\n\r\n"
        _, _, body = read(front.said(sent.encode()))
        assert body["size_max"] == size and str(size) in str(body["detail"])


@pytest.mark.parametrize(
    "header",
    [
        "",
        "ar",
        "fr",
        "en",
        "FR-fr",
        "fr-FR, en;q=0.5",
        "en-GB,en;q=0.9,fr;q=0.8",
        "de, en;q=0.3, fr;q=0.7",
        "*",
        "de",
        "en;q=0",
    ],
)
def test_h3_the_language_is_the_one_that_a_service_would_choose(front: Front, header: str) -> None:
    sent = f"GET /nobody HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\nAccept-Language: {header}\r\n\r\n"
    _, _, body = read(front.said(sent.encode()))
    expected = answers.sentences().translate("request.not-found", best_language(header, LANGUAGES))
    assert body["detail"] == expected


@pytest.mark.parametrize("body", CHUNKED.values(), ids=CHUNKED)
def test_h2_chunks_that_are_none_never_reach_a_service(front: Front, body: bytes) -> None:
    """nginx takes some notations that gunicorn does not, and hands over what they hold with a length of its own."""
    answer = front.said(POST.encode() + b"Transfer-Encoding: chunked\r\n\r\n" + body)
    if answer:  # a caller who ends in the middle is told nothing any more
        status, said, published = read(answer)
        assert status in (400, 422) and said["Content-Type"] == "application/problem+json"
        assert published["code"] in ("request.refused", "request.invalid")


@pytest.mark.parametrize(
    "header",
    [
        f"SCRIPT_NAME: /v1/{DZ}",
        "Script-Name: /v1",
        "PATH_INFO: /docs",
        "X-Forwarded-Prefix: /v1",
        "X-Forwarded-Host: evil.test",
    ],
)
def test_h4_nobody_says_for_us_where_we_lie(front: Front, header: str) -> None:
    answer = front.said(f"{GET}{header}\r\n\r\n".encode())
    assert answer.startswith(b"HTTP/1.1 200 ") and b"done" in answer and b"evil" not in answer


def with_first_line_of(size: int) -> str:
    path = f"{SLOW}&x="
    return GET.replace(SLOW, path + "a" * (size - len(f"GET {path} HTTP/1.1\r\n")))


def with_header_of(size: int) -> str:
    return GET + "X-Long: " + "a" * (size - len("X-Long: \r\n")) + "\r\n"


@pytest.mark.parametrize(
    "heads",
    [
        [with_first_line_of(HEAD_LINE_BYTES_MAX - less) for less in range(20)],
        [with_header_of(HEAD_LINE_BYTES_MAX - less) for less in range(20)],
        [GET + "A:\r\n" * count for count in range(8_000, 500, -50)],  # how many, nginx says by itself
    ],
    ids=["first line", "header", "headers"],
)
def test_the_largest_head_that_the_proxy_takes_is_taken_by_gunicorn_too(front: Front, heads: list[str]) -> None:
    """Its own refusals are no problems: none may come through."""
    answers = (front.said(f"{head}\r\n".encode()) for head in heads)
    answer = next(each for each in answers if each[:13] not in (b"HTTP/1.1 414 ", b"HTTP/1.1 431 "))
    assert b"text/html" not in answer and answer[:13] in (b"HTTP/1.1 200 ", b"HTTP/1.1 422 "), answer[:600]


def test_one_address_may_have_so_many_requests_open_and_is_told_so(served: Served, tmp_path: Path) -> None:
    upstream = {"claims": served.web.url.removeprefix("http://")}
    with fronting(tmp_path / "strict", upstream, connections_max=2) as strict:
        lines = [strict.connected() for _ in range(2)]
        for line in lines:
            line.sendall(f"GET /claims/v1/{DZ}/slow?seconds=2 HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
        threading.Event().wait(0.5)
        assert is_a_problem(strict.said(f"{GET}\r\n".encode()), status=429, code="request.too-many-connections")
        for line in lines:
            assert line.recv(4096).startswith(b"HTTP/1.1 200 ")
            line.close()
        assert strict.said(f"{GET}\r\n".encode()).startswith(b"HTTP/1.1 200 ")


def test_a_service_that_does_not_answer_in_time_is_told_so(served: Served) -> None:
    assert served.front.settings.time_outs.service_s < LATE_S
    sent = f"GET /claims/v1/{DZ}/slow?seconds=6 HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n"
    answer = served.front.said(sent.encode())
    assert is_a_problem(answer, status=504, code="platform.service-too-slow")
