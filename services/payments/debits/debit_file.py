"""A file of direct debits for the bank (pain.008), and what became of it."""

from dataclasses import dataclass
from datetime import date, datetime

from services.payments.order_files import order_file
from services.payments.order_files.order_file import FileStatus, FileStep

DEBITS_IN_FILE_MAX = 200


@dataclass(frozen=True, kw_only=True)
class DebitFile:
    """One file: debits on one day. `batch_id` is its MsgId and its only PmtInfId; `sha256` and `size` name the stored
    bytes."""

    batch_id: str
    collection_ids: tuple[str, ...]
    debit_on: date
    sequence: str
    """Where its debits stand in the series of their mandates (ISO 20022 SequenceType)."""
    total_minor: int
    sha256: str
    size: int
    status: FileStatus
    steps: tuple[FileStep, ...]
    looks: int = 0
    next_look_at: datetime | None = None
    is_scheduled: bool = False
    version: int = 0

    def __post_init__(self) -> None:
        order_file.check(self, orders_max=DEBITS_IN_FILE_MAX)

    @property
    def order_ids(self) -> tuple[str, ...]:
        return self.collection_ids
