"""Whether a paper is genuine: for anyone who holds one, by its number or by the file itself."""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from frontends.api import documents
from frontends.kit.api import Problem
from frontends.kit.pages import Form, api, go_to, render
from frontends.kit.words import _

pages = Blueprint("check", __name__)
NUMBER_MAX = 60
FILE_MAX = 20 * 1024 * 1024


@pages.get("/check")
def index() -> Response:
    """Type the number, or give the file."""
    number = request.args.get("number", "").strip()[:NUMBER_MAX]
    if number:
        return go_to("check.paper", number=number)
    return render("anyone/check.html", form=Form("check"), problem=None)


@pages.get("/check/<number>")
def paper(number: str) -> Response:
    """What the fund says of the paper of this number, which is little: the holder shows the code for more."""
    try:
        found = documents.verification_check(api(), number[:NUMBER_MAX])
    except Problem as problem:
        return render("anyone/check.html", form=Form("check"), problem=problem, typed=number)
    return render("anyone/checked.html", found=found, certified=None, form=Form("code"), problem=None)


@pages.post("/check/<number>")
def code(number: str) -> Response:
    """With the control code that is printed on it: what it certifies."""
    form = Form("code")
    body: documents.CodeBody = {"code": request.form.get("code", "")}
    try:
        certified = documents.verification_check_code(api(), number[:NUMBER_MAX], idempotency_key=form.key, body=body)
    except Problem as problem:
        found = documents.verification_check(api(), number[:NUMBER_MAX])
        return render("anyone/checked.html", found=found, certified=None, form=form, problem=problem)
    form.done()
    return render("anyone/checked.html", found=certified, certified=certified, form=form, problem=None)


@pages.post("/check")
def file() -> Response:
    """Whether a file is exactly one that the fund signed."""
    form = Form("check")
    given = request.files.get("file")
    if given is None or not given.filename:
        fault = {"field": "file", "detail": _("Choose the file of the paper.")}
        problem = Problem(422, {"code": "portal.no-file", "errors": [fault]})
        return render("anyone/check.html", form=form, problem=problem)
    content = given.stream.read(FILE_MAX + 1)
    try:
        found = documents.verification_check_file(
            api(), idempotency_key=form.key, files={"file": [(given.filename, content, "application/pdf")]}
        )
    except Problem as problem:
        return render("anyone/check.html", form=form, problem=problem)
    form.done()
    return render("anyone/checked-file.html", found=found)
