"""HTTP routes for banks; agents read differences, and decide what no rule settled."""

from collections.abc import Mapping
from typing import Any

from services.payments.banking import actions, deciding, differences, dry_runs, proposals, store
from services.payments.banking.bank_entry import BankEntry
from services.payments.banking.bank_file import BankNotice
from services.payments.banking.differences import Difference
from services.payments.banking.dry_runs import AllocationEffect, DryRun
from services.payments.banking.proposing import Proposal
from services.payments.banking.schemas import (
    AllocationBody,
    AllocationEffectView,
    AllocationTrialBody,
    BankEntriesQuery,
    BankEntriesView,
    BankEntryView,
    CaseReassignmentBody,
    DifferencesQuery,
    DifferenceView,
    DifferenceViews,
    DryRunView,
    EntryRefundBody,
    ProposalViews,
    ReferenceView,
    VersionBody,
    WebhookReceiptView,
    WriteOffBody,
)
from services.payments.banking.statement_body import StatementBody
from services.payments.banking.webhook import SignedBody, SignedMessage
from services.payments.mandates.schemas import MandateForBankView
from services.payments.refunds.refund import Refund
from services.payments.refunds.schemas import RefundView
from shared.http.routes import ANYONE, Routes
from shared.process.access_journal.schemas import PurposeQuery
from shared.storage.paging import Page
from shared.storage.unit_of_work import UnitOfWork

routes = Routes("bank", about="What banks tell, and what agents decide about money that no rule settled.")

Body = Mapping[str, Any]


@routes.post("/bank/events", scope=ANYONE, request=SignedBody(), response=WebhookReceiptView)
def hear(uow: UnitOfWork, message: SignedMessage) -> dict[str, Any]:
    """Take in a message that the bank signed. No token: the signature over the body says who sends."""
    return {"message_id": message.message_id, "is_new": actions.receive(uow, message)}


@routes.get("/bank/references/<reference>", scope="bank:read", response=ReferenceView)
def look_up(uow: UnitOfWork, reference: str) -> dict[str, Any]:
    """For a bank, before it accepts a transfer: whether a reference is genuine, what is due, and to which account."""
    named = actions.by_reference(uow, reference)
    into = uow.fund.payments.collections
    return {
        "reference": named.reference,
        "due_minor": named.due_minor,
        "currency": uow.fund.currency.value,
        "account": into.number,
        "holder": into.holder,
        "valid_until_on": named.valid_until_on,
    }


@routes.get("/bank/mandates/<mandate_reference>", scope="bank:read", response=MandateForBankView)
def look_up_mandate(uow: UnitOfWork, mandate_reference: str) -> dict[str, Any]:
    """For a bank whose officer holds a mandate's form: whether it is genuine, and what the employer asked for."""
    mandate = actions.mandate_by_reference(uow, mandate_reference)
    return {
        "reference": mandate.reference,
        "status": mandate.status,
        "creditor": uow.fund.payments.collections.holder,
        "account": mandate.account.number,
        "holder": mandate.account.holder,
        "amount_max_minor": mandate.amount_max_minor,
        "currency": uow.fund.currency.value,
        "starts_on": mandate.starts_on,
        "ends_on": mandate.ends_on,
        "request": mandate.request.kind if mandate.request else None,
    }


@routes.get("/differences", scope="ledger:read", response=DifferenceViews, query=DifferencesQuery)
def list_differences(uow: UnitOfWork, query: Body) -> Page[Difference]:
    """Employers and periods where declared, called, collected and booked differ, and money without a match."""
    return differences.of_fund(uow, assigned_to=query["assigned_to"], wanted=query["page"])


@routes.get("/differences/<case_id>", scope="ledger:read", response=DifferenceView)
def read_difference(uow: UnitOfWork, case_id: str) -> Difference:
    """One of them: since when it is open, the sums of its period, and in whose hands it is."""
    return differences.read(uow, case_id=case_id)


@routes.post("/differences/<case_id>/assignment", scope="bank:settle", response=DifferenceView, edits=differences.read)
def take_case(uow: UnitOfWork, case_id: str) -> Difference:
    """Look into a difference. Who decides about an entry that is in nobody's hands takes it, too."""
    return differences.assign(uow, case_id=case_id)


@routes.post("/differences/<case_id>/release", scope="bank:settle", response=DifferenceView, edits=differences.read)
def release_case(uow: UnitOfWork, case_id: str) -> Difference:
    """Give a difference back that one looks into."""
    return differences.release(uow, case_id=case_id)


@routes.post(
    "/differences/<case_id>/reassignment",
    scope="bank:supervise",
    request=CaseReassignmentBody,
    response=DifferenceView,
    edits=differences.read,
)
def reassign_case(uow: UnitOfWork, body: Body, case_id: str) -> Difference:
    """Put a difference into an agent's hands, or into nobody's, whoever looks into it."""
    return differences.reassign(uow, case_id=case_id, to=body["to"], reason=body["reason"])


# --- What no rule settled ---------------------------------------------------------------------------------------------


