"""What claims is made of."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from services.claims.access_journal.accessed import AccessedKind
from services.claims.appeals.routes import routes as appeal_routes
from services.claims.audiences.queries import audiences
from services.claims.awards.award import AwardKind, EndReason, SuspensionReason
from services.claims.awards.award import Status as AwardStatus
from services.claims.awards.jobs import following as following_awards
from services.claims.awards.routes import routes as award_routes
from services.claims.awards.store import awards
from services.claims.benefits.fact import FactSource
from services.claims.benefits.judgement import JudgedOutcome
from services.claims.benefits.routes import routes as benefit_routes
from services.claims.claims.backfills import backfills
from services.claims.claims.claim import (
    AppealOutcome,
    Doubt,
    MedicalAnswer,
    MedicalReason,
    PaperReason,
    PaymentCheckStatus,
    PaymentHold,
    Reduction,
    RefusalReason,
    Status,
    StepKind,
)
from services.claims.claims.reactions import reactions as claim_reactions
from services.claims.claims.routes import routes as claim_routes
from services.claims.claims.store import claims
from services.claims.claims.timeline import FurtherStep, ResponsibleParty
from services.claims.crosschecks.crosscheck import Status as CrossCheckStatus
from services.claims.crosschecks.jobs import inquiries
from services.claims.crosschecks.periodic_tasks import exchanges
from services.claims.crosschecks.registers.choice import ChosenRegisters, faults, faults_of_fund
from services.claims.crosschecks.routes import routes as crosscheck_routes
from services.claims.crosschecks.store import crosschecks
from services.claims.deaths.store import deaths
from services.claims.drafts.routes import routes as draft_routes
from services.claims.drafts.store import drafts
from services.claims.entitlements.entitlement import EntitlementReason, RightStatus
from services.claims.entitlements.reactions import reactions as entitlement_reactions
from services.claims.entitlements.routes import routes as entitlement_routes
from services.claims.entitlements.store import entitlements
from services.claims.figures.periodic_tasks import measure
from services.claims.figures.routes import routes as figure_routes
from services.claims.figures.store import decided_claims
from services.claims.insured.reactions import reactions as insured_reactions
from services.claims.insured.routes import routes as insured_routes
from services.claims.insured.store import insured
from services.claims.notes.routes import routes as note_routes
from services.claims.notes.store import notes
from services.claims.overpayments.backfills import backfills as overpayment_backfills
from services.claims.overpayments.overpayment import DisputeOutcome, RepaymentWay
from services.claims.overpayments.overpayment import Status as OverpaymentStatus
from services.claims.overpayments.reactions import reactions as overpayment_reactions
from services.claims.overpayments.routes import routes as overpayment_routes
from services.claims.overpayments.store import overpayments
from services.claims.reassessments.backfills import backfills as reassessment_backfills
from services.claims.reassessments.jobs import judging
from services.claims.reassessments.reactions import reactions as reassessment_reactions
from services.claims.reassessments.reassessment import Cause, Conclusion
from services.claims.reassessments.routes import routes as reassessment_routes
from services.claims.reassessments.store import reassessments
from services.claims.reviews.routes import routes as review_routes
from services.claims.runs.jobs import RunCalculator, watching
from services.claims.runs.judging import by_rules
from services.claims.runs.reactions import reactions as run_reactions
from services.claims.runs.routes import routes as run_routes
from services.claims.runs.run import Change, PaymentStatus, RunLineKind
from services.claims.runs.run import Status as RunStatus
from services.claims.runs.store import accounts, pages, payments, runs
from services.claims.settings import Settings, read
from services.claims.simulations.routes import routes as simulation_routes
from services.claims.trials.commands import try_case
from shared.audiences.answering import selections
from shared.funds.fund import Fund
from shared.jobs.job import JobKind
from shared.process.access_journal.entry import Purpose
from shared.process.access_journal.routes import access_journal
from shared.process.access_journal.store import entries
from shared.process.codes import CodeSets, code_routes
from shared.process.periodic_tasks import PeriodicTask
from shared.process.service import Service
from shared.storage.retention import kept

CODES: CodeSets = {
    "claim-statuses": (Status, "claim.step.{}"),
    "claim-happenings": (StepKind, "claim.happening.{}"),
    "next-steps": ([Status, FurtherStep], "claim.next.{}"),
    "who-must-act": (ResponsibleParty, "claim.who.{}"),
    "paper-reasons": (PaperReason, "claim.paper-reason.{}"),
    "refusal-reasons": (RefusalReason, "claim.refused-for.{}"),
    "medical-answers": (MedicalAnswer, "claim.medical-answer.{}"),
    "medical-reasons": (MedicalReason, "claim.medical-reason.{}"),
    "doubts": (Doubt, "claim.doubt.{}"),
    "appeal-outcomes": (AppealOutcome, "claim.appeal.{}"),
    "payment-holds": (PaymentHold, "claim.payment-hold.{}"),
    "payment-checks": (PaymentCheckStatus, "claim.payment-check.{}"),
    "right-statuses": (RightStatus, "right.status.{}"),
    "right-reasons": (EntitlementReason, "right.{}"),
    "reduction-reasons": (Reduction, "claim.reduced-for.{}"),
    "benefit-outcomes": (JudgedOutcome, "benefit.outcome.{}"),
    "fact-sources": (FactSource, "benefit.source.{}"),
    "award-kinds": (AwardKind, "award.kind.{}"),
    "award-statuses": (AwardStatus, "award.step.{}"),
    "suspension-reasons": (SuspensionReason, "award.suspended-for.{}"),
    "end-reasons": (EndReason, "award.ended-for.{}"),
    "reassessment-causes": (Cause, "reassessment.cause.{}"),
    "reassessment-conclusions": (Conclusion, "reassessment.conclusion.{}"),
    "crosscheck-statuses": (CrossCheckStatus, "crosscheck.step.{}"),
    "run-statuses": (RunStatus, "run.step.{}"),
    "run-changes": (Change, "run.change.{}"),
    "run-lines": (RunLineKind, "run.line.{}"),
    "run-payment-statuses": (PaymentStatus, "run.payment.{}"),
    "overpayment-statuses": (OverpaymentStatus, "overpayment.step.{}"),
    "repayment-ways": (RepaymentWay, "overpayment.way.{}"),
    "overpayment-disputes": (DisputeOutcome, "overpayment.dispute.{}"),
    "purposes": (Purpose, "access.purpose.{}"),
    "looked-at": (AccessedKind, "access.looked-at.{}"),
}


def jobs(own: Settings) -> Sequence[JobKind]:
    registers = inquiries(ChosenRegisters(own.registers), own.registers)
    return [following_awards(), judging(), RunCalculator(by_rules).job, audiences.answering(), *registers]


def periodic_tasks(own: Settings) -> Sequence[PeriodicTask]:
    return [watching(), measure(), *exchanges(ChosenRegisters(own.registers), own.registers)]


def faults_of_settings(own: Settings, funds: Mapping[str, Fund]) -> list[str]:
    return [fault for fund in funds.values() for fault in faults(fund, own.registers)]


service: Service[Settings] = Service(
    name="claims",
    folder=Path(__file__).parent,
    settings=read,
    faults_of_fund=faults_of_fund,
    faults=faults_of_settings,
    routes=[
        code_routes(CODES),
        claim_routes,
        draft_routes,
        review_routes,
        appeal_routes,
        note_routes,
        benefit_routes,
        insured_routes,
        award_routes,
        reassessment_routes,
        crosscheck_routes,
        run_routes,
        overpayment_routes,
        entitlement_routes,
        simulation_routes,
        figure_routes,
        access_journal(AccessedKind, scope="claims:read"),
    ],
    reactions=[
        claim_reactions,
        run_reactions,
        entitlement_reactions,
        insured_reactions,
        overpayment_reactions,
        reassessment_reactions,  # behind those that keep the facts
        audiences.reactions(),
    ],
    quotas={
        "claims.submit": "30/minute",
        "drafts.submit": "30/minute",
        "appeals.appeal": "30/minute",
        "claims.search": "60/minute",
        "benefits.estimate": "60/minute",
        "entitlements.simulate": "60/minute",
        "entitlements.simulate_dependant": "60/minute",
        "simulations.read_known": "60/minute",
        "simulations.simulate": "60/minute",
        "awards.check_cover": "60/minute",
        "awards.check_cover_code": "20/minute",
    },
    jobs=jobs,
    periodic_tasks=periodic_tasks,
    backfills=[backfills, reassessment_backfills, overpayment_backfills],
    offline={"try": lambda folders, arguments: try_case(folders, arguments, texts=service.texts(), out=sys.stdout)},
    repositories=[
        claims,
        drafts,
        notes,
        decided_claims,
        entitlements,
        insured,
        deaths,
        awards,
        reassessments,
        crosschecks,
        runs,
        payments,
        accounts,
        pages,
        overpayments,
        selections,
        entries,
    ],
    indexes={"paper_uses": [["fund", "digest"]]},
    retentions={
        "uploads": kept("a claim may still be filed with it"),
        "paper_uses": kept("removed with the claim's refusal or withdrawal; else the same bill could be filed again"),
    },
)
