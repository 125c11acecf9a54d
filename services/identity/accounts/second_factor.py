"""One-time codes of staff (TOTP, RFC 6238): six digits, thirty seconds, each taken once."""

import base64
import hmac
from datetime import datetime

import pyotp

from shared.kernel import normalize

SECRET_BYTES = 20
STEP_S = 30
STEPS_AROUND = 1
"""A clock may be half a minute off, and typing takes time."""


def new_secret(entropy: bytes) -> str:
    """A secret, as authenticator apps take it."""
    return base64.b32encode(entropy[:SECRET_BYTES]).decode()


def address(secret: str, *, login: str, fund_name: str) -> str:
    """The `otpauth:` address that an authenticator app reads, usually from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=fund_name)


def accepted_step(secret: str, code: str, *, after_step: int, at: datetime) -> int | None:
    """The time step that a code is of, where it is one of now and later than the last that was taken."""
    digits, present = normalize.number(code), int(at.timestamp()) // STEP_S
    for step in range(present - STEPS_AROUND, present + STEPS_AROUND + 1):
        expected = pyotp.TOTP(secret).generate_otp(step)
        if step > after_step and hmac.compare_digest(expected.encode(), digits.encode()):
            return step
    return None
