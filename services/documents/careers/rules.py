"""How declared wages become careers, and how a later revision of a declaration replaces an earlier one."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from services.documents.careers.career import Career, CareerEntry, DeclaredPage
from shared.events.payments.wages import DeclaredWageV2, WagesDeclaredV2
from shared.funds.period import Period, PeriodKind
from shared.kernel.errors import Missing

ENTRIES_MAX = 1_000
"""Fifty years of quarters with five employers at once; older ones are dropped."""

LEANING_MAX = 100
"""More papers than anybody obtains while one of them is valid; the oldest are dropped."""


class CareerUnknown(Missing):
    """Nobody declared anything for this person yet."""

    code = "career.unknown"


def scope_of(page: WagesDeclaredV2) -> str:
    """What a revision replaces: all that its employer declared for this establishment on this form for this period."""
    return _scope(page.employer_id, page.form, page.period, page.establishment)


def page_id_of(page: WagesDeclaredV2) -> str:
    """What names a page of a declaration."""
    return f"{page.declaration_id}/{page.page}"


def page_of(page: WagesDeclaredV2, *, known: Sequence[DeclaredPage]) -> DeclaredPage | None:
    """The record of a page; None where a later revision, or this page itself, came before it.

    `known` are the pages of the same scope: all of them, or those that decide (`store.pages_that_decide`). With the
    last page of a revision it is certain whom it leaves out.
    """
    page_id = page_id_of(page)
    if any(each.revision > page.revision or each.page_id == page_id for each in known):
        return None
    own = [each for each in known if each.revision == page.revision]
    record = DeclaredPage(
        page_id=page_id,
        scope=scope_of(page),
        revision=page.revision,
        person_refs=tuple(dict.fromkeys(wage.person_ref for wage in page.wages)),
    )
    if len(own) + 1 < page.pages:
        return record
    before = {ref for each in known if each.revision < page.revision for ref in each.person_refs}
    now = {ref for each in (*own, record) for ref in each.person_refs}
    return replace(record, withdrawn_refs=tuple(sorted(before - now)), is_last=True)


def declared(career: Career, wages: Iterable[DeclaredWageV2], *, page: WagesDeclaredV2) -> Career:
    """The career with what one declaration says; it replaces what earlier revisions said. No wages: it is taken out.

    A period without time and pay is not an entry.
    """
    scope = scope_of(page)
    kept = [each for each in career.entries if _scope_of_entry(each) != scope or each.revision == page.revision]
    new = [
        CareerEntry(
            employer_id=page.employer_id,
            year=period.year,
            quarter=Period.of(period.year, period.kind, period.number).ends_in_quarter,
            kind=PeriodKind(period.kind),
            number=period.number,
            duration=period.duration,
            unit=period.unit,
            wage_minor=period.wage_minor,
            form=page.form,
            declared_period=page.period,
            declaration_id=page.declaration_id,
            revision=page.revision,
            entered_on=wage.entered_on,
            left_on=wage.left_on,
            establishment=page.establishment,
        )
        for wage in wages
        for period in wage.periods
        if period.duration or period.wage_minor
    ]
    entries = sorted([*kept, *new], key=lambda each: (each.year, each.quarter, each.number or 0, each.employer_id))
    return replace(career, entries=tuple(entries[-ENTRIES_MAX:]))


def note_dependent_paper(career: Career, number: str) -> Career:
    """The career with a paper that was made from it."""
    return replace(career, leaning=(*career.leaning, number)[-LEANING_MAX:])


def _scope_of_entry(entry: CareerEntry) -> str:
    return _scope(entry.employer_id, entry.form, entry.declared_period, entry.establishment)


def _scope(employer_id: str, form: str, period: str, establishment: str | None) -> str:
    owner = f"{employer_id}/{form}/{period}"
    return f"{owner}/{establishment}" if establishment else owner
