"""Answers of others, read no further than a limit."""

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests

from deploy.local.programs import HOST
from shared import responses
from tests.kit.endless import endless


@contextmanager
def answering(body: bytes, **headers: str) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer((HOST, 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield f"http://{HOST}:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


def read(url: str, *, bytes_max: int) -> bytes:
    with requests.get(url, stream=True, timeout=10) as answer:
        return responses.read(answer, bytes_max=bytes_max)


@pytest.mark.parametrize("size", [0, 1, responses.CHUNK_BYTES, 100_000])
def test_what_fits_is_read_whole(size: int) -> None:
    with answering(b"x" * size) as url:
        assert read(url, bytes_max=100_000) == b"x" * size


def test_one_byte_too_many_is_too_many() -> None:
    with answering(b"x" * 100_001) as url, pytest.raises(responses.ResponseTooLarge):
        read(url, bytes_max=100_000)


def test_who_answers_without_end_is_left() -> None:
    with endless() as source:
        with pytest.raises(responses.ResponseTooLarge):
            read(source.url, bytes_max=100_000)
        assert source.was_left.wait(10)


def test_what_is_packed_counts_unpacked() -> None:
    packed = gzip.compress(b"x" * 10_000_000)
    assert len(packed) < 100_000
    with answering(packed, content_encoding="gzip") as url, pytest.raises(responses.ResponseTooLarge):
        read(url, bytes_max=100_000)


def test_an_answer_that_breaks_off_is_none() -> None:
    with answering(b"half", content_length="8") as url, pytest.raises(requests.RequestException):
        read(url, bytes_max=100_000)
