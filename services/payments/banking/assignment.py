"""In whose hands a difference is: who takes it, gives it back, and who alone decides about it meanwhile. Pure."""

from shared.kernel.errors import Conflict


class DifferenceAssigned(Conflict):
    """A colleague looks into it: it is theirs until they or a supervisor give it back."""

    code = "difference.assigned-to-another"


class DifferenceNotAssigned(Conflict):
    """It is in nobody's hands."""

    code = "difference.not-assigned"


def taken(holder: str | None, *, by: str) -> str:
    """An agent takes it, or goes on with it. Raises `DifferenceAssigned`."""
    if holder not in (None, by):
        raise DifferenceAssigned
    return by


def released(holder: str | None, *, by: str) -> None:
    """The agent who has it gives it back. Raises `DifferenceAssigned`, `DifferenceNotAssigned`."""
    if holder is None:
        raise DifferenceNotAssigned
    taken(holder, by=by)
