"""Closed days of the ledger: by the fund's clock, over HTTP, and held against the ledger's own balances."""

import csv
import io
from datetime import UTC, date, datetime
from typing import Any

import pytest
from pymongo.database import Database

from services.payments.accounting import store
from services.payments.accounting.periodic_tasks import DAYS_A_RUN, close_days
from services.payments.accounting.rules import BALANCE_COLUMNS, JOURNAL_COLUMNS
from services.payments.ledger import actions as ledger
from shared.storage.service_context import ServiceContext
from tests.kit.clock import Clock
from tests.kit.contexts import DZ, TN, context_on, reading, someone
from tests.payments.bank import office

FIRM, PERSON = "1600000001", "pamiraaaaaaaaaaaaaaaaaaaa"
BEFORE_MIDNIGHT = datetime(2026, 1, 30, 22, 59, tzinfo=UTC)
"""A minute before the end of the 30th in Algiers."""
DECLARED, COLLECTED, GRANTED = "declaration:d1:1", "collection:c1", "payout:p1"


@pytest.fixture
def clock() -> Clock:
    return Clock(BEFORE_MIDNIGHT)


@pytest.fixture
def books(database: Database[dict[str, Any]], mongodb: str, clock: Clock) -> ServiceContext:
    """A debt booked on the 30th of January, its money on the 31st, and a benefit on the 2nd of February."""
    context = context_on(database, mongodb, clock=clock)
    post(
        context,
        DECLARED,
        {f"receivable:{FIRM}:2025": 315_025},
        {"contributions:pension": 300_000, "contributions:health": 15_025},
    )
    clock.move(minutes=1)
    post(
        context,
        COLLECTED,
        {"bank:collections": 315_025},
        {f"receivable:{FIRM}:2025": 315_025},
        value_on=date(2026, 2, 1),
    )
    clock.move(days=2)
    post(context, GRANTED, {"benefits:care": 32_000}, {f"payable:{PERSON}": 32_000})
    return context


@pytest.fixture
def staff(books: ServiceContext) -> Any:
    return office(books).staff()


def post(context: ServiceContext, cause: str, debits: dict[str, int], credits: dict[str, int], **more: Any) -> None:
    context.run(
        DZ,
        by=someone(),
        cause=cause,
        action=lambda uow: ledger.post(uow, ledger.entry(uow, cause=cause, debits=debits, credits=credits, **more)),
    )


def test_a_day_is_closed_an_hour_after_its_end_in_the_fund_s_time(books: ServiceContext, clock: Clock) -> None:
    clock.at = datetime(2026, 1, 30, 23, 59, tzinfo=UTC)
    assert close_days(books, DZ) == 0 and store.last(reading(books)) is None
    clock.move(minutes=1)
    assert close_days(books, DZ) == 1
    day = store.last(reading(books))
    assert day is not None and (day.day_id, day.entries, day.booked_minor) == ("2026-01-30", 1, 315_025)
    clock.at = datetime(2026, 2, 3, 12, 0, tzinfo=UTC)
    assert close_days(books, DZ) == 3 and close_days(books, DZ) == 0


def test_a_fund_without_entries_closes_nothing_and_one_with_a_past_catches_up(
    books: ServiceContext, clock: Clock
) -> None:
    assert close_days(books, TN) == 0
    clock.move(days=60)
    assert [close_days(books, DZ) for _ in range(3)] == [DAYS_A_RUN, 62 - DAYS_A_RUN, 0]


def closed(books: ServiceContext, clock: Clock) -> None:
    clock.at = datetime(2026, 2, 3, 12, 0, tzinfo=UTC)
    close_days(books, DZ)


def rows(staff: Any, day: str, language: str = "fr") -> list[dict[str, str]]:
    found = staff.get(f"/accounting/days/{day}/journal", headers={"Accept-Language": language})
    assert found.mimetype == "text/tab-separated-values"
    assert f"filename=journal-{day}.txt" in found.headers["Content-Disposition"]
    assert found.get_data().endswith(b"\r\n") and b"\xef\xbb\xbf" not in found.get_data()
    return list(csv.DictReader(io.StringIO(found.text), dialect="excel-tab"))


def test_the_days_are_listed_newest_first(books: ServiceContext, staff: Any, clock: Clock) -> None:
    closed(books, clock)
    first = staff.get("/accounting/days?limit=3").json
    rest = staff.get(f"/accounting/days?limit=3&cursor={first['next']}").json
    assert [(each["day"], each["entries"], each["booked"]) for each in (*first["items"], *rest["items"])] == [
        ("2026-02-02", 1, "320.00"),
        ("2026-02-01", 0, "0.00"),
        ("2026-01-31", 1, "3150.25"),
        ("2026-01-30", 1, "3150.25"),
    ]
    assert first["items"][0]["closed_at"].startswith("2026-02-03T12:00:00") and rest["next"] is None


