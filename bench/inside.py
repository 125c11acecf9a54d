"""One request after another inside this process, over Flask's own client: for counting instructions, and for profiles.

`python -m bench.inside ours|bare read|file <requests>`
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient

from bench.baselines import bare_read, bare_write
from services.claims.wiring import service
from shared.process import web
from shared.process.settings import check_complete, common, environment
from shared.telemetry import logs, traces


def client(side: str, what: str) -> FlaskClient:
    if side == "bare":
        return (bare_read if what == "read" else bare_write).app().test_client()
    env = environment()
    settings, own = common(env, service="claims"), service.settings(env)
    check_complete(env)
    logs.start("claims", level="INFO")
    traces.start("claims", zipkin_url="", otlp_url="", share=settings.traced_share)
    app = web.app(service, settings, own)
    traces.trace_requests(app)
    return app.test_client()


def asking(side: str, what: str) -> Callable[[int], Any]:
    """The n-th request of the kind."""
    asked, prefix = client(side, what), "" if side == "bare" else "/v1/dz-cnas"
    headers = {} if side == "bare" else {"Authorization": f"Bearer {os.environ['TOKEN']}", "Accept-Language": "fr"}
    if what == "read":
        return lambda _: asked.get(f"{prefix}/claims/{os.environ['CLAIM_ID']}", headers=headers)
    body, run = json.loads(os.environ["BODY"]), os.urandom(6).hex()

    def file(number: int) -> Any:
        papers = [{**paper, "upload_id": paper["upload_id"].replace("0", str(number + 1))} for paper in body["papers"]]
        headers_of_it = {**headers, "Idempotency-Key": f"{run}-{number}"}
        return asked.post(f"{prefix}/claims", json={**body, "papers": papers}, headers=headers_of_it)

    return file


WARM_UP = 5


def main(side: str, what: str, requests: int) -> None:
    ask = asking(side, what)
    for number in range(WARM_UP):
        _must_answer(ask(number))
    _counting("on")
    for number in range(requests):
        _must_answer(ask(WARM_UP + number))
    _counting("off")


def _must_answer(answer: Any) -> None:
    assert answer.status_code in {200, 201}, answer.text


def _counting(how: str) -> None:
    """Where callgrind watches this process, have it count from here on, or no more."""
    if "CALLGRIND" in os.environ:
        subprocess.run(["callgrind_control", "-i", how, str(os.getpid())], check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
