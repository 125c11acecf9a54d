"""How a step of a claim is written down. Pure."""

from dataclasses import replace
from datetime import datetime

from services.claims.claims.claim import MOVES, Claim, ClaimStep, Happening, Status
from shared.kernel.moves import moved


def moved_to(
    claim: Claim, status: Status, *, at: datetime, about: str = "", happening: Happening | None = None
) -> Claim:
    """The claim where the table of moves lets it go. Raises `MoveNotAllowed`."""
    return _with(claim, moved(MOVES, claim.status, to=status), at=at, about=about, happening=happening)


def noted(claim: Claim, happening: Happening, *, at: datetime, about: str = "") -> Claim:
    """The claim where it stands, with something more that happened to it."""
    return _with(claim, claim.status, at=at, about=about, happening=happening)


def _with(claim: Claim, status: Status, *, at: datetime, about: str, happening: Happening | None) -> Claim:
    step = ClaimStep(status=status, at=at, about=about, happening=happening)
    return replace(claim, status=status, steps=(*claim.steps, step))
