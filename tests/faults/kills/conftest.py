"""One durable document engine for all kills of a module, and scenes that were played to their end upon it."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from joserfc.jwk import KeySet

from deploy.local.engines import secantusdb
from deploy.local.programs import HOST, free_port, running
from tests.faults.kills.invariants import Ended, looked_at
from tests.faults.kills.scene import playing
from tests.faults.kills.story import Story
from tests.kit.callers import signing_key


@dataclass(frozen=True)
class Ground:
    """A folder, and a document engine that keeps what it acknowledged whatever happens to it."""

    folder: Path
    mongodb: str


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    folder, port = tmp_path_factory.mktemp("kills"), free_port()
    engine = secantusdb.program(port=port, storage=folder / "data", options=secantusdb.DURABLE)
    with running(engine, log=folder / "mongodb.log"):
        yield Ground(folder, secantusdb.uri(port=port))


@pytest.fixture(scope="module")
def ended(ground: Ground, request: pytest.FixtureRequest) -> Iterator[Ended]:
    """The story, in which each service's worker is killed at the step that is asked for, and started again."""
    with playing(ground.folder, ground.mongodb) as scene:
        scene.start_simulators()
        scene.start(step=request.param)
        story = Story(scene)
        story.begin()
        scene.arm()
        story.go_on()
        scene.until(story.is_over, what="the story to end")
        yield looked_at(scene)


@pytest.fixture(scope="module")
def keys_url() -> Iterator[str]:
    """Where identity would publish the keys that tokens are signed with."""

    class Keys(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = _public_keys()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer((HOST, 0), Keys)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://{HOST}:{server.server_port}/jwks.json"
    server.shutdown()
    server.server_close()


def _public_keys() -> bytes:
    return json.dumps(KeySet([signing_key()]).as_dict(private=False)).encode()
