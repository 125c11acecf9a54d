"""Payouts: a fund's pain.001 file is checked, answered by pain.002, booked, and told by camt.054."""

import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from simulators.bank.amounts import WrongAmount, to_minor
from simulators.bank.bank import Bank, Refused
from simulators.bank.book import move, new_id, note, now, take_fault
from simulators.bank.files import (
    FILE_BYTES_MAX,
    Booking,
    Order,
    Payment,
    PayoutFile,
    Unreadable,
    Verdict,
    fault_of,
    notice,
    read,
    status_report,
)
from simulators.bank.fund import send_webhook

KEY_DIGITS = 2
REFUSED_ENDING = "0101"
"""An account whose number ends so, before the two key digits, is refused at once: pain.002 RJCT, AC01."""
RETURNED_ENDING = "0404"
"""An account whose number ends so is paid, then the money comes back as if it were closed: camt.054 return, AC04."""


Execute = Callable[[Bank, sqlite3.Connection, sqlite3.Row, Payment, str, set[str]], list[Verdict]]
"""What the bank does with one payment block of a file."""


def routes(bank: Bank) -> Blueprint:
    """Payment files: taken as pain.001, reported as pain.002 and camt.054."""
    blueprint = Blueprint("payouts", __name__)

    @blueprint.post("/files/pain.001")
    @bank.for_funds
    def take() -> ResponseReturnValue:
        return take_file(bank, read=read, execute=_pay)

    @blueprint.get("/files/<path:message_id>/pain.002")
    @bank.for_funds
    def report(message_id: str) -> ResponseReturnValue:
        found = bank.book.one("select pain_002 from files where message_id = ?", message_id)
        if found is None:
            raise Refused(404, "file-unknown", "The bank never took such a file.")
        return xml(found["pain_002"])

    @blueprint.get("/statements/<statement_id>")
    @bank.for_funds
    def statement(statement_id: str) -> ResponseReturnValue:
        found = bank.book.one("select camt_054 from statements where statement_id = ?", statement_id)
        if found is None:
            raise Refused(404, "statement-unknown", "There is no such statement.")
        return xml(found["camt_054"])

    return blueprint


def take_file(bank: Bank, *, read: Callable[..., PayoutFile], execute: Execute) -> ResponseReturnValue:
    """Take a file of orders of one kind, once under its MsgId."""
    if (request.content_length or 0) > FILE_BYTES_MAX:
        raise Refused(413, "file-too-large", f"At most {FILE_BYTES_MAX} bytes.")
    try:
        file = read(request.get_data(), schemas=bank.settings.schemas_dir)
    except Unreadable as error:
        raise Refused(422, "file-unreadable", str(error)) from None
    with bank.book.transaction() as uow:
        is_refused = take_fault(uow, "file-refused") is not None
    if is_refused:
        raise Refused(422, "file-refused", "The bank takes none of this file.")
    with bank.book.transaction() as uow:
        if uow.execute("select 1 from files where message_id = ?", (file.message_id,)).fetchone():
            note(uow, "file-duplicate", message_id=file.message_id)
            return {"message_id": file.message_id, "code": "DUPL", "detail": "Seen before: nothing was done."}, 409
        _process(bank, uow, file, execute)
    bank.postman.wake()
    return {"message_id": file.message_id, "status": "taken"}, 202


def xml(body: bytes) -> Response:
    """A response with an XML body."""
    return Response(body, content_type="application/xml; charset=utf-8")


def booking(row: sqlite3.Row) -> Booking:
    """A booking from its row."""
    kept = {name: row[name] for name in row.keys() if name not in ("account", "booked_at")}  # noqa: SIM118
    return Booking(booked_at=datetime.fromisoformat(row["booked_at"]), **kept)


