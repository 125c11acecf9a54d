"""CNAS, annual declaration (DAS), profile B: header of 216 characters, detail of 229, Windows-1252, zeros on the left.

Source: one public payroll module (2025), not checked against the fund's portal: to be confirmed by the fund.
"""

import re

from services.payments.declarations.findings import Role
from services.payments.declarations.layouts.forms import (
    LATIN_NAME,
    PRINTABLE_LATIN,
    Amount,
    Birth,
    Count,
    Day,
    Digits,
    Letters,
    OneOf,
)
from services.payments.declarations.layouts.layout import Field, Layout, RecordKind

WAGE_MINOR_MAX = 10**11
"""A thousand million dinars in one quarter is no wage."""

HEADER = RecordKind(
    # The annual total is padded with zeros here, with blanks in profile A.
    signature=re.compile(rb".{10}[A-Za-z].{183}[^ ]", re.DOTALL),
    fields=(
        Field("employer", 1, 10, Digits()),
        Field("type", 11, 1, OneOf(b"NC")),
        Field("year", 12, 4, Count()),
        Field("centre", 16, 5, Count()),
        Field("short_name", 21, 30, Letters(PRINTABLE_LATIN)),
        Field("full_name", 51, 30, Letters(PRINTABLE_LATIN)),
        Field("address", 81, 50, Letters(PRINTABLE_LATIN)),
        Field("total_1", 131, 16, Amount()),
        Field("total_2", 147, 16, Amount()),
        Field("total_3", 163, 16, Amount()),
        Field("total_4", 179, 16, Amount()),
        Field("total", 195, 16, Amount()),
        Field("workers", 211, 6, Count()),
    ),
)

DETAIL = RecordKind(
    signature=re.compile(rb"[0-9]{10}[^A-Z]|.{10}(19|20)[0-9]{2}", re.DOTALL),
    fields=(
        Field("employer", 1, 10, Digits()),
        Field("year", 11, 4, Count()),
        Field("number", 15, 5, Count()),
        Field("insurance_number", 20, 12, Digits("wage-file.insurance-number-malformed")),
        Field("family_name", 32, 30, Letters(LATIN_NAME)),
        Field("first_name", 62, 30, Letters(LATIN_NAME)),
        Field("birth_on", 92, 8, Birth()),
        *(
            part
            for quarter in (1, 2, 3, 4)
            for start in (84 + 16 * quarter,)
            for part in (
                Field(f"duration_{quarter}", start, 3, Count(code="wage-file.duration-malformed")),
                Field(f"unit_{quarter}", start + 3, 1, OneOf(b"MJH ")),
                Field(f"wage_{quarter}", start + 4, 12, Amount(WAGE_MINOR_MAX)),
            )
        ),
        Field("entered_on", 164, 8, Day()),
        Field("left_on", 172, 8, Day()),
        Field("remark", 180, 50, Letters(PRINTABLE_LATIN)),
    ),
)

LAYOUT = Layout(
    layout_id="das-b",
    fund_id="dz-cnas",
    version="2025",
    source="public payroll module for the DAS, 2025",
    encoding="cp1252",
    newline=b"\r\n",
    ends_with_newline=True,
    kinds={Role.HEADER: (HEADER,), Role.DETAIL: (DETAIL,)},
    file_name=re.compile(r"D(?P<year>[0-9]{2}|[0-9]{4})[ES](?P<employer>[0-9]{10})\.TXT", re.IGNORECASE),
    lines_max=99_999,
)
