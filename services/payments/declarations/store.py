"""Where declarations are kept, with their findings, their workers (encrypted) and what is known of the workers'
cards."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain

from services.payments.declarations.declaration import (
    CardPage,
    CurrentDeclaration,
    Declaration,
    Intake,
    Status,
    WagePage,
)
from services.payments.declarations.findings import Finding
from services.payments.declarations.in_force import slot_of
from services.payments.declarations.pages import FINDINGS_A_PAGE, paged
from services.payments.declarations.progress import CheckProgress
from services.payments.declarations.rules import DeclarationFiling, DeclarationUnknown, PageUnknown
from services.payments.declarations.wages import WageLine
from shared.funds.period import Period
from shared.kernel.personal import DataClass
from shared.storage.paging import Order, Page, PageRequest
from shared.storage.repository import Index, Repository
from shared.storage.retention import BY_LAW, WITH_ITS_THING, for_days
from shared.storage.unit_of_work import UnitOfWork

NEWEST_FIRST = Order("received_at", "declaration_id", is_newest_first=True)
SCHEDULED_AT_ONCE_MAX = 20
PERIODS_BACK_MAX = 24
"""How many periods back the workers are looked for whom a fund expects."""
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class FindingPage:
    """Some hundreds of a declaration's findings, in their order."""

    page_id: str
    declaration_id: str
    findings: tuple[Finding, ...]
    version: int = 0


progress = Repository(
    "declaration_progress",
    CheckProgress,
    key="declaration_id",
    missing=DeclarationUnknown,
    retention=for_days(30, since="at", why="it is of use while a file is checked, which takes seconds"),
)
declarations = Repository(
    "declarations",
    Declaration,
    key="declaration_id",
    missing=DeclarationUnknown,
    retention=BY_LAW,
    indexes=[
        Index(("employer_id", "form", "period", "content"), unique=True),
        Index(("employer_id", "received_at", "declaration_id")),
        Index(("employer_id", "period", "received_at", "declaration_id")),
        Index(("employer_id", "status", "received_at", "declaration_id")),
        Index(("status", "next_check_at")),
    ],
)
standing = Repository(
    "standing_declarations", CurrentDeclaration, key="slot", missing=DeclarationUnknown, retention=BY_LAW
)
finding_pages = Repository(
    "declaration_findings", FindingPage, key="page_id", missing=PageUnknown, retention=WITH_ITS_THING
)
wage_pages = Repository(
    "declaration_wages",
    WagePage,
    key="page_id",
    missing=PageUnknown,
    retention=BY_LAW,
    encrypted={"lines": DataClass.CIVIL},
    associated_data="page_id",
)
card_pages = Repository(
    "declaration_cards",
    CardPage,
    key="page_id",
    missing=PageUnknown,
    retention=WITH_ITS_THING,
    indexes=[Index(("declaration_id",))],
)


def same(uow: UnitOfWork, filing: DeclarationFiling) -> Declaration | None:
    """The declaration that these very files made before, if they did."""
    return declarations.find_only(
        uow, employer_id=filing.employer_id, form=filing.form, period=filing.period, content=filing.content
    )


def in_force(uow: UnitOfWork, slot: str) -> Declaration | None:
    """The declaration that stands for an establishment and period, if one does."""
    current = standing.find(uow, slot)
    return declarations.load(uow, current.declaration_id) if current else None


def last_of_wages(uow: UnitOfWork, *, employer_id: str, form: str, period: str) -> Declaration | None:
    """The declaration of wages in force for the period, else the employer's newest of the form."""
    newest_first = chain(of_period(uow, employer_id, period=period), all_of_employer(uow, employer_id))
    return next((each for each in newest_first if each.form == form and _is_of_wages(each)), None)


def _is_of_wages(declaration: Declaration) -> bool:
    """Whether it is in force with wages of its own, not those that it adds to another's."""
    is_in_force = declaration.status is Status.ACCEPTED
    return is_in_force and declaration.intake is not Intake.NOTHING and not declaration.is_complement


