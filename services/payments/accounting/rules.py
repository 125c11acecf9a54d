"""Days of the ledger as the fund's accountants take them over: closed once, written as a journal and as a balance.

The journal has the columns of the French *fichier des écritures comptables* (arrêté du 29 juillet 2013, A47 A-1 LPF):
an open format that accounting programs of the Maghreb read too. No person and no employer is in it: the ledger itself
is the book of each one's account.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from services.payments.accounting.accounting_day import AccountingDay, AccountTotal, BalanceLine, TrialBalance
from services.payments.ledger.account import without_owner
from services.payments.ledger.entry import LedgerEntry, Side
from shared.funds.accounting import LedgerAccountKind
from shared.funds.fund import Fund
from shared.kernel.csv_tables import csv_table
from shared.kernel.errors import Invalid, Missing
from shared.kernel.money import Currency, Money
from shared.kernel.outcome import Outcome

GRACE = timedelta(hours=1)
"""How long after its end a day is closed: whatever began on it has been booked, or never will be."""
DAYS_MAX = 366

JOURNAL_COLUMNS = (
    "JournalCode",
    "JournalLib",
    "EcritureNum",
    "EcritureDate",
    "CompteNum",
    "CompteLib",
    "CompAuxNum",
    "CompAuxLib",
    "PieceRef",
    "PieceDate",
    "EcritureLib",
    "Debit",
    "Credit",
    "EcritureLet",
    "DateLet",
    "ValidDate",
    "Montantdevise",
    "Idevise",
)
BALANCE_COLUMNS = ("account", "name", "code", "opening", "debit", "credit", "closing")


class DayNotClosed(Missing):
    """The day is not over, or nothing was booked up to it."""

    code = "accounting.day-not-closed"


class DaysReversed(Invalid):
    """The first day is behind the last, or they are more than a year apart."""

    code = "accounting.days-reversed"


class Journal(StrEnum):
    """The book of prime entry that an entry belongs to, by the accounts that it moves."""

    BANK = "bank"
    OPERATORS = "operators"
    CONTRIBUTIONS = "contributions"
    BENEFITS = "benefits"
    GENERAL = "general"

    @property
    def short(self) -> str:
        return _SHORT[self]


_SHORT = {
    Journal.BANK: "BQ",
    Journal.OPERATORS: "OM",
    Journal.CONTRIBUTIONS: "CO",
    Journal.BENEFITS: "PR",
    Journal.GENERAL: "OD",
}
_OF_KIND = {
    LedgerAccountKind.BANK: Journal.BANK,
    LedgerAccountKind.OPERATOR: Journal.OPERATORS,
    LedgerAccountKind.CONTRIBUTIONS: Journal.CONTRIBUTIONS,
    LedgerAccountKind.PENALTIES: Journal.CONTRIBUTIONS,
    LedgerAccountKind.BENEFITS: Journal.BENEFITS,
    LedgerAccountKind.REPAID: Journal.BENEFITS,
}
"""The first of these kinds that an entry moves says its journal."""

Text = Callable[[str], str]
"""A sentence of the service by its code, in the reader's language."""


def journal_of(entry: LedgerEntry) -> Journal:
    kinds = {posting.account.partition(":")[0] for posting in entry.postings}
    return next((journal for kind, journal in _OF_KIND.items() if kind in kinds), Journal.GENERAL)


# --- Closing ----------------------------------------------------------------------------------------------------------


def is_over(on: date, *, fund: Fund, at: datetime) -> bool:
    """Whether nothing can be booked into a day any more."""
    return fund.day_of(at - GRACE) > on


def close(on: date, entries: Iterable[LedgerEntry], *, at: datetime) -> Outcome[AccountingDay]:
    """A day with all its entries, for good."""
    sums: dict[str, Counter[Side]] = {}
    count = 0
    for entry in entries:
        count += 1
        for posting in entry.postings:
            sums.setdefault(without_owner(posting.account), Counter())[posting.side] += posting.amount.amount_minor
    totals = tuple(
        AccountTotal(code=code, debit_minor=found[Side.DEBIT], credit_minor=found[Side.CREDIT])
        for code, found in sorted(sums.items())
    )
    return Outcome(AccountingDay(day_id=on.isoformat(), entries=count, totals=totals, closed_at=at))


