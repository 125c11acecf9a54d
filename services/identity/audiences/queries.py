"""The audiences of campaigns that the register knows."""

from services.identity.accounts import store as accounts
from services.identity.accounts.account import Status
from services.identity.register import store as register
from shared.audiences.answering import Audiences
from shared.audiences.selection import Parameters
from shared.events.audiences import AudienceMember
from shared.storage.paging import Page, PageRequest
from shared.storage.unit_of_work import UnitOfWork


def persons(uow: UnitOfWork, parameters: Parameters, wanted: PageRequest) -> Page[AudienceMember]:
    """Every insured person of the register."""
    page = register.page_of_persons(uow, wanted=wanted)
    return Page([AudienceMember(owner_id=each.person_ref) for each in page], next=page.next)


def persons_without_account(uow: UnitOfWork, parameters: Parameters, wanted: PageRequest) -> Page[AudienceMember]:
    """Insured persons who have opened no account."""
    page = register.page_of_persons(uow, wanted=wanted)
    known = accounts.of_persons(uow, [each.person_ref for each in page])
    opened = {account.person_ref for account in known if account.status is not Status.PENDING}
    members = [AudienceMember(owner_id=each.person_ref) for each in page if each.person_ref not in opened]
    return Page(members, next=page.next)


def employers(uow: UnitOfWork, parameters: Parameters, wanted: PageRequest) -> Page[AudienceMember]:
    """Every open employer of the register, or those of one sector."""
    page = register.page_of_employers(uow, wanted=wanted, employer_id=None, is_open=True)
    sector = parameters.get("sector")
    members = [AudienceMember(owner_id=each.employer_id) for each in page if sector in (None, each.sector)]
    return Page(members, next=page.next)


audiences = Audiences({"persons": persons, "persons-without-account": persons_without_account, "employers": employers})
