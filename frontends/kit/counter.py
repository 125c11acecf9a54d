"""A person stands at a counter: an agent's browser acts for them, with tokens of their visit.

The ticket of the visit rests in the agent's session, encrypted as everything there, and is exchanged for short tokens
as they are needed. Nothing of the agent's own is used for the person's pages, and nothing of the person's for others.
"""

import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import current_app, g

from frontends.kit.sessions import Session, Sessions
from frontends.kit.signin import EARLY_S, SignedOut, SignIn

KEPT_AS = "visit"


class NobodyPresent(Exception):
    """Nobody stands at the counter, or not any more: the agent begins a visit first."""


def present() -> Mapping[str, Any] | None:
    """The visit under way, with who is present and where; None where there is none."""
    session: Session | None = g.get("session")
    visit: Mapping[str, Any] | None = session.content.get(KEPT_AS) if session else None
    is_on = visit is not None and visit["fund"] == g.fund["fund_id"] and _ends_s(visit) > time.time()
    return visit if is_on and session is not None and session.content.get("user") else None


def begin(begun: Mapping[str, Any]) -> None:
    """From now on the browser's pages of a person are those of this visit, as the service began it."""
    kept = {**begun["visit"], "person": begun["person"], "ticket": begun["ticket"], "fund": g.fund["fund_id"]}
    _change(lambda content: content.__setitem__(KEPT_AS, kept))


def end() -> None:
    """The person has left: nothing that was typed for them is shown to the next one."""

    def forget(content: dict[str, Any]) -> None:
        content.pop(KEPT_AS, None)
        path = current_app.extensions["frontend"].person_path
        kept = content.get("kept_forms", {})
        content["kept_forms"] = {page: typed for page, typed in kept.items() if not page.startswith(path)}

    _change(forget)


def act_for_present() -> None:
    """What this request asks of the services, it asks for the person who is present. NobodyPresent where nobody is."""
    if present() is None:
        raise NobodyPresent
    session: Session = g.session
    caller: str = g.api.caller
    _fresh_token(session, caller)
    g.is_at_counter = True
    g.api = replace(g.api, token=lambda: _fresh_token(session, caller))


def is_acting() -> bool:
    """Whether this request asks the services for the person who is present, and not for the agent."""
    return bool(g.get("is_at_counter"))


def _fresh_token(session: Session, caller: str) -> str:
    visit = session.content[KEPT_AS]
    if time.time() > visit.get("good_until_s", 0) - EARLY_S:
        sign_in: SignIn = current_app.extensions["sign_in"]
        try:
            tokens = sign_in.at_counter(visit["fund"], visit["ticket"], caller=caller)
        except SignedOut:
            end()
            raise NobodyPresent from None
        renewed = {"token": tokens["access_token"], "good_until_s": time.time() + tokens["expires_in"]}
        _change(lambda content: content.__setitem__(KEPT_AS, {**visit, **renewed}))
        return str(renewed["token"])
    return str(visit["token"])


def _ends_s(visit: Mapping[str, Any]) -> float:
    return datetime.fromisoformat(visit["ends_at"]).timestamp()


def _change(change: Any) -> None:
    sessions: Sessions = current_app.extensions["sessions"]
    sessions.change(g.session, change)
