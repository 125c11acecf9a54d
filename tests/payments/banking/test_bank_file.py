from dataclasses import replace

import pytest

from services.payments.banking.bank_file import (
    AmountNotPayable,
    BankStatus,
    BankVerdict,
    CurrenciesMixed,
    Level,
    NoTransfers,
    StatusReport,
    TextNotAllowed,
    TooManyTransfers,
    Totals,
    is_same_account,
)
from shared.kernel.money import Money
from tests.payments.banking.files import DZD, TND, heading, transfer


@pytest.mark.parametrize(
    "field, longest", [("end_to_end_id", 35), ("creditor_account", 34), ("creditor_name", 140), ("purpose", 140)]
)
def test_texts_have_their_limits(field, longest):
    assert getattr(replace(transfer(), **{field: "ع" * longest}), field) == "ع" * longest
    for text in ("ع" * (longest + 1), "", "  ", "a\x00b", "a\nb", "a\ud800b", "a\uffffb"):
        with pytest.raises(TextNotAllowed) as refusal:
            replace(transfer(), **{field: text})
        assert refusal.value.parameters == {"field": field, "characters_max": longest}


@pytest.mark.parametrize("field", ["message_id", "debtor_name", "debtor_account", "debtor_bank"])
def test_a_heading_has_its_texts(field):
    with pytest.raises(TextNotAllowed):
        replace(heading([transfer()]), **{field: ""})


@pytest.mark.parametrize("minor", [0, -1])
def test_nothing_is_not_paid(minor):
    with pytest.raises(AmountNotPayable):
        transfer(minor=minor)


def test_totals_count_and_add():
    assert Totals.of([transfer(minor=1), transfer(minor=2)]) == Totals(2, Money(3, DZD))
    with pytest.raises(NoTransfers):
        Totals.of([])
    with pytest.raises(CurrenciesMixed):
        Totals.of([transfer(), transfer(currency=TND)])


def test_a_file_has_a_largest_size():
    with pytest.raises(TooManyTransfers):
        heading([], totals=Totals(100_001, Money(1, DZD)))


@pytest.mark.parametrize(
    "status, verdict",
    [
        ("ACSC", BankVerdict.EXECUTED),
        ("ACCC", BankVerdict.EXECUTED),
        ("RJCT", BankVerdict.REFUSED),
        ("CANC", BankVerdict.REFUSED),
        ("PART", BankVerdict.PARTLY),
        ("RCVD", BankVerdict.PENDING),
        ("ACCP", BankVerdict.PENDING),
        ("ACSP", BankVerdict.PENDING),
        ("PDNG", BankVerdict.PENDING),
        ("XXXX", BankVerdict.PENDING),
    ],
)
def test_only_the_last_words_of_a_bank_are_a_verdict(status, verdict):
    assert BankStatus(Level.TRANSFER, "PAY-1", status).verdict is verdict


# --- Verdicts ---------------------------------------------------------------------------------------------------------


def group(status: str, *reasons: str) -> BankStatus:
    return BankStatus(Level.GROUP, "B1", status, reasons)


def block(status: str, *reasons: str, of: str = "B1") -> BankStatus:
    return BankStatus(Level.PAYMENT, of, status, reasons)


def one(number: int, status: str, *reasons: str, of: str | None = "B1") -> BankStatus:
    return BankStatus(Level.TRANSFER, f"p{number}", status, reasons, payment_id=of)


def report(*statuses: BankStatus) -> StatusReport:
    return StatusReport("S", "B1", None, None, statuses)


ALL = [("p1", "AM04"), ("p2", "AM04"), ("p3", "AM04")]


