"""A service's Flask app: its routes, and what every service answers beside them."""

import re
import time
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import structlog
from flask import Blueprint, Flask, Response, g, json, request
from werkzeug.exceptions import NotFound
from werkzeug.middleware.proxy_fix import ProxyFix

from shared.http import headers, limits, problems
from shared.http.api_browser import serving as api_browser
from shared.http.callers import Verifier
from shared.http.endpoint import RouteEndpoint
from shared.http.incoming import IncomingRequest
from shared.http.limits import Limits
from shared.http.load_shedding import ConcurrencyLimiter
from shared.http.problems import NotMigrated
from shared.http.routes import ANYONE, Route
from shared.languages.texts import Texts
from shared.storage.connection import answers
from shared.storage.service_context import ServiceContext
from shared.telemetry import metrics

REQUEST_BYTES_MAX = 80 * 1024 * 1024
PING_MAX_S = 2.0
PROXY_ID = re.compile(r"[0-9a-f]{32}")

log = structlog.get_logger()


class App(Flask):
    """Flask, where nothing is a coroutine: otherwise it asks that of each function at each request."""

    request_class = IncomingRequest

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func


def build(
    service: str,
    *,
    routes: Sequence[Route],
    context: ServiceContext,
    verifier: Verifier,
    texts: Texts,
    document: Callable[[], Mapping[str, Any]],
    blueprints: Iterable[Blueprint] = (),
    quotas: Mapping[str, str] = limits.DEFAULT_QUOTAS,
    trusted_proxies: int = 0,
    lacking: Callable[[], Sequence[str]] = tuple,
) -> Flask:
    """The app of one process of a service. `document` makes its OpenAPI document.

    While `lacking` names anything that the database must have first, no route is served, and readiness names it.
    `quotas` are the limits on requests of one caller, by name. `trusted_proxies` is how many of our proxies are in
    front: only the address that the outermost of them saw is trusted.
    """
    app = App(service, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = REQUEST_BYTES_MAX
    app.url_map.merge_slashes = False  # it would send callers on to the address that their Host header names
    app.extensions["texts"] = texts
    problems.install(app)
    _observe(app, has_proxy=trusted_proxies > 0)
    app.before_request(_refuse_slashes_before)
    headers.install(app)
    guarded = frozenset(route.name for route in routes if route.scope != ANYONE)
    limits.install(app, Limits(limits.quotas(quotas), guarded))
    if trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=trusted_proxies, x_proto=0)  # type: ignore[method-assign]
    for route in routes:
        endpoint = RouteEndpoint(route, context, verifier)
        app.add_url_rule(route.rule, route.name, endpoint, methods=[route.method])
    for blueprint in blueprints:
        app.register_blueprint(blueprint)
    api_browser.install(app, service, document)
    _refuse_while(app, lacking)
    _show_health(app, lambda: [*lacking(), *_missing(app, context)])
    return app


def _refuse_slashes_before() -> None:
    """`//v1` is no address of ours: werkzeug reads it as `/v1`, and a rule of the proxy in front may not."""
    if request.environ.get("PATH_INFO", "").startswith("//"):
        raise NotFound


def _refuse_while(app: Flask, lacking: Callable[[], Sequence[str]]) -> None:
    """Serve no route before the database is as this release needs it; health is served."""

    @app.before_request
    def refuse() -> None:
        if lacking() and not request.path.startswith("/health/"):
            raise NotMigrated


def _observe(app: Flask, *, has_proxy: bool) -> None:
    """Count, time and log each request by its route; give it an id. Its log lines also name the proxy's id of it."""

    @app.before_request
    def begin() -> None:
        g.started_s, g.request_id = time.perf_counter(), str(uuid.uuid4())
        structlog.contextvars.clear_contextvars()
        in_language = request.headers.get("X-Request-Id", "")
        if has_proxy and PROXY_ID.fullmatch(in_language):
            structlog.contextvars.bind_contextvars(proxy_request=in_language)

    @app.after_request
    def end(answer: Response) -> Response:
        route = request.url_rule.rule if request.url_rule else "none"
        seconds = time.perf_counter() - g.started_s
        metrics.REQUESTS.labels(route, request.method, answer.status_code).inc()
        metrics.REQUEST_SECONDS.labels(route, request.method).observe(seconds)
        log.info("answered", rule=route, method=request.method, status=answer.status_code, ms=round(seconds * 1000, 1))
        return answer


def _missing(app: Flask, context: ServiceContext) -> list[str]:
    """What the process would need to serve well: its database, and places for requests."""
    missing = [] if answers(context.database, within_s=PING_MAX_S) else ["database"]
    limiter: ConcurrencyLimiter | None = app.extensions.get("places")
    return missing + ["room for requests"] * (limiter is not None and limiter.is_full)


def _show_health(app: Flask, missing: Callable[[], list[str]]) -> None:
    """Live depends on no other system; ready names what is missing."""

    @app.get("/health/live")
    def live() -> Response:
        return Response('{"status": "live"}', mimetype="application/json")

    @app.get("/health/ready")
    def ready() -> Response:
        return readiness(missing())


def readiness(missing: Sequence[str]) -> Response:
    """What `/health/ready` of a web or a worker answers."""
    if missing:
        body = json.dumps({"status": "not-ready", "missing": list(missing)})
        return Response(body, 503, mimetype="application/json")
    return Response('{"status": "ready"}', mimetype="application/json")
