"""What documents is made of."""

from pathlib import Path

from services.documents.access_journal.accessed import AccessedKind
from services.documents.awards.reactions import reactions as award_reactions
from services.documents.awards.store import awards
from services.documents.careers.reactions import reactions as career_reactions
from services.documents.careers.routes import routes as career_routes
from services.documents.careers.store import careers, pages
from services.documents.papers.jobs import backfills, printing
from services.documents.papers.paper import FailureReason
from services.documents.papers.paper import Status as PaperStatus
from services.documents.papers.paper import WithdrawalReason as PaperReason
from services.documents.papers.printing.facts import faults as printing_faults
from services.documents.papers.reactions import reactions as paper_reactions
from services.documents.papers.routes import routes as paper_routes
from services.documents.papers.store import papers
from services.documents.register.reactions import reactions as register_reactions
from services.documents.register.store import employers, persons
from services.documents.settings import Settings, read
from services.documents.settings import faults as binding_faults
from services.documents.uploads.routes import routes as upload_routes
from services.documents.uploads.store import uploads
from services.documents.verification.pages import pages as verification_pages
from services.documents.verification.routes import routes as verification_routes
from services.documents.verification.verification import CodeAnswer
from services.documents.verification.verification import Status as VerificationStatus
from shared.process.access_journal.entry import Purpose
from shared.process.access_journal.routes import access_journal
from shared.process.access_journal.store import entries as access_entries
from shared.process.codes import CodeSets, code_routes
from shared.process.service import Service

CODES: CodeSets = {
    "paper-statuses": (PaperStatus, "paper.status.{}"),
    "paper-reasons": ((PaperReason, FailureReason), "paper.reason.{}"),
    "verification-statuses": (VerificationStatus, "verification.status.{}"),
    "control-code-answers": (CodeAnswer, "verification.code.{}"),
    "purposes": (Purpose, "access.purpose.{}"),
    "looked-at": (AccessedKind, "access.looked-at.{}"),
}

service: Service[Settings] = Service(
    name="documents",
    folder=Path(__file__).parent,
    settings=read,
    routes=[
        code_routes(CODES),
        paper_routes,
        verification_routes,
        career_routes,
        upload_routes,
        access_journal(AccessedKind, scope="account:manage"),
    ],
    # Papers look at careers and awards as just written.
    reactions=[register_reactions, career_reactions, award_reactions, paper_reactions],
    repositories=[persons, employers, careers, pages, awards, papers, uploads, access_entries],
    jobs=lambda settings: [printing(settings)],
    backfills=[backfills],
    # A number or a code could be guessed, a file is read, an upload is made anew, a paper is printed and signed.
    quotas={
        "verification.check": "30/minute",
        "verification.check_code": "10/minute",
        "verification.check_file": "10/minute",
        "verify.ask": "30/minute",
        "verify.check": "30/minute",
        "verify.check_code": "10/minute",
        "verify.check_file": "10/minute",
        "uploads.add": "30/minute",
        "papers.ask": "30/minute",
    },
    faults_of_fund=printing_faults,
    faults=binding_faults,
    blueprints=lambda settings, context: [verification_pages(context, public_url_of=settings.public_url_of)],
)
