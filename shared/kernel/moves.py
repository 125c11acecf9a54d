"""The table of allowed moves of a thing that has a status."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from shared.kernel.errors import Conflict

Status = TypeVar("Status", bound=StrEnum)


class MoveNotAllowed(Conflict):
    """The thing is in a state from which this step does not lead on."""

    code = "state.move-not-allowed"


def moved(table: Mapping[Status, frozenset[Status]], here: Status, *, to: Status) -> Status:
    """The new status, or `MoveNotAllowed` naming both."""
    if to not in table[here]:
        raise MoveNotAllowed(here=here.value, to=to.value)
    return to
