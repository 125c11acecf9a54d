"""Long bytes: wage files, supporting papers, issued papers. Encrypted in chunks, stored once per fund and content.

Written before the unit of work that refers to them, since they may be long; a blob without references is harmless. An
incomplete one (the sender disconnected, the process crashed) is removed after a day.
"""

import hashlib
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from pymongo.errors import DuplicateKeyError

from shared.kernel.actors import system
from shared.kernel.errors import Invalid
from shared.kernel.personal import DataClass, Encrypted
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork

CHUNK_BYTES = 1 << 20
UNFINISHED_KEPT = timedelta(days=1)
"""Longer than any upload takes."""
UNFINISHED_AT_ONCE_MAX = 50


class TooLong(Invalid):
    """More bytes than this kind of file may have."""

    code = "file.too-large"


class BlobLost(Exception):
    """A thing refers to bytes that are not there: a fault of ours."""


@dataclass(frozen=True)
class Blob:
    """Bytes that are stored: `sha256` in hex names them, `size` counts them."""

    sha256: str
    size: int
    data_class: DataClass


def store(
    context: ServiceContext, fund_id: str, chunks: Iterable[bytes], *, data_class: DataClass, size_max: int
) -> Blob:
    """Store the bytes encrypted and return what identifies them; the same bytes are not stored twice."""
    uow = context.reading(fund_id, by=system("blobs"))
    pieces, blob_id = uow.collection("blob_pieces"), context.new_id()
    begun = uow.collection("blobs_begun")
    digest, size, count = hashlib.sha256(), 0, 0
    begun.insert(blob_id, {"blob_id": blob_id, "at": uow.at})
    for piece in _pieces(chunks):
        size += len(piece)
        if size > size_max:
            raise TooLong(size_max=size_max)
        digest.update(piece)
        encrypted = uow.keys.encrypt(piece, data_class=data_class, associated_data=f"{blob_id}/{count}")
        pieces.insert(f"{blob_id}/{count}", {"sealed": encrypted})
        count += 1
    blob = Blob(digest.hexdigest(), size, data_class)
    try:
        uow.collection("blobs").insert(
            f"{data_class}/{blob.sha256}", {"blob_id": blob_id, "pieces": count, "size": size, "at": uow.at}
        )
    except DuplicateKeyError:
        _remove_pieces(uow, blob_id)
    begun.remove(blob_id)
    return blob


def store_in(uow: UnitOfWork, content: bytes, *, data_class: DataClass) -> Blob:
    """Store what fits into one piece inside the unit of work that refers to it: what a request made, not what it
    sent. Raises `TooLong`."""
    if len(content) > CHUNK_BYTES:
        raise TooLong(size_max=CHUNK_BYTES)
    blob = Blob(hashlib.sha256(content).hexdigest(), len(content), data_class)
    name = f"{data_class}/{blob.sha256}"
    if uow.collection("blobs").find_one(name) is None:
        blob_id = uow.new_id()
        sealed = uow.keys.encrypt(content, data_class=data_class, associated_data=f"{blob_id}/0")
        uow.collection("blob_pieces").insert(f"{blob_id}/0", {"sealed": sealed})
        uow.collection("blobs").insert(name, {"blob_id": blob_id, "pieces": 1, "size": blob.size, "at": uow.at})
    return blob


def remove_unfinished(context: ServiceContext, fund_id: str) -> int:
    """Remove the pieces of what was begun more than a day ago and never came whole: a few at once; how many."""
    uow = context.reading(fund_id, by=system("blobs"))
    long_ago = uow.collection("blobs_begun").find(
        {"at": {"$lt": uow.at - UNFINISHED_KEPT}}, limit=UNFINISHED_AT_ONCE_MAX, sort=[("at", 1)]
    )
    for row in long_ago:
        blob_id = str(row["blob_id"])
        if not uow.collection("blobs").find({"blob_id": blob_id}, limit=1):  # crashed before it was returned
            _remove_pieces(uow, blob_id)
        uow.collection("blobs_begun").remove(blob_id)
    return len(long_ago)


def _remove_pieces(uow: UnitOfWork, blob_id: str) -> None:
    """They are numbered without a gap, so the first that is not there was never written."""
    pieces = uow.collection("blob_pieces")
    for number in itertools.count():
        if pieces.find_one(f"{blob_id}/{number}") is None:
            return
        pieces.remove(f"{blob_id}/{number}")


def read(context: ServiceContext, fund_id: str, blob: Blob) -> Iterator[bytes]:
    """The bytes again, piece by piece."""
    return read_in(context.reading(fund_id, by=system("blobs")), blob)


def read_in(uow: UnitOfWork, blob: Blob) -> Iterator[bytes]:
    """The same inside a unit of work: what a route needs that answers with the bytes."""
    found = uow.collection("blobs").find_one(f"{blob.data_class}/{blob.sha256}")
    if found is None:
        raise BlobLost(blob.sha256)
    for number in range(int(str(found["pieces"]))):
        name = f"{found['blob_id']}/{number}"
        piece = uow.collection("blob_pieces").find_one(name)
        if piece is None:
            raise BlobLost(f"{blob.sha256} piece {number}")
        yield uow.keys.decrypt_bytes(Encrypted(str(piece["sealed"])), data_class=blob.data_class, associated_data=name)


def _pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces of one size."""
    waiting = bytearray()
    for chunk in chunks:
        waiting += chunk
        while len(waiting) >= CHUNK_BYTES:
            yield bytes(waiting[:CHUNK_BYTES])
            del waiting[:CHUNK_BYTES]
    if waiting:
        yield bytes(waiting)
