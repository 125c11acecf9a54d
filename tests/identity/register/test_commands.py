"""The import of the register: streamed, idempotent, with every refused line named and nothing personal said."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from services.identity.cards.store import cards
from services.identity.register import store
from services.identity.register.commands import PAGE_LINES
from shared.kernel.personal import DataClass, Encrypted
from shared.storage.service_context import ServiceContext
from tests.identity.builders import (
    AMIRA_NIN,
    csv_file,
    employer_row,
    events,
    imported,
    karim,
    known_people,
    person_row,
    ref,
)
from tests.kit.contexts import DZ, TN, keys, published, reading
from tests.kit.people import FIRM


def test_what_is_imported_is_kept_sealed_told_sealed_and_given_a_card(context: ServiceContext, tmp_path: Path) -> None:
    known_people(context, tmp_path)
    assert published(context) == ["identity.employers-registered", "identity.persons-registered"]
    uow = reading(context)
    amira = store.by_national_id(uow, AMIRA_NIN)
    assert amira is not None and amira.person_ref == ref() and amira.civil.first_name == "Amira"
    assert store.employers.load(uow, FIRM).is_open
    assert cards.load(uow, ref()).valid_until is None

    everything = [list(context.database[name].find()) for name in ("persons", "employers", "outbox", "audit")]
    at_rest = json.dumps(everything, default=str, ensure_ascii=False)
    for private in ("Amira", "أميرة", "900000000001", AMIRA_NIN, "amira@", "550123456", "00000012345"):
        assert private not in at_rest

    person = next(
        each for each in events(context, "identity.persons-registered")[0]["persons"] if each["person_ref"] == ref()
    )
    keyring = keys()[DZ]
    civil = msgspec.json.decode(
        keyring.decrypt(Encrypted(person["civil"]), data_class=DataClass.CIVIL, associated_data=ref())
    )
    contact = msgspec.json.decode(
        keyring.decrypt(Encrypted(person["contact"]), data_class=DataClass.CONTACT, associated_data=ref())
    )
    assert civil["first_name_ar"] == "أميرة" and civil["birth_on"] == "1990-04-25"
    assert contact == {"email": "amira@example.dz", "mobile": "+213550123456"}
    assert (
        keyring.decrypt(Encrypted(person["bank"]), data_class=DataClass.BANK, associated_data=ref())
        == "00200100000001234563"
    )
    bare = next(
        each for each in events(context, "identity.persons-registered")[0]["persons"] if each["person_ref"] != ref()
    )
    assert bare["contact"] is None and bare["bank"] is None


def test_the_same_file_again_changes_nothing_and_tells_nobody(context: ServiceContext, tmp_path: Path) -> None:
    known_people(context, tmp_path)
    before = published(context)
    status, said = imported(context, "--persons", tmp_path / "known.csv", "--employers", tmp_path / "firms.csv")
    assert status == 0 and published(context) == before
    assert said == [
        "Employers: 0 added, 0 changed, 1 unchanged, 0 lines refused.",
        "Insured persons: 0 added, 0 changed, 2 unchanged, 0 lines refused.",
    ]


def test_only_what_changed_is_told(context: ServiceContext, tmp_path: Path) -> None:
    known_people(context, tmp_path)
    moved = csv_file(tmp_path / "moved.csv", [person_row(email="new@example.dz"), karim()])
    assert imported(context, "--persons", moved)[1] == [
        "Insured persons: 0 added, 1 changed, 1 unchanged, 0 lines refused."
    ]
    assert [each["person_ref"] for each in events(context, "identity.persons-registered")[-1]["persons"]] == [ref()]


def test_refused_lines_are_named_without_their_values_and_the_others_imported(
    context: ServiceContext, tmp_path: Path
) -> None:
    rows = [
        person_row(),
        karim(birth_on="2185-11-02", email="secret"),
        person_row(family_name="Again"),
        karim(insurance_number="850000000009", national_id=AMIRA_NIN),
    ]
    status, said = imported(context, "--persons", csv_file(tmp_path / "some.csv", rows))
    assert status == 1
    assert [line.split(":")[0] for line in said] == [
        "line 3, column birth_on",
        "line 3, column email",
        "line 4, column insurance_number",
        "line 5, column national_id",
        "Insured persons",
    ]
    assert said[-1] == "Insured persons: 1 added, 0 changed, 0 unchanged, 3 lines refused."
    assert not any("secret" in line or "2185" in line or AMIRA_NIN in line for line in said)


def test_i01_i02_w01_w03_a_line_is_taken_with_warnings_and_nobody_stays_out(
    context: ServiceContext, tmp_path: Path
) -> None:
    rows = [
        person_row(email="hédi@example.tn", mobile="021 00 00 00", birth_on="00/00/1950", first_name=""),
        karim(email="\u200bassure-71903-2@personne.example", mobile="\u202a+213 550 12 34 56\u202c"),
    ]
    firms = csv_file(tmp_path / "firms.csv", [employer_row(email="paie@", mobile="٠٥٥٠\u2011١٢\u2011٣٤\u2011٥٦")])
    status, said = imported(context, "--persons", csv_file(tmp_path / "some.csv", rows), "--employers", firms)
    assert status == 0
    assert [line.split(":")[0] for line in said] == [
        "warning, line 2, column email",
        "Lines taken with a warning",
        "Employers",
        "warning, line 2, column birth_on",
        "warning, line 2, column email",
        "warning, line 2, column mobile",
        "Lines taken with a warning",
        "Insured persons",
    ]
    assert said[-2:] == [
        "Lines taken with a warning: 1.",
        "Insured persons: 2 added, 0 changed, 0 unchanged, 0 lines refused.",
    ]
    assert not any("hédi" in line or "1950" in line or "021" in line for line in said), "never a value"
    firm = store.employers.load(reading(context), FIRM)
    assert (firm.contact.email, firm.contact.mobile) == (None, "+213550123456")
    people = events(context, "identity.persons-registered")[0]["persons"]
    amira = next(each for each in people if each["person_ref"] == ref())
    other = next(each for each in people if each["person_ref"] != ref())
    assert amira["contact"] is None
    civil = msgspec.json.decode(
        keys()[DZ].decrypt(Encrypted(amira["civil"]), data_class=DataClass.CIVIL, associated_data=ref())
    )
    assert (civil["birth_on"], civil["family_name"], civil["first_name"]) == ("1950", "Benali", "")
    contact = keys()[DZ].decrypt(
        Encrypted(other["contact"]), data_class=DataClass.CONTACT, associated_data=other["person_ref"]
    )
    assert json.loads(contact) == {"email": "assure-71903-2@personne.example", "mobile": "+213550123456"}
    again = imported(context, "--persons", tmp_path / "some.csv")[1]
    assert again[-1] == "Insured persons: 0 added, 0 changed, 2 unchanged, 0 lines refused."


def test_names_of_dependants_go_with_the_civil_data_and_never_with_the_family(
    context: ServiceContext, tmp_path: Path
) -> None:
    row = person_row(family="child:2015-04-02::Yasmine;spouse:1985", dependants="2")
    status, said = imported(context, "--persons", csv_file(tmp_path / "some.csv", [row]))
    assert status == 0, said
    (person,) = events(context, "identity.persons-registered")[0]["persons"]

    def opened(field: str, data_class: DataClass) -> Any:
        return json.loads(
            keys()[DZ].decrypt(Encrypted(person[field]), data_class=data_class, associated_data=person["person_ref"])
        )

    assert opened("civil", DataClass.CIVIL)["dependants"] == {"child-2015-04-02": "Yasmine"}
    family = opened("family", DataClass.HEALTH)["dependants"]
    assert [each["dependant_id"] for each in family] == ["child-2015-04-02", "spouse-1985"]
    assert "Yasmine" not in json.dumps(family)


def test_a_national_id_that_was_taken_before_is_refused_in_a_later_file(
    context: ServiceContext, tmp_path: Path
) -> None:
    known_people(context, tmp_path)
    thief = csv_file(tmp_path / "thief.csv", [karim(insurance_number="850000000009", national_id=AMIRA_NIN)])
    status, said = imported(context, "--persons", thief)
    assert status == 1 and "[register.national-id-taken]" in said[0]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "columns"),
        (b"\x00\xff\xfe binary", "columns"),
        (b"insurance_number,national_id\n1,2\n", "missing: bank_account, birth_on"),
    ],
)
def test_a_file_that_is_no_register_is_refused_whole(
    context: ServiceContext, tmp_path: Path, content: bytes, says: str
) -> None:
    path = tmp_path / "odd.csv"
    path.write_bytes(content)
    status, said = imported(context, "--persons", path)
    assert status == 2 and says in said[0]


def test_no_such_file_and_no_such_fund(context: ServiceContext, tmp_path: Path) -> None:
    assert imported(context, "--persons", tmp_path / "none.csv")[0] == 2
    path = csv_file(tmp_path / "some.csv", [person_row()])
    assert imported(context, "--persons", path, fund_id="xx-none")[0] == 2


def test_lines_that_are_no_lines(context: ServiceContext, tmp_path: Path) -> None:
    path = csv_file(tmp_path / "some.csv", [person_row(), karim()], delimiter=";")
    text = path.read_bytes().replace(b"Benali", b"B\xe9nali") + b"too;few\n\n"
    path.write_bytes(b"\xef\xbb\xbf" + text)
    status, said = imported(context, "--persons", path)
    assert status == 1
    assert said[:2] == [
        "line 2, column family_name: The text is not in UTF-8. [register.not-utf-8]",
        "line 4, column -: The line does not have as many cells as there are columns. [register.cells-differ]",
    ]
    assert said[2] == "Insured persons: 1 added, 0 changed, 0 unchanged, 2 lines refused."


def test_a_long_file_comes_in_pages_each_told_by_itself(context: ServiceContext, tmp_path: Path) -> None:
    count = PAGE_LINES + 1
    rows = [karim(insurance_number=f"85{n:010d}", national_id=f"1185{n:014d}") for n in range(count)]
    path = csv_file(tmp_path / "long.csv", rows)
    assert imported(context, "--persons", path)[1] == [
        f"Insured persons: {count} added, 0 changed, 0 unchanged, 0 lines refused."
    ]
    assert [len(each["persons"]) for each in events(context, "identity.persons-registered")] == [PAGE_LINES, 1]


def test_the_funds_know_each_their_own(context: ServiceContext, tmp_path: Path) -> None:
    known_people(context, tmp_path)
    assert store.by_national_id(reading(context, TN), AMIRA_NIN) is None
    assert ref() != ref(fund_id=TN)
