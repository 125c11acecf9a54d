from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.payments.banking.bank_file import BookedEntry, ClosingBalance, Direction
from services.payments.banking.iso20022 import camt
from services.payments.banking.iso20022.camt import DirectionMissing
from services.payments.banking.iso20022.documents import (
    AmountNotReadable,
    ControlSumDiffers,
    CountDiffers,
    SchemaBroken,
)
from shared.kernel.money import Currency, Money
from simulators.bank.files import Booking
from simulators.bank.files import notice as bank_writes
from tests.payments.banking.files import DZD, FUND_ACCOUNT, TND, detail, entry, notice

RETURN = "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>"
REMITTANCE = "<RmtInf><Ustrd>دفع اشتراكات</Ustrd><Ustrd>PR2601123</Ustrd></RmtInf>"
STRUCTURED = "<RmtInf><Ustrd>free text</Ustrd><Strd><CdtrRefInf><Ref>PR2601123</Ref></CdtrRefInf></Strd></RmtInf>"


def read(*entries: str, **how) -> list[BookedEntry]:
    return list(camt.read(notice(*entries, **how)).entries)


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


@pytest.mark.parametrize(
    "written, minor", [(".50", 50), ("0.5", 50), ("1500.", 150_000), ("1500.2500", 150_025), ("+1500.25", 150_025)]
)
def test_an_amount_is_written_as_xml_writes_numbers(written, minor):
    assert [booked.amount for booked in read(entry(written))] == [Money(minor, DZD)]


@pytest.mark.parametrize("status, count", [("BOOK", 1), ("PDNG", 0), ("INFO", 0), ("FUTR", 0)])
def test_only_what_is_booked_is_money(status, count):
    assert len(read(entry(status=status))) == count


@pytest.mark.parametrize(
    "booked", ["<Dt>2026-02-03+01:00</Dt>", "<Dt>2026-02-03Z</Dt>", "<DtTm>2026-02-03T23:30:00Z</DtTm>"]
)
def test_the_day_is_the_bank_s(booked):
    assert read(entry(booked=f"<BookgDt>{booked}</BookgDt>"))[0].booked_on == date(2026, 2, 3)


def test_an_entry_without_a_day_of_its_own_has_that_of_its_value_or_waits_for_a_person():
    (booked,) = read(entry(booked="<ValDt><Dt>2026-02-04</Dt></ValDt>"))
    assert (booked.booked_on, booked.stated) == (date(2026, 2, 4), "")

    (booked,) = read(entry(booked=""))
    assert (booked.booked_on, booked.stated) == (date(2026, 2, 3), "1500.00 DZD"), "the day of the file"
    assert booked.amount == Money(150_000, Currency.OTHER)


@pytest.mark.parametrize(
    "amount, ccy, minor",
    [
        ("1500", "DZD", 150_000),
        ("1500.5", "DZD", 150_050),
        ("1500.50000", "DZD", 150_050),
        ("1500.505", "TND", 1_500_505),
        ("0.001", "TND", 1),
        ("10000000000000.00", "DZD", 10**15),
        ("12.00", "EUR", 1_200),
        ("2700", "XOF", 2_700),
        ("2700.00000", "JPY", 2_700),
        ("1500.505", "LYD", 1_500_505),
        ("1500.505", "IQD", 1_500_505),
    ],
)
def test_amounts_become_minor_units(amount, ccy, minor):
    assert read(entry(amount, ccy=ccy))[0].amount == Money(minor, Currency(ccy))


@pytest.mark.parametrize(
    "amount, ccy, minor",
    [
        ("1500.505", "DZD", 150_050),
        ("0.0001", "TND", 1),
        ("12.00", "XXX", 1_200),
        ("12.00", "XAU", 1_200),
        ("12.00", "CLF", 1_200),
        ("2700.5", "XOF", 270_050),
        ("10000000000000.01", "DZD", 10**15),
    ],
)
def test_b06_an_amount_that_no_rule_can_book_waits_for_a_person_and_the_rest_is_read(amount, ccy, minor):
    foreign, good = read(entry(amount, ccy=ccy, details=detail(more=REMITTANCE)), entry())

    assert (foreign.amount, foreign.stated) == (Money(minor, Currency.OTHER), f"{amount} {ccy}")
    assert (foreign.end_to_end_id, foreign.texts[:2]) == ("PAY-1", ("دفع اشتراكات", "PR2601123"))
    assert (good.amount, good.stated) == (Money(150_000, DZD), "")


