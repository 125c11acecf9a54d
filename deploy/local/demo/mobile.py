"""The chapter of a mobile payment: the operator's program asks what a reference costs, takes the money, sends a file of
its day."""

import os
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import ROUND_CEILING, Decimal
from pathlib import Path
from typing import Any

from joserfc.jwk import ECKey

from deploy.local import clients, place
from deploy.local.credentials import Credentials
from deploy.local.demo import employers
from deploy.local.demo.reporter import StepFailed
from deploy.local.demo.scene import Scene
from deploy.local.demo.visitors import Visitor
from shared.funds.bindings import MobileOperator
from shared.funds.fund import Fund

RAIL = "mobile-money"
BY_HAND = "not-in-file"
"""How a payment differs that somebody made on the operator's page, and not the story."""
Body = dict[str, Any]


def operator_of(fund: Fund) -> MobileOperator | None:
    """The fund's operator of mobile money whose key this installation has; None where it has none."""
    operators = fund.bindings.mobile_operators.values() if fund.payments.mobile_money else ()
    return next((each for each in operators if each.client == clients.OPERATOR), None)


def pay(scene: Scene, operator: MobileOperator, declaration: Body) -> None:
    """The employer pays by the operator, which the fund knows by its key; what is paid is refused a second time."""
    reporter, language = scene.reporter, scene.employer.language
    reporter.chapter(f"The employer pays {declaration['period']} by mobile money ({operator.names[language]})")
    path = f"/declarations/{declaration['declaration_id']}/collections"
    asked = scene.employer.post("payments", path, {"rail": RAIL}, expect=201)
    reporter.seen(f"reference {asked['reference']}, good until {asked['valid_until_on']}")

    program = Visitor(scene.world, scene.fund_id, language)
    key = ECKey.import_key(Credentials(place.var(os.environ) / "secrets").private_key("operator-client").read_text())
    program.prove(operator.client, key, scope=" ".join(clients.OPERATOR_SCOPES))
    bill = program.get("payments", f"/mobile-money/references/{asked['reference']}")
    later = f", from {bill['next_on']} on {bill['amount_next']}" if bill["next_on"] else ""
    reporter.check(
        bill["status"] == "open", f"the operator inquires: {bill['payer']}, {bill['amount']} {bill['currency']}{later}"
    )
    taken = _taken(program, bill)
    reporter.check(
        (taken["status"], taken["exception"], taken["is_waiting"]) == ("taken", None, False),
        f"begun, taken from the payer and confirmed, twice since an answer may be lost: one receipt {taken['receipt']}",
    )
    terms = {"reference": bill["reference"], "amount": bill["amount"]}
    second = program.raw("PUT", "payments", f"/mobile-money/payments/{_new_id()}", json=terms)
    reporter.check(second.status_code == 409, f"a second payment is refused: {second.json()['detail']}")
    employers.paid(scene, declaration)
    employers.reads(scene, "mobile-payment-taken")
    _send_day(scene, program, operator, taken)


def _taken(program: Visitor, bill: Body) -> Body:
    """Begin, debit the payer, confirm; confirm once more, as one that got no answer does."""
    path, terms = f"/mobile-money/payments/{_new_id()}", {"reference": bill["reference"], "amount": bill["amount"]}
    program.put("payments", path, terms)
    took = {**terms, "taken_at": datetime.now(UTC).isoformat()}
    first, again = (program.put("payments", f"{path}/confirmation", took) for _ in range(2))
    if first != again:
        raise StepFailed(f"confirmed twice, the payment is {first} and then {again}")
    taken: Body = again
    return taken


def _new_id() -> str:
    return f"op-{uuid.uuid4()}"


def _send_day(scene: Scene, program: Visitor, operator: MobileOperator, taken: Body) -> None:
    """The operator's file of the day, as far as it has come: all that it took of this fund's employers in the story."""
    reporter, day = scene.reporter, scene.fund.day_of(datetime.fromisoformat(taken["taken_at"]))
    kept = _kept(scene, f"{day}.csv")
    lines = [*(kept.read_text().splitlines() if kept.exists() else ()), day_line(operator, taken)]
    kept.write_text("\n".join(lines))
    path, content = f"/mobile-money/days/{day}/file", day_file(operator, lines)
    answer = program.raw("POST", "payments", path, data=content, media_type="text/csv")
    found = answer.json()
    differing = [each for each in found.get("differences", ()) if each["kind"] != BY_HAND]
    reporter.check(
        (answer.status_code, differing) == (200, []),
        f"its file of {day} so far: {found.get('payments')} payments as they were reported, less its fee "
        f"{found.get('net')} {taken['currency']} to be paid in under {found.get('reference')} once the day is over",
    )


def _kept(scene: Scene, name: str) -> Path:
    """What the operator keeps of its own payments: a later file of the day has those of earlier runs too."""
    folder = place.var(os.environ) / "demo" / "operator" / scene.fund_id
    folder.mkdir(parents=True, exist_ok=True)
    return folder / name


def day_line(operator: MobileOperator, taken: Body) -> str:
    """A payment in the columns that were agreed, with the fee that was agreed."""
    amount = Decimal(taken["amount"])
    fee = (amount * operator.fee_percent / 100).quantize(amount, ROUND_CEILING)
    fee += operator.fee_each.decimal() if operator.fee_each else 0
    columns = operator.day_file
    written, fee_written = (str(each).replace(".", columns.decimal_mark) for each in (amount, fee))
    cells = [taken["payment_id"], taken["reference"], written, taken["taken_at"]]
    return columns.separator.join([*cells, fee_written] if columns.fee else cells)


def day_file(operator: MobileOperator, lines: Sequence[str]) -> bytes:
    """All payments of a day under the head that was agreed."""
    columns = operator.day_file
    heads = [columns.payment, columns.reference, columns.amount, columns.taken_at, columns.fee]
    return "\n".join([columns.separator.join(filter(None, heads)), *lines]).encode(columns.encoding)
