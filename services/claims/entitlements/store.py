"""Where entitlements are kept, one a person."""

from services.claims.entitlements.entitlement import Entitlement
from services.claims.entitlements.rules import EntitlementUnknown
from shared.kernel.personal import DataClass
from shared.storage.repository import Repository
from shared.storage.retention import BY_LAW

entitlements = Repository(
    "entitlements",
    Entitlement,
    key="person_ref",
    missing=EntitlementUnknown,
    retention=BY_LAW,
    encrypted={"earned": DataClass.HEALTH},
    associated_data="person_ref",
)