@pytest.mark.parametrize("amount, ccy", [("0.00", "DZD"), ("0", "TND"), ("0.000", "EUR")])
def test_b04_zero_moves_nothing_and_the_rest_is_read(amount, ccy):
    (good,) = read(entry(amount, ccy=ccy), entry())

    assert good.amount == Money(150_000, DZD)


def test_b04_a_payment_of_nothing_within_a_batch_is_passed_over():
    first, third = read(entry(details=detail() + detail("PAY-2", amount='<Amt Ccy="DZD">0.00</Amt>')), entry())

    assert (first.end_to_end_id, first.place, third.end_to_end_id) == ("PAY-1", 0, None)


# --- How an entry is shared among its payments ------------------------------------------------------------------------


def within(place: str, amount: str, ccy: str = "DZD") -> str:
    return f'<AmtDtls><{place}><Amt Ccy="{ccy}">{amount}</Amt></{place}></AmtDtls>'


def charges(amount: str, ccy: str = "DZD") -> str:
    return f'<Chrgs><Rcrd><Amt Ccy="{ccy}">{amount}</Amt></Rcrd></Chrgs>'


@pytest.mark.parametrize("place", ["TxAmt", "InstdAmt", "CntrValAmt"])
def test_b07_a_payment_s_amount_may_stand_in_its_details(place):
    details = detail(amount=within(place, "3150.25")) + detail("PAY-2", amount=within(place, "3150.25"))

    first, second = read(entry("6300.50", direction="CRDT", details=details))

    assert {first.amount, second.amount} == {Money(315_025, DZD)}
    assert (first.end_to_end_id, second.end_to_end_id) == ("PAY-1", "PAY-2")


@pytest.mark.parametrize(
    "of_payment, of_entry",
    [
        (charges("15.00"), ""),
        ("", charges("15.00")),
        (charges("10.00"), charges("5.00")),
        ('<Chrgs><TtlChrgsAndTaxAmt Ccy="DZD">15.00</TtlChrgsAndTaxAmt></Chrgs>', ""),
    ],
)
@pytest.mark.parametrize("direction, moved", [("CRDT", "3135.25"), ("DBIT", "3165.25")])
def test_b07_charges_are_told_apart_from_the_payment(direction, moved, of_payment, of_entry):
    whole = entry(moved, direction=direction, details=detail(amount='<Amt Ccy="DZD">3150.25</Amt>', more=of_payment))

    (booked,) = read(whole.replace("</BkTxCd>", f"</BkTxCd>{of_entry}"))

    assert booked.amount == Money(315_025, DZD)
    assert sum(charge.amount_minor for charge in booked.charges) == 1_500


def test_b07_charges_that_the_account_was_not_charged_here_are_left_out():
    (booked,) = read(entry(details=detail(more=charges("15.00"))))

    assert (booked.amount, booked.charges) == (Money(150_000, DZD), ())


def test_b07_the_gross_amount_counts_where_the_net_one_does_not_add_up():
    amounts = '<Amt Ccy="EUR">10.50</Amt>' + within("TxAmt", "1500.00")

    (booked,) = read(entry(details=detail(amount=amounts)))

    assert booked.amount == Money(150_000, DZD)


def test_b07_an_amount_of_nought_is_no_amount_where_another_is_given():
    amounts = '<Amt Ccy="DZD">0.00</Amt>' + within("TxAmt", "1500.00")

    assert [booked.amount for booked in read(entry(details=detail(amount=amounts)))] == [Money(150_000, DZD)]


@pytest.mark.parametrize("amount", ["", '<Amt Ccy="SEK">0</Amt>', '<Amt Ccy="EUR">10.50</Amt>'])
def test_b07_one_payment_without_an_amount_in_the_account_s_currency_has_the_entry_s(amount):
    (booked,) = read(entry(details=detail(amount=amount)))

    assert (booked.amount, booked.end_to_end_id, booked.stated) == (Money(150_000, DZD), "PAY-1", "")


def test_b07_what_the_account_moved_by_is_believed_over_what_a_payment_says():
    (booked,) = read(entry(details=detail(amount='<Amt Ccy="DZD">1499.99</Amt>')))

    assert (booked.amount, booked.end_to_end_id) == (Money(150_000, DZD), "PAY-1")


