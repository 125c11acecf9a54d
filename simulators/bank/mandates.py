"""Mandates: funds ask by pain.009 to .011, the bank's officer agrees or refuses on a page, and the bank answers by
pain.012 or, to a form that a customer brought, by a signed webhook."""

import sqlite3
from collections.abc import Mapping
from xml.etree import ElementTree

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from simulators.bank.bank import Bank, Refused
from simulators.bank.book import new_id, note, now
from simulators.bank.files import Tree, Unreadable, opened
from simulators.bank.fund import send_webhook
from simulators.bank.pages import language_of, page
from simulators.bank.payouts import REFUSED_ENDING, number_ends, xml

VERSION = "001.05"
PAIN_009, PAIN_010, PAIN_011, PAIN_012 = (f"pain.0{number}.{VERSION}" for number in ("09", "10", "11", "12"))
AGREED_ENDING = "0202"
"""An account whose number ends so, before the two key digits, is agreed to at once, without the officer."""
ENDED = ("refused", "cancelled")
SHOWN_MAX = 200
TEXT_MAX = 140
WORDS = {
    "ar": {
        "title": "تفويضات الاقتطاع",
        "notice": "مصرف للتجربة (محاكاة): لا توقيع هنا له أثر.",
        "from_form": "نموذج أحضره زبون",
        "fund": "الصندوق",
        "reference": "مرجع التفويض",
        "look": "ابحث",
        "unknown": "لا يعرف الصندوق تفويضا بهذا المرجع.",
        "waiting": "طلبات وتفويضات",
        "none": "لا شيء بعد.",
        "account": "الحساب",
        "holder": "صاحب الحساب",
        "amount_max": "الحد الأقصى",
        "state": "الحالة",
        "asked": "في انتظار الموظف",
        "amending": "تعديل في انتظار الموظف",
        "agreed": "موافق عليه",
        "refused": "مرفوض",
        "cancelled": "ملغى",
        "agree": "وافق ووقع",
        "refuse": "ارفض",
        "reason": "السبب (رمز ISO 20022)",
        "cancel": "ألغ التفويض",
        "back": "القائمة",
        "creditor": "الدائن",
        "hint": "غيروا حقلا قبل الموافقة لتجربة جواب يختلف عما وقعه المستخدم.",
        "other": "Français",
    },
    "fr": {
        "title": "Mandats de prélèvement",
        "notice": "Banque d’essai (simulée) : aucune signature n’a d’effet ici.",
        "from_form": "Un client apporte un formulaire",
        "fund": "Caisse",
        "reference": "Référence du mandat",
        "look": "Rechercher",
        "unknown": "La caisse ne connaît pas de mandat de cette référence.",
        "waiting": "Demandes et mandats",
        "none": "Rien pour l’instant.",
        "account": "Compte",
        "holder": "Titulaire",
        "amount_max": "Plafond",
        "state": "État",
        "asked": "attend l’agent",
        "amending": "modification à valider",
        "agreed": "accepté",
        "refused": "refusé",
        "cancelled": "annulé",
        "agree": "Accepter et signer",
        "refuse": "Refuser",
        "reason": "Motif (code ISO 20022)",
        "cancel": "Annuler le mandat",
        "back": "Liste",
        "creditor": "Créancier",
        "hint": "Changez un champ avant d’accepter pour essayer une réponse qui diffère de ce que l’employeur a signé.",
        "other": "العربية",
    },
}


