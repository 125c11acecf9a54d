"""The queues, as `queues.yaml` has them: which claims, for whom, under what name. A queue is data, not code."""

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml

LANGUAGES = ("ar", "fr", "en")
SOURCES = ("claims", "medical")
FILTERS: Mapping[str, type] = {
    "status": str,
    "assigned_to": str,
    "is_overdue": bool,
    "is_payment_held": bool,
    "due_within_days": int,
}
QUEUES_MAX = 50
DAYS_MAX = 366
_log = logging.getLogger(__name__)


class QueuesMalformed(Exception):
    """The file of queues cannot be used; the text names all that is wrong with it."""


@dataclass(frozen=True, kw_only=True)
class Queue:
    """Claims that wait for the same kind of work."""

    queue: str
    names: Mapping[str, str]
    source: str
    filters: Mapping[str, Any]
    scopes: tuple[str, ...]

    def query(self, *, on: date) -> dict[str, Any]:
        """What the claims service is asked for on a day."""
        asked = dict(self.filters)
        days = asked.pop("due_within_days", None)
        if days is not None:
            asked["due_before"] = (on + timedelta(days=days + 1)).isoformat()
        return asked

    def is_for(self, scopes: Collection[str]) -> bool:
        """Whether who has these scopes works on it."""
        return not set(self.scopes).isdisjoint(scopes)


def read(text: str) -> tuple[Queue, ...]:
    """The queues of a file; QueuesMalformed with every fault of it."""
    try:
        loaded = yaml.safe_load(text)
    except yaml.YAMLError as wrong:
        raise QueuesMalformed(str(wrong)) from None
    rows = loaded.get("queues") if isinstance(loaded, dict) else None
    if not isinstance(rows, list) or not 0 < len(rows) <= QUEUES_MAX:
        raise QueuesMalformed(f"`queues` is a list of 1 to {QUEUES_MAX}")
    faults = [f"{number}: {fault}" for number, row in enumerate(rows, start=1) for fault in _faults(row)]
    names = [row.get("queue") for row in rows if isinstance(row, dict)]
    faults += [f"{name} stands there twice" for name in sorted({str(each) for each in names if names.count(each) > 1})]
    if faults:
        raise QueuesMalformed("; ".join(faults))
    return tuple(Queue(**{**row, "scopes": tuple(row["scopes"])}) for row in rows)


def _faults(row: Any) -> list[str]:
    if not isinstance(row, dict) or set(row) != {"queue", "names", "source", "filters", "scopes"}:
        return ["a queue has queue, names, source, filters and scopes"]
    faults = []
    name = row["queue"]
    if not isinstance(name, str) or not name.replace("-", "").isalnum() or not name.isascii():
        faults.append("queue is letters, digits and dashes")
    names = row["names"]
    if not isinstance(names, dict) or not all(isinstance(names.get(each), str) and names[each] for each in LANGUAGES):
        faults.append(f"names are in {', '.join(LANGUAGES)}")
    if row["source"] not in SOURCES:
        faults.append(f"source is one of {', '.join(SOURCES)}")
    scopes = row["scopes"]
    if not isinstance(scopes, list) or not scopes or not all(isinstance(each, str) for each in scopes):
        faults.append("scopes are a list of texts")
    return faults + _filter_faults(row["filters"], source=row["source"])


def _filter_faults(filters: Any, *, source: Any) -> list[str]:
    if not isinstance(filters, dict):
        return ["filters are a mapping"]
    if source == "medical" and filters:
        return ["medical control has one queue, without filters"]
    faults = [f"there is no filter {name}" for name in filters if name not in FILTERS]
    faults += [
        f"{name} is {FILTERS[name].__name__}"
        for name, value in filters.items()
        if name in FILTERS and type(value) is not FILTERS[name]
    ]
    days = filters.get("due_within_days")
    if type(days) is int and not 0 <= days <= DAYS_MAX:
        faults.append(f"due_within_days is 0 to {DAYS_MAX}")
    if filters.get("is_overdue") and set(filters) - {"is_overdue", "status"}:
        faults.append("is_overdue goes with status alone")
    if filters.get("is_payment_held") and set(filters) - {"is_payment_held"}:
        faults.append("is_payment_held goes alone")
    return faults


class Queues:
    """The queues of a file, as it is now. One that is malformed stops a start; a later fault leaves what there was."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._changed_at_ns = path.stat().st_mtime_ns
        self._queues = read(path.read_text(encoding="utf-8"))

    def all(self) -> Sequence[Queue]:
        """Every queue, in the order of the file."""
        try:
            changed_at_ns = self._path.stat().st_mtime_ns
            if changed_at_ns != self._changed_at_ns:
                self._changed_at_ns = changed_at_ns
                self._queues = read(self._path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, QueuesMalformed) as wrong:
            _log.error("the file of queues cannot be used, the queues stay as they were: %s", wrong)
        return self._queues

    def of(self, scopes: Collection[str]) -> list[Queue]:
        """Those that who has these scopes works on."""
        return [each for each in self.all() if each.is_for(scopes)]
