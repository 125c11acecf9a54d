"""Every list of every service, with more rows than a page has: all come, each once, in the order said, also while rows
are added. And nothing is cut off in silence inside: who asks for "the first so many" says why that is enough."""

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest

from services.claims.awards import store as awards
from services.claims.claims import store as claims
from services.claims.claims.claim import Status as ClaimStatus
from services.claims.crosschecks import rules as rules_of_crosschecks
from services.claims.crosschecks import store as crosschecks
from services.claims.entitlements import store as entitlements
from services.claims.figures import store as figures
from services.claims.figures.decided_claim import DecidedClaim
from services.claims.notes import store as notes
from services.claims.notes.note import Audience, Note
from services.claims.overpayments import store as overpayments
from services.claims.runs import store as runs
from services.claims.runs.run import PaymentStatus
from services.claims.runs.run import Status as RunStatus
from services.documents.careers import store as careers
from services.documents.careers.career import DeclaredPage
from services.documents.papers import store as papers
from services.identity.bank_accounts import store as bank_accounts
from services.identity.bank_accounts.change import BankAccountChange
from services.identity.bank_accounts.change import Status as AccountChangeStatus
from services.identity.counter import store as counter
from services.identity.delegations import store as delegations
from services.identity.register import store as register
from services.identity.signin import store as signin
from services.notifications.message_campaigns import store as message_campaigns
from services.notifications.message_campaigns.message_campaign import AudiencePage
from services.notifications.messages import store as messages
from services.payments.accounting import store as accounting
from services.payments.accounting.accounting_day import AccountingDay
from services.payments.assessment_orders import store as assessment_orders
from services.payments.assessment_orders.assessment_order import OrderStatus
from services.payments.banking import store as banking
from services.payments.banking.bank_entry import EntryStatus
from services.payments.card_terminals import store as card_terminals
from services.payments.card_terminals.terminal_payment import Status as TerminalPaymentStatus
from services.payments.card_terminals.terminal_payment import TerminalPayment
from services.payments.clearances import store as clearances
from services.payments.collections import store as collections
from services.payments.credits import store as credits
from services.payments.declarations import store as declarations
from services.payments.disputes import store as disputes
from services.payments.employers import store as employers
from services.payments.ledger import store as ledger
from services.payments.mandates import store as mandates
from services.payments.mandates.mandate import Status as MandateStatus
from services.payments.measures import store as measures
from services.payments.measures.measure_request import MeasureRequest, RequestStatus, RequestStep
from services.payments.mobile_money import store as mobile_money
from services.payments.mobile_money.operator_payment import OperatorPayment, Terms
from services.payments.mobile_money.operator_payment import Status as OperatorPaymentStatus
from services.payments.obligations import store as obligations
from services.payments.obligations.standing import PeriodDifference
from services.payments.operator_days import store as operator_days
from services.payments.operator_days.operator_day import DifferenceKind, OperatorDay
from services.payments.operator_days.operator_difference import DifferenceStatus, OperatorDifference
from services.payments.partners import store as partners
from services.payments.partners.delivery import Delivery
from services.payments.partners.endpoint import WebhookKind
from services.payments.payouts import store as payouts
from services.payments.payouts.payout import Status as PayoutStatus
from services.payments.provisional_assessments import store as provisional_assessments
from services.payments.refunds import store as refunds
from services.payments.self_payers import store as self_payers
from services.payments.self_payers.self_payer import SelfPayerStatus
from services.payments.settlements import store as settlements
from services.payments.settlements.settlement_plan import PlanStatus
from shared.jobs import queue
from shared.process.access_journal import store as journal
from shared.process.access_journal.entry import AccessEntry, Purpose
from shared.storage import operator_acts
from shared.storage.operator_acts import OperatorAct
from shared.storage.paging import PAGE_MAX, Order, Page, PageRequest
from shared.storage.repository import Repository
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork
from tests.claims.crosschecks.builders import crosscheck
from tests.kit.contexts import DZ, reading, someone
from tests.payments.assessment_orders.builders import order as assessment_order
from tests.payments.assessment_orders.builders import ordered as ordered_employer
from tests.payments.disputes.builders import dispute
from tests.payments.mandates.builders import mandate
from tests.payments.provisional_assessments.builders import assessment as provisional_assessment
from tests.payments.self_payers.builders import admitted as self_payer
from tests.payments.self_payers.builders import called as self_contribution
from tests.payments.settlements.builders import plan as settlement_plan
from tests.security.conftest import Holdings, holding  # noqa: F401

ROOT = Path(__file__).parents[2]
ROWS = 2 * PAGE_MAX + 37
FIRST = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Listed:
    """A list: of which repository and in which order, and how it is asked for by the thing that all rows are like.

    `facts` are what the rows have for the list to let them through; `made` makes a thing where the service has none.
    """

    service: str
    repository: Repository[Any]
    order: Order
    read: Callable[..., Any]
    facts: dict[str, Any] | None = None
    made: Callable[[], Any] | None = None


