"""Work that time starts: what failed, what waits, and what an operator does about it."""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from frontends.kit.api import Problem, together
from frontends.kit.pages import Form, api, flash, go_to, render
from frontends.kit.words import _
from frontends.operations.guard import ACT, READ, operators
from frontends.operations.services import CLIENTS, client, service_choices

pages = Blueprint("jobs", __name__)

PAGE = 25
GLANCE = 5
"""Shown of each service where all are."""
STATUSES = ("failed", "waiting", "given-up")


@pages.get("/jobs")
@operators(READ)
def index() -> Response:
    """By service, status and kind; the filters live in the address."""
    service, cursor = request.args.get("service", ""), request.args.get("cursor") or None
    status = request.args.get("status", "")
    status = status if status in STATUSES else STATUSES[0]
    kind = request.args.get("kind", "").strip()
    asked = api()
    shown = [service] if service and client(service) else list(CLIENTS)
    found = together(
        *(
            lambda each=each: CLIENTS[each].operations_list_jobs(
                asked,
                status=status,
                kind=kind or None,
                limit=PAGE if service else GLANCE,
                cursor=cursor if service else None,
            )
            for each in shown
        )
    )
    return render(
        "operations/jobs.html",
        found=list(zip(shown, found, strict=True)),
        services=service_choices(),
        statuses=[(each, job_status(each)) for each in STATUSES],
        service=service,
        status=status,
        kind=kind,
        is_first=cursor is None,
    )


@pages.get("/jobs/<service>/<job_id>")
@operators(READ)
def one(service: str, job_id: str) -> Response:
    """One job that is not done: why it failed, and what can be done."""
    return _page(service, job_id)


@pages.post("/jobs/<service>/<job_id>/retry")
@operators(ACT)
def retry(service: str, job_id: str) -> Response:
    """Have a worker try it now, with all its attempts."""
    form = Form(f"retry:{service}:{job_id}")
    try:
        client(service).operations_retry_job(api(), job_id, idempotency_key=form.key)
    except Problem as problem:
        return _page(service, job_id, problem=problem)
    form.done()
    flash(_("A worker tries it again now."))
    return go_to("jobs.index", service=service)


@pages.post("/jobs/<service>/<job_id>/giving-up")
@operators(ACT)
def give_up(service: str, job_id: str) -> Response:
    """End it for good: the thing itself says so, with the reason."""
    form = Form(f"give-up:{service}:{job_id}")
    body = {"reason": request.form.get("reason", "").strip()}
    try:
        client(service).operations_give_up_job(api(), job_id, idempotency_key=form.key, body=body)
    except Problem as problem:
        return _page(service, job_id, problem=problem)
    form.done()
    flash(_("It is given up. A worker writes the reason into what it was for."))
    return go_to("jobs.index", service=service)


@pages.app_template_global()
def job_status(status: str) -> str:
    """Where a job stands, in words."""
    return {"failed": _("Failed"), "waiting": _("Waiting"), "given-up": _("Given up")}.get(status, status)


def _page(service: str, job_id: str, *, problem: Problem | None = None) -> Response:
    return render(
        "operations/job.html",
        service=service,
        job=client(service).operations_read_job(api(), job_id),
        problem=problem,
        retrying=Form(f"retry:{service}:{job_id}"),
        giving_up=Form(f"give-up:{service}:{job_id}"),
    )