def test_a_direction_as_the_other_side_sees_it_is_not_believed():
    credit = "<CdtDbtInd>CRDT</CdtDbtInd>"

    first, second = read(entry("3000.00", details=detail(direction=credit) + detail("PAY-2", direction=credit)))

    assert {first.direction, second.direction} == {Direction.DEBIT}


@pytest.mark.parametrize(
    "details",
    [
        detail() + detail("PAY-2"),
        detail(amount="") + detail("PAY-2", amount=""),
        detail(amount='<Amt Ccy="EUR">5.00</Amt>') + detail("PAY-2"),
        "<Btch><NbOfTxs>2</NbOfTxs></Btch>" + detail(amount='<Amt Ccy="DZD">500.00</Amt>'),
        "<Btch><NbOfTxs>2</NbOfTxs></Btch>",
    ],
)
def test_a_batch_that_does_not_add_up_is_one_entry_that_names_nobody(details):
    """How much each payment was is not known: neither may be booked, and nobody loses sight of the money."""
    (whole,) = read(entry("1500.00", details=details))

    assert (whole.amount, whole.count, whole.reference_is_own) == (Money(150_000, DZD), 2, True)
    assert (whole.end_to_end_id, whole.texts) == (None, ())


def test_b02_a_batch_whose_payments_have_no_amounts_is_still_known_as_our_file():
    refs = "<TxDtls><Refs><PmtInfId>MSG-1</PmtInfId></Refs></TxDtls>"

    (whole,) = read(entry("960.00", details=refs * 3))

    assert (whole.payment_information_id, whole.count) == ("MSG-1", 3)


def test_b02_several_files_in_one_entry_are_told_apart():
    def batch(name, amount, number):
        return (
            f"<NtryDtls><Btch><PmtInfId>{name}</PmtInfId><NbOfTxs>{number}</NbOfTxs>"
            f'<TtlAmt Ccy="DZD">{amount}</TtlAmt></Btch></NtryDtls>'
        )

    whole = entry("1500.00").replace("</Ntry>", batch("F-1", "960.00", 3) + batch("F-2", "540.00", 2) + "</Ntry>")
    first, second = read(whole)

    assert (first.payment_information_id, first.amount, first.count) == ("F-1", Money(96_000, DZD), 3)
    assert (second.payment_information_id, second.amount, second.count) == ("F-2", Money(54_000, DZD), 2)


def test_what_an_entry_says_is_said_of_a_payment_only_where_it_is_alone():
    parsed = "<AddtlNtryInf>VIR CT1</AddtlNtryInf></Ntry>"
    (alone,) = read(entry(details=detail()).replace("</Ntry>", parsed))
    both = read(entry("3000.00", details=detail() + detail("PAY-2")).replace("</Ntry>", parsed))

    assert alone.texts == ("PAY-1", "VIR CT1")
    assert [one.texts for one in both] == [("PAY-1",), ("PAY-2",)]


def test_b08_a_return_and_a_reversal_say_so():
    (reversed_,) = read(entry().replace("<Sts>", "<RvslInd>true</RvslInd><Sts>"))
    returned = "<Domn><Cd>PMNT</Cd><Fmly><Cd>ICDT</Cd><SubFmlyCd>RRTN</SubFmlyCd></Fmly></Domn>"
    (back,) = read(entry(direction="CRDT").replace("<Prtry><Cd>TRANSFER</Cd></Prtry>", returned))

    assert (reversed_.is_reversal, reversed_.return_reason) == (True, None)
    assert (back.is_reversal, back.return_reason) == (False, "MS03")


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
def test_an_account_whose_entries_do_not_add_up_is_a_fault_and_the_others_are_read(summary, error):
    whole = notice(entry(), summary=f"<TxsSummry>{summary}</TxsSummry>")
    other = notice(entry("12.00")).partition(b"<Ntfctn>")[2].partition(b"</Ntfctn>")[0]

    parsed = camt.read(whole.replace(b"</Ntfctn>", b"</Ntfctn><Ntfctn>" + other + b"</Ntfctn>"))

    assert [type(fault) for fault in parsed.faults] == [error]
    assert [booked.amount for booked in parsed.entries] == [Money(1_200, DZD)]


@pytest.mark.parametrize("counted, total", [("2", "3000.00"), ("1", "1500.00")])
def test_a_bank_may_count_all_entries_or_the_booked_ones(counted, total):
    summary = f"<TtlDbtNtries><NbOfNtries>{counted}</NbOfNtries><Sum>{total}</Sum></TtlDbtNtries>"

    assert len(read(entry(), entry(status="PDNG"), summary=f"<TxsSummry>{summary}</TxsSummry>")) == 1


