"""A bank that exchanges files of fixed-width lines and nothing else: what is written is read, and money moves by it."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.payments.banking.bank import BankOutcomeUnknown, BankRefused
from services.payments.banking.bank_file import CreditTransfer, Direction, PayoutHeading, Totals
from services.payments.banking.banks.fixed_files import FixedFilesBank
from services.payments.banking.banks.fixed_width import (
    LAYOUTS,
    FieldKind,
    FileIncomplete,
    FixedWidthField,
    LineMalformed,
    ValueTooLong,
    layout,
)
from services.payments.banking.fetching import StatementFetcher
from services.payments.banking.iso20022.documents import CountDiffers
from services.payments.banking.paying import PayoutSender
from services.payments.order_files.order_file import FileStatus
from services.payments.wiring import service
from shared.kernel.money import Currency, Money
from shared.storage.service_context import ServiceContext
from simulators.bank.accounts import open_fund_accounts
from simulators.bank.book import Book, move
from simulators.bank.exchange import Exchange
from simulators.bank.settings import FundAccount
from tests.kit.callers import Office
from tests.kit.clock import RunningClock
from tests.kit.contexts import DZ, context_on, handle, parked, published
from tests.kit.due_jobs import DueJobs
from tests.kit.people import AMIRA, KARIM
from tests.payments.bank import Bank, office, own_settings, running_bank
from tests.payments.banking.files import heading, transfer
from tests.payments.banking.test_jobs import balance, of_claim, only_batch
from tests.payments.builders import FIRM, REFUSED_RIB, RETURNED_RIB, RIB, approved, open_obligation, persons

FIXED = layout("fixed-160")
HEAD = "21" + "STM-1".ljust(35) + "00100100000001234563".ljust(34) + "DZD".ljust(89)
TAIL = "29000001+" + "0" * 18 + "20260203" + " " * 125


def movement(
    reference: str = "ENT-1",
    direction: str = "C",
    amount: str = "000000000315025",
    on: str = "20260203",
    text: str = "CT16000001",
    reason: str = "",
) -> str:
    line = f"22{reference:<28}{direction}{amount}{on}{'':<35}{'00200300000005678997':<34}{text:<35}{reason:<2}"
    assert len(line) == FIXED.width
    return line


@pytest.fixture
def bank(tmp_path: Path) -> FixedFilesBank:
    return FixedFilesBank(layout=FIXED, folder=tmp_path)


def put(bank: FixedFilesBank, name: str, *lines: str, newline: str = "\r\n") -> None:
    folder = bank.folder / "from-bank"
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes("".join(line + newline for line in lines).encode("latin-1"))


# --- The table --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(path.stem for path in LAYOUTS.glob("*.yaml")))
def test_every_layout_adds_up(name: str) -> None:
    assert layout(name).width > 0


VALUES: dict[FieldKind, st.SearchStrategy[Any]] = {
    FieldKind.TEXT: st.text("ABCxyz 019-/.", max_size=8).map(str.strip),
    FieldKind.NUMBER: st.integers(0, 99_999_999),
    FieldKind.DATE: st.none() | st.dates(date(1900, 1, 1), date(2999, 12, 31)),
}


@given(st.sampled_from(sorted(FieldKind)).flatmap(lambda kind: st.tuples(st.just(kind), VALUES[kind])))
def test_what_is_written_is_read(of_kind: tuple[FieldKind, Any]) -> None:
    kind, value = of_kind
    field = FixedWidthField(name="f", width=8, kind=kind)
    assert len(field.write(value)) == 8 and field.read(field.write(value)) == value


@given(st.binary(max_size=600))
def test_whatever_a_file_holds_it_is_read_or_refused(body: bytes) -> None:
    for kind in (FIXED.orders, FIXED.report, FIXED.statement):
        try:
            FIXED.read(kind, body)
        except FileIncomplete:
            continue


def test_a_value_that_does_not_fit_is_refused_and_never_cut() -> None:
    with pytest.raises(ValueTooLong):
        FixedWidthField(name="account", width=4).write("12345")
    with pytest.raises(ValueTooLong):
        FixedWidthField(name="amount", width=4, kind=FieldKind.NUMBER).write(12345)


# --- Files of the bank ------------------------------------------------------------------------------------------------


def test_a_file_of_orders_says_whom_how_much_and_what_it_all_comes_to(bank: FixedFilesBank) -> None:
    transfers = [transfer("PAY-1", minor=150_000), transfer("PAY-2", minor=1)]
    lines = bank.write(heading(transfers), transfers).decode("ascii").split("\r\n")
    assert [len(line) for line in lines] == [160, 160, 160, 160, 0]
    assert lines[1][:37].split() == ["02PAY-1"] and lines[1][37:71].strip() == "00200300000005678997"
    assert lines[1][106:121] == "000000000150000" and "?" not in lines[1], "Arabic is written in Latin letters"
    assert lines[3][2:8] == "000002" and lines[3][8:26] == "000000000000150001"


def test_an_account_that_its_field_does_not_hold_is_refused(bank: FixedFilesBank) -> None:
    head = PayoutHeading(
        message_id="M" * 35,
        created_at=datetime(2026, 2, 1, tzinfo=UTC),
        execute_on=date(2026, 2, 1),
        debtor_name="Caisse",
        debtor_account="0" * 34,
        debtor_bank="001",
        totals=Totals(1, Money(10**15, Currency.DZD)),
    )
    too_much = CreditTransfer("E1", "Amina", "0" * 20, Money(10**15, Currency.DZD), "soin")
    with pytest.raises(ValueTooLong):
        bank.write(head, [too_much])


def test_booked_entries_are_read(bank: FixedFilesBank) -> None:
    put(bank, "statement-1.txt", HEAD, movement(), TAIL)
    notice = bank.statement("1")
    assert notice is not None and notice.faults == ()
    (entry,) = notice.entries
    assert (entry.entry_id, entry.direction, entry.amount) == (
        "ENT-1",
        Direction.CREDIT,
        Money(315_025, Currency.DZD),
    )
    assert entry.texts == ("CT16000001",) and entry.booked_on == date(2026, 2, 3) and entry.end_to_end_id is None
    assert notice.balances[0].on == date(2026, 2, 3)


@pytest.mark.parametrize(
    "change",
    [
        lambda line: line.rstrip(),
        lambda line: line + "   ",
        lambda line: line,
    ],
    ids=["blanks at the end are gone", "more blanks", "as it is"],
)
@pytest.mark.parametrize("newline", ["\r\n", "\n", "\r"])
def test_lines_are_read_as_editors_and_transfer_programs_leave_them(
    bank: FixedFilesBank, change: Callable[[str], str], newline: str
) -> None:
    put(bank, "statement-1.txt", *map(change, (HEAD, movement(), TAIL)), "", "\x1a", newline=newline)
    notice = bank.statement("1")
    assert notice is not None and len(notice.entries) == 1 and notice.faults == ()


@pytest.mark.parametrize(
    "bad",
    [
        movement(direction="X"),
        movement(amount="00000000031502A"),
        movement(on="20260230"),
        movement(reference=""),
        movement(amount="0" * 15),
        "XX" + " " * 158,
        movement() + "more",
    ],
)
def test_one_bad_line_holds_up_no_other(bank: FixedFilesBank, bad: str) -> None:
    put(bank, "statement-1.txt", HEAD, bad, movement("ENT-2"), TAIL)
    notice = bank.statement("1")
    assert notice is not None and [entry.entry_id for entry in notice.entries] == ["ENT-2"]
    assert LineMalformed in {type(fault) for fault in notice.faults}, "so that an operator sees the file"


def test_a_balance_beyond_all_money_is_a_fault_of_its_line_and_stops_no_entry(bank: FixedFilesBank) -> None:
    put(bank, "statement-1.txt", HEAD, movement(), TAIL.replace("+" + "0" * 18, "+2" + "0" * 17))
    notice = bank.statement("1")
    assert notice is not None and len(notice.entries) == 1 and notice.balances == ()
    assert [(type(fault), fault.parameters["line"]) for fault in notice.faults] == [(LineMalformed, 3)]


def test_a_heading_in_no_currency_is_a_line_that_cannot_be_read(bank: FixedFilesBank) -> None:
    put(bank, "statement-x.txt", HEAD.replace("DZD", "QQQ"), movement(), TAIL)
    with pytest.raises(LineMalformed):
        bank.statement("x")


@pytest.mark.parametrize("number", ["KW81CBKU0000000000001234560101", "00100100000001234563"])
def test_the_bank_s_statements_of_long_account_numbers_are_read_too(tmp_path: Path, number: str) -> None:
    book, currency = Book(tmp_path / "book"), Currency("DZD")
    open_fund_accounts(book, (FundAccount(fund=DZ, account=number, currency=currency),))
    with book.transaction() as uow:
        move(uow, debtor="cash", creditor=number, amount_minor=1_500, currency=currency, reference="CT16000001")
    exchange = Exchange(book, {DZ: tmp_path / "shared"})
    exchange.publish_booked()
    exchange.publish_booked()
    ours = FixedFilesBank(layout=FIXED, folder=tmp_path / "shared")
    (name,) = ours.new_statements()
    notice = ours.statement(name)
    assert notice is not None and not notice.faults
    assert [(each.account, each.amount, each.remittance) for each in notice.entries] == [
        (number, Money(1_500, currency), "CT16000001")
    ]


def test_a_file_without_its_last_line_is_not_there_yet(bank: FixedFilesBank) -> None:
    put(bank, "statement-1.txt", HEAD, movement())
    with pytest.raises(FileIncomplete):
        bank.statement("1")
    put(bank, "statement-2.txt", HEAD, movement(), movement("ENT-2"), TAIL)
    notice = bank.statement("2")
    assert notice is not None and [type(fault) for fault in notice.faults] == [CountDiffers]


def test_only_whole_files_with_plain_names_are_new(bank: FixedFilesBank) -> None:
    assert bank.new_statements() == ()
    for name in ("statement-b.txt", "statement-a.txt", ".statement-c.txt.part", "report-x.txt", "statement-ü.txt"):
        put(bank, name, HEAD, TAIL)
    assert bank.new_statements() == ["a", "b"]
    bank.is_booked("a")
    bank.is_booked("a")
    assert bank.new_statements() == ["b"] and bank.statement("a") is not None


def test_a_file_is_handed_in_once(bank: FixedFilesBank) -> None:
    assert not bank.has_file("M1") and bank.report("M1") is None
    bank.send_file(b"first", message_id="M1")
    (bank.folder / "to-bank" / "M1.txt").unlink()  # the bank's program took it
    bank.send_file(b"first", message_id="M1")
    assert not (bank.folder / "to-bank" / "M1.txt").exists() and bank.has_file("M1")
    silent = bank.report("M1")
    assert silent is not None and silent.is_pending, "the bank has the file, and has not said anything"


def test_a_folder_that_is_gone_is_a_silent_bank(tmp_path: Path) -> None:
    (tmp_path / "to-bank").write_text("a file where the folder was")
    with pytest.raises(BankOutcomeUnknown):
        FixedFilesBank(layout=FIXED, folder=tmp_path).send_file(b"x", message_id="M1")


def test_it_has_no_payment_page(bank: FixedFilesBank) -> None:
    with pytest.raises(BankRefused):
        bank.open_checkout(payment_id="c1", fund_id=DZ, amount_minor=1, currency=Currency.DZD, return_url="http://x/")
    assert bank.payment("c1", currency=Currency.DZD) is None
    assert bank.close_checkout("c1", currency=Currency.DZD) is None


# --- With the bank itself, a running program --------------------------------------------------------------------------


THIRD = "pthirddddddddddddddddddd"
LOOKS_MAX = 200


@dataclass(frozen=True)
class Town:
    context: ServiceContext
    made: Office
    bank: Bank
    paying: DueJobs
    fetching: DueJobs
    clock: RunningClock

    def until(self, is_so: Callable[[], bool]) -> None:
        """Go round as a worker does, and give the bank's own program time, until something is so."""
        for _ in range(LOOKS_MAX):
            self.clock.move(seconds=20)
            self.paying.run(self.context, DZ)
            self.fetching.look(self.context, DZ)
            self.fetching.run(self.context, DZ)
            if is_so():
                return
            time.sleep(0.1)
        raise AssertionError("the bank did not come to it")


