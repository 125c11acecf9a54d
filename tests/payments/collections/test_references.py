"""A reference is genuine, says for what it is, and shows a slip of the pen."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.payments.collections import references
from shared.kernel.references import has_valid_check_digits
from tests.payments.obligations.builders import DUE


def reference(**facts: Any) -> str:
    return references.of_transfer(
        "CT", **{"employer_id": "1600000001", "period": "2025", "amount_minor": DUE, "attempt": 0, **facts}
    )


def test_a_reference_is_over_employer_period_amount_and_attempt() -> None:
    assert reference() == reference()
    assert reference()[:-2] == "CT1600000001" + "250" + "6R2P" + "0"
    assert reference(period="2026-Q3")[:-2] == "CT1600000001" + "263" + "6R2P" + "0"
    assert int("6R2P", 36) == DUE
    others = [
        reference(employer_id="1600000002"),
        reference(period="2024"),
        reference(period="2025-Q1"),
        reference(amount_minor=DUE + 1),
        reference(attempt=1),
    ]
    assert len({reference(), *others}) == 6


@given(
    st.integers(0, 10**10 - 1),
    st.integers(2000, 2099),
    st.integers(1, 10**15),
    st.integers(0, references.ATTEMPTS_MAX - 1),
    st.data(),
)
def test_every_reference_is_genuine_and_no_slip_of_a_digit_is(
    employer: int, year: int, amount_minor: int, attempt: int, data: st.DataObject
) -> None:
    made = reference(employer_id=f"{employer:010d}", period=str(year), amount_minor=amount_minor, attempt=attempt)
    assert has_valid_check_digits(made) and len(made) <= 28
    place = data.draw(st.integers(2, 11))
    digit = data.draw(st.sampled_from([each for each in "0123456789" if each != made[place]]))
    assert not has_valid_check_digits(made[:place] + digit + made[place + 1 :])
