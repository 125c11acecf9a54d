"""Re-encryption: finds every encrypted value in a service's database and encrypts it with the current key.

Covered are the fields of repositories, the stored responses to requests, and the pieces of blobs. Not the outbox and
the dead letters: they are published again unchanged, so an older key stays as long as they do (`published_values.py`
counts their values).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.kernel.personal import DataClass, Encrypted
from shared.storage.connection import Document
from shared.storage.repository import Repository
from shared.storage.unit_of_work import UnitOfWork

BATCH_MAX = 100
BATCH_BYTES_MAX = 4_000_000
"""Per transaction: small enough not to block others for long."""
READ_BATCH_SIZE = 500


@dataclass(frozen=True)
class StoredValues:
    """A document with encrypted values, and their associated data."""

    tenant_collection: str
    local_id: str
    associated_data: str
    values: Mapping[str, Encrypted]
    classes: Mapping[str, DataClass]

    @property
    def size(self) -> int:
        return sum(map(len, self.values.values()))

    def key_ids(self) -> list[tuple[DataClass, str]]:
        return [(self.classes[name], value.partition(".")[0]) for name, value in self.values.items()]

    def is_current(self, uow: UnitOfWork) -> bool:
        return all(uow.keys.is_current(value, data_class=self.classes[name]) for name, value in self.values.items())


def everything(uow: UnitOfWork, repositories: Iterable[Repository[Any]]) -> Iterator[StoredValues]:
    """All encrypted values of this fund, read once from the beginning to the end."""
    for repository in repositories:
        classes = {**repository.encrypted, **repository.received_encrypted}
        if classes:
            yield from _of_repository(uow, repository, classes)
    yield from _of_requests(uow)
    yield from _of_blobs(uow)


def outdated(uow: UnitOfWork, repositories: Iterable[Repository[Any]]) -> Iterator[Sequence[StoredValues]]:
    """Values of older keys, in batches of one transaction each."""
    batch: list[StoredValues] = []
    for stored in everything(uow, repositories):
        if stored.is_current(uow):
            continue
        batch.append(stored)
        if len(batch) == BATCH_MAX or sum(each.size for each in batch) >= BATCH_BYTES_MAX:
            yield batch
            batch = []
    if batch:
        yield batch


def reencrypt(uow: UnitOfWork, batch: Sequence[StoredValues]) -> int:
    """Re-encrypt each that is still as it was read; one that was written meanwhile is current already. How many."""
    renewed = 0
    for each in batch:
        change = {
            name: uow.keys.reencrypted(value, data_class=each.classes[name], associated_data=each.associated_data)
            for name, value in each.values.items()
            if not uow.keys.is_current(value, data_class=each.classes[name])
        }
        before = {name: each.values[name] for name in change}
        renewed += uow.collection(each.tenant_collection).update(each.local_id, {"$set": change}, **before)
    if renewed:
        uow.note("resealed", batch[0].tenant_collection, batch[0].local_id, version=renewed)
    return renewed


def _of_repository(
    uow: UnitOfWork, repository: Repository[Any], classes: Mapping[str, DataClass]
) -> Iterator[StoredValues]:
    for document in _read(uow, repository.name, [*repository.owner_fields, *classes]):
        values = {name: Encrypted(str(document[name])) for name in classes if document.get(name) is not None}
        if values:
            yield StoredValues(
                repository.name, _local_id(uow, document), repository.associated_data_of(document), values, classes
            )


def _of_requests(uow: UnitOfWork) -> Iterator[StoredValues]:
    classes = {"body": uow.keys.strictest}
    for document in _read(uow, "requests", ["body"]):
        if document.get("body") is not None:
            local_id = _local_id(uow, document)
            yield StoredValues("requests", local_id, local_id, {"body": Encrypted(str(document["body"]))}, classes)


def _of_blobs(uow: UnitOfWork) -> Iterator[StoredValues]:
    for blob in _read(uow, "blobs", ["blob_id", "pieces"]):
        classes = {"sealed": DataClass(_local_id(uow, blob).partition("/")[0])}
        for number in range(int(str(blob["pieces"]))):
            local_id = f"{blob['blob_id']}/{number}"
            piece = uow.collection("blob_pieces").find_one(local_id)
            if piece is not None:
                yield StoredValues(
                    "blob_pieces", local_id, local_id, {"sealed": Encrypted(str(piece["sealed"]))}, classes
                )


def _read(uow: UnitOfWork, name: str, fields: Sequence[str]) -> Iterator[Document]:
    """All of a collection, by one query: on the embedded engine each query costs what it matches."""
    with uow.raw_collection(name).find({"fund": uow.fund.fund_id}, fields, batch_size=READ_BATCH_SIZE) as found:
        yield from found


def _local_id(uow: UnitOfWork, document: Document) -> str:
    return str(document["_id"]).removeprefix(f"{uow.fund.fund_id}:")
