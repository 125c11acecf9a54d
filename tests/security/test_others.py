"""Somebody's thing, asked for by another person, employer or fund: refused, and nothing of it is shown."""

import pytest

from tests.kit.callers import token
from tests.kit.contexts import DZ, TN
from tests.kit.roles import SCOPES, Role
from tests.security.conftest import Holdings
from tests.security.matrix import GUARDED, Operation

SOMEBODY_S = SCOPES[Role.PERSON] | SCOPES[Role.EMPLOYER]
THEIRS = [each for each in GUARDED if each.scope in SOMEBODY_S and each.parts and not each.is_reference]
LISTS = [each for each in GUARDED if each.method == "GET" and not each.parts]
NAMED = (
    *(
        f"declarations.{name}"
        for name in ("file", "declare_typed", "declare_nothing", "check_typed", "begin_typing", "list_of_employer")
    ),
    *("declarations.read_prefilled", "declarations.see_draft", "declarations.read_draft"),
    *("mandates.issue", "mandates.list_mandates", "measures.list_offered"),
    *("settlements.ask", "settlements.list_plans", "provisional_assessments.list_of_employer"),
    "disputes.list_of_employer",
    *("clearances.ask", "clearances.standing", "clearances.list_clearances"),
    *("delegations.give", "delegations.list_given"),
    *("account_statements.read", "account_statements.download", "account_statements.draw"),
    *("arrears.of_employer", "collections.list_credits"),
)
"""Operations that name whose thing it is beside the path: `things.asks` says which."""

OF_ONES_OWN = {
    *("claims.submit", "drafts.begin", "benefits.estimate", "papers.ask", "uploads.add"),
    "accounts.find_staff",  # of staff alone, and changes nothing
    *("upkeep.change_password", "upkeep.end_others", "delegations.take", "bank_accounts.ask", "preferences.choose"),
}
"""Changes that name nothing of anybody: what makes a new thing of the caller's own, or changes the caller's account."""


def roles(operation: Operation) -> list[Role]:
    return [role for role in (Role.PERSON, Role.EMPLOYER) if operation.scope in SCOPES[role]]


def test_every_route_to_somebody_s_thing_has_its_thing(holding: Holdings) -> None:
    for operation in THEIRS:
        lacking = [part for part in operation.parts if part not in holding(operation.service).parts]
        assert not lacking, f"{operation}: make the thing that {lacking} names in tests/security/things.py"


def test_every_change_is_of_somebody_s_thing_or_of_ones_own() -> None:
    changes = {each.name for each in GUARDED if each.method != "GET" and roles(each)}
    reached = {each.name for each in THEIRS} | set(NAMED)
    assert changes - reached <= OF_ONES_OWN


@pytest.mark.parametrize("operation", [each for each in GUARDED if each in THEIRS or each.name in NAMED], ids=str)
def test_others_are_refused_a_thing_that_its_owner_gets(operation: Operation, holding: Holdings) -> None:
    here = holding(operation.service)
    machine = here.office.machine()
    for role in roles(operation):
        others = {
            "with the role's own scopes": here.caller(role, is_owner=False),
            "with every scope of the service": here.caller(role, is_owner=False, scopes=frozenset(here.office.scopes)),
            "of the other kind": here.caller(
                Role.EMPLOYER if role is Role.PERSON else Role.PERSON,
                is_owner=False,
                scopes=frozenset(here.office.scopes),
            ),
            "a machine": machine,
        }
        for who, other in others.items():
            refused = here.ask(operation, other.token)
            if other.token == machine.token:
                assert refused.status_code in {401, 403}, who  # a machine has no session that could be looked at
            else:
                assert (refused.status_code, refused.json["code"]) == (403, "access.not-yours"), who
            assert not [mark for mark in here.marks if mark in refused.text], who
    # The owner is let through to the rules: were the question itself wrong, nothing would be shown above.
    owned = [here.ask(operation, here.caller(role, is_owner=True).token) for role in roles(operation)]
    assert {each.status_code for each in owned} & {200, 201, 202, 204, 409}, owned[0].text


@pytest.mark.parametrize("operation", LISTS, ids=str)
def test_a_list_shows_another_nothing(operation: Operation, holding: Holdings) -> None:
    here = holding(operation.service)
    for role in roles(operation):
        answer = here.ask(operation, here.caller(role, is_owner=False).token)
        assert not [mark for mark in here.marks if mark in answer.text]


def test_the_marks_are_what_owners_and_staff_see(holding: Holdings) -> None:
    """Else the tests above would look for words that stand nowhere."""
    for service in {each.service for each in GUARDED}:
        here, seen = holding(service), b""
        for operation in [each for each in GUARDED if each.service == service and each.method == "GET"]:
            for role in Role:
                seen += here.ask(operation, here.caller(role, is_owner=True).token).data
        unseen = {mark for mark in here.marks if mark.encode() not in seen}
        assert unseen <= {"109900000000000001", "900000000001", "BENABDALLAH", "Benali"}, "shown to nobody at all"


@pytest.mark.parametrize("operation", GUARDED, ids=str)
def test_another_fund_has_no_such_thing(operation: Operation, holding: Holdings) -> None:
    """Its own staff, with every scope, asks under its own path for a thing of this fund, by its id."""
    here = holding(operation.service)
    stranger = token(
        audience=operation.service, scopes=here.office.scopes, fund=TN, actor="staff", sub="agent-of-another-fund"
    )
    answer = here.ask(operation, stranger, fund=TN)
    assert not [mark for mark in here.marks if mark in answer.text]
    if operation.parts:
        assert answer.status_code in {403, 404, 422}, answer.text
    assert here.ask(operation, stranger, fund=DZ).json["code"] == "access.other-fund"
