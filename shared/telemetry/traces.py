"""Traces: spans of requests, database commands and reactions, sent to Zipkin or to any OTLP collector."""

import atexit
import os

from flask import Flask
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.exporter.zipkin.json import ZipkinExporter
from opentelemetry.instrumentation.flask import FlaskInstrumentor
from opentelemetry.instrumentation.pymongo import PymongoInstrumentor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased

UNTRACED = "health/.*,metrics,openapi.json,docs"


def start(service: str, *, zipkin_url: str, otlp_url: str, share: float) -> None:
    """Trace this process, from after its fork on. Without an address spans are made, so that logs have their ids."""
    resource = Resource.create({"service.name": service, "service.instance.id": f"{service}-{os.getpid()}"})
    provider = TracerProvider(resource=resource, sampler=ParentBased(TraceIdRatioBased(share)))
    exporter: SpanExporter | None = None
    if zipkin_url:
        exporter = ZipkinExporter(endpoint=zipkin_url)
    elif otlp_url:
        exporter = OTLPSpanExporter(endpoint=otlp_url)
    if exporter is not None:
        provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    PymongoInstrumentor().instrument(capture_statement=False)
    atexit.register(provider.shutdown)


def trace_requests(app: Flask) -> None:
    """A span for each request of the app."""
    FlaskInstrumentor().instrument_app(app, excluded_urls=UNTRACED)  # type: ignore[no-untyped-call]