def _delivery() -> Delivery:
    return Delivery(
        delivery_id="d",
        endpoint_id="e",
        message_id="m",
        kind=WebhookKind.PAYMENT_DEBITED,
        happened_at=FIRST,
        body="{}",
        next_try_at=FIRST,
    )


def _measure_request() -> MeasureRequest:
    step = RequestStep(status=RequestStatus.ASKED, at=FIRST, by="firm-1")
    return MeasureRequest(
        request_id="r",
        employer_id="e",
        measure="m",
        is_declared=True,
        status=step.status,
        steps=(step,),
    )


def _change() -> BankAccountChange:
    return BankAccountChange(
        change_id="c",
        reference="BA1",
        person_ref="p",
        account="1",
        former=None,
        status=AccountChangeStatus.WITHDRAWN,
        asked_at=FIRST,
        effective_at=FIRST,
        ended_at=FIRST,
    )


def _operator_day() -> OperatorDay:
    return OperatorDay(
        day_id="d",
        operator="o",
        day=FIRST.date(),
        reference="RM1",
        sha256="0",
        payments=1,
        total_minor=1,
        fee_minor=0,
        taken_at=FIRST,
    )


def _terminal_payment() -> TerminalPayment:
    return TerminalPayment(
        payment_id="p",
        terminal_id="t",
        acquirer="a",
        collection_id="c",
        declaration_id="d",
        employer_id="e",
        period="2025",
        reference="CT1",
        amount_minor=1,
        status=TerminalPaymentStatus.BEGUN,
        begun_by="a1",
        begun_at=FIRST,
        hold_until=None,
    )


def _operator_difference() -> OperatorDifference:
    return OperatorDifference(
        difference_id="d",
        day_id="o-day",
        operator="o",
        day=FIRST.date(),
        kind=DifferenceKind.NOT_IN_FILE,
        payment_id="p",
        known_minor=1,
        stated_minor=0,
        status=DifferenceStatus.OPEN,
        is_open=True,
        opened_at=FIRST,
    )


def _operator_payment() -> OperatorPayment:
    return OperatorPayment(
        payment_key="o:p",
        operator="o",
        payment_id="p",
        status=OperatorPaymentStatus.TAKEN,
        taken=Terms(reference="CT1", amount_minor=1, taken_at=FIRST),
        taken_on=FIRST.date(),
        receipt="MR1",
        entry_id="e",
        changed_at=FIRST,
    )


def _entry(**owner: str) -> AccessEntry:
    return AccessEntry(entry_id="e", by="agent-1", at=FIRST, purpose=Purpose.CONTROL, looked_at="person", **owner)


def _declared_page() -> DeclaredPage:
    return DeclaredPage(page_id="p", scope="s", revision=1, person_refs=("p1",))


WAITING = {"is_matched": False, "booked_as": "", "status": EntryStatus.WAITING, "shares": ()}

