"""The message centre as tests say it."""

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path

import requests

from deploy.local.programs import free_port
from tests.kit.simulators import running_simulator


class Centre:
    def __init__(self) -> None:
        self.smtp_port, self.smpp_port, self.http_port = free_port(), free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.http_port}"

    def settings(self, state_dir) -> dict[str, str]:
        return {
            "MESSAGES_SMTP_BIND": f"127.0.0.1:{self.smtp_port}",
            "MESSAGES_SMPP_BIND": f"127.0.0.1:{self.smpp_port}",
            "MESSAGES_HTTP_BIND": f"127.0.0.1:{self.http_port}",
            "MESSAGES_STATE_DIR": str(state_dir),
        }

    def get(self, path: str, **query) -> dict:
        return requests.get(self.url + path, params=query, timeout=5).json()

    def received(self, to: str, **query) -> list[dict]:
        return self.get("/messages", to=to, **query)["messages"]

    def fault(self, kind: str, count: int = 1) -> None:
        assert requests.post(self.url + "/_faults", json={"kind": kind, "count": count}, timeout=5).status_code == 201

    def send_mail(self, mail: EmailMessage) -> None:
        with smtplib.SMTP("127.0.0.1", self.smtp_port, timeout=5) as server:
            server.send_message(mail)


@contextmanager
def message_centre(state_dir: Path) -> Iterator[Centre]:
    """The simulator running as a program, and how to ask it."""
    centre = Centre()
    with running_simulator(
        "simulators.messages", settings=centre.settings(state_dir), ready_url=centre.url + "/health/ready"
    ):
        yield centre
