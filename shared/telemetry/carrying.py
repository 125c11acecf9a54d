"""A trace carried over to what is done later: an event taken in, a message sent, a file of payments brought in."""

from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry import propagate, trace

tracer = trace.get_tracer("himaya")


def carried() -> str:
    """The trace that this moment belongs to, to be kept with what will be done later (W3C traceparent)."""
    carrier: dict[str, str] = {}
    propagate.inject(carrier)
    return carrier.get("traceparent", "")


@contextmanager
def continued(name: str, traceparent: str, *, kind: trace.SpanKind = trace.SpanKind.INTERNAL) -> Iterator[None]:
    """Do something as a part of the trace that was carried here."""
    context = propagate.extract({"traceparent": traceparent})
    with tracer.start_as_current_span(name, context=context, kind=kind):
        yield
