"""HTTP routes of claims."""

from collections.abc import Mapping
from typing import Any

from services.claims.benefits.answer import GivenAnswer
from services.claims.claims import actions, consulting, deciding, handling, payment_checking
from services.claims.claims.agent_schemas import (
    AgentClaimView,
    ApprovalBody,
    FoundView,
    HeldPaymentBody,
    ObjectionBody,
    PaperRequestBody,
    QueuedClaimViews,
    QueueQuery,
    ReassignmentBody,
    RefusalBody,
    SearchBody,
    SeparationBody,
)
from services.claims.claims.claim import Claim, ClaimLine, ClaimPaper, Status
from services.claims.claims.consulting import ClaimForAgent
from services.claims.claims.offer_schemas import ActsPage, ActsQuery, OfferQuery, OfferViews
from services.claims.claims.offers import ClaimOffer, MedicalAct, medical_acts, offers
from services.claims.claims.schemas import ClaimView, ClaimViews, FilingBody, OwnQuery, PaperBody
from services.claims.claims.search import Found
from services.claims.claims.submission import ClaimFiling
from shared.http.routes import Routes
from shared.process.access_journal.schemas import PurposeQuery
from shared.storage.paging import Order, Page, page_of
from shared.storage.unit_of_work import UnitOfWork

routes = Routes("claims", about="Claims for care: what may be asked for, filing, following, and what agents decide.")

Body = Mapping[str, Any]

ACTS = Order("key", "key")


@routes.get("/claim-types", scope="claims:read", response=OfferViews, query=OfferQuery, is_reference=True)
def list_types(uow: UnitOfWork, query: Body) -> dict[str, tuple[ClaimOffer, ...]]:
    """What may be asked of the fund: claim types with their questions, the papers that they need, and the acts that are
    paid for."""
    return {"items": offers(uow.fund, on=query["on"] or uow.today)}


@routes.get("/acts", scope="claims:read", response=ActsPage, query=ActsQuery, is_reference=True)
def list_acts(uow: UnitOfWork, query: Body) -> Page[MedicalAct]:
    """The medical acts that the fund reimburses, with their prices on a day of care; by code, or by words of a name."""
    on, claim_type, search = query["on"] or uow.today, query["claim_type"], query["search"]
    found = medical_acts(uow.fund, on=on, claim_type=claim_type, search=search)
    return page_of(found, order=ACTS, wanted=query["page"], on=on, claim_type=claim_type, search=search)


@routes.post("/claims", scope="claims:submit", request=FilingBody, response=ClaimView, status=201, is_keyed=True)
def submit(uow: UnitOfWork, body: Body) -> Claim:
    """File a claim for oneself, with the answers and the supporting papers that its type requires."""
    lines = tuple(ClaimLine(**line) for line in body["lines"])
    papers = tuple(ClaimPaper(**paper, added_at=uow.at) for paper in body["papers"])
    answers = tuple(GivenAnswer(**answer) for answer in body["answers"])
    filing = ClaimFiling(
        claim_type=body["claim_type"], care_on=body["care_on"], lines=lines, papers=papers, answers=answers
    )
    return actions.submit(uow, filing)


@routes.get("/claims", scope="claims:read", response=ClaimViews, query=OwnQuery)
def list_own(uow: UnitOfWork, query: Body) -> Page[Claim]:
    """The caller's own claims, newest first."""
    return consulting.of_caller(uow, wanted=query["page"], status=query["status"])


@routes.get("/claims/<claim_id>", scope="claims:read", response=ClaimView, query=PurposeQuery, is_journaled=True)
def read(uow: UnitOfWork, query: Body, claim_id: str) -> Claim:
    """One claim, with what happened, what comes next and who must act."""
    return consulting.look_at(uow, claim_id=claim_id, purpose=query["purpose"])


