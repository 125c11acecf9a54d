"""A web or worker process as it is run, with the settings that it needs; started and ended by a test."""

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from deploy.local.engines import secantusdb
from deploy.local.programs import HOST, free_port
from shared.encryption.keys import generate_keyring
from shared.process import migrating
from shared.storage.connection import connect
from tests.kit.contexts import DZ, TN

END_MAX_S = 40
NOBODY = f"mongodb://{HOST}:1"


def migrated(uri: str, *, module: str, name: str = "") -> None:
    """What `migrate` does, without a process of its own."""
    wiring = f"{module}.wiring" if module.startswith("services.") else module
    service = importlib.import_module(wiring).service
    database = connect(uri, name or f"himaya_{service.name}")
    assert migrating.migrate(service, database) == []
    database.client.close()


class Running:
    """One process; `url` is its web address, `metrics` that of its figures, `health` that of a worker's page."""

    def __init__(self, process: "subprocess.Popen[bytes]", settings: dict[str, str], log: Path) -> None:
        self.process = process
        self.url = f"http://{settings['BIND']}"
        self.metrics = f"http://{settings['METRICS_BIND']}/metrics"
        self.health = f"http://{settings['HEALTH_BIND']}"
        self.log = log

    def lines(self, event: str) -> list[dict[str, Any]]:
        """What the process logged under one name."""
        published = [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]
        return [line for line in published if line["event"] == event]


@contextmanager
def running(module: str, part: str, *, folder: Path, **settings: str) -> Iterator[Running]:
    """Run `python -m <module> <part>`, over a database that is migrated where it answers already; at the end it is
    asked to end, and must."""
    if "MONGODB_DATABASE" not in settings and secantusdb.answers(settings.get("MONGODB_URI", NOBODY)):
        migrated(settings["MONGODB_URI"], module=module)
    (folder / "keys.json").write_text(json.dumps(generate_keyring([DZ, TN])))
    whole = {
        "KAFKA_BOOTSTRAP_SERVERS": f"{HOST}:1",
        "KAFKA_SESSION_TIMEOUT_MS": "2000",
        "FUNDS": "dz-cnas,tn-cnss",
        "KEYS_FILE": str(folder / "keys.json"),
        "ISSUER": "http://identity.test",
        "JWKS_URL": f"http://{HOST}:1/jwks",
        "BIND": f"{HOST}:{free_port()}",
        "METRICS_BIND": f"{HOST}:{free_port()}",
        "HEALTH_BIND": f"{HOST}:{free_port()}",
        **settings,
    }
    log = folder / "process.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", module, part], env={**os.environ, **whole}, stdout=output, stderr=output
        )
        try:
            yield Running(process, whole, log)
        finally:
            if process.poll() is None:
                process.terminate()
            try:
                status = process.wait(END_MAX_S)
            finally:
                process.kill()
    assert status == 0, log.read_text()[-3000:]


def answer(url: str) -> "requests.Response | None":
    """What a process answers, or None where nobody does."""
    try:
        return requests.get(url, timeout=5, headers={"Connection": "close"})
    except requests.RequestException:
        return None


def is_ok(url: str) -> bool:
    found = answer(url)
    return found is not None and found.ok
