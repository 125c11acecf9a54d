"""HTTP routes of the register, from the fund's agents."""

from collections.abc import Mapping
from typing import Any

from services.identity.deaths import actions as deaths
from services.identity.deaths.death import Death
from services.identity.deaths.schemas import DeathBody, DeathErrorBody, DeathView
from services.identity.register import actions
from services.identity.register.employer import Employer
from services.identity.register.person import Person
from services.identity.register.schemas import (
    EmployerQuery,
    EmployerViews,
    FundView,
    HolidayViews,
    PersonSearchBody,
    PersonView,
)
from shared.funds.calendar import Holiday
from shared.funds.fund import Fund
from shared.http.routes import ANYONE, Routes
from shared.http.shapes import PagedQuery
from shared.process.access_journal.schemas import PurposeQuery
from shared.storage.paging import Order, Page, page_of
from shared.storage.unit_of_work import UnitOfWork

routes = Routes(
    "register", about="The fund, and what agents see of its register: persons by their number, deaths, employers."
)

AGENTS = "register:read"

HOLIDAYS = Order("key", "key")


@routes.post("/persons/searches", scope=AGENTS, request=PersonSearchBody, response=PersonView)
def find_person(uow: UnitOfWork, body: Mapping[str, Any]) -> Person:
    """Find a person by the insurance number or the national id. It enters the access journal.

    A POST, since a number in an address would stand in every log on the way.
    """
    return actions.find_person(uow, number=body["number"], purpose=body["purpose"])


@routes.get("/deaths/<person_ref>", scope=AGENTS, response=DeathView, query=PurposeQuery, is_journaled=True)
def read_death(uow: UnitOfWork, query: Mapping[str, Any], person_ref: str) -> Death:
    """What the register knows of a person's death, and everything that was said of it."""
    return deaths.look_at(uow, person_ref=person_ref, purpose=query["purpose"])


@routes.post("/deaths/<person_ref>", scope="register:record", request=DeathBody, response=DeathView, edits=deaths.load)
def record_death(uow: UnitOfWork, body: Mapping[str, Any], person_ref: str) -> Death:
    """Record that a person died, by a paper that was shown; or that it was on another day than the register has. The
    person's account is closed, their card void, and what was paid to them ends."""
    return actions.record_death(uow, person_ref=person_ref, died_on=body["died_on"], paper=body["paper"])


@routes.post(
    "/deaths/<person_ref>/error",
    scope="register:record",
    request=DeathErrorBody,
    response=DeathView,
    edits=deaths.load,
)
def take_death_back(uow: UnitOfWork, body: Mapping[str, Any], person_ref: str) -> Death:
    """Record that a death was an error: the person lives, and everything that it ended holds again."""
    return deaths.take_back(uow, person_ref=person_ref, reason=body["reason"])


@routes.get("/employers", scope=AGENTS, response=EmployerViews, query=EmployerQuery, is_journaled=True)
def list_employers(uow: UnitOfWork, query: Mapping[str, Any]) -> Page[Employer]:
    """The fund's employers in the order of their numbers. To look for one of them enters the access journal."""
    return actions.list_employers(
        uow, wanted=query["page"], number=query["number"], is_open=query["is_open"], purpose=query["purpose"]
    )


@routes.get("/fund", scope=ANYONE, response=FundView, is_reference=True)
def read_fund(uow: UnitOfWork) -> Fund:
    """The fund itself: names, languages, currency, and how numbers and telephone numbers are written there."""
    return uow.fund


@routes.get("/fund/holidays", scope=ANYONE, response=HolidayViews, query=PagedQuery, is_reference=True)
def list_holidays(uow: UnitOfWork, query: Mapping[str, Any]) -> Page[Holiday]:
    """The fund's holidays of this year and the next, by day. An estimated day is said to be one."""
    year = uow.today.year
    found = [*uow.fund.calendar.holidays_in(year), *uow.fund.calendar.holidays_in(year + 1)]
    return page_of(found, order=HOLIDAYS, wanted=query["page"], year=year)
