from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.payments.banking.bank_file import BookedEntry, CurrenciesMixed, Direction
from services.payments.banking.iso20022 import camt054
from services.payments.banking.iso20022.camt054 import AmountMissing, BookingDateMissing
from services.payments.banking.iso20022.documents import (
    AmountTooLarge,
    ControlSumDiffers,
    CountDiffers,
    CurrencyUnknown,
    DecimalsTooMany,
)
from shared.kernel.money import Currency, Money
from simulators.bank.files import Booking
from simulators.bank.files import notice as bank_writes
from tests.payments.banking.files import DZD, FUND_ACCOUNT, TND, detail, entry, notice

RETURN = "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>"
REMITTANCE = "<RmtInf><Ustrd>دفع اشتراكات</Ustrd><Ustrd>PR2601123</Ustrd></RmtInf>"
STRUCTURED = "<RmtInf><Ustrd>free text</Ustrd><Strd><CdtrRefInf><Ref>PR2601123</Ref></CdtrRefInf></Strd></RmtInf>"


def read(*entries: str, **how) -> list[BookedEntry]:
    return list(camt054.read(notice(*entries, **how)).entries)


def test_an_entry_without_details_is_one_payment():
    assert read(entry("3150.25", direction="CRDT")) == [
        BookedEntry(
            entry_id="BANK-1",
            account=FUND_ACCOUNT,
            direction=Direction.CREDIT,
            amount=Money(315_025, DZD),
            booked_on=date(2026, 2, 3),
            end_to_end_id=None,
            remittance=None,
            return_reason=None,
            entry_reference="N-1",
        )
    ]


def test_a_batch_is_read_payment_by_payment():
    first, second = read(entry("3000.00", details="<Btch><NbOfTxs>2</NbOfTxs></Btch>" + detail() + detail("PAY-2")))

    assert (first.end_to_end_id, second.end_to_end_id) == ("PAY-1", "PAY-2")
    assert {first.amount, second.amount} == {Money(150_000, DZD)}
    assert {first.direction, second.direction} == {Direction.DEBIT}


@pytest.mark.parametrize(
    "more, remittance, return_reason",
    [
        ("", None, None),
        (REMITTANCE, "دفع اشتراكات PR2601123", None),
        (STRUCTURED, "PR2601123", None),
        (RETURN, None, "AC04"),
        (REMITTANCE + RETURN, "دفع اشتراكات PR2601123", "AC04"),
        ("<RtrInf><Rsn><Prtry>OWN</Prtry></Rsn></RtrInf>", None, "OWN"),
        ("<RtrInf/>", None, "MS03"),
    ],
)
def test_what_a_payment_says_of_itself(more, remittance, return_reason):
    (booked,) = read(entry(details=detail(more=more)))

    assert (booked.remittance, booked.return_reason) == (remittance, return_reason)


@pytest.mark.parametrize("details", ["", detail("NOTPROVIDED"), "<TxDtls/>"])
def test_a_reference_that_is_not_there_is_none(details):
    assert [booked.end_to_end_id for booked in read(entry(details=details))] == [None]


def test_b02_a_payment_says_where_it_stands_in_its_batch_and_what_it_is_known_by():
    refs = "<Refs><InstrId>I-1</InstrId><EndToEndId>PAY-1</EndToEndId><TxId>T-1</TxId><MndtId>M-1</MndtId></Refs>"
    first = f'<TxDtls>{refs}<Amt Ccy="DZD">1500.00</Amt>{REMITTANCE}<AddtlTxInf>more</AddtlTxInf></TxDtls>'
    batch = "<Btch><PmtInfId>MSG-1</PmtInfId><NbOfTxs>2</NbOfTxs></Btch>"

    one, two = read(entry("3000.00", details=batch + first + detail("PAY-2")))

    assert (one.place, one.count, two.place, two.count) == (0, 2, 1, 2)
    assert {one.payment_information_id, two.payment_information_id} == {"MSG-1"}
    assert (one.instruction_id, one.transaction_id, one.mandate_id) == ("I-1", "T-1", "M-1")
    assert one.texts == ("دفع اشتراكات", "PR2601123", "PAY-1", "I-1", "more")
    assert (two.entry_id, two.reference_is_own, two.entry_reference) == ("BANK-1", False, "N-1")


def test_b02_a_batch_that_lists_no_payments_is_one_entry_of_the_whole_sum():
    (whole,) = read(entry("960.00", details="<Btch><PmtInfId>MSG-1</PmtInfId><NbOfTxs>3</NbOfTxs></Btch>"))

    assert (whole.amount, whole.count, whole.payment_information_id) == (Money(96_000, DZD), 3, "MSG-1")
    assert whole.reference_is_own


@pytest.mark.parametrize("direction, other", [("DBIT", "00200300000005678997"), ("CRDT", "00200300000056789016")])
def test_the_other_side_is_named(direction, other):
    def account(number):
        return f"<Id><Othr><Id>{number}</Id></Othr></Id>"

    parties = (
        f"<DbtrAcct>{account('00200300000056789016')}</DbtrAcct><CdtrAcct>{account('00200300000005678997')}</CdtrAcct>"
    )

    (booked,) = read(entry(direction=direction, details=detail(more=f"<RltdPties>{parties}</RltdPties>")))

    assert booked.counterparty == other


