"""How a schema shows a thing: what marshmallow's `dump` makes of it, with all that is the same each time done once.

An answer has some dozens of fields, and to find out anew how each is read and shown costs more than to show them.
Reading requests stays with marshmallow itself.
"""

from collections.abc import Callable, Sequence
from operator import attrgetter, itemgetter
from types import NoneType
from typing import Any, NamedTuple

from marshmallow import Schema, fields, missing
from marshmallow.decorators import POST_DUMP, PRE_DUMP
from marshmallow.utils import get_value

Show = Callable[[Any], Any]
Convert = Callable[[Any, Any], Any]
"""From a field's value, and the thing that it is a field of, to what is shown of it."""

SHOWN_AS_THEY_ARE: dict[type, frozenset[type]] = {
    fields.String: frozenset({str, NoneType}),
    fields.Integer: frozenset({int, NoneType}),
    fields.Boolean: frozenset({bool, NoneType}),
}
"""By the field's own class, the classes of those of its values that need no conversion."""


class Part(NamedTuple):
    """What one field shows of a thing. `find` is its own way to the value; the attributes of the others are read
    together."""

    key: str
    attribute: str
    find: Show | None
    as_it_is: frozenset[type]
    convert: Convert


def shown_by(schema: Schema) -> Show:
    """The function that does what `schema.dump` does."""
    if schema._hooks[PRE_DUMP] or schema._hooks[POST_DUMP] or type(schema).get_attribute is not Schema.get_attribute:
        return schema.dump  # it has a way of its own
    parts = [_part(name, field) for name, field in schema.dump_fields.items()]
    read = _reader([part.attribute for part in parts if part.find is None])

    def show(thing: Any) -> dict[str, Any]:
        values, shown = iter(read(thing)), {}
        for key, _, find, as_it_is, convert in parts:
            value = next(values) if find is None else find(thing)
            if value.__class__ in as_it_is:
                shown[key] = value
            elif value is not missing:
                shown[key] = convert(value, thing)
        return shown

    return show


def _reader(attributes: Sequence[str]) -> Callable[[Any], Sequence[Any]]:
    """What reads all of these of a thing in one go; `missing` for what it has not."""
    if not attributes:
        return lambda thing: ()
    # The first is named twice: of a single one there would be no tuple.
    of_object: Callable[[Any], Sequence[Any]] = attrgetter(*attributes, attributes[0])
    of_dict: Callable[[Any], Sequence[Any]] = itemgetter(*attributes, attributes[0])

    def read(thing: Any) -> Sequence[Any]:
        kind = thing.__class__
        try:
            if kind is dict:
                return of_dict(thing)
            if not hasattr(kind, "__getitem__"):
                return of_object(thing)
        except (AttributeError, KeyError):
            pass
        return [get_value(thing, attribute) for attribute in attributes]

    return read


def _part(name: str, field: fields.Field[Any]) -> Part:
    key, attribute = field.data_key or name, field.attribute or name
    if not field._CHECK_ATTRIBUTE or field.dump_default is not missing:
        return Part(key, attribute, lambda thing: field.serialize(name, thing), frozenset(), lambda value, _: value)
    finds_it_itself = type(field).get_value is not fields.Field.get_value or "." in attribute
    find: Show | None = (lambda thing: field.get_value(thing, attribute)) if finds_it_itself else None
    is_converted = getattr(field, "as_string", False)
    as_it_is = frozenset[type]() if is_converted else SHOWN_AS_THEY_ARE.get(type(field), frozenset())
    return Part(key, attribute, find, as_it_is, _converter(name, field))


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
