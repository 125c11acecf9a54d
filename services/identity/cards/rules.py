"""What may happen to a card: it is issued once, and its validity follows the person's rights."""

from dataclasses import replace
from datetime import date, timedelta

from services.identity.cards.card import NUMBER_DIGITS, NUMBER_KIND, Card
from shared.funds.fund import Fund
from shared.funds.law import in_force
from shared.funds.period import last_day_of_term
from shared.kernel.errors import Missing
from shared.kernel.references import with_check_digits


class CardUnknown(Missing):
    code = "card.unknown"


def are_issued(fund: Fund) -> bool:
    """Whether the fund has cards: one that says no lifetime for them has none."""
    return fund.sections.entitlements is not None and bool(fund.entitlements.card_lifetime)


def issue(*, person_ref: str, number: int, on: date) -> Card:
    """A card for a person, with check digits; `number` is random. No care is covered before a right opens."""
    body = f"{on.year % 100:02d}{number % 10**NUMBER_DIGITS:0{NUMBER_DIGITS}d}"
    return Card(person_ref=person_ref, card_number=with_check_digits(NUMBER_KIND, body))


def refresh(card: Card, *, right_until: date, right_version: int, fund: Fund, on: date) -> Card:
    """The card made good for as long as the right, at most for the fund's card lifetime.

    A refresh never shortens: what closes a right early takes the card back (`close`).
    """
    if not _is_newer(card, right_version):
        return card
    until = min(right_until, last_day_of_term(on, months=in_force(fund.entitlements.card_lifetime, on=on).months))
    if card.valid_until is not None:
        until = max(until, card.valid_until)
    return replace(card, valid_until=until, closed_on=None, right_version=right_version)


def close(card: Card, *, right_version: int, on: date) -> Card:
    """The card of a person whose right was found closed on a day: good up to the day before, if it was good at all."""
    if not _is_newer(card, right_version):
        return card
    followed = replace(card, right_version=right_version)
    if card.valid_until is None or card.valid_until < on:
        return followed
    return replace(followed, valid_until=on - timedelta(days=1), closed_on=on)


def _is_newer(card: Card, right_version: int) -> bool:
    """Whether a decision is later than the one that the card follows; decisions that are not counted always are."""
    return right_version == 0 or right_version > card.right_version
