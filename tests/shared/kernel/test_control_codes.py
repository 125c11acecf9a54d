"""Control codes: their letters, and what somebody may type for one."""

import pytest

from shared.kernel.control_codes import ENTROPY_BYTES, control_code, matches_code


def test_r10_the_control_code_has_no_letters_that_are_read_as_others() -> None:
    assert control_code(bytes(ENTROPY_BYTES)) == "00000000"
    assert control_code(b"\xff" * ENTROPY_BYTES) == "ZZZZZZZZ"
    assert len({control_code(bytes([0, 0, 0, 0, place])) for place in range(256)}) == 256


@pytest.mark.parametrize(
    ("text", "is_right"),
    [
        ("7K3QZ01B", True),
        ("7k3q-zoib", True),
        (" 7K3Q ZOLB\u200f", True),
        ("\uff17K3QZ01B", True),
        ("7K3QZ01C", False),
        ("7K3QZ01", False),
        ("", False),
        ("سبعة", False),
    ],
)
def test_a_code_is_read_as_people_type_it(text: str, is_right: bool) -> None:
    assert matches_code(text, "7K3QZ01B") is is_right


def test_a_thing_without_a_code_is_shown_to_nobody() -> None:
    assert not matches_code("", "")
