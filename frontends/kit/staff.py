"""The names of the fund's staff beside what they did: records keep the ids of accounts, pages say names.

A page that is rendered asks once for those that it shows and that this process has not heard of lately.
"""

import time
from collections.abc import Iterator, Mapping
from typing import Any

from flask import g
from markupsafe import Markup

from frontends.api import identity
from frontends.kit import formats
from frontends.kit.api import Api, Problem, Unreachable

FIELDS = frozenset(
    {
        "assigned_to",
        "decided_by",
        "by",
        "asked_by",
        "resolved_by",
        "confirmed_by",
        "proposed_by",
        "made_by",
        "to",
        "written_by",
        "started_by",
    }
)
"""Fields of the services' answers that hold the account of one of the staff."""
ASKED_MAX = 50
KEPT_S = 300.0
KEPT_MAX = 5_000
DEPTH_MAX = 8
_kept: dict[tuple[str, str], tuple[float, str]] = {}


def learn(api: Api, shown: Mapping[str, Any]) -> None:
    """Ask how those are called whom a page is about to show. Without an answer the page shows ids."""
    known = {account_id: _known(api.fund, account_id) for account_id in set(_ids_in(shown, DEPTH_MAX))}
    unknown = sorted(account_id for account_id, name in known.items() if name is None)[:ASKED_MAX]
    found: dict[str, str] = {}
    if unknown:
        try:
            answer = identity.accounts_list_staff_names(api, account_ids=",".join(unknown))
            found = {each["account_id"]: each["name"] for each in answer["items"]}
        except (Problem, Unreachable):
            unknown = []
    if len(_kept) > KEPT_MAX:
        _kept.clear()
    until = time.monotonic() + KEPT_S
    _kept.update({(api.fund, account_id): (until, found.get(account_id, "")) for account_id in unknown})
    g.staff_names = {account_id: name for account_id, name in {**known, **found}.items() if name}


def name(account_id: str | None) -> Markup:
    """The name of one of the staff; the id where none is known."""
    found = g.get("staff_names", {}).get(account_id or "")
    return Markup("<bdi>{}</bdi>").format(found) if found else formats.code(account_id or "–")


def _known(fund: str, account_id: str) -> str | None:
    until, found = _kept.get((fund, account_id), (0.0, ""))
    return found if until > time.monotonic() else None


def _ids_in(shown: Any, depth: int) -> Iterator[str]:
    if depth == 0:
        return
    if isinstance(shown, Mapping):
        for field, value in shown.items():
            if isinstance(value, str):
                if field in FIELDS and _is_an_id(value):
                    yield value
            else:
                yield from _ids_in(value, depth - 1)
    elif isinstance(shown, list | tuple):
        for each in shown:
            yield from _ids_in(each, depth - 1)


def _is_an_id(text: str) -> bool:
    return 0 < len(text) <= 80 and text.isascii() and text.replace("-", "").replace(":", "").replace("_", "").isalnum()
