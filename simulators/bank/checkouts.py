"""Card payments: a fund opens a checkout, the payer enters a card on the bank's page, the bank tells the fund."""

import sqlite3
from datetime import datetime, timedelta

from flask import Blueprint, Response, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from simulators.bank.amounts import WrongAmount, to_minor, to_text
from simulators.bank.bank import Bank, Refused, fields
from simulators.bank.book import move, new_id, note, now
from simulators.bank.fund import send_webhook

LIFE = timedelta(minutes=90)

ACCEPTED, REFUSED, SILENT = "4242424242424242", "4000000000000002", "4000000000000119"

WORDS = {
    "ar": {
        "title": "الدفع بالبطاقة",
        "bank": "المصرف الشريك (محاكاة)",
        "notice": "مصرف للتجربة: لا تُدخل أبدًا بطاقة حقيقية.",
        "amount": "المبلغ",
        "card": "رقم بطاقة التجربة",
        "pay": "ادفع",
        "unknown": "هذه ليست إحدى بطاقات التجربة.",
        "closed": "انتهى هذا الدفع. يمكنك إغلاق الصفحة.",
        "accepted": "مقبولة",
        "refused": "مرفوضة",
        "silent": "مقبولة، لكن المصرف لا يُخبر الصندوق",
        "other": "Français",
    },
    "fr": {
        "title": "Paiement par carte",
        "bank": "Banque partenaire (simulée)",
        "notice": "Banque d’essai : n’entrez jamais une vraie carte.",
        "amount": "Montant",
        "card": "Numéro de carte d’essai",
        "pay": "Payer",
        "unknown": "Ce n’est pas une des cartes d’essai.",
        "closed": "Ce paiement est terminé. Vous pouvez fermer la page.",
        "accepted": "acceptée",
        "refused": "refusée",
        "silent": "acceptée, mais la banque n’en dit rien à la caisse",
        "other": "العربية",
    },
}


def routes(bank: Bank) -> Blueprint:
    """Checkouts: the fund opens one, the payer's page enters a card and pays."""
    blueprint = Blueprint("checkouts", __name__)

    @blueprint.post("/checkouts")
    @bank.for_funds
    def open_checkout() -> ResponseReturnValue:
        payment_id, amount, currency, return_url, fund = fields(
            "payment_id", "amount", "currency", "return_url", "fund"
        )
        if not return_url.startswith(("http://", "https://")):
            raise Refused(422, "return-url-wrong", "The return address is http or https.")
        account = bank.book.one("select * from accounts where fund = ? and currency = ?", fund, currency)
        if account is None:
            raise Refused(422, "fund-unknown", "No such fund collects that currency here.")
        try:
            amount_minor = to_minor(amount, currency)
        except WrongAmount:
            raise Refused(422, "amount-wrong", f"An amount above zero in {currency}, as text.") from None
        asked = (fund, amount_minor, currency, return_url)
        with bank.book.transaction() as uow:
            known = uow.execute("select * from checkouts where payment_id = ?", (payment_id,)).fetchone()
            if known is not None and tuple(known[2:6]) != asked:
                raise Refused(409, "payment-differs", "This payment_id stands for another payment.")
            checkout_id = known["checkout_id"] if known is not None else new_id("chk")
            if known is None:
                opened = (payment_id, checkout_id, *asked, "pending", None, now().isoformat())
                uow.execute("insert into checkouts values (?, ?, ?, ?, ?, ?, ?, ?, ?)", opened)
                note(uow, "checkout-opened", payment_id=payment_id, amount=amount, currency=currency)
        answer = {"payment_id": payment_id, "checkout_url": f"{bank.settings.public_url}/checkout/{checkout_id}"}
        return answer, 200 if known is not None else 201

    @blueprint.get("/payments/<payment_id>")
    @bank.for_funds
    def state(payment_id: str) -> ResponseReturnValue:
        """What became of a payment: what the fund asks when it heard nothing."""
        found = bank.book.one("select * from checkouts where payment_id = ?", payment_id)
        if found is None:
            raise Refused(404, "payment-unknown", "The bank has never seen this payment.")
        return _facts(found) | {"state": _state(found)}

    @blueprint.post("/checkouts/<payment_id>/closure")
    @bank.for_funds
    def close(payment_id: str) -> ResponseReturnValue:
        """Close a page that nobody is to pay on any more; one that was paid stays paid."""
        with bank.book.transaction() as uow:
            uow.execute(
                "update checkouts set state = 'expired' where payment_id = ? and state = 'pending'", (payment_id,)
            )
            found = uow.execute("select * from checkouts where payment_id = ?", (payment_id,)).fetchone()
            if found is None:
                raise Refused(404, "payment-unknown", "The bank has never seen this payment.")
            note(uow, "checkout-closed", payment_id=payment_id, state=_state(found))
        return _facts(found) | {"state": _state(found)}

    @blueprint.get("/checkout/<checkout_id>")
    def page(checkout_id: str) -> ResponseReturnValue:
        return _page(_checkout(bank, checkout_id))

    @blueprint.post("/checkout/<checkout_id>")
    def pay(checkout_id: str) -> ResponseReturnValue:
        checkout = _checkout(bank, checkout_id)
        card = "".join(filter(str.isdecimal, request.form.get("card", "")))
        if card not in (ACCEPTED, REFUSED, SILENT):
            return _page(checkout, is_wrong=True)
        with bank.book.transaction() as uow:
            checkout = uow.execute("select * from checkouts where checkout_id = ?", (checkout_id,)).fetchone()
            if _state(checkout) == "pending":
                _settle(bank, uow, checkout, card)
        bank.postman.wake()
        return redirect(checkout["return_url"], code=303)

    return blueprint