PAGED: dict[str, Listed] = {
    "shared.storage.operator_acts.page": Listed(
        "claims",
        operator_acts.acts,
        operator_acts.NEWEST_FIRST,
        lambda uow, it, wanted: operator_acts.page(uow, by=it.by, on=None, wanted=wanted),
        made=lambda: OperatorAct(act_id="a", at=FIRST, by="operator-1", verb="discarded", thing="t", thing_id="1"),
    ),
    "services.payments.employers.store.open_ones": Listed(
        "payments",
        employers.employers,
        employers.IN_ORDER,
        lambda uow, it, wanted: employers.open_ones(uow, wanted=wanted),
        {"is_open": True},
    ),
    "services.claims.awards.store.of_person": Listed(
        "claims",
        awards.awards,
        awards.NEWEST_FIRST,
        lambda uow, it, wanted: awards.of_person(uow, it.person_ref, kind=None, wanted=wanted),
    ),
    "services.claims.awards.store.with_status": Listed(
        "claims",
        awards.awards,
        awards.OLDEST_FIRST,
        lambda uow, it, wanted: awards.with_status(uow, it.status, claim_type=it.claim_type, wanted=wanted),
    ),
    "services.claims.claims.store.of_person": Listed(
        "claims",
        claims.claims,
        claims.NEWEST_FIRST,
        lambda uow, it, wanted: claims.of_person(uow, it.person_ref, wanted=wanted, status=None),
    ),
    "services.claims.claims.store.queue": Listed(
        "claims",
        claims.claims,
        claims.DUE_FIRST,
        lambda uow, it, wanted: claims.queue(
            uow,
            wanted=wanted,
            status=ClaimStatus.SUBMITTED,
            assigned_to="nobody",
            due_before=date(2100, 1, 1),
            person_ref=None,
        ),
    ),
    "services.claims.runs.store.page_of_runs": Listed(
        "claims",
        runs.runs,
        runs.NEWEST_RUN_FIRST,
        lambda uow, it, wanted: runs.page_of_runs(uow, claim_type=it.claim_type, wanted=wanted),
        {"status": RunStatus.PUBLISHED, "is_living": False},
    ),
    "services.claims.runs.store.payments_of": Listed(
        "claims",
        runs.payments,
        runs.IN_ORDER,
        lambda uow, it, wanted: runs.payments_of(uow, it.run_id, change=it.change, status=it.status, wanted=wanted),
    ),
    "services.claims.runs.store.payments_of_award": Listed(
        "claims",
        runs.payments,
        runs.NEWEST_FIRST,
        lambda uow, it, wanted: runs.payments_of_award(uow, it.award_id, wanted=wanted),
        {"status": PaymentStatus.DUE},
    ),
    "services.claims.claims.store.overdue": Listed(
        "claims",
        claims.claims,
        claims.LATEST_FIRST,
        lambda uow, it, wanted: claims.overdue(uow, status=ClaimStatus.SUBMITTED, on=date(2100, 1, 1), wanted=wanted),
    ),
    "services.claims.claims.store.to_recover": Listed(
        "claims",
        claims.claims,
        claims.DUE_FIRST,
        lambda uow, it, wanted: claims.to_recover(uow, wanted=wanted),
        facts={"is_to_recover": True},
    ),
    "services.claims.claims.store.payments_held": Listed(
        "claims",
        claims.claims,
        claims.DUE_FIRST,
        lambda uow, it, wanted: claims.payments_held(uow, wanted=wanted),
        facts={"is_payment_held": True},
    ),
    "services.claims.overpayments.store.page": Listed(
        "claims",
        overpayments.overpayments,
        overpayments.OLDEST_FIRST,
        lambda uow, it, wanted: overpayments.page(
            uow, status=it.status, is_disputed=None, person_ref=None, reference=None, wanted=wanted
        ),
    ),
    "services.claims.overpayments.store.of_person": Listed(
        "claims",
        overpayments.overpayments,
        overpayments.NEWEST_FIRST,
        lambda uow, it, wanted: overpayments.of_person(uow, it.person_ref, wanted=wanted),
    ),
    "services.claims.crosschecks.store.disputed": Listed(
        "claims",
        crosschecks.crosschecks,
        crosschecks.OLDEST_FIRST,
        lambda uow, it, wanted: crosschecks.disputed(uow, wanted=wanted),
        made=lambda: rules_of_crosschecks.dispute(crosscheck(), statement="no", upload_id="u1", at=FIRST).thing,
    ),
    "services.claims.notes.store.of_claim": Listed(
        "claims",
        notes.notes,
        notes.OLDEST_FIRST,
        lambda uow, it, wanted: notes.of_claim(uow, it.claim_id, audience=it.audience, wanted=wanted),
        made=lambda: Note(note_id="n", claim_id="c", audience=Audience.AGENTS, text="t", by="a", at=FIRST),
    ),
    "services.documents.papers.store.of_person": Listed(
        "documents",
        papers.papers,
        papers.NEWEST,
        lambda uow, it, wanted: papers.of_person(uow, it.person_ref, wanted=wanted),
    ),
    "services.documents.papers.store.of_employer": Listed(
        "documents",
        papers.papers,
        papers.NEWEST,
        lambda uow, it, wanted: papers.of_employer(uow, it.employer_id, about="", wanted=wanted),
        facts={"person_ref": "", "employer_id": "1600000001"},
    ),
    "services.identity.register.store.page_of_persons": Listed(
        "identity",
        register.persons,
        register.BY_PSEUDONYM,
        lambda uow, it, wanted: register.page_of_persons(uow, wanted=wanted),
    ),
    "services.identity.register.store.page_of_employers": Listed(
        "identity",
        register.employers,
        register.BY_NUMBER,
        lambda uow, it, wanted: register.page_of_employers(uow, wanted=wanted, employer_id=None, is_open=None),
    ),
    "services.identity.counter.store.of_person": Listed(
        "identity",
        counter.visits,
        counter.NEWEST_FIRST,
        lambda uow, it, wanted: counter.of_person(uow, it.person_ref, wanted=wanted),
    ),
    "services.identity.bank_accounts.store.of_person": Listed(
        "identity",
        bank_accounts.changes,
        bank_accounts.NEWEST,
        lambda uow, it, wanted: bank_accounts.of_person(uow, it.person_ref, wanted=wanted),
        made=_change,
    ),
    "services.identity.bank_accounts.store.page": Listed(
        "identity",
        bank_accounts.changes,
        bank_accounts.OLDEST,
        lambda uow, it, wanted: bank_accounts.page(uow, status=it.status, wanted=wanted),
        made=_change,
    ),
    "services.identity.delegations.store.of_employer": Listed(
        "identity",
        delegations.delegations,
        delegations.NEWEST_FIRST,
        lambda uow, it, wanted: delegations.of_employer(uow, it.employer_id, wanted=wanted),
    ),
    "services.identity.delegations.store.of_account": Listed(
        "identity",
        delegations.delegations,
        delegations.NEWEST_FIRST,
        lambda uow, it, wanted: delegations.of_account(uow, it.account_id, wanted=wanted),
    ),
    "services.identity.signin.store.of_account": Listed(
        "identity",
        signin.sessions,
        signin.NEWEST_FIRST,
        lambda uow, it, wanted: signin.of_account(uow, it.account_id, wanted=wanted),
    ),
    "services.claims.entitlements.store.page": Listed(
        "claims",
        entitlements.entitlements,
        entitlements.BY_PERSON,
        lambda uow, it, wanted: entitlements.page(uow, wanted=wanted),
    ),
    "services.notifications.message_campaigns.store.page": Listed(
        "notifications",
        message_campaigns.campaigns,
        message_campaigns.NEWEST_FIRST,
        lambda uow, it, wanted: message_campaigns.page(uow, wanted=wanted),
    ),
    "services.notifications.messages.store.of_owners": Listed(
        "notifications",
        messages.messages,
        messages.NEWEST,
        lambda uow, it, wanted: messages.of_owners(uow, [it.owner_id], without=["none"], wanted=wanted),
    ),
    "services.payments.banking.store.page": Listed(
        "payments",
        banking.entries,
        banking.IN_ORDER,
        lambda uow, it, wanted: banking.page(
            uow, status=None, account=it.account, day=None, reference=None, amount_minor=None, wanted=wanted
        ),
        WAITING,
    ),
    "services.payments.banking.store.unmatched": Listed(
        "payments",
        banking.entries,
        banking.IN_ORDER,
        lambda uow, it, wanted: banking.unmatched(uow, wanted=wanted),
        WAITING,
    ),
    "services.payments.collections.store.of_declaration": Listed(
        "payments",
        collections.collections,
        collections.IN_ORDER,
        lambda uow, it, wanted: collections.of_declaration(uow, it.declaration_id, wanted=wanted),
    ),
    "services.payments.credits.store.page": Listed(
        "payments",
        credits.credits,
        credits.IN_ORDER,
        lambda uow, it, wanted: credits.page(uow, employer_id=None, is_open=True, wanted=wanted),
    ),
    "services.payments.obligations.store.differing": Listed(
        "payments",
        obligations.standings,
        obligations.BY_CASE,
        lambda uow, it, wanted: obligations.differing(uow, wanted=wanted),
        {"case": PeriodDifference.PARTIAL},
    ),
    "services.payments.declarations.store.of_employer": Listed(
        "payments",
        declarations.declarations,
        declarations.NEWEST_FIRST,
        lambda uow, it, wanted: declarations.of_employer(uow, it.employer_id, period=None, status=None, wanted=wanted),
    ),
    "services.payments.partners.store.page_of_fund": Listed(
        "payments",
        partners.endpoints,
        partners.IN_ORDER,
        lambda uow, it, wanted: partners.page_of_fund(uow, wanted=wanted),
    ),
    "services.payments.partners.store.page_of_client": Listed(
        "payments",
        partners.endpoints,
        partners.IN_ORDER,
        lambda uow, it, wanted: partners.page_of_client(uow, it.client, wanted=wanted),
    ),
    "services.payments.partners.store.newest": Listed(
        "payments",
        partners.deliveries,
        partners.NEWEST,
        lambda uow, it, wanted: partners.newest(uow, it.endpoint_id, wanted=wanted),
        made=_delivery,
    ),
    "services.payments.mandates.store.page": Listed(
        "payments",
        mandates.mandates,
        mandates.IN_ORDER,
        lambda uow, it, wanted: mandates.page(
            uow, employer_id=it.employer_id, status=it.status, reference=None, wanted=wanted
        ),
        made=lambda: mandate(MandateStatus.CANCELLED),
    ),
    "services.payments.measures.store.page": Listed(
        "payments",
        measures.requests,
        measures.IN_ORDER,
        lambda uow, it, wanted: measures.page(uow, status=it.status, wanted=wanted),
        made=_measure_request,
    ),
    "services.payments.disputes.store.of_employer": Listed(
        "payments",
        disputes.disputes,
        disputes.NEWEST_FIRST,
        lambda uow, it, wanted: disputes.of_employer(uow, employer_id=it.employer_id, wanted=wanted),
        made=dispute,
    ),
    "services.payments.disputes.store.page": Listed(
        "payments",
        disputes.disputes,
        disputes.BY_DAY,
        lambda uow, it, wanted: disputes.page(uow, status=it.status, wanted=wanted),
        made=dispute,
    ),
    "services.payments.provisional_assessments.store.page": Listed(
        "payments",
        provisional_assessments.assessments,
        provisional_assessments.NEWEST_FIRST,
        lambda uow, it, wanted: provisional_assessments.page(uow, employer_id=it.employer_id, wanted=wanted),
        made=provisional_assessment,
    ),
    "services.payments.assessment_orders.store.page": Listed(
        "payments",
        assessment_orders.orders,
        assessment_orders.NEWEST_FIRST,
        lambda uow, it, wanted: assessment_orders.page(uow, wanted=wanted),
        made=lambda: assessment_order(OrderStatus.FINISHED),
    ),
    "services.payments.assessment_orders.store.page_of_lines": Listed(
        "payments",
        assessment_orders.lines,
        assessment_orders.IN_ORDER,
        lambda uow, it, wanted: assessment_orders.page_of_lines(uow, it.order_id, status=it.status, wanted=wanted),
        made=ordered_employer,
    ),
    "services.payments.settlements.store.page": Listed(
        "payments",
        settlements.plans,
        settlements.IN_ORDER,
        lambda uow, it, wanted: settlements.page(
            uow, employer_id=it.employer_id, status=it.status, reference=None, wanted=wanted
        ),
        made=lambda: settlement_plan(status=PlanStatus.WITHDRAWN),
    ),
    "services.payments.clearances.store.page": Listed(
        "payments",
        clearances.clearances,
        clearances.NEWEST,
        lambda uow, it, wanted: clearances.page(uow, employer_id=it.employer_id, wanted=wanted),
    ),
    "services.payments.payouts.store.page": Listed(
        "payments",
        payouts.payouts,
        payouts.OLDEST_FIRST,
        lambda uow, it, wanted: payouts.page(uow, status=it.status, reference=None, amount_minor=None, wanted=wanted),
    ),
    "services.payments.operator_days.store.page": Listed(
        "payments",
        operator_days.days,
        operator_days.NEWEST_FIRST,
        lambda uow, it, wanted: operator_days.page(uow, has_differences=it.has_differences, wanted=wanted),
        made=_operator_day,
    ),
    "services.payments.card_terminals.store.page": Listed(
        "payments",
        card_terminals.payments,
        card_terminals.NEWEST_FIRST,
        lambda uow, it, wanted: card_terminals.page(
            uow, terminal_id=it.terminal_id, batch=it.batch, status=it.status, wanted=wanted
        ),
        made=_terminal_payment,
    ),
    "services.payments.operator_days.store.page_of_differences": Listed(
        "payments",
        operator_days.differences,
        operator_days.OLDEST_FIRST,
        lambda uow, it, wanted: operator_days.page_of_differences(
            uow, status=it.status, kind=it.kind, operator=it.operator, day_id=None, assigned_to="nobody", wanted=wanted
        ),
        made=_operator_difference,
    ),
    "services.payments.accounting.store.page": Listed(
        "payments",
        accounting.days,
        accounting.NEWEST_FIRST,
        lambda uow, it, wanted: accounting.page(uow, wanted=wanted),
        made=lambda: AccountingDay(day_id="d", entries=0, totals=(), closed_at=FIRST),
    ),
    "services.payments.self_payers.store.page": Listed(
        "payments",
        self_payers.self_payers,
        self_payers.IN_ORDER,
        lambda uow, it, wanted: self_payers.page(uow, status=SelfPayerStatus(it.status), wanted=wanted),
        made=self_payer,
    ),
    "services.payments.self_payers.store.of_person": Listed(
        "payments",
        self_payers.contributions,
        self_payers.NEWEST,
        lambda uow, it, wanted: self_payers.of_person(uow, it.person_ref, wanted=wanted),
        made=self_contribution,
    ),
    "services.payments.refunds.store.page": Listed(
        "payments",
        refunds.refunds,
        refunds.IN_ORDER,
        lambda uow, it, wanted: refunds.page(uow, status=it.status, amount_minor=None, wanted=wanted),
    ),
    "shared.jobs.queue.page": Listed(
        "claims",
        queue.jobs,
        queue.LONGEST_DUE,
        lambda uow, it, wanted: queue.page(uow, status=it.status, wanted=wanted),
    ),
    "shared.process.access_journal.store.of_person": Listed(
        "claims",
        journal.entries,
        journal.NEWEST_FIRST,
        lambda uow, it, wanted: journal.of_person(uow, it.person_ref, wanted=wanted),
        made=lambda: _entry(person_ref="p1"),
    ),
    "shared.process.access_journal.store.of_employers": Listed(
        "claims",
        journal.entries,
        journal.NEWEST_FIRST,
        lambda uow, it, wanted: journal.of_employers(uow, [it.employer_id], wanted=wanted),
        made=lambda: _entry(employer_id="f1"),
    ),
}
"""Each list that a caller gets page by page, by the function that reads it."""

