"""What may happen to a card: it is issued once, and its validity follows the person's rights."""

from dataclasses import replace
from datetime import date

from services.identity.cards.card import NUMBER_DIGITS, NUMBER_KIND, Card
from shared.funds.fund import Fund
from shared.funds.law import in_force
from shared.funds.period import last_day_of_term
from shared.kernel.errors import Missing
from shared.kernel.references import with_check


class CardUnknown(Missing):
    code = "card.unknown"


def issue(*, person_ref: str, number: int, on: date) -> Card:
    """A card for a person, with check digits; `number` is drawn by chance. No care is covered before a right opens."""
    body = f"{on.year % 100:02d}{number % 10**NUMBER_DIGITS:0{NUMBER_DIGITS}d}"
    return Card(person_ref=person_ref, card_number=with_check(NUMBER_KIND, body))


def refresh(card: Card, *, right_until: date, fund: Fund, on: date) -> Card | None:
    """The card made good for as long as the right, at most for the fund's card lifetime; None where it already is.

    A refresh never shortens: what closes a right early takes the card back in a way of its own.
    """
    valid_until = min(right_until, last_day_of_term(on, months=in_force(fund.card_lifetime, on=on).months))
    if card.valid_until is not None and card.valid_until >= valid_until:
        return None
    return replace(card, valid_until=valid_until)
