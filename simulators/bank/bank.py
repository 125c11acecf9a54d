"""The bank as its routes see it, and the one way in which it refuses."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from hmac import compare_digest
from typing import Any, TypeVar

from flask import request

from simulators.bank.book import Book
from simulators.bank.fund import Asker, Postman
from simulators.bank.settings import Settings

Handler = TypeVar("Handler", bound=Callable[..., Any])


class Refused(Exception):
    """The bank says no: an HTTP status, a stable code, a sentence."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(code)
        self.status, self.code, self.detail = status, code, detail


@dataclass(frozen=True)
class Bank:
    """What all routes share: settings, state, the sender of webhooks, the lookup of references at the fund, and the
    operator of mobile money, who is somebody else there."""

    settings: Settings
    book: Book
    postman: Postman
    asker: Asker
    wallet: Asker

    def for_funds(self, handler: Handler) -> Handler:
        """Lets in only who holds the bank's API key: the funds' payment service."""

        @wraps(handler)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            given = request.headers.get("authorization", "").removeprefix("Bearer ")
            if not compare_digest(given.encode(), self.settings.api_key.encode()):
                raise Refused(401, "key-wrong", "This needs the bank's API key as a bearer token.")
            return handler(*args, **kwargs)

        return guarded  # type: ignore[return-value]


def fields(*names: str) -> tuple[str, ...]:
    """The named text fields of the JSON body, all of them needed."""
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise Refused(400, "body-unreadable", "The body is a JSON object.")
    wrong = [name for name in names if not isinstance(body.get(name), str) or not body[name]]
    if wrong:
        raise Refused(422, "field-missing", f"Needed as text: {', '.join(wrong)}.")
    return tuple(body[name] for name in names)
