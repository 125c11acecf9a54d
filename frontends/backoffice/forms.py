"""Pages with several forms: the one that was sent keeps what was typed in it, the others stay as new."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask import request
from werkzeug.datastructures import MultiDict

from frontends.kit.pages import Form, RenewedForm, api


class UntouchedForm(RenewedForm):
    """A form of the page that was not the one sent: it has a key of its own and nothing typed in it."""

    @property
    def values(self) -> MultiDict[str, str]:
        return MultiDict() if request.method == "POST" else super().values


def forms(acts: Iterable[str], thing_id: str, version: int | None, *, sent: str = "") -> Mapping[str, Form]:
    """By act, the forms about one thing as it is now; `sent` is the act whose form this request brought."""
    return {act: (Form if act == sent else UntouchedForm)(form_name(act, thing_id), version) for act in acts}


def form_name(act: str, thing_id: str) -> str:
    """Under which a form keeps its key: the same act on the same thing is done once."""
    return f"{act}:{thing_id}"


def submit(act: str, thing_id: str, call: Callable[..., Any], *, body: Any = None) -> Any:
    """Have a service do what the form of an act asks for, once, to the version of the thing that its page showed; what
    the service answers. Raises `Problem`, and what was typed stays in the form."""
    form = Form(form_name(act, thing_id))
    more = {} if body is None else {"body": body}
    done = call(api(), thing_id, idempotency_key=form.key, version=form.read_version, **more)
    form.done()
    return done
