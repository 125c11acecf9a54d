"""What the measurements stand on: real engines, started when first asked for, keys, tokens and fresh databases."""

import contextlib
import http.server
import itertools
import json
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet
from pymongo import MongoClient

from bench.ours.subject import service
from deploy.local.engines import apache_kafka, jars, secantusdb, tansu, zipkin
from deploy.local.programs import HOST, Broken, Program, free_port, running
from shared.bus import topics
from shared.encryption.keys import from_file, generate_keyring
from shared.events import catalogue
from shared.funds.loading import load
from shared.http.callers import ALGORITHMS
from shared.process.service import Service
from shared.storage.connection import connect
from shared.storage.service_context import ServiceContext

JARS = Path(__file__).parents[1] / "var" / "jars"
FUND = "dz-cnas"
ISSUER = "http://identity.bench"
PARTITIONS = 3
KAFKA, TANSU = "Apache Kafka", "Tansu"


@dataclass
class Ground:
    """Engines and secrets of one run of the bench; all of it ends with it."""

    home: Path
    ends: contextlib.ExitStack
    _engines: dict[str, str] = field(default_factory=dict)
    _documents: psutil.Process | None = None
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    _key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "bench"}))

    def documents(self) -> str:
        """The document engine's URI: every commit on disk, majority and journaled."""
        if "documents" not in self._engines:
            port = free_port()
            program = secantusdb.program(port=port, storage=self.home / "documents", options=secantusdb.DURABLE)
            self._documents = psutil.Process(self.start(program))
            self._engines["documents"] = secantusdb.uri(port=port)
        return self._engines["documents"]

    def cpu_s(self) -> float:
        """What this process and the document engine have used of a processor so far."""
        own = time.process_time()
        return own + sum(self._documents.cpu_times()[:2]) if self._documents else own

    def broker(self, name: str) -> str:
        """The `host:port` of a broker, with every topic of the platform; the same one for all who ask."""
        if name not in self._engines:
            program, servers = self.broker_program(name)
            self.start(program)
            make_topics(servers)
            self._engines[name] = servers
        return self._engines[name]

    def broker_program(self, name: str) -> tuple[Program, str]:
        """A broker of one's own to start, and where it will answer. Kafka finds its events again when started anew."""
        port = free_port()
        if name == TANSU:
            return tansu.program(port=port), f"{HOST}:{port}"
        home = self.home / f"kafka-{next(self._numbers)}"
        ports = [apache_kafka.Ports(port=port, controller_port=free_port())]
        return apache_kafka.programs(ports, jars_home=JARS, home=home)[0], apache_kafka.servers(ports)

    def spans(self) -> str:
        """Where spans are sent: a real collector. Broken where there is no Java."""
        if "spans" not in self._engines:
            if (java := jars.java()) is None:
                raise Broken("Zipkin needs Java, which is not here")
            port = free_port()
            self.start(zipkin.program(java=java, port=port, jars_home=JARS))
            self._engines["spans"] = f"http://{HOST}:{port}/api/v2/spans"
        return self._engines["spans"]

    def start(self, program: Program) -> int:
        """Run a program to the end of the bench; its process id."""
        return self.ends.enter_context(running(program, log=self.log(program.slug)))

    def log(self, name: str) -> Path:
        return self.home / f"{name}-{next(self._numbers)}.log"

    def context(self, of: Service[Any] = service) -> ServiceContext:
        """A platform over a fresh database that has the service's indexes."""
        database = connect(self.documents(), f"bench_{next(self._numbers)}")
        made = ServiceContext(database=database, funds=load([FUND]), keys=from_file(self.keys_file()))
        of.make_indexes(made)
        return made

    def database(self, of: Service[Any] = service) -> str:
        """The name of such a database."""
        made = self.context(of)
        made.database.client.close()
        return made.database.name

    def drop(self, database: str) -> None:
        with MongoClient[dict[str, Any]](self.documents()) as client:
            client.drop_database(database)

    def settings(self, database: str) -> dict[str, str]:
        """What a process of ours or of a baseline finds its database and keys by."""
        return {
            "MONGODB_URI": self.documents(),
            "MONGODB_DATABASE": database,
            "KEYS_FILE": str(self.keys_file()),
            "FUNDS": FUND,
        }

    def keys_file(self) -> Path:
        path = self.home / "keys.json"
        if not path.exists():
            path.write_text(json.dumps(generate_keyring([FUND])))
        return path

    def jwks_url(self) -> str:
        """Where the public half of the bench's signing key is read, as from the identity service."""
        if "jwks" not in self._engines:
            body = json.dumps(KeySet([self._key]).as_dict(private=False)).encode()
            server = http.server.ThreadingHTTPServer((HOST, 0), _answering(body))
            threading.Thread(target=server.serve_forever, daemon=True).start()
            self.ends.callback(server.shutdown)
            self._engines["jwks"] = f"http://{HOST}:{server.server_port}/"
        return self._engines["jwks"]

    def token(self, *, audience: str, scopes: str, **claims: Any) -> str:
        """A person's access token, good for an hour."""
        at = int(time.time())
        body = {"iss": f"{ISSUER}/v1/{FUND}", "aud": [audience], "sub": "bench", "iat": at, "exp": at + 3_600}
        body |= {"jti": "bench", "fund": FUND, "scope": scopes, **claims}
        return str(jwt.encode({"alg": ALGORITHMS[0], "typ": "at+jwt", "kid": "bench"}, body, self._key))


def _answering(body: bytes) -> type[http.server.BaseHTTPRequestHandler]:
    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    return Answer


@contextlib.contextmanager
def ground(home: Path) -> Iterator[Ground]:
    """The ground of one run of the bench."""
    with contextlib.ExitStack() as ends:
        yield Ground(home, ends)


def make_topics(servers: str, *more: str) -> None:
    """Every topic of the platform, and others."""
    topics.ensure(servers, (*catalogue.owners(), *more), partitions=PARTITIONS, replicas=1)


def environment(**settings: str) -> dict[str, str]:
    return {**os.environ, "PYTHONUNBUFFERED": "1", **settings}
