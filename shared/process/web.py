"""The web process of a service: gunicorn with threads; everything that connects is made after the fork.

It is never put on the Internet by itself: slow, oversized and malformed callers are the business of the proxy in front
(`deploy/proxy`), which hands over a request when all of it is there.
"""

import logging
import os
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import structlog
from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger
from prometheus_client import multiprocess
from pymongo.errors import PyMongoError

from shared.http import app as http
from shared.http import load_shedding
from shared.http.load_shedding import ConcurrencyLimiter
from shared.kernel.errors import Unavailable
from shared.process import metering, migrating
from shared.process.service import Service
from shared.process.settings import Common
from shared.storage.connection import answers
from shared.telemetry import logs, traces

GRACE_S = 20
"""For requests that are acted on when the signal comes; with what gunicorn needs besides, the end comes within 25 s."""
HEAD_LINE_BYTES_MAX = 8 * 1024
"""Of the first line of a request, and of each header with its name: a token is no longer. The proxy in front refuses
what is longer, and lets no head through that has more than `HEADERS_MAX` headers."""
HEADERS_MAX = 9_000
KEPT_S = 60
"""For how long a connection of the proxy may be silent. The proxy closes it before, so that it is never closed under a
request that is on its way."""
REFUSING = 8
"""Threads beyond those that act and wait: they refuse, and say how the process is."""
CONNECTIONS_MAX = 1_000
"""Held by one process. Beyond them the kernel lets callers wait, and costs us nothing."""

FIRST_CHECK_MAX_S = 2.0
CHECK_EVERY_S = 1.0

log = structlog.get_logger()


def app(service: Service[Any], common: Common, own: Any) -> Flask:
    """The service's app, connected. It serves no route until its database has been found to be migrated."""
    context = service.context(common)
    readiness = ReadinessCheck(partial(migrating.lacking, service, context))
    if answers(context.database, within_s=FIRST_CHECK_MAX_S):
        readiness.check()
    readiness.repeat_until_ready()
    return http.build(
        service.name,
        routes=[route for routes in service.routes for route in routes.all],
        context=context,
        verifier=service.verifier(common, own, context),
        texts=service.texts(),
        document=service.openapi,
        blueprints=service.blueprints(own, context),
        quotas={**service.quotas, **common.quotas},
        trusted_proxies=common.trusted_proxies,
        lacking=lambda: readiness.lacking,
    )


class ReadinessCheck:
    """What the database lacks, checked when the process starts and again until nothing is missing."""

    def __init__(self, ask: Callable[[], list[str]]) -> None:
        self.ask = ask
        self.lacking: list[str] = ["start: the database was not looked at yet"]

    def check(self) -> None:
        try:
            found = self.ask()
        except (Unavailable, PyMongoError) as gone:
            log.warning("waiting", what="start", why=type(gone).__name__)
            return
        if found and found != self.lacking:
            log.error("not-prepared", lacking=found)
        self.lacking = found

    def repeat_until_ready(self) -> None:
        """Check again in a daemon thread."""
        if self.lacking:
            threading.Thread(target=self._until_nothing_lacks, name="start", daemon=True).start()

    def _until_nothing_lacks(self) -> None:
        while self.lacking:
            time.sleep(CHECK_EVERY_S)
            self.check()


class _Log(Logger):  # type: ignore[misc]
    """gunicorn's own lines go where ours go; requests are logged by the app, by route and without their address."""

    def setup(self, cfg: object) -> None:
        self.error_log.setLevel(logging.INFO)
        self.error_log.propagate = True

    def access(self, *_: object) -> None:
        pass


class Web(BaseApplication):  # type: ignore[misc]
    """gunicorn around one service."""

    def __init__(self, service: Service[Any], common: Common, own: Any) -> None:
        self.service, self.common, self.own = service, common, own
        super().__init__()

    def load_config(self) -> None:
        for name, value in {
            "bind": [address for address in (self.common.bind, self.common.metrics_bind) if address],
            "workers": self.common.web_processes,
            "worker_class": "gthread",
            "threads": self.common.web_threads + self.common.web_waiting + REFUSING,
            "worker_connections": CONNECTIONS_MAX,
            "graceful_timeout": GRACE_S,
            "timeout": 60,
            "keepalive": KEPT_S,
            "limit_request_line": HEAD_LINE_BYTES_MAX - len("\r\n"),
            "limit_request_field_size": HEAD_LINE_BYTES_MAX,
            "limit_request_fields": HEADERS_MAX,
            "control_socket_disable": True,
            "forwarded_allow_ips": os.environ.get("FORWARDED_ALLOW_IPS", ""),
            "forwarder_headers": "",  # no caller may set the path under which the service is mounted
            "proc_name": f"himaya {self.service.name} web",
            "logger_class": _Log,
            "post_fork": self._begin,
            "child_exit": lambda server, worker: self._forget(worker.pid),
        }.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Flask:
        made = app(self.service, self.common, self.own)
        traces.trace_requests(made)
        limiter = ConcurrencyLimiter(
            working_max=self.common.web_threads,
            waiting_max=self.common.web_waiting,
            wait_s=self.common.web_wait_s,
        )
        load_shedding.install(made, limiter)
        if self.common.metrics_bind:
            metering.install(made, bind=self.common.metrics_bind)
        return made

    def _begin(self, server: object, worker: object) -> None:
        logs.start(self.service.name, level=self.common.log_level)
        traces.start(
            self.service.name,
            zipkin_url=self.common.zipkin_url,
            otlp_url=self.common.otlp_url,
            share=self.common.traced_share,
        )

    @staticmethod
    def _forget(pid: int) -> None:
        if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
            multiprocess.mark_process_dead(pid)  # type: ignore[no-untyped-call]


def run(service: Service[Any], common: Common, own: Any) -> None:
    """Serve until a signal ends it."""
    logs.start(service.name, level=common.log_level)
    Web(service, common, own).run()
