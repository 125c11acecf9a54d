"""I15: a personal value in clear is found wherever it stands, and what is encrypted is not."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest

from deploy.local.demo import people
from deploy.local.verify import clear
from deploy.local.verify.personal import Canaries
from shared.kernel.personal import DataClass
from tests.kit.contexts import DZ, keys, shipped
from tests.verify.seen_of_one import Documents, seen_of
from tests.verify.town import Town, found

NAME = people.CANARY_FAMILY_NAME
CANARIES = Canaries(people.CANARIES)


@pytest.mark.parametrize(
    "written",
    [
        {"name": f"Mme {NAME[0].lower()}"},
        {"deep": [{"er": {"name": NAME[1]}}]},
        {"body": json.dumps({"name": NAME[1]}).encode()},
        {"url": f"/x?email={people.CANARY_EMAIL}-1%40personne.example"},
        {f"by {people.CANARY_NATIONAL_ID}00000001": 1},
        {"text": people.CANARY_DIAGNOSIS},
    ],
)
def test_a_value_in_any_field_of_a_database_is_found(database: Documents, written: dict[str, object]) -> None:
    encrypted = keys()[DZ].encrypt(NAME[0], data_class=DataClass.CIVIL, associated_data="p1")
    database["persons"].insert_one({"_id": "p1", "civil": encrypted})
    seen = seen_of("claims", database, canaries=CANARIES)
    assert found(seen, clear.ask) == []
    database["deadletters"].insert_one({"_id": "e1", **written})
    named = found(seen, clear.ask)
    assert len(named) >= 1
    assert all(each.startswith("claims deadletters e1: a") for each in named)
    assert not any(NAME[0].lower() in each.lower() for each in named), "what is found is not said again"


def test_a_value_in_a_log_is_found_also_where_two_pieces_meet(database: Documents, tmp_path: Path) -> None:
    log = tmp_path / "claims-web.log"
    log.write_bytes(b"x" * (clear.CHUNK_BYTES - 4))
    seen = seen_of("claims", database, canaries=CANARIES, logs=[log])
    assert found(seen, clear.ask) == []
    with log.open("ab") as more:
        more.write(people.CANARY_ACCOUNT.encode())
    assert found(seen, clear.ask) == ["claims-web.log: a bank account"]


def test_a_value_in_a_records_body_headers_or_key_is_found(town: Town) -> None:
    secret = Canaries({"a word": ["application/json"]})
    assert found(town.seen(canaries=CANARIES), clear.ask) == []
    assert any(each.startswith("topic payments, event") for each in found(town.seen(canaries=secret), clear.ask))
    case = Canaries({"a case": [town["payments"]["declarations"].find_one()["declaration_id"]]})  # type: ignore[index]
    assert any(each.startswith("topic payments, event") for each in found(town.seen(canaries=case), clear.ask))


@contextmanager
def zipkin(traces: list[list[dict[str, object]]]) -> Iterator[str]:
    """Answers as Zipkin does: a service's traces up to an instant, the newest first, so many."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = urlsplit(self.path)
            if asked.path == "/api/v2/services":
                self._answer(["claims"])
                return
            query = parse_qs(asked.query)
            until_us, limit = int(query["endTs"][0]) * 1000, int(query["limit"][0])
            old = [trace for trace in traces if int(str(trace[0]["timestamp"])) <= until_us]
            self._answer(sorted(old, key=lambda trace: -int(str(trace[0]["timestamp"])))[:limit])

        def _answer(self, content: object) -> None:
            body = json.dumps(content, separators=(",", ":")).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def test_a_value_in_an_old_span_is_found(database: Documents) -> None:
    newest_us = 1_790_000_000_000_000
    traces: list[list[dict[str, object]]] = [
        [{"timestamp": newest_us - number * 1_000_000, "id": f"{number:016x}"}]
        for number in range(clear.TRACES_A_PAGE + 3)
    ]
    with zipkin(traces) as url:
        seen = seen_of("claims", database, canaries=CANARIES, zipkin=url)
        assert found(seen, clear.ask) == []
        traces[-1][0]["tags"] = {"http.url": f"/persons/{people.CANARY_MOBILE}001"}
        assert found(seen, clear.ask) == ["a trace of claims: a mobile number"]


def test_a_canary_that_chance_could_meet_is_refused() -> None:
    with pytest.raises(ValueError, match="by chance"):
        Canaries({"a name": ["SAADI"]})


def test_the_demo_has_its_canary() -> None:
    published = people.cast(shipped()[DZ], run=12_345, count=2)
    canary, other = (repr(worker).encode() for worker in published.workers)
    assert CANARIES.found_in(canary) == set(people.CANARIES) - {"a diagnosis"}
    assert CANARIES.found_in(other) == {"a family name", "an e-mail address"}, "of others, what cannot be mistaken"
