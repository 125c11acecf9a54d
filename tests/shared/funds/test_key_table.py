"""The key of an identifier as a table: what the named rules say, what other countries' numbers need, what cannot be."""

from random import Random
from typing import Any

import pytest

from deploy.local.demo.numbers import identifier
from shared.funds.identifiers import IdentifierRule, KeyRule, has_key, is_rib_dz, is_rib_tn
from shared.funds.key_table import KeyIs, KeyTable
from shared.funds.law import Confidence, Law
from tests.kit.contexts import funds

LUHN = KeyTable(modulus=10, key_is=KeyIs.FILL, weights=(1, 2) * 4, adds_digits=True)
MOD_97 = KeyTable(modulus=97, key_is=KeyIs.COMPLEMENT, times=100, key_digits=2)
WEIGHTED = KeyTable(modulus=10, key_is=KeyIs.FILL, weights=(1, 2, 1, 2, 1, 2))
RIB_DZ = KeyTable(modulus=97, key_is=KeyIs.COMPLEMENT, times=100, key_digits=2, first=3)
CHOICE = Random(20_261_130)


def digits(count: int) -> str:
    return "".join(CHOICE.choice("0123456789") for _ in range(count))


def test_the_named_rules_can_be_said_by_a_table() -> None:
    for _ in range(300):
        nine, seven = digits(9), digits(7)
        assert LUHN.holds(nine) is has_key(nine, rule=KeyRule.LUHN)
        assert has_key(LUHN.completed(nine) or "", rule=KeyRule.LUHN)
        assert has_key(WEIGHTED.completed(seven) or "", rule=KeyRule.WEIGHTED_MOD_10, weights=(1, 2, 1, 2, 1, 2))
        assert has_key(MOD_97.completed(digits(15)) or "", rule=KeyRule.MOD_97)
        assert is_rib_tn(MOD_97.completed(digits(20)) or "")
        assert is_rib_dz(RIB_DZ.completed(digits(20)) or "")


@pytest.mark.parametrize(
    ("table", "right", "wrong"),
    [
        # Published examples: ISBN-10 (a letter as a key), EAN-13, the French INSEE number (modulus 97).
        (KeyTable(modulus=11, key_is=KeyIs.FILL, weights=tuple(range(10, 1, -1)), characters="0123456789X"),
         ["0306406152", "097522980X"], ["0306406153", "0975229800", "09752298XX"]),
        (KeyTable(modulus=10, key_is=KeyIs.FILL, weights=(1, 3) * 6), ["4006381333931"], ["4006381333932"]),
        (KeyTable(modulus=97, key_is=KeyIs.COMPLEMENT, key_digits=2), ["255081416802538"], ["255081416802539"]),
        # The key before what it is computed from, in the middle, and over a part alone.
        (KeyTable(modulus=7, key_is=KeyIs.REMAINDER, key_at=0), ["3010", "0007"], ["4010"]),
        (KeyTable(modulus=23, key_is=KeyIs.REMAINDER, characters="TRWAGMYFPDXBNJZSQVHLCKE", key_at=8, last=7),
         ["12345678ZAM000"], ["12345678AAM000", "1234567ZAM0000"]),
    ],
)  # fmt: skip
def test_numbers_of_other_places(table: KeyTable, right: list[str], wrong: list[str]) -> None:
    assert [number for number in right if not table.holds(number)] == []
    assert [number for number in wrong if table.holds(number)] == []


@pytest.mark.parametrize("number", ["", "1", "12A4567", "١٢٣٤٥٦٧", "12345678", "123456"])
def test_what_has_another_form_has_no_key(number: str) -> None:
    assert not WEIGHTED.holds(number)


def test_a_number_whose_key_cannot_be_written_cannot_be() -> None:
    eleven = KeyTable(modulus=11, key_is=KeyIs.REMAINDER)
    assert eleven.completed("100") is None and eleven.completed("110") == "110"


@pytest.mark.parametrize(
    "wrong",
    [
        {"modulus": 1},
        {"modulus": 10_001},
        {"key_digits": 0},
        {"key_digits": 5},
        {"characters": "AB", "key_digits": 2},
        {"characters": "AA"},
        {"characters": "ab"},
        {"weights": (1,) * 41},
        {"weights": (-1,)},
        {"adds_digits": True},
        {"times": 0},
        {"key_at": 40},
        {"first": 3, "last": 2},
        {"first": -1},
    ],
)
def test_a_table_that_says_nothing_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=" "):
        KeyTable(**{"modulus": 10, "key_is": KeyIs.FILL, **wrong})


def rule(**facts: Any) -> IdentifierRule:
    law = Law(valid_from=funds()["dz-cnas"].identifiers[next(iter(funds()["dz-cnas"].identifiers))].law.valid_from,
              reference="invented", confidence=Confidence.UNKNOWN)  # fmt: skip
    usual = {"pattern": "[0-9]{7}", "names": {"en": "Number"}, "example": "1234567", "law": law, "key_table": WEIGHTED}
    return IdentifierRule(**{**usual, **facts})


def test_an_identifier_is_read_and_refused_by_its_table() -> None:
    assert rule().read("12 34-567") == "1234567" and rule().read("1234568") is None


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"example": "1234568"}, "1234567 would"),
        ({"key": KeyRule.LUHN}, "one of them is enough"),
        ({"pattern": "[0-9]{8}", "example": "12345678"}, "it has none by it"),
    ],
)
def test_a_rule_that_contradicts_itself_is_refused(facts: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        rule(**facts)


def test_people_are_invented_by_a_table() -> None:
    letters = KeyTable(modulus=11, key_is=KeyIs.FILL, weights=tuple(range(10, 1, -1)), characters="0123456789X")
    isbn = rule(pattern="[0-9]{9}[0-9X]", example="0306406152", key_table=letters)
    sums = KeyTable(modulus=11, key_is=KeyIs.REMAINDER, weights=(1,) * 9)
    for each in (rule(), isbn, rule(pattern="[0-9]{10}", example="0000000011", key_table=sums)):
        numbers = [identifier(each, run=3, index=index) for index in range(20)]
        assert len(set(numbers)) == 20 and all(each.fits(number) for number in numbers)
