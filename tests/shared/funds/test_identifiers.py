"""Account keys: the reference's vectors, and a second opinion of two libraries where they have one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from schwifty import IBAN
from stdnum import iban

from shared.funds.identifiers import AccountRule, is_account, is_rib_dz, is_rib_tn, read_account

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
    ],
)
def test_i02_an_account_is_read_however_it_was_written(text: str, rule: AccountRule, number: str | None) -> None:
    assert read_account(text, rule=rule) == number


def _changed(number: str, at: int, digit: int) -> str:
    return number[:at] + str((int(number[at]) + digit) % 10) + number[at + 1 :]
