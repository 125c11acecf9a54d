"""The campaign board: workers declared against the year before by day and office, silent employers, arrivals by hour.

In a fund whose employers declare once a year it is the board of January.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask import Blueprint, g, request
from werkzeug.wrappers import Response

from frontends.api import payments
from frontends.kit import formats
from frontends.kit.api import together
from frontends.kit.charts import Chart, Series
from frontends.kit.pages import api, download, may, render
from frontends.kit.words import _
from frontends.operations import scales
from frontends.operations.guard import CSV, LEDGER, READ, operators

pages = Blueprint("campaign", __name__)

PAGE = 25
HOURS = range(24)


@pages.get("/campaign")
@operators(READ)
def index() -> Response:
    """The campaign that is on, or the one that the address names."""
    asked, named = api(), _named()
    board, forms = together(
        lambda: payments.campaigns_read(asked, **named),
        lambda: payments.declarations_list_forms(asked),
    )
    is_there = isinstance(board, Mapping)
    return render(
        "operations/campaign.html",
        board=board,
        forms=[(each["form"], each["name"]) for each in forms["items"]] if isinstance(forms, Mapping) else [],
        form=request.args.get("form", ""),
        period=request.args.get("period", ""),
        charts=_charts(board) if is_there else [],
        offices=_offices(board) if is_there else None,
        may_see_names=may(LEDGER),
    )


@pages.get("/campaign/silent")
@operators(LEDGER)
def silent() -> Response:
    """Employers whose declaration is due and from whom nothing came."""
    cursor = request.args.get("cursor") or None
    found = payments.campaigns_list_silent(api(), limit=PAGE, cursor=cursor, **_named())
    return render("operations/silent.html", found=found, named=_named(), is_first=cursor is None)


@pages.get("/campaign/silent.csv")
@operators(LEDGER)
def silent_file() -> Response:
    """All of them as a file."""
    content = payments.campaigns_download_silent(api(), **_named())
    return download(content, media_type=CSV, file_name="silent-employers.csv")


def _named() -> dict[str, str | None]:
    return {name: request.args.get(name, "").strip() or None for name in ("form", "period")}


def _charts(board: Mapping[str, Any]) -> list[tuple[str, Chart, str]]:
    days = board["days"]
    labels = [formats.short_day(date.fromisoformat(each["on"])) for each in days]
    by_day = _chart(
        _("Workers declared by day"),
        labels,
        Series(name=_("The year before"), values=[each["workers_before"] for each in days], is_before=True),
        Series(name=_("This campaign"), values=so_far(days, as_of=board["as_of"])),
    )
    by_hour = _chart(
        _("Declarations by hour of the day"),
        [formats.hour(each) for each in HOURS],
        Series(name=_("The whole campaign"), values=board["by_hour"], is_before=True),
        Series(name=_("Today"), values=board["by_hour_today"]),
    )
    return [("lines", by_day, _("Day")), ("bars", by_hour, _("Hour"))]


def so_far(days: Sequence[Mapping[str, Any]], *, as_of: str) -> list[float | None]:
    """The workers of each day that has come; nothing is drawn of the others."""
    return [each["workers"] if each["on"] <= as_of else None for each in days]


def _offices(board: Mapping[str, Any]) -> Chart | None:
    offices = board["offices"]
    if not offices:
        return None
    return _chart(
        _("Workers declared by office"),
        [each["office_text"] for each in offices],
        Series(name=_("The year before"), values=[each["workers_before"] for each in offices], is_before=True),
        Series(name=_("This campaign"), values=[each["workers"] for each in offices]),
    )


def _chart(title: str, labels: Sequence[str], *drawn: Series) -> Chart:
    return Chart(title=title, labels=labels, series=drawn, say=scales.number, direction=g.direction, is_whole=True)
