"""A person's career: what employers declared, quarter by quarter."""

from flask import Blueprint
from werkzeug.wrappers import Response

from frontends.api import documents
from frontends.kit.pages import api, render, signed_in

pages = Blueprint("career", __name__)


@pages.get("/career")
@signed_in("person")
def index() -> Response:
    """By year, newest first."""
    career = documents.careers_read_own(api())
    years: dict[int, list[documents.CareerLineView]] = {}
    for line in career["lines"]:
        years.setdefault(line["year"], []).append(line)
    return render("person/career.html", career=career, years=years)
