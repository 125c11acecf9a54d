"""What payments does with a declaration while it is checked, and with the cards of those whom it names afterwards."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from services.payments.declarations import confirming, rules, store
from services.payments.declarations.declaration import CardPage, Declaration, Status
from services.payments.declarations.pages import WAGES_A_PAGE
from services.payments.declarations.progress import CheckProgress, CheckStep
from services.payments.declarations.wages import WageLine
from shared.events.identity import CardsRefreshed
from shared.jobs import queue
from shared.kernel.outcome import Outcome
from shared.storage.unit_of_work import UnitOfWork

CHECK = "declarations.check"
"""The kind of the job that checks a declaration, or withdraws one that nobody confirmed; its thing is its id."""


def schedule(uow: UnitOfWork, declaration_id: str) -> None:
    """Have a declaration checked, or withdrawn in time, that a release without the due queue left waiting."""
    declaration = store.declarations.load(uow, declaration_id)
    due_at = declaration.next_check_at
    scheduled = replace(declaration, next_check_at=None, confirm_by_at=declaration.confirm_until)
    store.declarations.save(uow, Outcome(scheduled))
    queue.schedule(uow, CHECK, declaration_id, due_at=due_at)


def note_progress(uow: UnitOfWork, *, declaration: Declaration, step: CheckStep, done: int, of: int) -> None:
    """How far the check has come, for whoever waits for it."""
    known = store.progress.find(uow, declaration.declaration_id)
    now = CheckProgress(
        declaration_id=declaration.declaration_id,
        received_at=declaration.received_at,
        step=step,
        done=done,
        of=of,
        at=uow.at,
        version=known.version if known else 0,
    )
    store.progress.save(uow, Outcome(now))


def save_workers(
    uow: UnitOfWork, *, declaration: Declaration, pages: Sequence[tuple[int, tuple[WageLine, ...]]], of: int
) -> None:
    """Keep some pages of the workers of what will be accepted, and say how many are kept. A single batch is not worth
    saying."""
    store.save_workers(uow, declaration=declaration, pages=pages)
    last, lines = pages[-1]
    done = (last - 1) * WAGES_A_PAGE + len(lines)
    if done < of or pages[0][0] > 1:
        note_progress(uow, declaration=declaration, step=CheckStep.SAVING, done=done, of=of)


def hold(uow: UnitOfWork, *, declaration_id: str) -> None:
    """A check that keeps failing waits for an operator, and the declaration says so."""
    declaration = store.declarations.load(uow, declaration_id)
    if declaration.status is Status.RECEIVED:
        store.declarations.save(uow, rules.hold(declaration))


def resume(uow: UnitOfWork, *, declaration_id: str) -> Declaration:
    """An operator has the check retried."""
    declaration = store.declarations.load(uow, declaration_id)
    return store.declarations.save(uow, rules.resume(declaration)) if declaration.status is Status.HELD else declaration


def lapse(uow: UnitOfWork, *, declaration_id: str) -> datetime | None:
    """Withdraw what was not confirmed in time, and remind the employer shortly before; when to check again, where that
    time is not over."""
    declaration = store.declarations.load(uow, declaration_id)
    until = declaration.confirm_until
    if until is None:
        return None
    if until <= uow.at:
        store.declarations.save(uow, confirming.lapse(declaration, at=uow.at))
        return None
    if declaration.remind_at is not None and declaration.remind_at <= uow.at:
        declaration = store.declarations.save(uow, confirming.remind(declaration))
    return declaration.remind_at or until


def count_cards(uow: UnitOfWork, page: CardsRefreshed) -> None:
    """Count the cards of a page of wages. Identity may publish a page again; it counts once."""
    declaration = store.declarations.load(uow, page.declaration_id)
    page_id = f"{declaration.declaration_id}/{page.page}"
    if store.card_pages.find(uow, page_id) is not None:
        return
    counted = CardPage(
        page_id=page_id,
        declaration_id=declaration.declaration_id,
        refreshed=len(page.cards) - page.withdrawn,
        unknown=page.unknown,
        already_good=page.already_good,
        not_open=page.not_open,
    )
    store.card_pages.save(uow, Outcome(counted))
