"""Campaigns: one text for many. Write it, see whom it reaches and how it reads, start, stop and resume it, read its
report."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, g, request
from werkzeug.wrappers import Response

from frontends.api import notifications, payments
from frontends.backoffice.forms import form_name, forms, submit
from frontends.backoffice.listing import PAGE
from frontends.kit.api import Problem, items_of, together
from frontends.kit.formats import amount_to_send
from frontends.kit.pages import Form, api, download, flash, go_to, render, signed_in
from frontends.kit.typed import read_day

pages = Blueprint("campaigns", __name__)

CSV = "text/csv"
ACTS = ("select", "start", "stop", "resume", "cancel")
STEPS: Mapping[str, Callable[..., Any]] = {
    "select": notifications.message_campaigns_select,
    "start": notifications.message_campaigns_start,
    "stop": notifications.message_campaigns_stop,
    "resume": notifications.message_campaigns_resume,
    "cancel": notifications.message_campaigns_cancel,
}
WITH_REASON = ("stop", "cancel")
CHANNELS = ("email", "sms")


@pages.get("/campaigns")
@signed_in("staff")
def index() -> Response:
    """All of them, newest first."""
    cursor = request.args.get("cursor") or None
    listed = notifications.message_campaigns_list_campaigns(api(), limit=PAGE, cursor=cursor)
    return render("campaigns.html", listed=listed, is_first=cursor is None)


@pages.get("/campaigns/new")
@signed_in("staff")
def new() -> Response:
    """Whom it is for; then what it says."""
    audiences = notifications.message_campaigns_list_audiences(api())["items"]
    chosen = next((each for each in audiences if each["code"] == request.args.get("audience")), None)
    if chosen is None:
        return render("campaign-audience.html", audiences=audiences)
    return _edit(chosen)


@pages.post("/campaigns")
@signed_in("staff")
def write() -> Response:
    """Keep it as a draft."""
    form = Form("write-campaign")
    try:
        made = notifications.message_campaigns_write(api(), idempotency_key=form.key, body=_body())
    except Problem as problem:
        return _edit(_audience(request.form.get("audience", "")), problem=problem)
    form.done()
    return go_to("campaigns.one", campaign_id=made["campaign_id"])


@pages.get("/campaigns/<campaign_id>")
@signed_in("staff")
def one(campaign_id: str) -> Response:
    """What it says, whom it reaches, how far it is."""
    return _page(campaign_id)


@pages.get("/campaigns/<campaign_id>/edit")
@signed_in("staff")
def edit(campaign_id: str) -> Response:
    """Change one that was not started."""
    found = notifications.message_campaigns_read(api(), campaign_id)
    return _edit(_audience(found["audience"]["code"]), found)


@pages.post("/campaigns/<campaign_id>/edit")
@signed_in("staff")
def rewrite(campaign_id: str) -> Response:
    """Keep the change; the audience is selected anew."""
    form = Form(form_name("rewrite-campaign", campaign_id))
    try:
        notifications.message_campaigns_rewrite(api(), campaign_id, body=_body(), version=form.read_version)
    except Problem as problem:
        found = notifications.message_campaigns_read(api(), campaign_id)
        return _edit(_audience(found["audience"]["code"]), found, problem=problem)
    form.done()
    return go_to("campaigns.one", campaign_id=campaign_id)


@pages.post("/campaigns/<campaign_id>/<any(select, start, stop, resume, cancel):act>")
@signed_in("staff")
def step(campaign_id: str, act: str) -> Response:
    """Select its audience, start, stop, resume or cancel it."""
    reason = {"reason": request.form.get("reason", "").strip()} if act in WITH_REASON else None
    try:
        moved = submit(act, campaign_id, STEPS[act], body=reason)
    except Problem as problem:
        return _page(campaign_id, problem=problem, sent=act)
    flash(moved["text"])
    return go_to("campaigns.one", campaign_id=campaign_id)


@pages.get("/campaigns/<campaign_id>/recipients.csv")
@signed_in("staff")
def recipients(campaign_id: str) -> Response:
    """What became of each message, as a file, a part at a time; addresses are masked."""
    part = request.args.get("part", 1, type=int)
    content = notifications.message_campaigns_download(api(), campaign_id, part=part)
    return download(content, media_type=CSV, file_name=f"campaign-{part}.csv")


def _page(campaign_id: str, *, problem: Problem | None = None, sent: str = "") -> Response:
    asked = api()
    found = notifications.message_campaigns_read(asked, campaign_id)
    report = notifications.message_campaigns_report(asked, campaign_id) if found["started_at"] else None
    return render(
        "campaign.html",
        found=found,
        report=report,
        forms=forms(ACTS, campaign_id, found["version"], sent=sent),
        sent=sent,
        problem=problem,
    )


def _edit(
    audience: notifications.AudienceView,
    found: notifications.MessageCampaignView | None = None,
    *,
    problem: Problem | None = None,
) -> Response:
    asked = api()
    (declared,) = together(lambda: payments.declarations_list_forms(asked))
    name = form_name("rewrite-campaign", found["campaign_id"]) if found else "write-campaign"
    form = Form(name, found["version"] if found else None)
    return render(
        "campaign-edit.html",
        audience=audience,
        found=found,
        declared=[(each["form"], each["name"]) for each in items_of(declared)],
        channels=CHANNELS,
        form=form,
        values=form.values or _typed(found),
        problem=problem,
    )


def _audience(code: str) -> notifications.AudienceView:
    audiences = notifications.message_campaigns_list_audiences(api())["items"]
    return next((each for each in audiences if each["code"] == code), audiences[0])


def _typed(found: notifications.MessageCampaignView | None) -> Mapping[str, Any]:
    """What was written before, by the fields of the form."""
    if found is None:
        return {}
    texts = {f"{part}_{language}": wording[part] for language, wording in found["wordings"].items() for part in wording}
    asked = {f"p_{name}": value for name, value in found["audience"]["parameters"].items()}
    ticked = {f"channel_{channel}": "1" for channel in found["channels"]}
    about = {"name": found["name"], "purpose": found["purpose"], "legal_reference": found["legal_reference"]}
    return {**texts, **asked, **ticked, **about}


def _body() -> notifications.CampaignBody:
    audience = _audience(request.form.get("audience", ""))
    channels = [channel for channel in CHANNELS if request.form.get(f"channel_{channel}")]
    return {
        "name": _text("name"),
        "purpose": _text("purpose") or "campaign",
        "legal_reference": _text("legal_reference"),
        "audience": {"code": audience["code"], "parameters": _asked(audience)},
        "channels": channels or ["inbox"],
        "wordings": {
            language: {
                "subject": _text(f"subject_{language}"),
                "text": _text(f"text_{language}"),
                "sms": _text(f"sms_{language}") if "sms" in channels else "",
            }
            for language in g.fund["languages"]
        },
    }


def _asked(audience: notifications.AudienceView) -> dict[str, str]:
    readers = {"day": read_day, "amount": lambda name: amount_to_send(_text(name))}
    typed = {each["name"]: readers.get(each["kind"], _text)(f"p_{each['name']}") for each in audience["parameters"]}
    return {name: value for name, value in typed.items() if value}


def _text(name: str) -> str:
    return request.form.get(name, "").replace("\r\n", "\n").strip()