@pytest.mark.parametrize(
    "statuses, refused",
    [
        # one level alone
        ([group("RJCT", "AM04")], ALL),
        ([block("RJCT", "AM04")], ALL),
        ([one(1, "RJCT", "AM04"), one(2, "RJCT", "AM04"), one(3, "CANC", "AM04")], ALL),
        ([group("RJCT")], [("p1", "NARR"), ("p2", "NARR"), ("p3", "NARR")]),
        # a level covers what stands below it
        ([group("PART"), block("RJCT", "AM04")], ALL),
        ([group("ACCP"), block("RJCT", "AM04")], ALL),
        ([group("RJCT", "AM04"), block("RJCT")], ALL),
        ([group("RJCT", "FF01"), block("RJCT", "AM04")], ALL),
        ([group("RJCT", "AM04"), one(1, "RJCT", "AC04")], [("p1", "AC04"), *ALL[1:]]),
        ([block("RJCT", "AM04"), one(2, "RJCT")], ALL),
        # unless something below says otherwise
        ([group("RJCT", "AM04"), block("ACCP")], []),
        ([block("RJCT", "AM04"), one(1, "ACSC")], ALL[1:]),
        ([group("RJCT", "AM04"), one(1, "PDNG"), one(2, "ACSP")], ALL[2:]),
        ([group("PART"), one(2, "RJCT", "AM04")], [ALL[1]]),
        ([block("PART"), one(2, "RJCT", "AM04"), one(3, "PDNG")], [ALL[1]]),
        ([group("ACSP"), block("PART"), one(3, "RJCT", "AM04")], [ALL[2]]),
        # that a part is refused says of none which
        ([group("PART")], []),
        ([group("PART"), block("PART")], []),
        # yes, or not yet no
        *(([group(status)], []) for status in ("ACSC", "ACCC", "ACSP", "ACWC", "ACTC", "ACCP", "RCVD", "PDNG", "XXXX")),
        ([], []),
        # what is told last of the same transfer counts
        ([one(1, "ACSP"), one(1, "RJCT", "AM04")], [ALL[0]]),
        # other files, blocks and transfers
        ([block("RJCT", "AM04", of="B2")], []),
        ([one(1, "RJCT", "AM04", of="B2")], [ALL[0]]),  # ours by its own id, whatever the bank calls the block
        ([one(9, "RJCT", "AM04")], []),
        ([block("RJCT", "AM04", of="NOTPROVIDED")], ALL),
        ([one(1, "RJCT", "AM04", of=None)], [ALL[0]]),
        # a bank that writes in capitals
        ([BankStatus(Level.TRANSFER, "P1", "RJCT", ("AM04",), payment_id="b1")], [ALL[0]]),
    ],
)
def test_p01_a_verdict_covers_what_stands_below_it_unless_that_has_its_own(statuses, refused):
    found = report(*statuses).refusals({"B1": ["p1", "p2", "p3"]})

    assert found == {"B1": refused}


@pytest.mark.parametrize(
    "statuses, of_first, of_second",
    [
        ([group("RJCT", "AM04")], ALL[:1], ALL[1:2]),
        ([group("PART"), block("RJCT", "AM04", of="B2")], [], ALL[1:2]),
        ([group("PART"), block("RJCT", "AM04"), block("ACSC", of="B2")], ALL[:1], []),
        ([group("RJCT", "AM04"), block("ACCP", of="B2")], ALL[:1], []),
        ([group("ACCP"), one(2, "RJCT", "AM04", of="B2")], [], ALL[1:2]),
        ([group("PART"), block("PART", of="B2"), one(2, "RJCT", "AM04", of="B2")], [], ALL[1:2]),
        ([block("RJCT", "AM04"), one(1, "ACSC"), one(2, "RJCT", "AM04", of="B2")], [], ALL[1:2]),
        # of several blocks nobody knows which one has no id
        ([block("RJCT", "AM04", of="NOTPROVIDED")], [], []),
    ],
)
def test_p01_each_block_of_a_file_has_its_verdict(statuses, of_first, of_second):
    assert report(*statuses).refusals({"B1": ["p1"], "B2": ["p2"]}) == {"B1": of_first, "B2": of_second}


@pytest.mark.parametrize(
    "statuses, is_pending",
    [
        ([], True),
        ([group("ACSP")], True),
        ([group("PART"), one(1, "RJCT"), one(2, "PDNG")], True),
        ([group("PART"), one(1, "RJCT"), one(2, "ACSC")], False),
        ([block("RJCT")], False),
    ],
)
def test_p01_a_bank_may_still_be_at_it(statuses, is_pending):
    assert report(*statuses).is_pending is is_pending


# --- Accounts ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written, number, same",
    [
        ("00100100162000001714", "00100100162000001714", True),
        ("001 00100 1620000017 14", "00100100162000001714", True),
        ("001-00100-1620000017-14", "00100100162000001714", True),
        ("\u00a000100100162000001714", "00100100162000001714", True),
        ("TN5907040000000000012321", "07040000000000012321", True),
        ("tn59 0704 0000 0000 0001 2321", "07040000000000012321", True),
        ("DZ580002100001113000000570", "02100001113000000570", True),
        ("DZ580002100001113000000571", "02100001113000000571", False),
        ("MA64011519000001205000534921", "011519000001205000534921", True),
        ("MR1300020001010000123456753", "00020001010000123456753", True),
        ("EG380019000500000000263180002", "0019000500000000263180002", True),
        ("MU17BOMM0101101030300200000MUR", "BOMM0101101030300200000MUR", True),
        ("TN59070400000000000123211", "070400000000000123211", False),
        ("00100100162000001715", "00100100162000001714", False),
        ("0100100162000001714", "00100100162000001714", False),
        ("999900100100162000001714", "00100100162000001714", False),
        ("", "00100100162000001714", False),
    ],
)
def test_b06_an_account_is_ours_however_it_is_written(written, number, same):
    assert is_same_account(written, number) is same


@pytest.mark.parametrize("country, number", [("DZ", "00100100162000001714"), ("TN", "07040000000000012321")])
def test_b06_an_iban_holds_the_account(country, number):
    digits = int("".join(str(int(character, 36)) for character in f"{number}{country}00"))
    iban = f"{country}{98 - digits % 97:02d}{number}"

    assert is_same_account(iban, number) and is_same_account(f"{iban[:4]} {iban[4:]}", number)
    assert not is_same_account(f"{country}00{number}", number)
