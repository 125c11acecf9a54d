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
    """Something counted and since when it waits. `is_at_least` where the page that was counted has another behind it,
    `is_known` false where the service did not answer."""

    number: int = 0
    oldest_at: str | None = None
    level: str = "good"
    is_at_least: bool = False
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
    outbox: Sign
    letters: Sign
    jobs: Sign
    lag: Sign
    taken: int | None = None
    last_taken_at: str | None = None
    workers: Sequence[Worker] = field(default=())

    @property
    def level(self) -> str:
        """The most urgent of all its signs."""
        signs = (self.outbox, self.letters, self.jobs, self.lag)
        return worst([*(each.level for each in signs), *(each.level for each in self.workers)])

    @property
    def is_away(self) -> bool:
        """Whether nothing is known of it."""
        return not any(each.is_known for each in (self.outbox, self.letters, self.jobs, self.lag))


def of_service(
    service: str,
    *,
    outbox: Answer,
    inbox: Answer,
    groups: Answer,
    jobs: Answer,
    thresholds: Thresholds,
    now: datetime,
) -> Health:
    """How a service stands; what it did not answer is unknown, and that is urgent."""

    def counted(number: int, oldest_at: str | None, *, by: str, age: str, is_at_least: bool = False) -> Sign:
        found = [level(thresholds[by], number)]
        if number and oldest_at:
            found.append(level(thresholds[age], _age_s(oldest_at, now)))
        return Sign(number=number, oldest_at=oldest_at, level=worst(found), is_at_least=is_at_least)

    sending = letters = failed = lag = UNKNOWN
    workers: list[Worker] = []
    if isinstance(outbox, Mapping):
        sending = counted(outbox["waiting"], outbox["oldest_at"], by="outbox-waiting", age="outbox-age")
    if isinstance(groups, Mapping):
        parked = sum(each["letters"] for each in groups["items"])
        oldest_at = _earliest(each["oldest_parked_at"] for each in groups["items"])
        letters = counted(parked, oldest_at, by="dead-letters", age="dead-letter-age")
    if isinstance(jobs, Mapping):
        since_at = _earliest(each["since_at"] for each in jobs["items"])
        is_more = jobs["next"] is not None
        failed = counted(len(jobs["items"]), since_at, by="failed-jobs", age="failed-job-age", is_at_least=is_more)
    if isinstance(inbox, Mapping):
        workers = [_worker(each, thresholds, now) for each in inbox["workers"]]
        behind = sum(each.lag for each in workers)
        lag = Sign(number=behind, level=level(thresholds["inbox-lag"], behind))
        if not workers:
            lag = Sign(level="bad")
    return Health(
        service=service,
        outbox=sending,
        letters=letters,
        jobs=failed,
        lag=lag,
        taken=inbox["taken"] if isinstance(inbox, Mapping) else None,
        last_taken_at=inbox["last_taken_at"] if isinstance(inbox, Mapping) else None,
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


def _earliest(instants: Any) -> str | None:
    return min(instants, key=datetime.fromisoformat, default=None)
