"""The periods of declarations that are over, for the pages on which one is chosen."""

from flask import request

from frontends.api import payments
from frontends.kit.api import Api, needed, together

PERIODS_MAX = 12

OpenPeriods = list[tuple[payments.FormView, list[payments.FormPeriodView]]]


def open_periods(asked: Api) -> OpenPeriods:
    """Each of the fund's forms with its last periods that are over, newest first."""
    forms = payments.declarations_list_forms(asked)["items"]
    periods = together(
        *[
            lambda form=form: payments.declarations_list_periods(asked, form["form"], limit=PERIODS_MAX)
            for form in forms
        ]
    )
    return [
        (form, [period for period in needed(each)["items"] if period["is_over"]])
        for form, each in zip(forms, periods, strict=True)
    ]


def chosen() -> str:
    """The form and period that the page is about: `das/2025`; empty where none was chosen yet."""
    return (request.form.get("which") or request.args.get("which") or "").strip()[:80]


def form_and_period() -> tuple[str, str]:
    """What was chosen, in its two parts."""
    form, period, *_more = [*chosen().split("/"), ""]
    return form, period
