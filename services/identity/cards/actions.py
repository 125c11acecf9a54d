"""What identity does with cards: issued with the register, refreshed by a page of rights at a time."""

from collections.abc import Sequence

from services.identity.cards import rules
from services.identity.cards.card import Card
from services.identity.cards.store import cards
from shared.events.claims import RightsDecided
from shared.events.identity import CardsRefreshed, RefreshedCard
from shared.storage.work import Work

OPEN = "open"


def issue(work: Work, person_refs: Sequence[str], *, part_of: str) -> None:
    """Make a card for each of these persons, who have none."""
    on = work.at.astimezone(work.fund.zone).date()
    made = [
        rules.issue(person_ref=person_ref, number=int.from_bytes(work.chance(8), "big"), on=on)
        for person_ref in person_refs
    ]
    cards.keep_many(work, made, part_of=part_of)


def refresh_page(work: Work, page: RightsDecided) -> None:
    """Refresh the cards of a page's open rights, and tell of it even where none changed: the page counts."""
    on = work.at.astimezone(work.fund.zone).date()
    withdrawn = {right.person_ref for right in page.rights if right.is_withdrawn}
    until = {right.person_ref: right.valid_until for right in page.rights if right.status == OPEN and right.valid_until}
    held = cards.find_many(work, until)
    looked_at = [
        rules.refresh(card, right_until=until[person_ref], fund=work.fund, on=on) for person_ref, card in held.items()
    ]
    refreshed = [card for card in looked_at if card is not None]
    if refreshed:
        cards.keep_many(work, refreshed, part_of=f"{page.declaration_id}/{page.page}")
    told = tuple(
        RefreshedCard(person_ref=card.person_ref, card_number=card.card_number, valid_until=card.valid_until)
        for card in refreshed
        if card.valid_until is not None
    )
    work.tell(
        CardsRefreshed(
            declaration_id=page.declaration_id,
            employer_id=page.employer_id,
            page=page.page,
            pages=page.pages,
            cards=told,
            unknown=len(until.keys() - held.keys() - withdrawn),
            already_good=len(held.keys() - {card.person_ref for card in refreshed} - withdrawn),
            not_open=sum(right.person_ref not in until and not right.is_withdrawn for right in page.rights),
            withdrawn=sum(card.person_ref in withdrawn for card in told),
        )
    )


def read(work: Work, *, person_ref: str) -> Card:
    """A person's card, for that person and for the fund's agents."""
    work.by.must_act_for_person(person_ref)
    return cards.load(work, person_ref)
