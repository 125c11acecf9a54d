"""Lists of the payments service in a state, which the address names."""

from collections.abc import Callable
from typing import Any

from flask import request
from werkzeug.wrappers import Response

from frontends.api import payments
from frontends.kit.api import together
from frontends.kit.codes import Codes
from frontends.kit.pages import api, render

PAGE = 25


def listed_by_status(template: str, ask: Callable[..., Any], *, status: str) -> Response:
    """A page of a list, of things in `status` unless the address names another, beside the names of the states."""
    status, cursor = request.args.get("status", status), request.args.get("cursor") or None
    asked = api()
    listed, codes = together(
        lambda: ask(asked, limit=PAGE, cursor=cursor, status=status or None),
        lambda: payments.codes_list_sets(asked),
    )
    return render(template, listed=listed, codes=Codes(codes), status=status, is_first=cursor is None)
