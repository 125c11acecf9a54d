"""I13: no outcome of money stays unknown for longer than its limit: the bank is asked until it answers."""

from deploy.local.verify.answer import Look
from deploy.local.verify.seen import Row, Seen

UNSURE = {"collections": ("unknown", "withdrawing"), "payouts": ("unknown",), "batches": ("unknown", "sending")}
"""By collection. Who finds a file `sending` after a fall knows as little as who got no answer."""


def ask(seen: Seen, look: Look) -> None:
    if "payments" not in seen.databases:
        look.cannot("payments is not here")
        return
    for collection, statuses in UNSURE.items():
        for row in seen.rows("payments", collection, "status", "steps"):
            look.at(collection)
            if row["status"] in statuses:
                age = seen.at - _since(row)
                if age > seen.limits.unknown:
                    look.offends(f"{collection} {row['_id']} is {row['status']} since {age}")


def _since(row: Row) -> Row:
    """The last step to what it is. One that was looked at again since has no newer step."""
    return next(step["at"] for step in reversed(row["steps"]) if step["status"] == row["status"])
