"""Every operation of every service, as its OpenAPI document has it: what the tests here are generated from.

A sixth service, or a new route, is in the matrix without an edit. A route to somebody's thing needs that thing: its
builder stands in `things.py`, and the tests say so where one is missing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from shared.http import openapi
from tests.contracts import services

JSON, FORM = "application/json", "multipart/form-data"


@dataclass(frozen=True)
class Operation:
    """One operation. `scope` is None where anybody may."""

    service: str
    name: str
    method: str
    path: str
    scope: str | None
    described: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.service}: {self.name}"

    @property
    def parts(self) -> list[str]:
        """The names of the path's parts, without the fund."""
        return [
            each["name"] for each in self.described["parameters"] if each["in"] == "path" and each["name"] != "fund"
        ]

    @property
    def is_reference(self) -> bool:
        """Whether it answers what the fund's definition says, the same to everybody."""
        return openapi.IF_NONE_MATCH in self.described["parameters"]

    def url(self, fund: str, parts: Mapping[str, str]) -> str:
        found = self.path.replace("{fund}", fund)
        for name in self.parts:
            found = found.replace(f"{{{name}}}", parts.get(name, "x"))
        return found

    def body(self, media_type: str) -> Mapping[str, Any] | None:
        """The schema of a body of this type, if it takes one."""
        content = self.described.get("requestBody", {}).get("content", {})
        found: Mapping[str, Any] | None = content.get(media_type, {}).get("schema")
        return found

    def answer(self) -> Mapping[str, Any] | None:
        """The schema of the JSON that it answers with when all is well."""
        good = next((each for status, each in self.described["responses"].items() if status.startswith("2")), {})
        found: Mapping[str, Any] | None = good.get("content", {}).get(JSON, {}).get("schema")
        return found


def resolved(service: str, schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema that a reference points to, or the schema itself."""
    while "$ref" in schema:
        schema = services.openapi(service)["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def operations() -> Iterator[Operation]:
    for service in services.names():
        for path, methods in services.openapi(service)["paths"].items():
            for method, described in methods.items():
                yield Operation(
                    service=service,
                    name=described["operationId"],
                    method=method.upper(),
                    path=path,
                    scope=described.get(openapi.SCOPE),
                    described=described,
                )


ALL = list(operations())
GUARDED = [each for each in ALL if each.scope is not None]
