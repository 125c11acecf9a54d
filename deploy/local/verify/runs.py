"""I16: what approved runs owe is what was granted, what was ordered, and what is paid, returned or under way.

Of each award: what its payments came to and what is carried add up to what was granted for its periods. Of each page of
a run: what it counts is what its payments say. Of each payment: payments has one payout of the same amount that was not
replaced, and the two agree on whether it is paid; no payout is of a payment that nobody owes. Of each overpayment: what
payments took in by its reference is what claims has booked on it.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping

from deploy.local.verify.answer import Look
from deploy.local.verify.seen import Row, Seen

OWED = {"due", "ordered", "paid", "returned"}
UNPAID = {"waiting-account", "ordered", "batched", "sent", "unknown"}

Name = tuple[str, str]


def ask(seen: Seen, look: Look) -> None:
    if "claims" not in seen.databases:
        look.cannot("claims is not here")
        return
    owed: dict[Name, Row] = {}
    came_to: Counter[Name] = Counter()
    by_page: dict[Name, Counter[str]] = defaultdict(Counter)
    fields = ("fund", "payment_id", "run_id", "page", "award_id", "amount_minor", "status", "withheld_for")
    for row in seen.rows("claims", "award_payments", *fields):
        look.at("payments of runs")
        if row["status"] in (*OWED, "settled"):
            came_to[row["fund"], row["award_id"]] += sum(each["amount_minor"] for each in row.get("withheld_for", ()))
        if row["status"] in OWED:
            owed[row["fund"], row["payment_id"]] = row
            came_to[row["fund"], row["award_id"]] += row["amount_minor"]
            counts = by_page[row["fund"], f"{row['run_id']}/{row['page']}"]
            counts["due"] += 1
            counts["due_minor"] += row["amount_minor"]
            if row["status"] in ("paid", "returned"):
                counts[row["status"]] += 1
                counts[f"{row['status']}_minor"] += row["amount_minor"]
    _accounts(seen, look, came_to)
    _pages(seen, look, by_page)
    if "payments" in seen.databases:
        _payouts(seen, look, owed)
        _repayments(seen, look)


def _accounts(seen: Seen, look: Look, came_to: Counter[Name]) -> None:
    known: set[Name] = set()
    for row in seen.rows("claims", "award_accounts", "fund", "award_id", "granted", "carry_minor", "settled_minor"):
        look.at("awards that were paid")
        name = row["fund"], row["award_id"]
        known.add(name)
        granted = sum(each["amount_minor"] for each in row["granted"])
        settled = row.get("settled_minor", 0)
        if came_to[name] + row["carry_minor"] - settled != granted:
            look.offends(
                f"award {row['_id']}: {granted} was granted, its payments come to {came_to[name]}, "
                f"{row['carry_minor']} is carried, {settled} was settled otherwise"
            )
    for fund, award_id in sorted(came_to.keys() - known):
        look.offends(f"award {fund}:{award_id} was paid, and nothing is written down as granted")


def _pages(seen: Seen, look: Look, by_page: Mapping[Name, Counter[str]]) -> None:
    names = ("due", "due_minor", "paid", "paid_minor", "returned", "returned_minor")
    known: set[Name] = set()
    for row in seen.rows("claims", "run_pages", "fund", "page_id", *names):
        look.at("pages of runs")
        name = row["fund"], row["page_id"]
        known.add(name)
        counts = by_page.get(name, Counter())
        for each in names:
            if row[each] != counts[each]:
                look.offends(f"page {row['_id']}: {each} is {row[each]}, its payments come to {counts[each]}")
    for fund, page_id in sorted(by_page.keys() - known):
        look.offends(f"page {fund}:{page_id} has payments that are owed, and was never published")


def _repayments(seen: Seen, look: Look) -> None:
    """By award: what came by the reference of its overpayment, by payments and by claims."""
    received: Counter[Name] = Counter()
    for row in seen.rows("payments", "repayments", "fund", "award_id", "received_minor"):
        look.at("repayments expected")
        received[row["fund"], row["award_id"]] += row["received_minor"]
    booked: Counter[Name] = Counter()
    for row in seen.rows("claims", "overpayments", "fund", "award_id", "repaid_minor"):
        look.at("overpayments")
        booked[row["fund"], row["award_id"]] += row.get("repaid_minor", 0)
    for fund, award_id in sorted({*received, *booked}):
        came, noted = received[fund, award_id], booked[fund, award_id]
        if came != noted:
            look.offends(f"award {fund}:{award_id}: {came} came back by its reference, {noted} is booked on it")


def _payouts(seen: Seen, look: Look, owed: Mapping[Name, Row]) -> None:
    living: dict[Name, Row] = {}
    fields = ("fund", "payout_id", "payment_id", "amount_minor", "status", "replaced_by")
    for row in seen.rows("payments", "payouts", *fields):
        if not row.get("payment_id") or row.get("replaced_by"):
            continue
        look.at("payouts of awards")
        name = row["fund"], row["payment_id"]
        if name not in owed:
            look.offends(f"payout {row['_id']} is of a payment that no approved run owes")
        elif name in living:
            look.offends(f"payouts {living[name]['_id']} and {row['_id']} are both of one payment of an award")
        living[name] = row
    for name, payment in sorted(owed.items()):
        payout = living.get(name)
        if payout is None:
            look.offends(f"payment {payment['_id']} is owed, and payments has no payout of it")
        elif payout["amount_minor"] != payment["amount_minor"]:
            look.offends(f"payment {payment['_id']} is {payment['amount_minor']}, its payout {payout['amount_minor']}")
        elif (payout["status"] in UNPAID) != (payment["status"] in ("due", "ordered")) or (
            payout["status"] not in UNPAID and payout["status"] != payment["status"]
        ):
            look.offends(f"payment {payment['_id']} is {payment['status']}, its payout {payout['status']}")
