"""Figures of a web process: for who reaches their own port, and nobody else, whatever a caller writes."""

from pathlib import Path

import pytest
import requests

from tests.kit.processes import answer, is_ok, running
from tests.kit.waiting import until


def test_metrics_are_shown_on_their_own_port_and_nothing_else_is(mongodb: str, tmp_path: Path) -> None:
    settings = {"MONGODB_URI": mongodb, "TRUSTED_PROXIES": "1"}
    with running("tests.shared.process.slow", "web", folder=tmp_path, **settings) as web:
        until(lambda: is_ok(f"{web.url}/health/ready"))
        shown = answer(web.metrics)
        assert shown is not None and shown.status_code == 200
        assert 'himaya_requests_total{method="GET",route="/health/ready",status="200"}' in shown.text
        own = web.metrics.removesuffix("/metrics")
        for path in ("", "/health/ready", "/docs", "/openapi.json", "/metrics/x"):
            inside = answer(own + path)
            assert inside is not None and (inside.status_code, inside.content) == (404, b""), path


@pytest.mark.parametrize("path", ["/metrics", "//metrics", "/%6detrics", "/health/../metrics"])
def test_the_public_port_shows_none_whatever_a_caller_says_of_where_they_came_in(
    mongodb: str, tmp_path: Path, path: str
) -> None:
    settings = {"MONGODB_URI": mongodb, "TRUSTED_PROXIES": "1"}
    with running("tests.shared.process.slow", "web", folder=tmp_path, **settings) as web:
        until(lambda: is_ok(f"{web.url}/health/ready"))
        own = web.metrics.removeprefix("http://").removesuffix("/metrics")
        port = own.rpartition(":")[2]
        for forged in (
            {},
            {"Host": own},
            {"X-Forwarded-Host": own, "X-Forwarded-Port": port, "X-Forwarded-For": "127.0.0.1"},
            {"Forwarded": f"for=127.0.0.1;host={own}"},
        ):
            asked = requests.Request("GET", web.url, headers=forged).prepare()
            asked.url = web.url + path  # as it is written
            with requests.Session() as session:
                assert session.send(asked, timeout=5).status_code == 404, forged


def test_without_an_address_of_their_own_there_are_none(mongodb: str, tmp_path: Path) -> None:
    with running("services.claims", "web", folder=tmp_path, MONGODB_URI=mongodb, METRICS_BIND="") as web:
        until(lambda: is_ok(f"{web.url}/health/ready"))
        asked = answer(f"{web.url}/metrics")
        assert asked is not None and asked.status_code == 404
