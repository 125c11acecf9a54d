"""Campaigns: one text for many. Write it, see whom it reaches and how it reads, start, stop and resume it, read its
report."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
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
CONDITIONS_MAX = 5
FURTHER = range(1, CONDITIONS_MAX)
"""The numbers of further conditions in the form; the audience itself has none."""


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
    chosen = request.args.get("audience", "")
    if all(each["code"] != chosen for each in audiences):
        return render("campaign-audience.html", audiences=audiences)
    return _edit()


@pages.post("/campaigns")
@signed_in("staff")
def write() -> Response:
    """Keep it as a draft; or show the form with a condition more, or one fewer."""
    if "change" in request.form:
        return _edit()
    form = Form("write-campaign")
    try:
        made = notifications.message_campaigns_write(api(), idempotency_key=form.key, body=_body())
    except Problem as problem:
        return _edit(problem=problem)
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
    return _edit(found)


@pages.post("/campaigns/<campaign_id>/edit")
@signed_in("staff")
def rewrite(campaign_id: str) -> Response:
    """Keep the change; the audience is selected anew. Or show the form with a condition more, or one fewer."""
    if "change" in request.form:
        return _edit(notifications.message_campaigns_read(api(), campaign_id))
    form = Form(form_name("rewrite-campaign", campaign_id))
    try:
        notifications.message_campaigns_rewrite(api(), campaign_id, body=_body(), version=form.read_version)
    except Problem as problem:
        return _edit(notifications.message_campaigns_read(api(), campaign_id), problem=problem)
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


def _edit(found: notifications.MessageCampaignView | None = None, *, problem: Problem | None = None) -> Response:
    asked = api()
    (declared,) = together(lambda: payments.declarations_list_forms(asked))
    name = form_name("rewrite-campaign", found["campaign_id"]) if found else "write-campaign"
    form = Form(name, found["version"] if found else None)
    values = _changed(form.values or _typed(found))
    audiences = notifications.message_campaigns_list_audiences(asked)["items"]
    conditions = _conditions(audiences, values)
    return render(
        "campaign-edit.html",
        conditions=conditions,
        offered=[(each["code"], each["name"]) for each in audiences if each["of"] == conditions[0].audience["of"]],
        placeholders=_placeholders(conditions, values),
        may_add=len(conditions) < CONDITIONS_MAX,
        found=found,
        declared=[(each["form"], each["name"]) for each in items_of(declared)],
        channels=CHANNELS,
        form=form,
        values=values,
        problem=problem,
    )


@dataclass(frozen=True)
class Condition:
    """An audience in the form: `number` is 0 of the campaign's own, and `prefix` begins the names of what it is asked
    with."""

    number: int
    audience: notifications.AudienceView

    @property
    def prefix(self) -> str:
        return f"p{self.number or ''}_"


def _conditions(audiences: Sequence[notifications.AudienceView], values: Mapping[str, Any]) -> list[Condition]:
    """What the form has; the audience itself is in the address where nothing was typed yet."""
    known = {each["code"]: each for each in audiences}
    first = values.get("audience") or request.args.get("audience", "")
    further = [(number, str(values.get(f"also_{number}"))) for number in FURTHER]
    return [
        Condition(0, known.get(first, audiences[0])),
        *(Condition(number, known[code]) for number, code in further if code in known),
    ]


def _placeholders(conditions: Sequence[Condition], values: Mapping[str, Any]) -> dict[str, str]:
    """What may stand in the text, of the audiences that recipients belong to; the first of them says it."""
    met = [each.audience for each in conditions if not values.get(f"not_{each.number}")]
    return {value["name"]: value["text"] for audience in reversed(met) for value in audience["values"]}


def _changed(values: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed, with the condition more, or without the one, that a button of the form asks for."""
    change, kept = request.form.get("change", ""), dict(values.items())
    if change == "add" and values.get("add"):
        free = [number for number in FURTHER if not values.get(f"also_{number}")]
        return {**kept, **{f"also_{number}": values["add"] for number in free[:1]}}
    removed = [f"{number}" for number in FURTHER if change == f"remove-{number}"]
    gone = tuple(f"{part}{number}" for number in removed for part in ("also_", "not_", "p"))
    return {name: value for name, value in kept.items() if name.partition("_")[0] not in gone and name not in gone}


def _typed(found: notifications.MessageCampaignView | None) -> Mapping[str, Any]:
    """What was written before, by the fields of the form."""
    if found is None:
        return {}
    audience = found["audience"]
    texts = {f"{part}_{language}": wording[part] for language, wording in found["wordings"].items() for part in wording}
    asked = {f"p_{name}": value for name, value in audience["parameters"].items()}
    for number, each in enumerate(audience["also"], 1):
        asked |= {f"p{number}_{name}": value for name, value in each["parameters"].items()}
        asked |= {f"also_{number}": each["code"], **({f"not_{number}": "1"} if each["is_not"] else {})}
    ticked = {f"channel_{channel}": "1" for channel in found["channels"]}
    ticked |= {f"reads_{language}": "1" for language in audience["languages"]}
    about = {"name": found["name"], "purpose": found["purpose"], "legal_reference": found["legal_reference"]}
    return {"audience": audience["code"], **texts, **asked, **ticked, **about}


def _body() -> notifications.CampaignBody:
    audiences = notifications.message_campaigns_list_audiences(api())["items"]
    first, *further = _conditions(audiences, request.form)
    channels = [channel for channel in CHANNELS if request.form.get(f"channel_{channel}")]
    return {
        "name": _text("name"),
        "purpose": _text("purpose") or "campaign",
        "legal_reference": _text("legal_reference"),
        "audience": {
            "code": first.audience["code"],
            "parameters": _asked(first),
            "also": [
                {
                    "code": each.audience["code"],
                    "parameters": _asked(each),
                    "is_not": bool(request.form.get(f"not_{each.number}")),
                }
                for each in further
            ],
            "languages": [each for each in g.fund["languages"] if request.form.get(f"reads_{each}")],
        },
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


def _asked(condition: Condition) -> dict[str, str]:
    readers = {"day": read_day, "amount": lambda name: amount_to_send(_text(name))}
    asked_with = condition.audience["parameters"]
    typed = {each["name"]: readers.get(each["kind"], _text)(condition.prefix + each["name"]) for each in asked_with}
    return {name: value for name, value in typed.items() if value}


def _text(name: str) -> str:
    return request.form.get(name, "").replace("\r\n", "\n").strip()
