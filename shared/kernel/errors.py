"""The kinds of failure, and nothing else: each subject declares its own errors beside the rule that raises them.

An error carries ids and short facts, never personal values: its parameters reach logs and people's screens.
The edge turns a kind into an HTTP answer or into a retry or a dead letter (`shared.http.problems`, `shared.bus.inbox`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar


@dataclass(frozen=True)
class Term:
    """A code that people read as its own text: what stands under `code` in `texts.yaml`."""

    code: str


Parameter = str | int | date | Term | Mapping[str, str]
"""What a sentence may hold: a reference or number as it is, a day, a term, or a name of the fund's by language."""


class Failure(Exception):
    """Something the platform refuses or cannot do.

    A subclass that may be raised has a `code`: stable, lower case, `subject.what-is-wrong`. The sentence that people
    read stands under that code in the service's `texts.yaml`, where `{name}` takes the parameter of that name.
    """

    code: ClassVar[str] = ""

    def __init__(self, **parameters: Parameter) -> None:
        super().__init__(self.code, parameters)
        self.parameters = parameters


class Invalid(Failure):
    """What was sent can never be accepted as it is (HTTP 422)."""


class Forbidden(Failure):
    """The caller may not do this (HTTP 403)."""


class Missing(Failure):
    """There is no such thing, or none that this caller may know of (HTTP 404)."""


class Conflict(Failure):
    """The thing is not in a state that allows it (HTTP 409)."""


class Stale(Failure):
    """The thing was changed concurrently, three times in a row (HTTP 409)."""


class Superseded(Failure):
    """The thing is of a later version than the one that the caller saw and named (HTTP 412)."""


class Unavailable(Failure):
    """A dependency does not answer: retry later (HTTP 503)."""
