"""A declaration that is typed, for up to twenty workers: the lines, a last look at what they come to, the receipt.

What is typed is kept in the browser's session on the server from the first button on: a row that is added, a mistake, a
session that ends or a reload loses nothing. Nothing is sent before the last page.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, request
from werkzeug.wrappers import Response

from frontends.api import payments
from frontends.api.payments import CheckedView, TypedBody, TypedLineBody, TypingStartView
from frontends.kit import formats
from frontends.kit.api import Problem
from frontends.kit.pages import Form, api, change_session, go_to, render, session, signed_in
from frontends.kit.periods import chosen, form_and_period, open_periods
from frontends.kit.typed import read_day
from frontends.kit.words import _
from frontends.portal.employer.firms import check_own

pages = Blueprint("by_form", __name__)

DRAFTS_MAX = 3
"""Of declarations that one browser is typing at once."""
VALUE_MAX = 100
ADDED = "/added"
"""What stands behind the form and period where what is typed is added to what was declared."""
DAYS = ("birth_on", "entered_on", "left_on")
TEXTS = ("insurance_number", "full_name", "family_name", "first_name", "national_id")

Row = dict[str, str]
"""What is typed of a worker, by field; of a part of the period by field and number, `wage-3`."""


@pages.get("/firms/<employer_id>/type")
@signed_in("employer")
def new(employer_id: str) -> Response:
    """The lines, as they were typed so far or as the last declaration had them; first, which period."""
    check_own(employer_id)
    if not chosen():
        return render("employer/by-form-which.html", employer_id=employer_id, open_periods=open_periods(api()))
    return _page(employer_id)


@pages.post("/firms/<employer_id>/type")
@signed_in("employer")
def edit(employer_id: str) -> Response:
    """Keep what was typed; then one more row, one less, or on to the last look."""
    check_own(employer_id)
    start = _start(employer_id)
    rows = _typed_rows(start)
    what, _dash, number = request.form.get("do", "check").partition("-")
    if what == "remove" and number.isdecimal() and 0 < int(number) <= len(rows):
        del rows[int(number) - 1]
    if what == "add" and len(rows) < start["lines_max"]:
        rows.append({})
    _keep(employer_id, rows)
    if what != "check":
        return go_to("by_form.new", employer_id=employer_id, which=chosen(), _anchor=f"row-{max(1, len(rows))}")
    try:
        _check(employer_id, start, rows)
    except Problem as problem:
        return _page(employer_id, start=start, problem=problem)
    return go_to("by_form.review", employer_id=employer_id, which=chosen())


@pages.get("/firms/<employer_id>/type/check")
@signed_in("employer")
def review(employer_id: str) -> Response:
    """What was typed and what it comes to; not sent yet."""
    check_own(employer_id)
    return _review(employer_id)


@pages.post("/firms/<employer_id>/type/check")
@signed_in("employer")
def send(employer_id: str) -> Response:
    """Send it; from here on it is a declaration like one by file."""
    check_own(employer_id)
    start = _start(employer_id)
    form = Form(f"type:{employer_id}:{chosen()}")
    try:
        body, _places = _body(employer_id, start, _kept(employer_id) or [])
        made = payments.declarations_declare_typed(api(), idempotency_key=form.key, body=body)
    except Problem as problem:
        return _review(employer_id, problem=problem)
    form.done()
    _forget(employer_id)
    return go_to("declaring.one", declaration_id=made["declaration_id"])


def _page(employer_id: str, *, start: TypingStartView | None = None, problem: Problem | None = None) -> Response:
    start = start or _start(employer_id)
    form = Form(f"typing:{employer_id}")
    restored = form.values if request.method == "GET" else None
    rows = _typed_rows(start, restored) if restored else _kept(employer_id)
    if rows is None or request.args.get("mended"):
        rows = [] if is_added() else [_row(line) for line in start["lines"]]
        rows = rows or [{}]
        _keep(employer_id, rows)
    return render(
        "employer/by-form.html",
        employer_id=employer_id,
        which=chosen(),
        start=start,
        rows=rows,
        form=form,
        problem=problem,
    )


def _review(employer_id: str, *, problem: Problem | None = None) -> Response:
    start, rows = _start(employer_id), _kept(employer_id)
    if not rows:
        return go_to("by_form.new", employer_id=employer_id, which=chosen())
    try:
        checked, places = _check(employer_id, start, rows)
    except Problem as refused:
        return _page(employer_id, start=start, problem=refused)
    return render(
        "employer/by-form-check.html",
        employer_id=employer_id,
        which=chosen(),
        start=start,
        checked=checked,
        rows=[rows[place] for place in places],
        findings=[(_place(finding, places, start), finding) for finding in checked["findings"]],
        form=Form(f"type:{employer_id}:{chosen()}"),
        problem=problem,
    )


def _start(employer_id: str) -> TypingStartView:
    form, period = form_and_period()
    mended = request.args.get("mended") or None
    return payments.declarations_begin_typing(api(), form, period, employer_id=employer_id, mended=mended)


# --- What is typed ----------------------------------------------------------------------------------------------------


def _typed_rows(start: TypingStartView, values: Mapping[str, str] | None = None) -> list[Row]:
    """The rows of the form, as they were typed."""
    typed = request.form if values is None else values
    names = list(fields_of(start))
    count = typed.get("rows", "0")
    number = min(int(count), start["lines_max"]) if count.isdecimal() and len(count) < 4 else 0
    return [
        {name: value[:VALUE_MAX] for name in names if (value := typed.get(_named(name, row), "").strip())}
        for row in range(1, number + 1)
    ]


def _named(name: str, row: int) -> str:
    """A field's name in the form: with its row, and the part of the period or of the day behind."""
    bare, sign, part = name.partition("/")
    return f"{bare}-{row}{'-' if sign else ''}{part}" if "_on_" not in bare else _day_part(bare, row)


