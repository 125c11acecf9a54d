"""In whose hands a claim is. Pure."""

from dataclasses import replace

from services.claims.claims.claim import Claim
from shared.kernel.actors import Actor
from shared.kernel.errors import Conflict
from shared.kernel.outcome import Outcome


class AssignedToAnother(Conflict):
    """Another agent holds the claim: it is theirs to decide until they or a supervisor give it back."""

    code = "claim.assigned-to-another"


class NotAssigned(Conflict):
    """Nobody holds the claim."""

    code = "claim.not-assigned"


def assign(claim: Claim, *, to: Actor) -> Outcome[Claim]:
    """An agent takes a claim out of the common queue; what a colleague holds stays with the colleague."""
    return Outcome(held_by(claim, by=to))


def release(claim: Claim, *, by: Actor) -> Outcome[Claim]:
    """The agent who holds a claim puts it back into the common queue."""
    if claim.assigned_to is None:
        raise NotAssigned
    return Outcome(replace(held_by(claim, by=by), assigned_to=None))


def reassign(claim: Claim, *, to: str | None) -> Outcome[Claim]:
    """A supervisor gives a claim to an agent, or back to the common queue, whoever holds it."""
    return Outcome(replace(claim, assigned_to=to))


def held_by(claim: Claim, *, by: Actor) -> Claim:
    """The claim in the hands of an agent who acts on it. The first who does anything with a claim that nobody holds
    holds it from then on."""
    if claim.assigned_to not in (None, by.subject):
        raise AssignedToAnother
    return replace(claim, assigned_to=by.subject)
