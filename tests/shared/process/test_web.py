"""The web process as it is run: gunicorn with several processes, which count together and log without an address."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from deploy.local.programs import HOST, free_port
from shared.encryption.keys import generate_keyring
from tests.kit.contexts import DZ, TN
from tests.kit.processes import migrated

ASKED = 30


@pytest.fixture
def metrics() -> str:
    return f"{HOST}:{free_port()}"


@pytest.fixture
def web(mongodb: str, tmp_path: Path, metrics: str) -> Iterator[str]:
    """Claims' web, three processes; its log is `web.log`."""
    (tmp_path / "keys.json").write_text(json.dumps(generate_keyring([DZ, TN])))
    (tmp_path / "metrics").mkdir()
    port = free_port()
    migrated(mongodb, module="services.claims")
    settings = {
        "MONGODB_URI": mongodb,
        "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1",
        "FUNDS": "dz-cnas,tn-cnss",
        "KEYS_FILE": str(tmp_path / "keys.json"),
        "ISSUER": "http://identity.test",
        "JWKS_URL": "http://127.0.0.1:1/jwks",
        "BIND": f"{HOST}:{port}",
        "METRICS_BIND": metrics,
        "HEALTH_BIND": f"{HOST}:1",
        "WEB_PROCESSES": "3",
        "PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "metrics"),
    }
    with (tmp_path / "web.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "services.claims", "web"], env={**os.environ, **settings}, stdout=log, stderr=log
        )
        try:
            yield _once_ready(f"http://{HOST}:{port}")
        finally:
            process.terminate()
            assert process.wait(30) == 0


def _once_ready(url: str) -> str:
    for _ in range(150):
        try:
            if requests.get(f"{url}/health/ready", timeout=2).ok:
                return url
        except requests.RequestException:
            pass
        threading.Event().wait(0.2)
    raise AssertionError("it never answered")


def test_several_processes_count_as_one_and_log_no_token(web: str, metrics: str, tmp_path: Path) -> None:
    for _ in range(ASKED):
        headers = {"Authorization": "Bearer a-token-that-must-not-be-logged", "Connection": "close"}
        assert requests.get(f"{web}/v1/{DZ}/claims", headers=headers, timeout=5).status_code in (401, 503)
    for _ in range(6):
        scraped = requests.get(f"http://{metrics}/metrics", headers={"Connection": "close"}, timeout=5).text
        counted = [
            float(line.rpartition(" ")[2])
            for line in scraped.splitlines()
            if line.startswith("himaya_requests_total{") and 'route="/v1/<fund>/claims"' in line
        ]
        assert sum(counted) == ASKED
    lines = (tmp_path / "web.log").read_text().splitlines()
    assert "must-not-be-logged" not in "".join(lines)
    answered = [json.loads(line) for line in lines if '"event":"answered"' in line and "/claims" in line]
    assert len(answered) == ASKED
    assert all(line["fund"] == DZ and len(line["trace_id"]) == 32 for line in answered)
