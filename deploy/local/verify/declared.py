"""I7: what an employer declared is what was paid, what is in collection or due, and what it disputes, less what was
paid too much.

Each number is taken from where it is made: declared from the declaration's assessment less what the fund decided about
disputes, paid from the bank's debits less what the bank took back, with what people allocated and with what became, or
was taken from, employers' credits; what is still to come (in collection or due) and what is disputed from the ledger's
entries. Obligations and standings, which sum them up, must say the same. A debt is asked for once at a time.

Penalties stand beside all of this: what was charged and is not paid, debt by debt, is what the ledger's entries say of
penalties, and money that paid them is no money for what was declared. Settlement plans spare them while they hold.
So do the months of self-payers: what was called and did not come is what the ledger's entries say of them.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from deploy.local.verify.answer import Look
from deploy.local.verify.seen import Row, Seen

LIVE = ("requested", "announced", "unknown")
OBLIGATION = (
    "fund",
    "declaration_id",
    "employer_id",
    "period",
    "due_minor",
    "called_minor",
    "paid_minor",
    "is_provisional",
    "disputed_minor",
    "relieved_minor",
)
PENALTIES = ("penalty_minor", "penalty_paid_minor")
OF_PLANS = ("plan_id", "spared_minor", "freezes")
HOLDING = ("agreed", "under-way")
UNDECIDED = ("open", "proposed")

Slot = tuple[str, str, str]
"""Fund, employer and period."""


@dataclass
class Money:
    """What the bank and the employer have done for one declaration."""

    paid_minor: int = 0
    live: list[int] = field(default_factory=list)


def ask(seen: Seen, look: Look) -> None:
    if "payments" not in seen.databases:
        look.cannot("payments is not here")
        return
    fields = (*OBLIGATION, *PENALTIES, *OF_PLANS, "replaced_by")
    obligations = {row["_id"]: row for row in seen.rows("payments", "obligations", *fields)}
    money = _money(seen, look, obligations)
    assessed = _declarations(seen, look, obligations)
    look.at("obligations", len(obligations))
    for key, owed in obligations.items():
        offence = _buckets(owed, money[key])
        if offence:
            look.offends(f"declaration {key}: {offence}")
    relieved = _disputes(seen, look, obligations)
    _equation(seen, look, obligations, money=money, assessed=assessed, relieved=relieved)
    _standings(seen, look, obligations)
    _penalties(seen, look, obligations)
    _self_payers(seen, look)
    _plans(seen, look, obligations)


def _money(seen: Seen, look: Look, obligations: Mapping[str, Row]) -> Mapping[str, Money]:
    """By the obligation that stands: money for a declaration that was replaced counts for its successor."""
    found: dict[str, Money] = defaultdict(Money)
    fields = ("fund", "declaration_id", "amount_minor", "status", "debits", "reversals", "plan_id")
    for row in seen.rows("payments", "collections", *fields):
        look.at("collections")
        key = f"{row['fund']}:{row['declaration_id']}"
        owed = obligations.get(key)
        if owed is None:
            look.offends(f"collection {row['_id']} is for {row['declaration_id']}, of which nothing is owed")
            continue
        money = found[_standing(key, obligations)]
        if row["status"] in LIVE:
            # What a settlement plan asks for is for all its debts: it may be more than the one that it is booked to.
            money.live.append(0 if row.get("plan_id") else row["amount_minor"])
        money.paid_minor += sum(debit["amount_minor"] for debit in row["debits"])
        money.paid_minor -= sum(back["amount_minor"] for back in row.get("reversals", ()))
    for key, amount_minor in (*_allocated(seen, look), *_credited(seen, look)):
        found[_standing(key, obligations)].paid_minor += amount_minor
    return found


def _allocated(seen: Seen, look: Look) -> Iterator[tuple[str, int]]:
    """What people said that money of the bank was for, where no collection had asked for it."""
    for row in seen.rows("payments", "bank_entries", "fund", "shares"):
        look.at("bank entries")
        for share in row.get("shares", ()):
            if share["target"] == "declaration":
                yield f"{row['fund']}:{share['target_id']}", share["amount_minor"]


def _credited(seen: Seen, look: Look) -> Iterator[tuple[str, int]]:
    """What declarations gave to the credits of employers, and got from them. A credit that the bank took back was
    taken from the payment that made it."""
    for row in seen.rows("payments", "credits", "fund", "declaration_id", "amount_minor", "uses"):
        look.at("credits")
        reversed_minor = sum(use["amount_minor"] for use in row["uses"] if use["kind"] == "reversed")
        if row["declaration_id"]:
            yield f"{row['fund']}:{row['declaration_id']}", reversed_minor - row["amount_minor"]
        for use in row["uses"]:
            if use["kind"] == "applied":
                yield f"{row['fund']}:{use['to']}", use["amount_minor"]


def _standing(key: str, obligations: Mapping[str, Row]) -> str:
    for _ in obligations:
        owed = obligations.get(key)
        if owed is None or not owed.get("replaced_by"):
            break
        key = f"{owed['fund']}:{owed['replaced_by']}"
    return key


def _buckets(owed: Row, money: Money) -> str:
    """What does not add up in one declaration: what it says came, against what did; what is being collected."""
    paid_minor = owed["paid_minor"] + owed.get("penalty_paid_minor", 0)
    if paid_minor != money.paid_minor:
        return f"it says that {paid_minor} came, its collections {money.paid_minor}"
    if len(money.live) > 1:
        return f"it is being collected {len(money.live)} times at once"
    if any(amount > owed["due_minor"] + owed.get("penalty_minor", 0) for amount in money.live):
        return f"{max(money.live)} is being collected of {owed['due_minor']} declared"
    return ""


def _declarations(seen: Seen, look: Look, obligations: Mapping[str, Row]) -> dict[str, int]:
    """Every declaration that was accepted is owed as it was assessed, less what the fund decided is not owed; what was
    assessed provisionally too, and nothing else is. What was assessed, by the debt."""
    booked: dict[str, int] = {}
    fields = ("status", "business.booked.assessment.slips.contributions.amount_minor", "replaced_by")
    for row in seen.rows("payments", "declarations", *fields):
        look.at("declarations")
        if row["status"] not in ("accepted", "replaced"):
            continue
        owed = obligations.get(row["_id"])
        assessed = booked[row["_id"]] = _sum_minor(row["business"]["booked"]["assessment"])
        if owed is None:
            look.offends(f"declaration {row['_id']} is accepted, and nothing is owed for it")
        elif _declared_minor(owed) != assessed:
            look.offends(f"declaration {row['_id']} is assessed at {assessed}, and {_declared_minor(owed)} is owed")
        elif bool(owed.get("replaced_by")) != (row["status"] == "replaced"):
            look.offends(f"declaration {row['_id']} is {row['status']}, and its debt is not")
    fields = ("status", "assessment.slips.contributions.amount_minor", "replaced_by")
    for row in seen.rows("payments", "provisional_assessments", *fields):
        look.at("provisional assessments")
        owed = obligations.get(row["_id"])
        due = booked[row["_id"]] = _sum_minor(row["assessment"]) if row["status"] != "withdrawn" else 0
        if owed is None or not owed.get("is_provisional"):
            look.offends(f"{row['_id']} is assessed provisionally, and nothing is owed for it")
        elif row["status"] != "replaced" and _declared_minor(owed) != due:
            look.offends(f"{row['_id']} is assessed provisionally at {due}, and {_declared_minor(owed)} is owed")
        elif owed.get("replaced_by") != row.get("replaced_by"):
            look.offends(f"{row['_id']} is {row['status']}, and its debt is not")
    for key in obligations.keys() - booked:
        look.offends(f"{key} is owed, and no such declaration is accepted")
    return booked


def _declared_minor(owed: Row) -> int:
    """What a debt says that was declared: with what the fund decided is not owed of it."""
    return int(owed["due_minor"]) + int(owed.get("relieved_minor", 0))


def _disputes(seen: Seen, look: Look, obligations: Mapping[str, Row]) -> Counter[str]:
    """What is disputed of a debt is so by a dispute that is not decided, and a newer declaration may have lowered it;
    what the fund took off a debt it decided about disputes. The latter, by the debt."""
    disputed: Counter[str] = Counter()
    relieved: Counter[str] = Counter()
    own: set[str] = set()
    fields = ("fund", "declaration_id", "status", "amount_minor", "relieved_minor")
    for row in seen.rows("payments", "disputes", *fields):
        look.at("disputes")
        key = f"{row['fund']}:{row['declaration_id']}"
        if row["status"] in UNDECIDED:
            disputed[_standing(key, obligations)] += row["amount_minor"]
            own.add(key)
        else:
            relieved[key] += row["relieved_minor"]
    for key, owed in obligations.items():
        said, most = owed.get("disputed_minor", 0), disputed[key]
        if said > most or (key in own and said != most):
            look.offends(f"declaration {key}: {said} of it is disputed, its disputes are about {most}")
        is_lifted = owed.get("is_provisional") and not owed["due_minor"]
        if owed.get("relieved_minor", 0) != relieved[key] and not is_lifted:
            look.offends(
                f"declaration {key}: {owed.get('relieved_minor', 0)} is taken off, the fund decided {relieved[key]}"
            )
    return relieved


def _equation(
    seen: Seen,
    look: Look,
    obligations: Mapping[str, Row],
    *,
    money: Mapping[str, Money],
    assessed: Mapping[str, int],
    relieved: Mapping[str, int],
) -> None:
    """By employer and period, without what debts and standings say of themselves: what was declared is what was paid of
    it, what is in collection or due, and what is disputed, by the ledger's entries."""
    declared: Counter[Slot] = Counter()
    paid: Counter[Slot] = Counter()
    for key, owed in obligations.items():
        if not owed.get("replaced_by"):
            slot = (owed["fund"], owed["employer_id"], owed["period"])
            due = assessed.get(key, 0)
            declared[slot] += due - relieved.get(key, 0) if due else 0
            paid[slot] += money[key].paid_minor - owed.get("penalty_paid_minor", 0)
    due, disputed = _outstanding(seen, "receivable"), _outstanding(seen, "disputed")
    for slot in sorted({*declared, *due, *disputed}):
        if declared[slot] != paid[slot] + due[slot] + disputed[slot]:
            look.offends(
                f"{':'.join(slot)}: {declared[slot]} was declared, which is not {paid[slot]} paid, {due[slot]} due and"
                f" {disputed[slot]} disputed"
            )


