"""The API documents are what a frontend can be written from: X1 and U7 of the faults that were found."""

import functools
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator, FormatChecker

from deploy.docs import asyncapi
from shared.events import catalogue
from shared.http import openapi
from shared.http.problems import MEDIA_TYPE
from shared.process.service import HTTP_FIELDS
from tests.contracts import services

NAMES = services.names()
JSON, FORM = "application/json", "multipart/form-data"


@functools.cache
def events_document() -> Mapping[str, Any]:
    return asyncapi.document([services.load(name) for name in NAMES])


def operations(name: str) -> Iterator[Mapping[str, Any]]:
    for methods in services.openapi(name)["paths"].values():
        yield from methods.values()


def valid(schema: Mapping[str, Any], value: object, components: Mapping[str, Any]) -> list[str]:
    held = {"$ref": "#/held", "held": schema, "components": components}
    found = Draft202012Validator(held, format_checker=FormatChecker()).iter_errors(value)
    return [f"{'.'.join(map(str, each.absolute_path))}: {each.message}" for each in found]


# --- X1 ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_x1_who_may_is_said_of_every_operation(name: str) -> None:
    routes = {route.name: route for each in services.load(name).routes for route in each.all}
    for operation in operations(name):
        scope = routes[operation["operationId"]].scope
        assert operation["security"] == ([{"bearer": []}] if scope else []), operation["operationId"]
        assert operation.get(openapi.SCOPE, "") == scope
        assert (f"`{scope}`" if scope else "Open to everybody") in operation["description"]


@pytest.mark.parametrize("name", NAMES)
def test_x1_servers_tags_and_ids(name: str) -> None:
    document = services.openapi(name)
    assert document["servers"] and document["info"]["license"]["identifier"] == "Apache-2.0"
    described = {tag["name"]: tag["description"] for tag in document["tags"]}
    assert all(text.endswith(".") for text in described.values()), described
    ids = [operation["operationId"] for operation in operations(name)]
    assert len(ids) == len(set(ids))
    for operation in operations(name):
        assert set(operation["tags"]) <= set(described)
        assert any(status.startswith("2") for status in operation["responses"]), operation["operationId"]


@pytest.mark.parametrize("name", NAMES)
def test_x1_every_refusal_is_described_with_its_codes(name: str) -> None:
    routes = {route.name: route for each in services.load(name).routes for route in each.all}
    texts = services.load(name).texts().by_code
    for operation in operations(name):
        for status, found in openapi.codes(routes[operation["operationId"]]).items():
            answer = operation["responses"][str(status)]
            if "$ref" in answer:
                answer = services.openapi(name)["components"]["responses"][answer["$ref"].rpartition("/")[2]]
            content = answer["content"][MEDIA_TYPE]
            (codes,) = [each["properties"]["code"]["enum"] for each in content["schema"]["allOf"] if "$ref" not in each]
            assert found <= set(codes) <= set(texts), operation["operationId"]
            assert all(f"`{code}`" in answer["description"] for code in codes)
            assert not valid(content["schema"], content["example"], services.openapi(name)["components"])


def test_x1_the_codes_are_those_that_the_code_may_raise() -> None:
    """A few that are known, each found by another way: a rule, a body's reader, If-Match, files."""
    routes = {route.name: route for each in services.load("claims").routes for route in each.all}
    assert openapi.codes(routes["claims.submit"])[422] >= {
        "claim.paper-lacking",
        "request.invalid",
        "request.key-reused",
    }
    assert openapi.codes(routes["claims.submit"])[400] >= {"request.key-missing", "request.malformed-json"}
    assert "request.key-missing" not in openapi.codes(routes["claims.refuse"])[400]
    assert openapi.codes(routes["claims.refuse"])[412] == {"request.changed-since-read"}
    assert openapi.codes(routes["claims.read"])[404] == {"claim.unknown", "fund.unknown"}
    uploads = {route.name: route for each in services.load("documents").routes for route in each.all}
    assert "upload.type-not-allowed" in openapi.codes(uploads["uploads.add"])[422]
    assert "claim.paper-lacking" not in openapi.codes(uploads["uploads.add"])[422]


def test_x1_events_say_where_they_lie_and_who_receives_them() -> None:
    assert {server["protocol"] for server in events_document()["servers"].values()} == {"kafka"}
    for owner in catalogue.owners():
        channel = events_document()["channels"][owner]
        assert channel["address"] == channel["bindings"]["kafka"]["topic"] == owner
        assert channel["bindings"]["kafka"]["partitions"] > 0
    received = {name: each for name, each in events_document()["operations"].items() if each["action"] == "receive"}
    for name in NAMES:
        mine = [each for operation, each in received.items() if operation.startswith(f"{name}-")]
        assert mine and all(each["messages"] for each in mine)
        assert {each["bindings"]["kafka"]["groupId"]["enum"][0] for each in mine} == {f"himaya.{name}"}
    for message in events_document()["components"]["messages"].values():
        assert message["bindings"]["kafka"]["key"]["type"] == "string"
        for example in message["examples"]:
            assert not valid(message["payload"], example["payload"], events_document()["components"])


