"""Dates of which the month or the day may be unknown: how they are read, kept, ordered and compared."""

from datetime import date

import pytest

from shared.kernel import partial_date
from shared.kernel.partial_date import PartialDate

YEAR, MONTH, DAY = PartialDate("1950"), PartialDate("1950-03"), PartialDate("1950-03-12")


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("1950-03-12", "1950-03-12"),
        ("1950", "1950"),
        ("1950-03", "1950-03"),
        ("1950-00-00", "1950"),
        ("1950-03-00", "1950-03"),
        ("1950/00/00", "1950"),
        ("1950-XX-XX", "1950"),
        ("1950-xx-xx", "1950"),
        ("00/00/1950", "1950"),
        ("00.00.1950", "1950"),
        ("00-03-1950", "1950-03"),
        ("XX/XX/1950", "1950"),
    ],
)
def test_w01_a_date_is_read_as_far_as_it_is_known(written: str, kept: str) -> None:
    assert partial_date.read(written) == kept


@pytest.mark.parametrize(
    "written",
    [
        "",
        "0000-00-00",
        "0000",
        "50",
        "1950-13-00",
        "1950-02-30",
        "1950-00-12",
        "12/00/1950",
        "12/03/1950",
        "00/13/1950",
        "1950-3-1",
        "1950-X0",
        "1950-0X-12",
        "1950-03-1X",
        "XX/X3/1950",
        "1950-03-12T00:00",
        "١٩٥٠",
        "about 1950",
    ],
)
def test_w01_what_is_no_date_or_could_be_two_is_not_read(written: str) -> None:
    assert partial_date.read(written) is None


def test_it_is_made_of_parts_or_of_a_day() -> None:
    assert partial_date.partial_date(1950) == YEAR
    assert partial_date.partial_date(1950, 3) == MONTH
    assert partial_date.partial_date(1950, 3, 12) == partial_date.of(date(1950, 3, 12)) == DAY
    assert [partial_date.parts(each) for each in (YEAR, MONTH, DAY)] == [(1950, 0, 0), (1950, 3, 0), (1950, 3, 12)]
    for wrong in ((1950, 0, 12), (1950, 13, 0), (1951, 2, 29), (0, 0, 0)):
        with pytest.raises(ValueError):
            partial_date.partial_date(*wrong)


def test_it_sorts_by_what_is_known_the_unknown_first() -> None:
    assert sorted([PartialDate("1951"), DAY, PartialDate("1950-12-31"), MONTH, YEAR, PartialDate("1949-12-31")]) == [
        "1949-12-31",
        "1950",
        "1950-03",
        "1950-03-12",
        "1950-12-31",
        "1951",
    ]


@pytest.mark.parametrize(
    ("partial", "first_on", "whole"),
    [
        (YEAR, date(1950, 1, 1), None),
        (MONTH, date(1950, 3, 1), None),
        (PartialDate("1952-02"), date(1952, 2, 1), None),
        (DAY, date(1950, 3, 12), date(1950, 3, 12)),
    ],
)
def test_its_first_day_and_whether_it_is_known_whole(partial: PartialDate, first_on: date, whole: date | None) -> None:
    assert partial_date.first_on(partial) == first_on
    assert partial_date.whole(partial) == whole


@pytest.mark.parametrize(
    ("published", "known", "proves", "may_be_same"),
    [
        ("1950-03-12", "1950-03-12", True, True),
        ("1950-01-01", "1950", True, True),
        ("1950", "1950", True, True),
        ("1950-03-30", "1950-03", True, True),
        ("1950-04-30", "1950-03", False, False),
        ("1951-01-01", "1950", False, False),
        ("1950", "1950-03-12", False, True),
        ("1950-03", "1950-03-12", False, True),
        ("1950-03-13", "1950-03-12", False, False),
    ],
)
def test_w01_all_that_is_known_has_to_be_told_and_no_more(
    published: str, known: str, proves: bool, may_be_same: bool
) -> None:
    assert partial_date.proves(PartialDate(published), PartialDate(known)) is proves
    assert partial_date.may_be_same(PartialDate(published), PartialDate(known)) is may_be_same
    assert partial_date.may_be_same(PartialDate(known), PartialDate(published)) is may_be_same
