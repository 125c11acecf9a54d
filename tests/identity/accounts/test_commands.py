"""Users whom an operator adds."""

import json
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest

from services.identity.accounts import store
from services.identity.accounts.account import scopes_of
from services.identity.accounts.commands import list_roles
from services.identity.wiring import service
from shared.funds.roles import EmployerRole, EmployerScope, Roles, StaffRole, StaffScope
from shared.kernel.actors import ActorKind
from shared.storage.service_context import ServiceContext
from tests.identity.builders import added_user, csv_file, employer_row, imported, known_people
from tests.kit.contexts import reading
from tests.kit.people import FIRM
from tests.kit.roles import Role


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
    assert agent.role == role and f"secret={agent.second_factor}" in said
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


@pytest.mark.parametrize("role", ["root", "Agent", "person", "employer", "", "٣"])
def test_staff_of_no_role_of_the_fund_are_not_added(people: ServiceContext, role: str) -> None:
    status, said = added_user(people, "--kind", "staff", "--login", "nadia", "--role", role)
    assert (status, said) == (
        1,
        "Name a role that the fund has for such users: agent, supervisor, medical-officer, operator.",
    )
    assert people.database["accounts"].count_documents({}) == 0


def test_a_role_of_the_fund_s_own_is_given_and_says_what_its_accounts_may_do(people: ServiceContext) -> None:
    fund = people.funds["dz-cnas"]
    roles = Roles(
        staff={"treasurer": StaffRole(scopes=(StaffScope.LEDGER_READ,), names={"fr": "Trésorier"})},
        employers={
            "payroll": EmployerRole(scopes=(EmployerScope.DECLARATIONS_FILE,)),
            "accountant": EmployerRole(scopes=(EmployerScope.COLLECTIONS_PAY,)),
        },
    )
    own = replace(fund, sections=replace(fund.sections, roles=roles))
    context = replace(people, funds={**people.funds, "dz-cnas": own})
    firm = ["--kind", "employer", "--login", "paie", "--employer", FIRM]
    assert added_user(context, *firm)[1] == "Name a role that the fund has for such users: payroll, accountant."
    assert added_user(context, *firm, "--role", "agent")[0] == 1
    assert added_user(context, *firm, "--role", "payroll") == (0, "")
    user = only_account(context)
    assert (user.kind, scopes_of(user, own)) == (ActorKind.EMPLOYER, {"account:manage", "declarations:file"})
    assert scopes_of(user, fund) == frozenset(), "its role is gone: it may do nothing"
    assert scopes_of(replace(user, role="treasurer"), own) == frozenset(), "an employer's user is no staff"


def test_accounts_of_an_earlier_release_are_of_whom_their_role_said(people: ServiceContext) -> None:
    assert added_user(people, "--kind", "staff", "--login", "nadia", "--role", "agent")[0] == 0
    people.database["accounts"].update_many({}, {"$unset": {"actor": ""}})
    assert only_account(people).kind is ActorKind.STAFF
    with pytest.raises(ValueError, match="second factor"):
        replace(only_account(people), role="anything", second_factor=None, actor=None)


def test_the_roles_of_a_fund_are_listed_with_their_names(people: ServiceContext) -> None:
    said = StringIO()
    asked = ["dz-cnas", "--language", "ar"]
    assert list_roles(people, asked, texts=service.texts(), out=said) == 0
    lines = [line.split("\t") for line in said.getvalue().splitlines()]
    assert [(kind, code) for kind, code, *_ in lines] == [
        ("staff", "agent"),
        ("staff", "supervisor"),
        ("staff", "medical-officer"),
        ("staff", "operator"),
        ("employer", "employer"),
    ]
    assert lines[2][2:] == ["طبيب مراقب", "account:manage claims:medical uploads:read"]
    assert list_roles(people, ["xx"], texts=service.texts(), out=StringIO()) == 1