# --- U7 ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*NAMES, "events"])
def test_u7_every_property_is_described(name: str) -> None:
    """One line in the service's `fields.yaml` (or `shared/http`, `shared/events`), or `metadata` at the field."""
    schemas = (services.openapi(name) if name in NAMES else events_document())["components"]["schemas"]
    fields = [(shape, field, it) for shape, each in schemas.items() for field, it in each.get("properties", {}).items()]
    assert fields and [f"{shape}.{field}" for shape, field, it in fields if not it.get("description")] == []


@pytest.mark.parametrize("name", NAMES)
def test_u7_every_parameter_is_described(name: str) -> None:
    found = [(each["operationId"], parameter) for each in operations(name) for parameter in each["parameters"]]
    assert [f"{of} {it['name']}" for of, it in found if not it.get("description")] == []


@pytest.mark.parametrize("name", NAMES)
def test_u7_every_request_and_answer_has_a_fitting_example(name: str) -> None:
    for operation in operations(name):
        good = [each for status, each in operation["responses"].items() if status.startswith("2")]
        for body in (operation.get("requestBody", {}), *good):
            for media_type in (JSON, FORM):
                content = body.get("content", {}).get(media_type)
                if content is not None:
                    faults = valid(content["schema"], content["example"], services.openapi(name)["components"])
                    assert faults == [], operation["operationId"]


@pytest.mark.parametrize("name", NAMES)
def test_u7_every_operation_with_a_body_has_an_example_and_every_one_its_refusals(name: str) -> None:
    """Whatever the body is made of. A refusal is shown with its codes: `test_x1_every_refusal_is_described…`."""
    for operation in operations(name):
        content = operation.get("requestBody", {"content": {JSON: {"example": {}}}})["content"]
        assert any("example" in each for each in content.values()), operation["operationId"]
        assert any(status.startswith("4") for status in operation["responses"]), operation["operationId"]


@pytest.mark.parametrize("name", NAMES)
def test_u7_the_example_of_a_parameter_fits_it(name: str) -> None:
    for operation in operations(name):
        for parameter in operation["parameters"]:
            if "example" in parameter:
                faults = valid(parameter["schema"], parameter["example"], services.openapi(name)["components"])
                assert faults == [], f"{operation['operationId']}: {parameter['name']}"


@pytest.mark.parametrize("name", NAMES)
def test_u7_a_request_s_example_is_read(name: str) -> None:
    """By the schema itself, whose own checks are more than the document can say."""
    for routes in services.load(name).routes:
        for route in routes.all:
            if isinstance(route.request, type):
                described = next(each for each in operations(name) if each["operationId"] == route.name)
                example = described["requestBody"]["content"][JSON]["example"]
                read = {field.data_key or own for own, field in route.request().load_fields.items()}
                assert set(example) <= read, route.name


@pytest.mark.parametrize("name", NAMES)
def test_u7_what_is_said_of_fields_is_of_fields_that_are_there(name: str) -> None:
    schemas = services.openapi(name)["components"]["schemas"]
    there = {f"{shape}.{field}" for shape, each in schemas.items() for field in each.get("properties", {})}
    there |= {each.partition(".")[2] for each in there}
    parameters = {parameter["name"] for each in operations(name) for parameter in each["parameters"]}
    there |= parameters | {f".{parameter}" for parameter in parameters}
    own = yaml.safe_load((services.SERVICES / name / "fields.yaml").read_text(encoding="utf-8"))
    assert set(own) - there == set()


def test_u7_the_shared_fields_are_there_too() -> None:
    there: set[str] = set()
    for name in NAMES:
        for shape, each in services.openapi(name)["components"]["schemas"].items():
            there |= {f"{shape}.{field}" for field in each.get("properties", {})} | set(each.get("properties", {}))
        there |= {parameter["name"] for each in operations(name) for parameter in each["parameters"]}
    assert set(yaml.safe_load(HTTP_FIELDS.read_text(encoding="utf-8"))) - there == set()
    schemas = events_document()["components"]["schemas"]
    of_events = {f"{shape}.{field}" for shape, each in schemas.items() for field in each["properties"]}
    of_events |= {each.partition(".")[2] for each in of_events}
    assert set(yaml.safe_load(asyncapi.MEANINGS.read_text(encoding="utf-8"))) - of_events == set()


def test_u7_no_document_names_a_place_of_ours() -> None:
    for document in (*map(services.openapi, NAMES), events_document()):
        assert str(Path(__file__).parents[2]) not in json.dumps(document)
