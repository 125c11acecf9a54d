"""How a service stands, from what it says of itself: numbers, ages, and how urgent each is. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from frontends.kit.api import Problem, Unreachable
from frontends.operations.thresholds import Threshold, level, worst

Thresholds = Mapping[str, Threshold]
Answer = Mapping[str, Any] | Problem | Unreachable


@dataclass(frozen=True, kw_only=True)
class Sign:
    """Something counted and since when it waits. `is_known` is false where the service did not answer."""

    number: int = 0
    oldest_at: str | None = None
    level: str = "good"
    is_known: bool = True


UNKNOWN = Sign(level="bad", is_known=False)


@dataclass(frozen=True, kw_only=True)
class Worker:
    """One worker: what it is not ready for, and how many records it has still to take."""

    name: str
    seen_at: str
    last_taken_at: str | None
    is_ready: bool
    missing: Sequence[str]
    lag: int
    level: str


@dataclass(frozen=True, kw_only=True)
class Health:
    """One service at a glance."""

    service: str
    arrivals: Sign = UNKNOWN
    outbox: Sign = UNKNOWN
    letters: Sign = UNKNOWN
    due: Sign = UNKNOWN
    jobs: Sign = UNKNOWN
    lag: Sign = UNKNOWN
    requests: int = 0
    taken: int | None = None
    last_taken_at: str | None = None
    workers: Sequence[Worker] = field(default=())

    @property
    def level(self) -> str:
        """The most urgent of all its signs."""
        return worst([*(each.level for each in self._signs), *(each.level for each in self.workers)])

    @property
    def is_away(self) -> bool:
        """Whether nothing is known of it."""
        return not any(each.is_known for each in self._signs)

    @property
    def _signs(self) -> Sequence[Sign]:
        return (self.arrivals, self.outbox, self.letters, self.due, self.jobs, self.lag)


def of_service(service: str, *, summary: Answer, thresholds: Thresholds, now: datetime) -> Health:
    """How a service stands; that it does not answer is urgent."""
    if not isinstance(summary, Mapping):
        return Health(service=service)

    def counted(number: int, oldest_at: str | None, *, by: str, age: str) -> Sign:
        found = [level(thresholds[by], number)]
        if number and oldest_at:
            found.append(level(thresholds[age], _age_s(oldest_at, now)))
        return Sign(number=number, oldest_at=oldest_at, level=worst(found))

    outbox, inbox, letters, jobs = (summary[name] for name in ("outbox", "inbox", "dead_letters", "jobs"))
    workers = [_worker(each, thresholds, now) for each in inbox["workers"]]
    behind = sum(each.lag for each in workers)
    return Health(
        service=service,
        arrivals=Sign(number=summary["arrivals"]["events_last_hour"]),
        requests=summary["arrivals"]["requests_last_hour"],
        outbox=counted(outbox["waiting"], outbox["oldest_at"], by="outbox-waiting", age="outbox-age"),
        letters=counted(letters["letters"], letters["oldest_parked_at"], by="dead-letters", age="dead-letter-age"),
        due=counted(jobs["due"], jobs["oldest_due_at"], by="due-jobs", age="due-job-age"),
        jobs=counted(jobs["failed"], jobs["oldest_failed_at"], by="failed-jobs", age="failed-job-age"),
        lag=Sign(number=behind, level=level(thresholds["inbox-lag"], behind) if workers else "bad"),
        taken=inbox["taken"],
        last_taken_at=inbox["last_taken_at"],
        workers=workers,
    )


def _worker(said: Mapping[str, Any], thresholds: Thresholds, now: datetime) -> Worker:
    lag = sum(each["records"] for each in said["behind"])
    levels = [
        level(thresholds["worker-silent"], _age_s(said["at"], now)),
        level(thresholds["inbox-lag"], lag),
        "good" if said["is_ready"] else "bad",
    ]
    return Worker(
        name=said["worker"],
        seen_at=said["at"],
        last_taken_at=said["last_taken_at"],
        is_ready=said["is_ready"],
        missing=said["missing"],
        lag=lag,
        level=worst(levels),
    )


def _age_s(instant: str, now: datetime) -> float:
    return (now - datetime.fromisoformat(instant)).total_seconds()
