"""HTTP routes for agents at a counter with a card terminal, and of the receipt that the payer gets."""

from collections.abc import Mapping
from typing import Any

from services.payments.card_terminals import actions, closes, rules
from services.payments.card_terminals.comparing import ComparedFile
from services.payments.card_terminals.schemas import (
    ACQUIRER_FILE,
    CardTerminalViews,
    ComparedFileView,
    TerminalCloseBody,
    TerminalPaymentBody,
    TerminalPaymentsQuery,
    TerminalPaymentsView,
    TerminalPaymentView,
    TicketBody,
)
from services.payments.card_terminals.terminal_payment import TerminalPayment, Ticket
from services.payments.operator_days.close_totals import CloseTotals
from services.payments.operator_days.operator_day import OperatorDay
from services.payments.operator_days.schemas import OperatorDayView
from shared.http.routes import Routes
from shared.process.access_journal.schemas import PurposeQuery
from shared.storage.paging import Page
from shared.storage.unit_of_work import UnitOfWork

routes = Routes("card_terminals", about="Card terminals at the fund's counters: payments, their tickets, and closes.")

Body = Mapping[str, Any]


@routes.get("/card-terminals", scope="terminals:take", response=CardTerminalViews)
def list_terminals(uow: UnitOfWork) -> dict[str, Any]:
    """The card terminals of the fund's counters, by their numbers; none where it takes no cards there."""
    return {
        "items": [
            {"terminal_id": number, "acquirer": code, "has_day_file": acquirer.day_file is not None}
            for code, acquirer in uow.fund.bindings.acquirers.items()
            for number in sorted(acquirer.terminals)
        ]
    }


@routes.post(
    "/card-terminals/<terminal_id>/payments",
    scope="terminals:take",
    request=TerminalPaymentBody,
    response=TerminalPaymentView,
    status=201,
    is_keyed=True,
)
def begin(uow: UnitOfWork, body: Body, terminal_id: str) -> TerminalPayment:
    """Begin to take an employer's card for what is left of a declaration: until `hold_until` nobody else can. The
    answer has the amount to be typed at the terminal."""
    return actions.begin(
        uow, terminal_id=terminal_id, declaration_id=body["declaration_id"], reference=body["reference"]
    )


@routes.get(
    "/card-terminals/<terminal_id>/payments",
    scope="terminals:take",
    response=TerminalPaymentsView,
    query=TerminalPaymentsQuery,
)
def list_payments(uow: UnitOfWork, query: Body, terminal_id: str) -> Page[TerminalPayment]:
    """What was paid at a terminal, newest first: all, or what a batch that is open has."""
    return actions.page(
        uow, terminal_id=terminal_id, batch=query["batch"], status=query["status"], wanted=query["page"]
    )


@routes.get(
    "/terminal-payments/<payment_id>",
    scope="terminals:take",
    response=TerminalPaymentView,
    query=PurposeQuery,
    is_journaled=True,
)
def read(uow: UnitOfWork, query: Body, payment_id: str) -> TerminalPayment:
    """One payment at a terminal, with its ticket."""
    return actions.look_at(uow, payment_id=payment_id, purpose=query["purpose"])


@routes.post(
    "/terminal-payments/<payment_id>/ticket",
    scope="terminals:take",
    request=TicketBody,
    response=TerminalPaymentView,
    is_keyed=True,
    edits=actions.load,
)
def take(uow: UnitOfWork, body: Body, payment_id: str) -> TerminalPayment:
    """Type the ticket that the terminal printed: the money is booked to the debt. The same ticket again is the same
    payment; a ticket of another payment, of a batch that is closed, or of another amount is refused."""
    return actions.take(uow, payment_id=payment_id, ticket=_ticket(body))


@routes.post(
    "/terminal-payments/<payment_id>/late-ticket",
    scope="bank:settle",
    request=TicketBody,
    response=TerminalPaymentView,
    is_keyed=True,
    edits=actions.load,
)
def take_late(uow: UnitOfWork, body: Body, payment_id: str) -> TerminalPayment:
    """Type a ticket that nobody typed before its terminal's close: the money is booked, and the close compared anew."""
    return actions.take_late(uow, payment_id=payment_id, ticket=_ticket(body))


@routes.post(
    "/terminal-payments/<payment_id>/cancellation",
    scope="terminals:take",
    response=TerminalPaymentView,
    edits=actions.load,
)
def cancel(uow: UnitOfWork, payment_id: str) -> TerminalPayment:
    """Say that the card of a payment that was begun is not taken: the debt may be paid otherwise."""
    return actions.cancel(uow, payment_id=payment_id)


@routes.post(
    "/terminal-payments/<payment_id>/reversal",
    scope="terminals:take",
    response=TerminalPaymentView,
    is_keyed=True,
    edits=actions.load,
)
def reverse(uow: UnitOfWork, payment_id: str) -> TerminalPayment:
    """Say that a ticket was cancelled at the terminal, on its day and before the close: what it paid is due again."""
    return actions.reverse(uow, payment_id=payment_id)


@routes.get(
    "/collections/<collection_id>/receipt",
    scope="declarations:read",
    response=TerminalPaymentView,
    query=PurposeQuery,
    is_journaled=True,
)
def receipt(uow: UnitOfWork, query: Body, collection_id: str) -> TerminalPayment:
    """The receipt of what was paid for a collection at a card terminal, for the employer who paid."""
    return actions.receipt_of(uow, collection_id=collection_id, purpose=query["purpose"])


@routes.post(
    "/card-terminals/<terminal_id>/closes",
    scope="terminals:take",
    request=TerminalCloseBody,
    response=OperatorDayView,
    status=201,
    is_keyed=True,
)
def close(uow: UnitOfWork, body: Body, terminal_id: str) -> OperatorDay:
    """Type the totals of a terminal's close: they are held against the batch's tickets. The answer names what differs,
    and the reference under which the acquirer pays the day in. A batch is closed once."""
    return closes.close(uow, terminal_id=terminal_id, totals=_totals(body))


@routes.post(
    "/operator-days/<day_id>/correction",
    scope="terminals:take",
    request=TerminalCloseBody,
    response=OperatorDayView,
    is_keyed=True,
    edits=closes.read,
)
def correct(uow: UnitOfWork, body: Body, day_id: str) -> OperatorDay:
    """Type the totals of a close anew, where they were typed wrongly: until money came for it."""
    return closes.correct(uow, day_id=day_id, totals=_totals(body))


@routes.post(
    "/card-acquirers/<acquirer>/days/<day>/file",
    scope="bank:settle",
    request=ACQUIRER_FILE,
    response=ComparedFileView,
)
def compare_file(uow: UnitOfWork, content: bytes, acquirer: str, day: str) -> ComparedFile:
    """Hold an acquirer's file of a day against the tickets of that day that were typed. The answer names each payment
    of which file and ticket differ: these differences are followed, and a later file of the day closes those that it
    no longer has. Of a file with rows that cannot be read, which are named, nothing is kept."""
    return actions.compare_file(uow, acquirer=acquirer, day=day, content=content)


def _ticket(body: Body) -> Ticket:
    return rules.ticket(
        batch=body["batch"],
        number=body["ticket"],
        authorisation=body["authorisation"],
        amount_minor=body["amount"],
        taken_at=body["taken_at"],
    )


def _totals(body: Body) -> CloseTotals:
    return CloseTotals(
        batch=rules.counted(body["batch"]),
        closed_at=body["closed_at"],
        count=body["count"],
        total_minor=body["total"],
        reversed_count=body["reversed_count"],
        reversed_minor=body["reversed"] or 0,
        fee_minor=body["fee"],
    )