WHOLE: dict[str, Listed] = {
    "services.payments.assessment_orders.store.each_line": Listed(
        "payments",
        assessment_orders.lines,
        assessment_orders.IN_ORDER,
        lambda uow, it: list(assessment_orders.each_line(uow, it.order_id)),
        made=ordered_employer,
    ),
    "services.notifications.messages.store.in_order": Listed(
        "notifications",
        messages.messages,
        messages.OLDEST,
        lambda uow, it: list(messages.in_order(uow, it.template)),
    ),
    "services.notifications.message_campaigns.store.pages_between": Listed(
        "notifications",
        message_campaigns.pages,
        message_campaigns.IN_ORDER,
        lambda uow, it: list(message_campaigns.pages_between(uow, it.selection_id, first=0, last=ROWS)),
        made=lambda: AudiencePage(page_id="p", selection_id="s", number=1, members=(), selected_at=FIRST),
    ),
    "services.claims.claims.store.granted_to": Listed(
        "claims",
        claims.claims,
        claims.NEWEST_FIRST,
        lambda uow, it: list(claims.granted_to(uow, it.person_ref, claim_type=it.claim_type)),
        facts={"approved_minor": 1, "status": ClaimStatus.APPROVED},
    ),
    "services.claims.claims.store.every_grant_to": Listed(
        "claims",
        claims.claims,
        claims.NEWEST_FIRST,
        lambda uow, it: list(claims.every_grant_to(uow, it.person_ref, claim_type=it.claim_type)),
        facts={"status": ClaimStatus.UNDER_WAY},
    ),
    "services.claims.figures.store.of_day": Listed(
        "claims",
        figures.decided_claims,
        figures.IN_ORDER,
        lambda uow, it: list(figures.of_day(uow, FIRST.date())),
        made=lambda: DecidedClaim(
            claim_id="c", claim_type="t", decided_on=FIRST.date(), decided_at=FIRST, took_s=1, is_by_rules=False
        ),
    ),
    "services.documents.careers.store.pages_that_decide": Listed(
        "documents",
        careers.pages,
        careers.BY_REVISION,
        lambda uow, it: careers.pages_that_decide(uow, it.scope, page_id="new", revision=ROWS, pages_wanted=1),
        made=_declared_page,
    ),
    "services.payments.banking.store.bearing": Listed(
        "payments", banking.entries, banking.BY_ID, lambda uow, it: banking.bearing(uow, it.bank_reference)
    ),
    "services.payments.card_terminals.store.of_open_batch": Listed(
        "payments",
        card_terminals.payments,
        card_terminals.IN_ORDER,
        lambda uow, it: card_terminals.of_open_batch(uow, terminal_id=it.terminal_id, batch=it.batch),
        made=_terminal_payment,
    ),
    "services.payments.card_terminals.store.of_day": Listed(
        "payments",
        card_terminals.payments,
        card_terminals.IN_ORDER,
        lambda uow, it: card_terminals.of_day(uow, terminal_id=it.terminal_id, day=FIRST.date()),
        made=lambda: replace(_terminal_payment(), taken_on=FIRST.date()),
    ),
    "services.payments.card_terminals.store.closed_in": Listed(
        "payments",
        card_terminals.payments,
        card_terminals.IN_ORDER,
        lambda uow, it: card_terminals.closed_in(uow, it.closed_in),
        made=_terminal_payment,
    ),
    "services.payments.card_terminals.store.of_collection": Listed(
        "payments",
        card_terminals.payments,
        card_terminals.IN_ORDER,
        lambda uow, it: card_terminals.of_collection(uow, it.collection_id),
        made=_terminal_payment,
    ),
    "services.payments.operator_days.store.of_day": Listed(
        "payments",
        operator_days.differences,
        operator_days.OLDEST_FIRST,
        lambda uow, it: operator_days.of_day(uow, it.day_id),
        made=_operator_difference,
    ),
    "services.payments.mobile_money.store.taken_on": Listed(
        "payments",
        mobile_money.payments,
        mobile_money.IN_ORDER,
        lambda uow, it: mobile_money.taken_on(uow, operator=it.operator, day=it.taken_on),
        made=_operator_payment,
    ),
    "services.payments.collections.store.of_period": Listed(
        "payments",
        collections.collections,
        collections.IN_ORDER,
        lambda uow, it: collections.of_period(uow, employer_id=it.employer_id, period=it.period),
    ),
    "services.payments.obligations.store.of_period": Listed(
        "payments",
        obligations.obligations,
        obligations.IN_ORDER,
        lambda uow, it: obligations.of_period(uow, employer_id=it.employer_id, period=it.period),
    ),
    "services.payments.declarations.store.all_of_employer": Listed(
        "payments",
        declarations.declarations,
        declarations.NEWEST_FIRST,
        lambda uow, it: declarations.all_of_employer(uow, it.employer_id),
    ),
    "services.payments.declarations.store.of_period": Listed(
        "payments",
        declarations.declarations,
        declarations.NEWEST_FIRST,
        lambda uow, it: declarations.of_period(uow, it.employer_id, period=it.period),
    ),
    "services.payments.obligations.store.of_employer": Listed(
        "payments",
        obligations.obligations,
        obligations.BY_PERIOD,
        lambda uow, it: obligations.of_employer(uow, it.employer_id),
    ),
    "services.payments.ledger.store.of_employer": Listed(
        "payments",
        ledger.entries,
        ledger.IN_ORDER,
        lambda uow, it: ledger.of_employer(uow, employer_id=it.employer_id),
    ),
    "services.payments.accounting.store.entries_of": Listed(
        "payments",
        ledger.entries,
        accounting.IN_ORDER,
        lambda uow, it: accounting.entries_of(uow, FIRST.date()),
    ),
    "services.payments.accounting.store.up_to": Listed(
        "payments",
        accounting.days,
        accounting.OLDEST_FIRST,
        lambda uow, it: accounting.up_to(uow, FIRST.date()),
        made=lambda: AccountingDay(day_id="d", entries=0, totals=(), closed_at=FIRST),
    ),
    "services.payments.credits.store.open_credits": Listed(
        "payments",
        credits.credits,
        credits.IN_ORDER,
        lambda uow, it: credits.open_credits(uow, employer_id=it.employer_id),
    ),
    "services.payments.partners.store.of_fund": Listed(
        "payments", partners.endpoints, partners.IN_ORDER, lambda uow, it: partners.of_fund(uow)
    ),
    "services.payments.partners.store.of_client": Listed(
        "payments", partners.endpoints, partners.IN_ORDER, lambda uow, it: partners.of_client(uow, it.client)
    ),
    "services.payments.partners.store.with_status": Listed(
        "payments", partners.endpoints, partners.IN_ORDER, lambda uow, it: partners.with_status(uow, it.status)
    ),
    "services.payments.payouts.store.waiting_for_account": Listed(
        "payments",
        payouts.payouts,
        payouts.OLDEST_FIRST,
        lambda uow, it: payouts.waiting_for_account(uow, [it.person_ref]),
        {"status": PayoutStatus.WAITING_ACCOUNT},
    ),
    "services.payments.payouts.store.to_be_replaced": Listed(
        "payments",
        payouts.payouts,
        payouts.OLDEST_FIRST,
        lambda uow, it: payouts.to_be_replaced(uow, [it.person_ref]),
        {"status": PayoutStatus.RETURNED, "batch_id": "b"},
    ),
}
"""Each list that something inside reads whole."""

