"""I5: debits equal credits, by entry and by fund and currency; each balance is what its entries come to; and the fund's
accounts at the bank, and what operators of mobile money owe it, stand at what their own entries come to."""

from collections import Counter

from deploy.local.verify.answer import Look
from deploy.local.verify.seen import Seen

SIDES = ("debit", "credit")
BANK = "bank:"
OPERATOR = "operator:"


def ask(seen: Seen, look: Look) -> None:
    if "payments" not in seen.databases:
        look.cannot("payments is not here")
        return
    sums: Counter[tuple[str, str, str]] = Counter()
    computed: Counter[tuple[str, str, str]] = Counter()
    currencies: dict[str, set[str]] = {}
    for entry in seen.rows("payments", "ledger_entries", "fund", "postings"):
        look.at("entries")
        own: Counter[str] = Counter()
        for posting in entry["postings"]:
            amount, side = posting["amount"], posting["side"]
            own[side] += amount["amount_minor"]
            sums[entry["fund"], amount["currency"], side] += amount["amount_minor"]
            computed[entry["fund"], posting["account"], f"{side}_minor"] += amount["amount_minor"]
            computed[entry["fund"], posting["account"], "postings"] += 1
            currencies.setdefault(entry["fund"], set()).add(amount["currency"])
        if own["debit"] != own["credit"] or not own["debit"]:
            look.offends(f"entry {entry['_id']}: debits {own['debit']}, credits {own['credit']}")
    for fund, found in currencies.items():
        if len(found) > 1:
            look.offends(f"{fund} has entries in {', '.join(sorted(found))}")
    for fund, currency in sorted({(fund, currency) for fund, currency, _ in sums}):
        debits, credits = (sums[fund, currency, side] for side in SIDES)
        if debits != credits:
            look.offends(f"{fund} in {currency}: debits {debits}, credits {credits}")
    _balances(seen, look, computed)
    _of_bank(seen, look, computed)


def _of_bank(seen: Seen, look: Look, computed: Counter[tuple[str, str, str]]) -> None:
    """By account at the bank, and by operator: what the ledger's entries come to, against what was reported. What the
    bank kept for itself of a credit never came, of a debit it left too; what is on no account of the fund is in no
    ledger. An operator owes less by what it paid in for its days, by its fees once a day is paid in, and by what was
    written off for a day's differences."""
    moved: Counter[tuple[str, str]] = Counter()
    for row in seen.rows("payments", "bank_entries", "fund", "account", "direction", "amount_minor", "charges_minor"):
        look.at("bank entries")
        if row["account"].startswith((BANK, OPERATOR)):
            sign = 1 if row["direction"] == "credit" else -1
            moved[row["fund"], row["account"]] += sign * row["amount_minor"] - row.get("charges_minor", 0)
    amounts = ("total_minor", "fee_minor", "settled_minor", "written_off_minor")
    for row in seen.rows("payments", "operator_days", "fund", "operator", *amounts):
        look.at("days of operators")
        is_paid_in = 0 < row["total_minor"] - row["fee_minor"] == row["settled_minor"]
        kept_minor = row["fee_minor"] if is_paid_in else 0
        gone_minor = row["settled_minor"] + kept_minor + row.get("written_off_minor", 0)
        moved[row["fund"], f"{OPERATOR}{row['operator']}"] -= gone_minor
    for fund, account in sorted(
        {(fund, account) for fund, account, _ in computed if account.startswith((BANK, OPERATOR))} | {*moved}
    ):
        booked = computed[fund, account, "debit_minor"] - computed[fund, account, "credit_minor"]
        if booked != moved[fund, account]:
            owner = "the bank's" if account.startswith(BANK) else "the operator's"
            look.offends(f"{fund} {account}: {booked} is booked, {owner} entries come to {moved[fund, account]}")


def _balances(seen: Seen, look: Look, computed: Counter[tuple[str, str, str]]) -> None:
    """A balance is kept in parts, which are added up; an account without entries has none."""
    fields = (*(f"{side}_minor" for side in SIDES), "postings")
    stored: Counter[tuple[str, str, str]] = Counter()
    for part in seen.rows("payments", "ledger_balances", "fund", "account", *fields):
        look.at("parts of balances")
        for name in fields:
            stored[part["fund"], part["account"], name] += part[name]
    accounts = sorted({(fund, account) for fund, account, _ in (*stored, *computed)})
    look.at("accounts", len(accounts))
    for fund, account in accounts:
        for name in fields:
            kept, due = stored[fund, account, name], computed[fund, account, name]
            if kept != due:
                look.offends(f"{fund} {account}: {name} is {kept}, its entries come to {due}")
