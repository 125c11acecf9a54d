"""Opening an account, and a new password for one. Nobody learns here whom the fund knows."""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from frontends.api import identity
from frontends.kit.api import Problem
from frontends.kit.pages import Form, api, render
from frontends.kit.typed import passwords_differ, read_day, unfilled

pages = Blueprint("accounts", __name__)


@pages.get("/account/new")
def new() -> Response:
    """What the fund knows of a person, and a password."""
    return render("anyone/account-new.html", form=Form("account"), problem=None)


@pages.post("/account/new")
def open_account() -> Response:
    """The answer is the same for everybody: a link goes to the address or telephone that the fund has."""
    form = Form("account")
    typed = request.form
    problem = unfilled("national_id", "insurance_number", "birth_on", "password") or passwords_differ()
    if problem is None:
        body: identity.ApplicationBody = {
            "national_id": typed.get("national_id", ""),
            "insurance_number": typed.get("insurance_number", ""),
            "birth_on": read_day("birth_on"),
            "password": typed.get("password", ""),
        }
        if email := typed.get("email", "").strip():
            body["email"] = email
        try:
            identity.accounts_open(api(), idempotency_key=form.key, body=body)
        except Problem as refused:
            problem = refused
    if problem is not None:
        return render("anyone/account-new.html", form=form, problem=problem)
    form.done()
    return render("anyone/mail-sent.html")


@pages.get("/activation")
def activation() -> Response:
    """Where the link in the message leads; the link's own part never reaches this server in an address."""
    return render("anyone/activation.html", form=Form("activation"), problem=None)


@pages.post("/activation")
def activate() -> Response:
    """Open the account with the password that was chosen when it was asked for."""
    form = Form("activation")
    body: identity.ActivationBody = {
        "token": request.form.get("token", "").strip(),
        "password": request.form.get("password", ""),
    }
    try:
        identity.accounts_activate(api(), idempotency_key=form.key, body=body)
    except Problem as problem:
        return render("anyone/activation.html", form=form, problem=problem)
    form.done()
    return render("anyone/account-open.html")


@pages.get("/account/forgotten")
def forgotten() -> Response:
    """Who forgot the password says who they are."""
    return render("anyone/forgotten.html", form=Form("forgotten"), problem=None)


@pages.post("/account/forgotten")
def ask_recovery() -> Response:
    """The answer is the same for everybody."""
    form = Form("forgotten")
    body: identity.RecoveryBody = {
        "national_id": request.form.get("national_id", ""),
        "insurance_number": request.form.get("insurance_number", ""),
        "birth_on": read_day("birth_on"),
    }
    if (problem := unfilled("national_id", "insurance_number", "birth_on")) is not None:
        return render("anyone/forgotten.html", form=form, problem=problem)
    try:
        identity.accounts_ask_recovery(api(), idempotency_key=form.key, body=body)
    except Problem as refused:
        return render("anyone/forgotten.html", form=form, problem=refused)
    form.done()
    return render("anyone/mail-sent.html")


@pages.get("/recovery")
def recovery() -> Response:
    """Where the link for a new password leads."""
    return render("anyone/recovery.html", form=Form("recovery"), problem=None)


@pages.post("/recovery")
def recover() -> Response:
    """Choose it; all sessions of the account end."""
    form = Form("recovery")
    problem = passwords_differ()
    if problem is None:
        body: identity.NewPasswordBody = {
            "token": request.form.get("token", "").strip(),
            "password": request.form.get("password", ""),
        }
        if request.form.get("one_time_code"):
            body["one_time_code"] = request.form["one_time_code"]
        try:
            identity.accounts_recover(api(), idempotency_key=form.key, body=body)
        except Problem as refused:
            problem = refused
    if problem is not None:
        return render("anyone/recovery.html", form=form, problem=problem)
    form.done()
    return render("anyone/account-open.html")