def test_the_account_may_be_an_iban():
    (booked,) = read(entry(ccy="TND", amount="1.005"), account="<IBAN>TN5907040000000000012321</IBAN>")

    assert (booked.account, booked.amount) == ("TN5907040000000000012321", Money(1_005, TND))


@pytest.mark.parametrize("status, count", [("BOOK", 1), ("PDNG", 0), ("INFO", 0), ("FUTR", 0)])
def test_only_what_is_booked_is_money(status, count):
    assert len(read(entry(status=status))) == count


@pytest.mark.parametrize(
    "booked", ["<Dt>2026-02-03+01:00</Dt>", "<Dt>2026-02-03Z</Dt>", "<DtTm>2026-02-03T23:30:00Z</DtTm>"]
)
def test_the_day_is_the_bank_s(booked):
    assert read(entry(booked=f"<BookgDt>{booked}</BookgDt>"))[0].booked_on == date(2026, 2, 3)


def test_an_entry_without_a_day_is_refused():
    with pytest.raises(BookingDateMissing):
        read(entry(booked=""))


@pytest.mark.parametrize(
    "amount, ccy, minor",
    [
        ("1500", "DZD", 150_000),
        ("1500.5", "DZD", 150_050),
        ("1500.50000", "DZD", 150_050),
        ("1500.505", "TND", 1_500_505),
        ("0.001", "TND", 1),
        ("10000000000000.00", "DZD", 10**15),
    ],
)
def test_amounts_become_minor_units(amount, ccy, minor):
    assert read(entry(amount, ccy=ccy))[0].amount == Money(minor, Currency(ccy))


@pytest.mark.parametrize(
    "amount, ccy, error",
    [
        ("1500.505", "DZD", DecimalsTooMany),
        ("0.0001", "TND", DecimalsTooMany),
        ("1.00", "EUR", CurrencyUnknown),
        ("10000000000000.01", "DZD", AmountTooLarge),
    ],
)
def test_amounts_that_the_currency_does_not_have_are_refused(amount, ccy, error):
    with pytest.raises(error):
        read(entry(amount, ccy=ccy))


@pytest.mark.parametrize(
    "details, error",
    [
        (detail(amount='<Amt Ccy="DZD">1499.99</Amt>'), ControlSumDiffers),
        (detail() + detail("PAY-2"), ControlSumDiffers),
        (detail() + detail("PAY-2", direction="<CdtDbtInd>CRDT</CdtDbtInd>"), ControlSumDiffers),
        ("<Btch><NbOfTxs>2</NbOfTxs></Btch>" + detail(), CountDiffers),
        (detail(amount="") + detail("PAY-2", amount=""), AmountMissing),
        (detail(amount='<Amt Ccy="TND">1500.00</Amt>'), CurrenciesMixed),
    ],
)
def test_a_batch_that_does_not_add_up_is_refused(details, error):
    with pytest.raises(error):
        read(entry(details=details))


def test_a_batch_may_net_both_directions():
    back = detail("PAY-2", amount='<Amt Ccy="DZD">500.00</Amt>', direction="<CdtDbtInd>CRDT</CdtDbtInd>")

    paid, returned = read(entry("1000.00", details=detail() + back))

    assert (paid.direction, returned.direction) == (Direction.DEBIT, Direction.CREDIT)


@pytest.mark.parametrize(
    "summary, error",
    [
        ("<TtlDbtNtries><NbOfNtries>2</NbOfNtries><Sum>1500.00</Sum></TtlDbtNtries>", CountDiffers),
        ("<TtlDbtNtries><NbOfNtries>1</NbOfNtries><Sum>1500.01</Sum></TtlDbtNtries>", ControlSumDiffers),
        ("<TtlCdtNtries><Sum>1500.00</Sum></TtlCdtNtries>", ControlSumDiffers),
    ],
)
def test_a_notice_that_does_not_add_up_is_refused(summary, error):
    with pytest.raises(error):
        read(entry(), summary=f"<TxsSummry>{summary}</TxsSummry>")


movements = st.tuples(
    st.sampled_from([-1, 1]),
    st.lists(st.tuples(st.integers(1, 10**12), st.text("ابتثج abc123", max_size=20)), min_size=1, max_size=4),
)


@given(st.lists(movements, max_size=4), st.sampled_from([DZD, TND]))
def test_what_the_bank_writes_we_read_unchanged(batches, currency):
    at = datetime(2026, 2, 3, tzinfo=UTC)
    bookings = [
        [
            Booking(f"ent-{place}-{line}", side * minor, currency, "9", text.strip(), f"PAY-{line}", None, at)
            for line, (minor, text) in enumerate(lines)
        ]
        for place, (side, lines) in enumerate(batches)
    ]

    body = bank_writes(statement_id="S-1", at=at, account=FUND_ACCOUNT, currency=currency, entries=bookings)

    seen = [
        (
            entry.entry_id,
            entry.amount.amount_minor * (1 if entry.direction is Direction.CREDIT else -1),
            entry.remittance,
        )
        for entry in camt054.read(body).entries
    ]
    assert seen == [(one.entry_id, one.amount_minor, one.reference or None) for batch in bookings for one in batch]
