"""What documents does with careers: write a page of declared wages down, read a career."""

from collections import defaultdict
from dataclasses import replace

from services.documents.access_journal.accessed import AccessedKind
from services.documents.careers import rules
from services.documents.careers.career import Career, CareerEntry, CareerLine, CareerStatement
from services.documents.careers.store import careers, pages, pages_that_decide
from services.documents.register import actions as register
from shared.events.payments.wages import DeclaredWageV2, WagesDeclaredV2
from shared.kernel.outcome import Outcome
from shared.process.access_journal import actions as journal
from shared.process.access_journal.entry import Purpose
from shared.storage.unit_of_work import UnitOfWork


def write_page(uow: UnitOfWork, page: WagesDeclaredV2) -> None:
    """Write a page of wages into the careers of its persons, and out of those whom a corrected declaration drops."""
    deciding = pages_that_decide(
        uow,
        rules.scope_of(page),
        page_id=rules.page_id_of(page),
        revision=page.revision,
        pages_wanted=page.pages,
    )
    record = rules.page_of(page, known=deciding)
    if record is None:
        return
    declared: dict[str, list[DeclaredWageV2]] = defaultdict(list)
    for wage in page.wages:
        declared[wage.person_ref].append(wage)
    known = careers.find_many(uow, record.touched_refs)
    written = [
        rules.declared(known.get(ref) or Career(person_ref=ref), declared[ref], page=page)
        for ref in record.touched_refs
    ]
    leaning = tuple(number for career in written for number in career.leaning)
    careers.save_many(uow, written, part_of=record.page_id)
    pages.save_many(uow, [replace(record, leaning=leaning)], part_of=record.page_id)


def dependent_papers(uow: UnitOfWork, page: WagesDeclaredV2) -> tuple[str, ...]:
    """The papers that were made from the careers which a page changed; none where the page was overtaken."""
    record = pages.find(uow, rules.page_id_of(page))
    return record.leaning if record else ()


def entries_of(uow: UnitOfWork, person_ref: str) -> tuple[CareerEntry, ...]:
    """What was declared for a person, oldest quarter first; nothing for one of whom nobody spoke."""
    career = careers.find(uow, person_ref)
    return career.entries if career else ()


def note_dependent_paper(uow: UnitOfWork, *, person_ref: str, number: str) -> None:
    """Remember that a paper was made from a career."""
    careers.save(uow, Outcome(rules.note_dependent_paper(careers.load(uow, person_ref), number)))


def read(uow: UnitOfWork, *, person_ref: str) -> CareerStatement:
    """A person's career, for that person and for the fund's agents."""
    uow.by.must_act_for_person(person_ref)
    career = careers.load(uow, person_ref)
    names = register.names_of(uow, (each.employer_id for each in career.entries))
    lines = tuple(
        CareerLine(entry=each, employer_name=names.get(each.employer_id)) for each in reversed(career.entries)
    )
    return CareerStatement(person_ref=person_ref, lines=lines, version=career.version)


def look_at(uow: UnitOfWork, *, person_ref: str, purpose: Purpose) -> CareerStatement:
    """As `read`; what an agent reads enters the access journal."""
    statement = read(uow, person_ref=person_ref)
    journal.note_person(uow, person_ref, looked_at=AccessedKind.CAREER, purpose=purpose)
    return statement
