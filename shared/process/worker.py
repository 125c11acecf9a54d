"""The worker process of a service: its relay, its inbox and its chores, and a small page that tells how it is."""

import signal
import threading
import time
from collections.abc import Callable
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import structlog
from flask import Flask, Response

from shared.bus import topics
from shared.bus.inbox import Inbox
from shared.bus.relay import Relay
from shared.events import catalogue
from shared.kernel.errors import Unavailable
from shared.process import chores
from shared.process.service import Service
from shared.process.settings import Common
from shared.storage.platform import Platform
from shared.telemetry import logs, metrics, traces

PATIENCE_S = (0.5, 1.0, 2.0, 5.0, 10.0)
GRACE_S = 20.0

log = structlog.get_logger()


def run(service: Service[Any], common: Common, own: Any) -> int:
    """Work until a signal ends it; 1 where a thread died of a fault, so that the supervisor starts it anew."""
    logs.start(service.name, level=common.log_level)
    traces.start(
        f"{service.name}-worker", zipkin_url=common.zipkin_url, otlp_url=common.otlp_url, share=common.traced_share
    )
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    platform = service.platform(common)
    _patiently("start", lambda _: _prepare(service, common, platform), stop)
    inbox = Inbox(
        platform,
        common.kafka_servers,
        service=service.name,
        reactions=service.hears(),
        session_timeout_ms=common.kafka_session_timeout_ms,
        worker=common.worker_name,
    )
    relay = Relay(platform, common.kafka_servers, name="relay")
    threads = chores.threads(service.all_chores(own), platform, stop)

    def carry(stop: threading.Event) -> None:
        _make_topics(common)  # whenever it begins again: brokers that were wiped have none
        relay.run(stop)

    for name, carry_on in {"relay": carry, "inbox": inbox.run}.items():
        threads.append(threading.Thread(target=_patiently, args=(name, carry_on, stop), name=name, daemon=True))
    for thread in threads:
        thread.start()
    health = _health(common.health_bind, lambda: _is_ready(threads, inbox))
    while not stop.wait(0.5):
        dead = [thread.name for thread in threads if not thread.is_alive()]
        if dead:
            log.error("thread-died", threads=dead)
            return 1
    health.shutdown()
    deadline = time.monotonic() + GRACE_S
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    return 0


def _prepare(service: Service[Any], common: Common, platform: Platform) -> None:
    service.make_indexes(platform)
    _make_topics(common)


def _make_topics(common: Common) -> None:
    topics.ensure(
        common.kafka_servers, catalogue.owners(), partitions=common.kafka_partitions, replicas=common.kafka_replicas
    )


def _patiently(name: str, carry_on: Callable[[threading.Event], object], stop: threading.Event) -> None:
    """Begin again, after a growing wait, whenever the broker or the database is gone."""
    failures = 0
    while not stop.is_set():
        began_s = time.monotonic()
        try:
            carry_on(stop)
            return
        except Unavailable as gone:
            failures = 0 if time.monotonic() - began_s > 30 else failures
            wait_s = PATIENCE_S[min(failures, len(PATIENCE_S) - 1)]
            failures += 1
            log.warning("waiting", what=name, why=gone.code, seconds=wait_s)
            stop.wait(wait_s)


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


def _is_ready(threads: list[threading.Thread], inbox: Inbox) -> bool:
    """Everything runs, and the group of consumers has let this one in: from now on events are acted on."""
    return inbox.has_joined.is_set() and all(thread.is_alive() for thread in threads)


def _health(bind: str, is_ready: Callable[[], bool]) -> Any:
    """Live, ready and metrics on an address of their own."""
    app = Flask("worker-health", static_folder=None)

    @app.get("/health/live")
    def live() -> Response:
        return Response('{"status": "live"}')

    @app.get("/health/ready")
    def ready() -> Response:
        return Response('{"status": "ready"}') if is_ready() else Response('{"status": "starting"}', 503)

    @app.get("/metrics")
    def counted() -> Response:
        return Response(metrics.exposition(), content_type=metrics.CONTENT_TYPE)

    host, _, port = bind.partition(":")
    server = make_server(host, int(port), app, handler_class=_Quiet)
    threading.Thread(target=server.serve_forever, name="health", daemon=True).start()
    return server
