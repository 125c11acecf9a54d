"""A wage as people type it, as the service reads it."""

import pytest

from frontends.kit.formats import amount_to_send


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("1234,500", "1234.500"),
        ("1 234.5", "1234.5"),
        ("١٢٣٤٫٥", "1234.5"),
        ("\u200f1200\u200f", "1200"),
        ("a lot", "a lot"),
        ("1e3", "1000"),
    ],
)
def test_digits_of_any_script_and_either_decimal_sign_are_read(typed: str, sent: str) -> None:
    assert amount_to_send(typed.strip()) == sent
