"""Files that others made, of versions that our own samples are not: what is read from each.

They are read in the currencies that they are in, and in dinars the same.
"""

import re
from datetime import date
from pathlib import Path

import pytest

from services.payments.banking.bank_file import BookedEntry, Direction
from services.payments.banking.iso20022 import camt
from services.payments.banking.iso20022.documents import SchemaBroken
from shared.kernel.money import Currency

FOLDER = Path(__file__).parent / "foreign"
CH, NL, PAYER = "CH2801234000123456789", "NL26VAYB8060476890", "NL56AGDH9619008421"
READ = sorted(path.stem for path in FOLDER.glob("*.xml") if "wrong" not in path.stem)


def in_dinars(name: str) -> bytes:
    return re.sub(rb'Ccy="[A-Z]{3}"', b'Ccy="DZD"', (FOLDER / f"{name}.xml").read_bytes())


def facts(booked: BookedEntry) -> tuple[str, str, int, date, int, str | None, str | None, str]:
    return (
        booked.account,
        "+" if booked.direction is Direction.CREDIT else "-",
        booked.amount.amount_minor,
        booked.booked_on,
        booked.count,
        booked.end_to_end_id,
        booked.payment_information_id,
        booked.counterparty,
    )


OCTOBER, DECEMBER = date(2007, 10, 18), date(2014, 12, 31)
WHOLE_BATCH = (CH, "-", 20_000_000, OCTOBER, 20, None, "FINP-0055-001", "")
ONE_CREDIT = (NL, "+", 885, DECEMBER, 1, None, None, PAYER)

EXPECTED = {
    "camt052.v1": [WHOLE_BATCH],
    "camt052.v4": [],  # only announced
    "camt052.v6.Amt-zero": [],  # only announced
    "camt052.v8": [WHOLE_BATCH],
    "camt053.v2.five.decimals": [(NL, "+", 885, DECEMBER, 1, "000000001", None, PAYER)],
    "camt053.v2.minimal": [ONE_CREDIT],
    "camt053.v2.multi.statement": [
        (NL, "+", 885, DECEMBER, 1, "000000001", None, PAYER),
        (NL, "-", 700, DECEMBER, 1, "000000002", None, PAYER),
    ],
    "camt053.v3": [ONE_CREDIT],  # its detail says 105.75, the account moved by 8.85
    "camt053.v4": [ONE_CREDIT],  # its detail says 0
    "camt053.v8": [(NL, "+", 885, DECEMBER, 1, "MUELL/FINP/RA12345", None, PAYER)],
    # Three payments are listed, of which nothing adds up to the entry.
    "camt054.v2": [(CH, "-", 20_000_000, OCTOBER, 3, None, None, "")],
    "camt054.v4": [(CH, "-", 20_000_000, OCTOBER, 3, None, "UXC06170000006PI00001", "")],
    "camt054.v8": [(CH, "-", 20_000_000, OCTOBER, 3, None, "UXC06170000006PI00001", "")],
    # Without a day: a person has to look.
    "camt054.v8-with-UETR": [(CH, "-", 20_000_000, OCTOBER, 1, None, None, "")],
}


@pytest.mark.parametrize("name", READ)
def test_x3_what_others_write_is_read(name):
    parsed = camt.read(in_dinars(name))

    assert [facts(booked) for booked in parsed.entries] == EXPECTED[name]
    assert parsed.faults == () and parsed.message_id
    assert {booked.stated for booked in parsed.entries} <= ({"200000 DZD"} if "UETR" in name else {""})


@pytest.mark.parametrize("name", READ)
def test_b06_what_is_in_another_currency_is_read_in_that_one(name):
    parsed = camt.read((FOLDER / f"{name}.xml").read_bytes())

    assert [facts(booked)[:4] for booked in parsed.entries] == [each[:4] for each in EXPECTED[name]]
    assert all((booked.amount.currency is Currency.OTHER) == bool(booked.stated) for booked in parsed.entries)
    assert {booked.amount.currency for booked in parsed.entries} <= (
        {Currency.OTHER} if "UETR" in name else {Currency("CHF"), Currency("EUR"), Currency("SEK")}
    )


@pytest.mark.parametrize(
    "name, balances",
    [
        ("camt053.v2.five.decimals", [("27.05", DECEMBER)]),
        ("camt053.v4", [("-27.00", date(2014, 12, 30))]),
        ("camt053.v2.multi.statement", [("27.00", DECEMBER), ("20.00", DECEMBER)]),
        ("camt052.v4", [("10022.15", date(2016, 6, 14))]),
    ],
)
def test_x3_what_the_account_stood_at_is_read(name, balances):
    assert [(str(each.amount.decimal()), each.on) for each in camt.read(in_dinars(name)).balances] == balances


def test_x3_texts_of_a_payer_are_found():
    (booked,) = camt.read(in_dinars("camt053.v8")).entries

    assert booked.texts == ("4654654654654654", "MUELL/FINP/RA12345")


def test_x3_a_statement_about_no_account_is_refused():
    with pytest.raises(SchemaBroken):
        camt.read(in_dinars("camt053.v2.wrong"))
