"""What a paper says of a career, wages of a time or who was employed where, and what of that differs by now. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta

from services.documents.careers.career import CareerEntry
from services.documents.papers.content import (
    Affiliation,
    EmployedSpan,
    Employment,
    Holder,
    PaperEmployer,
    PaperWageLine,
    PeriodWithoutWages,
    Wages,
)
from services.documents.papers.paper import (
    PaperText,
    WithdrawalReason,
)
from services.documents.papers.request import PeriodNotWanted, Request, takes_period
from shared.funds.fund import Fund
from shared.kernel.errors import Conflict, Invalid
from shared.kernel.money import Currency, Money

EmployerNames = Mapping[str, str]


class PeriodReversed(Invalid):
    """The period ends before it begins."""

    code = "paper.period-reversed"


class PeriodInTheFuture(Invalid):
    """The period has not begun."""

    code = "paper.period-in-the-future"


class NothingDeclared(Conflict):
    """Nobody declared the person yet: there is no affiliation to certify."""

    code = "paper.nothing-declared"


class EmployerUnnamed(Conflict):
    """The register has not published the name of an employer that the paper must name; it may do so a moment later."""

    code = "paper.employer-unnamed"


def said_of_career(
    request: Request,
    *,
    fund: Fund,
    entries: Sequence[CareerEntry],
    employer_names: EmployerNames,
    holder: Holder,
    code: str,
    today: date,
) -> PaperText:
    if not takes_period(request.kind):
        if request.from_period or request.to_period:
            raise PeriodNotWanted
        return PaperText(holder=holder, code=code, affiliation=_affiliation(entries, employer_names, today))
    starts_on, ends_on = _days(request, entries, today)
    chosen = _within(entries, starts_on, ends_on)
    employments = tuple(
        Employment(
            employer=_employer(employer_id, employer_names),
            lines=tuple(_line(each, fund.currency) for each in chosen if each.employer_id == employer_id),
        )
        for employer_id in dict.fromkeys(each.employer_id for each in chosen)
    )
    return PaperText(
        holder=holder, code=code, wages=Wages(starts_on=starts_on, ends_on=ends_on, employments=employments)
    )


def _days(request: Request, entries: Sequence[CareerEntry], today: date) -> tuple[date, date]:
    """The first and the last day of the period that was asked for."""
    first, last = request.from_period, request.to_period
    if first and last and last.last_on < first.first_on:
        raise PeriodReversed
    if any(each is not None and each.first_on > today for each in (first, last)):
        raise PeriodInTheFuture
    if not entries:
        raise PeriodWithoutWages
    return (first or entries[0].period).first_on, (last or entries[-1].period).last_on


def _within(entries: Iterable[CareerEntry], starts_on: date, ends_on: date) -> list[CareerEntry]:
    return [each for each in entries if starts_on <= each.period.first_on and each.period.last_on <= ends_on]


def _line(entry: CareerEntry, currency: Currency) -> PaperWageLine:
    return PaperWageLine(
        starts_on=entry.period.first_on,
        ends_on=entry.period.last_on,
        wage=Money(entry.wage_minor, currency),
        days=entry.duration if entry.unit == "D" else None,
        hours=entry.duration if entry.unit == "H" else None,
    )


def _affiliation(entries: Sequence[CareerEntry], employer_names: EmployerNames, today: date) -> Affiliation:
    """Since the first day that any declaration speaks of, until the last, through every employer that declared.

    It has ended where every employer of the last declared quarter declared the end.
    """
    if not entries:
        raise NothingDeclared
    employer_ids = dict.fromkeys(each.employer_id for each in entries)
    spans = [span for each in employer_ids for span in _spans(entries, _employer(each, employer_names), today)]
    since_on = min(each.entered_on or each.period.first_on for each in entries)
    known_until_on = max(each.period.last_on for each in entries)
    ends = [each.left_on for each in entries if each.period.last_on == known_until_on]
    ended_on = max((day for day in ends if day), default=None) if all(ends) else None
    return Affiliation(
        since_on=since_on,
        known_until_on=max(since_on, min(known_until_on, today)),
        spans=tuple(sorted(spans, key=lambda span: (span.ends_on, span.starts_on), reverse=True)),
        ended_on=ended_on if ended_on and ended_on >= since_on else None,
    )


def _spans(entries: Iterable[CareerEntry], employer: PaperEmployer, today: date) -> Iterator[EmployedSpan]:
    """What one employer declared, quarter after quarter; a quarter that it left out begins a new span."""
    run, is_first = list[CareerEntry](), True
    for entry in (each for each in entries if each.employer_id == employer.employer_id):
        if run and entry.period.first_on > run[-1].period.last_on + timedelta(days=1):
            yield _span(employer, run, today, is_first=is_first)
            run, is_first = [], False
        run.append(entry)
    yield _span(employer, run, today, is_first=is_first)


def _span(employer: PaperEmployer, run: Sequence[CareerEntry], today: date, *, is_first: bool) -> EmployedSpan:
    """A day of entry counts also where it lies before all that was declared; a day of leaving in the last quarter."""
    entered = [each.entered_on for each in run if each.entered_on]
    starts_on = min(
        (day for day in entered if is_first or day >= run[0].period.first_on), default=run[0].period.first_on
    )
    left_on, last_on = run[-1].left_on, run[-1].period.last_on
    if left_on is not None and starts_on <= left_on <= last_on:
        return EmployedSpan(employer=employer, starts_on=starts_on, ends_on=left_on, has_left=True)
    # A quarter may be declared before it is over: nothing is known beyond today.
    return EmployedSpan(employer=employer, starts_on=starts_on, ends_on=max(starts_on, min(last_on, today)))


def _employer(employer_id: str, employer_names: EmployerNames) -> PaperEmployer:
    if employer_id not in employer_names:
        raise EmployerUnnamed(employer_id=employer_id)
    return PaperEmployer(employer_id=employer_id, name=employer_names[employer_id])


def career_difference(said: Wages, entries: Sequence[CareerEntry], *, currency: Currency) -> WithdrawalReason | None:
    """How the career differs now from what a certificate says of its period."""
    before = Counter((each.employer.employer_id, line) for each in said.employments for line in each.lines)
    chosen = _within(entries, said.starts_on, said.ends_on)
    now = Counter((each.employer_id, _line(each, currency)) for each in chosen)
    if before - now:
        return WithdrawalReason.WAGES_CHANGED
    return WithdrawalReason.WAGES_ADDED if now - before else None
