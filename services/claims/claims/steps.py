"""How a step of a claim is written down, and what the steps say. Pure."""

from dataclasses import replace
from datetime import datetime
from itertools import pairwise

from services.claims.claims.claim import MOVES, Claim, ClaimStep, Status, StepKind
from shared.kernel.moves import moved


def moved_to(
    claim: Claim, status: Status, *, at: datetime, about: str = "", happening: StepKind | None = None
) -> Claim:
    """The claim where the table of moves lets it go. Raises `MoveNotAllowed`."""
    return _with(claim, moved(MOVES, claim.status, to=status), at=at, about=about, happening=happening)


def noted(claim: Claim, happening: StepKind, *, at: datetime, about: str = "") -> Claim:
    """The claim where it stands, with something more that happened to it."""
    return _with(claim, claim.status, at=at, about=about, happening=happening)


def complete_at(claim: Claim) -> datetime:
    """Since when the papers are complete: as filed, or since the last one that was asked for. Whatever else happened
    to it, and left it where it stood, does not begin the delays anew."""
    complete = [claim.steps[0].at]
    for before, step in pairwise(claim.steps):
        if before.status is Status.PAPERS_ASKED and step.status is not Status.PAPERS_ASKED:
            complete.append(step.at)
    return complete[-1]


def _with(claim: Claim, status: Status, *, at: datetime, about: str, happening: StepKind | None) -> Claim:
    step = ClaimStep(status=status, at=at, about=about, happening=happening)
    return replace(claim, status=status, steps=(*claim.steps, step))