FIRST_SO_MANY = {
    "services.payments.measures.store.granted_under": "a round: what it undid is not found again",
    "services.payments.arrears.store.charged_by_earlier_day": "a round: what was charged anew is not found again",
    "services.claims.runs.store.last": "the newest alone",
    "services.claims.runs.store.last_payments_of": "the last ten years of one award",
    "services.claims.awards.store.page_of_type": "a page of a run, which goes on behind the last award of it",
    "services.claims.overpayments.store.not_expected": "a round: what payments was told of is not found again",
    "services.claims.claims.store.without_due_day": "a task's round: what it gave a due day is not found again",
    "services.documents.careers.store.pages_that_decide": "the newest alone",
    "services.payments.accounting.store.last": "the last of them",
    "services.payments.accounting.store.first_entry": "the first of them",
    "services.payments.operator_days.store.last_close": "the last of them",
    "services.payments.operator_days.store.unfollowed": "a task's round: what it followed is not found again",
    "services.payments.clearances.store.living": "counted up to the limit that it is held against",
    "services.documents.papers.store.unscheduled": "some at a time: what was scheduled is not found again",
    "services.identity.accounts.store.pending_since": "a task's round: what it removed is not found again",
    "services.identity.register.store.known": "as many as a unique index can give",
    "services.notifications.messages.store.of_batches": "as many as the batches hold",
    "services.notifications.messages.store.arrived": "whether there is one",
    "services.notifications.messages.store.first_due_at": "the first of them",
    "services.notifications.messages.store.due": "a round of sending: what was sent is not due again",
    "services.notifications.messages.store.kept_receipts": "a round: what it took is not found again",
    "services.payments.partners.store.waiting": "a round: what it ended is not found again",
    "services.payments.partners.store.due": "a round: each try moves its message on",
    "services.payments.partners.store.next_try_at": "the first of them",
    "services.payments.partners.store.between": "one more than is replayed; the answer says where the rest begins",
    "services.payments.payees.actions.is_any_known": "whether there is any",
    "services.payments.payouts.store.ordered": "what one file takes; the rest goes into the next one",
    "services.notifications.messages.store.of_wave": "a report that says so where it is not whole",
    "services.notifications.messages.store.wave_size": "the first of them",
    "services.notifications.templates.store.latest": "those of a day: no fund writes a hundred campaigns on one",
    "services.notifications.message_campaigns.store.uncounted": "a round: what was counted is not found again",
    "services.notifications.messages.store.arrived_since": "receipts of a wave, which is counted up to a limit itself",
    "services.payments.campaigns.store.uncounted": "a round: what was counted is not found again",
    "services.payments.campaigns.store.employers_filed": "at most one for each employer that is named",
    "services.payments.collections.store.live_with_amount": "proposals: beyond so many, the amount says nothing",
    "services.payments.banking.store.from_account": "proposals: for whom an account paid, its first entries say",
    "services.payments.collections.store.debits_due": "what is in a file is due no more: the next look has the rest",
    "services.payments.campaigns.store.days_of": "a year of days of sixty offices",
    "shared.jobs.queue.waiting": "counted up to a limit, and the first of them",
    "shared.jobs.queue.due": "a round of a worker: each attempt moves its job on",
}
"""Who asks for the first so many, with the reason why what comes after is not lost."""


