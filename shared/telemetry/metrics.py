"""What is counted in every process, right also with several of them (prometheus multiprocess files)."""

import os

from prometheus_client import REGISTRY as OWN
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, multiprocess

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

REQUESTS = Counter("himaya_requests_total", "HTTP requests answered", ["route", "method", "status"])
REQUEST_SECONDS = Histogram("himaya_request_seconds", "Time to answer an HTTP request", ["route", "method"])
EVENTS_SENT = Counter("himaya_events_sent_total", "Events that the broker acknowledged")
EVENTS_TAKEN = Counter("himaya_events_taken_total", "Events taken in, by what became of them", ["type", "result"])
EVENT_AGE_SECONDS = Histogram("himaya_event_age_seconds", "From telling an event to having reacted to it")
CONSUMERS_RENEWED = Counter("himaya_consumers_renewed_total", "Consumers that were given up, and why", ["reason"])
DEAD_LETTERS_OPEN = Gauge("himaya_dead_letters_open", "Dead letters that wait for a person", multiprocess_mode="max")
CHORES = Counter("himaya_chores_total", "Runs of periodic work", ["chore", "result"])


def exposition() -> bytes:
    """All that the processes of this service have counted, as Prometheus reads it."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(OWN)
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)
