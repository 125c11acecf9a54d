"""What identity does with cards: issued with the register, refreshed by a page of rights at a time."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from services.identity.access_journal.accessed import AccessedKind
from services.identity.cards import rules
from services.identity.cards.card import Card
from services.identity.cards.store import cards
from services.identity.deaths.store import died_on
from shared.events.claims.entitlements import Right, RightDecided, RightsDecided
from shared.events.identity import CardsRefreshed, RefreshedCard
from shared.funds.fund import Fund
from shared.kernel.outcome import Outcome
from shared.process.access_journal import actions as journal
from shared.process.access_journal.entry import Purpose
from shared.storage.unit_of_work import UnitOfWork

OPEN = "open"


def issue(uow: UnitOfWork, person_refs: Sequence[str], *, part_of: str) -> None:
    """Make a card for each of these persons, who have none, where the fund has cards."""
    if not rules.are_issued(uow.fund):
        return
    on = uow.today
    made = [
        rules.issue(person_ref=person_ref, number=int.from_bytes(uow.entropy(8), "big"), on=on)
        for person_ref in person_refs
    ]
    cards.save_many(uow, made, part_of=part_of)


def follow_death(uow: UnitOfWork, *, person_ref: str) -> None:
    """The card of a person whose death was recorded or taken back, void or good again by what the register knows."""
    card = cards.find(uow, person_ref)
    if card is None:
        return
    after = replace(card, void_after=died_on(uow, person_ref))
    if after != card:
        cards.save(uow, Outcome(after))


def refresh_page(uow: UnitOfWork, page: RightsDecided) -> None:
    """Update the cards of a page by its rights, and publish the page even if none changed: it counts."""
    on, decided_on = uow.today, uow.fund.day_of(page.decided_at)
    rights = {right.person_ref: right for right in page.rights}
    held = cards.find_many(uow, rights)
    followed = {
        ref: (card, _following(card, rights[ref], fund=uow.fund, on=on, decided_on=decided_on))
        for ref, card in held.items()
    }
    changed = [after for before, after in followed.values() if after != before]
    if changed:
        cards.save_many(uow, changed, part_of=f"{page.declaration_id}/{page.page}")
    moved = [after for before, after in followed.values() if after.good_until != before.good_until]
    opened = {ref for ref, right in rights.items() if right.status == OPEN}
    withdrawn = {ref for ref, right in rights.items() if right.is_withdrawn}
    refreshed = [card for card in moved if card.closed_on is None]
    good = (opened & held.keys()) - {card.person_ref for card in refreshed}
    uow.publish(
        CardsRefreshed(
            declaration_id=page.declaration_id,
            employer_id=page.employer_id,
            page=page.page,
            pages=page.pages,
            cards=_published(refreshed),
            unknown=len(opened - held.keys() - withdrawn),
            already_good=len(good - withdrawn),
            not_open=len(rights.keys() - opened - withdrawn),
            withdrawn=sum(card.person_ref in withdrawn for card in refreshed),
            closed=_published(card for card in moved if card.closed_on is not None),
        )
    )


def refresh(uow: UnitOfWork, event: RightDecided) -> None:
    """Update the card of one person by the right that was decided; of who has none, nothing."""
    card = cards.find(uow, event.person_ref)
    if card is None:
        return
    decided_on = uow.fund.day_of(event.decided_at)
    after = _following(card, event.right, fund=uow.fund, on=uow.today, decided_on=decided_on)
    if after != card:
        cards.save(uow, Outcome(after))


def _following(card: Card, right: Right, *, fund: Fund, on: date, decided_on: date) -> Card:
    """The card as it follows a right: its own life begins today, and a right is closed since it was decided."""
    if right.status != OPEN:
        return rules.close(card, right_version=right.version, on=decided_on)
    if right.valid_until is None or not rules.are_issued(fund):
        return card
    return rules.refresh(card, right_until=right.valid_until, right_version=right.version, fund=fund, on=on)


def _published(changed: Iterable[Card]) -> tuple[RefreshedCard, ...]:
    return tuple(
        RefreshedCard(person_ref=card.person_ref, card_number=card.card_number, valid_until=card.good_until)
        for card in changed
        if card.good_until is not None
    )


def read(uow: UnitOfWork, *, person_ref: str) -> Card:
    """A person's card, for that person and for the fund's agents."""
    uow.by.must_act_for_person(person_ref)
    return cards.load(uow, person_ref)


def look_at(uow: UnitOfWork, *, person_ref: str, purpose: Purpose) -> Card:
    """As `read`; what an agent reads enters the access journal."""
    card = read(uow, person_ref=person_ref)
    journal.note_person(uow, person_ref, looked_at=AccessedKind.CARD, purpose=purpose)
    return card
