"""Direct debits: a fund's pain.008 is checked, answered by pain.002, booked, told by camt.054, and may come back.

What becomes of a debit is chosen by the number of the account that is debited, so that every path can be tried by hand.
A customer of this bank is debited what is there; of accounts elsewhere the bank knows nothing, and debits them.
"""

import sqlite3

from flask import Blueprint
from flask.typing import ResponseReturnValue

from simulators.bank.amounts import to_minor
from simulators.bank.bank import Bank, Refused, fields
from simulators.bank.book import balance_minor, move, note, now, take_fault
from simulators.bank.files import Booking, Order, Payment, Verdict, read_debits
from simulators.bank.payouts import booking, number_ends, publish, reason_against, take_file

ENDINGS = {
    "0101": "refused: AC01, there is no such account (as for payouts)",
    "0102": "refused once: AM04, no funds; the next debit is good",
    "0103": "refused: MD01, the bank knows no mandate",
    "0105": "refused each time: AM04, no funds",
    "0404": "debited, and the money goes back at once: AC04, closed",
    "0406": "debited, and the money goes back at once: MD06, the holder asked for it",
    "0107": "debited, and told of twice",
    "0108": "debited, and the fund is never told",
}
_REFUSED = {"0103": "MD01", "0105": "AM04"}
_RETURNED = {"0404": "AC04", "0406": "MD06"}
RETURN_REASONS = ("AC04", "AM04", "MD01", "MD06", "MS02", "MS03")
DEBITS_MAX = 200


def routes(bank: Bank) -> Blueprint:
    """Files of debits, and what an officer does about one of them days later."""
    blueprint = Blueprint("debits", __name__)

    @blueprint.post("/files/pain.008")
    @bank.for_funds
    def take() -> ResponseReturnValue:
        return take_file(bank, read=read_debits, execute=_debit_all)

    @blueprint.get("/_debits")
    def listed() -> ResponseReturnValue:
        """The newest debits, and what account numbers choose."""
        rows = bank.book.all("select * from debits order by rowid desc limit ?", DEBITS_MAX)
        return {"debits": [dict(row) for row in rows], "endings": ENDINGS, "return_reasons": RETURN_REASONS}

    @blueprint.post("/_debits/<end_to_end_id>/return")
    def give_back(end_to_end_id: str) -> ResponseReturnValue:
        """The debited account's holder, or its bank, has the money back, days after it was debited."""
        (reason,) = fields("reason")
        if reason not in RETURN_REASONS:
            raise Refused(422, "reason-unknown", f"One of {', '.join(RETURN_REASONS)}.")
        with bank.book.transaction() as uow:
            found = uow.execute("select * from debits where end_to_end_id = ?", (end_to_end_id,)).fetchone()
            if found is None or found["state"] != "debited":
                raise Refused(404, "debit-unknown", "There is no such debit, or its money is not with the fund.")
            account = uow.execute("select * from accounts where account = ?", (found["fund_account"],)).fetchone()
            _return(bank, uow, account, found["message_id"], end_to_end_id, reason=reason)
        bank.postman.wake()
        return {"end_to_end_id": end_to_end_id, "state": "returned", "reason": reason}, 200

    return blueprint


def _debit_all(
    bank: Bank, uow: sqlite3.Connection, account: sqlite3.Row, payment: Payment, message_id: str, seen: set[str]
) -> list[Verdict]:
    verdicts: list[Verdict] = []
    booked: list[Booking] = []
    published_twice: list[Booking] = []
    coming_back: list[tuple[str, str]] = []
    for order in payment.orders:
        reason = "AM05" if order.end_to_end_id in seen else _reason_against(uow, order, account["currency"])
        seen.add(order.end_to_end_id)
        verdicts.append(Verdict(order, reason))
        _keep(uow, order, account, message_id, state="refused" if reason else "debited", reason=reason)
        if reason is not None:
            continue
        one = _debit(uow, order, account["account"])
        if not number_ends(order.party_account, "0108"):
            booked.append(one)
        if number_ends(order.party_account, "0107"):
            published_twice.append(one)
        coming_back += [
            (order.end_to_end_id, why) for ending, why in _RETURNED.items() if number_ends(order.party_account, ending)
        ]
    is_unlisted = bool(booked) and payment.is_booked_as_batch and take_fault(uow, "batch-not-listed") is not None
    entries = [booked] if payment.is_booked_as_batch and booked else [[one] for one in booked]
    publish(bank, uow, account, message_id, entries=entries, unlisted=payment.payment_id if is_unlisted else "")
    publish(bank, uow, account, message_id, entries=[[one] for one in published_twice])
    for end_to_end_id, why in coming_back:
        _return(bank, uow, account, message_id, end_to_end_id, reason=why)
    return verdicts


def _reason_against(uow: sqlite3.Connection, order: Order, currency: str) -> str | None:
    """The ISO reason code for which a debit is refused, or None where it is executed."""
    if not order.mandate:
        return "MD01"
    known = uow.execute("select 1 from debits where end_to_end_id = ?", (order.end_to_end_id,)).fetchone()
    if known is not None:
        return "AM05"
    reason = reason_against(order, currency)
    if reason is not None:
        return reason
    if number_ends(order.party_account, "0102"):
        before = uow.execute("select 1 from debits where account = ?", (order.party_account,)).fetchone()
        return "AM04" if before is None else None
    own = uow.execute("select 1 from accounts where account = ?", (order.party_account,)).fetchone()
    if own is not None and balance_minor(uow, order.party_account) < to_minor(order.amount, currency):
        return "AM04"
    return next((why for ending, why in _REFUSED.items() if number_ends(order.party_account, ending)), None)


def _keep(
    uow: sqlite3.Connection, order: Order, account: sqlite3.Row, message_id: str, *, state: str, reason: str | None
) -> None:
    uow.execute(
        "insert or ignore into debits values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            order.end_to_end_id,
            message_id,
            account["account"],
            order.party_account,
            order.amount,
            order.currency,
            order.mandate,
            state,
            reason,
            now().isoformat(),
        ),
    )


def _debit(uow: sqlite3.Connection, order: Order, fund_account: str) -> Booking:
    """Debit one account. The fund's side of the movement."""
    moved = move(
        uow,
        debtor=order.party_account,
        creditor=fund_account,
        amount_minor=to_minor(order.amount, order.currency),
        currency=order.currency,
        reference=order.remittance,
        end_to_end_id=order.end_to_end_id,
    )
    return booking(uow.execute("select * from entries where entry_id = ?", (moved.credit_id,)).fetchone())


def _return(
    bank: Bank, uow: sqlite3.Connection, account: sqlite3.Row, message_id: str, end_to_end_id: str, *, reason: str
) -> None:
    debit = uow.execute("select * from debits where end_to_end_id = ?", (end_to_end_id,)).fetchone()
    moved = move(
        uow,
        debtor=account["account"],
        creditor=debit["account"],
        amount_minor=to_minor(debit["amount"], debit["currency"]),
        currency=debit["currency"],
        reference=debit["mandate"],
        end_to_end_id=end_to_end_id,
        return_reason=reason,
    )
    uow.execute("update debits set state = 'returned', reason = ? where end_to_end_id = ?", (reason, end_to_end_id))
    row = uow.execute("select * from entries where entry_id = ?", (moved.debit_id,)).fetchone()
    publish(bank, uow, account, message_id, entries=[[booking(row)]])
    note(uow, "debit-returned", end_to_end_id=end_to_end_id, reason=reason)