@routes.post(
    "/claims/<claim_id>/papers", scope="claims:submit", request=PaperBody, response=ClaimView, edits=consulting.read
)
def add_paper(uow: UnitOfWork, body: Body, claim_id: str) -> Claim:
    """Give a paper that an agent asked for."""
    return actions.add_paper(uow, claim_id=claim_id, paper=ClaimPaper(**body, added_at=uow.at))


@routes.post("/claims/<claim_id>/withdrawal", scope="claims:submit", response=ClaimView, edits=consulting.read)
def withdraw(uow: UnitOfWork, claim_id: str) -> Claim:
    """Take one's own claim back while it is undecided; its papers may then be filed again."""
    return actions.withdraw(uow, claim_id=claim_id)


@routes.get("/queue/claims", scope="claims:decide", response=QueuedClaimViews, query=QueueQuery, is_journaled=True)
def queue(uow: UnitOfWork, query: Body) -> Page[Claim]:
    """Claims by status, holder, due day, reference or person; those first that are to be decided first."""
    if query["reference"] is not None:
        return consulting.find_reference(uow, reference=query["reference"], purpose=query["purpose"])
    status = query["status"]
    if query["is_to_recover"]:
        return consulting.to_recover(uow, wanted=query["page"])
    if query["is_payment_held"]:
        return consulting.payments_held(uow, wanted=query["page"])
    if query["is_overdue"]:
        return consulting.overdue(uow, status=status or Status.SUBMITTED, wanted=query["page"])
    if status is None and query["person_ref"] is None:
        status = Status.SUBMITTED
    return consulting.queue(
        uow,
        wanted=query["page"],
        status=status,
        assigned_to=query["assigned_to"],
        due_before=query["due_before"],
        person_ref=query["person_ref"],
        purpose=query["purpose"],
    )


@routes.get(
    "/queue/claims/<claim_id>", scope="claims:decide", response=AgentClaimView, query=PurposeQuery, is_journaled=True
)
def read_for_decision(uow: UnitOfWork, query: Body, claim_id: str) -> ClaimForAgent:
    """One claim, with the person's others about the same act and day, and what of it may be filed twice."""
    return consulting.for_agent(uow, claim_id=claim_id, purpose=query["purpose"])


@routes.post("/queue/searches", scope="claims:decide", request=SearchBody, response=FoundView)
def search(uow: UnitOfWork, body: Body) -> Found:
    """Find a claim by its reference, or a person by the insurance number. It enters the access journal.

    A POST, since a number in an address would stand in every log on the way.
    """
    return consulting.find_number(uow, number=body["number"], purpose=body["purpose"])


@routes.post("/claims/<claim_id>/assignment", scope="claims:decide", response=ClaimView, edits=consulting.read)
def assign(uow: UnitOfWork, claim_id: str) -> Claim:
    """Take a claim out of the common queue. The first who acts on a claim that nobody holds takes it, too."""
    return handling.assign(uow, claim_id=claim_id)


@routes.post("/claims/<claim_id>/release", scope="claims:decide", response=ClaimView, edits=consulting.read)
def release(uow: UnitOfWork, claim_id: str) -> Claim:
    """Put a claim that one holds back into the common queue."""
    return handling.release(uow, claim_id=claim_id)


@routes.post(
    "/claims/<claim_id>/reassignment",
    scope="claims:supervise",
    request=ReassignmentBody,
    response=ClaimView,
    edits=consulting.read,
)
def reassign(uow: UnitOfWork, body: Body, claim_id: str) -> Claim:
    """Give a claim to an agent, or back to the common queue, whoever holds it."""
    return handling.reassign(uow, claim_id=claim_id, to=body["to"], reason=body["reason"])


@routes.post(
    "/claims/<claim_id>/separations",
    scope="claims:decide",
    request=SeparationBody,
    response=AgentClaimView,
    edits=consulting.read,
)
def separate(uow: UnitOfWork, body: Body, claim_id: str) -> ClaimForAgent:
    """Confirm that a claim and another that is like it are two, not one bill filed twice."""
    return handling.separate(uow, claim_id=claim_id, other_id=body["claim_id"])


