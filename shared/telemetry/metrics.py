"""What is counted in every process, right also with several of them (prometheus multiprocess files)."""

import os

from prometheus_client import REGISTRY as OWN
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, multiprocess

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

REQUESTS = Counter("himaya_requests_total", "HTTP requests answered", ["route", "method", "status"])
REQUEST_SECONDS = Histogram("himaya_request_seconds", "Time to answer an HTTP request", ["route", "method"])
EVENTS_SENT = Counter("himaya_events_sent_total", "Events that the broker acknowledged")
EVENTS_HANDLED = Counter("himaya_events_taken_total", "Events handled, by result", ["type", "result"])
EVENT_AGE_SECONDS = Histogram("himaya_event_age_seconds", "From publishing an event to having reacted to it")
CONSUMERS_RENEWED = Counter("himaya_consumers_renewed_total", "Consumers that were given up, and why", ["reason"])
DEAD_LETTERS_OPEN = Gauge("himaya_dead_letters_open", "Open dead letters", multiprocess_mode="max")
CONSUMER_STOPPED = Gauge(
    "himaya_consumer_stopped", "1 while the consumer is stopped by too many dead letters", multiprocess_mode="max"
)
REQUESTS_SHED = Counter("himaya_requests_shed_total", "Requests refused because too many were there", ["why"])
REQUESTS_WORKING = Gauge("himaya_requests_working", "Requests that act now", multiprocess_mode="livesum")
REQUESTS_WAITING = Gauge("himaya_requests_waiting", "Requests that wait for their turn", multiprocess_mode="livesum")
OUTBOX_WAITING = Gauge("himaya_outbox_waiting", "Documents of events that are not sent yet", multiprocess_mode="max")
LAG = Gauge("himaya_inbox_lag", "Records of a partition that are not handled yet", ["topic"], multiprocess_mode="max")
JOBS = Counter("himaya_jobs_total", "Attempts at due work, by what became of them", ["kind", "result"])
JOBS_FAILED = Gauge("himaya_jobs_failed", "Due work that waits for an operator", multiprocess_mode="max")
PERIODIC_TASKS = Counter("himaya_chores_total", "Runs of periodic work", ["chore", "result"])


def exposition() -> bytes:
    """All that the processes of this service have counted, as Prometheus reads it."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(OWN)
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)
