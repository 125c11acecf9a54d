"""HTTP routes of accounts."""

from collections.abc import Mapping
from typing import Any

from services.identity.accounts import actions, rules
from services.identity.accounts.actions import StaffName
from services.identity.accounts.schemas import (
    AccountView,
    ActivationBody,
    ApplicationBody,
    ApplicationView,
    NewPasswordBody,
    RecoveryBody,
    StaffNamesQuery,
    StaffNameView,
    StaffNameViews,
    StaffSearchBody,
)
from shared.http.routes import ANYONE, Routes
from shared.kernel.errors import Failure
from shared.storage.unit_of_work import UnitOfWork

routes = Routes(
    "accounts",
    about="Opening an account, and a new password for somebody who forgot it: open to everybody. How staff are called.",
)

Body = Mapping[str, Any]


@routes.post("/accounts", scope=ANYONE, request=ApplicationBody, response=ApplicationView, status=202)
def open(uow: UnitOfWork, body: Body) -> dict[str, str]:
    """Ask for an account. The answer is the same for everybody.

    Where the national id, the insurance number and the birth date are those of one person in the fund's register, a
    link goes to the e-mail address that the register has for that person, whatever address was typed, or by SMS where
    it has none. It is good for 24 hours and once; asking again voids it.
    """
    password = body["password"]
    facts = rules.read_facts(**{name: body[name] for name in body if name != "password"}, fund=uow.fund)
    actions.apply(uow, facts, password=password)
    return {"text": "account.applied"}


@routes.get("/staff-names", scope="account:manage", response=StaffNameViews, query=StaffNamesQuery)
def list_staff_names(uow: UnitOfWork, query: Body) -> dict[str, list[StaffName]]:
    """How some of the fund's staff are called, for the fund's staff: pages name people, records keep ids. Who has no
    name, or is not of the staff, is left out."""
    return {"items": actions.names_of(uow, query["account_ids"].split(","))}


@routes.post(
    "/staff/searches", scope="account:manage", request=StaffSearchBody, response=StaffNameView, is_read_only=True
)
def find_staff(uow: UnitOfWork, body: Body) -> StaffName:
    """Whom of the fund's staff a colleague means, by what they sign in with: work is given to them. Who may not do what
    `scope` says is not found. A POST, since logins stay out of addresses."""
    return actions.find_staff(uow, login=body["login"], scope=body["scope"])


@routes.post("/accounts/activation", scope=ANYONE, request=ActivationBody, response=AccountView)
def activate(uow: UnitOfWork, body: Body) -> dict[str, str]:
    """Open the account that a link was sent for, with the password that was chosen with it."""
    account = actions.activate(uow, token=body["token"], password=body["password"])
    return {"status": account.status, "text": "account.activated"}


@routes.post("/accounts/recovery", scope=ANYONE, request=RecoveryBody, response=ApplicationView, status=202)
def ask_recovery(uow: UnitOfWork, body: Body) -> dict[str, str]:
    """Say that one forgot the password of one's account. The answer is the same for everybody.

    Where the three facts are those of one person in the fund's register who has an account, a link goes to the e-mail
    address that the register has for them, or by SMS where it has none. It is good for 24 hours and once; asking again
    voids it.
    """
    actions.ask_recovery(uow, rules.read_facts(**body, email=None, fund=uow.fund))
    return {"text": "account.recovery-asked"}


@routes.post("/accounts/recovery/password", scope=ANYONE, request=NewPasswordBody, response=AccountView)
def recover(uow: UnitOfWork, body: Body) -> dict[str, str] | Failure:
    """Choose a new password by the link that was sent. All sessions of the account end.

    Where the account has a second factor, one of its codes is asked for too. The link's `device` is for the
    parameter of that name of the authorisation request that follows: it stands for a browser that is known.
    """
    found = actions.recover(uow, **body)
    return found if isinstance(found, Failure) else {"status": found.status, "text": "account.recovered"}
