"""Every event that is declared beside this file, found by looking: a new owner is a new module, or a folder of modules,
and nothing else."""

import functools
import importlib
import inspect
import pkgutil
from collections.abc import Mapping
from typing import Any

import msgspec

import shared.events
from shared.events.declaring import EventDeclaration, declaration_of

_PREFIX = "shared.events."
_NOT_OWNERS = {f"{_PREFIX}catalogue", f"{_PREFIX}declaring"}


@functools.cache
def declared() -> Mapping[tuple[str, int], type[Any]]:
    """Event classes by type and version."""
    found: dict[tuple[str, int], type[Any]] = {}
    for each in pkgutil.walk_packages(shared.events.__path__, _PREFIX):
        if each.name in _NOT_OWNERS:
            continue
        module = importlib.import_module(each.name)
        for _, cls in inspect.getmembers(module, inspect.isclass):
            made = getattr(cls, "__event__", None)
            if isinstance(made, EventDeclaration) and cls.__module__ == each.name:
                found[made.type_name, made.version] = cls
    return found


def owners() -> tuple[str, ...]:
    """The services that publish events; each has a topic of its name."""
    return tuple(sorted({cls.__event__.owner for cls in declared().values()}))


def encode(instance: Any) -> bytes:
    """An event's JSON."""
    declaration_of(instance)
    return msgspec.json.encode(instance)


def decode(type_name: str, version: int, body: bytes) -> Any:
    """The event again. LookupError where no such type and version is declared, ValueError where the body differs."""
    cls = declared()[type_name, version]
    return msgspec.json.decode(body, type=cls)
