"""What claims knows of a person from the fund's register: the birth, and the dependants. Never a name."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from shared.funds.period import end_of_month
from shared.kernel import partial_date
from shared.kernel.partial_date import PartialDate
from shared.kernel.personal import Encrypted


@dataclass(frozen=True, kw_only=True)
class Dependant:
    """Somebody who is covered through the person. `condition` is what was proved of them (`student`, `disabled`)."""

    dependant_id: str
    relation: str
    birth_on: PartialDate
    condition: str | None = None
    died_on: date | None = None

    def lives_on(self, day: date) -> bool:
        """Whether they had not died before a day. The day of death itself counts, as it does of insured persons."""
        return self.died_on is None or day <= self.died_on


@dataclass(frozen=True, kw_only=True)
class FamilyRecord:
    """The opened part. `dependants` is None where the register knows only how many there are."""

    birth_on: PartialDate | None = None
    dependants: tuple[Dependant, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class Insured:
    """A registered person. `family` and `national_id` came encrypted from identity and belong to the `person_ref`. The
    number is opened for nothing but a question to another register."""

    person_ref: str
    family: Encrypted
    dependant_count: int
    registered_at: datetime
    national_id: Encrypted | None = None
    version: int = 0


def ages(birth_on: PartialDate, *, on: date) -> tuple[int, int]:
    """The least and the most completed months of age on a day: two where the birth is only partly known. Below zero
    for who is not born yet."""
    first, last = birth_days(birth_on)
    return _months(last, on=on), _months(first, on=on)


def birth_days(birth_on: PartialDate) -> tuple[date, date]:
    """The first and the last day on which somebody may be born: two where the birth is only partly known."""
    year, month, day = partial_date.parts(birth_on)
    first = date(year, month or 1, day or 1)
    return first, first if day else end_of_month(date(year, month or 12, 1))


def _months(birth: date, *, on: date) -> int:
    """Completed months since a birth. Who was born on the 31st completes a month on its last day."""
    months = (on.year - birth.year) * 12 + on.month - birth.month
    is_last_of_month = (on + timedelta(days=1)).month != on.month
    return months if on.day >= birth.day or is_last_of_month else months - 1
