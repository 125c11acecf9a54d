"""Where cards are kept, one a person."""

from services.identity.cards.card import Card
from services.identity.cards.rules import CardUnknown
from shared.storage.repository import Index, Repository
from shared.storage.retention import BY_LAW

cards = Repository(
    "cards",
    Card,
    key="person_ref",
    missing=CardUnknown,
    retention=BY_LAW,
    indexes=[Index(("card_number",), unique=True)],
)
