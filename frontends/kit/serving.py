"""The process of a frontend: gunicorn with threads, behind the same proxy as the services."""

import sys
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from frontends.kit import settings as settings_
from frontends.kit.app import build
from frontends.kit.frontend import Frontend
from frontends.kit.sessions import Sessions
from frontends.kit.settings import Settings, SettingsMissing

GRACE_S = 20
KEPT_S = 60
HEAD_LINE_BYTES_MAX = 8 * 1024
CONNECTIONS_MAX = 1_000


def main(frontend: Frontend) -> int:
    """Serve until somebody stops it: the exit status."""
    try:
        settings = settings_.read(frontend.name)
    except SettingsMissing as missing:
        print(f"{frontend.name}: {missing}", file=sys.stderr)  # noqa: T201
        return 2
    _Server(frontend, settings).run()
    return 0


class _Server(BaseApplication):  # type: ignore[misc]
    """gunicorn, configured here and nowhere else; what connects is made after the fork."""

    def __init__(self, frontend: Frontend, settings: Settings) -> None:
        self._frontend, self._settings = frontend, settings
        super().__init__()

    def load_config(self) -> None:
        chosen: dict[str, Any] = {
            "bind": self._settings.bind,
            "worker_class": "gthread",
            "workers": 1,
            "threads": self._settings.threads,
            "worker_connections": CONNECTIONS_MAX,
            "keepalive": KEPT_S,
            "graceful_timeout": GRACE_S,
            "limit_request_line": HEAD_LINE_BYTES_MAX - 2,
            "limit_request_field_size": HEAD_LINE_BYTES_MAX,
            "loglevel": self._settings.log_level.lower(),
            "control_socket_disable": True,
            "proc_name": f"himaya-{self._frontend.name}",
        }
        for name, value in chosen.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        app = build(self._frontend, self._settings)
        sessions: Sessions = app.extensions["sessions"]
        sessions.prepare()
        return app
