"""HTTP routes of mandates, for employers and the fund's agents; those of banks stand with the bank's."""

from collections.abc import Mapping
from typing import Any

from services.payments.employers.rules import employer_of
from services.payments.mandates import actions, mandate_terms
from services.payments.mandates.actions import StoredForm
from services.payments.mandates.form_file import ENDINGS
from services.payments.mandates.mandate import Mandate
from services.payments.mandates.schemas import (
    AmendmentBody,
    MandateBody,
    MandateDecisionBody,
    MandateOfferView,
    MandatesQuery,
    MandatesView,
    MandateView,
    SignedFormBody,
)
from services.payments.mandates.store import FORM_BYTES_MAX
from shared.funds.payments import DebitMandates
from shared.http.files import Files, SubmittedForm
from shared.http.routes import Download, Downloads, Routes
from shared.process.access_journal.schemas import PurposeQuery
from shared.storage.paging import Page
from shared.storage.unit_of_work import UnitOfWork

routes = Routes("mandates", about="Letting the fund debit an employer's account for what it owes.")

Body = Mapping[str, Any]

BODY_BYTES_MAX = FORM_BYTES_MAX + 1024 * 1024
"""Larger than a form may be, so that the refusal can name the limit."""

ONE_FORM = Files(fields=SignedFormBody, part="file", count_max=1, size_max=BODY_BYTES_MAX, save=actions.accept_file)


@routes.get("/mandate-offer", scope="declarations:read", response=MandateOfferView)
def offer(uow: UnitOfWork) -> DebitMandates:
    """How the fund takes mandates: of which accounts, and up to which limit."""
    return mandate_terms.offered(uow.fund)


@routes.post("/mandates", scope="collections:pay", request=MandateBody, response=MandateView, status=201, is_keyed=True)
def issue(uow: UnitOfWork, body: Body) -> Mandate:
    """Begin to give a mandate: its form is issued and its bank is asked. An employer has one that is open."""
    employer_id = employer_of(uow.fund, body["employer_id"])
    return actions.issue(uow, employer_id=employer_id, terms=body["terms"])


@routes.get("/mandates", scope="declarations:read", response=MandatesView, query=MandatesQuery, is_journaled=True)
def list_mandates(uow: UnitOfWork, query: Body) -> Page[Mandate]:
    """Mandates, oldest first: of one employer, or for agents of all, in a state or of a reference where it is given."""
    employer_id = employer_of(uow.fund, query["employer_id"]) if query["employer_id"] else None
    return actions.page(
        uow,
        employer_id=employer_id,
        status=query["status"],
        reference=query["reference"],
        wanted=query["page"],
        purpose=query["purpose"],
    )


@routes.get(
    "/mandates/<mandate_id>", scope="declarations:read", response=MandateView, query=PurposeQuery, is_journaled=True
)
def read(uow: UnitOfWork, query: Body, mandate_id: str) -> Mandate:
    """One mandate, with every step that it took."""
    return actions.look_at(uow, mandate_id=mandate_id, purpose=query["purpose"])


@routes.post(
    "/mandates/<mandate_id>/signed-form",
    scope="collections:pay",
    request=ONE_FORM,
    response=MandateView,
    is_keyed=True,
    edits=actions.read,
)
def upload(uow: UnitOfWork, sent: SubmittedForm[StoredForm], mandate_id: str) -> Mandate:
    """Send in the form with the bank's signature: PDF, JPEG or PNG; the first bytes decide. Once the bank has said the
    same itself, the platform verifies both and accepts the mandate."""
    return actions.upload(uow, mandate_id=mandate_id, form=sent.files[0])


@routes.get(
    "/mandates/<mandate_id>/signed-form",
    scope="declarations:read",
    response=Downloads("*/*"),
    query=PurposeQuery,
    is_journaled=True,
)
def read_form(uow: UnitOfWork, query: Body, mandate_id: str) -> Download:
    """The form with the bank's signature, as it was sent."""
    mandate, content = actions.form_of(uow, mandate_id=mandate_id, purpose=query["purpose"])
    media_type = mandate.signed_form.media_type if mandate.signed_form else ""
    return Download(content, media_type, f"{mandate.reference}.{ENDINGS[media_type]}")


@routes.post(
    "/mandates/<mandate_id>/amendment",
    scope="collections:pay",
    request=AmendmentBody,
    response=MandateView,
    is_keyed=True,
    edits=actions.read,
)
def amend(uow: UnitOfWork, body: Body, mandate_id: str) -> Mandate:
    """Ask for another account, limit or end. The terms in force stay so until the bank has agreed to these."""
    return actions.amend(uow, mandate_id=mandate_id, terms=body["terms"])


@routes.post(
    "/mandates/<mandate_id>/suspension",
    scope="collections:pay",
    response=MandateView,
    is_keyed=True,
    edits=actions.read,
)
def suspend(uow: UnitOfWork, mandate_id: str) -> Mandate:
    """Have nothing debited until the mandate is resumed. What was sent to the bank before may still be debited."""
    return actions.suspend(uow, mandate_id=mandate_id)


@routes.post(
    "/mandates/<mandate_id>/resumption",
    scope="collections:pay",
    response=MandateView,
    is_keyed=True,
    edits=actions.read,
)
def resume(uow: UnitOfWork, mandate_id: str) -> Mandate:
    """Allow debits again by a mandate that the employer itself suspended."""
    return actions.resume(uow, mandate_id=mandate_id)


@routes.post(
    "/mandates/<mandate_id>/cancellation",
    scope="collections:pay",
    response=MandateView,
    is_keyed=True,
    edits=actions.read,
)
def cancel(uow: UnitOfWork, mandate_id: str) -> Mandate:
    """Take a mandate back, for good; the bank is told."""
    return actions.cancel(uow, mandate_id=mandate_id)


@routes.post(
    "/mandates/<mandate_id>/decisions",
    scope="bank:settle",
    request=MandateDecisionBody,
    response=MandateView,
    is_keyed=True,
    edits=actions.read,
)
def decide(uow: UnitOfWork, body: Body, mandate_id: str) -> Mandate:
    """Decide, as an agent: accept a doubtful mandate all the same, which another agent confirms, or refuse it; suspend,
    resume or cancel any."""
    return actions.decide(uow, mandate_id=mandate_id, decision=body["decision"], note=body["note"])
