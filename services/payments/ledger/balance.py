"""What an account stands at: the running sums of its postings."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Balance:
    """The sums of an account's debits and credits in minor units, and how many postings made them."""

    account: str
    debit_minor: int = 0
    credit_minor: int = 0
    postings: int = 0

    @property
    def net_minor(self) -> int:
        """Debits less credits: above zero for what the fund has or is owed, below for what it owes or earned."""
        return self.debit_minor - self.credit_minor

    @property
    def distance_minor(self) -> int:
        """How far the account is from even, without saying which way."""
        return abs(self.net_minor)
