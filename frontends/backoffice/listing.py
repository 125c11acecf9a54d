"""Lists of the payments service in a state, which the address names."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import request
from werkzeug.wrappers import Response

from frontends.api import payments
from frontends.kit.api import together
from frontends.kit.codes import Codes
from frontends.kit.formats import amount_to_send
from frontends.kit.pages import api, render

PAGE = 25


def listed_by_status(
    template: str, ask: Callable[..., Any], *, status: str, found_by: tuple[str, ...] = ()
) -> Response:
    """A page of a list, of things in `status` unless the address names another, beside the names of the states. What is
    sought by one of `found_by` is found in whichever state."""
    found = sought(*found_by)
    status = "" if any(found.values()) else request.args.get("status", status)
    cursor = request.args.get("cursor") or None
    asked = api()
    listed, codes = together(
        lambda: ask(asked, limit=PAGE, cursor=cursor, status=status or None, **to_send(found)),
        lambda: payments.codes_list_sets(asked),
    )
    return render(template, listed=listed, codes=Codes(codes), status=status, sought=found, is_first=cursor is None)


def sought(*names: str) -> dict[str, str]:
    """What the address looks for, as it was typed."""
    return {name: request.args.get(name, "").strip() for name in names}


def to_send(found: Mapping[str, str]) -> dict[str, str]:
    """The same as the services take it; what is empty is left out."""
    return {name: amount_to_send(typed) if name == "amount" else typed for name, typed in found.items() if typed}
