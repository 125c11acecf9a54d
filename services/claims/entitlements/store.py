"""Where entitlements are kept, one a person."""

from services.claims.entitlements.entitlement import Entitlement
from services.claims.entitlements.rules import EntitlementUnknown
from shared.storage.retention import BY_LAW
from shared.storage.shelf import Shelf

entitlements = Shelf("entitlements", Entitlement, key="person_ref", missing=EntitlementUnknown, retention=BY_LAW)
