"""How an event is declared: once, in the module of its owner (or in one of the modules of its folder), as a frozen
dataclass.

    @event(case="declaration_id")
    class DeclarationAccepted:
        '''The fund took a declaration as fact; claims opens rights from the wages that follow.'''
        declaration_id: str

A later version is named after the first: `@event(case="declaration_id", version=2) class DeclarationAcceptedV2`.

Its owner is the name of that module or folder, its type `<owner>.<name-in-words>`, its case the field by which events
keep their order. Within a version a field may be added with a default; anything else is a new version
(`CONTRIBUTING.md`).
"""

import dataclasses
import re
from collections.abc import Callable
from typing import Any, TypeVar, dataclass_transform

Declared = TypeVar("Declared")


@dataclasses.dataclass(frozen=True)
class EventDeclaration:
    """What the platform knows of an event class."""

    type_name: str
    version: int
    owner: str
    case_field: str


@dataclass_transform(frozen_default=True, kw_only_default=True)
def event(*, case: str, version: int = 1) -> Callable[[type[Declared]], type[Declared]]:
    """Declare the class an event whose order is kept by the field `case`."""

    def declare(cls: type[Declared]) -> type[Declared]:
        owner = cls.__module__.removeprefix("shared.events.").partition(".")[0]
        name = cls.__name__.removesuffix(f"V{version}")
        words = re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()
        made = dataclasses.dataclass(frozen=True, kw_only=True)(cls)
        fields = {field.name for field in dataclasses.fields(made)}  # type: ignore[arg-type]
        if case not in fields:
            raise TypeError(f"{cls.__name__} has no field {case!r} to keep its order by")
        made.__event__ = EventDeclaration(f"{owner}.{words}", version, owner, case)  # type: ignore[attr-defined]
        return made

    return declare


def declaration_of(event_or_class: Any) -> EventDeclaration:
    """The declaration of an event, or TypeError for what is none."""
    found = getattr(event_or_class, "__event__", None)
    if not isinstance(found, EventDeclaration):
        raise TypeError(f"{event_or_class!r} was not declared with @event")
    return found


def case_of(instance: Any) -> str:
    """The case that this event belongs to: events of one case arrive in the order in which they were published."""
    return str(getattr(instance, declaration_of(instance).case_field))
