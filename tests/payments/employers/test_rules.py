"""An employer's number, as people write it."""

import pytest

from services.payments.employers import rules
from tests.kit.contexts import DZ, funds


@pytest.mark.parametrize(
    ("text", "number"), [("1600000001", "1600000001"), ("16 0000-0001", "1600000001"), ("160000001", None), ("x", None)]
)
def test_an_employers_number_is_read_as_people_write_it(text: str, number: str | None) -> None:
    if number is None:
        with pytest.raises(rules.EmployerMalformed):
            rules.employer_of(funds()[DZ], text)
    else:
        assert rules.employer_of(funds()[DZ], text) == number
