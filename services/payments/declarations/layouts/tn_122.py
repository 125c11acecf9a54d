"""CNSS, quarterly wages on 122 characters: one line a worker, neither header nor trailer; the file's name says whose.

Source: two independent public payroll modules and the paper form, which agree.
"""

import re

from services.payments.declarations.findings import Role
from services.payments.declarations.layouts.forms import (
    ASCII_NAME,
    Amount,
    Code,
    Count,
    Digits,
    Filler,
    Letters,
    OptionalDigits,
)
from services.payments.declarations.layouts.layout import Field, Layout, RecordKind

LINES_PER_PAGE = 12

DETAIL = RecordKind(
    signature=re.compile(rb"[0-9]{10}|.{14}[1-4](19|20)[0-9]{2}", re.DOTALL),
    fields=(
        Field("employer", 1, 10, Digits()),
        Field("exploitation", 11, 4, Code()),
        Field("quarter", 15, 1, Count()),
        Field("year", 16, 4, Count()),
        Field("page", 20, 3, Count()),
        Field("line_in_page", 23, 2, Count()),
        Field("insurance_number", 25, 10, Digits("wage-file.insurance-number-malformed")),
        Field("full_name", 35, 60, Letters(ASCII_NAME)),
        Field("national_id", 95, 8, OptionalDigits("wage-file.national-id-malformed")),
        Field("wage", 103, 10, Amount()),
        Field("end", 113, 10, Filler()),
    ),
)

LAYOUT = Layout(
    layout_id="tn-122",
    fund_id="tn-cnss",
    version="1",
    source="two public payroll modules and the paper form",
    encoding="ascii",
    newline=b"\n",
    ends_with_newline=False,
    kinds={Role.DETAIL: (DETAIL,)},
    file_name=re.compile(
        r"DS(?P<employer>[0-9]{10})(?P<establishment>[0-9]{4})\.(?P<quarter>[1-4])(?P<year>[0-9]{4})\.txt",
        re.IGNORECASE,
    ),
    lines_max=999 * LINES_PER_PAGE,
)
