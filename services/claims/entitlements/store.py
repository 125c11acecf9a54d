"""Where entitlements are kept, one a person."""

from services.claims.entitlements.entitlement import Entitlement
from services.claims.entitlements.rules import EntitlementUnknown
from shared.kernel.personal import DataClass
from shared.storage.paging import Order, Page, PageRequest
from shared.storage.repository import Index, Repository
from shared.storage.retention import BY_LAW
from shared.storage.unit_of_work import UnitOfWork

BY_PERSON = Order("person_ref", "person_ref")

entitlements = Repository(
    "entitlements",
    Entitlement,
    key="person_ref",
    missing=EntitlementUnknown,
    retention=BY_LAW,
    indexes=[Index(("person_ref",))],
    encrypted={"earned": DataClass.HEALTH},
    associated_data="person_ref",
)


def page(uow: UnitOfWork, *, wanted: PageRequest) -> Page[Entitlement]:
    """The entitlements of all persons, by their pseudonyms."""
    return entitlements.page(uow, order=BY_PERSON, wanted=wanted)
