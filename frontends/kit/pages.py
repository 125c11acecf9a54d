"""What the pages of a frontend are written with: who asks, the services, forms that survive, and answers."""

import functools
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ParamSpec

from flask import abort, current_app, g, make_response, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from frontends.kit import counter, staff
from frontends.kit.api import Api, Problem
from frontends.kit.frontend import Frontend
from frontends.kit.sessions import Session, Sessions
from frontends.kit.signin import SignedOut

FLASHED_MAX = 5
KEPT_FORMS_MAX = 5
KEPT_VALUE_MAX = 20_000
P = ParamSpec("P")
Page = Callable[P, Any]


def api() -> Api:
    """The services of the page's fund, for who is signed in, in the page's language."""
    found: Api = g.api
    return found


def user() -> Mapping[str, Any]:
    """Who is signed in, as the fund says (`sub`, `actor`, `scope`, names, `employers`); empty for nobody."""
    return session().content.get("user") or {}


def own_name() -> str:
    """How who is signed in is addressed on a page in its language: an Arabic page by the name in Arabic letters where
    the register has it. Empty for who has no name there."""
    names = ("given_name_ar", "family_name_ar") if g.language == "ar" else ()
    found = (str(user().get(name) or "") for name in (*names, "given_name", "family_name"))
    return next((name for name in found if name), "")


def session() -> Session:
    """The browser's session."""
    found: Session = g.session
    return found


def change_session(change: Callable[[dict[str, Any]], None]) -> None:
    """Change what is kept of the session."""
    sessions: Sessions = current_app.extensions["sessions"]
    sessions.change(session(), change)


def may(*scopes: str) -> bool:
    """Whether who is signed in has one of these scopes: no button is shown for what the fund would refuse."""
    return bool(set(scopes) & set(str(user().get("scope", "")).split()))


def signed_in(*actors: str) -> Callable[[Page[P]], Page[P]]:
    """Pages for who is signed in, of these kinds of people; others sign in first, or are told that it is not theirs."""

    def guard(page: Page[P]) -> Page[P]:
        @functools.wraps(page)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> Any:
            if not user():
                raise SignedOut
            if actors and user()["actor"] not in actors:
                abort(403)
            return page(*args, **kwargs)

        guarded.is_for = actors  # type: ignore[attr-defined]
        return guarded

    return guard


def for_person(page: Page[P]) -> Page[P]:
    """Pages of an insured person: for themselves, or at a counter for the agent before whom they stand."""

    @functools.wraps(page)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> Any:
        frontend: Frontend = current_app.extensions["frontend"]
        if not user():
            raise SignedOut
        if user()["actor"] != ("staff" if frontend.is_counter else "person"):
            abort(403)
        if frontend.is_counter:
            counter.act_for_present()
        return page(*args, **kwargs)

    guarded.is_for = ("person",)  # type: ignore[attr-defined]
    return guarded


def render(template: str, /, *, http_status: int = 200, **shown: Any) -> Response:
    """A page. With `problem` in what it shows, its status is what the service answered."""
    if user().get("actor") == "staff" and not counter.is_acting():
        staff.learn(api(), shown)
    problem = shown.get("problem")
    if isinstance(problem, Problem) and http_status == 200:
        http_status = problem.status if problem.status in (409, 412, 422) else 422
    return make_response(render_template(template, **shown), http_status)


def download(content: bytes, *, file_name: str, media_type: str) -> Response:
    """A file to keep."""
    answer = make_response(content)
    answer.content_type = media_type
    answer.headers.set("Content-Disposition", "attachment", filename=file_name)
    return answer


def go_to(endpoint: str, /, **values: Any) -> Response:
    """Go on to another page, by GET: a form that was sent is not sent again by a reload."""
    return redirect(url_for(endpoint, **values), 303)


def flash(text: str) -> None:
    """Say something on the next page that is shown."""
    change_session(lambda content: content.__setitem__("flashed", [*content.get("flashed", []), text][-FLASHED_MAX:]))


def flashed() -> list[str]:
    """What is to be said, once."""
    texts: list[str] = session().content.get("flashed", [])
    if texts:
        change_session(lambda content: content.pop("flashed", None))
    return texts


@dataclass(frozen=True)
class Form:
    """A form of a page. What it sends is done once however often it is sent: its key stays the same over reloads,
    double clicks and a new sign-in, until `done`."""

    name: str
    version: int | None = None

    @property
    def key(self) -> str:
        """The idempotency key; what the browser sent, where this answers to a form that was sent."""
        return request.form.get("form_key") or self.fresh_key

    @property
    def fresh_key(self) -> str:
        """The key of the next thing that is sent by this form."""
        serial = session().content.get("serials", {}).get(self.name, 0)
        named = f"{self.name}:{serial}".encode()
        return hmac.new(session().secret.encode(), named, hashlib.sha256).hexdigest()[:32]

    @property
    def read_version(self) -> int | None:
        """The version of the thing that the person saw, for `If-Match`."""
        typed = request.form.get("form_version", "")
        return int(typed) if typed.isdecimal() and len(typed) < 10 else None

    @property
    def values(self) -> MultiDict[str, str]:
        """What was typed: just now, or before the person had to sign in again or a service was down."""
        if request.method == "POST":
            return request.form
        path = request.full_path.removesuffix("?")
        kept = session().content.get("kept_forms", {}).get(path)
        if kept is None:
            return MultiDict()
        g.is_restored = True
        change_session(lambda content: content.get("kept_forms", {}).pop(path, None))
        return MultiDict(kept)

    def done(self) -> None:
        """What it sent was taken: what is sent from now on is another thing."""
        change_session(self._next)

    def _next(self, content: dict[str, Any]) -> None:
        serials = content.setdefault("serials", {})
        serials[self.name] = serials.get(self.name, 0) + 1


class RenewedForm(Form):
    """A form whose last request was refused for good, such as one with a wrong password, which is counted: what it
    sends next is another thing, with what was typed shown again."""

    @property
    def key(self) -> str:
        return self.fresh_key


def keep_form(path: str) -> None:
    """Keep what a form brought, for the page at `path` to show it again. Passwords and files are not kept."""
    typed = {
        name: [value[:KEPT_VALUE_MAX] for value in values]
        for name, values in request.form.lists()
        if not name.startswith("form_") and "password" not in name
    }

    def keep(content: dict[str, Any]) -> None:
        kept = content.setdefault("kept_forms", {})
        kept[path] = typed
        while len(kept) > KEPT_FORMS_MAX:
            kept.pop(next(iter(kept)))

    change_session(keep)
