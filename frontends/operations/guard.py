"""Who is let in: staff whose tokens say so. What they may only look at has no buttons."""

import functools
from collections.abc import Callable
from typing import Any

from flask import abort

from frontends.kit.pages import P, Page, may, signed_in

READ, ACT, LEDGER = "operations:read", "operations:act", "ledger:read"
CSV = "text/csv; charset=utf-8"
"""What reports are that operators keep."""


def operators(scope: str) -> Callable[[Page[P]], Page[P]]:
    """Pages for staff with a scope; other staff are told that it is not theirs."""

    def guard(page: Page[P]) -> Page[P]:
        @functools.wraps(page)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> Any:
            if not may(scope):
                abort(403)
            return page(*args, **kwargs)

        return signed_in("staff")(guarded)

    return guard
