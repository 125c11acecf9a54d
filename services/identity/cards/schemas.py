"""The shape of a card over HTTP."""

from marshmallow import Schema, fields

from services.identity.cards.card import Card
from shared.http.problems import translate
from shared.http.shapes import fund


class CardView(Schema):
    """A health card. `valid_until` is empty until a right was opened for the first time."""

    person_ref = fields.String(required=True)
    card_number = fields.String(required=True)
    valid_until = fields.Date(required=True, allow_none=True, attribute="good_until")
    void_after = fields.Date(
        required=True, allow_none=True, metadata={"description": "The day of the holder's death; null while they live"}
    )
    closed_on = fields.Date(
        required=True, allow_none=True, metadata={"description": "When the right was found closed; null while open"}
    )
    text = fields.Method("sentence", required=True)
    is_to_be_confirmed = fields.Function(
        lambda card: any(lifetime.law.is_to_be_confirmed for lifetime in fund().entitlements.card_lifetime),
        required=True,
        metadata={"type": "boolean", "description": "The fund has yet to confirm how long a card lasts."},
    )
    version = fields.Integer(required=True)

    def sentence(self, card: Card) -> str:
        if card.good_until is None:
            return translate("card.never-opened")
        if card.void_after is not None:
            return translate("card.void", day=card.good_until)
        return translate("card.good-until" if card.closed_on is None else "card.closed", day=card.good_until)
