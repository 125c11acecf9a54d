"""Where claims keeps what it knows of the fund's register."""

from services.claims.insured.insured import Insured
from services.claims.insured.rules import InsuredUnknown
from shared.kernel.personal import DataClass
from shared.storage.repository import Repository
from shared.storage.retention import BY_LAW

insured = Repository(
    "insured",
    Insured,
    key="person_ref",
    missing=InsuredUnknown,
    retention=BY_LAW,
    received_encrypted={"family": DataClass.HEALTH, "national_id": DataClass.HEALTH},
    associated_data="person_ref",
)
