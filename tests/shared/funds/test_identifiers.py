"""Account keys: the reference's vectors, and a second opinion of two libraries where they have one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from schwifty import IBAN
from stdnum import iban

from shared.funds.identifiers import (
    AccountRule,
    KeyRule,
    has_key,
    is_account,
    is_ccp,
    is_rib_dz,
    is_rib_ma,
    is_rib_tn,
    read_account,
)

RIBS_TN = ["07040000000000012321", "07040005810111129653"]
RIBS_DZ = ["00100100000001234563", "00400100000001234563", "00799999002345678941"]


@pytest.mark.parametrize("number", RIBS_TN)
def test_tunisian_accounts_of_the_reference_are_right_and_both_libraries_agree(number: str) -> None:
    assert is_rib_tn(number)
    assert is_account(number, rule=AccountRule.RIB_TN)
    assert iban.is_valid(f"TN59{number}")
    assert IBAN(f"TN59{number}", validate_bban=True).is_valid


@pytest.mark.parametrize("number", RIBS_DZ)
def test_algerian_accounts_of_the_reference_are_right_whatever_the_bank(number: str) -> None:
    assert is_rib_dz(number)
    assert is_account(number, rule=AccountRule.RIB_DZ)


@given(number=st.sampled_from(RIBS_TN), at=st.integers(0, 19), digit=st.integers(1, 9))
def test_one_wrong_digit_is_found_in_tunisia(number: str, at: int, digit: int) -> None:
    assert not is_rib_tn(_changed(number, at, digit))


@given(number=st.sampled_from(RIBS_DZ), at=st.integers(3, 19), digit=st.integers(1, 9))
def test_one_wrong_digit_behind_the_bank_is_found_in_algeria(number: str, at: int, digit: int) -> None:
    assert not is_rib_dz(_changed(number, at, digit))


@given(st.integers(0, 10**18 - 1))
def test_the_tunisian_key_makes_an_iban_that_a_library_accepts(first18: int) -> None:
    keys = [f"{first18:018d}{key:02d}" for key in range(100) if is_rib_tn(f"{first18:018d}{key:02d}")]

    assert len(keys) == 1
    assert iban.is_valid(f"TN59{keys[0]}")


WRONG = ["", "0704000000000001232", "070400000000000123211", "0704000000000001232A", "٠٧٠٤٠٠٠٠٠٠٠٠٠٠٠١٢٣٢١", " " * 20]


@pytest.mark.parametrize("number", WRONG)
def test_what_is_not_twenty_digits_is_no_account(number: str) -> None:
    assert not is_rib_tn(number)
    assert not is_rib_dz(number)


@pytest.mark.parametrize(
    ("text", "rule", "number"),
    [
        ("002 00100 0000012345 63", AccountRule.RIB_DZ, "00200100000001234563"),
        ("002\u201100100–0000012345\u00a063", AccountRule.RIB_DZ, "00200100000001234563"),
        ("\u200f٠٠٢٠٠١٠٠٠٠٠٠٠١٢٣٤٥٦٣", AccountRule.RIB_DZ, "00200100000001234563"),
        ("tn59 0704 0000 0000 0001 2321", AccountRule.RIB_TN, "07040000000000012321"),
        ("0704.0000.0000.0001.2321", AccountRule.RIB_TN, "07040000000000012321"),
        ("DZ58 0002 1000 0111 3000 0005 70", AccountRule.RIB_DZ, "02100001113000000570"),
        ("DZ82 0021 0000 1113 0000 0057 0", AccountRule.RIB_DZ, None),
        ("99 002 00100 0000012345 63", AccountRule.RIB_DZ, None),
        ("FR7630006000011234567890189", AccountRule.RIB_DZ, None),
        ("TN58 0704 0000 0000 0001 2321", AccountRule.RIB_TN, None),
        ("002 00100 0000012345 64", AccountRule.RIB_DZ, None),
        ("", AccountRule.RIB_DZ, None),
        ("007 780 0000000000001234 47", AccountRule.RIB_MA, "007780000000000000123447"),
        ("MA64 0077 8000 0000 0000 0012 3447", AccountRule.RIB_MA, "007780000000000000123447"),
        ("007780000000000000123448", AccountRule.RIB_MA, None),
        ("00778000000000000012344", AccountRule.RIB_MA, None),
        ("MA65007780000000000000123447", AccountRule.RIB_MA, None),
        ("", AccountRule.RIB_MA, None),
        ("23456789 88", AccountRule.CCP, "002345678988"),
        ("0023456789/88", AccountRule.CCP, "002345678988"),
        ("٢٣٤٥٦٧٨٩ ٨٨", AccountRule.CCP, "002345678988"),
        ("CCP 23456789 clé 88", AccountRule.CCP, "002345678988"),
        ("23456789 clé 89", AccountRule.CCP, None),
        ("clé 88", AccountRule.CCP, None),
        ("RIB : 002_00100_0000012345_63", AccountRule.RIB_DZ, "00200100000001234563"),
        ("IBAN FR76 3000 6000 0112 3456 7890 189", AccountRule.IBAN, "FR7630006000011234567890189"),
        ("IBAN", AccountRule.IBAN, None),
        ("23456789 89", AccountRule.CCP, None),
        ("1002345678988", AccountRule.CCP, None),
        ("", AccountRule.CCP, None),
        ("tn59 0704 0000 0000 0001 2321", AccountRule.IBAN, "TN5907040000000000012321"),
        ("FR76 3000 6000 0112 3456 7890 189", AccountRule.IBAN, "FR7630006000011234567890189"),
        ("FR76 3000 6000 0112 3456 7890 188", AccountRule.IBAN, None),
        ("SN08 SN01 0015 2000 0485 0000 3035", AccountRule.IBAN, "SN08SN0100152000048500003035"),
        ("07040000000000012321", AccountRule.IBAN, None),
        ("", AccountRule.IBAN, None),
    ],
)
def test_i02_an_account_is_read_however_it_was_written(text: str, rule: AccountRule, number: str | None) -> None:
    assert read_account(text, rule=rule) == number


def _changed(number: str, at: int, digit: int) -> str:
    return number[:at] + str((int(number[at]) + digit) % 10) + number[at + 1 :]


RIBS_MA = ["007780000000000000123447"]


@given(number=st.sampled_from(RIBS_MA), at=st.integers(0, 23), digit=st.integers(1, 9))
def test_one_wrong_digit_is_found_in_morocco(number: str, at: int, digit: int) -> None:
    assert is_rib_ma(number)
    assert not is_rib_ma(_changed(number, at, digit))


@given(st.integers(0, 10**22 - 1))
def test_the_moroccan_key_makes_an_iban_that_a_library_accepts(first22: int) -> None:
    keys = [f"{first22:022d}{key:02d}" for key in range(100) if is_rib_ma(f"{first22:022d}{key:02d}")]

    assert len(keys) == 1
    assert IBAN(f"MA64{keys[0]}").is_valid


def test_an_account_of_the_post_is_right_with_its_key_only() -> None:
    assert [key for key in range(100) if is_ccp(f"0023456789{key:02d}")] == [88]
    assert not is_ccp("23456789 88")


KEYS = [
    # rule, weights, numbers that have the key
    (KeyRule.MOD_97, (), ["001561067000019"]),
    (KeyRule.LUHN, (), ["79927398713", "0", "18"]),
    (KeyRule.WEIGHTED_MOD_10, (1, 2, 1, 2, 1, 2), ["1234567"]),
    (KeyRule.WEIGHTED_MOD_10, (0, 2, 1, 2, 1, 2, 1, 2), ["123456785", "100000018"]),
]


@pytest.mark.parametrize(("rule", "weights", "numbers"), KEYS)
def test_numbers_of_the_reference_have_their_key_and_no_other(
    rule: KeyRule, weights: tuple[int, ...], numbers: list[str]
) -> None:
    for number in numbers:
        digits = 2 if rule is KeyRule.MOD_97 else 1
        bodies = [f"{number[:-digits]}{key:0{digits}d}" for key in range(10**digits)]
        assert number in [body for body in bodies if has_key(body, rule=rule, weights=weights)]
        assert sum(has_key(body, rule=rule, weights=weights) for body in bodies) <= (2 if digits > 1 else 1)


def test_what_is_no_number_of_digits_has_no_key() -> None:
    for rule in KeyRule:
        assert not any(has_key(text, rule=rule, weights=(1, 2)) for text in ("", "12A", "٣٣٣"))
