"""How a mandate goes from one state to the next, with its history. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime

from services.payments.mandates.mandate import MOVES, STEPS_MAX, Mandate, MandateParty, MandateStep, Status
from shared.kernel.history import with_step
from shared.kernel.moves import moved
from shared.kernel.outcome import Outcome


@dataclass(frozen=True, kw_only=True)
class MandateAct:
    """Who does something, and when."""

    party: MandateParty
    by: str
    at: datetime


def by_platform(act: MandateAct) -> MandateAct:
    """The same moment, of a step that the platform takes by itself."""
    return MandateAct(party=MandateParty.PLATFORM, by=act.by, at=act.at)


def ended(mandate: Mandate, event: object) -> Outcome[Mandate]:
    """Nothing of it is awaited any more."""
    return Outcome(replace(mandate, deadline_at=None, next_look_at=None), (event,))


def ids_of(mandate: Mandate) -> dict[str, str]:
    """What every event of a mandate names."""
    return {"mandate_id": mandate.mandate_id, "reference": mandate.reference, "employer_id": mandate.employer_id}


def moved_to(
    mandate: Mandate, *, to: Status, act: MandateAct, about: str = "", suspended_by: MandateParty | None = None
) -> Mandate:
    """The mandate in another state. `MoveNotAllowed`."""
    status = moved(MOVES, mandate.status, to=to)
    return noted(replace(mandate, status=status, suspended_by=suspended_by), act=act, about=about)


def noted(mandate: Mandate, *, act: MandateAct, about: str = "") -> Mandate:
    """The mandate with one step more in its history."""
    step = MandateStep(status=mandate.status, at=act.at, party=act.party, by=act.by, about=about)
    return replace(mandate, steps=with_step(mandate.steps, step, limit=STEPS_MAX))