def _day_part(name: str, row: int) -> str:
    day, _underscore, part = name.rpartition("_")
    return f"{day}-{row}_{part}"


def fields_of(start: TypingStartView) -> Sequence[str]:
    """Every box of a row: days have three, and what is told part by part one for each."""
    found: list[str] = []
    for asked in start["asked"]:
        if asked["name"] in DAYS:
            found += [f"{asked['name']}_{part}" for part in ("day", "month", "year")]
        elif asked["is_by_part"]:
            found += [f"{asked['name']}/{part['number']}" for part in start["parts"]]
        else:
            found.append(asked["name"])
    return found


def _row(line: payments.LineView) -> Row:
    """A worker who is known, as they would have been typed."""
    row: Row = {
        "insurance_number": line["insurance_number"],
        "full_name": f"{line['family_name']} {line['first_name']}".strip(),
        "family_name": line["family_name"],
        "first_name": line["first_name"],
        "national_id": line["national_id"] or "",
        "situation": line["situation"],
    }
    for name, day in (("birth_on", line["birth_on"]), ("entered_on", line["entered_on"]), ("left_on", line["left_on"])):
        row |= dict(zip((f"{name}_year", f"{name}_month", f"{name}_day"), (day or "").split("-"), strict=False))
    for wage in line["wages"]:
        number = wage["quarter"]
        row[f"wage/{number}"] = formats.typed_amount(wage["wage"])
        row[f"duration/{number}"] = str(wage["duration"])
        row[f"unit/{number}"] = wage["unit"]
    return {name: value for name, value in row.items() if value}


def is_added() -> bool:
    """Whether what is typed is a complementary declaration: added to the one in force, which stands."""
    return chosen().endswith(ADDED)


def is_empty(row: Row) -> bool:
    """Whether nothing but a unit, which is chosen already, stands in it."""
    return not any(value for name, value in row.items() if not name.startswith("unit/"))


def _kept(employer_id: str) -> list[Row] | None:
    drafts: dict[str, list[Row]] = session().content.get("typed", {})
    return drafts.get(f"{employer_id}/{chosen()}")


def _keep(employer_id: str, rows: list[Row]) -> None:
    def keep(content: dict[str, Any]) -> None:
        drafts = content.setdefault("typed", {})
        drafts.pop(f"{employer_id}/{chosen()}", None)
        drafts[f"{employer_id}/{chosen()}"] = rows
        while len(drafts) > DRAFTS_MAX:
            drafts.pop(next(iter(drafts)))

    change_session(keep)


def _forget(employer_id: str) -> None:
    change_session(lambda content: content.get("typed", {}).pop(f"{employer_id}/{chosen()}", None))


# --- What the service is told, and what it says -----------------------------------------------------------------------


def _check(employer_id: str, start: TypingStartView, rows: list[Row]) -> tuple[CheckedView, list[int]]:
    """What the lines come to, and the row of each; Problem with what is wrong by the boxes of the page."""
    body, places = _body(employer_id, start, rows)
    key = hashlib.sha256(f"{session().csrf_token}{json.dumps(body)}".encode()).hexdigest()[:32]
    try:
        return payments.declarations_check_typed(api(), idempotency_key=key, body=body), places
    except Problem as problem:
        raise _on_the_page(problem, body, places, start) from problem


