"""Whom of the staff somebody means who types what a colleague signs in with."""

from frontends.api import identity
from frontends.kit.api import Problem
from frontends.kit.pages import api


def account_of(login: str, *, scope: str) -> str | None:
    """The account of the colleague, who may do what the scope says; None where nobody is named. A `Problem` is of the
    field `to`."""
    if not login.strip():
        return None
    body: identity.StaffSearchBody = {"login": login.strip(), "scope": scope}
    try:
        return identity.accounts_find_staff(api(), body=body)["account_id"]
    except Problem as refused:
        detail = next(iter(refused.fields.values()), refused.detail)
        errors = [{"field": "to", "detail": detail}]
        raise Problem(422, {"code": refused.code, "errors": errors}) from None