# --- Other messages and versions --------------------------------------------------------------------------------------

BODIES = {
    "camt.052": ("BkToCstmrAcctRpt", "Rpt"),
    "camt.053": ("BkToCstmrStmt", "Stmt"),
    "camt.054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn"),
}


def as_message(body: bytes, message: str, version: int) -> bytes:
    """A notification written as another message or version. Until .07 a status was a code, not a choice of two."""
    report, statement = BODIES[message]
    text = body.decode().replace("camt.054.001.08", f"{message}.001.{version:02d}")
    text = text.replace("BkToCstmrDbtCdtNtfctn", report).replace("Ntfctn>", f"{statement}>")
    return (text if version >= 8 else text.replace("<Sts><Cd>BOOK</Cd></Sts>", "<Sts>BOOK</Sts>")).encode()


@pytest.mark.parametrize("message", list(BODIES))
@pytest.mark.parametrize("version", range(2, 15))
def test_x3_every_message_and_version_says_the_same(message, version):
    body = notice(entry(details=detail(more=REMITTANCE)), entry("12.00", status="PDNG"))

    parsed = camt.read(as_message(body, message, version))

    assert parsed.entries == camt.read(body).entries and len(parsed.entries) == 1
    assert (parsed.message_id, parsed.faults) == ("CAMT-1", ())


@pytest.mark.parametrize(
    "broken, fault",
    [
        (('<Amt Ccy="DZD">1500.00</Amt>', ""), AmountNotReadable),
        (("1500.00", "-1500.00"), AmountNotReadable),
        (("1500.00", "1e3"), AmountNotReadable),
        (("1500.00", "."), AmountNotReadable),
        (("1500.00", "NaN"), AmountNotReadable),
        (("1500.00", "9" * 5000), AmountNotReadable),
        (("<CdtDbtInd>DBIT</CdtDbtInd>", ""), DirectionMissing),
        (("DBIT", "BOTH"), DirectionMissing),
    ],
)
def test_b06_an_entry_that_no_schema_has_seen_and_nobody_can_read_is_a_fault_beside_the_others(broken, fault):
    body = notice(entry().replace(*broken), entry("12.00"))

    parsed = camt.read(as_message(body, "camt.053", 6))

    assert [type(each) for each in parsed.faults] == [fault]
    assert [booked.amount for booked in parsed.entries] == [Money(1_200, DZD)]


@pytest.mark.parametrize("message, version", [("camt.053", 2), ("camt.054", 6)])
def test_x3_a_file_that_is_about_no_account_is_refused(message, version):
    body = as_message(notice(), message, version)
    statement = BODIES[message][1].encode()

    with pytest.raises(SchemaBroken):
        camt.read(body.replace(b"<" + statement + b">", b"<Other>").replace(b"</" + statement + b">", b"</Other>"))
    with pytest.raises(SchemaBroken):
        camt.read(f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{message}.001.0{version}"/>'.encode())


def test_x3_long_texts_are_cut_and_long_references_are_none():
    more = f"<RmtInf><Ustrd>{'a' * 9_000}</Ustrd>{'<Ustrd>b</Ustrd>' * 9}</RmtInf>"
    body = notice(entry(details=detail("P" * 200, more=more)))

    (booked,) = camt.read(as_message(body, "camt.053", 6)).entries

    assert booked.end_to_end_id is None and max(map(len, booked.texts)) == camt.TEXT_CHARACTERS_MAX
    assert len(booked.remittance or "") == camt.TEXT_CHARACTERS_MAX


def test_x3_a_statement_says_what_the_account_stood_at():
    balances = "".join(
        f'<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy="DZD">{amount}</Amt>'
        f"<CdtDbtInd>{side}</CdtDbtInd><Dt><Dt>2026-02-03</Dt></Dt></Bal>"
        for kind, amount, side in (("OPBD", "1.00", "CRDT"), ("CLBD", "12.50", "DBIT"))
    )
    body = as_message(notice(entry()), "camt.053", 4).replace(b"<Ntry>", balances.encode() + b"<Ntry>")

    assert camt.read(body).balances == (ClosingBalance(FUND_ACCOUNT, Money(-1_250, DZD), date(2026, 2, 3)),)


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
        for entry in camt.read(body).entries
    ]
    assert seen == [(one.entry_id, one.amount_minor, one.reference or None) for batch in bookings for one in batch]
