"""Long bytes: encrypted in pieces, stored once, read back whole."""

import os

import pytest

from shared.kernel.personal import DataClass
from shared.storage import blobs
from shared.storage.blobs import CHUNK_BYTES, Blob, BlobLost, TooLong
from shared.storage.service_context import ServiceContext
from tests.kit.contexts import DZ, TN, reading

LONG = os.urandom(2 * CHUNK_BYTES + 7)


def store(
    context: ServiceContext, *chunks: bytes, data_class: DataClass = DataClass.HEALTH, size_max: int = len(LONG)
) -> Blob:
    return blobs.store(context, DZ, chunks, data_class=data_class, size_max=size_max)


def counts(context: ServiceContext) -> tuple[int, int]:
    return tuple(context.database[name].count_documents({}) for name in ("blobs", "blob_pieces"))  # type: ignore[return-value]


@pytest.mark.parametrize("content", [b"", b"x", LONG[:CHUNK_BYTES], LONG], ids=len)
def test_bytes_come_back_as_they_were(context: ServiceContext, content: bytes) -> None:
    blob = store(context, content[:5], content[5:])
    assert b"".join(blobs.read(context, DZ, blob)) == content
    assert b"".join(blobs.read_in(reading(context), blob)) == content


def test_the_same_bytes_are_stored_once_for_each_class(context: ServiceContext) -> None:
    assert store(context, LONG) == store(context, LONG)
    assert counts(context) == (1, 3)
    store(context, LONG, data_class=DataClass.CIVIL)
    assert counts(context) == (2, 6)


def test_bytes_rest_sealed(context: ServiceContext) -> None:
    store(context, b"a name that nobody may read")
    assert "nobody may read" not in str(list(context.database["blob_pieces"].find()))


def test_more_than_allowed_is_refused(context: ServiceContext) -> None:
    with pytest.raises(TooLong):
        store(context, LONG, b"x")


def test_another_fund_finds_nothing(context: ServiceContext) -> None:
    with pytest.raises(BlobLost):
        list(blobs.read(context, TN, store(context, b"x")))
