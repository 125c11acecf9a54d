"""What each cause of the ledger is on a statement, and how the lines add up."""

from datetime import date, timedelta
from typing import Any

import pytest

from services.payments.account_statements import rules
from services.payments.account_statements.account_statement import AccountStatement, StatementKind
from services.payments.ledger import rules as ledger
from services.payments.ledger.entry import LedgerEntry
from shared.kernel.money import Currency
from tests.kit.clock import AT
from tests.payments.builders import FIRM

BANK, CREDIT = "bank:collections", f"credit:{FIRM}"
OWED, NEXT = f"receivable:{FIRM}:2025", f"receivable:{FIRM}:2026"
PENALTY = f"penalty:{FIRM}:2025"
DAY = date(2026, 1, 20)


def entry(number: int, cause: str, debits: dict[str, int], credits: dict[str, int], *, on: date = DAY) -> LedgerEntry:
    return ledger.entry(
        entry_id=f"e{number}",
        cause=cause,
        at=AT + timedelta(days=number),
        currency=Currency.DZD,
        debits=debits,
        credits=credits,
        value_on=on,
    )


STORY = [
    entry(1, "declaration:d1:1", {OWED: 1_000}, {"contributions:pension": 1_000}),
    entry(2, "penalty:d1:1", {PENALTY: 50}, {"penalties:late-payment": 50}, on=date(2026, 2, 1)),
    entry(3, "collection:c1", {BANK: 1_100}, {OWED: 1_000, PENALTY: 50, CREDIT: 50}, on=date(2026, 1, 31)),
    entry(4, "penalty:d1:2", {"penalties:late-payment": 50}, {PENALTY: 50}, on=date(2026, 2, 3)),
    entry(5, "penalty:d1:2:surplus", {PENALTY: 50}, {CREDIT: 50}, on=date(2026, 2, 3)),
    entry(6, "declaration:d2:1", {NEXT: 300}, {"contributions:pension": 300}, on=date(2027, 1, 9)),
    entry(7, "credit:cr1:d2", {CREDIT: 100}, {NEXT: 100}, on=date(2027, 1, 9)),
]


def statement(**facts: Any) -> AccountStatement:
    return rules.statement(
        reversed(STORY), **{"employer_id": FIRM, "from_on": None, "until_on": None, "period": None, **facts}
    )


def test_lines_stand_in_the_order_of_their_days_with_a_running_balance() -> None:
    found = statement()
    assert [(line.kind.value, line.charged_minor, line.credited_minor, line.balance_minor) for line in found.lines] == [
        ("declared", 1_000, 0, 1_000),
        ("paid", 0, 1_100, -100),  # on the bank's day, before the penalty that it had not been known for
        ("penalty", 50, 0, -50),
        ("penalty", 0, 50, -100),
        ("credit-opened", 50, 50, -100),
        ("declared", 300, 0, 200),
        ("credit-used", 100, 100, 200),
    ]
    assert (found.opening_minor, found.closing_minor) == (0, 200)


@pytest.mark.parametrize(
    ("facts", "opening", "lines", "closing"),
    [
        ({"from_on": date(2026, 2, 1)}, -100, 5, 200),
        ({"from_on": date(2026, 2, 1), "until_on": date(2026, 2, 28)}, -100, 3, -100),
        ({"until_on": date(2026, 1, 31)}, 0, 2, -100),
        ({"from_on": date(2027, 1, 1), "until_on": date(2027, 12, 31)}, -100, 2, 200),
        ({"period": "2025"}, 0, 5, 0),
        ({"period": "2026"}, 0, 2, 200),
        ({"period": "2024"}, 0, 0, 0),
    ],
)
def test_a_time_and_a_period_leave_out_the_rest(facts: dict[str, Any], opening: int, lines: int, closing: int) -> None:
    found = statement(**facts)
    assert (found.opening_minor, len(found.lines), found.closing_minor) == (opening, lines, closing)


def test_a_time_does_not_end_before_it_begins() -> None:
    with pytest.raises(rules.TimeReversed):
        statement(from_on=date(2026, 2, 1), until_on=date(2026, 1, 31))


def test_another_employers_accounts_are_not_on_it() -> None:
    assert statement(employer_id="1600000002").lines == ()


@pytest.mark.parametrize(
    ("cause", "kind", "about"),
    [
        ("declaration:d1:2", StatementKind.DECLARED, "d1"),
        ("declaration:d1:2:cancelled", StatementKind.DECLARATION_REPLACED, "d1"),
        ("declaration:d1:2:surplus", StatementKind.CREDIT_OPENED, "d1"),
        ("assessment:a1:1", StatementKind.ASSESSED, "a1"),
        ("assessment:a1:1:cancelled", StatementKind.ASSESSMENT_ENDED, "a1"),
        ("assessment:a1:1:surplus", StatementKind.CREDIT_OPENED, "a1"),
        ("collection:c1", StatementKind.PAID, "c1"),
        ("collection:c1:ent:1", StatementKind.PAID, "c1"),
        ("collection:c1:reversed:ent:1", StatementKind.TAKEN_BACK, "c1"),
        ("payment:d1:ent:1", StatementKind.PAID, "d1"),
        ("credit:cr1:d1", StatementKind.CREDIT_USED, "d1"),
        ("credit:cr1:d1:2", StatementKind.CREDIT_USED, "d1"),
        ("refund:r1:ordered", StatementKind.REFUND_ORDERED, "r1"),
        ("refund:r1:cancelled", StatementKind.REFUND_CANCELLED, "r1"),
        ("penalty:d1:3", StatementKind.PENALTY, "d1"),
        ("penalty:d1:3:surplus", StatementKind.CREDIT_OPENED, "d1"),
        ("dispute:di1", StatementKind.DISPUTED, "di1"),
        ("dispute:di1:ended", StatementKind.DISPUTE_ENDED, "di1"),
        ("declaration:d2:1:disputed", StatementKind.DISPUTE_ENDED, "d2"),
        ("assessment:a1:1:disputed", StatementKind.DISPUTE_ENDED, "a1"),
        ("relief:d1:1", StatementKind.RELIEVED, "d1"),
        ("relief:d1:1:cancelled", StatementKind.RELIEF_ENDED, "d1"),
        ("something:else", StatementKind.OTHER, ""),
    ],
)
def test_each_cause_is_a_kind(cause: str, kind: StatementKind, about: str) -> None:
    assert rules.kind_of(cause) == (kind, about)


def test_money_that_was_booked_to_the_employer_alone_is_money() -> None:
    granted = entry(1, f"credit:{FIRM}:ent_1", {BANK: 70}, {CREDIT: 70})
    (line,) = rules.statement([granted], employer_id=FIRM, from_on=None, until_on=None, period=None).lines
    assert (line.kind, line.period, line.balance_minor) == (StatementKind.PAID, "", -70)


def test_the_table_begins_and_ends_with_what_is_owed() -> None:
    table = rules.as_csv(statement(from_on=date(2027, 1, 1)), currency=Currency.DZD, text=lambda kind: kind.upper())
    rows = table.decode("utf-8-sig").splitlines()
    assert rows[0] == "day,booked_at,kind,text,period,about,charged,credited,balance"
    assert rows[1] == ",,opening,,,,,,-1.00"
    assert rows[2].startswith("2027-01-09,") and rows[2].endswith(",declared,DECLARED,2026,d2,3.00,0.00,2.00")
    assert rows[-1] == ",,closing,,,,4.00,1.00,2.00"
