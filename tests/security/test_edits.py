"""Who changes or decides what somebody else may have changed meanwhile says which version they saw, on every route: the
second of two gets 412 with the newer version, and reads under the thing's own path which version that is."""

import pytest

from services.identity.accounts.account import COUNTER_SCOPES, PERSON_SCOPES
from shared.http.routes import Route
from tests.contracts import services
from tests.kit.callers import Caller
from tests.kit.roles import Role
from tests.security.conftest import Holdings
from tests.security.matrix import ALL, Operation

CHANGES_NOTHING_THAT_WAS_SEEN = {
    **dict.fromkeys(
        [
            "claims.submit",
            "drafts.begin",
            "papers.ask",
            "clearances.ask",
            "account_statements.draw",
            "uploads.add",
            "declarations.file",
            "declarations.declare_typed",
            "declarations.declare_nothing",
            "partners.register",
            "accounts.open",
            "runs.make",
            "counter.begin",
            "self_payers.admit",
            "delegations.give",
            "card_terminals.begin",
            "bank_accounts.ask",
            "message_campaigns.write",
            "assessment_orders.make",
        ],
        "makes a new thing",
    ),
    **dict.fromkeys(["notes.write", "notes.write_medical"], "makes a new thing, which is never changed"),
    "provisional_assessments.assess": "makes a new thing, where nothing was declared and there was none before",
    "measures.ask": "makes a new thing, or asks anew for what was refused: the state says whether it may be",
    "mandates.issue": "makes a new thing, where there is none that is open",
    "disputes.file": "makes a new thing, where there is none that is open about the same debt",
    "settlements.ask": "makes a new thing, where there is none that is open",
    "settlements.pay": "makes a new thing; another try to collect a part of the plan ends with it",
    "collections.request": "makes a new thing; another try of the same debt ends with it, whoever asked for it",
    **dict.fromkeys(
        ["claims.search", "register.find_person", "accounts.find_staff"],
        "looks for something; a number stays out of addresses",
    ),
    **dict.fromkeys(["verification.check_code", "verification.check_file"], "looks at something; what is sent decides"),
    **dict.fromkeys(
        [
            "benefits.estimate",
            "simulations.simulate",
            "declarations.check_typed",
            "bank.try_statement",
            "bank.try_allocation",
        ],
        "computes something, and keeps nothing",
    ),
    "awards.check_cover_code": "looks at something; what is sent decides",
    "signin.userinfo_by_post": "reads, by POST as OpenID Connect has it",
    **dict.fromkeys(["accounts.activate", "accounts.ask_recovery", "accounts.recover"], "of a link that is good once"),
    "upkeep.change_password": "the old password says what was seen",
    **dict.fromkeys(["upkeep.end_session", "upkeep.end_others", "counter.end"], "what is ended twice is ended"),
    "preferences.choose": "says of each choice whether it is wanted: what is not named stays as it is",
    "preferences.unsubscribe": "says that something is not wanted: said again it changes nothing",
    "delegations.take": "of a code that is good once",
    "sms_receipts.receive": "the first final receipt of a message counts: brought again it changes nothing",
    "bank.hear": "a message of the bank, taken in once by its id",
    **dict.fromkeys(
        [f"mobile_money.{name}" for name in ("begin", "take", "cancel", "reverse")],
        "says what the operator did, under its own id: said again it changes nothing, said otherwise it is refused",
    ),
    "govstack.mark": "says what the operator took, under its own id: said again it changes nothing",
    **dict.fromkeys(
        ["mobile_money.take_file", "card_terminals.compare_file"], "the file of a day: another takes its place"
    ),
    "card_terminals.close": "makes a new day, once for a batch of a terminal",
    "partners.replay": "sends messages again, each known by its id; the endpoint stays as it is",
    **dict.fromkeys(
        ["operations.replay_letter", "operations.replay_key", "operations.replay_group", "operations.republish"],
        "has a worker try again what is still open: asked for twice, it is done once",
    ),
    "operations.discard_letter": "a letter is closed once: the second operator gets 409",
}
"""Routes that take no If-Match, with the reason."""


def route(operation: Operation) -> Route:
    routes = (each for room in services.load(operation.service).routes for each in room.all)
    return next(each for each in routes if each.name == operation.name)


CHANGES = [each for each in ALL if each.method != "GET"]
EDITS = [each for each in CHANGES if route(each).edits is not None]


OWNED_BY = {"bank_accounts.withdraw": Role.PERSON, "delegations.end": Role.EMPLOYER}
"""Whose thing it is where the scope is one that every account has, so that it does not say so."""


def callers(holding: Holdings, operation: Operation) -> list[Caller]:
    """Those who may: by their role, at a counter, or a machine."""
    here = holding(operation.service)
    roles = [role for role in Role if operation.scope in role.scopes and OWNED_BY.get(operation.name, role) is role]
    if operation.scope in COUNTER_SCOPES - PERSON_SCOPES:
        return [here.at_counter()]
    return [here.caller(role, is_owner=True) for role in roles] or [here.office.machine()]


def test_every_change_takes_if_match_or_says_why_not() -> None:
    assert {each.name for each in CHANGES if each not in EDITS} == CHANGES_NOTHING_THAT_WAS_SEEN.keys()


@pytest.mark.parametrize("operation", EDITS, ids=str)
def test_the_second_of_two_is_told_the_newer_version(operation: Operation, holding: Holdings) -> None:
    here = holding(operation.service)
    for caller in callers(holding, operation):
        late = here.ask(operation, caller.token, headers={"If-Match": '"987654"'})
        assert (late.status_code, late.json["code"]) == (412, "request.changed-since-read"), late.text
        assert late.json["version"] >= 1


@pytest.mark.parametrize("operation", EDITS, ids=str)
def test_the_version_is_read_where_the_thing_is_read(operation: Operation, holding: Holdings) -> None:
    here = holding(operation.service)
    begins = operation.path.find("{", len("/v1/{fund}"))  # what is of the caller alone has no part in its path
    own = operation.path if begins < 0 else operation.path[: operation.path.index("}", begins) + 1]
    reads = next(each for each in ALL if each.method == "GET" and each.path == own)
    for caller in callers(holding, operation):
        late = here.ask(operation, caller.token, headers={"If-Match": '"987654"'})
        seen = here.ask(
            reads,
            here.caller(Role.OPERATOR, is_owner=True).token
            if reads.scope != operation.scope and reads.scope in Role.OPERATOR.scopes
            else caller.token,
        )
        assert seen.headers.get("ETag") == f'"{late.json["version"]}"', f"{reads} does not say the version"
