"""What a reader is shown of declarations: the list, one with what became of it, its findings, its workers."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.payments.access_journal.accessed import AccessedKind
from services.payments.collections import store as collections
from services.payments.declarations import names, rules, store
from services.payments.declarations.declaration import BOOKED, CardPage, Declaration, Status
from services.payments.declarations.findings import Finding, FindingKind, kinds
from services.payments.declarations.pages import FINDINGS_A_PAGE, pages_of
from services.payments.declarations.progress import CheckProgress
from services.payments.declarations.reading import own
from services.payments.declarations.wages import WageLine
from services.payments.obligations import actions as obligations
from services.payments.obligations.obligation import Obligation
from shared.process.access_journal import actions as journal
from shared.process.access_journal.entry import Purpose
from shared.storage.paging import Page, PageRequest
from shared.storage.unit_of_work import UnitOfWork

SEARCHED_PAGES_MAX = 20
"""How many pages of workers one request looks through: ten thousand workers, a second."""
FOUND_MAX = 200
"""Once so many are found, a search goes no further than the page that it is at."""


@dataclass(frozen=True, kw_only=True)
class Cards:
    """How far the refreshing of the workers' cards has come. `of` counts the workers whose right is open, and those of
    whose cards are not reported yet; it is `refreshed`, `already_good` and `unknown` (they hold no card) once all
    are."""

    refreshed: int
    unknown: int
    of: int
    already_good: int
    not_open: int
    is_complete: bool


@dataclass(frozen=True, kw_only=True)
class Consulted:
    """A declaration with what has become of it since: cards, and what of the debt is paid."""

    declaration: Declaration
    cards: Cards | None = None
    progress: CheckProgress | None = None
    obligation: Obligation | None = None

    @property
    def version(self) -> int:
        """Of the declaration, which its employer decides from."""
        return self.declaration.version


def of_employer(
    uow: UnitOfWork,
    *,
    employer_id: str,
    period: str | None,
    status: Status | None,
    reference: str | None,
    wanted: PageRequest,
    purpose: Purpose,
) -> Page[Declaration]:
    """An employer's declarations, newest first, or the one that a reference of a payment is for; for the employer and
    the fund's agents, whose look enters the access journal."""
    uow.by.must_act_for_employer(employer_id)
    journal.note_employer(uow, employer_id, looked_at=AccessedKind.DECLARATIONS, purpose=purpose)
    if reference is None:
        return store.of_employer(uow, employer_id, period=period, status=status, wanted=wanted)
    tries = collections.with_references(uow, [reference])
    found = store.declarations.find_many(uow, (each.declaration_id for each in tries))
    return Page(
        [
            each
            for each in found.values()
            if each.employer_id == employer_id and period in (None, each.period) and status in (None, each.status)
        ]
    )


def look_at(uow: UnitOfWork, *, declaration_id: str, purpose: Purpose) -> Consulted:
    """A declaration and what became of it, for the employer and the fund's agents, whose look enters the journal."""
    declaration = own(uow, declaration_id)
    _note(uow, declaration, looked_at=AccessedKind.DECLARATION, purpose=purpose)
    return consulted(uow, declaration)


def seen(uow: UnitOfWork, *, declaration_id: str) -> Declaration:
    """The declaration as it stands, to hold its version against the one that its employer saw."""
    return own(uow, declaration_id)


def findings(
    uow: UnitOfWork, *, declaration_id: str, page: int, code: str, purpose: Purpose
) -> tuple[Sequence[Finding], int | None, list[FindingKind]]:
    """A page of findings, from 1, those of one kind where its `code` is given; the number of the next one if there is
    one; and the kinds that there are."""
    declaration = own(uow, declaration_id)
    _note(uow, declaration, looked_at=AccessedKind.DECLARATION, purpose=purpose)
    found = store.findings(uow, declaration)
    wanted = [each for each in found if code in ("", each.code)]
    pages = pages_of(len(wanted), size=FINDINGS_A_PAGE)
    if page > 1:
        _must_be_one_of(page, pages)
    shown = wanted[(page - 1) * FINDINGS_A_PAGE : page * FINDINGS_A_PAGE]
    return shown, page + 1 if page < pages else None, kinds(found)


def lines(
    uow: UnitOfWork, *, declaration_id: str, page: int, search: str, purpose: Purpose
) -> tuple[tuple[WageLine, ...], int | None]:
    """A page of the workers of a declaration that was accepted, from 1, and the number of the next one. With a `search`
    those whose name or number it names: they are looked for from that page on, through some thousands of workers, and
    the number is of the page from which to look on. An agent's look enters the journal of the employer and of every
    worker that is shown."""
    declaration = own(uow, declaration_id)
    _must_be_one_of(page, declaration.wage_pages)
    found: tuple[WageLine, ...] = ()
    last = min(page + (SEARCHED_PAGES_MAX - 1 if search else 0), declaration.wage_pages)
    upto = page
    for upto in range(page, last + 1):
        kept = store.wage_pages.load(uow, f"{declaration_id}/{upto}").lines
        found += names.of_search(kept, search) if search else kept
        if len(found) >= FOUND_MAX:
            break
    _note(uow, declaration, looked_at=AccessedKind.WORKERS, purpose=purpose)
    refs = (uow.keys.person_ref(worker.insurance_number) for worker in found)
    journal.note_persons(uow, refs, looked_at=AccessedKind.WORKERS, purpose=purpose, part_of=f"{declaration_id}/{page}")
    return found, upto + 1 if upto < declaration.wage_pages else None


def _note(uow: UnitOfWork, declaration: Declaration, *, looked_at: AccessedKind, purpose: Purpose) -> None:
    journal.note_employer(
        uow, declaration.employer_id, looked_at=looked_at, reference=declaration.declaration_id, purpose=purpose
    )


def _must_be_one_of(page: int, pages: int) -> None:
    if page > pages:
        raise rules.PageUnknown(pages=pages)


def consulted(uow: UnitOfWork, declaration: Declaration) -> Consulted:
    if declaration.status not in BOOKED:
        return Consulted(declaration=declaration, progress=_progress(uow, declaration))
    is_published = rules.form_of(uow.fund, declaration.form).reconciles is None
    cards = _cards(declaration, store.cards(uow, declaration.declaration_id)) if is_published else None
    owed = obligations.read(uow, declaration_id=declaration.declaration_id)
    return Consulted(declaration=declaration, cards=cards, obligation=owed)


def _progress(uow: UnitOfWork, declaration: Declaration) -> CheckProgress | None:
    """How far its check has come; None where none goes on, or nothing is known of it yet."""
    if declaration.status is not Status.RECEIVED:
        return None
    found = store.progress.find(uow, declaration.declaration_id)
    return found if found is not None and found.received_at == declaration.received_at else None


def _cards(declaration: Declaration, pages: list[CardPage]) -> Cards:
    booked = declaration.booked
    unregistered = booked.unregistered if booked else 0
    workers = (booked.period_workers + unregistered if booked.period_workers else booked.workers) if booked else 0
    not_open = sum(page.not_open for page in pages)
    return Cards(
        refreshed=sum(page.refreshed for page in pages),
        unknown=unregistered + sum(page.unknown for page in pages),
        of=workers - not_open,
        already_good=sum(page.already_good for page in pages),
        not_open=not_open,
        is_complete=len(pages) == declaration.told_pages,
    )
