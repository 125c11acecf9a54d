"""Accounts of employers' users and of staff, which an operator opens. Pure."""

import re
from dataclasses import replace

from services.identity.accounts.account import Account, Status
from services.identity.accounts.rules import AccountUnknown
from shared.funds.fund import Fund, IdentifierKind
from shared.kernel import normalize
from shared.kernel.actors import Actor, ActorKind, NotYours
from shared.kernel.errors import Conflict, Invalid

DISPLAY_NAME_MAX = 100
LOGIN = re.compile(r"[a-z][a-z0-9._@-]{2,63}")


class NameMalformed(Invalid):
    """What was given is no name, or too long."""

    code = "account.name-malformed"


class LoginMalformed(Invalid):
    code = "account.login-malformed"


class LoginIsNationalId(Invalid):
    """A person of the fund could have it as a national id, and sign in by that."""

    code = "account.login-is-national-id"


class LoginTaken(Conflict):
    code = "account.login-taken"


class EmployerLacking(Invalid):
    code = "account.employer-lacking"


class EmployerNotOpen(Conflict):
    code = "account.employer-not-open"


def read_login(text: str) -> str:
    """A login as it is looked up."""
    login = normalize.plain(text).casefold()
    if not LOGIN.fullmatch(login):
        raise LoginMalformed
    return login


class RoleUnknown(Invalid):
    """The fund has no such role for users of that kind, or it has several and none was named."""

    code = "account.role-unknown"


def role_of(fund: Fund, *, actor: ActorKind, named: str | None) -> str:
    """The role of a new user, by the code that was named. Of employers' users it may be left out where the fund has one
    role alone; of staff never."""
    codes = list(fund.roles.employers if actor is ActorKind.EMPLOYER else fund.roles.staff)
    if named is None and actor is ActorKind.EMPLOYER and len(codes) == 1:
        return codes[0]
    if named not in codes:
        raise RoleUnknown(roles=", ".join(codes))
    return named


def read_new_login(text: str, *, fund: Fund) -> str:
    """A login that is to be given to somebody: none that is also written as a national id of the fund."""
    login = read_login(text)
    if fund.read_identifier(IdentifierKind.NATIONAL_ID, login) is not None:
        raise LoginIsNationalId
    return login


def add_user(
    known: Account | None,
    *,
    role: str,
    actor: ActorKind,
    account_id: str,
    known_by: str,
    password_hash: str,
    employer_ids: tuple[str, ...],
    second_factor: str | None,
    display_name: str | None = None,
) -> Account:
    """An account that an operator opens, active at once. Of staff alone a name is kept."""
    if known is not None:
        raise LoginTaken
    if actor is ActorKind.EMPLOYER and not employer_ids:
        raise EmployerLacking
    return Account(
        account_id=account_id,
        known_by=known_by,
        role=role,
        actor=actor,
        status=Status.ACTIVE,
        password_hash=password_hash,
        employer_ids=employer_ids if actor is ActorKind.EMPLOYER else (),
        second_factor=second_factor if actor is ActorKind.STAFF else None,
        display_name=read_display_name(display_name) if display_name and actor is ActorKind.STAFF else None,
    )


def name_staff(known: Account | None, *, display_name: str) -> Account:
    """The account of one of the staff, under another name; `AccountUnknown` where it is nobody's of theirs."""
    if known is None or known.kind is not ActorKind.STAFF:
        raise AccountUnknown
    return replace(known, display_name=read_display_name(display_name))


def read_display_name(typed: str) -> str:
    """How colleagues call somebody, without what cannot be seen; `NameMalformed` where that is no name."""
    name = normalize.name(typed)
    if not name or len(name) > DISPLAY_NAME_MAX or not name.isprintable():
        raise NameMalformed
    return name


def may_see_names(actor: Actor) -> None:
    """Who of the fund is called how is for the fund's staff."""
    if actor.kind is not ActorKind.STAFF:
        raise NotYours
