"""What a line of the register must be, and when it changes anything."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.identity.register.person import Contact
from services.identity.register.rules import (
    Fault,
    LineRefused,
    affiliated,
    deaths_in_family,
    read_employer,
    read_person,
    registered,
    with_contact,
)
from tests.identity.builders import employer_row, karim, person_row
from tests.kit.contexts import DZ, TN, funds

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
    ).entry
    assert entry.civil.national_id == "109900000000000001"
    assert entry.civil.family_name == "Ben Ali"
    assert entry.civil.birth_on == "1990-04-25"
    assert entry.contact.mobile == "+213550123456"
    assert entry.bank == "00200100000001234563"
    assert (entry.language, entry.dependants) == ("ar", 2)


def test_what_may_be_empty_may_be_empty() -> None:
    entry = read_person(karim(), fund=funds()[DZ], on=TODAY).entry
    assert (entry.contact.is_known, entry.bank, entry.civil.first_name_ar) == (False, None, None)
    assert (entry.language, entry.dependants) == ("ar", 0), "the fund's own language, and nobody"


@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [
        ("insurance_number", "", "register.empty"),
        ("insurance_number", "90000000000", "register.number-malformed"),
        ("insurance_number", "90000000000a", "register.number-malformed"),
        ("national_id", "12345678", "register.number-malformed"),
        ("family_name", "x" * 101, "register.name-malformed"),
        ("first_name", "Ami\x00ra", "register.name-malformed"),
        ("birth_on", "25/04/1990", "register.day-malformed"),
        ("birth_on", "1990-02-30", "register.day-malformed"),
        ("birth_on", "2026-02-11", "register.day-out-of-time"),
        ("birth_on", "1790-02-11", "register.day-out-of-time"),
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
        ("email", "amira", "register.email-malformed"),
        ("email", "a@b", "register.email-malformed"),
        ("email", "a@b.dz,c@d.dz", "register.email-malformed"),
        ("email", "Amira <a@b.dz>", "register.email-malformed"),
        ("email", "a@b.dz>c", "register.email-malformed"),
        ("email", "a" * 250 + "@b.dz", "register.email-malformed"),
        ("mobile", "021 00 00 00", "register.mobile-malformed"),
        ("mobile", "+216 20 123 456", "register.mobile-malformed"),
        ("email", "hédi@example.tn", "register.email-malformed"),
        ("mobile", "0550 12 34 5x", "register.mobile-malformed"),
        ("mobile", "0550123456 / 0661123456", "register.mobile-malformed"),
    ],
)
def test_i01_i02_how_somebody_is_reached_keeps_nobody_out(column: str, cell: str, code: str) -> None:
    for row in (person_row(**{column: cell}), employer_row(**{column: cell})):
        read: Any = read_employer if "employer_number" in row else read_person
        found = read(row, fund=funds()[DZ], on=TODAY)
        assert found.warnings == (Fault(column, code),)
        assert getattr(found.entry.contact, column) is None


EMAILS = [
    "\u200bassure-71903-2@personne.example",
    "assure-71903-2@personne.example\ufeff",
    "assure-71903-2@person\u00adne.example",
    "\u2066assure‑71903‑2@Personne.example\u2069 ",
    "mailto:assure-٧١٩٠٣-٢@personne.example",
]
MOBILES = [
    "\u202a+213 550 12 34 56\u202c",
    "\u200e0550123456",
    "0550\u201112\u201134\u201156",
    "٠٥٥٠١٢٣٤٥٦",
    "۰۵۵۰ ۱۲ ۳۴ ۵۶",
    "213550123456",
    "00213550123456",
    "+213 (0)550.12.34.56",
    "[0550]\u00a012\u202f34/56",
    "'0550123456",
    "550123456",
]


@pytest.mark.parametrize("email", EMAILS)
def test_i01_an_address_is_cleaned_at_import(email: str) -> None:
    for row in (person_row(email=email), employer_row(email=email)):
        read: Any = read_employer if "employer_number" in row else read_person
        found = read(row, fund=funds()[DZ], on=TODAY)
        assert (found.entry.contact.email, found.warnings) == ("assure-71903-2@personne.example", ())


@pytest.mark.parametrize("mobile", MOBILES)
def test_i02_a_telephone_is_read_however_it_was_written(mobile: str) -> None:
    for row in (person_row(mobile=mobile), employer_row(mobile=mobile)):
        read: Any = read_employer if "employer_number" in row else read_person
        found = read(row, fund=funds()[DZ], on=TODAY)
        assert (found.entry.contact.mobile, found.warnings) == ("+213550123456", ())


def test_i02_numbers_names_and_accounts_are_read_however_they_were_written() -> None:
    row = person_row(
        insurance_number="\u200f900000000001",
        national_id="١٠٩٩\u00a0٠٠٠٠٠٠٠٠٠٠٠٠٠١",
        family_name_ar="\u200fبن علـــي",
        first_name="Ami\u00adra",
        birth_on="١٩٩٠‑٠٤‑٢٥",
        dependants="٢",
        bank_account="٠٠٢\u202f00100‑0000012345–63",
        language="FR\u200b",
    )
    entry = read_person(row, fund=funds()[DZ], on=TODAY).entry
    assert (entry.civil.insurance_number, entry.civil.national_id) == ("900000000001", "109900000000000001")
    assert (entry.civil.family_name_ar, entry.civil.first_name) == ("بن علي", "Amira")
    assert (entry.civil.birth_on, entry.dependants, entry.language) == ("1990-04-25", 2, "fr")
    assert entry.bank == "00200100000001234563"


def test_i02_a_cell_in_which_nothing_can_be_seen_is_empty() -> None:
    entry = read_person(person_row(email="\u200b", family_name_ar="\u200f \u00a0"), fund=funds()[DZ], on=TODAY).entry
    assert (entry.contact.email, entry.civil.family_name_ar) == (None, None)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("1950-00-00", "1950"),
        ("00/00/1950", "1950"),
        ("1950", "1950"),
        ("1950-03-00", "1950-03"),
        ("xx/xx/1950", "1950"),
    ],
)
def test_w01_a_birth_is_known_as_far_as_it_is(written: str, kept: str) -> None:
    found = read_person(person_row(birth_on=written), fund=funds()[DZ], on=TODAY)
    assert found.entry.civil.birth_on == kept
    assert found.warnings == (Fault("birth_on", "register.birth-partly-known"),)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("2027", "register.day-out-of-time"),
        ("1879", "register.day-out-of-time"),
        ("1950-00-12", "register.day-malformed"),
        ("0000-00-00", "register.day-malformed"),
        ("00/00/0000", "register.day-malformed"),
    ],
)
def test_w01_a_year_is_one_in_which_somebody_can_be_born(written: str, code: str) -> None:
    assert Fault("birth_on", code) in faults_of(person_row(birth_on=written))


@pytest.mark.parametrize(("family_name", "first_name"), [("Amira", ""), ("", "Amira"), ("\u200f", "Amira")])
def test_w03_one_name_is_enough_in_either_column(family_name: str, first_name: str) -> None:
    civil = read_person(
        person_row(family_name=family_name, first_name=first_name), fund=funds()[DZ], on=TODAY
    ).entry.civil
    assert {civil.family_name, civil.first_name} == {"Amira", ""}


def test_w03_no_name_at_all_is_too_little() -> None:
    found = faults_of(person_row(family_name=" ", first_name="\u200b"))
    assert [fault.column for fault in found] == ["family_name", "first_name"]


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
    assert read_employer(employer_row(closed_on=closed_on), fund=funds()[DZ], on=TODAY).entry.is_open is is_open


def test_an_unchanged_person_is_no_news_and_a_changed_one_keeps_the_version() -> None:
    entry = read_person(person_row(), fund=funds()[DZ], on=TODAY).entry
    new = registered(None, entry, person_ref="p1", national_id_index="i1")
    assert new is not None and new.version == 0
    assert registered(new, entry, person_ref="p1", national_id_index="i1") is None
    moved = read_person(person_row(mobile="0661 00 00 01"), fund=funds()[DZ], on=TODAY).entry
    changed = registered(new, moved, person_ref="p1", national_id_index="i1")
    assert changed is not None and changed.contact.mobile == "+213661000001"


def test_a_corrected_contact_stands_until_the_register_says_another() -> None:
    entry = read_person(person_row(), fund=funds()[DZ], on=TODAY).entry
    first = registered(None, entry, person_ref="p1", national_id_index="i1")
    assert first is not None
    newer = Contact(email="amira.b@example.dz", mobile="+213550999999")
    corrected = with_contact(first, newer)
    assert corrected is not None and corrected.contact == newer

    assert registered(corrected, entry, person_ref="p1", national_id_index="i1") is None

    married = read_person(person_row(family_name="Haddad"), fund=funds()[DZ], on=TODAY).entry
    again = registered(corrected, married, person_ref="p1", national_id_index="i1")
    assert again is not None and (again.civil.family_name, again.contact) == ("Haddad", newer)

    moved = read_person(person_row(email="a@example.dz"), fund=funds()[DZ], on=TODAY).entry
    newest = registered(corrected, moved, person_ref="p1", national_id_index="i1")
    assert newest is not None and newest.contact.email == "a@example.dz" and newest.register_contact is None


def test_a_contact_that_is_put_back_is_the_registers_again() -> None:
    first = registered(
        None, read_person(person_row(), fund=funds()[DZ], on=TODAY).entry, person_ref="p1", national_id_index="i1"
    )
    assert first is not None
    corrected = with_contact(first, Contact(email=None, mobile=None))
    assert corrected is not None and with_contact(corrected, first.contact) == first


def test_an_unchanged_employer_is_no_news() -> None:
    entry = read_employer(employer_row(), fund=funds()[DZ], on=TODAY).entry
    assert affiliated(None, entry) == entry
    assert affiliated(entry, entry) is None


def family_of(cell: str, **cells: str) -> Any:
    row = person_row(family=cell, dependants="", **cells)
    return read_person(row, fund=funds()[DZ], on=TODAY).entry


def test_the_dependants_may_be_named_one_by_one() -> None:
    entry = family_of("child:2015-04-02;child:2015-04-02; spouse:1985 ;child:2004-09:student")
    assert entry.dependants == 4
    assert [(each.dependant_id, each.condition) for each in entry.family] == [
        ("child-2015-04-02", None),
        ("child-2015-04-02-2", None),
        ("spouse-1985", None),
        ("child-2004-09", "student"),
    ]


def test_without_names_only_their_number_is_known() -> None:
    assert read_person(person_row(), fund=funds()[DZ], on=TODAY).entry.family is None
    assert read_person(person_row(family=""), fund=funds()[DZ], on=TODAY).entry.family is None


def test_a_dependant_may_be_named() -> None:
    named = "child:2015-04-02::  Yasmine   Ben Salah;child:٢٠١٨-09-01:student:\u200fياسمين\u200e"
    entry = family_of(f"{named};spouse:1985; \u200f")
    assert [(each.relation, each.condition, each.name) for each in entry.family] == [
        ("child", None, "Yasmine Ben Salah"),
        ("child", "student", "ياسمين"),
        ("spouse", None, ""),
    ]


def test_who_died_stays_in_the_family_and_is_no_dependant_any_more() -> None:
    entry = family_of("child:2015-04-02:::2026-02-09;child:2018-09-01:student:Sami:2026-02-10;spouse:1985")
    assert [(each.dependant_id, each.died_on) for each in entry.family] == [
        ("child-2015-04-02", date(2026, 2, 9)),
        ("child-2018-09-01", date(2026, 2, 10)),
        ("spouse-1985", None),
    ]
    assert entry.dependants == 1
    assert read_person(person_row(family="child:2015:::2026-02-09", dependants="0"), fund=funds()[DZ], on=TODAY)


def test_only_another_word_on_who_died_of_a_family_is_news_of_a_death() -> None:
    def known(cell: str) -> Any:
        return registered(None, family_of(cell), person_ref="p1", national_id_index="i1")

    living, dead = known("child:2015-04-02"), known("child:2015-04-02:::2026-02-09")
    assert deaths_in_family(None) == deaths_in_family(living) == set()
    assert deaths_in_family(dead) == {("child-2015-04-02", date(2026, 2, 9))}


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("child:2015-04-02:::2026-02-11", "register.family-malformed"),  # tomorrow
        ("child:2015-04-02:::2015-04-01", "register.family-malformed"),  # before the birth
        ("child:2015-04-02:::2026-02", "register.family-malformed"),  # what ends with a death ends on a day
        ("child:2015-04-02:::2026-02-09:x", "register.family-malformed"),
        ("child", "register.family-malformed"),
        ("child:soon", "register.family-malformed"),
        ("child:2026-02-11", "register.family-malformed"),
        ("uncle:1980-01-01", "register.family-malformed"),
        ("child:2015-04-02:tall", "register.family-malformed"),
        ("child:2015-04-02:student:x:y", "register.family-malformed"),
        ("child:2015-04-02::" + "x" * 121, "register.family-malformed"),
        (";".join(["child:2015-04-02"] * 31), "register.family-malformed"),
        ("child:2015-04-02", "register.family-differs"),
    ],
)
def test_a_family_that_cannot_be_is_refused(cell: str, code: str) -> None:
    assert faults_of(person_row(family=cell)) == [Fault("family", code)]


def test_who_was_told_less_by_an_earlier_release_is_told_anew() -> None:
    entry = read_person(person_row(), fund=funds()[DZ], on=TODAY).entry
    known = registered(None, entry, person_ref="p1", national_id_index="i1")
    assert known is not None
    assert registered(known, entry, person_ref="p1", national_id_index="i1") is None
    earlier = replace(known, published=0)
    assert registered(earlier, entry, person_ref="p1", national_id_index="i1") == known