def routes(bank: Bank) -> Blueprint:
    """Messages about mandates, and the officer's pages."""
    blueprint = Blueprint("mandates", __name__)

    @blueprint.post("/mandates/<family>")
    @bank.for_funds
    def take(family: str) -> ResponseReturnValue:
        message = f"{family}.{VERSION}"
        if message not in (PAIN_009, PAIN_010, PAIN_011):
            raise Refused(404, "message-unknown", "The bank takes pain.009, pain.010 and pain.011.")
        try:
            root, space = opened(request.get_data(), message=message, schemas=bank.settings.schemas_dir)
        except Unreadable as error:
            raise Refused(422, "file-unreadable", str(error)) from None
        message_id = root.findtext("./*/GrpHdr/MsgId", "", space)
        with bank.book.transaction() as uow:
            if uow.execute("select 1 from mandate_messages where message_id = ?", (message_id,)).fetchone():
                return {"message_id": message_id, "code": "DUPL", "detail": "Seen before: nothing was done."}, 409
            _process(bank, uow, message, message_id, root, space)
        bank.postman.wake()
        return {"message_id": message_id, "status": "taken"}, 202

    @blueprint.get("/mandates/reports/<report_id>")
    @bank.for_funds
    def report(report_id: str) -> ResponseReturnValue:
        found = bank.book.one("select report from mandate_messages where message_id = ?", report_id)
        if found is None or found["report"] is None:
            raise Refused(404, "report-unknown", "The bank has not answered yet.")
        return xml(found["report"])

    @blueprint.get("/officer")
    def officer() -> ResponseReturnValue:
        rows = bank.book.all("select * from mandates order by asked_at desc limit ?", SHOWN_MAX)
        funds = sorted({account.fund for account in bank.settings.accounts})
        return page("mandates.html", WORDS, rows=rows, funds=funds, is_unknown="unknown" in request.args)

    @blueprint.get("/officer/find")
    def find() -> ResponseReturnValue:
        """A form that a customer brought: what it says is asked of the fund, whose reference is on it."""
        fund, reference = request.args.get("fund", ""), "".join(request.args.get("reference", "").split()).upper()
        language = language_of(WORDS)
        with bank.book.transaction() as uow:
            is_known = _row(uow, fund, reference) is not None
        if not is_known:
            found = bank.asker.mandate(reference, fund=fund)
            if found is None:
                return redirect(f"/officer?unknown=1&lang={language}", code=303)
            with bank.book.transaction() as uow:
                _keep(uow, fund, reference, _of_form(found), request=None, message_id=None)
        return redirect(f"/officer/{fund}/{reference}?lang={language}", code=303)

    @blueprint.get("/officer/<fund>/<reference>")
    def one(fund: str, reference: str) -> ResponseReturnValue:
        with bank.book.transaction() as uow:
            return page("mandate.html", WORDS, row=_known(uow, fund, reference), ended=ENDED)

    @blueprint.post("/officer/<fund>/<reference>")
    def decide(fund: str, reference: str) -> ResponseReturnValue:
        decision = request.form.get("decision", "")
        with bank.book.transaction() as uow:
            row = _known(uow, fund, reference)
            if decision == "agree" and row["state"] not in ENDED:
                said = {name: request.form.get(name, row[name]).strip()[:TEXT_MAX] for name in _SAID}
                _answer(bank, uow, row, state="agreed", said=said, reason="")
            elif decision == "refuse" and row["state"] in ("asked", "amending"):
                _answer(bank, uow, row, state="refused", said={}, reason=request.form.get("reason", "MD07")[:35])
            elif decision == "cancel" and row["state"] == "agreed":
                _cancel(bank, uow, row, reason=request.form.get("reason", "MD16")[:35])
        bank.postman.wake()
        return redirect(f"/officer/{fund}/{reference}?lang={language_of(WORDS)}", code=303)

    return blueprint


_SAID = ("account", "holder", "amount_max")


def _process(
    bank: Bank,
    uow: sqlite3.Connection,
    message: str,
    message_id: str,
    root: ElementTree.Element,
    space: dict[str, str],
) -> None:
    fund = ""
    if message == PAIN_011:
        for details in root.iterfind("./*/UndrlygCxlDtls", space):
            reference = details.findtext("OrgnlMndt/OrgnlMndtId", "", space)
            known = uow.execute("select fund from mandates where reference = ?", (reference,)).fetchone()
            fund = known["fund"] if known else ""
            uow.execute("update mandates set state = 'cancelled', request = null where reference = ?", (reference,))
            note(uow, "mandate-cancelled", reference=reference, by="fund")
    path = "./*/Mndt" if message == PAIN_009 else "./*/UndrlygAmdmntDtls/Mndt"
    for asked in root.iterfind(path, space):
        fund = _fund_of(uow, asked.findtext("CdtrAcct/Id/Othr/Id", "", space))
        reference = asked.findtext("MndtId", "", space)
        _keep(uow, fund, reference, _of_message(asked, space), request=message, message_id=message_id)
        note(uow, "mandate-asked", reference=reference, message=message)
    uow.execute("insert into mandate_messages values (?, ?, null, ?)", (message_id, fund, now().isoformat()))
    for row in uow.execute("select * from mandates where message_id = ?", (message_id,)).fetchall():
        if number_ends(row["account"], AGREED_ENDING):
            _answer(bank, uow, row, state="agreed", said={name: row[name] for name in _SAID}, reason="")
        elif number_ends(row["account"], REFUSED_ENDING):
            _answer(bank, uow, row, state="refused", said={}, reason="AC01")


def _answer(
    bank: Bank, uow: sqlite3.Connection, row: sqlite3.Row, *, state: str, said: Mapping[str, str], reason: str
) -> None:
    """Say it to the fund in the way in which it asked. What the officer changed is what the bank says; its own book
    has what the customer signed. A refused amendment leaves the mandate as it was."""
    after = "agreed" if state == "refused" and row["state"] == "amending" else state
    uow.execute(
        "update mandates set state = ?, request = null where fund = ? and reference = ?",
        (after, row["fund"], row["reference"]),
    )
    note(uow, f"mandate-{state}", reference=row["reference"], reason=reason)
    if row["request"]:
        body = _acceptance(row, is_accepted=state == "agreed", said=said, reason=reason)
        uow.execute("update mandate_messages set report = ? where message_id = ?", (body, row["message_id"]))
        facts: dict[str, object] = {"report_id": row["message_id"]}
        send_webhook(uow, bank.settings, kind="mandate.report-available", fund=row["fund"], facts=facts)
        return
    facts = {"reference": row["reference"]}
    if state == "agreed":
        facts |= {**{name: text or None for name, text in said.items()}, "currency": row["currency"]}
    else:
        facts["reason"] = reason
    send_webhook(uow, bank.settings, kind=f"mandate.{state}", fund=row["fund"], facts=facts)


