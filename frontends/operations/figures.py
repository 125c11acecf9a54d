"""How claims are decided: by whom, how fast, and what appeals changed, week by week."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, g, request
from werkzeug.wrappers import Response

from frontends.api import claims
from frontends.kit import formats
from frontends.kit.api import Api, together
from frontends.kit.charts import Chart, Series
from frontends.kit.pages import api, render
from frontends.kit.words import _
from frontends.operations import scales
from frontends.operations.guard import READ, operators

pages = Blueprint("figures", __name__)

WEEKS = 12
RECENT_DAYS = 30


@pages.get("/claim-figures")
@operators(READ)
def index() -> Response:
    """The last thirty days beside the thirty before, and twelve weeks as charts; of one claim type or of all."""
    claim_type = request.args.get("claim_type") or None
    asked, until = api(), formats.today()
    spans = [(until - timedelta(days=RECENT_DAYS - 1), until)]
    spans.append((spans[0][0] - timedelta(days=RECENT_DAYS), spans[0][0] - timedelta(days=1)))
    weeks = weeks_until(until)
    types, recent, before, *weekly = together(
        lambda: claims.claims_list_types(asked),
        *(lambda span=span: _figures(asked, span, claim_type) for span in [*spans, *weeks]),
    )
    return render(
        "operations/figures.html",
        types=[(each["claim_type"], each["name"]) for each in types["items"]] if isinstance(types, dict) else [],
        claim_type=claim_type or "",
        recent=recent,
        before=before,
        charts=_charts(weeks, weekly) if all(isinstance(each, dict) for each in weekly) else None,
    )


def weeks_until(last: date) -> list[tuple[date, date]]:
    """The weeks up to a day, each of seven days, the oldest first."""
    ends = [last - timedelta(days=7 * number) for number in reversed(range(WEEKS))]
    return [(end - timedelta(days=6), end) for end in ends]


def _figures(asked: Api, span: tuple[date, date], claim_type: str | None) -> Any:
    from_on, until_on = (day.isoformat() for day in span)
    return claims.figures_read(asked, from_on=from_on, until_on=until_on, claim_type=claim_type)


def _charts(weeks: Sequence[tuple[date, date]], weekly: Sequence[Any]) -> list[tuple[str, Chart]]:
    labels = [formats.short_day(first) for first, _last in weeks]

    def series(name: str, figure: str, *, is_before: bool = False) -> Series:
        return Series(name=name, values=[each[figure] for each in weekly], is_before=is_before)

    def chart(title: str, *drawn: Series, say: Any, **more: Any) -> Chart:
        return Chart(title=title, labels=labels, series=drawn, say=say, direction=g.direction, **more)

    return [
        (
            "bars",
            chart(
                _("Claims decided a week"),
                series(_("All"), "decided", is_before=True),
                series(_("By rules alone"), "by_rules"),
                say=scales.number,
                is_whole=True,
            ),
        ),
        (
            "lines",
            chart(
                _("Share decided by rules alone"),
                series(_("By rules alone"), "by_rules_percent"),
                say=scales.percent,
                unit_max=100,
            ),
        ),
        (
            "lines",
            chart(
                _("Hours from filing to decision"),
                series(_("Half within"), "median_hours"),
                series(_("Nine in ten within"), "p90_hours", is_before=True),
                say=scales.number,
            ),
        ),
        (
            "bars",
            chart(
                _("Appeals decided a week"),
                series(_("All"), "appeals_decided", is_before=True),
                series(_("In favour of who appealed"), "appeals_reversed"),
                say=scales.number,
                is_whole=True,
            ),
        ),
    ]
