"""What stands in a pre-filled file and in its answer beside the workers, and the pre-filled file itself. Pure."""

import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date

from services.payments.declarations.findings import FileRole
from services.payments.declarations.layouts.layout import Layout, Values
from services.payments.declarations.layouts.periods import named_by
from services.payments.declarations.prefilled import Prefilled, PrefilledPerson
from services.payments.declarations.records import compose
from shared.funds.period import Period

COMPANY_MAX, ACTIVITY_MAX = 40, 40


@dataclass(frozen=True)
class PrefilledContent:
    """What a pre-filled file says: whom the fund expects, and the lines around them."""

    prefilled: Prefilled
    head: Values

    @property
    def expected(self) -> Mapping[str, PrefilledPerson]:
        return {person.insurance_number: person for person in self.prefilled.persons}


def prefilled_content(
    prefilled: Prefilled,
    *,
    employer_id: str,
    name: str,
    activity: str,
    period: Period,
    issued_on: date,
    due_on: date,
) -> PrefilledContent:
    """The firm and the period as the lines around the workers have them. What payments does not know of a firm, its
    address and its office, stays empty."""
    head = named_by(period) | {
        "employer": employer_id,
        "transfer": prefilled.transfer,
        "company": _plain(name)[:COMPANY_MAX],
        "activity": _plain(activity)[:ACTIVITY_MAX],
        "postal_code": "0",
        "agency": "0",
        "issued_on": issued_on,
        "due_on": due_on,
    }
    return PrefilledContent(prefilled, head)


def prefilled_file(answered: PrefilledContent, *, layout: Layout, period: Period) -> tuple[str, bytes]:
    """The file that the fund publishes for a period, by its name and its bytes."""
    rows = [asdict(person) | {"national_id": None} for person in answered.prefilled.persons]
    lines = compose(layout, rows, head=answered.head, expected=answered.expected)
    name = layout.written_names[FileRole.DETAIL].format_map(answered.head | named_by(period))
    return name, b"".join(layout.write(lines, role=FileRole.DETAIL))


def _plain(text: str) -> str:
    """Capital letters without accents, as old programs write them; letters that have no such form are left out."""
    apart = unicodedata.normalize("NFKD", text)
    return "".join(each for each in apart if each.isascii() and each.isprintable()).upper().strip()
