"""The chapter of a counter: an agent takes the employer's card at a terminal, the ticket is cancelled in time, and the
terminal's close agrees."""

import time
from datetime import UTC, datetime
from typing import Any

from deploy.local.demo import employers, users
from deploy.local.demo.scene import Scene
from shared.funds.fund import Fund

RAIL = "card-terminal"
DIGITS_MAX = 9
Body = dict[str, Any]


def terminal_of(fund: Fund) -> str | None:
    """A card terminal of the fund's counters; None where it has none."""
    acquirers = fund.bindings.acquirers.values() if fund.payments.card_at_counter else ()
    return next((number for each in acquirers for number in each.terminals), None)


def pay(scene: Scene, terminal_id: str, declaration: Body) -> None:
    """The employer brings its reference and its card; the ticket is booked at once, cancelled before the close, and the
    debt is open again."""
    reporter = scene.reporter
    reporter.chapter(f"The employer pays {declaration['period']} by card at a counter, and changes its mind")
    path = f"/declarations/{declaration['declaration_id']}/collections"
    asked = scene.employer.post("payments", path, {"rail": RAIL}, expect=201)
    reporter.seen(f"reference {asked['reference']}, at {asked['places'][0]}; bring: {asked['bring']}")
    agent = employers.add_staff(scene, f"guichet-{scene.characters.run}", *users.CASHIER)
    at = f"/card-terminals/{terminal_id}"
    begun = agent.post("payments", f"{at}/payments", {"reference": asked["reference"]}, expect=201)
    batch = str(int(time.time()) % 10**DIGITS_MAX)
    printed = {"batch": batch, "ticket": "000001", "amount": begun["amount"], "authorisation": "A4B7C9"}
    ticket = {**printed, "taken_at": datetime.now(UTC).isoformat()}
    of_payment = f"/terminal-payments/{begun['payment_id']}"
    first, again = (agent.post("payments", f"{of_payment}/ticket", ticket) for _ in range(2))
    reporter.check(
        first["receipt"] == again["receipt"] != "", f"ticket 1 of batch {batch} is typed twice: {first['receipt']}"
    )
    receipt = scene.employer.get("payments", f"/collections/{asked['collection_id']}/receipt")
    reporter.check(receipt["receipt"] == first["receipt"], f"the employer sees the receipt of {receipt['amount']}")
    agent.post("payments", f"{of_payment}/reversal")
    employers.reads(scene, "terminal-payment-reversed")
    totals = {"count": 1, "total": begun["amount"], "reversed_count": 1, "reversed": begun["amount"]}
    closing = {"batch": batch, "closed_at": datetime.now(UTC).isoformat(), **totals}
    day = agent.post("payments", f"{at}/closes", closing, expect=201)
    reporter.check(
        (day["differences"], day["status"]) == ([], "settled"),
        f"cancelled before the close, which agrees: {day['net']} to be paid in",
    )
    twice = agent.raw("POST", "payments", f"{at}/closes", json=closing)
    reporter.check(twice.status_code == 409, f"a second close is refused: {twice.json()['detail']}")