def _settle(bank: Bank, uow: sqlite3.Connection, checkout: sqlite3.Row, card: str) -> None:
    is_paid = card != REFUSED
    bank_reference = None
    if is_paid:
        account = uow.execute(
            "select account from accounts where fund = ? and currency = ?", (checkout["fund"], checkout["currency"])
        ).fetchone()[0]
        bank_reference = move(
            uow,
            debtor="cards",
            creditor=account,
            amount_minor=checkout["amount_minor"],
            currency=checkout["currency"],
            reference="card",
            end_to_end_id=checkout["payment_id"],
        ).credit_id
    state = "debited" if is_paid else "refused"
    uow.execute(
        "update checkouts set state = ?, bank_reference = ? where payment_id = ?",
        (state, bank_reference, checkout["payment_id"]),
    )
    note(uow, f"payment-{state}", payment_id=checkout["payment_id"], is_silent=card == SILENT)
    if card != SILENT:
        facts = _facts(checkout) | {"bank_reference": bank_reference}
        if not is_paid:
            facts["reason"] = "card-refused"
        send_webhook(uow, bank.settings, kind=f"payment.{state}", fund=checkout["fund"], facts=facts)


def _facts(checkout: sqlite3.Row) -> dict[str, object]:
    return {
        "payment_id": checkout["payment_id"],
        "amount": to_text(checkout["amount_minor"], checkout["currency"]),
        "currency": checkout["currency"],
        "bank_reference": checkout["bank_reference"],
    }


def _state(checkout: sqlite3.Row) -> str:
    is_late = datetime.fromisoformat(checkout["opened_at"]) + LIFE < now()
    return "expired" if checkout["state"] == "pending" and is_late else str(checkout["state"])


def _checkout(bank: Bank, checkout_id: str) -> sqlite3.Row:
    found = bank.book.one("select * from checkouts where checkout_id = ?", checkout_id)
    if found is None:
        raise Refused(404, "checkout-unknown", "There is no such checkout.")
    return found


def _page(checkout: sqlite3.Row, *, is_wrong: bool = False) -> Response:
    language = request.args.get("lang") or request.accept_languages.best_match(list(WORDS)) or "fr"
    language = language if language in WORDS else "fr"
    body = render_template(
        "checkout.html",
        words=WORDS[language],
        language=language,
        other="fr" if language == "ar" else "ar",
        amount=to_text(checkout["amount_minor"], checkout["currency"]),
        currency=checkout["currency"],
        cards={ACCEPTED: "accepted", REFUSED: "refused", SILENT: "silent"},
        is_open=_state(checkout) == "pending",
        is_wrong=is_wrong,
    )
    answer = make_response(body, 422 if is_wrong else 200)
    # No form-action: browsers apply it to the redirect that leads back to the fund as well.
    answer.headers["content-security-policy"] = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'"
    return answer
