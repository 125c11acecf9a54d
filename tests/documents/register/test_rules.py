"""Of two words of the register the later registered counts, in whatever order they come."""

from datetime import timedelta

import msgspec
import pytest

from services.documents.register import rules
from services.documents.register.employer import Employer
from services.documents.register.person import Civil, Person
from tests.documents.builders import FIRM, employers, registered
from tests.kit.clock import AT
from tests.kit.people import AMIRA

RECEIVED = registered(AMIRA).persons[0]
FIRM_RECEIVED = employers().employers[0]


@pytest.mark.parametrize(("later_s", "is_newer"), [(-1, False), (0, False), (1, True)])
def test_the_later_word_counts(later_s: int, is_newer: bool) -> None:
    at = AT + timedelta(seconds=later_s)
    known = Person(person_ref=AMIRA, civil=RECEIVED.civil, language="ar", registered_at=AT, version=3)
    person = rules.person(known, RECEIVED, at=at)
    firm = rules.employer(Employer(employer_id=FIRM, name="old", registered_at=AT, version=3), FIRM_RECEIVED, at=at)
    assert (person is not None, firm is not None) == (is_newer, is_newer)
    if person and firm:
        assert (person.language, person.registered_at, person.version) == ("fr", at, 3)
        assert (firm.name, firm.registered_at, firm.version) == ("SARL El Amel", at, 3)


def test_the_first_word_is_taken() -> None:
    person, firm = rules.person(None, RECEIVED, at=AT), rules.employer(None, FIRM_RECEIVED, at=AT)
    assert person and (person.person_ref, person.civil, person.version) == (AMIRA, RECEIVED.civil, 0)
    assert firm and (firm.employer_id, firm.name, firm.version) == (FIRM, "SARL El Amel", 0)


@pytest.mark.parametrize(
    ("language", "arabic", "shown"),
    [
        ("fr", ("أميرة", "بن عبد الله"), "Amira BENABDALLAH"),
        ("ar", ("أميرة", "بن عبد الله"), "أميرة بن عبد الله"),
        ("ar", ("أميرة", None), "Amira BENABDALLAH"),
        ("ar", (None, None), "Amira BENABDALLAH"),
    ],
)
def test_a_name_is_written_in_the_script_of_the_language_where_the_register_has_it(
    language: str, arabic: tuple[str | None, str | None], shown: str
) -> None:
    civil = Civil(
        insurance_number="1",
        family_name="BENABDALLAH",
        first_name="Amira",
        first_name_ar=arabic[0],
        family_name_ar=arabic[1],
    )
    assert civil.full_name(language) == shown


@pytest.mark.parametrize(
    ("names", "latin", "arabic"),
    [
        ({"first_name": "Amira", "family_name": ""}, "Amira", "Amira"),
        ({"first_name": "", "family_name": "Amira", "family_name_ar": "أميرة"}, "Amira", "أميرة"),
        ({"first_name": "Amira", "family_name": "Benali", "family_name_ar": "بن علي"}, "Amira Benali", "Amira Benali"),
    ],
)
def test_w03_who_has_one_name_is_called_by_it(names: dict[str, str], latin: str, arabic: str) -> None:
    civil = Civil(insurance_number="900000000001", **names)
    assert (civil.full_name("fr"), civil.full_name("ar")) == (latin, arabic)


def test_w01_what_is_known_of_a_birth_is_read_back() -> None:
    encrypted = {"insurance_number": "1", "family_name": "A", "first_name": "", "birth_on": "1950"}
    assert msgspec.convert(encrypted, Civil).birth_on == "1950"
