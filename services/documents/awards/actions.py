"""What documents does with awards: record what claims publishes of them.

One that was opened before claims published awards is not known, and what happens to it later changes nothing.
"""

from collections.abc import Callable
from datetime import date

from services.documents.awards import rules, store
from services.documents.awards.award import KnownAward, Status
from shared.events.claims.awards import AwardOpened, BenefitDue
from shared.kernel.outcome import Outcome
from shared.storage.unit_of_work import UnitOfWork


def note_opened(uow: UnitOfWork, event: AwardOpened) -> None:
    """A claim opened an award; when the event comes again, what happened to it since stays."""
    if store.awards.find(uow, event.award_id) is None:
        store.awards.save(uow, Outcome(rules.opened(event)))


def note_status(uow: UnitOfWork, *, award_id: str, to: Status) -> None:
    _change(uow, award_id, lambda award: rules.with_status(award, to))


def note_ended(uow: UnitOfWork, *, award_id: str, until_on: date) -> None:
    _change(uow, award_id, lambda award: rules.ended(award, until_on=until_on))


def note_due(uow: UnitOfWork, event: BenefitDue) -> None:
    """A run found what an award comes to for a period."""
    _change(uow, event.award_id, lambda award: rules.paid_for(award, event))


def _change(uow: UnitOfWork, award_id: str, change: Callable[[KnownAward], KnownAward]) -> None:
    known = store.awards.find(uow, award_id)
    if known is not None and (changed := change(known)) != known:
        store.awards.save(uow, Outcome(changed))
