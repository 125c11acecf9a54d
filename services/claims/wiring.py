"""What claims is made of."""

from pathlib import Path

from services.claims.access_journal.looked import Looked
from services.claims.benefits.fact import FactSource
from services.claims.benefits.judgement import JudgedOutcome
from services.claims.benefits.routes import routes as benefit_routes
from services.claims.claims.claim import PaperReason, RefusalReason, Status
from services.claims.claims.leftovers import leftovers
from services.claims.claims.reactions import reactions as claim_reactions
from services.claims.claims.routes import routes as claim_routes
from services.claims.claims.store import claims
from services.claims.claims.timeline import Who
from services.claims.entitlements.entitlement import Reason, RightStatus
from services.claims.entitlements.reactions import reactions as entitlement_reactions
from services.claims.entitlements.routes import routes as entitlement_routes
from services.claims.entitlements.store import entitlements
from services.claims.insured.reactions import reactions as insured_reactions
from services.claims.insured.routes import routes as insured_routes
from services.claims.insured.store import insured
from services.claims.settings import Settings, read
from shared.process.access_journal.entry import Purpose
from shared.process.access_journal.routes import access_journal
from shared.process.access_journal.store import entries
from shared.process.codes import CodeSets, code_routes
from shared.process.service import Service
from shared.storage.retention import kept

CODES: CodeSets = {
    "claim-statuses": (Status, "claim.step.{}"),
    "next-steps": (Status, "claim.next.{}"),
    "who-must-act": (Who, "claim.who.{}"),
    "paper-reasons": (PaperReason, "claim.paper-reason.{}"),
    "refusal-reasons": (RefusalReason, "claim.refused-for.{}"),
    "right-statuses": (RightStatus, "right.status.{}"),
    "right-reasons": (Reason, "right.{}"),
    "benefit-outcomes": (JudgedOutcome, "benefit.outcome.{}"),
    "fact-sources": (FactSource, "benefit.source.{}"),
    "purposes": (Purpose, "access.purpose.{}"),
    "looked-at": (Looked, "access.looked-at.{}"),
}

service: Service[Settings] = Service(
    name="claims",
    folder=Path(__file__).parent,
    settings=read,
    routes=[
        code_routes(CODES),
        claim_routes,
        benefit_routes,
        insured_routes,
        entitlement_routes,
        access_journal(Looked, scope="claims:read"),
    ],
    reactions=[claim_reactions, entitlement_reactions, insured_reactions],
    quotas={"claims.submit": "30/minute", "claims.search": "60/minute"},
    leftovers=[leftovers],
    repositories=[claims, entitlements, insured, entries],
    indexes={"paper_uses": [["fund", "digest"]]},
    retentions={
        "uploads": kept("a claim may still be filed with it"),
        "paper_uses": kept("removed with the claim's refusal or withdrawal; else the same bill could be filed again"),
    },
)
