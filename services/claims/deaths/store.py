"""Where claims keeps what it knows of deaths."""

from services.claims.deaths.death import KnownDeath
from services.claims.deaths.rules import KnownDeathUnknown
from shared.kernel.personal import DataClass
from shared.storage.repository import Repository
from shared.storage.retention import BY_LAW

deaths = Repository(
    "deaths",
    KnownDeath,
    key="person_ref",
    missing=KnownDeathUnknown,
    retention=BY_LAW,
    received_encrypted={"died_on": DataClass.HEALTH},
    associated_data="person_ref",
)
