"""Web processes to measure: the claims service as it is run, and bare Flask apps under the same gunicorn."""

import json
import sys
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any

import psutil
from pymongo import MongoClient

from bench.asking import Answers, ask, request
from bench.ground import FUND, ISSUER, Ground
from bench.pairs import Run
from deploy.local.programs import HOST, Program, answers_http, free_port, is_listening
from shared.storage.service_context import now

THREADS = 8
CONNECTIONS = 8
SECONDS = 3.0
PERSON = "pbench" + "a" * 19
WITHOUT_QUOTAS = ",".join(f"{name}=1000000/second" for name in ("subject", "claims.submit", "declarations.file"))
"""The bench is one caller who asks as fast as answers come."""
STRANGE_SHARE_MAX = 0.01
CLAIMS_MAX = 1_000
"""Whose papers are known; a paper stands in one claim, so each takes two of its own."""
SCOPES = "claims:read claims:submit"


@dataclass
class Web:
    """A web process and how a request to it looks."""

    pid: int
    port: int
    headers: dict[str, str] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=count)
    """Of requests and of the claims in them: none comes twice."""

    def measured(self, make: Any, *, seconds: float = SECONDS, expected: int = 200) -> Run:
        """Ask with every connection as fast as answers come; the CPU is that of the web process."""
        before_s = self.cpu_s()
        answers = self.asked(make, connections=CONNECTIONS, seconds=seconds)
        strange = {status: number for status, number in answers.statuses.items() if status != expected}
        if sum(strange.values()) + answers.broken > answers.statuses.total() * STRANGE_SHARE_MAX:
            raise RuntimeError(f"answers that should not be: {strange}, broken {answers.broken}")
        return Run(answers.served(expected), answers.seconds, self.cpu_s() - before_s)

    def asked(self, make: Any, **how: Any) -> Answers:
        return ask((HOST, self.port), make, **how)

    def cpu_s(self) -> float:
        """CPU time of the process and those that it forked."""
        root = psutil.Process(self.pid)
        return sum(sum(each.cpu_times()[:2]) for each in (root, *root.children(recursive=True)))

    def memory_mb(self) -> float:
        root = psutil.Process(self.pid)
        return sum(each.memory_info().rss for each in (root, *root.children(recursive=True))) / 1e6

    def reading(self, claim_ids: list[str]) -> Any:
        """Requests that read claims in turn."""
        made = [request("GET", f"{self.path}/claims/{each}", headers=self.headers) for each in claim_ids]
        return lambda number: made[number % len(made)]

    def filing(self, *, path: str = "/claims", keys: int = 0) -> Any:
        """Requests that file a claim, each under a key of its own, or under so many keys in turn."""
        again = [next(self.numbers) for _ in range(keys)]

        def make(number: int) -> Any:
            claim = again[number % keys] if keys else next(self.numbers)
            headers = self.headers | {"Idempotency-Key": f"bench-{claim}"}
            return request("POST", f"{self.path}{path}", headers=headers, body=json.dumps(filed(claim)).encode())

        return make

    @property
    def path(self) -> str:
        return f"/v1/{FUND}" if self.headers else ""


def filed(number: int) -> dict[str, Any]:
    """A care claim of two lines with its two papers, which stand in no other."""
    return {
        "claim_type": "care-reimbursement",
        "care_on": (now() - timedelta(days=3)).date().isoformat(),
        "lines": [
            {"act": "general-practitioner", "quantity": 1, "paid": "500.00"},
            {"act": "specialist", "quantity": 1, "paid": "900.00"},
        ],
        "papers": [
            {"kind": "care-sheet", "upload_id": f"sheet-{number}"},
            {"kind": "prescription", "upload_id": f"prescription-{number}"},
        ],
    }


def claims_web(ground: Ground, database: str, *, claims_max: int = CLAIMS_MAX, **settings: str) -> Web:
    """The claims service's web process over a database in which the person's papers are known, for so many claims."""
    port = free_port()
    with MongoClient[dict[str, Any]](ground.documents()) as client:
        ids = [f"{FUND}:{kind}-{number}" for number in range(claims_max) for kind in ("sheet", "prescription")]
        if client[database]["uploads"].find_one({"_id": ids[-1]}) is None:
            rows = [{"_id": each, "fund": FUND, "person_ref": PERSON, "digest": each} for each in ids]
            client[database]["uploads"].insert_many(rows)
    token = ground.token(audience="claims", scopes=SCOPES, actor="person", person_ref=PERSON)
    environment = {
        **ground.settings(database),
        "KAFKA_BOOTSTRAP_SERVERS": f"{HOST}:1",
        "ISSUER": ISSUER,
        "JWKS_URL": ground.jwks_url(),
        "BIND": f"{HOST}:{port}",
        "HEALTH_BIND": f"{HOST}:1",
        "WEB_THREADS": str(THREADS),
        "TRACED_SHARE": "0.1",
        "QUOTAS": WITHOUT_QUOTAS,
        **settings,
    }
    command = [sys.executable, "-m", "services.claims", "web"]
    ready = answers_http(f"http://{HOST}:{port}/health/ready")
    pid = ground.start(_program("claims web", command, port, environment, ready))
    return Web(pid, port, {"Authorization": f"Bearer {token}", "Accept-Language": "fr"})


def bare_web(ground: Ground, app: str, database: str, **settings: str) -> Web:
    """A bare Flask app under gunicorn with as many threads."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--worker-class", "gthread", "--workers", "1"]
    command += ["--threads", str(THREADS), "--bind", f"{HOST}:{port}", "--no-control-socket", f"{app}:app()"]
    environment = {**ground.settings(database), **settings}
    program = _program(f"bare {app}", command, port, environment, lambda: is_listening(port))
    return Web(ground.start(program), port)


def _program(
    name: str, command: list[str], port: int, environment: dict[str, str], answers: Callable[[], bool]
) -> Program:
    return Program(
        name=name,
        command=command,
        ports={"BIND": port},
        answers=answers,
        environment=environment,
        stop_max_s=1.0,
    )


def file_claims(web: Web, number: int) -> list[str]:
    """File claims one after another; their ids."""
    ids = []
    for turn in (next(web.numbers) for _ in range(number)):
        asked = urllib.request.Request(
            f"http://{HOST}:{web.port}{web.path}/claims",
            data=json.dumps(filed(turn)).encode(),
            headers={**web.headers, "Content-Type": "application/json", "Idempotency-Key": f"seed-{turn}"},
        )
        with urllib.request.urlopen(asked, timeout=20) as answer:  # noqa: S310 - our own http address
            ids.append(json.load(answer)["claim_id"])
    return ids
