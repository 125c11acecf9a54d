"""Propagation of a trace to what is done later: handling an event, sending a message, submitting a file of payments."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry import context, trace
from opentelemetry.context import Context
from opentelemetry.trace import NonRecordingSpan, Span, SpanContext, SpanKind, StatusCode, TraceFlags

tracer = trace.get_tracer("himaya")

TRACEPARENT = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})")
"""W3C Trace Context, level 1. Read here by hand: it is read for each event and each request."""


def current_traceparent() -> str:
    """The traceparent of the current span, to be stored with what will be done later (W3C Trace Context)."""
    here = trace.get_current_span().get_span_context()
    return f"00-{here.trace_id:032x}-{here.span_id:016x}-{here.trace_flags:02x}" if here.is_valid else ""


def remote(traceparent: str) -> SpanContext | None:
    """The remote span of a traceparent; None if it is empty or malformed."""
    found = TRACEPARENT.fullmatch(traceparent)
    if found is None:
        return None
    return SpanContext(int(found[1], 16), int(found[2], 16), is_remote=True, trace_flags=TraceFlags(int(found[3], 16)))


def begin(name: str, traceparent: str, *, kind: SpanKind) -> Span:
    """A span in the propagated trace; if the trace is not sampled, a non-recording one, at no cost."""
    origin = remote(traceparent)
    if origin is None:
        return tracer.start_span(name, context=Context(), kind=kind)
    if not origin.trace_flags.sampled:
        return NonRecordingSpan(origin)
    return tracer.start_span(name, context=trace.set_span_in_context(NonRecordingSpan(origin), Context()), kind=kind)


@contextmanager
def continue_trace(name: str, traceparent: str, *, kind: SpanKind = SpanKind.INTERNAL) -> Iterator[None]:
    """Run a block as a part of the propagated trace. The span names the class of a failure only."""
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
