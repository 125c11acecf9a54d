"""I11: no money is taken from an account without a mandate that was active when the bank was instructed.

A transfer, a card, a payment at an operator of mobile money or at a card terminal are acts of the payer. Any other rail
takes money by itself: a collection on it names a mandate of the same employer, whose steps say that it was active at
the moment of the collection's first step, and each time that it was given to the bank.
"""

from datetime import datetime

from deploy.local.verify.answer import Look
from deploy.local.verify.seen import Row, Seen

PAYER_ACTS = {"transfer", "card", "mobile-money", "card-terminal"}
ACTIVE = "active"
SENT = "sent"


def ask(seen: Seen, look: Look) -> None:
    if "payments" not in seen.databases:
        look.cannot("payments is not here")
        return
    look.at("collections", 0)
    look.at("of them on a rail that takes money", 0)
    fields = ("fund", "collection_id", "employer_id", "rail", "mandate_id", "steps")
    for collection in seen.rows("payments", "collections", *fields):
        look.at("collections")
        if collection["rail"] not in PAYER_ACTS:
            look.at("of them on a rail that takes money")
            if offence := _against(seen, collection):
                look.offends(f"collection {collection['_id']} by {collection['rail']}: {offence}")


def _against(seen: Seen, collection: Row) -> str:
    """Why the money may not be taken; empty where it may."""
    if not collection.get("mandate_id"):
        return "it names no mandate"
    found = {"_id": f"{collection['fund']}:{collection['mandate_id']}"}
    mandate = seen.databases["payments"]["mandates"].find_one(found)
    if mandate is None:
        return f"its mandate {collection['mandate_id']} is not there"
    if mandate.get("employer_id") != collection["employer_id"]:
        return f"its mandate {collection['mandate_id']} is not of its employer"
    steps = collection["steps"]
    for at in (steps[0]["at"], *(step["at"] for step in steps if step["status"] == SENT)):
        status = _status_at(mandate, at)
        if status != ACTIVE:
            return f"its mandate {collection['mandate_id']} was {status or 'not there'} at that time"
    return ""


def _status_at(mandate: Row, at: datetime) -> str:
    status = ""
    for step in mandate.get("steps", ()):
        if step["at"] <= at:
            status = step["status"]
    return status
