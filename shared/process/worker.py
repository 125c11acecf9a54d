"""The worker process of a service: its relay, its inbox and its periodic tasks, and a health endpoint."""

import signal
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import structlog
from flask import Flask, Response
from kafka.errors import KafkaError
from pymongo.errors import PyMongoError

from shared.bus import topics
from shared.bus.consumer import EventConsumer
from shared.bus.inbox import Inbox
from shared.bus.relay import Relay
from shared.events import catalogue
from shared.http.app import readiness
from shared.http.problems import NotMigrated
from shared.jobs.runner import Runner
from shared.kernel.errors import Failure, Stale, Unavailable
from shared.process import migrating, periodic_tasks
from shared.process.operations.periodic_task import periodic_task as operations
from shared.process.service import Service
from shared.process.settings import Common
from shared.process.worker_status import WorkerMonitor
from shared.storage.changes import Changes
from shared.storage.service_context import ServiceContext
from shared.telemetry import logs, metrics, traces

BACK_OFF_S = (0.5, 1.0, 2.0, 5.0, 10.0)
GRACE_S = 20.0
"""For what is under way when the signal comes: the batch, the slice of the outbox, each periodic task's one thing."""
TICK_S = 0.5

Gone = (Unavailable, Stale, PyMongoError, KafkaError)
"""What a thread of a worker waits out: neighbours that are gone, and races that were lost too often."""

log = structlog.get_logger()


def run(service: Service[Any], common: Common, own: Any) -> int:
    """Run until a signal; 1 if a thread crashed, so that the supervisor restarts the process."""
    logs.start(service.name, level=common.log_level)
    traces.start(
        f"{service.name}-worker", zipkin_url=common.zipkin_url, otlp_url=common.otlp_url, share=common.traced_share
    )
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    context = service.context(common)
    inbox = Inbox(
        context, service=service.name, reactions=service.all_reactions(), dead_letters_max=common.dead_letters_max
    )
    consumer = EventConsumer(
        inbox,
        common.kafka_servers,
        session_timeout_ms=common.kafka_session_timeout_ms,
        worker=common.worker_name,
        security=common.kafka_security,
    )
    runner = Runner(context, service.jobs(own))
    threads = _threads(service, common, own, consumer, runner, stop)
    monitor = WorkerMonitor(consumer, threads, lanes=runner.lanes)
    beside = [_thread("watch", monitor.run, stop), _thread("changes", Changes(context).run, stop)]
    health = _health(common.health_bind, monitor)
    is_sound = _work(partial(_prepare, service, common, context, monitor), [*threads, *beside], monitor, stop)
    stop.set()
    context.wakeups.end_waits()
    _end(threads)
    health.shutdown()
    return 0 if is_sound else 1


def _threads(
    service: Service[Any],
    common: Common,
    own: Any,
    consumer: EventConsumer,
    runner: Runner,
    stop: threading.Event,
) -> list[threading.Thread]:
    """All that has something in hand and is let finish it, not started yet."""
    context = consumer.inbox.context
    relay = Relay(context, common.kafka_servers, name="relay", security=common.kafka_security)

    def carry(stop: threading.Event) -> None:
        _make_topics(common)  # a broker that restarted may have lost them
        relay.run(stop)

    all_periodic_tasks = [*service.all_periodic_tasks(own), operations(consumer.inbox)]
    return [
        *periodic_tasks.threads(all_periodic_tasks, context, stop),
        _thread("relay", carry, stop),
        _thread("inbox", consumer.run, stop),
        *([_thread("jobs", runner.run, stop)] if runner.kinds else []),
    ]


def _thread(name: str, carry_on: Callable[[threading.Event], object], stop: threading.Event) -> threading.Thread:
    return threading.Thread(target=_with_back_off, args=(name, carry_on, stop), name=name, daemon=True)


def _work(
    prepare: Callable[[], None], threads: list[threading.Thread], monitor: WorkerMonitor, stop: threading.Event
) -> bool:
    """Start once the engines answer, then watch the threads; False if one crashed."""
    is_prepared = threading.Event()

    def begin(_: threading.Event) -> None:
        prepare()
        is_prepared.set()

    first = _thread("start", begin, stop)
    first.start()
    while first.is_alive() and not stop.wait(TICK_S):
        monitor.heartbeat()
    if not is_prepared.is_set():
        return stop.is_set()
    for thread in threads:
        thread.start()
    while not stop.wait(TICK_S):
        monitor.heartbeat()
        dead = [thread.name for thread in threads if not thread.is_alive()]
        if dead:
            log.error("thread-died", threads=dead)
            return False
    return True


def _end(threads: list[threading.Thread]) -> None:
    """Let each thread finish what it has in hand. What is not finished in time is undone by the database."""
    deadline = time.monotonic() + GRACE_S
    for thread in threads:
        if thread.ident is not None:
            thread.join(max(0.0, deadline - time.monotonic()))
    unfinished = [thread.name for thread in threads if thread.is_alive()]
    log.info("ended", unfinished=unfinished)


def _prepare(service: Service[Any], common: Common, context: ServiceContext, monitor: WorkerMonitor) -> None:
    monitor.lacking = migrating.lacking(service, context)
    if monitor.lacking:
        log.error("not-prepared", lacking=monitor.lacking)
        raise NotMigrated
    _make_topics(common)


def _make_topics(common: Common) -> None:
    topics.ensure(
        common.kafka_servers,
        catalogue.owners(),
        partitions=common.kafka_partitions,
        replicas=common.kafka_replicas,
        security=common.kafka_security,
    )


def _with_back_off(name: str, carry_on: Callable[[threading.Event], object], stop: threading.Event) -> None:
    """Begin again, after a growing wait, whenever the broker or the database is gone."""
    failures = 0
    while not stop.is_set():
        began_s = time.monotonic()
        try:
            carry_on(stop)
            return
        except Gone as gone:
            failures = 0 if time.monotonic() - began_s > 30 else failures
            wait_s = BACK_OFF_S[min(failures, len(BACK_OFF_S) - 1)]
            failures += 1
            why = gone.code if isinstance(gone, Failure) else type(gone).__name__
            log.warning("waiting", what=name, why=why, seconds=wait_s)
            stop.wait(wait_s)


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


def _health(bind: str, monitor: WorkerMonitor) -> Any:
    """Live, ready and metrics on an address of their own."""
    app = Flask("worker-health", static_folder=None)

    @app.get("/health/live")
    def live() -> Response:
        is_alive = monitor.is_alive()
        return Response('{"status": "live"}') if is_alive else Response('{"status": "main loop is dead"}', 503)

    @app.get("/health/ready")
    def ready() -> Response:
        return readiness(monitor.missing())

    @app.get("/metrics")
    def counted() -> Response:
        return Response(metrics.exposition(), content_type=metrics.CONTENT_TYPE)

    host, _, port = bind.partition(":")
    server = make_server(host, int(port), app, handler_class=_Quiet)
    threading.Thread(target=server.serve_forever, name="health", daemon=True).start()
    return server
