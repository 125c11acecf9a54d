"""How a schema shows a thing: what marshmallow's `dump` makes of it, with all that is the same each time done once.

An answer has some dozens of fields, and to find out anew how each is read and shown costs more than to show them.
Reading requests stays with marshmallow itself.
"""

from collections.abc import Callable
from typing import Any

from marshmallow import Schema, fields, missing
from marshmallow.decorators import POST_DUMP, PRE_DUMP
from marshmallow.utils import get_value

Show = Callable[[Any], Any]
Convert = Callable[[Any, Any], Any]
"""From a field's value, and the thing that it is a field of, to what is shown of it."""


def shown_by(schema: Schema) -> Show:
    """The function that does what `schema.dump` does."""
    if schema._hooks[PRE_DUMP] or schema._hooks[POST_DUMP] or type(schema).get_attribute is not Schema.get_attribute:
        return schema.dump  # it has a way of its own
    parts = [(field.data_key or name, _part(name, field)) for name, field in schema.dump_fields.items()]

    def show(thing: Any) -> dict[str, Any]:
        return {key: value for key, part in parts if (value := part(thing)) is not missing}

    return show


def _part(name: str, field: fields.Field[Any]) -> Show:
    """What one field shows of a thing; `missing` where the thing has no such value."""
    if not field._CHECK_ATTRIBUTE or field.dump_default is not missing:
        return lambda thing: field.serialize(name, thing)
    attribute, convert = field.attribute or name, _converter(name, field)
    get = field.get_value if _finds_its_own_way(field) else _get

    def part(thing: Any) -> Any:
        value = get(thing, attribute)
        return value if value is missing else convert(value, thing)

    return part


def _finds_its_own_way(field: fields.Field[Any]) -> bool:
    return type(field).get_value is not fields.Field.get_value or "." in (field.attribute or "")


def _get(thing: Any, attribute: str) -> Any:
    return get_value(thing, attribute) if hasattr(thing, "__getitem__") else getattr(thing, attribute, missing)


def _converter(name: str, field: fields.Field[Any]) -> Convert:
    """How a field turns its value into what is shown; that of a field class of ours is its own."""
    if isinstance(field, fields.Nested):
        show = shown_by(field.schema)
        one: Convert = lambda value, _: None if value is None else show(value)  # noqa: E731
        return _each(one) if field.many or field.schema.many else one
    if isinstance(field, fields.List):
        return _each(_converter(name, field.inner))
    serialize = field._serialize
    return lambda value, thing: serialize(value, name, thing)


def _each(convert: Convert) -> Convert:
    return lambda values, thing: None if values is None else [convert(value, thing) for value in values]
