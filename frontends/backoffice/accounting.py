"""The ledger for the fund's own books: the balance of a month or year, and the journal of each closed day."""

import calendar
from datetime import date

from flask import Blueprint, request
from werkzeug.wrappers import Response

from frontends.api import payments
from frontends.backoffice.listing import PAGE
from frontends.kit import formats
from frontends.kit.api import Problem
from frontends.kit.pages import api, download, render, signed_in
from frontends.kit.words import _

pages = Blueprint("accounting", __name__, url_prefix="/accounting")

MONTHS_OFFERED = 13
CSV, TABS = "text/csv", "text/tab-separated-values"
NOT_CLOSED = "accounting.day-not-closed"


@pages.get("/")
@signed_in("staff")
def index() -> Response:
    """The balance of a time, which is the month of the last closed day unless the address names another, and the days
    that are closed."""
    cursor = request.args.get("cursor") or None
    asked, offered = api(), _offered(formats.today())
    listed = payments.accounting_list_days(asked, limit=PAGE, cursor=cursor)
    wanted = request.args.get("time") or next((_month(each["day"]) for each in listed["items"]), offered[0])
    balance = None
    try:
        balance = payments.accounting_read_balance(asked, **_bounds(wanted))
    except Problem as refused:
        if refused.code != NOT_CLOSED:
            raise
    return render(
        "accounting.html",
        listed=listed,
        balance=balance,
        wanted=wanted,
        choices=[(each, formats.period(each)) for each in offered],
        is_first=cursor is None,
    )


@pages.get("/balance.csv")
@signed_in("staff")
def balance_file() -> Response:
    """The balance of a time as a table."""
    wanted = request.args.get("time", "")
    content = payments.accounting_download_balance(api(), **_bounds(wanted))
    return download(content, file_name=f"balance-{wanted}.csv", media_type=CSV)


@pages.get("/journal/<day>.txt")
@signed_in("staff")
def journal(day: str) -> Response:
    """The journal of a closed day, for an accounting program."""
    content = payments.accounting_read_journal(api(), day)
    return download(content, file_name=f"journal-{day}.txt", media_type=TABS)


def _offered(today: date) -> list[str]:
    """The last months, this one first, and the years that they lie in."""
    first = today.year * 12 + today.month - 1
    months = [divmod(first - ago, 12) for ago in range(MONTHS_OFFERED)]
    return [*(f"{year}-M{month + 1:02d}" for year, month in months), f"{today.year}", f"{today.year - 1}"]


def _month(day: str) -> str:
    return f"{day[:4]}-M{day[5:7]}"


def _bounds(period: str) -> dict[str, str]:
    """The first and the last day of a month or year."""
    year, _dash, month = period.partition("-M")
    try:
        last = calendar.monthrange(int(year), int(month))[1] if month else 31
        first_on, last_on = date(int(year), int(month or 1), 1), date(int(year), int(month or 12), last)
    except ValueError:  # IllegalMonthError is one too
        raise Problem(404, {"code": NOT_CLOSED, "detail": _("There is no such month or year.")}) from None
    return {"from_on": first_on.isoformat(), "until_on": last_on.isoformat()}