def _cancel(bank: Bank, uow: sqlite3.Connection, row: sqlite3.Row, *, reason: str) -> None:
    uow.execute(
        "update mandates set state = 'cancelled' where fund = ? and reference = ?", (row["fund"], row["reference"])
    )
    note(uow, "mandate-cancelled", reference=row["reference"], by="bank")
    facts = {"reference": row["reference"], "reason": reason}
    send_webhook(uow, bank.settings, kind="mandate.cancelled", fund=row["fund"], facts=facts)


def _acceptance(row: sqlite3.Row, *, is_accepted: bool, said: Mapping[str, str], reason: str) -> bytes:
    tree = Tree(PAIN_012, "MndtAccptncRpt")
    tree.put(tree.body, "GrpHdr/MsgId", new_id("rpt")[:35])
    tree.put(tree.body, "GrpHdr/CreDtTm", now().isoformat(timespec="seconds"))
    details = ElementTree.SubElement(tree.body, "UndrlygAccptncDtls")
    tree.put(details, "OrgnlMsgInf/MsgId", row["message_id"])
    tree.put(details, "OrgnlMsgInf/MsgNmId", row["request"])
    tree.put(details, "AccptncRslt/Accptd", "true" if is_accepted else "false")
    if not is_accepted:
        tree.put(details, "AccptncRslt/RjctRsn/Cd", reason[:4] or "MD07")
        tree.put(details, "OrgnlMndt/OrgnlMndtId", row["reference"])
        return tree.done()
    outer = ElementTree.SubElement(details, "OrgnlMndt")
    mandate = ElementTree.SubElement(outer, "OrgnlMndt")
    tree.put(mandate, "MndtId", row["reference"])
    tree.put(mandate, "MndtReqId", row["message_id"])
    tree.put(mandate, "TrckgInd", "false")
    if said["amount_max"]:
        tree.put(mandate, "MaxAmt", said["amount_max"], Ccy=row["currency"])
    tree.put(mandate, "Cdtr/Nm", row["creditor"])
    tree.put(mandate, "Dbtr/Nm", said["holder"])
    tree.put(mandate, "DbtrAcct/Id/Othr/Id", said["account"][:34])
    tree.put(mandate, "DbtrAgt/FinInstnId/Nm", "Banque partenaire")
    return tree.done()


def _of_message(asked: ElementTree.Element, space: dict[str, str]) -> dict[str, str]:
    limit = asked.find("MaxAmt", space)
    return {
        "creditor": asked.findtext("Cdtr/Nm", "", space),
        "account": asked.findtext("DbtrAcct/Id/Othr/Id", "", space),
        "holder": asked.findtext("Dbtr/Nm", "", space),
        "amount_max": (limit.text or "") if limit is not None else "",
        "currency": limit.get("Ccy", "") if limit is not None else "",
    }


def _of_form(found: Mapping[str, object]) -> dict[str, str]:
    return {name: str(found.get(name) or "") for name in ("creditor", "account", "holder", "amount_max", "currency")}


def _keep(
    uow: sqlite3.Connection,
    fund: str,
    reference: str,
    asked: Mapping[str, str],
    *,
    request: str | None,
    message_id: str | None,
) -> None:
    state = "amending" if request == PAIN_010 else "asked"
    uow.execute(
        "insert or replace into mandates (fund, reference, state, request, message_id, creditor, account, holder,"
        " amount_max, currency, asked_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            fund,
            reference,
            state,
            request,
            message_id,
            *(asked[name] for name in ("creditor", "account", "holder", "amount_max", "currency")),
            now().isoformat(),
        ),
    )


def _fund_of(uow: sqlite3.Connection, account: str) -> str:
    found = uow.execute("select fund from accounts where account = ? and fund is not null", (account,)).fetchone()
    if found is None:
        raise Refused(422, "creditor-unknown", "No fund has this account here.")
    return str(found["fund"])


def _row(uow: sqlite3.Connection, fund: str, reference: str) -> sqlite3.Row | None:
    found: sqlite3.Row | None = uow.execute(
        "select * from mandates where fund = ? and reference = ?", (fund, reference)
    ).fetchone()
    return found


def _known(uow: sqlite3.Connection, fund: str, reference: str) -> sqlite3.Row:
    found = _row(uow, fund, reference)
    if found is None:
        raise Refused(404, "mandate-unknown", "The bank has no such mandate.")
    return found
