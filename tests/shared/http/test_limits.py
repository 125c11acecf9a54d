"""Quotas: by subject where a token says who calls, by address where none does; never one caller for another."""

import time
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from deploy.local import processes
from shared.http.app import build
from shared.http.callers import Verifier
from shared.http.limits import Counters, network, quotas
from shared.http.routes import ANYONE, Routes
from shared.process.service import Service
from shared.process.settings import SettingsMissing, check_complete, common, environment
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork
from tests.contracts import services
from tests.kit.callers import ISSUER, FixedKeys, token
from tests.kit.contexts import DZ, TN

routes = Routes("bells")


@routes.get("/bells", scope="bells:hear", response=None)
def handle(uow: UnitOfWork) -> None:
    """Hear a bell."""


@routes.get("/bells/open", scope=ANYONE, response=None)
def keyring(uow: UnitOfWork) -> None:
    """Ring a bell."""


@routes.post("/bells", scope="bells:hear")
def cast(uow: UnitOfWork) -> None:
    """Cast a bell."""


CALL, RING, CAST = f"/v1/{DZ}/bells", f"/v1/{DZ}/bells/open", f"/v1/{DZ}/bells"
QUOTAS = {"address": "3/minute", "subject": "4/minute", "client": "6/minute", "bells.cast": "1/hour"}


def client(context: ServiceContext, folder: Path, *, trusted_proxies: int = 0, **quotas: str) -> FlaskClient:
    service = Service[None](name="bells", folder=folder, settings=lambda env: None, routes=[routes])
    (folder / "texts.yaml").write_text("{}", encoding="utf-8")
    return build(
        "bells",
        routes=routes.all,
        context=context,
        verifier=Verifier(FixedKeys(), issuer=ISSUER, audience="bells"),
        texts=service.texts(),
        document=service.openapi,
        quotas={**QUOTAS, **quotas},
        trusted_proxies=trusted_proxies,
    ).test_client()


@pytest.fixture
def bells(context: ServiceContext, tmp_path: Path) -> FlaskClient:
    return client(context, tmp_path)


def bearer(name: str, *, actor: str = "person", fund: str = DZ) -> dict[str, str]:
    shown = token(audience="bells", scopes=["bells:hear"], fund=fund, sub=name, actor=actor)
    return {"Authorization": f"Bearer {shown}"}


def passed(answers: list[TestResponse]) -> int:
    """How many were not refused by quota; those that were come last, and say when to come again."""
    statuses = [answer.status_code for answer in answers]
    count = sum(1 for status in statuses if status != 429)
    assert statuses[count:] == [429] * (len(statuses) - count)
    return count


def test_who_has_no_token_is_counted_by_address(bells: FlaskClient) -> None:
    assert passed([bells.get(RING) for _ in range(6)]) == 3
    assert bells.get(RING, environ_base={"REMOTE_ADDR": "192.0.2.7"}).status_code == 204


def test_the_refusal_says_when_to_come_again(bells: FlaskClient) -> None:
    first = bells.get(RING)
    assert first.headers["RateLimit-Policy"] == '"address";q=3;w=60'
    assert first.headers["RateLimit"] in {'"address";r=2;t=60', '"address";r=2;t=59'}
    last = [bells.get(RING, headers={"Accept-Language": "ar"}) for _ in range(3)][-1]
    assert (last.status_code, last.mimetype, last.json["code"]) == (
        429,
        "application/problem+json",
        "request.too-many",
    )
    assert 0 < int(last.headers["Retry-After"]) <= 60 and last.headers["Retry-After"] in last.json["detail"]
    assert last.headers["RateLimit"].startswith('"address";r=0;t=') and last.headers["Cache-Control"] == "no-store"


def test_who_has_a_token_is_counted_by_who_they_are(bells: FlaskClient) -> None:
    assert passed([bells.get(CALL, headers=bearer("amira")) for _ in range(6)]) == 4
    assert bells.get(CALL, headers=bearer("karim")).status_code == 204, "from the same address"
    other = bells.get(CALL, headers=bearer("amira"), environ_base={"REMOTE_ADDR": "192.0.2.7"})
    assert other.status_code == 429, "another address makes nobody another"
    assert bells.get(CALL.replace(DZ, TN), headers=bearer("amira", fund=TN)).status_code == 204, "another fund's Amira"
    assert passed([bells.get(CALL, headers=bearer("bank", actor="client")) for _ in range(8)]) == 6


def test_nobody_is_shut_out_by_tokens_made_up_in_their_name(bells: FlaskClient) -> None:
    forged = {"Authorization": bearer("amira")["Authorization"][:-4] + "AAAA"}
    answers = [bells.get(CALL, headers=forged) for _ in range(6)]
    assert passed(answers) == 3 and {answer.status_code for answer in answers} == {401, 429}
    assert bells.get(CALL, headers=bearer("amira")).status_code == 204, "though the address is used up"


def test_a_token_on_an_open_route_counts_nobody_else(bells: FlaskClient) -> None:
    assert passed([bells.get(RING, headers=bearer(f"p{number}")) for number in range(6)]) == 3


