"""Users whom an operator adds."""

import json
from pathlib import Path

import pytest

from services.identity.accounts import store
from services.identity.accounts.account import Role
from shared.storage.service_context import ServiceContext
from tests.identity.builders import added_user, csv_file, employer_row, imported, known_people
from tests.kit.contexts import reading
from tests.kit.people import FIRM


@pytest.fixture
def people(context: ServiceContext, tmp_path: Path) -> ServiceContext:
    known_people(context, tmp_path)
    return context


def only_account(context: ServiceContext) -> store.Account:
    (document,) = context.database["accounts"].find()
    return store.accounts.load(reading(context), str(document["account_id"]))


def test_an_employers_user_acts_for_the_employers_named(people: ServiceContext) -> None:
    assert added_user(people, "--kind", "employer", "--login", "Paie", "--employer", f"{FIRM[:2]} {FIRM[2:]}") == (
        0,
        "",
    )
    user = only_account(people)
    assert (user.role, user.employer_ids, user.second_factor) == (Role.EMPLOYER, (FIRM,), None)


@pytest.mark.parametrize("role", [role for role in Role if role.has_second_factor])
def test_staff_of_every_role_get_the_secret_of_their_codes_this_once(people: ServiceContext, role: Role) -> None:
    status, said = added_user(people, "--kind", "staff", "--login", "nadia", "--role", role)
    assert status == 0 and said.startswith("otpauth://totp/CNAS:nadia?secret=")
    agent = only_account(people)
    assert agent.role is role and f"secret={agent.second_factor}" in said
    at_rest = json.dumps(list(people.database["accounts"].find()), default=str)
    assert str(agent.second_factor) not in at_rest and "nadia" not in at_rest


@pytest.mark.parametrize(
    ("arguments", "password", "says"),
    [
        (
            ["--kind", "staff", "--login", "1600000001", "--role", "agent"],
            "trois chats sur un mur",
            "A user name begins",
        ),
        (["--kind", "staff", "--login", "nadia", "--role", "agent"], "onze signes", "at least 12"),
        (["--kind", "staff", "--login", "nadia", "--role", "agent"], "nadia et ses chats", "something about you"),
        (["--kind", "employer", "--login", "paie"], "trois chats sur un mur", "At least one employer"),
        (["--kind", "employer", "--login", "paie", "--employer", "1"], "trois chats sur un mur", "does not know"),
        (["--kind", "employer", "--login", "paie", "--employer", "9" * 10], "trois chats sur un mur", "does not know"),
    ],
)
def test_users_that_cannot_be(people: ServiceContext, arguments: list[str], password: str, says: str) -> None:
    status, said = added_user(people, *arguments, password=password)
    assert status == 1 and says in said
    assert people.database["accounts"].count_documents({}) == 0


def test_a_login_is_given_once_and_a_closed_employer_has_no_users(people: ServiceContext, tmp_path: Path) -> None:
    assert added_user(people, "--kind", "staff", "--login", "nadia", "--role", "agent")[0] == 0
    assert added_user(people, "--kind", "staff", "--login", "NADIA", "--role", "agent") == (
        1,
        "This user name is taken.",
    )
    imported(people, "--employers", csv_file(tmp_path / "closed.csv", [employer_row(closed_on="2024-12-31")]))
    status, said = added_user(people, "--kind", "employer", "--login", "paie", "--employer", FIRM)
    assert (status, said) == (1, "This employer has closed.")


def test_no_such_fund(people: ServiceContext) -> None:
    assert added_user(people, "--kind", "staff", "--login", "nadia", "--role", "agent", fund_id="xx")[0] == 1


def test_u10_what_the_staff_may_do_is_named(people: ServiceContext, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        added_user(people, "--kind", "staff", "--login", "nadia")
    assert refused.value.code == 2 and "--role" in capsys.readouterr().err
    assert people.database["accounts"].count_documents({}) == 0
