"""The optional parameters of an authorization request: the response mode, and how the person is prompted."""

from collections.abc import Mapping

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import InvalidRequestError
from authlib.oidc.core.errors import (
    LoginRequiredError,
    RegistrationNotSupportedError,
    RequestNotSupportedError,
    RequestURINotSupportedError,
)

RESPONSE_MODES = ("query",)
PROMPTS = ("none", "login", "consent", "select_account")
"""Everybody signs in again here, so all but `none` are met by the form."""
MAX_AGE_DIGITS_MAX = 12

NOT_SUPPORTED: Mapping[str, type[OAuth2Error]] = {
    "request": RequestNotSupportedError,
    "request_uri": RequestURINotSupportedError,
    "registration": RegistrationNotSupportedError,
}


def refusal(asked: Mapping[str, str]) -> OAuth2Error | None:
    """The error of an authorization request's optional parameters; None if all are supported.

    OpenID Connect Core, 3.1.2.1 and 3.1.2.6. A parameter without a value counts as left out (RFC 6749, 3.1).
    """
    for name, error in NOT_SUPPORTED.items():
        if asked.get(name):
            return error()
    if asked.get("response_mode") and asked["response_mode"] not in RESPONSE_MODES:
        return InvalidRequestError("The response_mode is not supported.")
    max_age = asked.get("max_age") or "0"
    if not (max_age.isascii() and max_age.isdigit() and len(max_age) <= MAX_AGE_DIGITS_MAX):
        return InvalidRequestError("The max_age is not a number of seconds.")
    prompts = asked.get("prompt", "").split()
    if not set(prompts) <= set(PROMPTS) or ("none" in prompts and len(set(prompts)) > 1):
        return InvalidRequestError("The prompt is not supported.")
    return LoginRequiredError() if "none" in prompts else None
