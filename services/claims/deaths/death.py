"""What claims knows of a death from the fund's register. Never a name."""

from dataclasses import dataclass
from datetime import datetime

from shared.kernel.personal import Encrypted


@dataclass(frozen=True, kw_only=True)
class KnownDeath:
    """A person's death, or that it was an error (without a day). `died_on` came encrypted from identity and belongs to
    the `person_ref`; of two `revision`s the greater holds."""

    person_ref: str
    revision: int
    died_on: Encrypted | None
    recorded_at: datetime
    version: int = 0
