"""The page of an operator of mobile money, by which a reference can be paid by hand: once, twice, wrongly, or with an
answer that is lost. What it says to the fund is the operator's API (docs/partners.md)."""

import sqlite3
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from urllib.parse import quote

import requests
from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from simulators.bank.bank import Bank, Refused
from simulators.bank.book import new_id, note, now
from simulators.bank.pages import language_of, page

SHOWN_MAX = 100
TEXT_MAX = 60
HOWS = ("once", "answer-lost", "twice", "amount-wrong", "not-reported")
UNKNOWN = "?"
"""Stands where the fund gave no answer."""
WORDS = {
    "ar": {
        "title": "الدفع بالهاتف الجوال",
        "notice": "متعامل للتجربة (محاكاة): لا يدفع هنا مال حقيقي.",
        "fund": "الصندوق",
        "reference": "المرجع",
        "look": "ابحث",
        "payer": "الدافع",
        "today": "للدفع اليوم",
        "later": "ابتداء من",
        "until": "صالح إلى غاية",
        "how": "كيف",
        "once": "مرة واحدة",
        "answer-lost": "يضيع جواب الصندوق فيعاد الإرسال",
        "twice": "مرتين، برقمين مختلفين",
        "amount-wrong": "بمبلغ ينقص واحدا",
        "not-reported": "دون إعلام الصندوق: في ملف اليوم فقط",
        "pay": "ادفع",
        "payments": "العمليات",
        "none": "لا شيء بعد.",
        "amount": "المبلغ",
        "answer": "جواب الصندوق",
        "give_back": "أعد المبلغ",
        "send_file": "أرسل ملف اليوم",
        "other": "Français",
    },
    "fr": {
        "title": "Paiement mobile",
        "notice": "Opérateur d’essai (simulé) : aucun argent réel ne circule ici.",
        "fund": "Caisse",
        "reference": "Référence",
        "look": "Rechercher",
        "payer": "Payeur",
        "today": "À payer aujourd’hui",
        "later": "À partir du",
        "until": "Valable jusqu’au",
        "how": "Comment",
        "once": "une fois",
        "answer-lost": "la réponse de la caisse se perd, l’envoi est répété",
        "twice": "deux fois, sous deux identifiants",
        "amount-wrong": "avec un montant inférieur d’une unité",
        "not-reported": "sans le signaler : dans le fichier du jour seulement",
        "pay": "Payer",
        "payments": "Paiements",
        "none": "Rien pour l’instant.",
        "amount": "Montant",
        "answer": "Réponse de la caisse",
        "give_back": "Rendre",
        "send_file": "Envoyer le fichier du jour",
        "other": "العربية",
    },
}


def routes(bank: Bank) -> Blueprint:
    """The page, and what its forms do."""
    blueprint = Blueprint("wallet", __name__)

    @blueprint.get("/wallet")
    def show() -> ResponseReturnValue:
        fund, reference = (request.args.get(name, "").strip()[:TEXT_MAX] for name in ("fund", "reference"))
        bill, refusal = _inquire(bank, fund, reference) if fund and reference else (None, "")
        return page(
            "wallet.html",
            WORDS,
            funds=sorted({each.fund for each in bank.settings.accounts}),
            fund=fund,
            reference=reference,
            bill=bill,
            refusal=refusal,
            hows=HOWS,
            rows=bank.book.all("select * from wallet order by at desc limit ?", SHOWN_MAX),
        )

    @blueprint.post("/wallet/payments")
    def pay() -> ResponseReturnValue:
        fund, reference, amount, how = (
            request.form.get(name, "").strip()[:TEXT_MAX] for name in ("fund", "reference", "amount", "how")
        )
        if how not in HOWS or not fund or not reference:
            raise Refused(422, "payment-wrong", "A fund, a reference and a way to pay are needed.")
        taken = amount if how != "amount-wrong" else str(Decimal(amount) - 1)
        for _ in range(2 if how == "twice" else 1):
            _take(bank, fund, reference, taken, how=how)
        return redirect(f"/wallet?lang={language_of(WORDS)}", code=303)

    @blueprint.post("/wallet/payments/<payment_id>/reversal")
    def give_back(payment_id: str) -> ResponseReturnValue:
        row = bank.book.one("select * from wallet where payment_id = ?", payment_id)
        if row is None:
            raise Refused(404, "payment-unknown", "There is no such payment.")
        answer = _say(bank, "PUT", f"payments/{payment_id}/reversal", fund=row["fund"], json={"reason": "CUST"})
        with bank.book.transaction() as uow:
            uow.execute("update wallet set answer = ? where payment_id = ?", (_in_a_line(answer), payment_id))
        return redirect(f"/wallet?lang={language_of(WORDS)}", code=303)

    @blueprint.post("/wallet/days")
    def send_file() -> ResponseReturnValue:
        fund, day = request.form.get("fund", "")[:TEXT_MAX], datetime.now().astimezone().date().isoformat()
        rows = bank.book.all("select * from wallet where fund = ? and at >= ? order by at", fund, day)
        answer = _say(
            bank,
            "POST",
            f"days/{day}/file",
            fund=fund,
            data=day_file(rows),
            headers={"content-type": "text/csv", "idempotency-key": new_id("day")},
        )
        with bank.book.transaction() as uow:
            note(uow, "day-sent", fund=fund, day=day, answer=_in_a_line(answer), body=answer.json() if answer else None)
        return redirect(f"/wallet?lang={language_of(WORDS)}", code=303)

    return blueprint