def _sum_minor(assessment: Row) -> int:
    return sum(each["amount_minor"] for slip in assessment["slips"] for each in slip["contributions"])


def _standings(seen: Seen, look: Look, obligations: Mapping[str, Row]) -> None:
    """By employer and period: the sums kept there are those of the obligations, and booked is what the ledger says."""
    sums: dict[Slot, Counter[str]] = defaultdict(Counter)
    for owed in obligations.values():
        slot = sums[owed["fund"], owed["employer_id"], owed["period"]]
        if not owed.get("replaced_by"):
            slot.update(declared=owed["due_minor"], called=owed["called_minor"], collected=owed["paid_minor"])
            slot.update(said=owed.get("disputed_minor", 0))
    receivable, disputed = _outstanding(seen, "receivable"), _outstanding(seen, "disputed")
    kept: set[Slot] = set()
    fields = ("declared", "called", "collected", "booked", "due", "disputed")
    minor = [f"{name}_minor" for name in fields]
    for row in seen.rows("payments", "standings", "fund", "employer_id", "period", *minor):
        look.at("employers' periods")
        slot = (row["fund"], row["employer_id"], row["period"])
        kept.add(slot)
        open_ = {"due": receivable[slot], "disputed": disputed[slot]}
        due = {**sums[slot], **open_, "booked": sums[slot]["declared"] - sum(open_.values())}
        for name in fields:
            # An earlier release kept neither due nor disputed.
            if row.get(f"{name}_minor", due.get(name, 0)) != due.get(name, 0):
                look.offends(
                    f"standing {row['_id']}: {name} is {row[f'{name}_minor']}, and comes to {due.get(name, 0)}"
                )
        if due["booked"] != due.get("collected", 0):
            look.offends(f"{row['_id']}: {due.get('collected', 0)} came, and the ledger has booked {due['booked']}")
        if due["disputed"] != due.get("said", 0):
            look.offends(f"{row['_id']}: {due.get('said', 0)} is disputed, and {due['disputed']} is booked as such")
    for slot in sums.keys() - kept:
        look.offends(f"{':'.join(slot)} has debts and no standing")


