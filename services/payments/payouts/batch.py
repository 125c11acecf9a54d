"""A batch: the payouts of one file for the bank (pain.001), and what became of the file."""

from dataclasses import dataclass

from services.payments.order_files.order_file import OrderFile

PAYOUTS_MAX = 200


@dataclass(frozen=True, kw_only=True)
class PayoutBatch(OrderFile):
    """One file of payouts."""

    ORDERS_MAX = PAYOUTS_MAX

    payout_ids: tuple[str, ...]

    @property
    def order_count(self) -> int:
        return len(self.payout_ids)
