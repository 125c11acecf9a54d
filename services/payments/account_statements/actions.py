"""What payments does with statements of account: show one, for the employer and the fund's agents."""

from datetime import date

from services.payments.access_journal.accessed import AccessedKind
from services.payments.account_statements import rules, store
from services.payments.account_statements.account_statement import AccountStatement, DrawnStatement, StatementLine
from shared.process.access_journal import actions as journal
from shared.process.access_journal.entry import Purpose
from shared.storage.paging import Order, Page, PageRequest, page_of
from shared.storage.unit_of_work import UnitOfWork

IN_ORDER = Order("place", "place")
OLDEST_LAST = Order("place", "place", is_newest_first=True)


def statement(
    uow: UnitOfWork,
    *,
    employer_id: str,
    from_on: date | None,
    until_on: date | None,
    period: str | None,
    purpose: Purpose,
) -> AccountStatement:
    """What was booked to an employer in a time, both days included; an agent's look enters the access journal. Raises
    `TimeReversed`, `StatementTooLong`."""
    uow.by.must_act_for_employer(employer_id)
    journal.note_employer(uow, employer_id, looked_at=AccessedKind.STATEMENT, purpose=purpose)
    return rules.statement(
        store.entries_of(uow, employer_id=employer_id),
        employer_id=employer_id,
        from_on=from_on,
        until_on=until_on,
        period=period,
    )


def draw(
    uow: UnitOfWork,
    *,
    employer_id: str,
    from_on: date | None,
    until_on: date | None,
    period: str | None,
    language: str,
    purpose: Purpose,
) -> DrawnStatement:
    """Have the statement of a time printed as it stands now, until today where no last day is named; the paper is all
    that is kept of it. Raises what `statement` does, and what `rules.draw` does."""
    until = min(until_on, uow.today) if until_on else uow.today
    found = statement(uow, employer_id=employer_id, from_on=from_on, until_on=until, period=period, purpose=purpose)
    outcome = rules.draw(
        found,
        until_on=until,
        reference=uow.new_reference(rules.REFERENCE_KIND),
        language=language,
        fund=uow.fund,
        at=uow.at,
    )
    for event in outcome.events:
        uow.publish(event)
    return outcome.thing


def page(found: AccountStatement, *, wanted: PageRequest, is_newest_first: bool) -> Page[StatementLine]:
    """A page of a statement's lines."""
    order = OLDEST_LAST if is_newest_first else IN_ORDER
    asked = (found.employer_id, found.from_on, found.until_on, found.period)
    return page_of(found.lines, order=order, wanted=wanted, asked=asked)
