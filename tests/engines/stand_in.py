"""A program that stands in for a process of the platform, and a run of such programs: what `test_run.py` starts.

`stand_in serve PORT` answers every GET until SIGTERM, and writes the moment of its end. `stand_in run VAR PORT...` is
`make run` with one such program a stage.
"""

import http.server
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

from deploy.local import place, terminal
from deploy.local.programs import HOST, Broken, Program, answers_http
from deploy.local.run import keep_running, listen_for_the_end
from deploy.local.supervisor import Stage, stop_left_over


class Answering(http.server.BaseHTTPRequestHandler):
    """200 to everything."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *arguments: Any) -> None:
        """Say nothing."""


def serve(port: int) -> None:
    """Answer until the end; not at all where FALLS or DEAF names this stage."""
    if os.environ.get("FALLS") == os.environ["STAGE"]:
        sys.exit(f"{os.environ['STAGE']} cannot start")
    if os.environ.get("DEAF") == os.environ["STAGE"]:
        time.sleep(60)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(f"ended {os.environ['STAGE']} {time.monotonic()}"))
    http.server.HTTPServer((HOST, port), Answering).serve_forever()


def run(var: Path, ports: list[int]) -> int:
    """A stage a port; the first, the engines, is the one that is not started again."""
    stages = [_stage(number, port) for number, port in enumerate(ports)]
    listen_for_the_end()
    try:
        with place.alone(var):
            stop_left_over(var=var)
            keep_running(stages, var=var, between=lambda: None, once_ready=lambda: terminal.write_line("all is ready"))
    except KeyboardInterrupt:
        return 0
    except Broken as broken:
        terminal.why(broken)
        return 1


def _stage(number: int, port: int) -> Stage:
    program = Program(
        name=f"stand in {number}",
        command=(sys.executable, "-m", "tests.engines.stand_in", "serve", str(port)),
        ports={f"STAND_IN_{number}_PORT": port},
        answers=answers_http(f"http://{HOST}:{port}/"),
        may_restart=number > 0,
        environment={"STAGE": f"stage-{number}", "QUOTED": 'per cent %s, "quotes" & commas'},
    )
    return Stage(name=f"stage{number}", programs=[program])


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["serve", port]:
            serve(int(port))
        case ["run", var, *ports]:
            sys.exit(run(Path(var), [int(port) for port in ports]))
