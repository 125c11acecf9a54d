"""Who changes a thing may say which version of it they saw (`If-Match`, RFC 9110, 13.1.1); another one is refused.

Every answer that shows a versioned thing carries its `ETag`. A caller who sends it back with a change gets 412 if the
thing has changed meanwhile, with its current version; without `If-Match` nothing is compared.
"""

from collections.abc import Callable
from typing import Protocol

from flask import Response, request

from shared.http.problems import language
from shared.kernel.errors import Superseded


class HasVersion(Protocol):
    """A thing whose every change has a number."""

    @property
    def version(self) -> int: ...


REFERENCE_KEPT_S = 300
"""For how long callers keep an answer that comes from the fund's definition, which changes with a release."""

Loader = Callable[..., HasVersion]
"""Loads the thing that a route changes, from a unit of work and the parts of the route's path."""


class ChangedSinceRead(Superseded):
    """The caller saw another version than the one that stands. `version` is the one that stands."""

    code = "request.changed-since-read"


def is_conditional() -> bool:
    """Whether the request names the version that it is about."""
    return "If-Match" in request.headers


def must_match(thing: HasVersion) -> None:
    """Raises `ChangedSinceRead` unless the request's `If-Match` names this version, or any with `*`."""
    if str(thing.version) not in request.if_match:
        raise ChangedSinceRead(version=thing.version)


def cacheable(answer: Response, *, is_public: bool) -> Response:
    """An answer of reference data, which callers may keep for a while and then ask whether it is still the same."""
    answer.add_etag()
    answer.headers["Cache-Control"] = f"{'public' if is_public else 'private'}, max-age={REFERENCE_KEPT_S}"
    answer.headers["Vary"] = "Accept-Language" if is_public else "Accept-Language, Authorization"
    answer.headers["Content-Language"] = language()
    answer.make_conditional(request)
    return answer
