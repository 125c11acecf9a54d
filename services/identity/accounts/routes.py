"""HTTP comes in for accounts."""

from collections.abc import Mapping
from typing import Any

from services.identity.accounts import actions, rules
from services.identity.accounts.schemas import AccountView, ActivationBody, ApplicationBody, ApplicationView
from shared.http.routes import ANYONE, Routes
from shared.storage.work import Work

routes = Routes("accounts")

Body = Mapping[str, Any]


@routes.post("/accounts", needs=ANYONE, takes=ApplicationBody, shows=ApplicationView, status=202)
def open(work: Work, body: Body) -> dict[str, str]:
    """Ask for an account. The answer is the same for everybody.

    Where the national id, the insurance number and the birth date are those of one person in the fund's register, a
    link goes to the e-mail address that the register has for that person, whatever address was typed. It is good for
    24 hours and once; asking again voids it.
    """
    password = body["password"]
    facts = rules.read_facts(**{name: body[name] for name in body if name != "password"}, fund=work.fund)
    actions.apply(work, facts, password=password)
    return {"text": "account.applied"}


@routes.post("/accounts/activation", needs=ANYONE, takes=ActivationBody, shows=AccountView)
def activate(work: Work, body: Body) -> dict[str, str]:
    """Open the account that a link was sent for, with the password that was chosen with it."""
    account = actions.activate(work, token=body["token"], password=body["password"])
    return {"status": account.status, "text": "account.activated"}
