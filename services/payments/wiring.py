"""What payments is made of."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from flask import Blueprint

from services.payments.access_journal.accessed import AccessedKind
from services.payments.account_statements.account_statement import StatementKind
from services.payments.account_statements.routes import routes as statement_routes
from services.payments.accounting.periodic_tasks import closing
from services.payments.accounting.routes import routes as accounting_routes
from services.payments.accounting.store import days as accounting_days
from services.payments.arrears.jobs import announcing, assessing
from services.payments.arrears.jobs import backfills as graces
from services.payments.arrears.routes import routes as arrears_routes
from services.payments.arrears.store import accounts as penalty_accounts
from services.payments.arrears.store import notices as penalty_notices
from services.payments.assessment_orders.assessment_order import LeftOutReason, OrderedStatus, OrderStatus
from services.payments.assessment_orders.jobs import assessing_ordered
from services.payments.assessment_orders.jobs import following as following_orders
from services.payments.assessment_orders.routes import routes as order_routes
from services.payments.assessment_orders.store import lines as ordered_employers
from services.payments.assessment_orders.store import orders as assessment_orders
from services.payments.audiences.queries import audiences
from services.payments.banking.bank_entry import DecisionReason, EntryStatus, MatchRule, Target, WaitReason
from services.payments.banking.banks import choice
from services.payments.banking.banks.choice import ChosenBanks
from services.payments.banking.debiting import DebitSender
from services.payments.banking.dry_runs import EntryOutcome
from services.payments.banking.fetching import StatementFetcher
from services.payments.banking.jobs import backfills as backfills_at_bank
from services.payments.banking.jobs import jobs as bank_jobs
from services.payments.banking.paying import PayoutSender
from services.payments.banking.routes import routes as bank_routes
from services.payments.banking.store import entries, messages, statements
from services.payments.banking.webhook import secrets_for_app
from services.payments.campaigns.periodic_tasks import counting
from services.payments.campaigns.routes import routes as campaign_routes
from services.payments.campaigns.store import days as campaign_days
from services.payments.campaigns.store import filings as campaign_filings
from services.payments.card_terminals.acquirer_file import RowFindingKind
from services.payments.card_terminals.routes import routes as terminal_routes
from services.payments.card_terminals.store import payments as terminal_payments
from services.payments.card_terminals.store import work as terminal_work
from services.payments.card_terminals.terminal_payment import Status as TerminalPaymentStatus
from services.payments.clearances.clearance import ClearanceStatus, ObstacleKind
from services.payments.clearances.jobs import backfills as left_clearances
from services.payments.clearances.jobs import following
from services.payments.clearances.routes import routes as clearance_routes
from services.payments.clearances.store import clearances
from services.payments.collections.collection import Rail
from services.payments.collections.collection import Status as CollectionStatus
from services.payments.collections.routes import routes as collection_routes
from services.payments.collections.store import collections
from services.payments.contributions.routes import routes as contribution_routes
from services.payments.credits.credit import UseKind
from services.payments.credits.store import credits
from services.payments.debits.store import blocks as debit_blocks
from services.payments.debits.store import files as debit_files
from services.payments.declarations import plausibility
from services.payments.declarations.declaration import Status as DeclarationStatus
from services.payments.declarations.jobs import backfills as left_declarations
from services.payments.declarations.jobs import checking
from services.payments.declarations.reactions import reactions as declaration_reactions
from services.payments.declarations.routes import routes as declaration_routes
from services.payments.declarations.store import card_pages, declarations, finding_pages, progress, standing, wage_pages
from services.payments.disputes.dispute import DisputeStatus
from services.payments.disputes.routes import routes as dispute_routes
from services.payments.disputes.store import disputes
from services.payments.employers.reactions import reactions as employer_reactions
from services.payments.employers.store import employers
from services.payments.govstack.routes import routes as govstack_routes
from services.payments.ledger.routes import routes as ledger_routes
from services.payments.ledger.store import BALANCE_INDEXES, BALANCES
from services.payments.ledger.store import entries as ledger_entries
from services.payments.mandates.mandate import MandateParty
from services.payments.mandates.mandate import Status as MandateStatus
from services.payments.mandates.reactions import reactions as mandate_reactions
from services.payments.mandates.routes import routes as mandate_routes
from services.payments.mandates.store import mandates
from services.payments.measures.actions import backfills as withdrawn_measures
from services.payments.measures.measure_request import RequestStatus
from services.payments.measures.routes import routes as measure_routes
from services.payments.measures.store import requests as measure_requests
from services.payments.mobile_money.bill import BillStatus
from services.payments.mobile_money.operator_payment import PaymentException
from services.payments.mobile_money.operator_payment import Status as OperatorPaymentStatus
from services.payments.mobile_money.routes import routes as mobile_routes
from services.payments.mobile_money.store import payments as operator_payments
from services.payments.obligations.obligation import ObligationStatus
from services.payments.obligations.standing import PeriodDifference
from services.payments.obligations.store import obligations, standings
from services.payments.operator_days.actions import backfills as left_differences
from services.payments.operator_days.operator_day import DayStatus, DifferenceKind
from services.payments.operator_days.operator_difference import ClosingReason, DifferenceStatus
from services.payments.operator_days.routes import routes as operator_day_routes
from services.payments.operator_days.store import days as operator_days
from services.payments.operator_days.store import differences as operator_differences
from services.payments.partners.jobs import backfills as left_deliveries
from services.payments.partners.jobs import delivering
from services.payments.partners.outbound import OutboundClient
from services.payments.partners.reactions import reactions as partner_reactions
from services.payments.partners.routes import routes as partner_routes
from services.payments.partners.signing import FundsKeys, from_file, keys_for_app
from services.payments.partners.store import deliveries, endpoints
from services.payments.payees.reactions import reactions as payee_reactions
from services.payments.payees.store import payees
from services.payments.payouts.payout import Status as PayoutStatus
from services.payments.payouts.reactions import reactions as payout_reactions
from services.payments.payouts.routes import routes as payout_routes
from services.payments.payouts.store import batches, payouts
from services.payments.provisional_assessments.provisional_assessment import ProvisionalStatus
from services.payments.provisional_assessments.routes import routes as provisional_routes
from services.payments.provisional_assessments.store import assessments as provisional_assessments
from services.payments.refunds.refund import RefundStatus
from services.payments.refunds.routes import routes as refund_routes
from services.payments.refunds.store import refunds
from services.payments.repayments.reactions import reactions as repayment_reactions
from services.payments.repayments.store import repayments
from services.payments.self_payers.jobs import calling
from services.payments.self_payers.routes import routes as self_payer_routes
from services.payments.self_payers.self_contribution import BoundKind, SelfContributionStatus
from services.payments.self_payers.self_payer import SelfPayerStatus
from services.payments.self_payers.store import contributions as self_contributions
from services.payments.self_payers.store import self_payers
from services.payments.settings import Settings, read
from services.payments.settlements.jobs import following as following_plans
from services.payments.settlements.reactions import reactions as settlement_reactions
from services.payments.settlements.routes import routes as settlement_routes
from services.payments.settlements.settlement_plan import BreakReason, InstalmentStatus, PlanStatus
from services.payments.settlements.store import plans as settlement_plans
from shared.audiences.answering import selections as audience_selections
from shared.funds.arrears import PenaltyReason
from shared.funds.fund import Fund
from shared.funds.identifiers import AccountRule
from shared.jobs.job import JobKind
from shared.process.access_journal.entry import Purpose
from shared.process.access_journal.routes import access_journal
from shared.process.access_journal.store import entries as access_entries
from shared.process.codes import CodeSets, code_routes
from shared.process.periodic_tasks import PeriodicTask
from shared.process.service import Service
from shared.storage.retention import BY_LAW
from shared.storage.service_context import ServiceContext

CODES: CodeSets = {
    "declaration-statuses": (DeclarationStatus, "declaration.status.{}"),
    "debt-statuses": (ObligationStatus, "declaration.payment.{}"),
    "rails": (Rail, "collection.rail.{}"),
    "collection-statuses": (CollectionStatus, "collection.step.{}"),
    "credit-uses": (UseKind, "credit.use.{}"),
    "difference-cases": (PeriodDifference, "difference.{}"),
    "bank-entry-statuses": (EntryStatus, "bank.entry.{}"),
    "bank-entry-reasons": (WaitReason, "bank.why.{}"),
    "bank-entry-rules": (MatchRule, "bank.rule.{}"),
    "bank-entry-outcomes": (EntryOutcome, "bank.outcome.{}"),
    "penalty-reasons": (PenaltyReason, "penalty.{}"),
    "measure-request-statuses": (RequestStatus, "measure.step.{}"),
    "provisional-assessment-statuses": (ProvisionalStatus, "provisional-assessment.status.{}"),
    "assessment-order-statuses": (OrderStatus, "assessment-order.status.{}"),
    "ordered-employer-statuses": (OrderedStatus, "assessment-order.employer.{}"),
    "assessment-order-reasons": (LeftOutReason, "assessment-order.reason.{}"),
    "dispute-statuses": (DisputeStatus, "dispute.status.{}"),
    "settlement-statuses": (PlanStatus, "settlement.step.{}"),
    "settlement-breaks": (BreakReason, "settlement.break.{}"),
    "instalment-statuses": (InstalmentStatus, "settlement.instalment.{}"),
    "clearance-statuses": (ClearanceStatus, "clearance.status.{}"),
    "clearance-obstacles": (ObstacleKind, "clearance.obstacle.{}"),
    "statement-kinds": (StatementKind, "account-statement.{}"),
    "grounds": (DecisionReason, "bank.ground.{}"),
    "targets": (Target, "bank.target.{}"),
    "self-payer-statuses": (SelfPayerStatus, "self-payer.status.{}"),
    "self-contribution-statuses": (SelfContributionStatus, "self-payer.contribution.{}"),
    "self-payer-bounds": (BoundKind, "self-payer.share.{}"),
    "refund-statuses": (RefundStatus, "refund.step.{}"),
    "mandate-statuses": (MandateStatus, "mandate.status.{}"),
    "mandate-parties": (MandateParty, "mandate.party.{}"),
    "account-rules": (AccountRule, "mandate.account.{}"),
    "bill-statuses": (BillStatus, "mobile-money.bill.{}"),
    "operator-payment-statuses": (OperatorPaymentStatus, "mobile-money.payment.{}"),
    "operator-payment-exceptions": (PaymentException, "mobile-money.exception.{}"),
    "terminal-payment-statuses": (TerminalPaymentStatus, "card-terminal.payment.{}"),
    "acquirer-row-findings": (RowFindingKind, "card-terminal.row.{}"),
    "operator-day-statuses": (DayStatus, "operator-day.status.{}"),
    "operator-day-differences": (DifferenceKind, "operator-day.difference.{}"),
    "operator-difference-statuses": (DifferenceStatus, "operator-difference.{}"),
    "operator-difference-reasons": (ClosingReason, "operator-difference.reason.{}"),
    "payout-statuses": (PayoutStatus, "payout.step.{}"),
    "purposes": (Purpose, "access.purpose.{}"),
    "looked-at": (AccessedKind, "access.looked-at.{}"),
}


def jobs(own: Settings) -> Sequence[JobKind]:
    outbound = OutboundClient(may_be_private=own.may_call_private_endpoints)
    return [
        checking(),
        assessing(),
        announcing(),
        following_plans(),
        following_orders(),
        assessing_ordered(),
        following(),
        calling(),
        audiences.answering(),
        *bank_jobs(ChosenBanks(own.banks), return_url=own.return_url),
        delivering(outbound, signing_keys(own)),
    ]


def periodic_tasks(own: Settings) -> Sequence[PeriodicTask]:
    banks = ChosenBanks(own.banks)
    return [
        PayoutSender(banks).gathering,
        DebitSender(banks).gathering,
        StatementFetcher(banks).looking,
        counting,
        closing,
    ]


def blueprints(own: Settings, context: ServiceContext) -> Sequence[Blueprint]:
    return [
        secrets_for_app(ChosenBanks(own.banks).secrets),
        keys_for_app(signing_keys(own)),
    ]


def faults_of_fund(fund: Fund) -> list[str]:
    return [*choice.faults_of_fund(fund), *plausibility.faults(fund)]


def faults(own: Settings, funds: Mapping[str, Fund]) -> list[str]:
    return [fault for fund in funds.values() for fault in choice.faults(fund, own.banks)]


def signing_keys(own: Settings) -> FundsKeys:
    return from_file(own.webhook_keys_file) if own.webhook_keys_file else {}


service: Service[Settings] = Service(
    name="payments",
    folder=Path(__file__).parent,
    settings=read,
    faults_of_fund=faults_of_fund,
    faults=faults,
    routes=[
        code_routes(CODES),
        declaration_routes,
        campaign_routes,
        collection_routes,
        arrears_routes,
        provisional_routes,
        order_routes,
        statement_routes,
        clearance_routes,
        mandate_routes,
        measure_routes,
        dispute_routes,
        settlement_routes,
        bank_routes,
        mobile_routes,
        govstack_routes,
        operator_day_routes,
        terminal_routes,
        payout_routes,
        refund_routes,
        contribution_routes,
        self_payer_routes,
        ledger_routes,
        accounting_routes,
        partner_routes,
        access_journal(AccessedKind, scope="account:manage"),
    ],
    # Payees first: payouts of a page's persons are ordered with the accounts that the same page brings.
    reactions=[
        employer_reactions,
        payee_reactions,
        payout_reactions,
        declaration_reactions,
        mandate_reactions,
        repayment_reactions,
        settlement_reactions,
        partner_reactions,
        audiences.reactions(),
    ],
    repositories=[
        employers,
        payees,
        declarations,
        progress,
        standing,
        finding_pages,
        wage_pages,
        card_pages,
        campaign_filings,
        campaign_days,
        obligations,
        collections,
        credits,
        standings,
        penalty_accounts,
        penalty_notices,
        provisional_assessments,
        assessment_orders,
        ordered_employers,
        measure_requests,
        disputes,
        settlement_plans,
        clearances,
        payouts,
        batches,
        debit_blocks,
        debit_files,
        refunds,
        repayments,
        self_payers,
        self_contributions,
        mandates,
        operator_payments,
        operator_days,
        operator_differences,
        terminal_payments,
        terminal_work,
        ledger_entries,
        accounting_days,
        messages,
        entries,
        statements,
        endpoints,
        deliveries,
        access_entries,
        audience_selections,
    ],
    quotas={
        "declarations.file": "30/minute",
        "declarations.declare_typed": "30/minute",
        "declarations.declare_nothing": "30/minute",
        "declarations.check_typed": "60/minute",
        "contributions.simulate": "60/minute",
        "collections.request": "30/minute",
        "settlements.pay": "30/minute",
        "settlements.choose_debit": "10/minute",
        "clearances.ask": "10/minute",
        "account_statements.draw": "10/minute",
        "mandates.issue": "10/minute",
        "mandates.upload": "10/minute",
        "mandates.amend": "10/minute",
        "bank.hear": "3000/minute",
        "bank.try_statement": "10/minute",
        "mobile_money.inquire": "300/minute",
        "mobile_money.take_file": "30/minute",
        "card_terminals.compare_file": "30/minute",
        "govstack.inquire": "300/minute",
    },
    indexes={BALANCES: BALANCE_INDEXES},
    retentions={BALANCES: BY_LAW},
    periodic_tasks=periodic_tasks,
    jobs=jobs,
    backfills=[
        left_declarations,
        *backfills_at_bank,
        left_deliveries,
        graces,
        withdrawn_measures,
        left_clearances,
        left_differences,
    ],
    blueprints=blueprints,
)
