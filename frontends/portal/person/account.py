"""One's own account: what the fund knows of me, who looked at my file, where I am signed in, my password, the bank
account that I am paid to."""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from frontends.api import claims, documents, identity, payments
from frontends.kit.api import Problem, together
from frontends.kit.pages import Form, RenewedForm, api, flash, go_to, render, signed_in
from frontends.kit.typed import passwords_differ, unfilled
from frontends.kit.uploading import read_files
from frontends.kit.words import _

pages = Blueprint("account", __name__, url_prefix="/account")

LOOKS_MAX = 50
ACCOUNT_MAX = 60
PROOF_MISSING = "bank-account.proof-missing"
PASSWORD_REFUSED = "account.current-password-wrong"  # noqa: S105  the code of a refusal


@pages.get("/")
@signed_in("person", "employer")
def index() -> Response:
    """Sessions and password."""
    return _page()


@pages.post("/password")
@signed_in("person", "employer")
def change_password() -> Response:
    """Every other session of the account ends at once."""
    form = Form("password")
    if (differ := passwords_differ("new_password")) is not None:
        return _page(problem=differ)
    body: identity.PasswordBody = {
        "current_password": request.form.get("current_password", ""),
        "new_password": request.form.get("new_password", ""),
    }
    try:
        done = identity.upkeep_change_password(api(), idempotency_key=form.key, body=body)
    except Problem as problem:
        form.done()  # a wrong password was counted: the next try is another one
        return _page(problem=problem)
    form.done()
    flash(done["text"])
    return go_to("account.index")


@pages.post("/sessions/<session_id>/end")
@signed_in("person", "employer")
def end_session(session_id: str) -> Response:
    """Sign out somewhere else."""
    form = Form(f"end:{session_id}")
    identity.upkeep_end_session(api(), session_id, idempotency_key=form.key)
    form.done()
    flash(_("That session is ended."))
    return go_to("account.index")


@pages.post("/sessions/end-others")
@signed_in("person", "employer")
def end_others() -> Response:
    """Sign out everywhere else."""
    form = Form("end-others")
    identity.upkeep_end_others(api(), idempotency_key=form.key)
    form.done()
    flash(_("You are signed out everywhere but here."))
    return go_to("account.index")


@pages.get("/bank")
@signed_in("person")
def bank() -> Response:
    """The bank account that benefits are paid to, and the change that was asked for last."""
    return _bank_page()


@pages.post("/bank")
@signed_in("person")
def change_bank() -> Response:
    """Ask for another account, with the password again, and the bank's statement of it where the fund asks for that."""
    form = Form("bank")
    if (problem := unfilled("account", "current_password")) is not None:
        return _bank_page(problem=problem)
    try:
        _change_bank(form)
    except Problem as refused:
        form.done()  # a wrong password was counted: the next try is another one
        return _bank_page(problem=_at_its_field(refused))
    form.done()
    flash(_("Your change was received. We have told you of it in a message."))
    return go_to("account.bank")


@pages.post("/bank/<change_id>/withdrawal")
@signed_in("person")
def withdraw_bank(change_id: str) -> Response:
    """Take the change back."""
    form = Form(f"withdraw:{change_id}")
    try:
        identity.bank_accounts_withdraw(api(), change_id, idempotency_key=form.key, version=form.read_version)
    except Problem as problem:
        return _bank_page(problem=problem)
    form.done()
    flash(_("The change is withdrawn. Your benefits are paid as before."))
    return go_to("account.bank")


@pages.get("/record")
@signed_in("person")
def record() -> Response:
    """What the fund's register says of the person, where they are paid, and how a mistake is put right."""
    asked = api()
    own, bank = together(
        lambda: identity.upkeep_read_own_record(asked),
        lambda: identity.bank_accounts_read_own(asked),
    )
    return render("person/record.html", own=own, bank=bank)


@pages.get("/access")
@signed_in("person")
def access() -> Response:
    """Who of the fund looked at my file, when and why: the journals of all services as one."""
    asked = api()
    visits, *journals = together(
        lambda: identity.counter_list_own(asked, limit=LOOKS_MAX),
        lambda: identity.access_journal_list_own(asked, limit=LOOKS_MAX),
        lambda: claims.access_journal_list_own(asked, limit=LOOKS_MAX),
        lambda: documents.access_journal_list_own(asked, limit=LOOKS_MAX),
        lambda: payments.access_journal_list_own(asked, limit=LOOKS_MAX),
    )
    entries = [entry for journal in journals if isinstance(journal, dict) for entry in journal["items"]]
    entries.sort(key=lambda entry: entry["at"], reverse=True)
    is_whole = all(isinstance(journal, dict) for journal in journals)
    return render("person/access.html", entries=entries[:LOOKS_MAX], visits=visits, is_whole=is_whole)


def _change_bank(form: Form) -> None:
    """Without the statement first: who mistyped the account or the password leaves no file behind."""
    try:
        _ask_for_account(key=f"{form.key}-first")
    except Problem as refused:
        if refused.code != PROOF_MISSING or not request.files.get("proof"):
            raise
        _ask_for_account(key=form.key, proof_upload_id=_given_proof(key=f"{form.key}-proof"))


def _ask_for_account(*, key: str, proof_upload_id: str = "") -> None:
    body: identity.AccountChangeBody = {
        "account": request.form["account"].strip()[:ACCOUNT_MAX],
        "password": request.form["current_password"],
        "proof_upload_id": proof_upload_id,
    }
    identity.bank_accounts_ask(api(), idempotency_key=key, body=body)


def _given_proof(*, key: str) -> str:
    """The id of the bank's statement, which documents keeps from now on."""
    try:
        return documents.uploads_add(api(), idempotency_key=key, files={"file": read_files("proof")[:1]})["upload_id"]
    except Problem as refused:
        raise _at(refused, "proof") from None


def _at_its_field(refused: Problem) -> Problem:
    """What the fund refuses about the account, its proof or the password, at the field where it was given."""
    field = {PASSWORD_REFUSED: "current_password", PROOF_MISSING: "proof"}.get(refused.code, "account")
    if refused.code != PASSWORD_REFUSED and not (refused.code.startswith("bank-account.") and refused.status == 422):
        return refused
    return _at(refused, field)


def _at(refused: Problem, field: str) -> Problem:
    detail = next(iter(refused.fields.values()), refused.detail)
    return Problem(422, {"code": refused.code, "errors": [{"field": field, "detail": detail}]})


def _bank_page(*, problem: Problem | None = None) -> Response:
    found = identity.bank_accounts_read_own(api())
    change = found["change"]
    return render(
        "person/bank-account.html",
        found=found,
        form=RenewedForm("bank"),
        withdrawing=Form(f"withdraw:{change['change_id']}", change["version"]) if change else None,
        typed=request.form.get("account", ""),
        has_chosen_file=bool(request.files.get("proof")),
        problem=problem,
    )


def _page(*, problem: Problem | None = None) -> Response:
    sessions = identity.upkeep_list_sessions(api(), limit=20)["items"]
    return render(
        "person/account.html",
        sessions=sessions,
        password=RenewedForm("password"),
        ending={each["session_id"]: Form(f"end:{each['session_id']}") for each in sessions},
        ending_others=Form("end-others"),
        problem=problem,
    )
