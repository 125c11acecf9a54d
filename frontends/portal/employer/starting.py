"""Files to start a declaration from: whom the fund expects, and the last declaration's workers with their wages."""

from flask import Blueprint
from werkzeug.wrappers import Response

from frontends.api import payments
from frontends.kit.api import needed, together
from frontends.kit.pages import api, download, render, signed_in
from frontends.kit.periods import chosen, form_and_period, open_periods
from frontends.portal.employer.declaring import WAGE_FILE, wage_file
from frontends.portal.employer.firms import check_own

pages = Blueprint("starting", __name__)


@pages.get("/firms/<employer_id>/start")
@signed_in("employer")
def new(employer_id: str) -> Response:
    """Which period; then its files, to be changed where something is different and sent."""
    check_own(employer_id)
    asked = api()
    if not chosen():
        return render("employer/start-which.html", employer_id=employer_id, open_periods=open_periods(asked))
    form, period = form_and_period()
    forms, draft = together(
        lambda: payments.declarations_list_forms(asked),
        lambda: payments.declarations_see_draft(asked, form, period, employer_id=employer_id),
    )
    found = next((each for each in needed(forms)["items"] if each["form"] == form), None)
    return render(
        "employer/start.html", employer_id=employer_id, which=chosen(), period=period, form=found, draft=draft
    )


@pages.get("/firms/<employer_id>/start/prefilled")
@signed_in("employer")
def prefilled(employer_id: str) -> Response:
    """The file that the fund filled in before."""
    check_own(employer_id)
    form, period = form_and_period()
    content = payments.declarations_read_prefilled(api(), form, period, employer_id=employer_id)
    return download(content, file_name=f"{employer_id}-{period}.txt", media_type=WAGE_FILE)


@pages.get("/firms/<employer_id>/start/<number>")
@signed_in("employer")
def draft_file(employer_id: str, number: str) -> Response:
    """A file of the last declaration's workers and wages, for the period."""
    check_own(employer_id)
    form, period = form_and_period()
    asked = api()
    draft = payments.declarations_see_draft(asked, form, period, employer_id=employer_id)
    content = payments.declarations_read_draft(asked, form, period, number, employer_id=employer_id)
    return wage_file(content, number=number, among=draft["files"])
