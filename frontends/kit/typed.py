"""What people type into a form, as a service reads it."""

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask import request

from frontends.kit.api import Problem
from frontends.kit.words import _

DIGITS_MAX = 4


def read_day(name: str, typed: Mapping[str, str] | None = None) -> str:
    """A day that was typed in three boxes, in any script; the service says what is wrong with what is none."""
    boxes = request.values if typed is None else typed
    parts = [digits(boxes.get(f"{name}_{part}", "")) for part in ("year", "month", "day")]
    try:
        return date(*(int(part) for part in parts)).isoformat()
    except ValueError:
        return "-".join(part.zfill(2) for part in parts) if any(parts) else ""


def in_zone(day: str, clock: str, *, zone: ZoneInfo) -> str:
    """A day and an hour as typed (`9:30`, `٠٩:٣٠`, `9 30`, `9`), as an instant of the fund's time; what is none is left
    as it is, for the service to refuse."""
    split = "".join(sign if sign.isdecimal() else " " for sign in clock).split()
    hour, minute, *_rest = [*(int(digits(part)) for part in split), 0, 0]
    if clock.strip() and not split:
        return f"{day}T{clock}"
    try:
        return datetime.fromisoformat(day).replace(hour=hour, minute=minute, tzinfo=zone).isoformat()
    except ValueError:
        return f"{day}T{clock}"


def unfilled(*names: str) -> Problem | None:
    """What was left empty of what has to be filled in, as the service would refuse it; a day has a year."""
    empty = [name for name in names if not (request.form.get(name) or request.form.get(f"{name}_year") or "").strip()]
    faults = [{"field": name, "detail": _("Please fill this in.")} for name in empty]
    return Problem(422, {"code": "portal.unfilled", "errors": faults}) if faults else None


def passwords_differ(name: str = "password") -> Problem | None:
    """A new password that was not typed twice alike, as the service would refuse it; its second box is beside it."""
    if request.form.get(name) == request.form.get("password_again"):
        return None
    fault = {"field": "password_again", "detail": _("The two passwords are not the same.")}
    return Problem(422, {"code": "portal.passwords-differ", "errors": [fault]})


def digits(typed: str) -> str:
    """Digits of any script as the plain ones, and nothing else of what was typed."""
    return "".join(str(int(sign)) for sign in typed if sign.isdecimal())[:DIGITS_MAX]
