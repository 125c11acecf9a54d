"""Whether a paper holds, on which day, and what a stranger learns of its holder."""

from dataclasses import replace
from datetime import date

import pytest

from services.documents.verification.rules import initials, number_in, verify
from services.documents.verification.verification import PublicRecord, Status, Verification
from shared.kernel.references import with_check_digits

NUMBER = with_check_digits("PR", "2026000001")
ISSUED, LAST, AFTER = date(2026, 11, 22), date(2027, 2, 20), date(2027, 2, 21)
RECORD = PublicRecord(
    fund_id="dz-cnas",
    number=NUMBER,
    kind="salary-certificate",
    initials="F. B.",
    issued_on=ISSUED,
    valid_until_on=LAST,
)
DECEMBER = date(2026, 12, 1)


@pytest.mark.parametrize(
    ("record", "on", "status", "since_on"),
    [
        (RECORD, ISSUED, Status.VALID, None),
        (RECORD, LAST, Status.VALID, None),
        (RECORD, AFTER, Status.EXPIRED, AFTER),
        (RECORD, date(2030, 1, 1), Status.EXPIRED, AFTER),
        (replace(RECORD, superseded_on=DECEMBER), LAST, Status.SUPERSEDED, DECEMBER),
        (replace(RECORD, superseded_on=DECEMBER), AFTER, Status.SUPERSEDED, DECEMBER),
        (replace(RECORD, revoked_on=DECEMBER), LAST, Status.REVOKED, DECEMBER),
        (replace(RECORD, revoked_on=DECEMBER), AFTER, Status.REVOKED, DECEMBER),
        (replace(RECORD, revoked_on=DECEMBER, superseded_on=ISSUED), LAST, Status.REVOKED, DECEMBER),
        (None, LAST, Status.UNKNOWN, None),
    ],
)
def test_the_status_of_a_paper(record: PublicRecord | None, on: date, status: Status, since_on: date | None) -> None:
    verification = verify(record, number=NUMBER, on=on)
    assert (verification.status, verification.since_on) == (status, since_on)
    assert (verification.number, verification.on, verification.record) == (NUMBER, on, record)


@pytest.mark.parametrize(
    ("status", "record", "since_on"),
    [
        (Status.UNKNOWN, RECORD, None),
        (Status.VALID, None, None),
        (Status.VALID, RECORD, LAST),
        (Status.REVOKED, RECORD, None),
    ],
)
def test_an_answer_that_contradicts_itself_cannot_be_built(
    status: Status, record: PublicRecord | None, since_on: date | None
) -> None:
    with pytest.raises(ValueError, match="paper"):
        Verification(number=NUMBER, status=status, on=LAST, record=record, since_on=since_on)


@pytest.mark.parametrize(
    "typed", [NUMBER, NUMBER.lower(), f" {NUMBER[:2]} {NUMBER[2:6]}-{NUMBER[6:]}\n", "\u00a0".join(NUMBER)]
)
def test_a_number_is_found_in_what_people_type(typed: str) -> None:
    assert number_in(typed) == NUMBER


@pytest.mark.parametrize(
    "typed",
    ["", "PR", NUMBER[:-1], NUMBER[:-1] + "x", NUMBER.replace("2026", "2062"), "<script>", "٢" * 14, NUMBER * 9],
)
def test_what_cannot_be_a_number_is_told_without_asking_the_store(typed: str) -> None:
    assert number_in(typed) is None


@pytest.mark.parametrize(
    ("full_name", "shown"),
    [
        ("Fatima-Zohra BEN ALI", "F. Z. B. A."),
        ("فاطمة الزهراء بن علي", "ف. ا. ب. ع."),
        ("émile", "É."),
        ("  O'Neil (dit Ali 2) ", "O. N. D. A."),
        ("a b c d e f g h", "A. B. C. D. E. F."),
        ("123", ""),
    ],
)
def test_of_a_name_its_initials_are_shown(full_name: str, shown: str) -> None:
    assert initials(full_name).replace("\u00a0", " ") == shown