def _penalties(seen: Seen, look: Look, obligations: Mapping[str, Row]) -> None:
    """By employer and period: what was charged and not paid is what the ledger's entries say."""
    charged: Counter[Slot] = Counter()
    for owed in obligations.values():
        left = owed.get("penalty_minor", 0) - owed.get("penalty_paid_minor", 0)
        charged[owed["fund"], owed["employer_id"], owed["period"]] += left
    booked = _outstanding(seen, "penalty")
    for slot in sorted({*charged, *booked}):
        if charged[slot] != booked[slot]:
            look.offends(f"{':'.join(slot)}: {charged[slot]} of penalties is open, and {booked[slot]} is booked")


def _plans(seen: Seen, look: Look, obligations: Mapping[str, Row]) -> None:
    """Settlement plans: the instalments come to what is to be paid; of a plan that holds every debt is held by it; one
    that is over holds none, and a finished one was paid and leaves no penalty that it was to waive."""
    held: set[tuple[str, str]] = set()
    fields = ("fund", "plan_id", "status", "debts", "instalments", "settled_minor")
    for row in seen.rows("payments", "settlement_plans", *fields):
        look.at("settlement plans")
        to_pay = sum(debt["left_minor"] + debt["penalty_minor"] - debt["spared_minor"] for debt in row["debts"])
        if sum(each["amount_minor"] for each in row["instalments"]) != to_pay:
            look.offends(f"plan {row['_id']}: its instalments do not come to {to_pay}")
        if row["status"] == "finished" and row["settled_minor"] != to_pay:
            look.offends(f"plan {row['_id']} is finished, and {row['settled_minor']} of {to_pay} came")
        holds = row["status"] in HOLDING
        for debt in row["debts"]:
            owed = obligations.get(_standing(f"{row['fund']}:{debt['declaration_id']}", obligations), {})
            is_held = owed.get("plan_id") == row["plan_id"] and _is_frozen(owed)
            if holds != is_held and (holds or owed.get("plan_id") == row["plan_id"]):
                said = "does not hold its debt" if holds else f"is {row['status']} and holds its debt"
                look.offends(f"plan {row['_id']} {said} {debt['declaration_id']}")
        if holds:
            held.add((row["fund"], row["plan_id"]))
    for key, owed in obligations.items():
        is_spared = owed.get("spared_minor", 0) or _is_frozen(owed)
        if is_spared and (owed["fund"], owed.get("plan_id")) not in held:
            look.offends(f"declaration {key}: its penalties are spared, and no settlement plan holds")


