"""What a firm has to pay today and later, what its lateness costs, and its statement of account."""

from typing import Any

from flask import Blueprint, g, request
from werkzeug.wrappers import Response

from frontends.api import documents, payments
from frontends.kit.api import Problem, together
from frontends.kit.pages import Form, api, download, go_to, render, signed_in
from frontends.kit.typed import digits
from frontends.portal.employer.firms import check_own

pages = Blueprint("owing", __name__)

PAGE = 20
PAPERS_MAX = 5
PERIOD_CHARACTERS_MAX = 8
YEAR_DIGITS = 4
UNPROCESSABLE = 422


@pages.get("/firms/<employer_id>/due")
@signed_in("employer")
def due(employer_id: str) -> Response:
    """Every debt that is open: what it costs today, and from when it costs more."""
    check_own(employer_id)
    cursor = request.args.get("cursor") or None
    found = payments.arrears_of_employer(api(), employer_id=employer_id, limit=PAGE, cursor=cursor)
    return render("employer/due.html", employer_id=employer_id, found=found, is_first=cursor is None)


@pages.get("/declarations/<declaration_id>/penalties")
@signed_in("employer")
def penalties(declaration_id: str) -> Response:
    """How the penalties of one declaration come about, month by month."""
    found = payments.arrears_of_declaration(api(), declaration_id)
    return render("employer/penalties.html", found=found)


@pages.get("/firms/<employer_id>/account")
@signed_in("employer")
def account(employer_id: str) -> Response:
    """The statement, newest first; of a year or a period where the address says so."""
    return _account(employer_id)


@pages.post("/firms/<employer_id>/account/paper")
@signed_in("employer")
def account_paper(employer_id: str) -> Response:
    """Have the statement that is shown printed and signed, as it stands now."""
    check_own(employer_id)
    form, wanted = Form(f"account-statement:{employer_id}"), _wanted()
    body: payments.StatementBody = {
        "employer_id": employer_id,
        "language": request.form.get("paper_language", g.language),
        **{name: value for name, value in wanted.items() if value},  # type: ignore[typeddict-item]
    }
    try:
        drawn = payments.account_statements_draw(api(), idempotency_key=form.key, body=body)
    except Problem as problem:
        return _account(employer_id, problem=problem)
    form.done()
    return go_to("owing.account_printed", employer_id=employer_id, reference=drawn["reference"])


@pages.get("/firms/<employer_id>/account/papers/<reference>")
@signed_in("employer")
def account_printed(employer_id: str, reference: str) -> Response:
    """The paper of one statement, once it is printed."""
    check_own(employer_id)
    asked = api()
    (papers,) = together(
        lambda: documents.papers_list_of_employer(asked, employer_id, about=reference, limit=PAPERS_MAX)
    )
    return render("employer/account-paper.html", employer_id=employer_id, reference=reference, papers=papers)


def _account(employer_id: str, *, problem: Problem | None = None) -> Response:
    check_own(employer_id)
    cursor, found = request.args.get("cursor") or None, None
    try:
        found = payments.account_statements_read(
            api(), employer_id=employer_id, limit=PAGE, cursor=cursor, is_newest_first=True, **_wanted()
        )
    except Problem as refused:
        if refused.status != UNPROCESSABLE:
            raise
        problem = problem or refused
    return render(
        "employer/account.html",
        employer_id=employer_id,
        found=found,
        form=Form(f"account-statement:{employer_id}"),
        problem=problem,
        year=_year(),
        period=_period(),
        is_first=cursor is None,
    )


@pages.get("/firms/<employer_id>/account/file")
@signed_in("employer")
def account_file(employer_id: str) -> Response:
    """The same as a table to keep."""
    check_own(employer_id)
    content = payments.account_statements_download(api(), employer_id=employer_id, **_wanted())
    return download(content, file_name=f"account-{employer_id}.csv", media_type="text/csv")


def _wanted() -> dict[str, Any]:
    """The time and the period that the address asks for; what is no year is none."""
    year = _year()
    days = {"from_on": f"{year}-01-01", "until_on": f"{year}-12-31"} if len(year) == YEAR_DIGITS else {}
    return {**days, "period": _period() or None}


def _year() -> str:
    return digits(request.values.get("year", ""))


def _period() -> str:
    """As people write it: in digits of any script, `2026-q1` too."""
    typed = request.values.get("period", "").strip()[:PERIOD_CHARACTERS_MAX].upper()
    return "".join(str(int(sign)) if sign.isdecimal() else sign for sign in typed)
