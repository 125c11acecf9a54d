"""A bill: what an operator of mobile money is reported about a reference before it takes money for it."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class BillStatus(StrEnum):
    """Whether a reference can be paid. `void`: it is not to be paid any more; `replaced`: another reference, or another
    declaration, took its place."""

    OPEN = "open"
    PAID = "paid"
    EXPIRED = "expired"
    VOID = "void"
    REPLACED = "replaced"


@dataclass(frozen=True, kw_only=True)
class Bill:
    """What a reference asks for; minor units. It costs `today_minor` today and `next_minor` from `next_on` on (None: it
    never costs more); `debt_minor` of today's is the debt without penalties. `payer` is the payer's name, masked. Of a
    part of a settlement plan, the plan and the numbers of the instalments that it asks for."""

    reference: str
    collection_id: str
    declaration_id: str
    employer_id: str
    form: str
    period: str
    payer: str
    status: BillStatus
    due_on: date
    debt_minor: int
    today_minor: int
    next_on: date | None
    next_minor: int
    valid_until_on: date
    plan_id: str = ""
    plan_reference: str = ""
    instalments: tuple[int, ...] = ()
