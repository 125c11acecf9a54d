"""Every event that is declared beside this file, found by looking: a new owner is a new module and nothing else."""

import functools
import importlib
import inspect
import pkgutil
from collections.abc import Mapping
from typing import Any

import msgspec

import shared.events
from shared.events.declaring import EventDeclaration, declaration_of

_NOT_OWNERS = {"catalogue", "declaring"}


@functools.cache
def declared() -> Mapping[tuple[str, int], type[Any]]:
    """Event classes by type and version."""
    found: dict[tuple[str, int], type[Any]] = {}
    for module in pkgutil.iter_modules(shared.events.__path__):
        if module.name in _NOT_OWNERS:
            continue
        owner = importlib.import_module(f"shared.events.{module.name}")
        for _, cls in inspect.getmembers(owner, inspect.isclass):
            made = getattr(cls, "__event__", None)
            if isinstance(made, EventDeclaration) and made.owner == module.name:
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
