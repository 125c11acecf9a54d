"""A trace goes on where it was carried to, recorded or not."""

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from shared.telemetry import propagation
from shared.telemetry.propagation import continue_trace, current_traceparent

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    """What is recorded from here on."""
    provider, exporter = TracerProvider(), InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(propagation, "tracer", provider.get_tracer("test"))
    return exporter


def test_a_recorded_trace_gets_a_span_more(seen: InMemorySpanExporter) -> None:
    with continue_trace("step", f"00-{TRACE}-{SPAN}-01"):
        version, trace_id, span_id, flags = current_traceparent().split("-")
    assert (version, trace_id, flags) == ("00", TRACE, "01") and span_id != SPAN
    (span,) = seen.get_finished_spans()
    assert span.name == "step" and span.parent is not None and format(span.parent.span_id, "016x") == SPAN


def test_a_failure_is_told_by_its_class_only(seen: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match="BENALI"), continue_trace("step", f"00-{TRACE}-{SPAN}-01"):
        raise ValueError("BENALI AMIRA")
    (span,) = seen.get_finished_spans()
    assert span.status.description == "ValueError" and not span.events


def test_one_that_nobody_records_is_carried_on_as_it_is(seen: InMemorySpanExporter) -> None:
    before = trace.get_current_span()
    with continue_trace("step", f"00-{TRACE}-{SPAN}-00"):
        assert current_traceparent() == f"00-{TRACE}-{SPAN}-00"
    assert seen.get_finished_spans() == ()
    assert trace.get_current_span() is before


@pytest.mark.parametrize("broken", ["", "nonsense", f"00-{'0' * 32}-{SPAN}-01", f"ff-{TRACE}-{SPAN}-01"])
def test_what_is_no_trace_begins_one(seen: InMemorySpanExporter, broken: str) -> None:
    with continue_trace("step", broken):
        assert int(current_traceparent()[-2:], 16) & 1
    assert len(seen.get_finished_spans()) == 1
