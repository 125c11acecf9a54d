"""Traces: where spans are sent, to Zipkin or to any OTLP collector."""

import atexit
import os

from flask import Flask, Response, g, request
from opentelemetry import context, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.exporter.zipkin.json import ZipkinExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import SpanKind, StatusCode

from shared.telemetry.propagation import begin

UNTRACED = ("/health/", "/openapi.json", "/docs")


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
    atexit.register(provider.shutdown)


def trace_requests(app: Flask) -> None:
    """A span for each request of the app, by its route: never by its address, which names people's things."""

    @app.before_request
    def enter() -> None:
        if request.path.startswith(UNTRACED):
            return
        rule = request.url_rule.rule if request.url_rule else "none"
        g.span = begin(f"{request.method} {rule}", request.headers.get("traceparent", ""), kind=SpanKind.SERVER)
        g.span_token = context.attach(trace.set_span_in_context(g.span))
        if g.span.is_recording():
            g.span.set_attributes({"http.request.method": request.method, "http.route": rule})

    @app.after_request
    def answer(made: Response) -> Response:
        if "span" in g and g.span.is_recording():
            g.span.set_attribute("http.response.status_code", made.status_code)
            if made.status_code >= 500:
                g.span.set_status(StatusCode.ERROR)
        return made

    @app.teardown_request
    def leave(_: BaseException | None) -> None:
        if "span" in g:
            context.detach(g.pop("span_token"))
            g.pop("span").end()