def _is_frozen(owed: Row) -> bool:
    """Whether months of lateness of a debt cost nothing for the time being."""
    return any(each.get("until_on") is None for each in owed.get("freezes", ()))


def _self_payers(seen: Seen, look: Look) -> None:
    """By self-payer and month: what was called and did not come is what the ledger's entries say."""
    left: Counter[Slot] = Counter()
    fields = ("fund", "person_ref", "month", "status", "assessment.shares.amount_minor", "received_minor")
    for row in seen.rows("payments", "self_contributions", *fields):
        look.at("months of self-payers")
        called = sum(each["amount_minor"] for each in row["assessment"]["shares"])
        due = 0 if row["status"] == "cancelled" else called
        left[row["fund"], row["person_ref"], row["month"]] += due - row["received_minor"]
    booked = _outstanding(seen, "self-payer")
    for slot in sorted({*left, *booked}):
        if left[slot] != booked[slot]:
            look.offends(f"{':'.join(slot)}: {left[slot]} of the month is open, and {booked[slot]} is booked")


def _outstanding(seen: Seen, account_kind: str) -> Counter[Slot]:
    """What the ledger's entries say is still to come on accounts of a kind, by employer and period."""
    found: Counter[Slot] = Counter()
    for entry in seen.rows("payments", "ledger_entries", "fund", "postings"):
        for posting in entry["postings"]:
            kind, _, owner = posting["account"].partition(":")
            if kind == account_kind:
                employer_id, _, period = owner.partition(":")
                amount = posting["amount"]["amount_minor"]
                found[entry["fund"], employer_id, period] += amount if posting["side"] == "debit" else -amount
    return found
