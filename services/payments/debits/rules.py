"""What makes a file of direct debits, block by block, and when it may not leave. Pure: what is known is handed in."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from services.payments.collections import debiting
from services.payments.collections.collection import Collection, Status
from services.payments.debits.debit_file import DebitBlock, DebitFile
from services.payments.mandates.mandate import Mandate
from services.payments.order_files import rules as order_files
from services.payments.order_files.order_file import FileStatus, FileStep
from shared.kernel.errors import Missing

SETTLED = frozenset({Status.DEBITED, Status.REVERSED, Status.REFUSED, Status.WITHDRAWN, Status.EXPIRED})
LEAVES = frozenset({Status.IN_FILE, Status.SENT})
"""Of a debit whose file has not left: `sent` where an attempt that let it go did not come to its end."""


class DebitFileUnknown(Missing):
    code = "debit.file-unknown"


def block(
    collections: Sequence[Collection], *, block_id: str, batch_id: str, debit_on: date, sequence: str
) -> DebitBlock:
    return DebitBlock(
        block_id=block_id,
        batch_id=batch_id,
        collection_ids=tuple(each.collection_id for each in collections),
        total_minor=sum(each.amount_minor for each in collections),
        debit_on=debit_on,
        sequence=sequence,
    )


def begin(first: DebitBlock, *, at: datetime) -> DebitFile:
    """A file with its first block, to which others may be added."""
    return DebitFile(
        batch_id=first.batch_id,
        block_ids=(first.block_id,),
        debit_count=len(first.collection_ids),
        total_minor=first.total_minor,
        sha256="",
        size=0,
        status=FileStatus.GATHERING,
        steps=(FileStep(status=FileStatus.GATHERING, at=at),),
        next_look_at=order_files.STATUS_CHECK_WAITS.next_at(at, tries=1),
    )


def add(file: DebitFile, another: DebitBlock) -> DebitFile:
    """The file with one block more."""
    return replace(
        file,
        block_ids=(*file.block_ids, another.block_id),
        debit_count=file.debit_count + len(another.collection_ids),
        total_minor=file.total_minor + another.total_minor,
    )


def only_block(file: DebitFile) -> DebitBlock:
    """That of a file of an earlier release."""
    if file.debit_on is None:
        raise ValueError("a file without blocks has the day of its debits")
    return DebitBlock(
        block_id=file.batch_id,
        batch_id=file.batch_id,
        collection_ids=file.collection_ids,
        total_minor=file.total_minor,
        debit_on=file.debit_on,
        sequence=file.sequence,
    )


def stands(collection: Collection, mandate: Mandate | None, *, block: DebitBlock) -> bool:
    """Whether what a block says of a debit is still so: its debt was not paid in another way, and its mandate is in
    force. Asked before the bank may have it, at each attempt."""
    return (
        collection.status in LEAVES
        and collection.batch_id == block.block_id
        and debiting.may_be_sent(collection, mandate, debit_on=block.debit_on)
    )


def is_as_written(block: DebitBlock, collections: Iterable[Collection], mandates: Mapping[str, Mandate]) -> bool:
    """Whether all that a block says is still so (`mandates`, by employer). Where it is not, a file that is written with
    it must not leave."""
    return all(stands(each, mandates.get(each.employer_id), block=block) for each in collections)


def keep_of(block: DebitBlock, collections: Sequence[Collection]) -> DebitBlock:
    """The block with these of its debits alone."""
    ids = tuple(each.collection_id for each in collections)
    return replace(block, collection_ids=ids, total_minor=sum(each.amount_minor for each in collections))


def begin_sending(file: DebitFile, blocks: Iterable[DebitBlock], *, sha256: str, size: int, at: datetime) -> DebitFile:
    """It is written and stored, with what its blocks have by now; from now on the bank may have it."""
    several = list(blocks)
    written = replace(
        file,
        debit_count=sum(len(each.collection_ids) for each in several),
        total_minor=sum(each.total_minor for each in several),
        sha256=sha256,
        size=size,
    )
    return order_files.begin_sending(written, at=at)


def expected(collections: Iterable[Collection]) -> list[Collection]:
    """What of a block or a file the bank books where it books it as one credit: all that it did not refuse."""
    return [each for each in collections if each.status is not Status.REFUSED]
