"""How a statement of account is read from the ledger's entries. Pure: it adds nothing to what is booked."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from services.payments.account_statements.account_statement import (
    AccountStatement,
    DrawnStatement,
    StatementKind,
    StatementLine,
)
from services.payments.ledger.account import Owner, owner_of
from services.payments.ledger.entry import LedgerEntry, Posting, Side
from shared.events.payments.account_statements import STATEMENT_LINES_MAX, AccountStatementDrawn, BookedLine
from shared.funds.fund import Fund
from shared.funds.papers import ACCOUNT_STATEMENT, issued
from shared.kernel.csv_tables import csv_table
from shared.kernel.errors import Conflict, Invalid, Missing
from shared.kernel.money import Currency, Money
from shared.kernel.outcome import Outcome

KINDS: Sequence[tuple[StatementKind, str]] = (
    (StatementKind.DECLARATION_REPLACED, r"declaration:(?P<about>[^:]+):\d+:cancelled"),
    (StatementKind.ASSESSMENT_ENDED, r"assessment:(?P<about>[^:]+):\d+:cancelled"),
    (StatementKind.ASSESSED, r"assessment:(?P<about>[^:]+):\d+"),
    (StatementKind.CREDIT_OPENED, r"assessment:(?P<assessment>[^:]+):\d+:surplus"),
    (StatementKind.CREDIT_OPENED, r"declaration:(?P<about>[^:]+):\d+:surplus|penalty:(?P<debt>[^:]+):\d+:surplus"),
    (
        StatementKind.DISPUTE_ENDED,
        r"dispute:(?P<about>[^:]+):ended|[^:]+:(?P<debt>[^:]+):\d+:disputed",
    ),
    (StatementKind.DISPUTED, r"dispute:(?P<about>[^:]+)"),
    (StatementKind.RELIEF_ENDED, r"relief:(?P<about>[^:]+):\d+:cancelled"),
    (StatementKind.RELIEVED, r"relief:(?P<about>[^:]+):\d+"),
    (StatementKind.DECLARED, r"declaration:(?P<about>[^:]+):\d+"),
    (StatementKind.TAKEN_BACK, r"collection:(?P<about>[^:]+):reversed:.+"),
    (StatementKind.PAID, r"collection:(?P<about>[^:]+)(:.+)?|payment:(?P<declaration>[^:]+):.+"),
    (StatementKind.CREDIT_USED, r"credit:[^:]+:(?P<about>[^:]+)(:\d+)?"),
    (StatementKind.REFUND_ORDERED, r"refund:(?P<about>[^:]+):ordered"),
    (StatementKind.REFUND_CANCELLED, r"refund:(?P<about>[^:]+):cancelled"),
    (StatementKind.PENALTY, r"penalty:(?P<about>[^:]+):\d+"),
)
"""What causes of the ledger are, in the order in which they are tried; the whole cause has to fit."""

REFERENCE_KIND = "SA"
"""The letters that open the number of a statement that is printed."""
HEAD = ("day", "booked_at", "kind", "text", "period", "about", "charged", "credited", "balance")


class TimeReversed(Invalid):
    """It ends before it begins."""

    code = "account-statement.time-reversed"


class StatementTooLong(Conflict):
    """More was booked for the employer than is read at once."""

    code = "account-statement.too-long"


class StatementNotPrinted(Missing):
    """The fund issues no statements as papers."""

    code = "account-statement.not-printed"


class StatementLanguageNotOffered(Invalid):
    code = "account-statement.language-not-offered"


class PaperTooLong(Conflict):
    """More was booked in the time than one paper says."""

    code = "account-statement.paper-too-long"


def statement(
    entries: Iterable[LedgerEntry],
    *,
    employer_id: str,
    from_on: date | None,
    until_on: date | None,
    period: str | None,
) -> AccountStatement:
    """The statement of a time, both days included, from all entries of the employer until its end. Raises
    `TimeReversed`."""
    if from_on is not None and until_on is not None and until_on < from_on:
        raise TimeReversed
    lines: list[StatementLine] = []
    opening_minor = balance_minor = 0
    for entry in sorted(entries, key=_place):
        if until_on is not None and _day(entry) > until_on:
            break
        postings = [each for each in entry.postings if _is_of(each, employer_id, period)]
        if not postings:
            continue
        line = _line(entry, postings, balance_minor=balance_minor)
        balance_minor = line.balance_minor
        if from_on is not None and line.value_on < from_on:
            opening_minor = balance_minor
        else:
            lines.append(line)
    return AccountStatement(
        employer_id=employer_id,
        from_on=from_on,
        until_on=until_on,
        period=period,
        opening_minor=opening_minor,
        lines=tuple(lines),
    )


def languages(fund: Fund) -> tuple[str, ...]:
    """Those in which the fund issues statements as papers; none where it issues none."""
    paper = issued(fund.sections.papers, ACCOUNT_STATEMENT)
    return paper.languages if paper else ()


def draw(
    found: AccountStatement, *, until_on: date, reference: str, language: str, fund: Fund, at: datetime
) -> Outcome[DrawnStatement]:
    """The statement as it stands now, for documents to print. Raises `StatementNotPrinted`,
    `StatementLanguageNotOffered`, `PaperTooLong`."""
    offered = languages(fund)
    if not offered:
        raise StatementNotPrinted
    if language not in offered:
        raise StatementLanguageNotOffered(languages=", ".join(offered))
    if len(found.lines) > STATEMENT_LINES_MAX:
        raise PaperTooLong(lines=len(found.lines), lines_max=STATEMENT_LINES_MAX)
    drawn = AccountStatementDrawn(
        reference=reference,
        employer_id=found.employer_id,
        language=language,
        from_on=found.from_on,
        until_on=until_on,
        period=found.period or "",
        opening_minor=found.opening_minor,
        closing_minor=found.closing_minor,
        lines=tuple(
            BookedLine(
                value_on=line.value_on,
                kind=line.kind,
                period=line.period,
                charged_minor=line.charged_minor,
                credited_minor=line.credited_minor,
                balance_minor=line.balance_minor,
            )
            for line in found.lines
        ),
        drawn_at=at,
    )
    return Outcome(DrawnStatement(reference=reference, statement=found, drawn_at=at), (drawn,))


def as_csv(found: AccountStatement, *, currency: Currency, text: Callable[[StatementKind], str]) -> bytes:
    """The statement as a table, with what was owed before it and after it."""
    first = ("", "", "opening", "", found.period, "", "", "", _amount(found.opening_minor, currency))
    last = (
        "",
        "",
        "closing",
        "",
        found.period,
        "",
        _amount(found.charged_minor, currency),
        _amount(found.credited_minor, currency),
        _amount(found.closing_minor, currency),
    )
    rows = (
        (
            line.value_on,
            line.booked_at,
            line.kind,
            text(line.kind),
            line.period,
            line.about_id,
            _amount(line.charged_minor, currency),
            _amount(line.credited_minor, currency),
            _amount(line.balance_minor, currency),
        )
        for line in found.lines
    )
    return csv_table(HEAD, [first, *rows, last])


def kind_of(cause: str) -> tuple[StatementKind, str]:
    """What a cause of the ledger is, and the id that it is about; `other` where it is none that is known here."""
    for kind, pattern in KINDS:
        if fits := re.fullmatch(pattern, cause):
            return kind, next((found for found in fits.groupdict().values() if found), "")
    return StatementKind.OTHER, ""


def _line(entry: LedgerEntry, postings: Sequence[Posting], *, balance_minor: int) -> StatementLine:
    sums = {side: sum(each.amount.amount_minor for each in postings if each.side is side) for side in Side}
    kind, about_id = kind_of(entry.cause)
    if kind is StatementKind.CREDIT_USED and not _is_any_charged(entry):
        kind, about_id = StatementKind.PAID, ""  # of the same form: money that a person booked to the employer alone
    return StatementLine(
        entry_id=entry.entry_id,
        value_on=_day(entry),
        booked_at=entry.at,
        kind=kind,
        period=next((found for each in postings if (found := _period(each.account))), ""),
        about_id=about_id,
        charged_minor=sums[Side.DEBIT],
        credited_minor=sums[Side.CREDIT],
        balance_minor=balance_minor + sums[Side.DEBIT] - sums[Side.CREDIT],
    )


def _is_of(posting: Posting, employer_id: str, period: str | None) -> bool:
    """Whether a posting is to an account of the employer, and of the period where one is wanted."""
    if owner_of(posting.account) != (Owner.EMPLOYER, employer_id):
        return False
    return period is None or _period(posting.account) == period


def _is_any_charged(entry: LedgerEntry) -> bool:
    return any(each.side is Side.DEBIT and owner_of(each.account) is not None for each in entry.postings)


def _period(account: str) -> str:
    """The period that an account of an employer is of; empty for its credit."""
    return ":".join(account.split(":")[2:])


def _place(entry: LedgerEntry) -> tuple[date, str]:
    return _day(entry), entry.entry_id


def _day(entry: LedgerEntry) -> date:
    """The day from which it counts; that of its booking where an earlier release kept none."""
    return entry.value_on or entry.at.date()


def _amount(minor: int, currency: Currency) -> Decimal:
    return Money(minor, currency).decimal()
