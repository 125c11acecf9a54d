"""What a line of the fund's register must be, and what it changes. Pure: keys and look-ups are the action's."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Generic, TypeVar

from services.identity.register.employer import Employer
from services.identity.register.person import (
    DEPENDANTS_MAX,
    NAME_LENGTH_MAX,
    PUBLISHED,
    Civil,
    Contact,
    Dependant,
    Person,
    PersonEntry,
)
from shared.funds.fund import Fund, IdentifierKind
from shared.kernel import normalize, partial_date
from shared.kernel.errors import Missing
from shared.kernel.partial_date import PartialDate

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
PERSON_COLUMNS_OPTIONAL = ("family", "died_on")
"""Who the dependants are: `child:2015-04-02;child:2018-09-01:disabled;spouse:1985`, or empty; a name may stand as the
fourth part, `child:2015-04-02::Amira`, and the day of death of who died as the fifth, `child:2015-04-02:::2026-03-04`.
The day of death, or empty for who lives."""
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

DEPENDANT_NAME_MAX = 120
SECTOR = re.compile(r"[a-z][a-z0-9-]{1,39}")
EARLIEST_ON = date(1880, 1, 1)

Value = TypeVar("Value")
Entry = TypeVar("Entry")


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


@dataclass(frozen=True)
class Read(Generic[Entry]):
    """What a line says, and what of it could not be taken although the line was: how somebody is reached, mostly."""

    entry: Entry
    warnings: tuple[Fault, ...] = ()


def read_person(row: Mapping[str, str], *, fund: Fund, on: date) -> Read[PersonEntry]:
    """The entry that a line speaks of, or `LineRefused` with every fault of it. `on` is today in the fund's zone.

    Nobody is kept out of the register for an e-mail address or a telephone number that is none: they are left out,
    with a warning.
    """
    cells = _Cells(row, fund, on)
    family = cells.optional("family", cells.family)
    civil = Civil(
        insurance_number=cells.identifier("insurance_number", IdentifierKind.INSURANCE_NUMBER),
        national_id=cells.identifier("national_id", IdentifierKind.NATIONAL_ID),
        family_name=cells.name_or_other("family_name", other="first_name"),
        first_name=cells.name_or_other("first_name", other="family_name"),
        birth_on=cells.birth("birth_on"),
        family_name_ar=cells.optional("family_name_ar", cells.name),
        first_name_ar=cells.optional("first_name_ar", cells.name),
    )
    entry = PersonEntry(
        civil=civil,
        contact=cells.contact(),
        bank=cells.optional("bank_account", cells.account),
        language=cells.language(),
        dependants=cells.dependants(family),
        family=family,
        says_death="died_on" in row,
        died_on=cells.optional("died_on", lambda column: cells.death(column, birth_on=civil.birth_on)),
    )
    return cells.read(entry)


def read_employer(row: Mapping[str, str], *, fund: Fund, on: date) -> Read[Employer]:
    """The employer that a line speaks of, or `LineRefused` with every fault of it; its contact as a person's."""
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
    return cells.read(employer)


def registered(known: Person | None, entry: PersonEntry, *, person_ref: str, national_id_index: str) -> Person | None:
    """The person as the register now has them, or None where nothing of it is new. A contact that was corrected stands
    until the register says another one than it did then: most registers learn of a correction late, or never. So does
    the account that a person gave."""
    is_corrected = known is not None and known.register_contact == entry.contact
    is_bank_changed = known is not None and known.is_bank_changed and known.register_bank == entry.bank
    person = Person(
        person_ref=person_ref,
        national_id_index=national_id_index,
        civil=entry.civil,
        contact=known.contact if known and is_corrected else entry.contact,
        register_contact=entry.contact if is_corrected else None,
        bank=known.bank if known and is_bank_changed else entry.bank,
        is_bank_changed=is_bank_changed,
        register_bank=entry.bank if is_bank_changed else None,
        language=entry.language,
        dependants=entry.dependants,
        family=entry.family,
        published=PUBLISHED,
        version=known.version if known else 0,
    )
    return None if person == known else person


