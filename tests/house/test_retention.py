"""How long rows are kept is true: at the time that a collection names its rows go, and not a second before; what lacks
the values that its retention asks for stays for good."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, get_args, get_type_hints

import pytest
from pymongo.database import Database

from shared.kernel.ids import first_id_at
from shared.process import purging
from shared.process.service import Service
from shared.storage.retention import ID, Retention
from shared.storage.service_context import ServiceContext
from tests.contracts import services
from tests.kit.contexts import DZ, context_on

NOW = datetime(2026, 3, 1, tzinfo=UTC)
OTHER = "a value that no retention names"


def over_one_day(service: Service) -> Mapping[str, Retention]:
    every = {**service.all_retentions(), **purging.OF_FUNDS, **purging.INFRASTRUCTURE}
    return {name: each for name, each in every.items() if each.life is not None}


@pytest.fixture(params=services.names())
def service(request: pytest.FixtureRequest) -> Service:
    return services.load(request.param)


@pytest.fixture
def context(database: Database[dict[str, Any]], mongodb: str) -> ServiceContext:
    return context_on(database, mongodb, clock=lambda: NOW)


def row(name: str, retention: Retention, *, label: str, age: timedelta, **changed: object) -> dict[str, object]:
    """A row as the collection has them, of that age."""
    values = {field: value[0] if isinstance(value, list) else value for field, value in retention.only.items()}
    row_id = first_id_at(NOW - age) + label if retention.since == ID else f"{DZ}:{label}"
    since = {} if retention.since == ID else {retention.since: NOW - age}
    of_fund = {} if name in purging.INFRASTRUCTURE else {"fund": DZ}
    return {"_id": row_id, "label": label, **of_fund, **since, **values, **changed}


def rows(name: str, retention: Retention) -> Iterator[dict[str, object]]:
    assert retention.life is not None
    second = timedelta(seconds=1)
    yield row(name, retention, label="over", age=retention.life + second)
    yield row(name, retention, label="young", age=retention.life - second)
    for field in retention.only:
        yield row(name, retention, label=f"not-{field}", age=retention.life * 9, **{field: OTHER})


def test_rows_go_at_their_time_and_not_before(context: ServiceContext, service: Service) -> None:
    retentions = over_one_day(service)
    for name, each in retentions.items():
        context.database[name].insert_many(list(rows(name, each)))
    assert purging.purge_all(context, DZ, things=service.all_retentions()) == len(retentions)
    for name, each in retentions.items():
        left = {found["label"] for found in context.database[name].find()}
        assert left == {"young", *(f"not-{field}" for field in each.only)}, name


def test_what_a_retention_counts_from_is_kept_as_an_instant(service: Service) -> None:
    """A date or a text would never be less than an instant: its rows would never go."""
    for repository in service.repositories:
        assert is_dataclass(repository.kind)
        known, hints = {each.name for each in fields(repository.kind)}, get_type_hints(repository.kind)
        assert set(repository.retention.fields) <= known, repository.name
        since = repository.retention.since
        if since not in ("", ID):
            kinds = get_args(hints[since]) or (hints[since],)
            assert datetime in kinds and date not in kinds, f"{repository.name}.{since}"
