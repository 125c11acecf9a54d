"""An example of each event, made from its types alone, so that none has to be written by hand."""

import dataclasses
import types
import typing
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

AT = datetime(2026, 1, 15, 9, 30, tzinfo=UTC)


def example(cls: type[Any]) -> Any:
    """An event, or a part of one, with every field filled; a text is the name of its field."""
    hints = typing.get_type_hints(cls)
    return cls(**{field.name: _value(hints[field.name], field.name) for field in dataclasses.fields(cls)})


def _value(kind: Any, name: str) -> Any:
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return _value(next(each for each in inner if each is not type(None)), name)
    if origin is tuple:
        return (_value(inner[0], name),)
    if origin is Mapping:
        return {_value(inner[0], "name"): _value(inner[1], "value")}
    if dataclasses.is_dataclass(kind):
        return example(typing.cast(type[Any], kind))
    kind = getattr(kind, "__supertype__", kind)
    plain: dict[Any, Any] = {str: name.replace("_", "-"), int: 1, bool: True, datetime: AT, date: AT.date()}
    return plain[kind]
