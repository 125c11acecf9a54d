"""An insured person as the fund's own register has them. All that is known of the person is stored encrypted."""

from dataclasses import dataclass
from datetime import date

from shared.kernel.partial_date import PartialDate

NAME_LENGTH_MAX = 100
DEPENDANTS_MAX = 30
PUBLISHED = 2
"""Counts what is published of a person: 1 with the birth and the family, 2 with the national id for claims. A person
of whom less was published is published again with the next import of the register."""


@dataclass(frozen=True, kw_only=True)
class Civil:
    """Who somebody is. Numbers stand as the fund keeps them, without separators.

    Who has one name has it in one of the two, and nothing in the other.
    """

    insurance_number: str
    national_id: str
    family_name: str
    first_name: str
    birth_on: PartialDate
    family_name_ar: str | None = None
    first_name_ar: str | None = None


@dataclass(frozen=True, kw_only=True)
class Contact:
    """Where somebody is reached; the mobile number in international form (E.164)."""

    email: str | None = None
    mobile: str | None = None

    @property
    def is_known(self) -> bool:
        return bool(self.email or self.mobile)


@dataclass(frozen=True, kw_only=True)
class Dependant:
    """Somebody who is covered through the insured person. `condition` is what was proved (`student`, `disabled`);
    `name` is empty where the register does not say it. Who died stays in the family, with the day."""

    dependant_id: str
    relation: str
    birth_on: PartialDate
    condition: str | None = None
    name: str = ""
    died_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class PersonEntry:
    """A line of the register, read and found good. `says_death` is whether its file has the column of the day of
    death: without it, nothing is said of that."""

    civil: Civil
    contact: Contact
    bank: str | None
    language: str
    dependants: int
    family: tuple[Dependant, ...] | None = None
    says_death: bool = False
    died_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class Person:
    """A registered person. `person_ref` stands for the insurance number, `national_id_index` for the national id."""

    person_ref: str
    national_id_index: str
    civil: Civil
    contact: Contact
    bank: str | None
    language: str
    dependants: int
    family: tuple[Dependant, ...] | None = None
    """Who the dependants are; None where the register says only how many."""
    register_contact: Contact | None = None
    """What the register says where the contact was corrected since; None where it says the same."""
    is_bank_changed: bool = False
    """Whether the person gave another account than the register says."""
    register_bank: str | None = None
    """What the register said then, which may be no account; None where nothing was changed."""
    published: int = 0
    """How much of a person was published to the other services, as `PUBLISHED` counts it."""
    version: int = 0
