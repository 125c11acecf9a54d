"""What operators and those who decide about money did, one row an act: the audit has the same, but is a chain that is
read from its beginning; these rows are found by person and day."""

from dataclasses import dataclass
from datetime import date, datetime

from shared.kernel.errors import Missing
from shared.kernel.ids import first_id_at
from shared.kernel.outcome import Outcome
from shared.storage.paging import Order, Page, PageRequest
from shared.storage.repository import Index, Repository
from shared.storage.retention import for_days
from shared.storage.unit_of_work import UnitOfWork

NAME = "operator_acts"
NEWEST_FIRST = Order("act_id", "act_id", is_newest_first=True)
"""Ids are ordered by time."""


class OperatorActUnknown(Missing):
    """No act of this fund has this id."""

    code = "act.unknown"


@dataclass(frozen=True, kw_only=True)
class OperatorAct:
    """Who did what to which thing, and the reason that was given. `verb` has a sentence under `act.<verb>`."""

    act_id: str
    at: datetime
    by: str
    verb: str
    thing: str
    thing_id: str
    reason: str = ""
    version: int = 0

    @property
    def sentence(self) -> str:
        """The code of its sentence."""
        return f"act.{self.verb}"


acts = Repository(
    NAME,
    OperatorAct,
    key="act_id",
    missing=OperatorActUnknown,
    retention=for_days(400, since="at", why="who did what, for a year and a month; the audit keeps it for good"),
    indexes=[Index(("act_id",)), Index(("by", "act_id"))],
)


def record(uow: UnitOfWork, verb: str, thing: str, thing_id: str, *, why: str = "", version: int = 0) -> None:
    """Write an act into the audit and beside it, where it is found by person and day."""
    act = OperatorAct(
        act_id=uow.new_id(), at=uow.at, by=uow.by.subject, verb=verb, thing=thing, thing_id=thing_id, reason=why
    )
    uow.note(verb, thing, thing_id, version=version, why=why)
    acts.save(uow, Outcome(act))


def page(uow: UnitOfWork, *, by: str | None, on: date | None, wanted: PageRequest) -> Page[OperatorAct]:
    """A page of the acts of a person, of a day of the fund, or of all, newest first."""
    filters: dict[str, object] = {"by": by} if by else {}
    if on is not None:
        begins_at, ends_at = uow.fund.bounds_of(on)
        filters["act_id"] = {"$gte": first_id_at(begins_at), "$lt": first_id_at(ends_at)}
    return acts.page(uow, order=NEWEST_FIRST, wanted=wanted, **filters)
