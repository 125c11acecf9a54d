"""A person as the fund's register has them. Who they are stays encrypted as it came and is opened only to print it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from shared.kernel.partial_date import PartialDate
from shared.kernel.personal import Encrypted


@dataclass(frozen=True, kw_only=True)
class Civil:
    """Who a person is, opened. Arabic names stand where the register has them; who has one name has one of the two."""

    insurance_number: str
    family_name: str
    first_name: str
    birth_on: PartialDate | None = None
    family_name_ar: str | None = None
    first_name_ar: str | None = None
    dependants: Mapping[str, str] = field(default_factory=dict)
    """The names of dependants by their ids, as far as the register has them."""

    def full_name(self, language: str) -> str:
        """The name in the script of a language, or as it is known."""
        latin = [self.first_name, self.family_name]
        arabic = [self.first_name_ar, self.family_name_ar]
        is_written = all(ours for ours, theirs in zip(arabic, latin, strict=True) if theirs)
        return " ".join(name for name in (arabic if language == "ar" and is_written else latin) if name)


@dataclass(frozen=True, kw_only=True)
class Person:
    """What documents keeps of a registered person; `civil` belongs to the `person_ref`."""

    person_ref: str
    civil: Encrypted
    language: str
    registered_at: datetime
    version: int = 0
