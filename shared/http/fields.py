"""What each field of an API means, with an example: `fields.yaml` of `shared/http` and of each service.

A field's own `metadata={"description": …}` comes first, then `Shape.field` of the service's file (`.field` for a
parameter of the path or the query), then the name alone: a name means the same wherever it stands.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.kernel import yaml_text

PLAIN_EXAMPLES: Mapping[str, object] = {
    "date": "2026-02-10",
    "date-time": "2026-02-10T09:30:00+00:00",
    "integer": 1,
    "boolean": False,
    "binary": "the bytes of the file",
}
"""By format or type, where the files give none."""


NONE_GIVEN = object()


@dataclass(frozen=True)
class FieldDescription:
    """What a field is, and a value that it may have."""

    text: str = ""
    example: object = NONE_GIVEN


@dataclass(frozen=True)
class FieldDescriptions:
    """What fields mean, by `Shape.field` or by `field`."""

    by_name: Mapping[str, FieldDescription]

    def of(self, shape: str, field: str) -> FieldDescription:
        """What a field of a shape means; what its own entry leaves out comes from the entry of its name."""
        own = self.by_name.get(f"{shape}.{field}", FieldDescription())
        usual = self.by_name.get(field, FieldDescription())
        return FieldDescription(own.text or usual.text, usual.example if own.example is NONE_GIVEN else own.example)


def read(paths: Iterable[Path]) -> FieldDescriptions:
    """All entries of these files; an entry of a later file replaces one of an earlier file."""
    found: dict[str, FieldDescription] = {}
    for path in paths:
        for name, entry in (yaml_text.parse(path.read_text(encoding="utf-8")) or {}).items():
            given = {"says": entry} if isinstance(entry, str) else entry
            found[name] = _changed(found.get(name, FieldDescription()), **given)
    return FieldDescriptions(found)


def _changed(before: FieldDescription, *, says: str = "", example: object = NONE_GIVEN) -> FieldDescription:
    return FieldDescription(says or before.text, before.example if example is NONE_GIVEN else example)


def example(
    schema: Mapping[str, Any], *, name: str, schemas: Mapping[str, Any], descriptions: FieldDescriptions
) -> Any:
    """A value that fits a schema of the document, made of the examples of its fields. `name` is the shape's own."""
    if "$ref" in schema:
        shape = schema["$ref"].rpartition("/")[2]
        return example(schemas[shape], name=shape, schemas=schemas, descriptions=descriptions)
    for inner in (*schema.get("anyOf", ()), *schema.get("allOf", ())):
        if inner.get("type") != "null":
            return example(inner, name=name, schemas=schemas, descriptions=descriptions)
    if "properties" in schema:
        return {
            field: _of_field(inner, shape=name, field=field, schemas=schemas, descriptions=descriptions)
            for field, inner in schema["properties"].items()
        }
    return {} if schema.get("type") == "object" else None


def _of_field(
    schema: Mapping[str, Any], *, shape: str, field: str, schemas: Mapping[str, Any], descriptions: FieldDescriptions
) -> Any:
    given = descriptions.of(shape, field).example
    is_of_shapes = "$ref" in schema or "$ref" in schema.get("items", {})
    if given is not NONE_GIVEN and not (is_of_shapes and isinstance(given, str | int)):
        return [given] if schema.get("type") == "array" and not isinstance(given, list) else given
    if examples := schema.get("examples"):
        return examples[0]
    if "enum" in schema:
        return schema["enum"][0]
    kinds = schema.get("type", "")
    kind = kinds if isinstance(kinds, str) else kinds[0]
    if kind == "array":
        return [_of_field(schema["items"], shape=shape, field=field, schemas=schemas, descriptions=descriptions)]
    plain = PLAIN_EXAMPLES.get(schema.get("format", ""), PLAIN_EXAMPLES.get(kind))
    return example(schema, name=shape, schemas=schemas, descriptions=descriptions) if plain is None else plain
