"""A file of direct debits for the bank (pain.008), and what became of it."""

from dataclasses import dataclass
from datetime import date

from services.payments.order_files.order_file import OrderFile

DEBITS_IN_FILE_MAX = 200


@dataclass(frozen=True, kw_only=True)
class DebitFile(OrderFile):
    """One file: debits on one day. `batch_id` is its only PmtInfId as well."""

    ORDERS_MAX = DEBITS_IN_FILE_MAX

    collection_ids: tuple[str, ...]
    debit_on: date
    sequence: str
    """Where its debits stand in the series of their mandates (ISO 20022 SequenceType)."""

    @property
    def order_ids(self) -> tuple[str, ...]:
        return self.collection_ids
