"""Paying late debts in instalments: see what a plan would come to, ask for it, follow it and pay it."""

from decimal import Decimal

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from frontends.api import payments
from frontends.kit.api import Problem, together
from frontends.kit.pages import Form, api, flash, go_to, render, signed_in
from frontends.kit.typed import digits
from frontends.kit.words import _
from frontends.portal.employer.declaring import UNDER_WAY
from frontends.portal.employer.firms import check_own

pages = Blueprint("plans", __name__)

PAGE = 20
OPEN = frozenset({"asked", "proposed", "agreed", "under-way"})
UNPROCESSABLE, CONFLICT, MISSING = 422, 409, 404


@pages.get("/firms/<employer_id>/plans")
@signed_in("employer")
def index(employer_id: str) -> Response:
    """The firm's plans, the schemes that are open, and what a plan would come to where the address names one."""
    return _page(employer_id)


@pages.post("/firms/<employer_id>/plans")
@signed_in("employer")
def ask(employer_id: str) -> Response:
    """Ask for the plan that was shown."""
    check_own(employer_id)
    form = Form(f"plan:{employer_id}")
    body: payments.SettlementAskBody = {"employer_id": employer_id, "scheme": _scheme(), "months": _months()}
    try:
        made = payments.settlements_ask(api(), idempotency_key=form.key, body=body)
    except Problem as problem:
        return _page(employer_id, problem=problem)
    form.done()
    flash(_("The fund has your request. You are told as soon as it is decided."))
    return go_to("plans.one", plan_id=made["plan_id"])


@pages.get("/plans/<plan_id>")
@signed_in("employer")
def one(plan_id: str) -> Response:
    """Where it stands, its instalments, and how to pay the next one."""
    return _one(plan_id)


@pages.post("/plans/<plan_id>/withdrawal")
@signed_in("employer")
def withdraw(plan_id: str) -> Response:
    """Take the request back."""
    form = Form(f"withdraw:{plan_id}")
    try:
        payments.settlements_withdraw(api(), plan_id, idempotency_key=form.key, version=form.read_version)
    except Problem as problem:
        return _one(plan_id, problem=problem)
    form.done()
    flash(_("The request is withdrawn."))
    return go_to("plans.one", plan_id=plan_id)


@pages.post("/plans/<plan_id>/payment")
@signed_in("employer")
def pay(plan_id: str) -> Response:
    """Ask for a reference to transfer with or for mobile money, for the bank's page for a card, or for a debit."""
    rail = request.form.get("rail", "transfer")
    form = Form(f"pay:{plan_id}:{rail}")
    try:
        payments.settlements_pay(api(), plan_id, idempotency_key=form.key, body={"rail": rail})
    except Problem as problem:
        return _one(plan_id, problem=problem)
    form.done()
    return go_to("plans.one", plan_id=plan_id, _anchor="payment")


@pages.post("/plans/<plan_id>/debit")
@signed_in("employer")
def debit(plan_id: str) -> Response:
    """Have each instalment debited on its day, or no more."""
    is_debited, form = bool(request.form.get("is_debited")), Form(f"debit:{plan_id}")
    body: payments.DebitChoiceBody = {"is_debited": is_debited}
    try:
        payments.settlements_choose_debit(
            api(), plan_id, idempotency_key=form.key, body=body, version=form.read_version
        )
    except Problem as problem:
        return _one(plan_id, problem=problem)
    form.done()
    flash(_("The instalments are debited.") if is_debited else _("The instalments are debited no more."))
    return go_to("plans.one", plan_id=plan_id, _anchor="debit")


def _page(employer_id: str, *, problem: Problem | None = None) -> Response:
    check_own(employer_id)
    asked, cursor = api(), request.args.get("cursor") or None
    listed, schemes = together(
        lambda: payments.settlements_list_plans(asked, employer_id=employer_id, limit=PAGE, cursor=cursor),
        lambda: payments.settlements_list_schemes(asked),
    )
    found = None
    if problem is None and "months" in request.values:
        found, problem = _simulated(employer_id)
    form = Form(f"plan:{employer_id}")
    return render(
        "employer/plans.html",
        employer_id=employer_id,
        listed=listed,
        schemes=schemes,
        has_open=isinstance(listed, dict) and any(each["status"] in OPEN for each in listed["items"]),
        found=found,
        scheme=_scheme(),
        months=request.values.get("months", ""),
        form=form,
        problem=problem,
        is_first=cursor is None,
    )


def _simulated(employer_id: str) -> tuple[payments.PlanView | None, Problem | None]:
    """What the plan would come to; or why there is none."""
    try:
        found = payments.settlements_simulate(api(), employer_id=employer_id, scheme=_scheme(), months=_months())
    except Problem as refused:
        if refused.status not in (UNPROCESSABLE, CONFLICT, MISSING):
            raise
        return None, refused
    return found, None


def _one(plan_id: str, *, problem: Problem | None = None) -> Response:
    plan = payments.settlements_read(api(), plan_id)
    ways = plan["payable"]["ways"] if plan["payable"] else []
    collection = _try(plan["collection_id"])
    following = plan["next_instalment"]
    before = _try(following["collection_id"]) if following else None
    is_ended = before is not None and before["rail"] == "direct-debit" and before["status"] in ("refused", "reversed")
    return render(
        "employer/plan.html",
        plan=plan,
        to_declaration=lambda debt: url_for("declaring.one", declaration_id=debt["declaration_id"]),
        collection=collection,
        ended_debit=before if is_ended else None,
        costs=_costs(plan),
        under_way=UNDER_WAY,
        withdrawing=Form(f"withdraw:{plan_id}", plan["version"]),
        paying={way["rail"]: Form(f"pay:{plan_id}:{way['rail']}") for way in ways},
        debiting=Form(f"debit:{plan_id}", plan["version"]),
        problem=problem,
    )


def _try(collection_id: str | None) -> payments.CollectionView | None:
    """A try to collect, where there is one."""
    return payments.collections_read(api(), collection_id) if collection_id else None


def _costs(plan: payments.SettlementPlanView) -> dict[str, str | None]:
    """What the newest try costs today: what is left of the instalments that it asks for."""
    asked = [each for each in plan["instalments"] if each["collection_id"] == plan["collection_id"]]
    return {"to_pay": str(sum(Decimal(each["left"]) for each in asked)), "next_on": None}


def _scheme() -> str:
    return request.values.get("scheme", "").strip()


def _months() -> int:
    """How many months were typed, in digits of any script; 0 where none were."""
    return int(digits(request.values.get("months", "")) or 0)