FIRST_PAGES = {
    "services.claims.claims.consulting.find_number": "whether there is one",
    "services.identity.bank_accounts.actions.read_own": "the newest alone",
    "services.notifications.messages.actions.inbox": "whether the next one belongs to the page",
    "services.payments.assessment_orders.actions.silent": "a batch of an order, which goes on behind it",
    "services.payments.campaigns.actions.silent": "it goes on until its own page is full",
    "shared.http.shapes._wanted": "what a caller asks for",
    "shared.storage.paging.concatenated": "it goes on in the next list until its own page is full",
}
"""Who asks for a page of its own size and does not go on to the next one, with the reason why that is enough."""


def _functions() -> Iterator[tuple[str, ast.FunctionDef]]:
    for folder in ("services", "shared"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.FunctionDef):
                    yield f"{module}.{node.name}", node


def _calling(method: str, with_: str) -> set[str]:
    """The functions that call a method of a repository with an argument of that name."""
    return {
        name
        for name, function in _functions()
        for node in ast.walk(function)
        if isinstance(node, ast.Call)
        and getattr(node.func, "attr", "") == method
        and any(given.arg == with_ for given in node.keywords)
    } - {"shared.storage.repository.each"}


def test_no_list_is_forgotten_here() -> None:
    assert _calling("page", "order") == PAGED.keys()
    assert _calling("each", "order") == WHOLE.keys()
    assert _calling("find_all", "limit") == FIRST_SO_MANY.keys()


