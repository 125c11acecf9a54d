"""What a day of the ledger adds up to, to which journal an entry belongs, and what a balance carries."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.payments.accounting import rules
from services.payments.accounting.accounting_day import AccountingDay, AccountTotal
from services.payments.accounting.rules import DaysReversed, Journal
from services.payments.ledger import account
from services.payments.ledger.entry import LedgerEntry
from services.payments.ledger.rules import entry
from shared.funds.accounting import Accounting, ChartAccount, LedgerAccountKind
from shared.funds.fund import Fund
from shared.funds.law import Confidence, Law
from shared.kernel.money import Currency
from tests.kit.clock import AT
from tests.kit.contexts import DZ, funds

FIRM, OTHER_FIRM = "1600000001", "1600000002"
ON = date(2026, 2, 10)


def booked(debits: Mapping[str, int], credits: Mapping[str, int], *, at: datetime = AT, **more: Any) -> LedgerEntry:
    facts = {"entry_id": "e1", "cause": "c", "currency": Currency("DZD"), "value_on": ON, **more}
    return entry(at=at, debits=debits, credits=credits, **facts)


@pytest.mark.parametrize(
    ("debit", "credit", "journal"),
    [
        (f"receivable:{FIRM}:2025", "contributions:pension", Journal.CONTRIBUTIONS),
        (f"penalty:{FIRM}:2025", "penalties:late-payment", Journal.CONTRIBUTIONS),
        ("bank:collections", f"receivable:{FIRM}:2025", Journal.BANK),
        ("bank:collections", "operator:mahfadha", Journal.BANK),
        ("operator:mahfadha", f"receivable:{FIRM}:2025", Journal.OPERATORS),
        ("benefits:care", "payable:p1", Journal.BENEFITS),
        ("payable:p1", "bank:payouts", Journal.BANK),
        (f"receivable:{FIRM}:2025", f"credit:{FIRM}", Journal.GENERAL),
        ("written-off:lost", "suspense:unmatched", Journal.GENERAL),
    ],
)
def test_the_accounts_that_an_entry_moves_say_its_journal(debit: str, credit: str, journal: Journal) -> None:
    assert rules.journal_of(booked({debit: 100}, {credit: 100})) is journal


@pytest.mark.parametrize(
    ("code", "without"),
    [
        (f"receivable:{FIRM}:2025", "receivable"),
        ("payable:p1", "payable"),
        ("self-payer:p1:2026-M01", "self-payer"),
        ("contributions:pension", "contributions:pension"),
        ("bank:payouts", "bank:payouts"),
    ],
)
def test_the_books_know_no_owner(code: str, without: str) -> None:
    assert account.without_owner(code) == without


def test_a_day_adds_up_all_owners_and_both_sides() -> None:
    day = rules.close(
        ON,
        [
            booked({f"receivable:{FIRM}:2025": 300}, {"contributions:pension": 300}),
            booked({f"receivable:{OTHER_FIRM}:2025": 200}, {"contributions:pension": 150, "contributions:health": 50}),
            booked({"bank:collections": 120}, {f"receivable:{FIRM}:2025": 120}),
        ],
        at=AT,
    ).thing
    assert (day.day_id, day.on, day.entries, day.booked_minor) == ("2026-02-10", ON, 3, 620)
    assert [(each.code, each.debit_minor, each.credit_minor) for each in day.totals] == [
        ("bank:collections", 120, 0),
        ("contributions:health", 0, 50),
        ("contributions:pension", 0, 450),
        ("receivable", 500, 120),
    ]


@given(
    st.lists(
        st.tuples(st.integers(1, 28), st.sampled_from(["a", "b", "c"]), st.integers(1, 10**12)), min_size=1, max_size=30
    ),
    st.integers(1, 28),
    st.integers(0, 27),
)
def test_whatever_was_booked_openings_and_closings_add_up_to_nothing(
    moves: list[tuple[int, str, int]], first: int, more: int
) -> None:
    days = [
        AccountingDay(
            day_id=date(2026, 2, day).isoformat(),
            entries=1,
            totals=(
                AccountTotal(code=f"benefits:{kind}", debit_minor=amount, credit_minor=0),
                AccountTotal(code="payable", debit_minor=0, credit_minor=amount),
            ),
            closed_at=AT,
        )
        for day, kind, amount in sorted(moves)
    ]
    until_on = date(2026, 2, min(28, first + more))
    asked = [day for day in days if day.on <= until_on]
    found = rules.trial_balance(asked, from_on=date(2026, 2, first), until_on=until_on, fund=funds()[DZ])
    assert sum(line.opening_minor for line in found.lines) == 0 == sum(line.closing_minor for line in found.lines)
    assert found.booked_minor == sum(day.booked_minor for day in asked if day.on.day >= first)
    payable = {line.code: line for line in found.lines}.get("payable")
    assert (payable.closing_minor if payable else 0) == -sum(day.booked_minor for day in asked)


@pytest.mark.parametrize(("first", "last"), [("2026-01-02", "2026-01-01"), ("2025-01-01", "2026-01-02")])
def test_days_that_are_none(first: str, last: str) -> None:
    with pytest.raises(DaysReversed):
        rules.check_days(date.fromisoformat(first), date.fromisoformat(last))


def _with_chart(chart: Accounting | None) -> Fund:
    fund = funds()[DZ]
    payments = replace(fund.payments, accounting=chart)
    return replace(fund, sections=replace(fund.sections, payments=payments))


def _chart(**more: ChartAccount) -> Accounting:
    accounts = {kind.value: ChartAccount(number="47", names={"fr": kind.value}) for kind in LedgerAccountKind}
    law = Law(valid_from=ON, reference="r", confidence=Confidence.UNKNOWN)
    return Accounting(accounts={**accounts, **more}, law=law)


def test_an_account_s_own_number_stands_before_that_of_its_kind() -> None:
    fund = _with_chart(_chart(**{"bank:payouts": ChartAccount(number="5122", names={"fr": "Banque, prestations"})}))
    named = [
        (rules.number(code, fund=fund), rules.name(code, fund=fund, language="fr", text=str))
        for code in ("bank:payouts", "bank:collections")
    ]
    assert named == [("5122", "Banque, prestations"), ("47", "bank")]


def test_a_fund_without_a_chart_has_the_ledger_s_codes() -> None:
    fund = _with_chart(None)
    assert rules.number("bank:payouts", fund=fund) == "bank:payouts"
    assert rules.name("bank:payouts", fund=fund, language="fr", text=str) == "accounting.account.bank"


def test_what_would_end_a_cell_or_a_line_does_not() -> None:
    fund = _with_chart(_chart(benefits=ChartAccount(number="60", names={"fr": "Prestations\tde\r\nsoins"})))
    day = rules.close(ON, [], at=AT).thing
    made = booked({"benefits:care": 100}, {"payable:p1": 100})
    lines = list(rules.journal_file(day, [made], fund=fund, language="fr", text=str))
    assert [line.count(b"\t") for line in lines] == [17, 17, 17] and all(line.endswith(b"\r\n") for line in lines)
    assert b"\tPrestations de soins\t" in lines[1]


@pytest.mark.parametrize(
    ("accounts", "said"),
    [
        ({"benefits": None}, "benefits missing"),
        ({"cash:box": ChartAccount(number="53", names={})}, "cash:box is no account"),
        ({"bank": ChartAccount(number="cinq", names={})}, "accounts.bank: number"),
    ],
)
def test_a_chart_that_cannot_be_used_is_refused(accounts: dict[str, ChartAccount | None], said: str) -> None:
    whole = {**_chart().accounts, **accounts}
    with pytest.raises(ValueError, match="accounts") as refused:
        Accounting(accounts={code: each for code, each in whole.items() if each is not None}, law=_chart().law)
    assert said in str(refused.value)
