"""What makes a file of direct debits, and whether it may still leave. Pure: what is known is handed in."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from services.payments.collections import debiting
from services.payments.collections.collection import Collection, Status
from services.payments.debits.debit_file import DebitFile
from services.payments.mandates.mandate import Mandate
from services.payments.order_files.order_file import FileStatus, FileStep
from shared.kernel.errors import Missing

SETTLED = frozenset({Status.DEBITED, Status.REVERSED, Status.REFUSED, Status.WITHDRAWN, Status.EXPIRED})


class DebitFileUnknown(Missing):
    code = "debit.file-unknown"


def gather(
    collections: Sequence[Collection],
    *,
    batch_id: str,
    debit_on: date,
    sequence: str,
    sha256: str,
    size: int,
    at: datetime,
) -> DebitFile:
    """A file that is written and stored."""
    return DebitFile(
        batch_id=batch_id,
        collection_ids=tuple(each.collection_id for each in collections),
        debit_on=debit_on,
        sequence=sequence,
        total_minor=sum(each.amount_minor for each in collections),
        sha256=sha256,
        size=size,
        status=FileStatus.READY,
        steps=(FileStep(status=FileStatus.READY, at=at),),
        next_look_at=at,
    )


def is_as_written(file: DebitFile, collections: Iterable[Collection], mandates: Mapping[str, Mandate]) -> bool:
    """Whether all that the file says is still so: no debt of it was paid in another way, and every mandate of it is in
    force (`mandates`, by employer). Where it is not, the file must not leave."""
    return all(
        each.status is Status.IN_FILE
        and each.batch_id == file.batch_id
        and debiting.may_be_sent(each, mandates.get(each.employer_id), debit_on=file.debit_on)
        for each in collections
    )


def expected(file: DebitFile, collections: Iterable[Collection]) -> list[Collection]:
    """What of a file the bank books where it books it as one credit: all that it did not refuse."""
    return [each for each in collections if each.status is not Status.REFUSED]
