"""A batch: the payouts of one file for the bank (pain.001), and what became of the file."""

from dataclasses import dataclass
from datetime import datetime

from services.payments.order_files import order_file
from services.payments.order_files.order_file import FileStatus, FileStep

PAYOUTS_MAX = 200


@dataclass(frozen=True, kw_only=True)
class PayoutBatch:
    """One file. `batch_id` is its MsgId; `sha256` and `size` name the stored bytes."""

    batch_id: str
    payout_ids: tuple[str, ...]
    total_minor: int
    sha256: str
    size: int
    status: FileStatus
    steps: tuple[FileStep, ...]
    looks: int = 0
    next_look_at: datetime | None = None
    is_scheduled: bool = False
    """Whether its job is kept with it: what a release without the due queue left has none."""
    version: int = 0

    def __post_init__(self) -> None:
        order_file.check(self, orders_max=PAYOUTS_MAX)

    @property
    def order_ids(self) -> tuple[str, ...]:
        return self.payout_ids
