"""Users with a login: what it may be, and what a role needs."""

import pytest

from services.identity.accounts import users
from services.identity.accounts.account import Account, Status
from shared.kernel.actors import ActorKind
from tests.kit.roles import Role


@pytest.mark.parametrize(
    ("role", "actor", "has_second_factor"),
    [
        (Role.PERSON, ActorKind.PERSON, False),
        (Role.EMPLOYER, ActorKind.EMPLOYER, False),
        (Role.AGENT, ActorKind.STAFF, True),
        (Role.SUPERVISOR, ActorKind.STAFF, True),
        (Role.MEDICAL_OFFICER, ActorKind.STAFF, True),
        (Role.OPERATOR, ActorKind.STAFF, True),
    ],
)
def test_a_role_says_who_acts(role: Role, actor: ActorKind, has_second_factor: bool) -> None:
    assert (role.actor, role.has_second_factor) == (actor, has_second_factor)


def test_only_operators_replay_and_no_person_decides() -> None:
    assert Role.SUPERVISOR.scopes - Role.AGENT.scopes == {"bank:supervise", "claims:supervise", "runs:approve"}
    assert Role.OPERATOR.scopes - Role.AGENT.scopes == {"operations:act", "operations:read"}
    assert "claims:medical" in Role.MEDICAL_OFFICER.scopes
    assert not any("claims:medical" in role.scopes for role in Role if role is not Role.MEDICAL_OFFICER)
    assert "claims:decide" not in Role.MEDICAL_OFFICER.scopes
    assert not Role.PERSON.scopes & {"claims:decide", "declarations:file", "operations:act"}
    assert not Role.EMPLOYER.scopes & {"claims:read", "cards:read", "careers:read"}


@pytest.mark.parametrize("login", ["paie", "Nadia.B", "x-1", "a@firm.example"])
def test_a_login(login: str) -> None:
    assert users.read_login(f" {login} ") == login.casefold()


@pytest.mark.parametrize("login", ["", "ab", "1600000001", "-x-", "nadia b", "نادية", "n" * 65])
def test_no_login(login: str) -> None:
    with pytest.raises(users.LoginMalformed):
        users.read_login(login)


def add(known: Account | None = None, role: Role = Role.AGENT, employer_ids: tuple[str, ...] = ()) -> Account:
    return users.add_user(
        known,
        role=role,
        actor=role.actor,
        account_id="a2",
        known_by="i2",
        password_hash="h",
        employer_ids=employer_ids,
        second_factor="SECRET",
    )


def test_a_user_has_what_the_role_needs_and_no_more() -> None:
    agent, user = add(), add(role=Role.EMPLOYER, employer_ids=("1600000001",))
    assert (agent.second_factor, agent.employer_ids) == ("SECRET", ())
    assert (user.second_factor, user.employer_ids) == (None, ("1600000001",))
    assert add(employer_ids=("1600000001",)).employer_ids == ()


def test_users_that_cannot_be() -> None:
    with pytest.raises(users.LoginTaken):
        add(agent := add())
    with pytest.raises(users.EmployerLacking):
        add(role=Role.EMPLOYER)
    assert agent.status is Status.ACTIVE
