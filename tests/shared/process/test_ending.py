"""SIGTERM to a web process: who is being served is served, nobody new is, and the process ends by itself.

Whoever comes meanwhile is left waiting: before the signal, the balancer or the proxy in front is told to send nobody
(`preStop` on Kubernetes).
"""

import signal
import threading
from pathlib import Path

import requests

from tests.kit.contexts import DZ
from tests.kit.processes import answer, is_ok, running
from tests.kit.waiting import until


def test_a_request_in_flight_is_answered_and_a_new_one_refused(mongodb: str, tmp_path: Path) -> None:
    with running("tests.shared.process.slow", "web", folder=tmp_path, MONGODB_URI=mongodb) as web:
        until(lambda: is_ok(f"{web.url}/health/ready"))
        answers: list[requests.Response] = []
        url = f"{web.url}/v1/{DZ}/slow?seconds=8"
        asking = threading.Thread(target=lambda: answers.append(requests.get(url, timeout=20)))
        asking.start()
        until(lambda: "himaya_requests_working 1.0" in requests.get(web.metrics, timeout=5).text)
        web.process.send_signal(signal.SIGTERM)
        threading.Event().wait(1)  # until the process has heard it
        assert answer(f"{web.url}/health/live") is None and web.process.poll() is None
        asking.join(20)
        assert answers[0].status_code == 200 and answers[0].json() == {"done": True}
        assert web.process.wait(30) == 0
