"""What a line of the fund's register must be, and what it changes. Pure: keys and look-ups are the action's."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from services.identity.register.employer import Employer
from services.identity.register.person import (
    DEPENDANTS_MAX,
    NAME_LENGTH_MAX,
    Civil,
    Contact,
    Person,
    PersonEntry,
)
from shared.funds.fund import Fund, IdentifierKind
from shared.funds.identifiers import is_account
from shared.kernel.errors import Missing

PERSON_COLUMNS = (
    "insurance_number",
    "national_id",
    "family_name",
    "first_name",
    "family_name_ar",
    "first_name_ar",
    "birth_on",
    "email",
    "mobile",
    "language",
    "dependants",
    "bank_account",
)
EMPLOYER_COLUMNS = (
    "employer_number",
    "name",
    "sector",
    "affiliated_on",
    "closed_on",
    "email",
    "mobile",
    "language",
)

EMAIL_LENGTH_MAX = 254
EMAIL = re.compile(r"[^\s@<>,;:\"()\[\]\\]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
SECTOR = re.compile(r"[a-z][a-z0-9-]{1,39}")
EARLIEST_ON = date(1880, 1, 1)

Value = TypeVar("Value")


class PersonUnknown(Missing):
    code = "register.person-missing"


class EmployerUnknown(Missing):
    code = "register.employer-missing"


@dataclass(frozen=True)
class Fault:
    """What is wrong with a line: the column and a code with a text; never the value."""

    column: str
    code: str


class LineRefused(Exception):
    """A line of the register that cannot be taken, with all its faults. Met by the import, shown to the operator."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__([fault.code for fault in faults])
        self.faults = faults


def read_person(row: Mapping[str, str], *, fund: Fund, on: date) -> PersonEntry:
    """The entry that a line speaks of, or `LineRefused` with every fault of it. `on` is today in the fund's zone."""
    cells = _Cells(row, fund, on)
    entry = PersonEntry(
        civil=Civil(
            insurance_number=cells.identifier("insurance_number", IdentifierKind.INSURANCE_NUMBER),
            national_id=cells.identifier("national_id", IdentifierKind.NATIONAL_ID),
            family_name=cells.name("family_name"),
            first_name=cells.name("first_name"),
            birth_on=cells.past_day("birth_on"),
            family_name_ar=cells.optional("family_name_ar", cells.name),
            first_name_ar=cells.optional("first_name_ar", cells.name),
        ),
        contact=cells.contact(),
        bank=cells.optional("bank_account", cells.account),
        language=cells.language(),
        dependants=cells.count("dependants", up_to=DEPENDANTS_MAX),
    )
    cells.must_be_good()
    return entry


def read_employer(row: Mapping[str, str], *, fund: Fund, on: date) -> Employer:
    """The employer that a line speaks of, or `LineRefused` with every fault of it."""
    cells = _Cells(row, fund, on)
    affiliated_on = cells.past_day("affiliated_on")
    closed_on = cells.optional("closed_on", cells.day)
    if closed_on is not None and closed_on < affiliated_on:
        cells.fault("closed_on", "register.closed-before-affiliated")
    employer = Employer(
        employer_id=cells.identifier("employer_number", IdentifierKind.EMPLOYER_NUMBER),
        name=cells.name("name"),
        sector=cells.sector("sector"),
        affiliated_on=affiliated_on,
        closed_on=closed_on,
        is_open=closed_on is None or closed_on > on,
        contact=cells.contact(),
        language=cells.language(),
    )
    cells.must_be_good()
    return employer


def registered(known: Person | None, entry: PersonEntry, *, person_ref: str, national_id_index: str) -> Person | None:
    """The person as the register now has them, or None where nothing of it is new."""
    person = Person(
        person_ref=person_ref,
        national_id_index=national_id_index,
        civil=entry.civil,
        contact=entry.contact,
        bank=entry.bank,
        language=entry.language,
        dependants=entry.dependants,
        version=known.version if known else 0,
    )
    return None if person == known else person


def affiliated(known: Employer | None, entry: Employer) -> Employer | None:
    """The employer as the register now has it, or None where nothing of it is new."""
    employer = replace(entry, version=known.version if known else 0)
    return None if employer == known else employer


class _Cells:
    """The cells of one line, each read by its rule. What is wrong is gathered, so that one look shows all of it.

    A cell that is wrong reads as a value that means nothing; `must_be_good` lets none of them out.
    """

    def __init__(self, row: Mapping[str, str], fund: Fund, on: date) -> None:
        self._row, self._fund, self._on = row, fund, on
        self._faults: list[Fault] = []

    def must_be_good(self) -> None:
        if self._faults:
            raise LineRefused(self._faults)

    def fault(self, column: str, code: str) -> None:
        if column not in {fault.column for fault in self._faults}:
            self._faults.append(Fault(column, code))

    def optional(self, column: str, read: Callable[[str], Value]) -> Value | None:
        return read(column) if self._text(column) else None

    def identifier(self, column: str, kind: IdentifierKind) -> str:
        found = self._fund.read_identifier(kind, self._required(column))
        if found is None:
            self.fault(column, "register.number-malformed")
        return found or ""

    def name(self, column: str) -> str:
        text = unicodedata.normalize("NFC", " ".join(self._required(column).split()))
        if len(text) > NAME_LENGTH_MAX or not text.isprintable():
            self.fault(column, "register.name-malformed")
        return text

    def day(self, column: str) -> date:
        try:
            return date.fromisoformat(self._required(column))
        except ValueError:
            self.fault(column, "register.day-malformed")
            return date.min

    def past_day(self, column: str) -> date:
        day = self.day(column)
        if not EARLIEST_ON <= day <= self._on:
            self.fault(column, "register.day-out-of-time")
        return day

    def contact(self) -> Contact:
        return Contact(email=self.optional("email", self._email), mobile=self.optional("mobile", self._mobile))

    def account(self, column: str) -> str:
        number = re.sub(r"[\s.\-]", "", self._text(column))
        if not is_account(number, rule=self._fund.payment.payouts.rule):
            self.fault(column, "register.account-malformed")
        return number

    def language(self) -> str:
        language = self._text("language").lower() or self._fund.language
        if language not in self._fund.languages:
            self.fault("language", "register.language-unknown")
        return language

    def count(self, column: str, *, up_to: int) -> int:
        text = self._text(column) or "0"
        if not (text.isascii() and text.isdigit() and len(text) < 4 and int(text) <= up_to):
            self.fault(column, "register.count-malformed")
            return 0
        return int(text)

    def sector(self, column: str) -> str:
        """Where the fund's accident rate hangs on the activity, one of those; else any word."""
        sector = self._required(column)
        activities = {name for rates in self._fund.accident_rates for name in rates.activities}
        if not SECTOR.fullmatch(sector) or (activities and sector not in activities):
            self.fault(column, "register.sector-unknown")
        return sector

    def _email(self, column: str) -> str:
        email = self._text(column)
        if len(email) > EMAIL_LENGTH_MAX or not EMAIL.fullmatch(email):
            self.fault(column, "register.email-malformed")
        return email

    def _mobile(self, column: str) -> str:
        mobile = self._fund.phone.e164(self._text(column))
        if mobile is None:
            self.fault(column, "register.mobile-malformed")
        return mobile or ""

    def _required(self, column: str) -> str:
        text = self._text(column)
        if not text:
            self.fault(column, "register.empty")
        return text

    def _text(self, column: str) -> str:
        return self._row.get(column, "").strip()
