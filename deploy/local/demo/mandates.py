"""The chapters of a debit mandate: given, signed at the bank, sent in, verified by the platform, accepted; what is
debited by it, and goes back."""

from datetime import date
from decimal import Decimal
from typing import Any

from deploy.local.demo import employers, numbers
from deploy.local.demo.reporter import StepFailed
from deploy.local.demo.scene import Scene
from deploy.local.demo.visitors import BankCustomer

SIGNED_FORM = b"%PDF-1.7\n% the form, with the signatures of an invented firm and of an invented bank\n"
INDEX = 77
"""Of the firm's account among the accounts of a run."""
ASKED_BY_HOLDER = "MD06"
"""ISO 20022: the holder of the account asked for the money back."""


def give(scene: Scene) -> None:
    """The employer gives a mandate; nothing may be debited before its bank and the fund have both agreed."""
    reporter, fund = scene.reporter, scene.fund
    title = "The employer gives a mandate for direct debits"
    if fund.payments.mandates is None or fund.bindings.bank.mandate_messages is None:
        reporter.skip(title, f"{scene.fund_id} debits no accounts, or its bank answers on paper alone")
        return
    reporter.chapter(title)
    firm = scene.characters.employer
    terms = {
        "employer_id": firm.number,
        "account": numbers.account(fund.payments.collections, of=fund.payments, run=scene.characters.run, index=INDEX),
        "account_rule": fund.payments.collections.rule.value,
        "holder": firm.name,
        "bank": fund.payments.collections.bank,
    }
    given = scene.employer.post("payments", "/mandates", terms, expect=201)
    reporter.seen(f"mandate {given['reference']}: its form is issued, its bank is asked (pain.009)")

    bank = BankCustomer(scene.world)
    signed = reporter.wait("the bank's officer to find it", lambda: bank.have_signed(scene.fund_id, given["reference"]))
    reporter.check(signed, "the officer agrees on the bank's page (pain.012)")

    def stands(status: str) -> Any:
        found = scene.employer.get("payments", f"/mandates/{given['mandate_id']}")
        return found if found["status"] == status else None

    agreed = reporter.wait("the bank's answer", lambda: stands("bank-agreed"))
    reporter.check(agreed["accepted_at"] is None, "the bank's agreement alone accepts nothing")
    path = f"/mandates/{given['mandate_id']}/signed-form"
    sent = scene.employer.raw("POST", "payments", path, files={"file": ("form.pdf", SIGNED_FORM, "application/pdf")})
    if sent.status_code != 200:
        raise StepFailed(f"sending the signed form gave {sent.status_code}: {sent.text[:300]}")
    found = sent.json()
    reporter.check(
        (found["status"], found["findings"]) == ("active", []),
        "the platform holds the bank's words against the form, and accepts by itself",
    )
    for step in found["timeline"]:
        reporter.seen(f"{step['text']} ({step['by_whom']})")

    scene.has_mandate = True
    employers.reads(scene, "mandate-accepted")


def is_debited_today(scene: Scene, declaration: dict[str, Any]) -> bool:
    """What was declared in the month of the mandate has a day on which it is debited. Whether its file leaves today:
    before that day, or on a day on which the bank is closed, the employer pays in another way."""
    if not scene.has_mandate:
        return False
    reporter = scene.reporter
    reporter.chapter(f"What is due for {declaration['period']} is to be debited by the mandate")
    debit = reporter.wait("the debit", lambda: _debit(scene, declaration))
    reporter.check(
        debit["amount"] == declaration["due"],
        f"declared {declaration['due']} {debit['currency']} = to be debited {debit['amount']}, on {debit['debit_on']}",
    )
    leaves_on = scene.fund.debit_file_day(date.fromisoformat(debit["debit_on"]))
    is_today = leaves_on <= scene.today
    if not is_today:
        reporter.seen(f"its file leaves on {leaves_on}; the employer pays before, and the debit ends: none comes back")
    return is_today


def debited(scene: Scene, declaration: dict[str, Any]) -> None:
    """The file of debits leaves (pain.008), and the bank books it: declared is collected."""
    employers.paid(scene, declaration)


def returned(scene: Scene, declaration: dict[str, Any]) -> None:
    """The money goes back after it was settled: it is due again, and the employer is told."""
    reporter, path = scene.reporter, f"/declarations/{declaration['declaration_id']}"
    reporter.chapter(f"The bank takes back what it debited for {declaration['period']}")
    debit = _debit(scene, declaration)
    back = BankCustomer(scene.world).have_returned(debit["collection_id"], reason=ASKED_BY_HOLDER)
    reporter.check(
        back.status_code == 200,
        f"the account's holder wants it back ({ASKED_BY_HOLDER}): here at once, else days later",
    )

    def reversed_() -> Any:
        found = _debit(scene, declaration)
        return found if found["status"] == "reversed" else None

    last = reporter.wait("the debit to come back", reversed_)["timeline"][-1]
    reporter.seen(f"{last['text']} {last['reason']}".strip())
    owed = scene.employer.get("payments", f"{path}/collections")
    reporter.check(
        not Decimal(owed["paid"]) and owed["left"] == declaration["due"],
        f"{owed['left']} {declaration['currency']} is due again; to pay it: {', '.join(_ways(owed))}",
    )
    employers.reads(scene, "payment-reversed")


def _ways(owed: dict[str, Any]) -> list[str]:
    return [each["text"] for each in owed["ways"]]


def _debit(scene: Scene, declaration: dict[str, Any]) -> Any:
    """The debit of a declaration as the employer sees it; None where there is none yet."""
    found = scene.employer.get("payments", f"/declarations/{declaration['declaration_id']}/collections")["items"]
    return next((each for each in found if each["rail"] == "direct-debit"), None)