def test_a_route_may_have_a_quota_of_its_own(bells: FlaskClient) -> None:
    assert passed([bells.post(CAST, headers=bearer("amira")) for _ in range(3)]) == 1
    assert bells.get(CALL, headers=bearer("amira")).status_code == 204
    assert bells.post(CAST, headers=bearer("karim")).status_code == 204


def test_what_is_not_there_counts_and_health_does_not(bells: FlaskClient) -> None:
    assert passed([bells.get(f"/wp-login-{number}") for number in range(6)]) == 3
    assert passed([bells.get("/health/live") for _ in range(9)]) == 9


def test_an_address_that_the_caller_writes_is_not_believed(bells: FlaskClient) -> None:
    forged = [{"X-Forwarded-For": f"192.0.2.{number}", "X-Real-IP": f"192.0.2.{number}"} for number in range(6)]
    assert passed([bells.get(RING, headers=each) for each in forged]) == 3


def test_behind_a_proxy_of_ours_the_address_that_it_saw_counts(context: ServiceContext, tmp_path: Path) -> None:
    bells = client(context, tmp_path, trusted_proxies=1)
    seen_by_us = [
        f"10.9.9.{number}, 192.0.2.7" for number in range(6)
    ]  # the caller wrote the first, our proxy the last
    assert passed([bells.get(RING, headers={"X-Forwarded-For": each}) for each in seen_by_us]) == 3
    assert bells.get(RING, headers={"X-Forwarded-For": "192.0.2.8"}).status_code == 204


def test_an_ipv6_customer_is_one_caller() -> None:
    assert network("2001:db8:1:2:aaaa::1") == network("2001:db8:1:2:bbbb::2") != network("2001:db8:1:3::1")


@pytest.mark.parametrize(
    ("written", "who"),
    [
        ("192.0.2.7", "192.0.2.7"),
        (" 192.0.2.7 ", "192.0.2.7"),
        ("192.0.2.7:40001", "192.0.2.7"),
        ('"192.0.2.7:40001"', "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("::ffff:c000:207", "192.0.2.7"),
        ("[::ffff:192.0.2.7]:40001", "192.0.2.7"),
        ("::FFFF:192.0.2.7%eth0", "192.0.2.7"),
        ("64:ff9b::192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("2001:0DB8:0001:0002:0:0:0:9", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::9]", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::9]:40001", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("[fe80::1%25eth0]:80", "fe80::/64"),
        *(
            (wrong, "unknown")
            for wrong in ("", "a:b", "unknown", "_hidden", "192.0.2", "192.0.2.7:x", "[192.0.2", "1" * 9_000)
        ),
        ("010.0.0.1", "unknown"),
    ],
)
def test_q1_an_address_is_the_same_caller_however_it_is_written(written: str, who: str) -> None:
    assert network(written) == who


def test_q1_a_port_makes_nobody_another_and_a_mapped_address_nobody_the_same(
    context: ServiceContext, tmp_path: Path
) -> None:
    bells = client(context, tmp_path, trusted_proxies=1)
    ports = [f"192.0.2.7:{port}" for port in range(40_001, 40_007)]
    assert passed([bells.get(RING, headers={"X-Forwarded-For": each}) for each in ports]) == 3
    mapped = [f"::ffff:192.0.2.{number}" for number in range(8, 14)]
    assert passed([bells.get(RING, headers={"X-Forwarded-For": each}) for each in mapped]) == 6
    assert bells.get(RING, headers={"X-Forwarded-For": "::ffff:192.0.2.7"}).status_code == 429


def test_counters_end_and_are_of_a_most() -> None:
    counters = Counters(count_max=100)
    for number in range(1_000):
        counters.add(("k", str(number)), window_s=60)
    assert len(counters) == 100
    assert counters.add(("k", "0"), window_s=60)[0] == 1 and counters.add(("k", "999"), window_s=60)[0] == 2
    assert counters.add(("k", "short"), window_s=1)[0] == 1 and counters.add(("k", "short"), window_s=1)[0] == 2
    time.sleep(1.01)
    assert counters.add(("k", "short"), window_s=1)[0] == 1


def test_a_quota_that_is_none_is_reported_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUOTAS", "address=50/minute,subject=often")
    env = environment()
    common(env, service="bells")
    with pytest.raises(SettingsMissing, match="subject: 'often' is no quota"):
        check_complete(env)


def test_the_local_run_s_quotas_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUOTAS", processes.common({}, ports={"IDENTITY_PORT": 1})["QUOTAS"])
    found = common(environment(), service="bells").quotas
    assert set(found) == set(processes.QUOTAS) and quotas(found)["claims.submit"].amount == 1_000_000


def test_every_quota_of_a_route_is_of_a_route_and_the_local_run_widens_it() -> None:
    routes_of = {
        name: {route.name for each in services.load(name).routes for route in each.all} for name in services.names()
    }
    for name in services.names():
        for endpoint in services.load(name).quotas:
            assert endpoint in routes_of[name] or endpoint.partition(".")[0] in {"oidc", "verify"}, endpoint
            assert endpoint in processes.QUOTAS, f"{endpoint} would refuse `make demo` and the benchmarks"
