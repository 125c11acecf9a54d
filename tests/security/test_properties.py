"""Fields: none may be set that the schema does not name, and none is shown that it does not name (OWASP API3)."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.contracts import services
from tests.kit.contexts import DZ
from tests.kit.roles import Role
from tests.security.conftest import Holdings
from tests.security.matrix import ALL, FORM, GUARDED, JSON, Operation, resolved
from tests.security.tokens import good

WISHED = {
    *("_id", "id", "fund", "fund_id", "version", "status", "amount", "amount_minor", "paid", "currency", "approved"),
    *("role", "scope", "actor", "is_admin", "employer_id", "employer_ids", "person_ref", "account_id", "created_at"),
    *("$set", "$where", "__proto__", "constructor", "__class__", ""),
}
"""What somebody might try to set; beside it, whatever any answer of the service shows."""

PROVED = {"bank.hear", "sms_receipts.receive"}
"""Whose proof is looked at before their body."""
WITH_BODY = [each for each in ALL if each.body(JSON) and each.name not in PROVED]
NOT_ACCEPTED = {400, 422}
"""422, but where a foreign standard says 400."""
WITH_FORM = [each for each in ALL if each.body(FORM)]
WITH_QUERY = [each for each in GUARDED if any(one["in"] == "query" for one in each.described["parameters"])]


def properties(service: str) -> set[str]:
    schemas = services.openapi(service)["components"]["schemas"].values()
    return {name for schema in schemas for name in schema.get("properties", {})}


def objects(service: str, schema: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The object that a schema describes and those inside it, each with its path."""
    found = resolved(service, schema)
    if found.get("type") == "array":
        yield from objects(service, found["items"], f"{path}0.")
        return
    if "properties" in found:
        yield path, found
        for name, inner in found["properties"].items():
            yield from objects(service, inner, f"{path}{name}.")


def nested(path: str, innermost: Mapping[str, Any]) -> Any:
    """A body with this object at the path, and nothing else."""
    made: Any = dict(innermost)
    for step in reversed([step for step in path.split(".") if step]):
        made = [made] if step == "0" else {step: made}
    return made


def faults(answer: Any) -> set[str]:
    return {fault["field"] for fault in answer.json["errors"] if fault["code"] == "request.field-unknown"}


@pytest.mark.parametrize("operation", WITH_BODY, ids=str)
def test_a_body_sets_nothing_that_its_schema_does_not_name(operation: Operation, holding: Holdings) -> None:
    here = holding(operation.service)
    token = good(operation.service, operation.scope or "none", actor="staff")
    inside = list(objects(operation.service, operation.body(JSON) or {}))
    assert inside
    for path, schema in inside:
        unknown = (WISHED | properties(operation.service)) - set(schema["properties"])
        refused = here.ask(operation, token, json=nested(path, dict.fromkeys(unknown, "x")))
        assert refused.status_code in NOT_ACCEPTED, refused.text
        assert faults(refused) == {f"{path}{name}" or "body" for name in unknown}, path


@pytest.mark.parametrize("operation", WITH_FORM, ids=str)
def test_a_form_sets_nothing_that_its_schema_does_not_name(operation: Operation, holding: Holdings) -> None:
    here = holding(operation.service)
    token = here.caller(Role.PERSON, is_owner=True, scopes=frozenset(here.office.scopes)).token
    schema = resolved(operation.service, operation.body(FORM) or {})
    unknown = (WISHED | properties(operation.service)) - set(schema["properties"]) - {""}
    data = {**here.asks[operation.name]["make"]()["data"], **dict.fromkeys(unknown, "x")}
    refused = here.ask(operation, token, data=data, content_type=FORM)
    assert (refused.status_code, faults(refused)) == (422, unknown)


@pytest.mark.parametrize("operation", WITH_QUERY, ids=str)
def test_a_query_asks_nothing_that_its_schema_does_not_name(operation: Operation, holding: Holdings) -> None:
    here = holding(operation.service)
    token = good(operation.service, str(operation.scope), actor="staff")
    known = {one["name"] for one in operation.described["parameters"] if one["in"] == "query"}
    unknown = (WISHED | properties(operation.service)) - known - {""}
    refused = here.ask(operation, token, query_string=dict.fromkeys(unknown, "x"))
    assert refused.status_code in NOT_ACCEPTED and unknown <= faults(refused)


def surplus(service: str, schema: Mapping[str, Any], shown: Any, path: str = "") -> Iterator[str]:
    """What an answer shows that its schema does not name."""
    found = resolved(service, schema)
    for choice in found.get("anyOf", found.get("allOf", [])):
        if "null" not in str(choice.get("type")):
            found = {**found, **resolved(service, choice)}
    if isinstance(shown, list):
        for each in shown:
            yield from surplus(service, found.get("items", {}), each, path)
    elif isinstance(shown, dict):
        named = found.get("properties", {})
        for name, value in shown.items():
            if name not in named:
                if not found.get("additionalProperties"):
                    yield f"{path}.{name}"
            else:
                yield from surplus(service, named[name], value, f"{path}.{name}")


@pytest.mark.parametrize("operation", [each for each in GUARDED if each.method == "GET"], ids=str)
def test_an_answer_shows_what_its_schema_names(operation: Operation, holding: Holdings) -> None:
    here, shape = holding(operation.service), operation.answer()
    for role in Role:
        answer = here.ask(operation, here.caller(role, is_owner=True).token)
        if answer.status_code != 200:
            shown_shape: Mapping[str, Any] | None = {"$ref": "#/components/schemas/Problem"}
        else:
            shown_shape = shape
        if shown_shape is not None:
            assert list(surplus(operation.service, shown_shape, answer.json)) == []


def test_nothing_is_shown_of_how_a_thing_is_kept(holding: Holdings) -> None:
    """No answer's schema has a field that only the store knows."""
    kept = {"_id", "password_hash", "known_by", "token_hash", "second_factor", "blob", "traceparent", "civil"}
    for service in {each.service for each in ALL}:
        assert not properties(service) & kept


def test_what_is_asked_with_a_fund_of_ones_own_choice_is_of_the_token_s_fund(holding: Holdings) -> None:
    here = holding("claims")
    operation = next(each for each in ALL if each.name == "claims.submit")
    body = {**here.asks["claims.submit"]["make"]()["json"], "fund": "tn-cnss"}
    refused = here.ask(operation, here.caller(Role.PERSON, is_owner=True).token, json=body, fund=DZ)
    assert refused.status_code == 422 and faults(refused) == {"fund"}
    assert "tn-cnss" not in json.dumps(refused.json["errors"])
