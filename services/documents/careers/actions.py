"""What documents does with careers: write a page of declared wages down, read a career."""

from collections import defaultdict

from services.documents.careers import rules
from services.documents.careers.career import Career, Line, Statement
from services.documents.careers.store import careers, pages
from services.documents.register import actions as register
from shared.events.payments import DeclaredWage, WagesDeclared
from shared.storage.work import Work


def write_page(work: Work, page: WagesDeclared) -> None:
    """Write a page of wages into the careers of its persons, and out of those whom a corrected declaration drops."""
    record = rules.page_of(page, known=pages.find_all(work, scope=rules.scope_of(page)))
    if record is None:
        return
    declared: dict[str, list[DeclaredWage]] = defaultdict(list)
    for wage in page.wages:
        declared[wage.person_ref].append(wage)
    known = careers.find_many(work, record.touched_refs)
    written = [
        rules.declared(known.get(ref) or Career(person_ref=ref), declared[ref], page=page)
        for ref in record.touched_refs
    ]
    careers.keep_many(work, written, part_of=record.page_id)
    pages.keep_many(work, [record], part_of=record.page_id)


def changed_by(work: Work, page: WagesDeclared) -> dict[str, Career]:
    """The careers that a page changed, as they are now."""
    record = pages.find(work, rules.page_id_of(page))
    return careers.find_many(work, record.touched_refs) if record else {}


def of_person(work: Work, person_ref: str) -> Career:
    """A person's career, as a neighbour needs it."""
    return careers.load(work, person_ref)


def read(work: Work, *, person_ref: str) -> Statement:
    """A person's career, for that person and for the fund's agents."""
    work.by.must_act_for_person(person_ref)
    career = careers.load(work, person_ref)
    names = register.names_of(work, (each.employer_id for each in career.entries))
    lines = tuple(Line(entry=each, employer_name=names.get(each.employer_id)) for each in reversed(career.entries))
    return Statement(person_ref=person_ref, lines=lines, version=career.version)
