"""Re-encryption: finds every encrypted value in a service's database and encrypts it with the current key.

Found are the fields of repositories, the remembered answers to requests, and the pieces of blobs. Not the outbox and
the dead letters: they are published again as they were, so an older key stays as long as they do (`said.py` counts what
they hold).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.kernel.personal import DataClass, Sealed
from shared.storage.connection import Document
from shared.storage.repository import Repository
from shared.storage.unit_of_work import UnitOfWork

TOGETHER_MAX = 100
TOGETHER_BYTES_MAX = 4_000_000
"""In one transaction: small enough not to block others for long."""
READ_TOGETHER = 500


@dataclass(frozen=True)
class Resting:
    """A document with encrypted values, and their associated data."""

    tenant_collection: str
    local_id: str
    whose: str
    values: Mapping[str, Sealed]
    classes: Mapping[str, DataClass]

    @property
    def size(self) -> int:
        return sum(map(len, self.values.values()))

    def key_ids(self) -> list[tuple[DataClass, str]]:
        return [(self.classes[name], value.partition(".")[0]) for name, value in self.values.items()]

    def is_current(self, uow: UnitOfWork) -> bool:
        return all(uow.keys.is_current(value, as_=self.classes[name]) for name, value in self.values.items())


def everything(uow: UnitOfWork, repositories: Iterable[Repository[Any]]) -> Iterator[Resting]:
    """All encrypted values of this fund, read once from the beginning to the end."""
    for repository in repositories:
        classes = {**repository.sealed, **repository.came_sealed}
        if classes:
            yield from _of_repository(uow, repository, classes)
    yield from _of_requests(uow)
    yield from _of_blobs(uow)


def old(uow: UnitOfWork, repositories: Iterable[Repository[Any]]) -> Iterator[Sequence[Resting]]:
    """Values of older keys, in batches of one transaction each."""
    part: list[Resting] = []
    for resting in everything(uow, repositories):
        if resting.is_current(uow):
            continue
        part.append(resting)
        if len(part) == TOGETHER_MAX or sum(each.size for each in part) >= TOGETHER_BYTES_MAX:
            yield part
            part = []
    if part:
        yield part


def renew(uow: UnitOfWork, part: Sequence[Resting]) -> int:
    """Re-encrypt each that is still as it was read; one that was written meanwhile is current already. How many."""
    renewed = 0
    for each in part:
        change = {
            name: uow.keys.renewed(value, as_=each.classes[name], whose=each.whose)
            for name, value in each.values.items()
            if not uow.keys.is_current(value, as_=each.classes[name])
        }
        before = {name: each.values[name] for name in change}
        renewed += uow.collection(each.tenant_collection).update(each.local_id, {"$set": change}, **before)
    if renewed:
        uow.note("resealed", part[0].tenant_collection, part[0].local_id, version=renewed)
    return renewed


def _of_repository(uow: UnitOfWork, repository: Repository[Any], classes: Mapping[str, DataClass]) -> Iterator[Resting]:
    for document in _read(uow, repository.name, [repository.whose, *classes]):
        values = {name: Sealed(str(document[name])) for name in classes if document.get(name) is not None}
        if values:
            yield Resting(repository.name, _local_id(uow, document), str(document[repository.whose]), values, classes)


def _of_requests(uow: UnitOfWork) -> Iterator[Resting]:
    classes = {"body": uow.keys.strictest}
    for document in _read(uow, "requests", ["body"]):
        if document.get("body") is not None:
            local_id = _local_id(uow, document)
            yield Resting("requests", local_id, local_id, {"body": Sealed(str(document["body"]))}, classes)


def _of_blobs(uow: UnitOfWork) -> Iterator[Resting]:
    for blob in _read(uow, "blobs", ["blob_id", "pieces"]):
        classes = {"sealed": DataClass(_local_id(uow, blob).partition("/")[0])}
        for number in range(int(str(blob["pieces"]))):
            local_id = f"{blob['blob_id']}/{number}"
            piece = uow.collection("blob_pieces").find_one(local_id)
            if piece is not None:
                yield Resting("blob_pieces", local_id, local_id, {"sealed": Sealed(str(piece["sealed"]))}, classes)


def _read(uow: UnitOfWork, name: str, fields: Sequence[str]) -> Iterator[Document]:
    """All of a collection, by one query: on the embedded engine each query costs what it matches."""
    with uow.raw_collection(name).find({"fund": uow.fund.fund_id}, fields, batch_size=READ_TOGETHER) as found:
        yield from found


def _local_id(uow: UnitOfWork, document: Document) -> str:
    return str(document["_id"]).removeprefix(f"{uow.fund.fund_id}:")
