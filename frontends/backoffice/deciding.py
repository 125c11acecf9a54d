"""A decision line by line: what was typed of it, and what the other lines come to."""

from decimal import Decimal
from typing import Any

from frontends.api import claims as service


def refused_lines(typed: Any) -> list[service.RefusedLineBody]:
    """The lines that a reason was chosen for, from fields `line-<number>`; a name of another shape is none of ours."""
    chosen = ((name.removeprefix("line-"), reason) for name, reason in typed if name.startswith("line-"))
    return [
        {"number": int(number), "reason": reason}
        for number, reason in chosen
        if reason and number.isascii() and number.isdecimal() and len(number) < 4
    ]


def total_of(lines: Any, refused: Any) -> str:
    """What the lines come to that are not refused, as the service writes sums."""
    numbers = {each["number"] for each in refused}
    return str(sum((Decimal(line["reimbursed"]) for line in lines if line["number"] not in numbers), Decimal(0)))
