"""The audiences of campaigns that claims knows: persons by their right to care."""

from datetime import date

from services.claims.entitlements import store as entitlements
from shared.audiences.answering import Audiences
from shared.audiences.selection import Parameters
from shared.events.audiences import AudienceMember
from shared.storage.paging import Page, PageRequest
from shared.storage.unit_of_work import UnitOfWork


def rights_ending(uow: UnitOfWork, parameters: Parameters, wanted: PageRequest) -> Page[AudienceMember]:
    """Persons whose right to care ends between today and a day, with its last day."""
    until = date.fromisoformat(parameters["until"])
    page = entitlements.page(uow, wanted=wanted)
    ends = {each.person_ref: each.right.valid_until for each in page if each.right and each.right.valid_until}
    members = [
        AudienceMember(owner_id=person_ref, values={"valid_until": last_on.isoformat()})
        for person_ref, last_on in ends.items()
        if uow.today <= last_on <= until
    ]
    return Page(members, next=page.next)


audiences = Audiences({"rights-ending": rights_ending})
