"""The kernel: money that cannot be mixed up, references that catch slips, ids in order, moves by the table."""

import itertools
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import pytest
from babel.numbers import get_currency_symbol
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.ids import uuid7
from shared.kernel.money import AMOUNT_MINOR_MAX, Currency, Money
from shared.kernel.moves import MoveNotAllowed, moved
from shared.kernel.references import has_valid_check_digits, with_check_digits


@pytest.mark.parametrize(
    ("amount_minor", "currency", "shown"),
    [
        (3_150_000, Currency.TND, "3150.000 TND"),
        (41_400_00, Currency.DZD, "41400.00 DZD"),
        (5, Currency.MAD, "0.05 MAD"),
        (2_700, Currency("XOF"), "2700 XOF"),
        (2_700, Currency("JPY"), "2700 JPY"),
        (2_700, Currency("LYD"), "2.700 LYD"),
        (2_700, Currency("IQD"), "2.700 IQD"),
        (2_700, Currency("MRU"), "27.00 MRU"),
        (2_700, Currency("MGA"), "27.00 MGA"),
        (2_700, Currency("EUR"), "27.00 EUR"),
    ],
)
def test_an_amount_is_shown_with_the_decimals_of_its_currency(
    amount_minor: int, currency: Currency, shown: str
) -> None:
    assert str(Money(amount_minor, currency)) == shown


@pytest.mark.parametrize("code", ["", "EURO", "tnd", "FRF", "XAU", "XDR", "CLF", "ZZZ"])
def test_what_is_no_currency_of_an_account_is_none(code: str) -> None:
    """No currency, one that is no more, gold, one with four decimals."""
    with pytest.raises(ValueError):
        Currency(code)


def test_each_currency_has_a_symbol_on_paper() -> None:
    """Its name, sign and place are babel's; its code and decimals are the standard's."""
    assert len(Currency) > 150
    assert all(get_currency_symbol(each.value, locale="ar") for each in Currency)


def test_currencies_do_not_mix_and_amounts_have_a_limit() -> None:
    with pytest.raises(TypeError):
        Money(1, Currency.TND) + Money(1, Currency.DZD)
    with pytest.raises(OverflowError):
        Money(AMOUNT_MINOR_MAX + 1, Currency.DZD)


@given(st.integers(0, 10**10 - 1), st.data())
def test_a_reference_catches_one_wrong_digit_and_two_swapped(number: int, data: st.DataObject) -> None:
    reference = with_check_digits("CL", f"{number:010d}")
    assert has_valid_check_digits(reference)
    place = data.draw(st.integers(2, len(reference) - 1))
    other = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != reference[place]]))
    assert not has_valid_check_digits(reference[:place] + other + reference[place + 1 :])
    for here, there in itertools.pairwise(range(2, len(reference))):
        if reference[here] != reference[there]:
            swapped = list(reference)
            swapped[here], swapped[there] = swapped[there], swapped[here]
            assert not has_valid_check_digits("".join(swapped))


@pytest.mark.parametrize("text", ["", "CL", "CL26000001974", "cl2600000197", "CL26000001-97", "X" * 40])
def test_what_is_no_reference(text: str) -> None:
    assert not has_valid_check_digits(text)


@given(st.integers(10**15, 4 * 10**15), st.binary(min_size=10, max_size=10))
def test_ids_are_uuids_of_version_7_in_the_order_of_time(microseconds: int, entropy: bytes) -> None:
    at = datetime.fromtimestamp(0, UTC) + timedelta(microseconds=microseconds)
    made = uuid7(at, entropy)
    assert made.version == 7 and made.variant == "specified in RFC 4122"
    assert made < uuid7(at + timedelta(microseconds=1), entropy)


class Light(StrEnum):
    RED = "red"
    GREEN = "green"


def test_a_move_is_in_the_table_or_refused_by_both_names() -> None:
    table = {Light.RED: frozenset({Light.GREEN}), Light.GREEN: frozenset[Light]()}
    assert moved(table, Light.RED, to=Light.GREEN) is Light.GREEN
    with pytest.raises(MoveNotAllowed) as refused:
        moved(table, Light.GREEN, to=Light.RED)
    assert refused.value.parameters == {"here": "green", "to": "red"}
