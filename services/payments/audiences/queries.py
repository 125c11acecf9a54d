"""The audiences of campaigns that payments knows: employers by what they declared, owe and allowed."""

from datetime import date

from services.payments.arrears import actions as arrears
from services.payments.campaigns import actions as campaigns
from services.payments.campaigns import rules as campaign_rules
from services.payments.employers import store as employers
from services.payments.mandates import store as mandates
from services.payments.obligations import store as obligations
from services.payments.obligations.obligation import Obligation, ObligationStatus
from shared.audiences.answering import Audiences
from shared.audiences.selection import Parameters
from shared.events.audiences import AudienceMember
from shared.storage.paging import Page, PageRequest
from shared.storage.unit_of_work import UnitOfWork


def silent_employers(uow: UnitOfWork, parameters: Parameters, wanted: PageRequest) -> Page[AudienceMember]:
    """Open employers that declared nothing for a period: the form, the period and the last day in time go with each."""
    of = campaign_rules.campaign(
        uow.fund, form=parameters.get("form"), period=parameters.get("period"), today=uow.today
    )
    values = {"form": of.form, "period": of.period_text, "due_on": of.due_on.isoformat()}
    page = campaigns.silent(uow, form=of.form, period=of.period_text, wanted=wanted)
    return Page([AudienceMember(owner_id=each.employer_id, values=values) for each in page], next=page.next)


def employers_in_debt(uow: UnitOfWork, parameters: Parameters, wanted: PageRequest) -> Page[AudienceMember]:
    """Open employers that owe something of which the last day has passed, at least so many minor units, with what each
    owes today."""
    page = employers.open_ones(uow, wanted=wanted)
    owed = {each.employer_id: _overdue_minor(uow, each.employer_id) for each in page}
    at_least = int(parameters.get("at_least") or 1)
    members = [
        AudienceMember(owner_id=employer_id, values={"owed": amount})
        for employer_id, amount in owed.items()
        if amount >= max(1, at_least)
    ]
    return Page(members, next=page.next)


def _overdue_minor(uow: UnitOfWork, employer_id: str) -> int:
    overdue = [each for each in obligations.of_employer(uow, employer_id) if _is_overdue(each, today=uow.today)]
    if uow.fund.sections.arrears is None:
        return sum(each.to_pay_minor for each in overdue)
    return sum(each.to_pay_minor for each in arrears.forecasts(uow, overdue, employer_id=employer_id))


def _is_overdue(debt: Obligation, *, today: date) -> bool:
    return debt.status is not ObligationStatus.CANCELLED and debt.due_on < today


def employers_without_mandate(uow: UnitOfWork, parameters: Parameters, wanted: PageRequest) -> Page[AudienceMember]:
    """Open employers that have no mandate for direct debits, nor one under way."""
    page = employers.open_ones(uow, wanted=wanted)
    with_one = mandates.open_of_each(uow, [each.employer_id for each in page])
    members = [AudienceMember(owner_id=each.employer_id) for each in page if each.employer_id not in with_one]
    return Page(members, next=page.next)


audiences = Audiences(
    {
        "silent-employers": silent_employers,
        "employers-in-debt": employers_in_debt,
        "employers-without-mandate": employers_without_mandate,
    }
)
