"""Files that answer a pre-filled one: the invented example of the reference, and others made by the writer."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from services.payments.declarations.examination import Examined, examine
from services.payments.declarations.facts import DeclarationFacts, EmployerStanding
from services.payments.declarations.findings import FileRole
from services.payments.declarations.layouts.layout import Layout
from services.payments.declarations.layouts.registry import layouts_of, made
from services.payments.declarations.prefilled import Prefilled, PrefilledPerson
from services.payments.declarations.records import compose
from shared.funds.loading import load
from shared.funds.period import Period
from tests.funds.invented import DEFINITIONS
from tests.payments.declarations.builders import Files

FUND_ID = "ma-cnss"
FUND = load([FUND_ID], folder=DEFINITIONS)[FUND_ID]
FORM = FUND.declarations.forms["bds"]
ANSWER, COMPLEMENT = layouts_of(FUND, FORM)
PREFILLED = made(FORM.prefilled, FUND.layouts[FORM.prefilled])
EMPLOYER, PERIOD, NAME = "1234567", Period.read("2026-M01"), "DS_1234567_012026.txt"

SARA = PrefilledPerson("123456785", "ALAOUI SARA", 2, 60_000, 0, 60_000)
YOUSSEF = PrefilledPerson("155555555", "IDRISSI YOUSSEF")
EXPECTED = Prefilled("00000000012345", (SARA, YOUSSEF))

FIRM = "EXEMPLE SARL".ljust(40) + "COMMERCE".ljust(40) + "12 RUE EXEMPLE".ljust(120) + "RABAT".ljust(20)
EXAMPLE = [
    "".join(parts).ljust(260).encode()
    for parts in (
        ("B0000000000012345B0",),
        (f"B011234567202601{FIRM}010000012026012520260210",),
        (
            "B021234567202601123456785" + "ALAOUI SARA".ljust(60),
            "02060000000000060000000000260000000750000000600000  0000000000124806811",
        ),
        (
            "B021234567202601155555555" + "IDRISSI YOUSSEF".ljust(60),
            "00000000000000000000000000000000000000000000000000CS0000000000155555561",
        ),
        (
            "B03123456720260100000200000200000006000000000000000000000006000000000027901234",
            "000000000000000002600000000075000000000006000000000000000280362372",
        ),
        (
            "B041234567202601188888882" + "BERRADA OMAR".ljust(60),
            "AB1234561300000003000000003000000000000000189488895",
        ),
        ("B05123456720260100000100000018888888200001300000000030000000000003000000000000000189488895",),
        ("B06123456720260100000300000046790122200003900000000105000000000009000000000000000469851267",),
    )
]
"""The eight lines of the reference, of an invented firm in January 2026."""
HEAD = {
    "employer": EMPLOYER,
    "year": 2026,
    "month": 1,
    "transfer": EXPECTED.transfer,
    "company": "EXEMPLE SARL",
    "activity": "COMMERCE",
    "address": "12 RUE EXEMPLE",
    "city": "RABAT",
    "postal_code": "010000",
    "agency": "01",
    "issued_on": date(2026, 1, 25),
    "due_on": date(2026, 2, 10),
}


def written(lines: Sequence[bytes], *, newline: bytes = b"\r\n") -> bytes:
    return b"".join(line + newline for line in lines)


def worker(
    number: str | None, name: str = "BERRADA OMAR", national_id: str | None = "AB123456", **more: Any
) -> dict[str, Any]:
    """A worker of a whole month at 5000.00; `more` replaces fields of the line."""
    values = {"insurance_number": number, "full_name": name, "national_id": national_id, "situation": ""}
    values |= {"duration": 26, "wage": 500_000, "capped_wage": min(500_000, more.get("wage", 500_000))}
    return values | more


def composed(
    workers: Sequence[dict[str, Any]], *, layout: Layout = ANSWER, expected: Prefilled = EXPECTED
) -> list[bytes]:
    """The lines of a good file of these workers."""
    known = {} if layout.is_complement else {person.insurance_number: person for person in expected.persons}
    head = HEAD | {"transfer": expected.transfer}
    lines = compose(layout, workers, head=head, expected=known)
    return b"".join(layout.write(lines, role=FileRole.DETAIL)).split(layout.newline)[:-1]


def facts(**given: Any) -> DeclarationFacts:
    usual: dict[str, Any] = {
        "fund": FUND,
        "employer_id": EMPLOYER,
        "standing": EmployerStanding.OPEN,
        "period": PERIOD,
        "received_on": date(2026, 2, 5),
        "plausibility": FORM.plausibility or {},
        "prefilled": EXPECTED,
    }
    return DeclarationFacts(**(usual | given))


def checked(lines: Sequence[bytes], *, name: str = NAME, **given: Any) -> Examined:
    return examine(Files({name: written(lines)}).sources(), facts=facts(**given), layouts=[ANSWER, COMPLEMENT])