@routes.get("/bank/entries", scope="ledger:read", response=BankEntriesView, query=BankEntriesQuery)
def list_entries(uow: UnitOfWork, query: Body) -> Page[BankEntry]:
    """Entries of the bank, oldest first: those that wait for a person, unless another status, a reference or an amount
    is asked for."""
    return store.page(
        uow,
        status=query["status"],
        account=query["account"],
        day=query["day"].isoformat() if query["day"] else None,
        reference=query["reference"],
        amount_minor=query["amount"],
        wanted=query["page"],
    )


@routes.get("/bank/entries/<entry_id>", scope="ledger:read", response=BankEntryView)
def read_entry(uow: UnitOfWork, entry_id: str) -> BankEntry:
    """One entry of the bank, with what it was for or what was decided about it."""
    return deciding.read(uow, entry_id=entry_id)


@routes.get(
    "/bank/entries/<entry_id>/proposals",
    scope="bank:settle",
    response=ProposalViews,
    query=PurposeQuery,
    is_journaled=True,
)
def list_proposals(uow: UnitOfWork, query: Body, entry_id: str) -> dict[str, list[Proposal]]:
    """Whose money an entry that waits could be, with the rules that say so, that for which most speaks first. Nothing
    is booked by it: a person allocates."""
    return {"items": proposals.of_entry(uow, entry_id=entry_id, purpose=query["purpose"])}


@routes.post(
    "/bank/statements/dry-run",
    scope="bank:settle",
    request=StatementBody(),
    response=DryRunView,
    is_dry_run=True,
)
def try_statement(uow: UnitOfWork, notice: BankNotice) -> DryRun:
    """What the rules would do with each entry of a statement of the bank: to what it would be booked, by which rule,
    what would be left to pay, what would wait for a person and why, what was handled before. Nothing is stored."""
    return dry_runs.of_statement(uow, notice)


@routes.post(
    "/bank/entries/<entry_id>/allocation/dry-run",
    scope="bank:settle",
    request=AllocationTrialBody,
    response=AllocationEffectView,
    is_dry_run=True,
)
def try_allocation(uow: UnitOfWork, body: Body, entry_id: str) -> AllocationEffect:
    """What an allocation would do: what would be left to pay, what would be an employer's credit, and whether a second
    person has to agree before. It is refused where the allocation would be. Nothing is stored."""
    return dry_runs.of_allocation(uow, entry_id=entry_id, version=body["version"], shares=body["shares"])


@routes.post(
    "/bank/entries/<entry_id>/allocation",
    scope="bank:settle",
    request=AllocationBody,
    response=BankEntryView,
    is_keyed=True,
    edits=deciding.read,
)
def allocate(uow: UnitOfWork, body: Body, entry_id: str) -> BankEntry:
    """Say what an entry that waits was for: collections, declarations, an employer's credit, payouts, refunds."""
    return deciding.allocate(uow, entry_id=entry_id, version=body["version"], shares=body["shares"], note=body["note"])


@routes.post(
    "/bank/entries/<entry_id>/refund",
    scope="bank:settle",
    request=EntryRefundBody,
    response=BankEntryView,
    is_keyed=True,
    edits=deciding.read,
)
def send_back(uow: UnitOfWork, body: Body, entry_id: str) -> BankEntry:
    """Send money that waits back. The refund's reference goes on the transfer; the bank's entry with it settles it."""
    return deciding.refund(
        uow,
        entry_id=entry_id,
        version=body["version"],
        ground=body["ground"],
        note=body["note"],
        counterparty=body["counterparty"],
    )


@routes.post(
    "/bank/entries/<entry_id>/write-off",
    scope="bank:settle",
    request=WriteOffBody,
    response=BankEntryView,
    is_keyed=True,
    edits=deciding.read,
)
def write_off(uow: UnitOfWork, body: Body, entry_id: str) -> BankEntry:
    """Close an entry that waits: nobody claims it, nobody gives it back, or it is not the fund's at all."""
    return deciding.write_off(uow, entry_id=entry_id, version=body["version"], ground=body["ground"], note=body["note"])


@routes.post(
    "/bank/entries/<entry_id>/confirmation",
    scope="bank:settle",
    request=VersionBody,
    response=BankEntryView,
    is_keyed=True,
    edits=deciding.read,
)
def confirm(uow: UnitOfWork, body: Body, entry_id: str) -> BankEntry:
    """Agree, as a second person, to what was decided about an entry: it is carried out."""
    return deciding.confirm(uow, entry_id=entry_id, version=body["version"])


@routes.post(
    "/bank/entries/<entry_id>/rejection",
    scope="bank:settle",
    request=VersionBody,
    response=BankEntryView,
    edits=deciding.read,
)
def reject(uow: UnitOfWork, body: Body, entry_id: str) -> BankEntry:
    """Say no to what was decided about an entry: it waits again."""
    return deciding.reject(uow, entry_id=entry_id, version=body["version"])


@routes.post(
    "/refunds/<refund_id>/cancellation",
    scope="bank:settle",
    request=VersionBody,
    response=RefundView,
    is_keyed=True,
    edits=deciding.read_refund,
)
def cancel_refund(uow: UnitOfWork, body: Body, refund_id: str) -> Refund:
    """Do not send a refund: its money is the employer's credit again, or the entry waits again."""
    return deciding.cancel_refund(uow, refund_id=refund_id, version=body["version"])
