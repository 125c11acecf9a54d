"""A recorded trace shows what the database was asked; one that nobody records, nothing."""

from collections.abc import Iterator

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import NonRecordingSpan, SpanContext

from shared.storage.service_context import ChangedMeanwhile, ServiceContext
from shared.storage.unit_of_work import UnitOfWork
from shared.telemetry import database_spans
from tests.kit.contexts import DZ, someone

PLAIN = {"name": "BENALI", "version": 1}


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    """What is recorded in a trace from here on."""
    provider, exporter = TracerProvider(), InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(database_spans, "tracer", provider.get_tracer("test"))
    with provider.get_tracer("test").start_as_current_span("request"):
        yield exporter


def write(context: ServiceContext) -> None:
    def act(uow: UnitOfWork) -> None:
        assert uow.collection("hats").find_one("b") is None
        uow.collection("hats").insert("a", PLAIN)
        uow.collection("caps").insert("a", PLAIN)

    context.run(DZ, by=someone(), cause="test", action=act)


def test_a_recorded_trace_shows_each_command(context: ServiceContext, seen: InMemorySpanExporter) -> None:
    write(context)
    names = [span.name for span in seen.get_finished_spans()]
    assert names == ["find hats", "write hats", "commit transaction"]


def test_of_a_failure_it_shows_the_class_only(context: ServiceContext, seen: InMemorySpanExporter) -> None:
    write(context)
    with pytest.raises(ChangedMeanwhile):
        write(context)
    refused = [span for span in seen.get_finished_spans() if span.status.description]
    assert {span.status.description for span in refused} == {"DuplicateKeyError"}
    assert not any(span.events for span in refused) and "BENALI" not in str([span.to_json() for span in refused])


def test_what_nobody_records_makes_no_span(seen: InMemorySpanExporter) -> None:
    with trace.use_span(NonRecordingSpan(SpanContext(1, 1, is_remote=False))):
        assert database_spans.command_span("find", "hats") is database_spans.UNRECORDED
    with database_spans.command_span("find", "hats"):
        pass
    assert [span.name for span in seen.get_finished_spans()] == ["find hats"]
