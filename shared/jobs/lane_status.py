"""How the work of one fund and kind goes in a worker: what its runner has seen since it started. Pure.

It shows whether the bank, the provider or the register behind that work answers, without asking it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class LaneStatus:
    """Attempts that succeeded and that failed, since the worker started. `unavailable` are those failures where the
    other side was away, `paused_until` is when it is tried again; `last_error` is a code or a class."""

    fund_id: str
    kind: str
    done: int = 0
    failed: int = 0
    unavailable: int = 0
    last_done_at: datetime | None = None
    last_failed_at: datetime | None = None
    last_error: str = ""
    paused_until: datetime | None = None


def succeeded(lane: LaneStatus, *, at: datetime) -> LaneStatus:
    """An attempt succeeded: whatever is behind it answers."""
    return replace(lane, done=lane.done + 1, last_done_at=at, paused_until=None)


def failed(lane: LaneStatus, *, error: str, at: datetime, paused_until: datetime | None = None) -> LaneStatus:
    """An attempt failed; with `paused_until`, since the other side is away."""
    return replace(
        lane,
        failed=lane.failed + 1,
        unavailable=lane.unavailable + (paused_until is not None),
        last_failed_at=at,
        last_error=error,
        paused_until=paused_until or lane.paused_until,
    )


def added(lanes: Iterable[LaneStatus]) -> list[LaneStatus]:
    """The lanes of several workers as one for each kind, by its name. It is paused where any worker pauses it."""
    found: dict[str, LaneStatus] = {}
    for each in lanes:
        other = found.get(each.kind)
        found[each.kind] = each if other is None else _both(other, each)
    return [found[kind] for kind in sorted(found)]


def _both(one: LaneStatus, other: LaneStatus) -> LaneStatus:
    last = max(one, other, key=lambda each: each.last_failed_at.timestamp() if each.last_failed_at else 0.0)
    return replace(
        last,
        done=one.done + other.done,
        failed=one.failed + other.failed,
        unavailable=one.unavailable + other.unavailable,
        last_done_at=_later(one.last_done_at, other.last_done_at),
        paused_until=_later(one.paused_until, other.paused_until),
    )


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max((each for each in (one, other) if each is not None), default=None)