def last_before(uow: UnitOfWork, *, employer_id: str, form: str, period: Period) -> Declaration | None:
    """The declaration of wages in force for the latest period before this one, of the employer's main establishment."""
    slots = [slot_of(employer_id, form=form, period=str(each)) for each in period.before(PERIODS_BACK_MAX)]
    current = standing.find_many(uow, slots)
    found = (declarations.load(uow, current[slot].declaration_id) for slot in slots if slot in current)
    return next((each for each in found if each.intake is not Intake.NOTHING), None)


def of_employer(
    uow: UnitOfWork, employer_id: str, *, period: str | None, status: Status | None, wanted: PageRequest
) -> Page[Declaration]:
    """A page of an employer's declarations, newest first, of one period or in one state where that is asked for."""
    filters = {"employer_id": employer_id} | ({"period": period} if period else {})
    filters |= {"status": status.value} if status else {}
    return declarations.page(uow, order=NEWEST_FIRST, wanted=wanted, **filters)


def of_period(uow: UnitOfWork, employer_id: str, *, period: str) -> Iterator[Declaration]:
    """All of an employer's declarations of a period."""
    return declarations.each(uow, order=NEWEST_FIRST, employer_id=employer_id, period=period)


def all_of_employer(uow: UnitOfWork, employer_id: str) -> Iterator[Declaration]:
    """All of an employer's declarations, newest first, read as far as they are asked for."""
    return declarations.each(uow, order=NEWEST_FIRST, employer_id=employer_id)


def unscheduled(uow: UnitOfWork) -> list[str]:
    """What waits to be checked or confirmed and was left so by a release without the due queue: by id."""
    waiting = {"status": {"$in": [Status.RECEIVED, Status.TO_CONFIRM]}, "next_check_at": {"$gt": NEVER}}
    found = uow.collection(declarations.name).find(waiting, limit=SCHEDULED_AT_ONCE_MAX)
    return [str(document["declaration_id"]) for document in found]


def save_findings(uow: UnitOfWork, declaration_id: str, findings: Sequence[Finding]) -> None:
    """Keep the findings, in the place of those of an earlier check."""
    pages = {
        f"{declaration_id}/{number}": page for number, page in enumerate(paged(findings, size=FINDINGS_A_PAGE), start=1)
    }
    before = finding_pages.find_many(uow, pages)
    kept = [
        FindingPage(
            page_id=page_id,
            declaration_id=declaration_id,
            findings=page,
            version=before[page_id].version if page_id in before else 0,
        )
        for page_id, page in pages.items()
    ]
    finding_pages.save_many(uow, kept, part_of=declaration_id)


def findings(uow: UnitOfWork, declaration: Declaration) -> list[Finding]:
    """What the last check found, in its order: a thousand at most."""
    ids = [f"{declaration.declaration_id}/{number}" for number in range(1, declaration.findings_pages + 1)]
    pages = finding_pages.find_many(uow, ids)
    return [each for page_id in ids for each in pages[page_id].findings]


def save_workers(
    uow: UnitOfWork, *, declaration: Declaration, pages: Iterable[tuple[int, tuple[WageLine, ...]]]
) -> None:
    """Keep pages of workers, encrypted. Those that are there already are the same, since the same files made them."""
    made = {
        page_id: WagePage(page_id=page_id, declaration_id=declaration.declaration_id, lines=lines)
        for number, lines in pages
        for page_id in [f"{declaration.declaration_id}/{number}"]
    }
    there = {str(document["page_id"]) for document in uow.collection(wage_pages.name).find_keys(made)}
    new = [page for page_id, page in made.items() if page_id not in there]
    wage_pages.save_many(uow, new, part_of=declaration.declaration_id)


def workers(uow: UnitOfWork, declaration: Declaration) -> Iterator[WageLine]:
    """All workers of a declaration that was accepted."""
    for number in range(1, declaration.wage_pages + 1):
        yield from wage_pages.load(uow, f"{declaration.declaration_id}/{number}").lines


def cards(uow: UnitOfWork, declaration_id: str) -> list[CardPage]:
    """What identity published of the cards so far, in no order."""
    return card_pages.find_all(uow, declaration_id=declaration_id)
