"""Which word of the register on a death counts: the one with the greatest revision. Pure."""

from dataclasses import replace
from datetime import datetime

from services.claims.deaths.death import KnownDeath
from shared.kernel.errors import Missing
from shared.kernel.personal import Encrypted


class KnownDeathUnknown(Missing):
    code = "insured.death-unknown"


def received(
    known: KnownDeath | None, *, person_ref: str, revision: int, died_on: Encrypted | None, at: datetime
) -> KnownDeath | None:
    """The death as the register has it with this revision; None where something newer is known, or the same."""
    if known is not None and known.revision >= revision:
        return None
    new = KnownDeath(person_ref=person_ref, revision=revision, died_on=died_on, recorded_at=at)
    return replace(new, version=known.version) if known else new
