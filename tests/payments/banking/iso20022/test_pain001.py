import io
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from services.payments.banking.bank_file import CreditTransfer, CurrenciesMixed, NoTransfers, Totals
from services.payments.banking.iso20022 import pain001
from services.payments.banking.iso20022.documents import SCHEMAS, ControlSumDiffers, CountDiffers
from shared.kernel.money import Currency, Money
from simulators.bank.files import read as bank_reads
from tests.payments.banking.files import DZD, FUND_ACCOUNT, TND, heading, transfer

GOLDEN = Path(__file__).parents[1] / "golden" / "pain.001.001.09.xml"


def written(transfers, **changes) -> bytes:
    into = io.BytesIO()
    pain001.write(heading(transfers, **changes), transfers, into=into)
    return into.getvalue()


def test_a_file_looks_as_it_always_did():
    body = written([transfer(), transfer("PAY-2", minor=99, name="Société « Été » & Fils <SARL>")])

    tree = etree.fromstring(body)
    etree.indent(tree)
    assert etree.tostring(tree, encoding="unicode") + "\n" == GOLDEN.read_text(encoding="utf-8")


def test_the_bank_reads_what_we_write():
    transfers = [transfer(f"PAY-{number}", minor=number, currency=TND) for number in range(1, 201)]

    file = bank_reads(written(transfers), schemas=SCHEMAS)

    assert (file.message_id, file.count, file.control_sum) == ("MSG-1", "200", "20.100")
    assert file.payments[0].account == FUND_ACCOUNT
    assert [order.end_to_end_id for order in file.orders] == [one.end_to_end_id for one in transfers]
    assert file.orders[0].amount == "0.001"
    assert file.orders[0].party_name == "أمينة بن سالم"


@pytest.mark.parametrize(
    "agreed, elements",
    [
        ({}, {"ChrgBr": None, "BtchBookg": None}),
        ({"charge_bearer": "SLEV"}, {"ChrgBr": "SLEV", "BtchBookg": None}),
        ({"is_booked_as_batch": True}, {"ChrgBr": None, "BtchBookg": "true"}),
        ({"charge_bearer": "SHAR", "is_booked_as_batch": False}, {"ChrgBr": "SHAR", "BtchBookg": "false"}),
    ],
)
def test_x2_what_was_agreed_with_the_bank_stands_in_the_file(agreed, elements):
    into = io.BytesIO()
    pain001.write(replace(heading([transfer()]), **agreed), [transfer()], into=into)

    root = etree.fromstring(into.getvalue())
    assert {name: root.findtext(f".//{{*}}PmtInf/{{*}}{name}") for name in elements} == elements


texts = st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn"]), min_size=1, max_size=35).filter(str.strip)


@given(
    st.lists(st.tuples(texts, texts, st.integers(1, 10**12)), min_size=1, max_size=5),
    st.sampled_from([DZD, TND, Currency("XOF"), Currency("LYD"), Currency("MAD")]),
)
def test_whatever_may_be_paid_reaches_the_bank_unchanged(lines, currency):
    transfers = [
        CreditTransfer(
            end_to_end_id=f"PAY-{number}",
            creditor_name=name,
            creditor_account="00200300000005678997",
            amount=Money(minor, currency),
            purpose=purpose,
        )
        for number, (name, purpose, minor) in enumerate(lines)
    ]

    orders = bank_reads(written(transfers), schemas=SCHEMAS).orders

    assert [(order.party_name, order.remittance) for order in orders] == [(name, purpose) for name, purpose, _ in lines]
    assert [Decimal(order.amount).scaleb(currency.decimals) for order in orders] == [minor for _, _, minor in lines]
    assert {order.currency for order in orders} == {currency}


@pytest.mark.parametrize(
    "totals, error",
    [
        (Totals(3, Money(300_000, DZD)), CountDiffers),
        (Totals(1, Money(300_000, DZD)), CountDiffers),
        (Totals(2, Money(299_999, DZD)), ControlSumDiffers),
        (Totals(2, Money(300_000, TND)), CurrenciesMixed),
    ],
)
def test_totals_that_are_wrong_are_found_before_the_bank_finds_them(totals, error):
    with pytest.raises(error):
        written([transfer(), transfer("PAY-2")], totals=totals)


def test_transfers_in_two_currencies_or_none_are_no_file():
    with pytest.raises(CurrenciesMixed):
        written([transfer(), transfer(currency=TND)], totals=Totals(2, Money(300_000, DZD)))
    with pytest.raises(NoTransfers):
        written([], totals=Totals(1, Money(1, DZD)))


def test_transfers_are_taken_one_by_one():
    """A file of a hundred thousand is written from a cursor: nothing asks for the length or for a second look."""
    into = io.BytesIO()

    pain001.write(heading([transfer()] * 3), iter([transfer()] * 3), into=into)

    assert into.getvalue().count(b"<CdtTrfTxInf>") == 3


def test_what_cannot_be_read_back_and_checked_is_not_written(tmp_path):
    with (tmp_path / "file.xml").open("wb") as into, pytest.raises(io.UnsupportedOperation):
        pain001.write(heading([transfer()]), [transfer()], into=into)