def day_file(rows: list[sqlite3.Row]) -> bytes:
    """The operator's file of a day, in the columns that the funds agreed to, without what it keeps for itself."""
    head = "id_paiement;reference;montant;date_heure;commission"
    lines = [
        ";".join((row["payment_id"], row["reference"], row["amount"].replace(".", ","), row["at"], "0")) for row in rows
    ]
    return "\n".join((head, *lines)).encode()


def _inquire(bank: Bank, fund: str, reference: str) -> tuple[Mapping[str, object] | None, str]:
    answer = _say(bank, "GET", f"references/{quote(reference, safe='')}", fund=fund)
    if answer is not None and answer.status_code == requests.codes.ok:
        return answer.json(), ""
    return None, _in_a_line(answer)


def _take(bank: Bank, fund: str, reference: str, amount: str, *, how: str) -> None:
    """Begin, and take the money where the fund agrees; one that pays wrongly or twice does not ask before."""
    payment_id, at = new_id("op"), now().isoformat()
    path, terms = f"payments/{payment_id}", {"reference": reference, "amount": amount}
    answer: requests.Response | None = None
    is_agreed = True
    if how in ("once", "answer-lost"):
        answer = _say(bank, "PUT", path, fund=fund, json=terms)
        is_agreed = answer is not None and answer.status_code == requests.codes.ok
    if is_agreed and how != "not-reported":
        answer = _say(bank, "PUT", f"{path}/confirmation", fund=fund, json={**terms, "taken_at": at})
        if how == "answer-lost":
            answer = _say(bank, "PUT", f"{path}/confirmation", fund=fund, json={**terms, "taken_at": at})
    if not is_agreed:
        at = ""  # no money was taken
    with bank.book.transaction() as uow:
        answered = _in_a_line(answer) if how != "not-reported" else ""
        uow.execute("insert into wallet values (?, ?, ?, ?, ?, ?)", (payment_id, fund, reference, amount, at, answered))
        note(uow, "wallet-paid", payment_id=payment_id, fund=fund, how=how, answer=answered)


def _say(bank: Bank, method: str, path: str, *, fund: str, **more: object) -> requests.Response | None:
    """What the fund answers; None where it does not."""
    if bank.settings.wallet is None:
        return None
    language = language_of(WORDS)
    return bank.wallet.send(method, bank.settings.wallet.url + path, fund=fund, language=language, **more)


def _in_a_line(answer: requests.Response | None) -> str:
    """The fund's answer in a line: its receipt, or what was wrong."""
    if answer is None:
        return UNKNOWN
    said = answer.json()
    wrong = said.get("detail") or said.get("exception_text") or ""
    return " ".join(filter(None, (str(answer.status_code), said.get("receipt"), said.get("text"), wrong)))
