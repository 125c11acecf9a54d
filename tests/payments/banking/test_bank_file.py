from dataclasses import replace

import pytest

from services.payments.banking.bank_file import (
    AmountNotPayable,
    BankStatus,
    CurrenciesMixed,
    Level,
    NoTransfers,
    TextNotAllowed,
    TooManyTransfers,
    Totals,
    Verdict,
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
        ("ACSC", Verdict.EXECUTED),
        ("ACCC", Verdict.EXECUTED),
        ("RJCT", Verdict.REFUSED),
        ("CANC", Verdict.REFUSED),
        ("PART", Verdict.PARTLY),
        ("RCVD", Verdict.PENDING),
        ("ACCP", Verdict.PENDING),
        ("ACSP", Verdict.PENDING),
        ("PDNG", Verdict.PENDING),
        ("XXXX", Verdict.PENDING),
    ],
)
def test_only_the_last_words_of_a_bank_are_a_verdict(status, verdict):
    assert BankStatus(Level.TRANSFER, "PAY-1", status).verdict is verdict
