"""HTTP routes of the accounts that benefits are paid to, for their owners and for the fund's agents."""

from collections.abc import Mapping
from typing import Any

from services.identity.bank_accounts import actions
from services.identity.bank_accounts.actions import ChangeWithPerson, OwnAccount
from services.identity.bank_accounts.change import BankAccountChange
from services.identity.bank_accounts.schemas import (
    AccountChangeBody,
    AccountChangeView,
    ChangeForAgentView,
    ChangeRefusalBody,
    ChangesQuery,
    ListedChangeViews,
    OwnAccountView,
)
from shared.http.routes import Routes
from shared.kernel.errors import Failure
from shared.process.access_journal.schemas import PurposeQuery
from shared.storage.paging import Page
from shared.storage.unit_of_work import UnitOfWork

routes = Routes("bank_accounts", about="The account that a person's benefits are paid to, and its change.")

OWN = "account:manage"
AGENTS = "register:record"

Body = Mapping[str, Any]


@routes.get("/bank-account", scope=OWN, response=OwnAccountView)
def read_own(uow: UnitOfWork) -> OwnAccount:
    """The account that the caller's benefits are paid to, masked, and how it is changed."""
    return actions.read_own(uow)


@routes.post(
    "/bank-account/changes",
    scope=OWN,
    request=AccountChangeBody,
    response=AccountChangeView,
    status=201,
    is_keyed=True,
)
def ask(uow: UnitOfWork, body: Body) -> BankAccountChange | Failure:
    """Ask that benefits be paid to another account. The person is told at once where they are reached.

    The password is asked for again, and wrong ones count. The change waits for the days that the fund sets, and for an
    agent where the fund wants one to agree; until then benefits go to the former account. Where the fund asks for the
    bank's statement of the account, it is given to documents first (`POST /uploads`), and named here by its id.
    """
    return actions.ask(uow, account=body["account"], password=body["password"], proof_upload_id=body["proof_upload_id"])


@routes.get("/bank-account/changes/<change_id>", scope=OWN, response=AccountChangeView)
def read_own_change(uow: UnitOfWork, change_id: str) -> BankAccountChange:
    """A change that the caller asked for, and where it stands."""
    return actions.load_own(uow, change_id=change_id)


@routes.post(
    "/bank-account/changes/<change_id>/withdrawal", scope=OWN, response=AccountChangeView, edits=actions.load_own
)
def withdraw(uow: UnitOfWork, change_id: str) -> BankAccountChange:
    """Take back a change that is not in force yet."""
    return actions.withdraw(uow, change_id=change_id)


@routes.get("/queue/bank-account-changes", scope=AGENTS, response=ListedChangeViews, query=ChangesQuery)
def queue(uow: UnitOfWork, query: Body) -> Page[BankAccountChange]:
    """Changes of account in a state, those first that were asked for first, or the one that a reference names; where
    nothing is asked for, those that wait for an agent."""
    return actions.list_for_agent(uow, status=query["status"], reference=query["reference"], wanted=query["page"])


@routes.get(
    "/queue/bank-account-changes/<change_id>",
    scope=AGENTS,
    response=ChangeForAgentView,
    query=PurposeQuery,
    is_journaled=True,
)
def read(uow: UnitOfWork, query: Body, change_id: str) -> ChangeWithPerson:
    """A change with the whole account and who asked for it. It enters the access journal."""
    return actions.look_at(uow, change_id=change_id, purpose=query["purpose"])


@routes.post(
    "/queue/bank-account-changes/<change_id>/agreement", scope=AGENTS, response=ChangeForAgentView, edits=actions.load
)
def agree(uow: UnitOfWork, change_id: str) -> ChangeWithPerson:
    """Agree to a change: it counts when its waiting time is over, or at once where it is. One that the register
    contradicts by now is over instead."""
    return actions.agree(uow, change_id=change_id)


@routes.post(
    "/queue/bank-account-changes/<change_id>/refusal",
    scope=AGENTS,
    request=ChangeRefusalBody,
    response=ChangeForAgentView,
    edits=actions.load,
)
def refuse(uow: UnitOfWork, body: Body, change_id: str) -> ChangeWithPerson:
    """Refuse a change, with the reason; also one that was agreed to and is not in force yet. The person is told."""
    return actions.refuse(uow, change_id=change_id, reason=body["reason"])
