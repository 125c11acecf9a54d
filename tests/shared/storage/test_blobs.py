"""Long bytes: sealed in pieces, stored once, read back whole."""

import os

import pytest

from shared.kernel.personal import DataClass
from shared.storage import blobs
from shared.storage.blobs import PIECE_BYTES, Blob, BlobLost, TooLong
from shared.storage.platform import Platform
from tests.ground import DZ, TN, reading

LONG = os.urandom(2 * PIECE_BYTES + 7)


def store(platform: Platform, *chunks: bytes, as_: DataClass = DataClass.HEALTH, size_max: int = len(LONG)) -> Blob:
    return blobs.store(platform, DZ, chunks, as_=as_, size_max=size_max)


def counts(platform: Platform) -> tuple[int, int]:
    return tuple(platform.database[name].count_documents({}) for name in ("blobs", "blob_pieces"))  # type: ignore[return-value]


@pytest.mark.parametrize("content", [b"", b"x", LONG[:PIECE_BYTES], LONG], ids=len)
def test_bytes_come_back_as_they_were(platform: Platform, content: bytes) -> None:
    blob = store(platform, content[:5], content[5:])
    assert b"".join(blobs.read(platform, DZ, blob)) == content
    assert b"".join(blobs.read_in(reading(platform), blob)) == content


def test_the_same_bytes_are_stored_once_for_each_class(platform: Platform) -> None:
    assert store(platform, LONG) == store(platform, LONG)
    assert counts(platform) == (1, 3)
    store(platform, LONG, as_=DataClass.CIVIL)
    assert counts(platform) == (2, 6)


def test_bytes_rest_sealed(platform: Platform) -> None:
    store(platform, b"a name that nobody may read")
    assert "nobody may read" not in str(list(platform.database["blob_pieces"].find()))


def test_more_than_allowed_is_refused(platform: Platform) -> None:
    with pytest.raises(TooLong):
        store(platform, LONG, b"x")


def test_another_fund_finds_nothing(platform: Platform) -> None:
    with pytest.raises(BlobLost):
        list(blobs.read(platform, TN, store(platform, b"x")))