@routes.post("/claims/<claim_id>/completeness", scope="claims:decide", response=ClaimView, edits=consulting.read)
def find_complete(uow: UnitOfWork, claim_id: str) -> Claim:
    """Say that nothing is lacking: the person sees it, and the claim waits for a decision."""
    return handling.find_complete(uow, claim_id=claim_id)


@routes.post(
    "/claims/<claim_id>/paper-requests",
    scope="claims:decide",
    request=PaperRequestBody,
    response=ClaimView,
    edits=consulting.read,
)
def ask_paper(uow: UnitOfWork, body: Body, claim_id: str) -> Claim:
    """Ask the person for one more paper, with the reason."""
    return handling.ask_paper(uow, claim_id=claim_id, kind=body["kind"], reason=body["reason"])


@routes.post(
    "/claims/<claim_id>/approval",
    scope="claims:decide",
    request=ApprovalBody,
    response=ClaimView,
    is_keyed=True,
    edits=consulting.read,
)
def approve(uow: UnitOfWork, body: Body, claim_id: str) -> Claim:
    """Grant a claim: line by line, where the fund owes its share of every line that is not refused; or, of a benefit
    that is decided from facts, what the rules come to, which is shown beside the claim and not typed.

    Above the amount that one person may grant, the decision waits for a second one.
    """
    refused = {line["number"]: line["reason"] for line in body["refused_lines"]}
    return deciding.approve(uow, claim_id=claim_id, refused_lines=refused)


@routes.post(
    "/claims/<claim_id>/confirmation", scope="claims:decide", response=ClaimView, is_keyed=True, edits=consulting.read
)
def confirm(uow: UnitOfWork, claim_id: str) -> Claim:
    """Confirm, as a second person, what another agent granted: from now on the fund owes it."""
    return deciding.confirm(uow, claim_id=claim_id)


@routes.post(
    "/claims/<claim_id>/payment-release",
    scope="claims:decide",
    request=HeldPaymentBody,
    response=ClaimView,
    is_keyed=True,
    edits=consulting.read,
)
def release_payment(uow: UnitOfWork, body: Body, claim_id: str) -> Claim:
    """Have a payment that was held paid as it was decided. Who decided the claim does not."""
    return payment_checking.release(uow, claim_id=claim_id, reason=body["reason"])


@routes.post(
    "/claims/<claim_id>/new-decision",
    scope="claims:decide",
    request=HeldPaymentBody,
    response=ClaimView,
    edits=consulting.read,
)
def decide_anew(uow: UnitOfWork, body: Body, claim_id: str) -> Claim:
    """Have a claim whose payment was held decided anew; what was decided first is kept."""
    return payment_checking.decide_anew(uow, claim_id=claim_id, reason=body["reason"])


@routes.post("/claims/<claim_id>/completion", scope="claims:decide", response=ClaimView, edits=consulting.read)
def complete(uow: UnitOfWork, claim_id: str) -> Claim:
    """Say that what a granted request asks for has been done: a card issued, data put right."""
    return handling.complete(uow, claim_id=claim_id)


@routes.post(
    "/claims/<claim_id>/objection",
    scope="claims:decide",
    request=ObjectionBody,
    response=ClaimView,
    edits=consulting.read,
)
def send_back(uow: UnitOfWork, body: Body, claim_id: str) -> Claim:
    """Do not confirm what another agent granted, and say why: the claim is to be decided anew."""
    return deciding.send_back(uow, claim_id=claim_id, reason=body["reason"])


@routes.post(
    "/claims/<claim_id>/refusal", scope="claims:decide", request=RefusalBody, response=ClaimView, edits=consulting.read
)
def refuse(uow: UnitOfWork, body: Body, claim_id: str) -> Claim:
    """Refuse the whole claim, with the reason. Of an appeal it means that the first decision stands."""
    return deciding.refuse(uow, claim_id=claim_id, reason=body["reason"])
