"""Roles of staff and of employers' users, as a fund says them."""

from pathlib import Path
from shutil import copytree

import pytest

from services.identity.accounts.account import COUNTER_SCOPES, PERSON_SCOPES
from shared.funds.loading import FundsInvalid, load
from shared.funds.roles import MANAGE, USUAL_ROLES, EmployerRole, EmployerScope, Roles, StaffRole, StaffScope
from shared.http.routes import ANYONE
from tests.contracts import services
from tests.funds.invented import MONO, more_funds
from tests.kit.contexts import shipped

OTHERS = {"bank:read", "bank:webhooks", "mobile-money:read", "mobile-money:pay", "openid"}
"""What clients are let do, which sign in as nobody, and what every sign-in has."""


def test_a_fund_that_says_nothing_has_the_usual_roles() -> None:
    for fund in shipped().values():
        assert fund.roles is USUAL_ROLES
    assert set(USUAL_ROLES.staff) == {"agent", "supervisor", "medical-officer", "operator"}
    assert set(USUAL_ROLES.employers) == {"employer"}
    assert USUAL_ROLES.staff_scopes("employer") == USUAL_ROLES.employer_scopes("agent") == frozenset()


def test_a_fund_s_own_roles_take_the_place_of_the_usual_ones() -> None:
    roles = more_funds()[MONO].roles
    assert roles.staff_scopes("tresorier") == {
        MANAGE,
        "ledger:read",
        "bank:settle",
        "payouts:order",
        "runs:read",
        "runs:approve",
    }
    assert roles.staff_scopes("agent") == frozenset()
    assert roles.employer_scopes("paie") == {MANAGE, "declarations:file", "declarations:read", "collections:pay"}
    assert roles.staff["tresorier"].names == {"fr": "Trésorier"}


def test_every_scope_that_a_route_asks_for_is_known() -> None:
    asked = {
        route.scope
        for name in services.names()
        for routes in services.load(name).routes
        for route in routes.all
        if route.scope != ANYONE
    }
    assert asked - PERSON_SCOPES - COUNTER_SCOPES - {*StaffScope} - {*EmployerScope} == OTHERS


def test_no_role_of_staff_or_employers_does_what_is_a_person_s_alone() -> None:
    assert not {"claims:submit", "papers:obtain", "uploads:add"} & ({*StaffScope} | {*EmployerScope})
    assert not {"declarations:file", "collections:pay"} & {*StaffScope}


@pytest.mark.parametrize(
    ("scopes", "fault"),
    [
        ((), "empty"),
        ((StaffScope.ACCOUNT_MANAGE,), "empty"),
        ((StaffScope.LEDGER_READ, StaffScope.LEDGER_READ), "the same twice"),
        ((StaffScope.CLAIMS_DECIDE,), "claims:decide needs claims:read"),
        ((StaffScope.RUNS_APPROVE,), "runs:approve needs runs:read"),
        ((StaffScope.CLAIMS_MEDICAL, StaffScope.CLAIMS_READ, StaffScope.CLAIMS_DECIDE), "not given together"),
        ((StaffScope.CLAIMS_MEDICAL, StaffScope.OPERATIONS_READ, StaffScope.OPERATIONS_ACT), "not given together"),
    ],
)
def test_a_role_that_should_not_be_is_refused(scopes: tuple[StaffScope, ...], fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        StaffRole(scopes=scopes)


def test_lists_of_roles_that_should_not_be_are_refused() -> None:
    one = StaffRole(scopes=(StaffScope.LEDGER_READ,))
    user = EmployerRole(scopes=(EmployerScope.MESSAGES_READ,))
    for faulty, fault in (
        ({"staff": {}}, "staff has 1 to"),
        ({"employers": {}}, "employers has 1 to"),
        ({"staff": {f"r{number}": one for number in range(51)}}, "staff has 1 to"),
        ({"staff": {"person": one}}, "and not person"),
        ({"staff": {"Agent": one}}, "letters, digits and dashes"),
        ({"staff": {"عون": one}}, "letters, digits and dashes"),
        ({"staff": {"both": one}, "employers": {"both": user}}, "of staff or of employers"),
    ):
        with pytest.raises(ValueError, match=fault):
            Roles(**faulty)  # type: ignore[arg-type]


def test_a_file_of_roles_is_refused_with_all_of_its_faults(tmp_path: Path) -> None:
    folder = tmp_path / MONO
    copytree(Path(__file__).parents[2] / "funds" / "definitions" / MONO, folder)
    (folder / "roles.yaml").write_text(
        "staff:\n"
        "  nobody: {names: {fr: Personne}, scopes: []}\n"
        "  strange: {names: {fr: Étrange}, scopes: [claims:read, claims:everything]}\n"
        "  both: {names: {fr: Les deux}, scopes: [claims:read, claims:decide, claims:medical]}\n"
        "  unnamed: {names: {}, scopes: [claims:read]}\n"
        "employers:\n"
        "  clerk: {names: {fr: Commis}, scopes: [claims:decide]}\n"
    )
    with pytest.raises(FundsInvalid) as refused:
        load([MONO], folder=tmp_path)
    said = str(refused.value)
    for fault in (
        "roles.yaml: staff.nobody: scopes is empty",
        "roles.yaml: staff.strange.scopes[2]: Invalid enum value 'claims:everything'",
        "roles.yaml: staff.both: scopes: claims:medical and claims:decide are not given together",
        "roles.yaml: staff.unnamed.names.fr: is missing",
        "roles.yaml: employers.clerk.scopes[1]: Invalid enum value 'claims:decide'",
    ):
        assert fault in said


def test_a_role_of_the_fund_s_own_has_a_name(tmp_path: Path) -> None:
    folder = tmp_path / MONO
    copytree(Path(__file__).parents[2] / "funds" / "definitions" / MONO, folder)
    (folder / "roles.yaml").write_text("staff:\n  agent: {scopes: [claims:read]}\n  own: {scopes: [claims:read]}\n")
    with pytest.raises(FundsInvalid, match=r"staff\.own\.names: is missing") as refused:
        load([MONO], folder=tmp_path)
    assert "staff.agent" not in str(refused.value)
