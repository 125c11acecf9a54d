"""F1, F2, F3: a service's web process dies before, in and after the transaction of a request.

Notifications has no row: none of its routes changes anything.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests

from deploy.local.programs import HOST, answers_http, free_port
from tests.claims.builders import upload
from tests.documents.uploads.builders import a_pdf
from tests.faults.kills.conftest import Ground
from tests.faults.kills.invariants import offending_without_broker
from tests.faults.kills.life import Fault, begin
from tests.faults.kills.record import CALL_MAX_S, Record
from tests.faults.kills.scene import Scene
from tests.faults.kills.story import KARIM_NSS, filing
from tests.identity.builders import AMIRA_NSS, application, csv_file, imported, karim, person_row
from tests.kit.callers import token
from tests.kit.contexts import DZ, handle
from tests.kit.waiting import until
from tests.payments.declarations.builders import DZ_EMPLOYER, das_b
from tests.payments.declarations.harness import USUAL

SIGKILLED = -9
KEY = "one-key"


@dataclass(frozen=True)
class Request:
    """A request that changes something: where, what, by whom, and where its effect and its id are seen."""

    path: str
    body: Callable[[], dict[str, Any]]
    effect: str
    response: str = ""
    scopes: tuple[str, ...] = ()
    claims: Callable[[Scene], dict[str, Any]] = lambda scene: {}
    prepare: Callable[[Scene], object] = lambda scene: None


def _person(scene: Scene) -> dict[str, Any]:
    ref = scene.contexts["identity"].keys[DZ].person_ref(AMIRA_NSS)
    return {"actor": "person", "sub": f"account-{ref}", "person_ref": ref}


def _know_papers(scene: Scene) -> None:
    ref = _person(scene)["person_ref"]
    handle(scene.contexts["claims"], scene.services["claims"], upload("u1", ref), upload("u2", ref))


def _know_people(scene: Scene) -> None:
    rows = csv_file(scene.home / "persons.csv", [person_row(), karim(insurance_number=KARIM_NSS)])
    assert imported(scene.contexts["identity"], "--persons", rows)[0] == 0


REQUESTS = {
    "identity": Request("/accounts", lambda: {"json": application()}, "applications", prepare=_know_people),
    "documents": Request(
        "/uploads",
        lambda: {"files": {"file": ("paper.pdf", a_pdf(), "application/pdf")}},
        "uploads",
        "upload_id",
        ("uploads:add",),
        _person,
    ),
    "claims": Request(
        "/claims", lambda: {"json": filing("u1", "u2")}, "claims", "claim_id", ("claims:submit",), _person, _know_papers
    ),
    "payments": Request(
        "/declarations",
        lambda: {
            "data": USUAL[DZ],
            "files": [("files", (name, content)) for name, content in das_b().by_name.items()],
        },
        "declarations",
        "declaration_id",
        ("declarations:file",),
        lambda scene: {"actor": "employer", "sub": "user-1", "employers": [DZ_EMPLOYER]},
    ),
}


@dataclass
class Counter:
    """A service's web process over the scene's database, and a client before it who writes down how calls end."""

    scene: Scene
    service: str
    record: Record = field(default_factory=Record)

    def __post_init__(self) -> None:
        self.asked = REQUESTS[self.service]
        self.scene.services[self.service].make_indexes(self.scene.contexts[self.service])
        self.asked.prepare(self.scene)
        self.before = self._counts()
        self.body = self.asked.body()

    def open(self, step: str) -> None:
        """Start the process, which dies at the step the first time that it passes it."""
        self.scene.arm()
        fault = Fault(step, self.scene.home / "armed", self.scene.home / "done")
        own = self.scene.settings[self.service]
        log = self.scene.home / "web.log"
        self.scene.workers["web"] = self.process = begin(self.service, "web", settings=own, log=log, fault=fault)
        until(answers_http(f"http://{own['BIND']}/health/ready"), what="the web process")

    def ask(self) -> Any:
        own, asked = self.scene.settings[self.service], self.asked
        owner = asked.claims(self.scene)
        bearer = token(audience=self.service, scopes=asked.scopes, iss=f"{own['ISSUER']}/v1/{DZ}", **owner)
        headers = {"Authorization": f"Bearer {bearer}", "Idempotency-Key": KEY}
        url = f"http://{own['BIND']}/v1/{DZ}{asked.path}"
        return self.record.call(KEY, lambda: requests.post(url, headers=headers, timeout=CALL_MAX_S, **self.body))

    def dies(self, step: str) -> None:
        """A call during which the process dies, so that the client does not know; then it is started again."""
        self.open(step)
        self.ask()
        self.process.join(30)
        assert self.process.exitcode == SIGKILLED, (self.scene.home / "web.log").read_text()[-2000:]
        self.fallen = self.new()
        self.open(step)

    def new(self) -> dict[str, int]:
        """What is there now and was not before."""
        return {name: count - self.before[name] for name, count in self._counts().items()}

    def _counts(self) -> dict[str, int]:
        database = self.scene.database(self.service)
        return {name: database[name].count_documents({}) for name in (self.asked.effect, "outbox", "audit", "requests")}

    def assert_done_once(self) -> None:
        published = 0 if self.service == "identity" else 1  # of an application nobody hears before it was considered
        assert self.new() == {self.asked.effect: 1, "outbox": published, "audit": 1, "requests": 1}
        assert offending_without_broker(self.scene, self.service) == {}


@pytest.fixture
def counter(ground: Ground, request: pytest.FixtureRequest, keys_url: str) -> Iterator[Counter]:
    scene = Scene(ground.folder, ground.mongodb, f"{HOST}:{free_port()}")
    try:
        for own in scene.settings.values():
            own["JWKS_URL"] = keys_url
        yield Counter(scene, request.getfixturevalue("service"))
    finally:
        scene.end()


@pytest.mark.parametrize("service", REQUESTS)
def test_f1_killed_before_the_transaction(counter: Counter, service: str) -> None:
    counter.dies("work.begin")
    assert set(counter.fallen.values()) == {0}, counter.fallen
    _assert_done_once_asked_again(counter)
    assert counter.record.outcomes() == ["unknown", "ok", "ok"]


@pytest.mark.parametrize("service", REQUESTS)
def test_f2_killed_inside_the_transaction(counter: Counter, service: str) -> None:
    """What the dead one held its successor gives up: the key is free at once."""
    counter.dies("work.saved")
    assert set(counter.fallen.values()) == {0}, counter.fallen
    _assert_done_once_asked_again(counter)
    assert counter.record.outcomes() == ["unknown", "ok", "ok"]


@pytest.mark.parametrize("service", REQUESTS)
def test_f3_killed_after_the_commit_before_the_answer(counter: Counter, service: str) -> None:
    counter.dies("work.committed")
    counter.assert_done_once()
    again, twice = counter.ask(), counter.ask()
    assert counter.record.outcomes() == ["unknown", "ok", "ok"]
    assert again.answer.headers["Idempotent-Replayed"] == "true"
    assert again.shown == twice.shown
    (kept,) = counter.scene.database(service)[counter.asked.effect].find()
    if counter.asked.response:
        assert str(kept["_id"]) == f"{DZ}:{again.shown[counter.asked.response]}"
    counter.assert_done_once()


def _assert_done_once_asked_again(counter: Counter) -> None:
    again, twice = counter.ask(), counter.ask()
    assert again.shown == twice.shown
    counter.assert_done_once()