@pytest.fixture
def town(database: Any, mongodb: str, tmp_path: Path) -> Iterator[Town]:
    clock, folder = RunningClock(), tmp_path / "exchange"
    context = context_on(database, mongodb, clock=clock)
    files = FixedFilesBank(layout=FIXED, folder=folder)
    with running_bank(tmp_path / "bank", folders={DZ: folder}) as bank:
        made = office(context, own_settings(bank.url))
        sender, fetcher = PayoutSender(lambda _: files), StatementFetcher(lambda _: files)
        yield Town(context, made, bank, DueJobs(sender), DueJobs(fetcher), clock)


def test_payouts_and_transfers_go_through_files_alone(town: Town) -> None:
    context = town.context
    handle(
        context,
        service,
        persons({AMIRA: RIB, KARIM: RETURNED_RIB, THIRD: REFUSED_RIB}),
        approved(),
        approved("c2", person_ref=KARIM),
        approved("c3", person_ref=THIRD),
    )
    town.until(lambda: only_batch(context).status is FileStatus.CLOSED)
    assert [of_claim(context, each).status for each in ("c1", "c2", "c3")] == ["paid", "returned", "returned"]
    assert [of_claim(context, each).steps[-1].about for each in ("c2", "c3")] == ["AC04", "AC01"]
    assert balance(town.made, "bank:payouts") == ("320.00", "credit")
    assert len(town.bank.log("file-taken")) == 1 and town.bank.fund.webhooks == []

    open_obligation(context)
    asked = town.made.employer(FIRM).post("/declarations/d1/collections", {"rail": "transfer"}).json
    town.bank.transfer(reference=asked["reference"], amount="3150.25")
    town.until(lambda: "payments.declaration-paid" in published(context))
    assert town.made.staff().get("/differences").json["items"] == [] and parked(context) == []