def _process(bank: Bank, uow: sqlite3.Connection, file: PayoutFile, execute: Execute) -> None:
    refusal = fault_of(file)
    accounts = {payment.account: _fund_account(uow, payment.account) for payment in file.payments}
    if refusal is None and None in accounts.values():
        refusal = "AC02"
    verdicts: list[list[Verdict]] = []
    seen: set[str] = set()
    if refusal is None:
        for payment in file.payments:
            account = accounts[payment.account]
            assert account is not None, "asked above"  # noqa: S101
            verdicts.append(execute(bank, uow, account, payment, file.message_id, seen))
    report = status_report(report_id=new_id("sts"), at=now(), file=file, refusal=refusal, verdicts=verdicts)
    fund = next((account["fund"] for account in accounts.values() if account is not None), None)
    uow.execute("insert into files values (?, ?, ?, ?)", (file.message_id, fund, report, now().isoformat()))
    refused = sum(1 for own in verdicts for verdict in own if verdict.reason)
    note(uow, "file-taken", message_id=file.message_id, orders=len(file.orders), refusal=refusal, refused=refused)


def _pay(
    bank: Bank, uow: sqlite3.Connection, account: sqlite3.Row, payment: Payment, message_id: str, seen: set[str]
) -> list[Verdict]:
    verdicts, paid, returned = [], [], []
    for order in payment.orders:
        reason = "AM05" if order.end_to_end_id in seen else reason_against(order, account["currency"])
        seen.add(order.end_to_end_id)
        verdicts.append(Verdict(order, reason))
        if reason is None:
            paid.append(pay(uow, order, account["account"], return_reason=None))
            if number_ends(order.party_account, RETURNED_ENDING):
                returned.append(pay(uow, order, account["account"], return_reason="AC04"))
    publish(bank, uow, account, message_id, entries=[paid] if paid else [])
    publish(bank, uow, account, message_id, entries=[[one] for one in returned])
    return verdicts


def reason_against(order: Order, currency: str) -> str | None:
    """The ISO reason code for which an order is refused, or None where it is executed."""
    if order.currency != currency:
        return "AM03"
    try:
        to_minor(order.amount, currency)
    except WrongAmount as error:
        return str(error)
    return "AC01" if number_ends(order.party_account, REFUSED_ENDING) else None


def number_ends(account: str, ending: str) -> bool:
    """Whether an account number ends like this, before its check digits."""
    return account[:-KEY_DIGITS].endswith(ending)


def pay(uow: sqlite3.Connection, order: Order, account: str, *, return_reason: str | None) -> Booking:
    """Pay one order; with a return reason, bring its money back. The fund's side of the movement."""
    parties = (account, order.party_account) if return_reason is None else (order.party_account, account)
    moved = move(
        uow,
        debtor=parties[0],
        creditor=parties[1],
        amount_minor=to_minor(order.amount, order.currency),
        currency=order.currency,
        reference=order.remittance,
        end_to_end_id=order.end_to_end_id,
        return_reason=return_reason,
    )
    own_id = moved.debit_id if return_reason is None else moved.credit_id
    return booking(uow.execute("select * from entries where entry_id = ?", (own_id,)).fetchone())


def publish(
    bank: Bank,
    uow: sqlite3.Connection,
    account: sqlite3.Row,
    message_id: str,
    *,
    entries: Sequence[Sequence[Booking]],
    unlisted: str = "",
) -> None:
    """Write a camt.054 of these entries, and tell the fund that it is there."""
    if not entries:
        return
    statement_id = new_id("stm")
    body = notice(
        statement_id=statement_id,
        at=now(),
        account=account["account"],
        currency=account["currency"],
        entries=entries,
        unlisted=unlisted,
    )
    uow.execute("insert into statements values (?, ?, ?, ?)", (statement_id, account["fund"], body, now().isoformat()))
    facts = {"statement_id": statement_id, "message": "camt.054.001.08", "file_message_id": message_id}
    send_webhook(uow, bank.settings, kind="statement.available", fund=account["fund"], facts=facts)


def _fund_account(uow: sqlite3.Connection, account: str) -> sqlite3.Row | None:
    found: sqlite3.Row | None = uow.execute(
        "select * from accounts where account = ? and fund is not null", (account,)
    ).fetchone()
    return found
