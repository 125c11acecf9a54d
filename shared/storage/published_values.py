"""Encrypted values of published events: in the outbox, and in dead letters that are still open.

They are counted and never re-encrypted: an event is published again, and a dead letter retried, as it was. So a key
that encrypted one of them must stay for as long as that may happen.
"""

import dataclasses
import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, get_args, get_type_hints

from shared.events import catalogue
from shared.kernel.personal import DataClass, Encrypted
from shared.storage.unit_of_work import UnitOfWork

READ_BATCH_SIZE = 100


@dataclass(frozen=True)
class PublishedValue:
    """An encrypted value in an event that waits to be sent, was sent, or is parked; and when it was put there."""

    where: str
    data_class: DataClass
    key_id: str
    at: datetime


def everything(uow: UnitOfWork) -> Iterator[PublishedValue]:
    """All in this fund that this service has keys for: it never has to decrypt the rest."""
    for where, at, type_and_version, body in (*_published(uow), *_parked(uow)):
        for data_class, value in _encrypted_in(type_and_version, body):
            if data_class in uow.keys.classes:
                yield PublishedValue(where, data_class, value.partition(".")[0], at)


Found = tuple[str, datetime, tuple[str, int], bytes]


def _published(uow: UnitOfWork) -> Iterator[Found]:
    wanted = sorted({type_name for type_name, _ in _types()})
    fields = ["is_sent", "at", "events.type", "events.version", "events.fund", "events.body"]
    of_fund = [uow.fund.fund_id, None]  # an older release named none
    query = {"fund": {"$in": of_fund}, "events.type": {"$in": wanted}}
    with uow.raw_collection("outbox").find(query, fields, batch_size=READ_BATCH_SIZE) as rows:
        for row in rows:
            published: Any = row["events"]
            where: Any = "outbox, sent" if row["is_sent"] else "outbox, to be sent"
            at: Any = row["at"]
            for event in published:
                if event["fund"] == uow.fund.fund_id:
                    yield where, at, (event["type"], event["version"]), bytes(event["body"])


def _parked(uow: UnitOfWork) -> Iterator[Found]:
    query = {"fund": uow.fund.fund_id, "is_open": True}
    with uow.raw_collection("deadletters").find(
        query, ["type", "parked_at", "body"], batch_size=READ_BATCH_SIZE
    ) as rows:
        for row in rows:
            type_name, _, version = str(row["type"]).rpartition(".v")
            at: Any = row["parked_at"]
            body: Any = row["body"]
            if version.isdecimal() and body is not None:
                yield "deadletters, open", at, (type_name, int(version)), bytes(body)


def _encrypted_in(type_and_version: tuple[str, int], body: bytes) -> Iterator[tuple[DataClass, Encrypted]]:
    """The encrypted values of an event; none if its type has none, or if it cannot be parsed."""
    if type_and_version not in _types():
        return
    try:
        event = catalogue.decode(*type_and_version, body)
    except (ValueError, RecursionError):
        return
    yield from values(event)


def values(published: Any) -> Iterator[tuple[DataClass, Encrypted]]:
    """The encrypted values of an event or of a part of one, with the class that its declaration names."""
    if isinstance(published, tuple):
        for each in published:
            yield from values(each)
    elif dataclasses.is_dataclass(published):
        cls: Any = type(published)
        classes = encrypted_fields(cls)
        for field in dataclasses.fields(published):
            value = getattr(published, field.name)
            if field.name not in classes:
                yield from values(value)
            elif value is not None:
                yield classes[field.name], value


@functools.cache
def encrypted_fields(cls: type[Any]) -> Mapping[str, DataClass]:
    """The fields of an event, or of a part of one, that hold an encrypted value: `Annotated[Encrypted,
    DataClass.CIVIL]`."""
    hints = get_type_hints(cls, include_extras=True)
    return {name: found for name, hint in hints.items() if (found := _class_in(hint)) is not None}


def _class_in(hint: Any) -> DataClass | None:
    if isinstance(hint, DataClass):
        return hint
    return next((found for inner in get_args(hint) if (found := _class_in(inner)) is not None), None)


@functools.cache
def _types() -> frozenset[tuple[str, int]]:
    """The events that hold encrypted values, themselves or in their parts."""
    return frozenset(name for name, cls in catalogue.declared().items() if _may_hold(cls))


def _may_hold(kind: Any) -> bool:
    if dataclasses.is_dataclass(kind):
        return any(map(_may_hold, get_type_hints(kind, include_extras=True).values()))
    return _class_in(kind) is not None or any(map(_may_hold, get_args(kind)))
