"""A trace carried over to what is done later: an event taken in, a message sent, a file of payments brought in."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry import context, propagate, trace

tracer = trace.get_tracer("himaya")

UNSAMPLED = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f][02468ace]")
"""A traceparent whose last bit says that nobody will look at the trace (W3C Trace Context, level 1)."""


def carried() -> str:
    """The trace that this moment belongs to, to be kept with what will be done later (W3C traceparent)."""
    carrier: dict[str, str] = {}
    propagate.inject(carrier)
    return carrier.get("traceparent", "")


@contextmanager
def continued(name: str, traceparent: str, *, kind: trace.SpanKind = trace.SpanKind.INTERNAL) -> Iterator[None]:
    """Do something as a part of the trace that was carried here; without a span where the trace is not recorded."""
    unsampled = UNSAMPLED.fullmatch(traceparent)
    if unsampled is None:
        carrier = propagate.extract({"traceparent": traceparent})
        with tracer.start_as_current_span(name, context=carrier, kind=kind):
            yield
        return
    remote = trace.SpanContext(int(unsampled[1], 16), int(unsampled[2], 16), is_remote=True)
    token = context.attach(trace.set_span_in_context(trace.NonRecordingSpan(remote)))
    try:
        yield
    finally:
        context.detach(token)
