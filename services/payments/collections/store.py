"""Where obligations, collections and standings are kept."""

from datetime import datetime

from services.payments.collections.collection import Collection
from services.payments.collections.obligation import Obligation
from services.payments.collections.rules import CollectionUnknown, ObligationUnknown
from services.payments.collections.standing import Standing
from shared.storage.retention import BY_LAW
from shared.storage.shelf import Index, Shelf
from shared.storage.work import Work

DUE_MAX = 50
DIFFERENCES_MAX = 500

obligations = Shelf(
    "obligations",
    Obligation,
    key="declaration_id",
    missing=ObligationUnknown,
    retention=BY_LAW,
    indexes=[Index(("employer_id", "period"))],
)
collections = Shelf(
    "collections",
    Collection,
    key="collection_id",
    missing=CollectionUnknown,
    retention=BY_LAW,
    indexes=[
        Index(("reference",), unique=True),
        Index(("declaration_id",)),
        Index(("employer_id", "period")),
        Index(("next_look_at",)),
    ],
)
standings = Shelf(
    "standings", Standing, key="standing_id", missing=ObligationUnknown, retention=BY_LAW, indexes=[Index(("case",))]
)


def of_period(work: Work, *, employer_id: str, period: str) -> list[Collection]:
    """Every try to collect for an employer's period."""
    return collections.find_all(work, employer_id=employer_id, period=period)


def to_look_at(work: Work, *, at: datetime) -> list[Collection]:
    """What time has come for, oldest first. A range, but a narrow one: each look moves it on."""
    return collections.find_all(work, limit=DUE_MAX, sort=[("next_look_at", 1)], next_look_at={"$lte": at})


def differing(work: Work) -> list[Standing]:
    """Employers and periods with an open case."""
    return standings.find_all(work, limit=DIFFERENCES_MAX, sort=[("standing_id", 1)], case={"$gt": ""})