def test_a_journal_has_the_columns_of_the_format_and_names_nobody(
    books: ServiceContext, staff: Any, clock: Clock
) -> None:
    closed(books, clock)
    (declared, health, pension) = rows(staff, "2026-01-30")
    assert tuple(declared) == JOURNAL_COLUMNS
    assert declared == {
        "JournalCode": "CO",
        "JournalLib": "Cotisations",
        "EcritureNum": "20260130-000001",
        "EcritureDate": "20260130",
        "CompteNum": "411",
        "CompteLib": "Cotisations à recouvrer",
        "CompAuxNum": "",
        "CompAuxLib": "",
        "PieceRef": ledger.by_cause(reading(books), DECLARED).entry_id,
        "PieceDate": "20260130",
        "EcritureLib": "Cotisations ou majorations constatées",
        "Debit": "3150,25",
        "Credit": "0",
        "EcritureLet": "",
        "DateLet": "",
        "ValidDate": "20260203",
        "Montantdevise": "",
        "Idevise": "",
    }
    assert {(each["CompteNum"], each["Credit"]) for each in (health, pension)} == {
        ("706", "150,25"),
        ("706", "3000,00"),
    }
    money = rows(staff, "2026-01-31", "ar")
    assert [(each["JournalCode"], each["CompteNum"], each["PieceDate"]) for each in money] == [
        ("BQ", "5121", "20260201"),
        ("BQ", "411", "20260201"),
    ]
    assert money[0]["CompteLib"] == "البنك، حساب التحصيل"
    said = staff.get("/accounting/days/2026-02-02/journal").text
    assert "422" in said and PERSON not in said and FIRM not in said
    assert rows(staff, "2026-02-01") == []


def test_the_balance_carries_what_was_before_and_is_that_of_the_ledger(
    books: ServiceContext, staff: Any, clock: Clock
) -> None:
    closed(books, clock)
    shown = staff.get("/accounting/trial-balance?from_on=2026-01-31&until_on=2026-12-31").json
    assert (shown["from_on"], shown["until_on"], shown["currency"]) == ("2026-01-31", "2026-02-02", "DZD")
    assert shown["is_to_be_confirmed"] is True and shown["booked"] == "3470.25"
    assert [
        (each["number"], each["code"], each["opening"], each["debit"], each["credit"], each["closing"])
        for each in shown["accounts"]
    ] == [
        ("411", "receivable", "3150.25", "0.00", "3150.25", "0.00"),
        ("422", "payable", "0.00", "0.00", "320.00", "-320.00"),
        ("5121", "bank:collections", "0.00", "3150.25", "0.00", "3150.25"),
        ("60", "benefits:care", "0.00", "320.00", "0.00", "320.00"),
        ("706", "contributions:health", "-150.25", "0.00", "0.00", "-150.25"),
        ("706", "contributions:pension", "-3000.00", "0.00", "0.00", "-3000.00"),
    ]
    sums = {code: ledger.balance(reading(books), code).net_minor for code in ("contributions", "bank", "benefits")}
    assert sums == {"contributions": -315_025, "bank": 315_025, "benefits": 32_000}
    table = staff.get("/accounting/trial-balance/file?from_on=2026-01-31&until_on=2026-12-31")
    assert "filename=balance-2026-01-31-2026-02-02.csv" in table.headers["Content-Disposition"]
    (head, *lines) = csv.reader(io.StringIO(table.get_data().decode("utf-8-sig")))
    assert tuple(head) == BALANCE_COLUMNS and lines[2][:1] + lines[2][2:] == [
        "5121",
        "bank:collections",
        "0.00",
        "3150.25",
        "0.00",
        "3150.25",
    ]
    assert [line[3] for line in lines] == ["3150.25", "0.00", "0.00", "0.00", "-150.25", "-3000.00"]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("days/2026-02-03/journal", 404, "accounting.day-not-closed"),
        ("days/2025-01-01/journal", 404, "accounting.day-not-closed"),
        ("days/yesterday/journal", 404, "accounting.day-not-closed"),
        ("trial-balance?from_on=2026-02-03&until_on=2026-02-28", 404, "accounting.day-not-closed"),
        ("trial-balance?from_on=2026-02-03&until_on=2026-02-02", 422, "accounting.days-reversed"),
        ("trial-balance?from_on=2025-01-01&until_on=2026-01-02", 422, "accounting.days-reversed"),
        ("trial-balance?from_on=9999-12-31&until_on=9999-12-31", 404, "accounting.day-not-closed"),
        ("trial-balance", 422, "request.invalid"),
        ("trial-balance/file?from_on=2026-02-30&until_on=2026-03-01", 422, "request.invalid"),
    ],
)
def test_what_cannot_be_had_is_said_so(
    books: ServiceContext, staff: Any, clock: Clock, path: str, status: int, code: str
) -> None:
    closed(books, clock)
    refused = staff.get(f"/accounting/{path}")
    assert (refused.status_code, refused.json["code"]) == (status, code)


def test_the_days_of_a_fund_are_its_own(books: ServiceContext, clock: Clock) -> None:
    closed(books, clock)
    other = office(books).staff(fund=TN)
    assert other.get("/accounting/days").json["items"] == []
    assert other.get("/accounting/days/2026-01-30/journal").status_code == 404