def _body(employer_id: str, start: TypingStartView, rows: list[Row]) -> tuple[TypedBody, list[int]]:
    """The lines as the service takes them, and the place of each among the rows; empty rows are left out."""
    form, period = form_and_period()
    places = [place for place, row in enumerate(rows) if not is_empty(row)]
    faults: dict[str, str] = {}
    lines = [_line(rows[place], place + 1, start, faults) for place in places]
    if not lines:
        faults[f"{fields_of(start)[0]}-1"] = _("Type at least one worker; or say that there is nothing to declare.")
    if faults:
        raise Problem(
            422,
            {
                "code": "portal.typed",
                "errors": [{"field": field, "detail": detail} for field, detail in faults.items()],
            },
        )
    body: TypedBody = {"employer_id": employer_id, "form": form, "period": period, "lines": lines}
    if is_added():
        body["is_complement"] = True
    return body, places


def _line(row: Row, number: int, start: TypingStartView, faults: dict[str, str]) -> TypedLineBody:
    """A worker; what cannot be read of what was typed is added to the faults."""
    line: TypedLineBody = {
        "insurance_number": row.get("insurance_number", ""),
        "family_name": row.get("full_name") or row.get("family_name", ""),
        "first_name": row.get("first_name", ""),
        "national_id": row.get("national_id") or None,
        "birth_on": _day(row, "birth_on", number, faults),
        "entered_on": _day(row, "entered_on", number, faults),
        "left_on": _day(row, "left_on", number, faults),
        "situation": row.get("situation", ""),
        "wages": [],
    }
    for part in start["parts"]:
        wage, duration = row.get(f"wage/{part['number']}", ""), row.get(f"duration/{part['number']}", "")
        if not wage and not duration:
            continue
        told: payments.TypedWageBody = {"quarter": part["number"]}
        if unit := row.get(f"unit/{part['number']}"):
            told["unit"] = unit
        amount, time = formats.read_amount(wage or "0"), formats.read_amount(duration or "0")
        if amount is None or amount < 0:
            faults[f"wage-{number}-{part['number']}"] = _("Write the wage as an amount, such as 1234,500.")
        elif amount:
            told["wage"] = format(amount, "f")
        if time is None or time != int(time) or not 0 <= time < 10_000:
            faults[f"duration-{number}-{part['number']}"] = _("Write how long as a whole number, such as 3.")
        elif time:
            told["duration"] = int(time)
        line["wages"].append(told)
    return line


def _day(row: Row, name: str, number: int, faults: dict[str, str]) -> str | None:
    boxes = {f"{name}_{part}": row.get(f"{name}_{part}", "") for part in ("day", "month", "year")}
    if not any(boxes.values()):
        return None
    day = read_day(name, boxes)
    if len(day) != len("2026-01-01"):
        faults[f"{name}-{number}"] = _("Write the day as day, month and year, such as 27 3 1985.")
    return day


def _on_the_page(problem: Problem, body: TypedBody, places: list[int], start: TypingStartView) -> Problem:
    """The service's refusal, each of its faults under the box that it is about."""
    errors = [{"field": _box(path, body, places, start), "detail": detail} for path, detail in problem.fields.items()]
    return Problem(problem.status, {"code": problem.code, "detail": problem.detail, "errors": errors})


def _box(path: str, body: TypedBody, places: list[int], start: TypingStartView) -> str:
    steps = path.split(".")
    if len(steps) < 3 or steps[0] != "lines":
        return "row-1"
    row = places[int(steps[1])] + 1
    if len(steps) == 5:
        wages = body["lines"][int(steps[1])]["wages"]
        index = min(int(steps[3]), len(wages) - 1)
        number = wages[index]["quarter"] if wages else start["parts"][0]["number"]
        return f"{steps[4]}-{row}-{number}"
    asked = {each["name"] for each in start["asked"]}
    name = "full_name" if steps[2] in ("family_name", "first_name") and "full_name" in asked else steps[2]
    return f"{name}-{row}"


def _place(finding: payments.FindingView, places: list[int], start: TypingStartView) -> tuple[int, str]:
    """The row of the page that a finding is about, 0 where it is about all, and the box in it."""
    if finding["file"] != "detail" or not 0 < finding["line"] <= len(places):
        return 0, "row-1"
    row = places[finding["line"] - 1] + 1
    name, _underscore, part = finding["field_code"].rpartition("_")
    names = {each["name"]: each["is_by_part"] for each in start["asked"]}
    if part.isdecimal() and names.get(name):
        return row, f"{name}-{row}-{part}"
    if finding["field_code"] not in names:
        return row, f"row-{row}"
    is_by_part = names[finding["field_code"]]
    return row, f"{finding['field_code']}-{row}" + (f"-{start['parts'][0]['number']}" if is_by_part else "")
