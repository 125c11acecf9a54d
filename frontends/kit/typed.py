"""What people type into a form, as a service reads it."""

from datetime import date

from flask import request

DIGITS_MAX = 4


def read_day(name: str) -> str:
    """A day that was typed in three boxes, in any script; the service says what is wrong with what is none."""
    parts = [digits(request.form.get(f"{name}_{part}", "")) for part in ("year", "month", "day")]
    try:
        return date(*(int(part) for part in parts)).isoformat()
    except ValueError:
        return "-".join(part.zfill(2) for part in parts) if any(parts) else ""


def digits(typed: str) -> str:
    """Digits of any script as the plain ones, and nothing else of what was typed."""
    return "".join(str(int(sign)) for sign in typed if sign.isdecimal())[:DIGITS_MAX]
