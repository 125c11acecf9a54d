"""What anybody who is shown a cover may learn of it: for its number whether it holds, for its code what it bears."""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from services.claims.awards.award import Award, Status


class AwardStanding(StrEnum):
    """Whether a cover holds on a day. Each has a sentence under `cover.standing.<standing>`."""

    VALID = "valid"
    NOT_YET = "not-yet"
    SUSPENDED = "suspended"
    ENDED = "ended"
    UNKNOWN = "unknown"
    """The fund gave nobody a cover of this number."""


class AwardCodeAnswer(StrEnum):
    """What became of the code that somebody typed. Each has a sentence under `cover.code.<answer>`."""

    NOT_GIVEN = "not-given"
    RIGHT = "right"
    WRONG = "wrong"
    """Also where there is no such cover: a guess learns nothing."""


@dataclass(frozen=True, kw_only=True)
class CoverCheck:
    """The answer of one day. `cover` is the award itself, for whoever typed its code and nobody else."""

    number: str
    standing: AwardStanding
    checked_on: date
    from_on: date | None = None
    until_on: date | None = None
    code: AwardCodeAnswer = AwardCodeAnswer.NOT_GIVEN
    cover: Award | None = None

    def __post_init__(self) -> None:
        if (self.code is AwardCodeAnswer.RIGHT) != (self.cover is not None):
            raise ValueError("what a cover bears is shown for its code, and only then")

    def with_code(self, answer: AwardCodeAnswer, *, cover: Award | None = None) -> "CoverCheck":
        return replace(self, code=answer, cover=cover)


def check_of(cover: Award, *, on: date) -> CoverCheck:
    """Whether a cover holds on a day."""
    return CoverCheck(
        number=cover.reference,
        standing=_standing(cover, on=on),
        checked_on=on,
        from_on=cover.from_on,
        until_on=cover.until_on,
    )


def _standing(cover: Award, *, on: date) -> AwardStanding:
    if cover.status is Status.ENDED or (cover.until_on is not None and on > cover.until_on):
        return AwardStanding.ENDED
    if on < cover.from_on:
        return AwardStanding.NOT_YET
    return AwardStanding.VALID if cover.holds_on(on) else AwardStanding.SUSPENDED