def test_nobody_takes_the_first_page_of_a_list_for_the_whole() -> None:
    found = {
        name
        for name, function in _functions()
        for node in ast.walk(function)
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") == "PageRequest"
        and any(given.arg == "limit" for given in node.keywords)
    }
    assert found == FIRST_PAGES.keys()


@pytest.fixture(scope="session")
def like(holding: Holdings) -> Callable[[Listed], tuple[ServiceContext, Any]]:  # noqa: F811
    """A platform with an empty repository of a list, and a thing that its rows may be like."""
    known: dict[tuple[str, str], Any] = {}

    def of(listed: Listed) -> tuple[ServiceContext, Any]:
        context = holding(listed.service).office.context
        rows, key = context.database[listed.repository.name], (listed.service, listed.repository.name)
        if listed.made is None and key not in known:
            known[key] = listed.repository._thing(reading(context), next(iter(rows.find({"fund": DZ}))))
        rows.delete_many({})
        return context, replace(listed.made() if listed.made else known[key], **(listed.facts or {}), version=0)

    return of


def _value(like: object, number: int) -> object:
    """The value of a field that a list is sorted by, two rows having the same."""
    half = number // 2
    match like:
        case int():
            return half
        case StrEnum():
            return sorted(type(like))[half * len(type(like)) // ROWS % len(type(like))]
        case datetime():
            return FIRST + timedelta(seconds=half)
        case date():
            return FIRST.date() + timedelta(days=half)
    return f"{half:06d}"


def rows(listed: Listed, like: Any, numbers: Iterable[int]) -> list[Any]:
    """Things that differ in their key, in what they are sorted by and in what is unique."""
    unique = {index.fields[-1] for index in listed.repository.indexes if index.unique and index.where is None}
    own = {listed.order.field} - {listed.repository.key, "_id"}
    return [
        replace(
            like,
            **{name: f"{name}-{number}" for name in unique - {listed.repository.key}},
            **{name: _value(getattr(like, name), number) for name in own},
            **{listed.repository.key: f"{number:06d}"},
        )
        for number in numbers
    ]


def save(context: ServiceContext, listed: Listed, things: list[Any]) -> None:
    def act(uow: UnitOfWork) -> None:
        listed.repository.save_many(uow, things, part_of="test")

    context.run(DZ, by=someone(), cause="test:rows", action=act)


def keys(listed: Listed, things: Iterable[Any]) -> list[str]:
    return [str(getattr(thing, listed.repository.key)) for thing in things]


def in_order(listed: Listed, things: Iterable[Any]) -> list[str]:
    field = listed.repository.key if listed.order.field == "_id" else listed.order.field
    ordered = sorted(things, key=lambda it: (getattr(it, field), getattr(it, listed.repository.key)))
    return keys(listed, reversed(ordered) if listed.order.is_newest_first else ordered)


@pytest.mark.parametrize("name", PAGED)
def test_all_rows_of_a_list_come_once_and_in_order_also_while_rows_are_added(
    name: str, like: Callable[[Listed], tuple[ServiceContext, Any]]
) -> None:
    listed = PAGED[name]
    context, model = like(listed)
    made = rows(listed, model, range(10, ROWS + 10))
    save(context, listed, made)
    earlier, later = rows(listed, model, range(10)), rows(listed, model, range(ROWS + 10, ROWS + 20))
    seen: list[str] = []
    wanted: PageRequest | None = PageRequest()
    while wanted is not None and len(seen) <= 2 * ROWS:
        page: Page[Any] = listed.read(reading(context), model, wanted)
        assert len(page.items) <= PAGE_MAX
        seen += keys(listed, page.items)
        if len(seen) == PAGE_MAX:  # before the rows that were seen, and behind all
            save(context, listed, [*earlier, *later])
        wanted = PageRequest(cursor=page.next) if page.next else None
    before = set(in_order(listed, [*earlier, *made, *later])[:10])
    assert seen == [key for key in in_order(listed, [*earlier, *made, *later]) if key not in before]


@pytest.mark.parametrize("name", WHOLE)
def test_what_is_read_inside_is_read_whole(name: str, like: Callable[[Listed], tuple[ServiceContext, Any]]) -> None:
    listed = WHOLE[name]
    context, model = like(listed)
    made = rows(listed, model, range(ROWS))
    save(context, listed, made)
    assert sorted(keys(listed, listed.read(reading(context), model))) == sorted(keys(listed, made))
