"""Customers of the bank: they open accounts and send transfers, to a fund above all."""

import json
import sqlite3
from datetime import date

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from simulators.bank.amounts import WrongAmount, is_kept, to_minor, to_text
from simulators.bank.bank import Bank, Refused, fields
from simulators.bank.book import Book, balance_minor, move, new_id, note, now
from simulators.bank.files import notice
from simulators.bank.fund import send_webhook
from simulators.bank.payouts import booking, xml
from simulators.bank.settings import FundAccount

OPENING_BALANCE = "1000000000"
ENTRIES_MAX = 10_000


def open_fund_accounts(book: Book, accounts: tuple[FundAccount, ...]) -> None:
    """The accounts that the settings name; a fund's account may be overdrawn, a customer's may not."""
    with book.transaction() as uow:
        for own in accounts:
            uow.execute(
                "insert or ignore into accounts values (?, ?, ?, ?)", (own.account, own.fund, own.currency, own.fund)
            )


def routes(bank: Bank) -> Blueprint:
    """Opening accounts and reading their balances and entries."""
    blueprint = Blueprint("accounts", __name__)

    @blueprint.post("/customers/accounts")
    def open_account() -> ResponseReturnValue:
        holder, currency = fields("holder", "currency")
        if not is_kept(currency):
            raise Refused(422, "currency-unknown", "The bank keeps accounts in currencies of ISO 4217.")
        body = request.get_json()
        opening_minor = _amount(str(body.get("balance", OPENING_BALANCE)), currency)
        with bank.book.transaction() as uow:
            account = str(body.get("account") or _next_number(uow))
            if uow.execute("select 1 from accounts where account = ?", (account,)).fetchone():
                raise Refused(409, "account-exists", "There is such an account already.")
            uow.execute("insert into accounts values (?, ?, ?, null)", (account, holder, currency))
            move(
                uow,
                debtor="cash",
                creditor=account,
                amount_minor=opening_minor,
                currency=currency,
                reference="opening",
            )
            note(uow, "account-opened", account=account, currency=currency)
        return {"account": account, "currency": currency, "balance": to_text(opening_minor, currency)}, 201

    @blueprint.get("/customers/accounts/<account>")
    def show(account: str) -> ResponseReturnValue:
        with bank.book.transaction() as uow:
            own = _account(uow, account)
            balance = to_text(balance_minor(uow, account), own["currency"])
        return {"account": account, "currency": own["currency"], "balance": balance}

    @blueprint.post("/transfers")
    def transfer() -> ResponseReturnValue:
        order = fields("account", "to_account", "amount", "currency", "reference")
        key = request.headers.get("idempotency-key")
        asked = bank.book.one("select fund from accounts where account = ?", order[1])
        if asked is not None and asked["fund"] and bank.asker.knows(order[4], fund=asked["fund"]) is False:
            raise Refused(422, "reference-unknown", "The fund does not know this reference.")
        with bank.book.transaction() as uow:
            answer = _known_answer(uow, key, order) or _transfer(bank, uow, *order)
            if key:
                uow.execute(
                    "insert or ignore into transfers values (?, ?, ?)", (key, json.dumps(order), json.dumps(answer))
                )
        bank.postman.wake()
        return answer, 201

    @blueprint.get("/accounts/<account>/camt.054")
    @bank.for_funds
    def day(account: str) -> ResponseReturnValue:
        """Everything that was booked on a day (UTC): what a fund asks for when it may have missed a webhook."""
        on = date.fromisoformat(request.args.get("on", now().date().isoformat()))
        found = bank.book.one("select * from accounts where account = ? and fund is not null", account)
        if found is None:
            raise Refused(404, "account-unknown", "No fund has this account here.")
        rows = bank.book.all(
            "select * from entries where account = ? and booked_at like ? order by booked_at limit ?",
            account,
            f"{on.isoformat()}%",
            ENTRIES_MAX,
        )
        return xml(
            notice(
                statement_id=new_id("day"),
                at=now(),
                account=account,
                currency=found["currency"],
                entries=[[booking(row)] for row in rows],
            )
        )

    return blueprint


def _transfer(
    bank: Bank, uow: sqlite3.Connection, account: str, to_account: str, amount: str, currency: str, reference: str
) -> dict[str, str]:
    debtor, creditor = _account(uow, account), _account(uow, to_account)
    if not debtor["currency"] == creditor["currency"] == currency:
        raise Refused(422, "currency-differs", "Both accounts and the transfer have one currency.")
    amount_minor = _amount(amount, currency)
    if debtor["fund"]:
        raise Refused(403, "account-of-fund", "A fund orders by file, not here.")
    if amount_minor > balance_minor(uow, account):
        raise Refused(422, "balance-too-low", "The account does not hold as much.")
    entry_id = move(
        uow, debtor=account, creditor=to_account, amount_minor=amount_minor, currency=currency, reference=reference
    ).credit_id
    note(uow, "transfer-booked", entry_id=entry_id, to_account=to_account, amount=amount, reference=reference)
    if creditor["fund"]:
        facts = {
            "entry_id": entry_id,
            "account": to_account,
            "debtor_account": account,
            "amount": to_text(amount_minor, currency),
            "currency": currency,
            "reference": reference,
            "booked_at": now().isoformat(),
        }
        send_webhook(uow, bank.settings, kind="payment.credited", fund=creditor["fund"], facts=facts)
    return {"entry_id": entry_id, "status": "booked"}


def _known_answer(uow: sqlite3.Connection, key: str | None, order: tuple[str, ...]) -> dict[str, str] | None:
    known = uow.execute("select request, answer from transfers where key = ?", (key,)).fetchone() if key else None
    if known is None:
        return None
    if known["request"] != json.dumps(order):
        raise Refused(422, "key-reused", "This Idempotency-Key stands for another transfer.")
    answer: dict[str, str] = json.loads(known["answer"])
    return answer


def _account(uow: sqlite3.Connection, account: str) -> sqlite3.Row:
    found: sqlite3.Row | None = uow.execute("select * from accounts where account = ?", (account,)).fetchone()
    if found is None:
        raise Refused(404, "account-unknown", f"No account {account} at this bank.")
    return found


def _amount(text: str, currency: str) -> int:
    try:
        return to_minor(text, currency)
    except WrongAmount:
        raise Refused(422, "amount-wrong", f"An amount above zero in {currency}, as text.") from None


def _next_number(uow: sqlite3.Connection) -> str:
    """An invented account number, told apart from real ones by its leading nines."""
    opened = uow.execute("select count(*) from accounts").fetchone()[0]
    return f"999{opened:017d}"
