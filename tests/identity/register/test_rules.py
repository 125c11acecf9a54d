"""What a line of the register must be, and when it changes anything."""

from datetime import date
from typing import Any

import pytest

from services.identity.register.rules import Fault, LineRefused, affiliated, read_employer, read_person, registered
from tests.ground import DZ, TN, funds
from tests.identity.builders import employer_row, karim, person_row

TODAY = date(2026, 2, 10)


def faults_of(row: dict[str, str], *, fund: str = DZ) -> list[Fault]:
    read: Any = read_employer if "employer_number" in row else read_person
    try:
        read(row, fund=funds()[fund], on=TODAY)
    except LineRefused as refused:
        return refused.faults
    return []


def test_a_full_line_is_read_into_the_form_in_which_it_is_kept() -> None:
    entry = read_person(
        person_row(national_id="1099 0000 0000 000001", family_name="  Ben   Ali "), fund=funds()[DZ], on=TODAY
    )
    assert entry.civil.national_id == "109900000000000001"
    assert entry.civil.family_name == "Ben Ali"
    assert entry.civil.birth_on == date(1990, 4, 25)
    assert entry.contact.mobile == "+213550123456"
    assert entry.bank == "00200100000001234563"
    assert (entry.language, entry.dependants) == ("ar", 2)


def test_what_may_be_empty_may_be_empty() -> None:
    entry = read_person(karim(), fund=funds()[DZ], on=TODAY)
    assert (entry.contact.is_known, entry.bank, entry.civil.first_name_ar) == (False, None, None)
    assert (entry.language, entry.dependants) == ("ar", 0), "the fund's own language, and nobody"


@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [
        ("insurance_number", "", "register.empty"),
        ("insurance_number", "90000000000", "register.number-malformed"),
        ("insurance_number", "90000000000a", "register.number-malformed"),
        ("insurance_number", "٩٠٠٠٠٠٠٠٠٠٠١", "register.number-malformed"),
        ("national_id", "12345678", "register.number-malformed"),
        ("family_name", " ", "register.empty"),
        ("family_name", "x" * 101, "register.name-malformed"),
        ("first_name", "Ami\x00ra", "register.name-malformed"),
        ("birth_on", "25/04/1990", "register.day-malformed"),
        ("birth_on", "1990-02-30", "register.day-malformed"),
        ("birth_on", "2026-02-11", "register.day-out-of-time"),
        ("birth_on", "1790-02-11", "register.day-out-of-time"),
        ("email", "amira", "register.email-malformed"),
        ("email", "a@b", "register.email-malformed"),
        ("email", "a@b.dz,c@d.dz", "register.email-malformed"),
        ("email", "<a@b.dz>", "register.email-malformed"),
        ("email", "a" * 250 + "@b.dz", "register.email-malformed"),
        ("mobile", "021 00 00 00", "register.mobile-malformed"),
        ("mobile", "+216 20 123 456", "register.mobile-malformed"),
        ("language", "de", "register.language-unknown"),
        ("dependants", "-1", "register.count-malformed"),
        ("dependants", "31", "register.count-malformed"),
        ("dependants", "two", "register.count-malformed"),
        ("bank_account", "002 00100 0000012345 64", "register.account-malformed"),
        ("bank_account", "12", "register.account-malformed"),
    ],
)
def test_a_wrong_cell_of_a_person(column: str, cell: str, code: str) -> None:
    assert faults_of(person_row(**{column: cell})) == [Fault(column, code)]


@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [
        ("employer_number", "16-1", "register.number-malformed"),
        ("name", "", "register.empty"),
        ("sector", "Wood & Co", "register.sector-unknown"),
        ("affiliated_on", "", "register.empty"),
        ("affiliated_on", "2030-01-01", "register.day-out-of-time"),
        ("closed_on", "soon", "register.day-malformed"),
        ("closed_on", "2000-01-01", "register.closed-before-affiliated"),
    ],
)
def test_a_wrong_cell_of_an_employer(column: str, cell: str, code: str) -> None:
    assert faults_of(employer_row(**{column: cell})) == [Fault(column, code)]


def test_a_line_is_refused_with_all_its_faults_at_once() -> None:
    found = faults_of(person_row(national_id="x", birth_on="", dependants="many"))
    assert [fault.column for fault in found] == ["national_id", "birth_on", "dependants"]


def test_where_the_rate_hangs_on_the_activity_only_those_of_the_fund_are_sectors() -> None:
    row = employer_row(employer_number="00123456-78", sector="poetry")
    assert faults_of(row, fund=TN) == [Fault("sector", "register.sector-unknown")]
    assert faults_of({**row, "sector": "wood"}, fund=TN) == []


@pytest.mark.parametrize(("closed_on", "is_open"), [("", True), ("2026-02-11", True), ("2026-02-10", False)])
def test_an_employer_is_open_until_the_day_it_closes(closed_on: str, is_open: bool) -> None:
    assert read_employer(employer_row(closed_on=closed_on), fund=funds()[DZ], on=TODAY).is_open is is_open


def test_an_unchanged_person_is_no_news_and_a_changed_one_keeps_the_version() -> None:
    entry = read_person(person_row(), fund=funds()[DZ], on=TODAY)
    new = registered(None, entry, person_ref="p1", national_id_index="i1")
    assert new is not None and new.version == 0
    assert registered(new, entry, person_ref="p1", national_id_index="i1") is None
    moved = read_person(person_row(mobile="0661 00 00 01"), fund=funds()[DZ], on=TODAY)
    changed = registered(new, moved, person_ref="p1", national_id_index="i1")
    assert changed is not None and changed.contact.mobile == "+213661000001"


def test_an_unchanged_employer_is_no_news() -> None:
    entry = read_employer(employer_row(), fund=funds()[DZ], on=TODAY)
    assert affiliated(None, entry) == entry
    assert affiliated(entry, entry) is None
