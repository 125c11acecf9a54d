"""What an agent decides about a case: complete or not, granted or refused, sent to medical control, confirmed by a
second person, carried out, and paid or decided anew where its payment was held."""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from frontends.api import claims as service
from frontends.backoffice.case import act, page
from frontends.backoffice.deciding import refused_lines
from frontends.kit.pages import signed_in
from frontends.kit.words import _

pages = Blueprint("decide", __name__)


@pages.post("/cases/<claim_id>/complete")
@signed_in("staff")
def complete(claim_id: str) -> Response:
    """Nothing is lacking: the person sees it."""
    return act(claim_id, "complete", service.claims_find_complete, _("The claim is noted as complete."))


@pages.post("/cases/<claim_id>/ask")
@signed_in("staff")
def ask(claim_id: str) -> Response:
    """One more paper, with the reason."""
    body: service.PaperRequestBody = {"kind": request.form.get("kind", ""), "reason": request.form.get("reason", "")}
    return act(claim_id, "ask", service.claims_ask_paper, _("The paper is asked for."), body=body, is_over=True)


@pages.post("/cases/<claim_id>/approve")
@signed_in("staff")
def approve(claim_id: str) -> Response:
    """Grant it line by line. Without a script, the total is asked for by a button of its own."""
    if request.form.get("only") == "total":
        return page(claim_id, sent="approve")
    body: service.ApprovalBody = {"refused_lines": refused_lines(request.form.items())}
    return act(claim_id, "approve", service.claims_approve, _("The decision is made."), body=body, is_over=True)


@pages.post("/cases/<claim_id>/refuse")
@signed_in("staff")
def refuse(claim_id: str) -> Response:
    """Refuse the whole claim, for one of the fund's reasons."""
    body: service.RefusalBody = {"reason": request.form.get("reason", "")}
    return act(claim_id, "refuse", service.claims_refuse, _("The claim is refused."), body=body, is_over=True)


@pages.post("/cases/<claim_id>/medical")
@signed_in("staff")
def send_to_medical(claim_id: str) -> Response:
    """Ask medical control, whose answer binds."""
    return act(claim_id, "medical", service.reviews_ask, _("The case is with medical control."), is_over=True)


@pages.post("/cases/<claim_id>/confirm")
@signed_in("staff")
def confirm(claim_id: str) -> Response:
    """A second person agrees."""
    return act(claim_id, "confirm", service.claims_confirm, _("The decision is confirmed."), is_over=True)


@pages.post("/cases/<claim_id>/object")
@signed_in("staff")
def send_back(claim_id: str) -> Response:
    """A second person does not agree, and says why."""
    body: service.ObjectionBody = {"reason": request.form.get("reason", "").strip()}
    return act(claim_id, "object", service.claims_send_back, _("The case goes back."), body=body, is_over=True)


@pages.post("/cases/<claim_id>/carry-out")
@signed_in("staff")
def carry_out(claim_id: str) -> Response:
    """What was granted has been done."""
    return act(claim_id, "carry-out", service.claims_complete, _("Noted as carried out."), is_over=True)


@pages.post("/cases/<claim_id>/release-payment")
@signed_in("staff")
def release_payment(claim_id: str) -> Response:
    """What was held is paid as it was decided."""
    body: service.HeldPaymentBody = {"reason": request.form.get("reason", "").strip()}
    call = service.claims_release_payment
    return act(claim_id, "release-payment", call, _("It is paid as it was decided."), body=body, is_over=True)


@pages.post("/cases/<claim_id>/decide-anew")
@signed_in("staff")
def decide_anew(claim_id: str) -> Response:
    """What was held is not paid: the case is decided anew."""
    body: service.HeldPaymentBody = {"reason": request.form.get("reason", "").strip()}
    return act(claim_id, "decide-anew", service.claims_decide_anew, _("The case is to be decided anew."), body=body)
