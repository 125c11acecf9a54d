"""CNAS, annual declaration (DAS), profile A: header of 221 characters, detail of 195, ASCII, blanks on the left.

Source: a public reading of real files of 2021, not checked against the fund's portal: to be confirmed by the fund.
Whether a wage is 7 or 10 characters wide, and whether the header's totals stand one character further right, is not
known. Wages are therefore read from the wide slice, blanks taken off, and the header has two kinds of line; both
readings give the same values.
"""

import re

from services.payments.declarations.findings import Role
from services.payments.declarations.layouts.forms import (
    ASCII_NAME,
    PRINTABLE_ASCII,
    Amount,
    Birth,
    Count,
    Day,
    Digits,
    Filler,
    Letters,
    OneOf,
)
from services.payments.declarations.layouts.layout import Field, Layout, RecordKind

_TOTAL = Amount(pad=b" ")

HEADER = RecordKind(
    # The character before the annual total is blank here; further right it is the last digit of the fourth quarter.
    signature=re.compile(rb".{10}[A-Za-z].{182} ", re.DOTALL),
    fields=(
        Field("employer", 1, 10, Digits()),
        Field("type", 11, 1, OneOf(b"NC")),
        Field("year", 12, 4, Count()),
        Field("centre", 16, 5, Count(pad=b" ")),
        Field("full_name", 21, 109, Letters(PRINTABLE_ASCII)),
        Field("total_1", 130, 16, _TOTAL),
        Field("total_2", 146, 16, _TOTAL),
        Field("total_3", 162, 16, _TOTAL),
        Field("total_4", 178, 16, _TOTAL),
        Field("filler", 194, 1, Filler()),
        Field("total", 195, 16, _TOTAL),
        Field("workers", 211, 6, Count(pad=b" ")),
        Field("end", 217, 5, Filler()),
    ),
)

HEADER_SHIFTED = RecordKind(
    signature=re.compile(rb".{10}[A-Za-z].{182}[^ ] ", re.DOTALL),
    fields=(
        *HEADER.fields[:4],
        Field("full_name", 21, 110, Letters(PRINTABLE_ASCII)),
        Field("total_1", 131, 16, _TOTAL),
        Field("total_2", 147, 16, _TOTAL),
        Field("total_3", 163, 16, _TOTAL),
        Field("total_4", 179, 16, _TOTAL),
        *HEADER.fields[10:],
    ),
)

DETAIL = RecordKind(
    signature=re.compile(rb"[0-9]{10}[^A-Z]|.{10}(19|20)[0-9]{2}", re.DOTALL),
    fields=(
        Field("employer", 1, 10, Digits()),
        Field("year", 11, 4, Count()),
        Field("number", 15, 6, Count()),
        Field("insurance_number", 21, 12, Digits("wage-file.insurance-number-malformed")),
        Field("family_name", 33, 25, Letters(ASCII_NAME)),
        Field("first_name", 58, 25, Letters(ASCII_NAME)),
        Field("birth_on", 83, 8, Birth(absent=b" ")),
        *(
            part
            for quarter in (1, 2, 3, 4)
            for start in (77 + 14 * quarter,)
            for part in (
                Field(f"duration_{quarter}", start, 3, Count(pad=b" ", code="wage-file.duration-malformed")),
                Field(f"unit_{quarter}", start + 3, 1, OneOf(b"H ")),
                Field(f"wage_{quarter}", start + 4, 10, Amount(pad=b" ", narrow=7)),
            )
        ),
        Field("total", 147, 12, Amount(pad=b" ", narrow=8)),
        Field("entered_on", 159, 8, Day(absent=b" ")),
        Field("left_on", 167, 8, Day(absent=b" ")),
        Field("remark", 175, 20, Letters(PRINTABLE_ASCII)),
        Field("end", 195, 1, Filler(b"0")),
    ),
)

LAYOUT = Layout(
    layout_id="das-a",
    fund_id="dz-cnas",
    version="2021",
    source="public reading of files of 2021",
    encoding="ascii",
    newline=b"\r\n",
    ends_with_newline=False,
    kinds={Role.HEADER: (HEADER, HEADER_SHIFTED), Role.DETAIL: (DETAIL,)},
    file_name=re.compile(r"D(?P<year>[0-9]{2}|[0-9]{4})[ES](?P<employer>[0-9]{10})\.TXT", re.IGNORECASE),
    lines_max=999_999,
)
