"""A trace carried over to what is done later: an event taken in, a message sent, a file of payments brought in."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry import context, trace
from opentelemetry.context import Context
from opentelemetry.trace import NonRecordingSpan, Span, SpanContext, SpanKind, StatusCode, TraceFlags

tracer = trace.get_tracer("himaya")

TRACEPARENT = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})")
"""W3C Trace Context, level 1. Read here by hand: it is read for each event and each request."""


def carried() -> str:
    """The trace that this moment belongs to, to be kept with what will be done later (W3C traceparent)."""
    here = trace.get_current_span().get_span_context()
    return f"00-{here.trace_id:032x}-{here.span_id:016x}-{here.trace_flags:02x}" if here.is_valid else ""


def remote(traceparent: str) -> SpanContext | None:
    """Where a trace came from; None where there is none, or what was sent is no traceparent."""
    found = TRACEPARENT.fullmatch(traceparent)
    if found is None:
        return None
    return SpanContext(int(found[1], 16), int(found[2], 16), is_remote=True, trace_flags=TraceFlags(int(found[3], 16)))


def begin(name: str, traceparent: str, *, kind: SpanKind) -> Span:
    """A span of the trace that was carried here; where nobody records that, the trace alone, at no cost."""
    origin = remote(traceparent)
    if origin is None:
        return tracer.start_span(name, context=Context(), kind=kind)
    if not origin.trace_flags.sampled:
        return NonRecordingSpan(origin)
    return tracer.start_span(name, context=trace.set_span_in_context(NonRecordingSpan(origin), Context()), kind=kind)


@contextmanager
def continued(name: str, traceparent: str, *, kind: SpanKind = SpanKind.INTERNAL) -> Iterator[None]:
    """Do something as a part of the trace that was carried here. Of a failure the span tells the class only."""
    span = begin(name, traceparent, kind=kind)
    token = context.attach(trace.set_span_in_context(span))
    try:
        yield
    except BaseException as failure:
        span.set_status(StatusCode.ERROR, type(failure).__name__)
        raise
    finally:
        context.detach(token)
        span.end()
