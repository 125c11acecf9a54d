"""A file of direct debits for the bank (pain.008), its payment blocks, and what became of it."""

from dataclasses import dataclass
from datetime import date

from services.payments.order_files.order_file import OrderFile
from shared.funds.bindings import DEBITS_PER_BLOCK_MAX, DEBITS_PER_FILE_MAX, BankBinding


@dataclass(frozen=True, kw_only=True)
class DebitBlock:
    """One payment block (PmtInf): debits on one day, which one transaction gathers, lets go or books. `block_id` is its
    PmtInfId, `batch_id` its file. Debits that no longer stand when it is let go leave it, if need be all of them."""

    block_id: str
    batch_id: str
    collection_ids: tuple[str, ...]
    total_minor: int
    debit_on: date
    sequence: str
    """Where its debits stand in the series of their mandates (ISO 20022 SequenceType)."""
    version: int = 0

    def __post_init__(self) -> None:
        if len(self.collection_ids) > DEBITS_PER_BLOCK_MAX or bool(self.collection_ids) != (self.total_minor > 0):
            raise ValueError(f"a block has at most {DEBITS_PER_BLOCK_MAX} debits, and the total that they have")


@dataclass(frozen=True, kw_only=True)
class DebitFile(OrderFile):
    """One file. It is written, and `sha256` and `size` are known, when it is sent."""

    ORDERS_MAX = DEBITS_PER_FILE_MAX

    block_ids: tuple[str, ...] = ()
    debit_count: int = 0
    collection_ids: tuple[str, ...] = ()
    """Of a file of an earlier release, as its day and sequence: its only block has its id."""
    debit_on: date | None = None
    sequence: str = ""

    @property
    def order_count(self) -> int:
        return self.debit_count or len(self.collection_ids)

    def is_full(self, bank: BankBinding) -> bool:
        """Whether a block more might be more than the bank takes in one file."""
        return self.debit_count + bank.debits_per_block_max > bank.debits_per_file_max

    @property
    def is_written(self) -> bool:
        return bool(self.sha256)