def deaths_in_family(person: Person | None) -> set[tuple[str, date]]:
    """Who of a family died and when, by the register."""
    family = (person.family if person else None) or ()
    return {(each.dependant_id, each.died_on) for each in family if each.died_on is not None}


def with_contact(person: Person, contact: Contact) -> Person | None:
    """The person with other contact data, or None where nothing of it is new."""
    if person.contact == contact:
        return None
    said = person.register_contact or person.contact
    return replace(person, contact=contact, register_contact=None if said == contact else said)


def with_bank(person: Person, account: str) -> Person:
    """The person with the account that they gave."""
    said = person.register_bank if person.is_bank_changed else person.bank
    is_changed = account != said
    return replace(person, bank=account, is_bank_changed=is_changed, register_bank=said if is_changed else None)


def affiliated(known: Employer | None, entry: Employer) -> Employer | None:
    """The employer as the register now has it, or None where nothing of it is new."""
    employer = replace(entry, version=known.version if known else 0)
    return None if employer == known else employer


class _Cells:
    """The cells of one line, each read by its rule. What is wrong is gathered, so that one look shows all of it.

    A cell that is wrong reads as a value that means nothing; `read` lets none of them out.
    """

    def __init__(self, row: Mapping[str, str], fund: Fund, on: date) -> None:
        self._row, self._fund, self._on = row, fund, on
        self._faults: list[Fault] = []
        self._warnings: list[Fault] = []

    def read(self, entry: Entry) -> Read[Entry]:
        """The entry with the warnings of its line, or `LineRefused` with all that is wrong with it."""
        if self._faults:
            raise LineRefused(self._faults + self._warnings)
        return Read(entry, tuple(self._warnings))

    def fault(self, column: str, code: str) -> None:
        if column not in {fault.column for fault in self._faults}:
            self._faults.append(Fault(column, code))

    def warn(self, column: str, code: str) -> None:
        self._warnings.append(Fault(column, code))

    def optional(self, column: str, read: Callable[[str], Value]) -> Value | None:
        return read(column) if self._text(column) else None

    def identifier(self, column: str, kind: IdentifierKind) -> str:
        found = self._fund.read_identifier(kind, self._required(column))
        if found is None:
            self.fault(column, "register.number-malformed")
        return found or ""

    def name(self, column: str) -> str:
        text = normalize.name(self._required(column))
        if not text or len(text) > NAME_LENGTH_MAX or not text.isprintable():
            self.fault(column, "register.name-malformed")
        return text

    def name_or_other(self, column: str, *, other: str) -> str:
        """One of the two names; of people who have one name the other is empty."""
        return self.name(column) if self._text(column) or not self._text(other) else ""

    def birth(self, column: str) -> PartialDate:
        """A day in the past, as far as it is known. That of many old people is a year."""
        birth = partial_date.read(normalize.plain(self._required(column)).upper())
        if birth is None:
            self.fault(column, "register.day-malformed")
            return partial_date.of(date.min)
        if partial_date.first_on(birth) < EARLIEST_ON or partial_date.first_on(birth) > self._on:
            self.fault(column, "register.day-out-of-time")
        if partial_date.whole(birth) is None:
            self.warn(column, "register.birth-partly-known")
        return birth

    def day(self, column: str) -> date:
        try:
            return date.fromisoformat(normalize.plain(self._required(column)))
        except ValueError:
            self.fault(column, "register.day-malformed")
            return date.min

    def past_day(self, column: str) -> date:
        day = self.day(column)
        if not EARLIEST_ON <= day <= self._on:
            self.fault(column, "register.day-out-of-time")
        return day

    def death(self, column: str, *, birth_on: PartialDate) -> date:
        """The whole day: what ends with a death ends on one."""
        died_on = self.past_day(column)
        if died_on > date.min and died_on < partial_date.first_on(birth_on):
            self.fault(column, "death.before-birth")
        return died_on

    def contact(self) -> Contact:
        return Contact(email=self.optional("email", self._email), mobile=self.optional("mobile", self._mobile))

    def account(self, column: str) -> str | None:
        payments = self._fund.sections.payments
        number = payments.read_account(self._text(column), rule=payments.payouts.rule) if payments else None
        if number is None:
            self.fault(column, "register.account-malformed")
        return number

    def language(self) -> str:
        language = normalize.plain(self._text("language")).lower() or self._fund.language
        if language not in self._fund.languages:
            self.fault("language", "register.language-unknown")
        return language

    def count(self, column: str, *, up_to: int) -> int:
        text = normalize.plain(self._text(column)) or "0"
        if not (text.isascii() and text.isdigit() and len(text) < 4 and int(text) <= up_to):
            self.fault(column, "register.count-malformed")
            return 0
        return int(text)

    def dependants(self, family: tuple[Dependant, ...] | None) -> int:
        """How many dependants there are: as many as are named and live, where they are named."""
        published = self.count("dependants", up_to=DEPENDANTS_MAX)
        if family is None:
            return published
        living = sum(each.died_on is None for each in family)
        if self._text("dependants") and published != living:
            self.fault("family", "register.family-differs")
        return living

    def family(self, column: str) -> tuple[Dependant, ...]:
        """The dependants, each with its relation, its birth as far as it is known, a condition that was proved, and the
        day on which it died. Those of one relation and birth are distinguished by a number."""
        published = [each.split(":") for each in self._text(column).split(";") if normalize.text(each)]
        rules = {(rule.relation, rule.condition) for rule in self._fund.entitlements.dependants}
        found: list[Dependant] = []
        for parts in published[: DEPENDANTS_MAX + 1]:
            relation, birth, condition = [normalize.plain(part) for part in (*parts, "", "")[:3]]
            name = normalize.name("".join(parts[3:4]))
            birth_on = partial_date.read(birth.upper())
            death = normalize.plain("".join(parts[4:5]))
            died_on = self._death_of_dependant(death, birth_on=birth_on) if death else None
            is_known = (relation, condition or None) in rules and len(parts) in (2, 3, 4, 5)
            is_known = is_known and len(name) <= DEPENDANT_NAME_MAX and not (death and died_on is None)
            if not is_known or birth_on is None or partial_date.first_on(birth_on) > self._on:
                self.fault(column, "register.family-malformed")
                continue
            alike = sum(each.relation == relation and each.birth_on == birth_on for each in found)
            found.append(
                Dependant(
                    dependant_id=f"{relation}-{birth_on}" + (f"-{alike + 1}" if alike else ""),
                    relation=relation,
                    birth_on=birth_on,
                    condition=condition or None,
                    name=name,
                    died_on=died_on,
                )
            )
        if len(found) > DEPENDANTS_MAX:
            self.fault(column, "register.family-malformed")
        return tuple(found)

    def _death_of_dependant(self, text: str, *, birth_on: PartialDate | None) -> date | None:
        """A day between the birth and today; None where it is none."""
        try:
            died_on = date.fromisoformat(text)
        except ValueError:
            return None
        earliest_on = EARLIEST_ON if birth_on is None else partial_date.first_on(birth_on)
        return died_on if earliest_on <= died_on <= self._on else None

    def sector(self, column: str) -> str:
        """Where the fund's accident rate hangs on the activity, one of those; else any word."""
        sector = normalize.plain(self._required(column))
        contributions = self._fund.sections.contributions
        accident_rates = contributions.accident_rates if contributions else ()
        activities = {name for rates in accident_rates for name in rates.activities}
        if not SECTOR.fullmatch(sector) or (activities and sector not in activities):
            self.fault(column, "register.sector-unknown")
        return sector

    def _email(self, column: str) -> str | None:
        email = normalize.email(self._text(column))
        if email is None:
            self.warn(column, "register.email-malformed")
        return email

    def _mobile(self, column: str) -> str | None:
        mobile = self._fund.phone.e164(self._text(column))
        if mobile is None:
            self.warn(column, "register.mobile-malformed")
        return mobile

    def _required(self, column: str) -> str:
        text = self._text(column)
        if not text:
            self.fault(column, "register.empty")
        return text

    def _text(self, column: str) -> str:
        return normalize.text(self._row.get(column, ""))
