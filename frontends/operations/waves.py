"""Waves of messages: how many are sent, how many arrived, why the rest did not, and when a wave ends."""

from typing import Any

from flask import Blueprint, g, request
from werkzeug.wrappers import Response

from frontends.api import notifications
from frontends.kit import formats
from frontends.kit.charts import Chart, Series
from frontends.kit.pages import api, download, render
from frontends.kit.typed import read_day
from frontends.kit.words import _
from frontends.operations import scales
from frontends.operations.guard import CSV, READ, operators

pages = Blueprint("waves", __name__)


@pages.get("/waves")
@operators(READ)
def index() -> Response:
    """The waves of a day, today unless the address names another."""
    on = _day()
    return render("operations/waves.html", found=notifications.waves_list_of_day(api(), on=on), on=on)


@pages.get("/waves/<template>")
@operators(READ)
def one(template: str) -> Response:
    """One wave by channel, with its curve and why messages did not arrive."""
    on = _day()
    found = notifications.waves_read(api(), template=template, on=on)
    return render("operations/wave.html", wave=found, on=on, chart=_curve(found))


@pages.get("/waves/<template>/recipients.csv")
@operators(READ)
def recipients(template: str) -> Response:
    """What became of each message, as a file; addresses are masked."""
    on = _day()
    content = notifications.waves_download(api(), template=template, on=on)
    return download(content, media_type=CSV, file_name="messages.csv")


def _day() -> str:
    return request.args.get("on", "") or read_day("on") or formats.today().isoformat()


def _curve(wave: Any) -> Chart:
    return Chart(
        title=_("Messages settled"),
        labels=[formats.clock(each["at"]) for each in wave["curve"]],
        series=[Series(name=_("Messages"), values=[each["messages"] for each in wave["curve"]])],
        say=scales.number,
        direction=g.direction,
        is_whole=True,
    )