# --- The balance ------------------------------------------------------------------------------------------------------


def check_days(from_on: date, until_on: date) -> None:
    """Raises `DaysReversed`."""
    if not 0 <= (until_on - from_on).days < DAYS_MAX:
        raise DaysReversed(days=DAYS_MAX)


def trial_balance(days: Iterable[AccountingDay], *, from_on: date, until_on: date, fund: Fund) -> TrialBalance:
    """Of all closed days up to the last one asked for, in the order of the fund's numbers; those before the first make
    up what accounts stood at."""
    opening: Counter[str] = Counter()
    debits: Counter[str] = Counter()
    credits: Counter[str] = Counter()
    for day in days:
        for each in day.totals:
            if day.on < from_on:
                opening[each.code] += each.debit_minor - each.credit_minor
            else:
                debits[each.code] += each.debit_minor
                credits[each.code] += each.credit_minor
    lines = [
        BalanceLine(code=code, opening_minor=opening[code], debit_minor=debits[code], credit_minor=credits[code])
        for code in sorted({*opening, *debits, *credits}, key=lambda code: (number(code, fund=fund), code))
    ]
    return TrialBalance(from_on=from_on, until_on=until_on, lines=lines)


def number(code: str, *, fund: Fund) -> str:
    """Of the fund's chart; the ledger's own code where the fund gives none."""
    chart = fund.payments.accounting
    return code if chart is None else chart.account(code).number


def name(code: str, *, fund: Fund, language: str, text: Text) -> str:
    """Of the fund's chart; what the ledger's account holds where the fund gives none."""
    if fund.payments.accounting is None:
        return text(f"accounting.account.{code.partition(':')[0]}")
    return fund.payments.accounting.account(code).names[language]


def balance_table(found: TrialBalance, *, fund: Fund, language: str, text: Text) -> bytes:
    """The balance as CSV, an account a row; credits are below zero in `opening` and `closing`."""
    rows = [
        (
            number(line.code, fund=fund),
            name(line.code, fund=fund, language=language, text=text),
            line.code,
            *(
                _amount(amount_minor, fund.currency)
                for amount_minor in (line.opening_minor, line.debit_minor, line.credit_minor, line.closing_minor)
            ),
        )
        for line in found.lines
    ]
    return csv_table(BALANCE_COLUMNS, rows)


# --- The journal ------------------------------------------------------------------------------------------------------


def journal_file(
    day: AccountingDay, entries: Iterable[LedgerEntry], *, fund: Fund, language: str, text: Text
) -> Iterator[bytes]:
    """The entries of a closed day, a line each posting, in UTF-8 with tabs; the number of an entry is its place in the
    day."""
    yield _line(JOURNAL_COLUMNS)
    for place, entry in enumerate(entries, start=1):
        journal = journal_of(entry)
        head = (journal.short, text(f"accounting.journal.{journal}"), f"{day.on:%Y%m%d}-{place:06d}", _day(day.on))
        for posting in entry.postings:
            code = without_owner(posting.account)
            amount = _decimal_comma(posting.amount)
            sides = (amount, "0") if posting.side is Side.DEBIT else ("0", amount)
            account = number(code, fund=fund), name(code, fund=fund, language=language, text=text)
            piece = entry.entry_id, _day(entry.value_on or day.on), text(f"accounting.entry.{journal}")
            yield _line((*head, *account, "", "", *piece, *sides, "", "", _day(fund.day_of(day.closed_at)), "", ""))


def _line(cells: Sequence[str]) -> bytes:
    """A name that the fund gives may hold what would end a cell or a line."""
    return ("\t".join(" ".join(cell.split()) for cell in cells) + "\r\n").encode()


def _day(on: date) -> str:
    return f"{on:%Y%m%d}"


def _amount(amount_minor: int, currency: Currency) -> Decimal:
    return Money(amount_minor, currency).decimal()


def _decimal_comma(amount: Money) -> str:
    return str(amount.decimal()).replace(".", ",")
