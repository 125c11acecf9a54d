"""The repositories of accounts, applications and login throttles."""

from collections.abc import Sequence
from datetime import datetime

from services.identity.accounts.account import Account, Status
from services.identity.accounts.application import Application
from services.identity.accounts.lockout import FORGOTTEN_AFTER, ThrottleUnknown
from services.identity.accounts.login_throttle import LoginThrottle
from services.identity.accounts.rules import APPLICATION_KEPT, AccountUnknown, ApplicationUnknown
from shared.kernel.personal import DataClass
from shared.storage.repository import Index, Repository
from shared.storage.retention import Retention, kept
from shared.storage.unit_of_work import UnitOfWork

SCHEDULED_AT_ONCE_MAX = 50

accounts = Repository(
    "accounts",
    Account,
    key="account_id",
    missing=AccountUnknown,
    retention=kept("as long as its owner has it; one that nobody opened is given up by upkeep"),
    indexes=[
        Index(("known_by",), unique=True),
        Index(("activation.token_hash",)),
        Index(("recovery.token_hash",)),
        Index(("status", "activation.expires_at")),
    ],
    encrypted={"second_factor": DataClass.CIVIL, "display_name": DataClass.CIVIL},
    associated_data="account_id",
)

applications = Repository(
    "applications",
    Application,
    key="application_id",
    missing=ApplicationUnknown,
    retention=Retention(
        life=APPLICATION_KEPT,
        since="applied_at",
        why="forgotten once considered; what could not be until then never will be",
    ),
    indexes=[Index(())],
    encrypted={"facts": DataClass.CIVIL},
    associated_data="application_id",
)

throttles = Repository(
    "tries",
    LoginThrottle,
    key="door_id",
    missing=ThrottleUnknown,
    retention=Retention(life=FORGOTTEN_AFTER, since="failed_at", why="failures of yesterday do not count"),
    indexes=[Index(("name",), unique=True)],
)


def known_by(uow: UnitOfWork, name: str) -> Account | None:
    """The account of a person's pseudonym or of a login's blind index."""
    return accounts.find_only(uow, known_by=name)


def of_persons(uow: UnitOfWork, person_refs: Sequence[str]) -> list[Account]:
    """The accounts of some persons; at most one each."""
    return accounts.find_all(uow, known_by={"$in": list(person_refs)}) if person_refs else []


def by_token(uow: UnitOfWork, token_hash: str) -> Account | None:
    """The account that a link was sent for and that no newer link replaced."""
    return accounts.find_only(uow, **{"activation.token_hash": token_hash})


def by_recovery(uow: UnitOfWork, token_hash: str) -> Account | None:
    """The account whose owner may choose a new password by a link, that no newer link replaced."""
    return accounts.find_only(uow, **{"recovery.token_hash": token_hash})


def unscheduled(uow: UnitOfWork) -> list[str]:
    """Applications that no job considers, by id."""
    found = uow.collection(applications.name).find({"is_scheduled": {"$ne": True}}, limit=SCHEDULED_AT_ONCE_MAX)
    return [str(document["application_id"]) for document in found]


def forget(uow: UnitOfWork, application: Application) -> None:
    """An application that was considered leaves nothing behind but the line in the audit."""
    uow.collection(applications.name).remove(application.application_id)
    uow.note("forgot", applications.name, application.application_id)


def pending_since(uow: UnitOfWork, at: datetime, *, limit: int) -> list[Account]:
    """Accounts that nobody opened and whose link ended by that time, those longest ago first."""
    return accounts.find_all(
        uow,
        limit=limit,
        sort=[("activation.expires_at", 1)],
        **{"status": Status.PENDING.value, "activation.expires_at": {"$lte": at}},
    )


def give_up(uow: UnitOfWork, account: Account) -> None:
    """An account that nobody ever opened."""
    uow.collection(accounts.name).remove(account.account_id)
    uow.note("forgot", accounts.name, account.account_id)


def remove_throttle(uow: UnitOfWork, throttle: LoginThrottle) -> None:
    """A throttle whose failures do not count any more is removed."""
    if throttle.version:
        uow.collection(throttles.name).remove(throttle.door_id)
        uow.note("forgot", throttles.name, throttle.door_id)
